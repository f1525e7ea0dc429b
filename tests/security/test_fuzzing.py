"""Bounded fuzzing of every reader of foreign bytes: an expected error or a value in time, nothing else.

The corpus is the project's own data, and ``corpus/READER/``: inputs that a reader once failed on. Put the
input of a failure there (its seed and number are in the message).
"""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from slp_ops.commands import registry
from slp_ops.errors import SlpOpsError
from slp_ops.inventory.sources import csv_source, yaml_source
from slp_ops.lab import scenarios
from slp_ops.lab.screens import render
from slp_ops.model import CaptureStatus, Verdict
from slp_ops.parsing import read, split
from slp_ops.planning.documents import read_plans
from slp_ops.playbook.loading import load
from slp_ops.private_key import key_kind
from slp_ops.redact import redact
from slp_ops.report.bundle_check import check
from slp_ops.rules.dependencies import FactContext
from slp_ops.rules.engine import audit
from slp_ops.rules.loading import RuleFile
from slp_ops.rules.ruleset import extended_ruleset, packaged_ruleset
from slp_ops.rules.settings import Intent, Thresholds
from slp_ops.runs import journal
from slp_ops.sanitize import printable
from slp_ops.usage.ackfile import InvalidAck, read_ack
from slp_ops.usage.hexdump import InvalidDump, read_dump
from slp_ops.usage.rumfile import InvalidUsageFile, read_reports
from tests.security.mutations import mutations

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT: Final = Path(__file__).parents[2]
COMPAT: Final = ROOT / "tests/compat/data/0.1.0"
GOLDEN: Final = ROOT / "tests/commands/golden"
PATIENCE: Final = 20.0  # seconds of CPU for one input of at most 64 kB; the redactor alone takes milliseconds


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _capture(data: bytes) -> None:
    """Read the text as the output of every command that it may be, as from a run folder."""
    text = _text(data)
    for command in registry():
        read([(command.command, CaptureStatus.OK, text)])


def _pasted(data: bytes) -> None:
    """Split, read and judge the text as ``audit FILE`` does; no check may fail on it."""
    ruleset = packaged_ruleset()
    known = FactContext(read(split(_text(data))), (Thresholds(), Intent(), ruleset.catalogue))
    failed = [outcome.rule for outcome in audit(ruleset.rules, known) if outcome.verdict is Verdict.ERROR]
    assert failed == []


def _masked(data: bytes) -> None:
    once = redact(_text(data), b"k" * 32)
    assert redact(once, b"k" * 32) == once
    assert not [each for each in printable(once) if each < " " and each not in "\n\t"]


def _journal(data: bytes) -> None:
    path = Path("journal.jsonl").resolve()
    path.write_bytes(data)
    journal.read(path)


def _pages(*, pasted: bool) -> list[bytes]:
    texts = [path.read_bytes() for path in sorted(GOLDEN.rglob("*.txt"))]
    if pasted:
        texts = []
        for name in ("healthy", "dns-failure", "invalid-token", "rum-backlog"):
            switch = scenarios.load(name).build()
            pages = ("show version", "show license all", "show logging", "show running-config", "show clock")
            texts.append(
                "".join(
                    f"sw1#{page}\n{render(switch, tuple(page.split()))}\nsw1#\n" for page in pages
                ).encode()
            )
    return texts


def _files(*patterns: str, root: Path = ROOT) -> list[bytes]:
    found = [path.read_bytes() for pattern in patterns for path in sorted(root.glob(pattern))]
    assert found, patterns
    return found


RULE: Final = b"""id: CSCzz00001
title: {en: An invented defect}
severity: warning
cause: {en: A cause.}
remedy: [{en: Upgrade.}]
links: [https://bst.cisco.com/bugsearch/bug/CSCzz00001]
releases: {introduced: 17.4.1, fixed: [17.5.1]}
examples: {affected: [17.4.1], fixed: [17.5.1], not_applicable: [17.3.3]}
"""
DUMP: Final = (
    b"00000000: 3C736D61 72744C69 63656E73 653E0A0A  <smartLicense>..\n00000010: 3C2F78XX XXXXXXXX  </x\n"
)
CSV: Final = (
    b"name,site,host,username,tags\ntyo-1,tokyo,192.0.2.1,netops,access;core\ntyo-2,tokyo,192.0.2.2,netops,\n"
)
KEY: Final = b"".join(
    (
        b"-----BEGIN OPENSSH PRIVATE KEY-----\n",
        b"b3BlbnNzaC1rZXktdjEAAAAABG5vbmU=\n",
        b"-----END OPENSSH PRIVATE KEY-----\n",
    )
)

# Reader, the exceptions that it documents, its corpus, the number of inputs: at most 10 seconds each.
Reader = tuple["Callable[[bytes], object]", tuple[type[Exception], ...], "Callable[[], list[bytes]]", int]
READERS: Final[dict[str, Reader]] = {
    "capture": (_capture, (), lambda: _pages(pasted=False), 900),
    "pasted": (_pasted, (), lambda: _pages(pasted=True), 900),
    "masking": (_masked, (), lambda: [*_pages(pasted=True), *_files("tests/redact/corpus/*.txt")], 350),
    "inventory": (
        lambda data: yaml_source.read(_text(data), "inventory.yaml"),
        (SlpOpsError,),
        lambda: _files("inventory.example.yaml", "slp_ops/lab/fleet.yaml"),
        6000
    ),
    "csv": (lambda data: csv_source.read(_text(data), "inventory.csv"), (SlpOpsError,), lambda: [CSV], 8000),
    "playbook": (
        lambda data: load([("own.yaml", _text(data))]),
        (SlpOpsError,),
        lambda: _files("playbooks/*.yaml"),
        6000
    ),
    "rule": (
        lambda data: extended_ruleset([RuleFile(path="own.yaml", text=_text(data))]),
        (SlpOpsError,),
        lambda: [RULE],
        4000
    ),
    "plan": (
        lambda data: read_plans(_text(data), "plan.json"),
        (SlpOpsError,),
        lambda: _files("plan.json", root=COMPAT),
        8000
    ),
    "journal": (_journal, (SlpOpsError,), lambda: _files("half/*/journal.jsonl", root=COMPAT), 2500),
    "bundle": (lambda data: check(io.BytesIO(data)), (), lambda: _files("case.zip", root=COMPAT), 20000),
    "ack": (read_ack, (InvalidAck,), lambda: _files("acks/*", root=COMPAT), 40000),
    "usage": (read_reports, (InvalidUsageFile,), lambda: _files("usage/*/*/*.txt", root=COMPAT), 40000),
    "dump": (lambda data: read_dump(_text(data).splitlines()), (InvalidDump,), lambda: [DUMP], 60000),
    "key": (lambda data: key_kind(_text(data)), (), lambda: [KEY], 60000),
}  # fmt: skip


def _judge(reader: str, data: bytes, origin: str) -> None:
    run, allowed, _, _ = READERS[reader]
    start = time.process_time()
    try:
        run(data)
    except allowed:
        pass
    except Exception as err:
        err.add_note(f"input: {origin}; begins with {data[:300]!r}")
        raise
    assert time.process_time() - start < PATIENCE, origin


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS)
def test_damaged_input(reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _, _, corpus, count = READERS[reader]
    for number, data in enumerate(mutations(20261127, corpus(), count)):
        _judge(reader, data, f"seed 20261127, number {number}")


def test_inputs_that_failed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path in sorted((Path(__file__).parent / "corpus").glob("*/*")):
        _judge(path.parent.name, path.read_bytes(), path.name)
