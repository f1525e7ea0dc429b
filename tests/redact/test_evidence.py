"""Masking does not change what the parsers read, in real captures and in the outputs of the lab."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slp_ops.commands import find
from slp_ops.json_documents import encode
from slp_ops.lab.scenarios import load, names
from slp_ops.lab.screens import render, vocabulary
from slp_ops.redact import redact
from tests.samples.test_parse_rate import FOLDERS, SAMPLES, needs_samples, texts

if TYPE_CHECKING:
    from slp_ops.commands import ShowCommand

KEY = b"k" * 32
# Folder and file of captures of which masking changes a line: they contain a secret or a certificate.
_WITH_SECRETS = frozenset({"license-smart-exec", "show-platform-sudi-certificate", "show-running-config"})


def facts(command: ShowCommand, text: str) -> object:
    return [encode(fact) for fact in command.parse(text).facts]


def masked(fact: object) -> object:
    """Return facts without the secrets in them: some facts quote a whole line."""
    if isinstance(fact, dict):
        return {name: masked(value) for name, value in fact.items()}
    if isinstance(fact, list):
        return [masked(value) for value in fact]
    return redact(fact, KEY) if isinstance(fact, str) else fact


@needs_samples
@pytest.mark.parametrize("folder", FOLDERS)
def test_real_captures_give_the_same_facts(folder: str) -> None:
    command = find(FOLDERS[folder])
    assert command is not None
    for name, text in texts(folder):
        assert facts(command, redact(text, KEY)) == masked(facts(command, text)), name


@needs_samples
def test_only_captures_with_secrets_are_changed() -> None:
    changed = {
        path.parent.name
        for path in sorted(SAMPLES.rglob("*.txt"))
        if redact(text := path.read_bytes().decode("utf-8", "surrogateescape"), KEY) != text
    }

    assert changed <= _WITH_SECRETS


@pytest.mark.parametrize("name", names())
def test_outputs_of_the_lab_give_the_same_facts(name: str) -> None:
    switch = load(name).build()
    examples = {"<id>": "1", "<number>": "2", "<interface>": "Vlan100", "<word>": "SLA-TrustPoint"}
    for words in vocabulary(switch):
        text = render(switch, tuple(examples.get(word, word) for word in words))
        command = find(" ".join(words))
        if text is None or command is None:
            continue
        assert facts(command, redact(text, KEY)) == masked(facts(command, text)), words
