"""The material for a case: complete, masked, counted, the same bytes twice, and checked."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from click.testing import CliRunner

from slp_ops.cli.bundle import command
from slp_ops.report.bundle import log_windows
from slp_ops.report.bundle_check import check

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from slp_ops.runs import StoredRun

CANARY = "Zx9-canary-0f3a"


def _bundle(run: StoredRun, path: Path, *more: str) -> Result:
    return CliRunner().invoke(command, [str(run.path), "-o", str(path), "--no-ask", *more])


def _texts(path: Path) -> dict[str, str]:
    with ZipFile(path) as archive:
        return {
            name.partition("/")[2]: archive.read(name).decode("utf-8", "replace")
            for name in archive.namelist()
        }


@pytest.fixture
def made(small_run: StoredRun, tmp_path: Path) -> Path:
    path = tmp_path / "case.zip"
    result = _bundle(small_run, path, "--trigger", "upgrade to 17.9", "--frequency", "hourly")
    assert result.exit_code == 0, result.output
    return path


def test_it_holds_what_support_asks_for(made: Path, small_run: StoredRun) -> None:
    texts = _texts(made)
    assert {"README.txt", "CHECKLIST.txt", "MANIFEST.json", "findings.md", "findings.json"} <= texts.keys()
    readme = texts["README.txt"]
    assert "upgrade to 17.9" in readme
    assert "hourly" in readme
    assert "direct, call-home" in readme
    place = "switches/tyo-acc-03"
    assert "Host name resolution failed" in texts[f"{place}/log-windows.txt"]
    assert "direct, call-home" in texts[f"{place}/overview.txt"]
    captures = [capture for capture in small_run.captures("tyo-acc-03") if capture.file is not None]
    for capture in captures:
        assert texts[f"{place}/captures/{capture.file}"] == small_run.text("tyo-acc-03", capture)
    assert json.loads(texts["findings.json"])["schema"] == "slp-ops/report/1"


def test_the_checklist_asks_for_what_the_topologies_need(made: Path) -> None:
    asked = _texts(made)["CHECKLIST.txt"]
    for word in ("CSSM", "CSLU", "Usage Data Files", "firewall"):
        assert word in asked
    assert "Catalyst Center" not in asked
    assert "tyo-acc-05: show running-config (denied)" in asked


def test_the_same_run_gives_the_same_bytes(small_run: StoredRun, tmp_path: Path) -> None:
    one, other = tmp_path / "one.zip", tmp_path / "other.zip"
    for path in (one, other):
        assert _bundle(small_run, path).exit_code == 0
    assert one.read_bytes() == other.read_bytes()


def test_a_check_finds_it_whole(made: Path) -> None:
    result = CliRunner().invoke(command, ["--check", str(made)])
    assert result.exit_code == 0, result.output
    assert "complete, no unmasked secret found" in result.output


def test_one_device_and_a_normal_run(small_run: StoredRun, tmp_path: Path) -> None:
    path = tmp_path / "case.zip"
    result = _bundle(small_run, path, "--device", "tyo-acc-03", "--normal", str(small_run.path))
    assert result.exit_code == 0, result.output
    names = _texts(path).keys()
    assert {name.split("/")[1] for name in names if name.startswith(("switches/", "normal/"))} == {
        "tyo-acc-03"
    }
    assert "normal/tyo-acc-03/captures/show-version.txt" in names
    assert "tyo-core-01" not in "".join(_texts(path)["findings.md"])


def test_a_device_that_the_run_has_not_is_an_error(small_run: StoredRun, tmp_path: Path) -> None:
    result = _bundle(small_run, tmp_path / "case.zip", "--device", "nobody")
    assert result.exit_code != 0
    assert not list(tmp_path.iterdir())


def test_secrets_that_reached_the_disk_are_masked_and_counted(small_run: StoredRun, tmp_path: Path) -> None:
    (capture,) = (each for each in small_run.captures("tyo-core-01") if each.command == "show running-config")
    about = small_run.about["tyo-core-01"]
    assert capture.file is not None
    file = small_run.folder(about) / capture.file
    before = file.read_text(encoding="utf-8")
    try:
        file.write_text(f"{before}\nsnmp-server community {CANARY} RO\n", encoding="utf-8")
        path = tmp_path / "case.zip"
        said = _bundle(small_run, path, "--trigger", f"after 'username a secret 0 {CANARY}'")
        assert said.exit_code == 0, said.output
    finally:
        file.write_text(before, encoding="utf-8")
    assert CANARY not in "".join(_texts(path).values())
    manifest = json.loads(_texts(path)["MANIFEST.json"])
    assert manifest["masked"]["snmp-community"] > 0
    with path.open("rb") as opened:
        assert not check(opened).remarks


def _rezipped(path: Path, changed: dict[str, bytes]) -> io.BytesIO:
    out = io.BytesIO()
    with ZipFile(path) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changed:
                new.writestr(name, old.read(name))
        for name, data in changed.items():
            if data:
                new.writestr(name, data)
    return out


@pytest.mark.parametrize(
    ("inner", "data", "what"),
    [
        ("switches/tyo-acc-03/captures/show-clock.txt", b"later\n", "was changed"),
        ("switches/tyo-acc-03/captures/show-clock.txt", b"", "is missing"),
        ("more.txt", b"x", "is not in the manifest"),
        ("../../out.txt", b"x", "outside of its folder"),
        ("MANIFEST.json", b"", "no bundle of slp-ops"),
        ("MANIFEST.json", b"[]", "no manifest"),
    ],
)
def test_a_check_tells_what_is_wrong(made: Path, inner: str, data: bytes, what: str) -> None:
    with ZipFile(made) as archive:
        root = archive.namelist()[0].partition("/")[0]
    remarks = check(_rezipped(made, {f"{root}/{inner}": data})).remarks
    assert any(what in remark.what for remark in remarks), remarks


def test_what_is_no_zip_is_told(tmp_path: Path) -> None:
    path = tmp_path / "case.zip"
    path.write_bytes(b"PK\x03\x04 not really")
    result = CliRunner().invoke(command, ["--check", str(path)])
    assert result.exit_code == 3
    assert "cannot be read as a zip" in result.output


def test_hostile_names_stay_inside(hostile_run: StoredRun, tmp_path: Path) -> None:
    path = tmp_path / "case.zip"
    assert _bundle(hostile_run, path).exit_code == 0
    with path.open("rb") as opened:
        assert not check(opened).remarks
    texts = _texts(path)
    assert all(".." not in name.split("/") and not name.startswith("/") for name in texts)
    for name in ("README.txt", "CHECKLIST.txt", "findings.md"):
        assert "\x1b" not in texts[name]
        assert "\u202e" not in texts[name]


def test_log_windows_that_touch_become_one() -> None:
    text = "\n".join(f"line {number}" for number in range(1, 201))
    first, second = log_windows(text, (20, 40, 150))
    assert "lines 5 to 55" in first
    assert "> " in first
    assert "lines 135 to 165" in second
    assert not list(log_windows(text, ()))
