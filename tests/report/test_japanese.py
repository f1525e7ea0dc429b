"""The verbs in Japanese print no English sentence: results, errors, hints, questions."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

from slp_ops.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.report.conftest import MakeRun

PLACES = (
    ("tyo-core-01", "tokyo", "healthy-stack"),
    ("tyo-acc-03", "tokyo", "dns-failure"),
    ("tyo-acc-05", "tokyo", "aaa-denied"),
    ("nag-acc-01", "nagoya", "silent"),
)
# Commands, options, file names, quoted text: what an operator types or a switch prints.
_QUOTED = re.compile(
    r"'[^']*'|\"[^\"]*\"|\([^()]*\)|--[\w-]+|"
    r"(?:slp-ops|show|test|license|ip|no|configure|write|dir|more|verify) [\w ./:<>|-]*"
)
_SENTENCE = re.compile(r"(?<![\w./-])(?:[A-Za-z][a-z']* ){2,}[a-z']+")
_EVIDENCE = re.compile(r"^ {6,}show [\w ]+:\d+  |%[A-Z_]+-\d-[A-Z_]+:")
# Names that Japanese texts keep in English.
ALLOWED = (
    "is the switch up?",  # of the stored run of these tests
    "Smart Licensing Using Policy",
    "Command authorization failed",
    "Usage: slp-ops",
    "JSON Web Token",
)


@pytest.fixture
def speak(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., str]:
    """Run the command line in Japanese, and return what it prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "400")

    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["slp-ops", *words])
        with pytest.raises(SystemExit):
            main()
        printed = capsys.readouterr()
        return printed.out + printed.err

    return run


def english_sentences(text: str) -> list[str]:
    """Return the lines with an English sentence."""
    found = []
    for line in text.split("\n"):
        if _EVIDENCE.search(line):
            continue
        rest = line
        for name in ALLOWED:
            rest = rest.replace(name, "")
        if _SENTENCE.search(_QUOTED.sub("", rest)):
            found.append(line)
    return found


def _asked(run: Path) -> list[Sequence[str]]:
    folder, name = str(run.parent), run.name
    runs, one = ("--runs-dir", folder), "tyo-acc-03"
    saved = (
        ("audit", "--run", name, *runs),
        ("audit", "--run", name, "--details", *runs),
        ("check-version", "--run", name, *runs),
        ("check-version", "--release", "17.3.4"),
        ("diff", name, name, *runs),
        ("history", one, *runs),
        ("trend", *runs),
        ("runs", "list", *runs),
        ("runs", "show", name, *runs),
        ("runs", "show", name, "--device", one, *runs),
        ("runs", "verify", name, *runs),
        ("runs", "prune", "--keep", "0", "--dry-run", *runs),
        ("runs", "prune", "--keep", "0", *runs),
        ("report", name, "--md", "-", *runs),
        ("bundle", name, "-o", "b.zip", "--no-ask", *runs),
        ("bundle", "--check", "b.zip"),
    )
    wrong = (
        ("audit", "--run", "nothing", *runs),
        ("audit", "--nothing"),
        ("audit", "--run", name, "--threshold", "x", *runs),
        ("audit", "-i", "nothing.yaml"),
        ("audit", "-i", "bad.yaml"),
        ("audit", "-i", "good.yaml", "--limit", "nothing"),
        ("audit", "-i", "good.yaml", "--site", "osaca"),
        ("audit", "-i", "good.yaml", "--limit", ""),
        ("collect", "-i", "good.yaml", "--set", "nothing"),
        ("collect", "-i", "good.yaml", "--command", "reload"),
        ("check-version", "--release", "nothing"),
        ("runs", "show", name, "--device", "nothing", *runs),
        ("runs", "prune", *runs),
        ("runs", "nothing"),
        ("nothing",),
        ("bundle", name, *runs),
        ("report", name, *runs),
        ("explain", "nothing-such"),
        ("history", "nothing", *runs),
        ("facts", name, "--device", "nothing", *runs),
        ("remediate", "-i", "good.yaml", "--playbook", "nothing"),
        ("remediate", "-i", "good.yaml", "--param", "name_servers=x"),
        ("remediate", "--plan", "nothing.json", "-i", "good.yaml"),
        ("usage", "import", "nothing", "-i", "good.yaml", "--yes"),
        ("lab", "up", "--scenario", "nothing"),
        ("parse", "good.yaml"),
        ("init", "good.yaml"),
    )
    others = (
        ("init",),
        ("inventory", "check", "-i", "good.yaml"),
        ("rules",),
        ("commands",),
        ("lab", "list"),
        ("explain", "dns-failure"),
        ("explain", "Next ACK deadline"),
    )
    return [(*words, "--lang", "ja") for words in (*saved, *wrong, *others)]


def test_no_verb_prints_an_english_sentence(
    speak: Callable[..., str], make_run: MakeRun, tmp_path: Path
) -> None:
    run = make_run(PLACES)
    (tmp_path / "good.yaml").write_text(
        "version: 1\nsites:\n  osaka:\n    devices:\n      - {name: sw1, host: 192.0.2.1, username: admin}\n",
        encoding="utf-8",
    )
    (tmp_path / "bad.yaml").write_text(
        "version: 1\nsites:\n  osaka:\n    devices:\n      - {nam: sw1, host: 'a b', port: 0, password: x}\n",
        encoding="utf-8",
    )
    found = {
        " ".join(words): lines for words in _asked(run.path) if (lines := english_sentences(speak(*words)))
    }
    assert not found, "\n".join(f"{verb}\n    " + "\n    ".join(lines) for verb, lines in found.items())


def test_the_language_of_an_error_comes_from_the_environment_too(
    speak: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "error: " in speak("audit", "-i", "nothing.yaml")
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    assert "エラー: " in speak("audit", "-i", "nothing.yaml")
    monkeypatch.setenv("SLP_OPS_LANG", "en")
    assert "error: " in speak("audit", "-i", "nothing.yaml")
    assert "エラー: " in speak("audit", "-i", "nothing.yaml", "--lang=ja")
    assert "ヒント: " in speak("runs", "show", "nothing", "--lang", "ja")
