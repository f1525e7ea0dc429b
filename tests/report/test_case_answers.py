"""Statements of the operator in a bundle: by option, by file, by question; captures of other times."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest
from click.testing import CliRunner

from slp_ops.cli.bundle import command
from slp_ops.i18n import Lang
from slp_ops.model import TOPOLOGIES
from slp_ops.report.bundle_check import check
from slp_ops.report.case_answers import QUESTIONS
from slp_ops.report.checklist import checklist
from slp_ops.report.labels import Words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from slp_ops.runs import StoredRun

SECRET = "Zx9-canary-0f3a"
ANSWERS = """\
case: 690000001
topology: >-
  switch - firewall - CSLU
  - proxy - CSSM
trigger:
conditions: "after each reload"
connection: 2026-11-24
"""


@pytest.fixture(scope="module")
def relayed(make_run: Callable[..., StoredRun]) -> StoredRun:
    """A switch that CSLU reads, by intent, and one that reports directly and fails."""
    return make_run((("acc-1", "lab", "pull-access-missing"), ("acc-2", "lab", "polling-id-invalid")))


@pytest.fixture(scope="module")
def healthy(make_run: Callable[..., StoredRun]) -> StoredRun:
    return make_run((("acc-2", "lab", "healthy"), ("acc-9", "lab", "healthy")))


def _bundle(run: StoredRun, path: Path, *more: str, typed: str | None = None, code: int = 0) -> Result:
    ask = "--no-ask" if typed is None else "--ask"
    words = [str(run.path), "-o", str(path), "--runs-dir", str(path.parent / "runs"), ask, *more]
    done = CliRunner().invoke(command, words, input=typed)
    assert done.exit_code == code, done.output
    return done


def _read(path: Path) -> tuple[dict[str, str], dict[str, Any]]:
    with ZipFile(path) as archive:
        texts = {
            name.partition("/")[2]: archive.read(name).decode("utf-8", "replace")
            for name in archive.namelist()
        }
    with path.open("rb") as file:
        assert not check(file).remarks
    return texts, json.loads(texts["MANIFEST.json"])


def test_answers_of_a_file_and_an_option_that_overrides_it(relayed: StoredRun, tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(ANSWERS)
    path = tmp_path / "case.zip"
    _bundle(
        relayed, path, "--answers", str(tmp_path / "case.yaml"), "--conditions", "at 02:00", "--lang", "ja"
    )

    texts, manifest = _read(path)
    assert manifest["answers"] == {
        "case": "690000001",
        "topology": "switch - firewall - CSLU - proxy - CSSM",
        "trigger": None,
        "work_done": None,
        "frequency": None,
        "conditions": "at 02:00",
        "scope": None,
        "connection": "2026-11-24",
        "relay": None,
    }
    assert "再現条件: at 02:00" in texts["README.txt"]
    assert "発生契機: 記載なし" in texts["README.txt"]


def test_every_problem_of_a_file_has_its_line(relayed: StoredRun, tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("trigger: x\nconditon: y\nscope: [a]\n")
    done = _bundle(relayed, tmp_path / "case.zip", "--answers", str(tmp_path / "case.yaml"), code=1)
    (problem, other) = done.exception.problems  # type: ignore[union-attr]
    assert (problem.line, "conditions" in problem.message) == (2, True)
    assert other.line == 3
    assert not (tmp_path / "case.zip").exists()


def test_what_is_missing_is_asked_for_and_a_wrong_run_again(
    relayed: StoredRun, healthy: StoredRun, tmp_path: Path
) -> None:
    path = tmp_path / "case.zip"
    typed = ["", "nowhere", str(healthy.path), *(f"answer {name}" for name in QUESTIONS if name != "scope")]
    done = _bundle(relayed, path, "--scope", "acc-2", typed="\n".join((*typed, "")))

    assert "there is no run nowhere" in done.output
    texts, manifest = _read(path)
    assert manifest["answers"] == {
        "case": None, **{name: f"answer {name}" for name in QUESTIONS}, "scope": "acc-2"
    }  # fmt: skip
    assert manifest["compared"] == [{"time": "normal", "folder": "normal", "run": healthy.id, "files": 0}]
    assert "normal/acc-2/captures/show-version.txt" in texts
    assert f"{healthy.id} (without acc-1)" in texts["README.txt"]


def test_a_run_without_any_of_the_switches_is_an_error(
    relayed: StoredRun, healthy: StoredRun, tmp_path: Path
) -> None:
    more = ("--device", "acc-1", "--error-time", str(healthy.path))
    done = _bundle(relayed, tmp_path / "case.zip", *more, code=1)
    assert "none of the devices of the bundle" in str(done.exception)


def test_captures_of_files_are_masked_and_give_the_same_bytes(relayed: StoredRun, tmp_path: Path) -> None:
    folder = tmp_path / "night"
    folder.mkdir()
    (folder / "putty.log").write_text(f"acc-2#show run\r\nsnmp-server community {SECRET} RO\r\nacc-2#\r\n")
    (folder / "PuTTY.LOG").write_bytes(b"acc-2#show clock\n*02:00:00.1 UTC Tue Nov 24 2026\n")
    (tmp_path / "before.txt").write_text("acc-2#show clock\n02:00:00.1 UTC Mon Nov 2 2026\n")
    more = ("--error-time", str(folder), "--normal", str(tmp_path / "before.txt"))
    one, other = tmp_path / "one.zip", tmp_path / "other.zip"
    for path in (one, other):
        _bundle(relayed, path, *more)

    assert one.read_bytes() == other.read_bytes()
    texts, manifest = _read(one)
    assert SECRET not in "".join(texts.values())
    assert manifest["masked"]["snmp-community"] > 0
    names = sorted(name for name in texts if "/files/" in name)
    assert names == [
        "error-time/files/captures/PuTTY.LOG",
        "error-time/files/captures/putty.log-2",
        "normal/files/captures/before.txt",
    ]
    assert [(each["time"], each["files"]) for each in manifest["compared"]] == [("error", 2), ("normal", 1)]
    assert "error-time/): 2 files" in texts["README.txt"]


def test_topology_and_connection_of_each_switch(relayed: StoredRun, tmp_path: Path) -> None:
    """The inventory decides where it states the topology: a switch cannot show that CSLU connects to it."""
    path = tmp_path / "case.zip"
    _bundle(relayed, path)

    texts, manifest = _read(path)
    one, other = manifest["switches"]
    assert (one["topology"], one["topology_from"]) == ("cslu-initiated", "inventory")
    assert (other["topology_from"], other["failing"]) == ("switch", True)
    assert "Polling" in other["failure"]
    assert "the exchange fails now (Result Polling: Invalid Polling Id" in texts["README.txt"]
    assert "Failure Reason: Invalid Polling Id" in texts["switches/acc-2/overview.txt"]


@pytest.mark.parametrize(
    ("topology", "asked"),
    [
        ("controller", "Catalyst Center"),
        ("cslu-initiated", "its last exchange with CSSM"),
        ("cslu-offline", "the dates of Download All for Cisco"),
        ("on-prem-initiated", "when it last synchronised with CSSM"),
        ("offline", "date on which the ACK was imported"),
        ("smart", "firewall, proxy"),
    ],
)
def test_the_other_end_of_each_topology_is_asked_for(topology: str, asked: str) -> None:
    assert any(asked in item.en for item in checklist({topology}))


@pytest.mark.parametrize("lang", Lang)
def test_every_topology_has_its_words_and_its_items(lang: Lang) -> None:
    for topology in TOPOLOGIES:
        assert Words(lang).topology(topology)
        assert len([*checklist({topology})]) > len([*checklist(())])
