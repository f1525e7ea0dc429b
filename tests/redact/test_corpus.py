"""Two corpora of lines: with secrets, of which nothing may remain, and without, which must stay as they are.

In ``corpus/secrets-*.txt`` « and » enclose the secrets. ``\\n``, ``\\x1b`` and ``\\u3000`` are escapes. A
secret that begins with ``plain`` is none and must survive. ``corpus/benign-*.txt`` has lines that must stay.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.redact import Redactor, redact

KEY = b"k" * 32
CORPUS = Path(__file__).parent / "corpus"
_ESCAPE = re.compile(r"\\(?:([nrtb\\])|x([0-9a-f]{2})|u([0-9a-f]{4}))")
_NAMED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "\\": "\\"}


def cases(kind: str) -> list[str]:
    lines = [
        line for path in sorted(CORPUS.glob(f"{kind}-*.txt")) for line in path.read_text("utf-8").split("\n")
    ]
    return [
        _ESCAPE.sub(lambda found: _NAMED[found[1]] if found[1] else chr(int(found[2] or found[3], 16)), line)
        for line in lines
        if line
    ]


def remains(secret: str) -> set[str]:
    """Return what must not be found any more: the secret and each of its longer words."""
    return {secret, *(word for word in re.split(r"[\W_]+", secret) if len(word) >= 4)}


@pytest.mark.parametrize("case", cases("secrets"))
def test_nothing_of_a_secret_remains(case: str) -> None:
    out = redact(case.replace("«", "").replace("»", "") + "\n", KEY)

    for secret in re.findall("«(.*?)»", case, re.DOTALL):
        if secret.startswith("plain"):
            assert secret in out
        else:
            assert not [part for part in remains(secret) if part in out]


@pytest.mark.parametrize("case", cases("secrets"))
def test_a_redacted_text_is_stable(case: str) -> None:
    """Letters of another script beside a secret decide whether the line is taken for a sentence."""
    for raw in (case.replace("«", "").replace("»", ""), case):
        once = redact(raw + "\n", KEY)

        assert redact(once, KEY) == once
        assert redact(once, b"j" * 32) == once


@pytest.mark.parametrize("case", cases("secrets"))
def test_single_characters_give_the_same_text(case: str) -> None:
    raw = case.replace("«", "").replace("»", "") + "\n"
    redactor = Redactor(KEY)

    assert "".join([*map(redactor.feed, raw), redactor.finish()]) == redact(raw, KEY)


@pytest.mark.parametrize("case", cases("benign"))
def test_a_line_without_a_secret_stays(case: str) -> None:
    assert redact(case + "\n", KEY) == case + "\n"


@given(st.lists(st.sampled_from(cases("secrets") + cases("benign")), max_size=12).map("\n".join))
def test_lines_in_any_order_are_stable(text: str) -> None:
    once = redact(text.replace("«", "").replace("»", ""), KEY)

    assert redact(once, KEY) == once


def test_lines_without_a_secret_stay_in_one_text() -> None:
    text = "\n!\n".join(cases("benign")) + "\n"

    changed = [
        (before, after)
        for before, after in zip(text.split("\n"), redact(text, KEY).split("\n"), strict=True)
        if before != after
    ]

    assert changed == []


def test_secrets_are_found_among_other_lines() -> None:
    """What precedes a line does not hide its secret."""
    text = "\n!\n".join(case.replace("«", "").replace("»", "") for case in cases("secrets"))
    secrets = {
        secret
        for case in cases("secrets")
        for secret in re.findall("«(.*?)»", case, re.DOTALL)
        if len(secret) >= 8 and not secret.startswith("plain")
    }
    out = redact(text, KEY)

    assert [secret for secret in secrets if secret in out] == []
