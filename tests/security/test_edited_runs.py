"""Edits of a run by a user who can write to the runs folder: each is refused or named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from click.testing import CliRunner

from slp_ops.cli.main import cli

if TYPE_CHECKING:
    from collections.abc import Callable

DATA: Final = Path(__file__).parents[1] / "compat/data/0.1.0/runs"
CAPTURE: Final = "sw-fine/show-license-all.txt"
MANIFEST: Final = "sw-fine/manifest.jsonl"


def _lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _write(path: Path, lines: list[dict[str, object]]) -> None:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def _change_lines(name: str, change: Callable[[list[dict[str, object]]], object]) -> Callable[[Path], None]:
    def edit(run: Path) -> None:
        lines = _lines(run / name)
        change(lines)
        _write(run / name, lines)

    return edit


def _change_run(change: Callable[[dict[str, object]], object]) -> Callable[[Path], None]:
    def edit(run: Path) -> None:
        document = json.loads((run / "run.json").read_text())
        change(document)
        (run / "run.json").write_text(json.dumps(document))

    return edit


def _set_folder(document: dict[str, object], folder: str) -> None:
    devices = document["devices"]
    assert isinstance(devices, list)
    devices[0]["folder"] = folder


def _relink(run: Path) -> None:
    (run / CAPTURE).unlink()
    (run / CAPTURE).symlink_to("/etc/passwd")


def _relink_folder(run: Path) -> None:
    (run / "sw-fine").rename(run.parent / "elsewhere")
    (run / "sw-fine").symlink_to(run.parent / "elsewhere")


def _of_capture(lines: list[dict[str, object]]) -> dict[str, object]:
    return next(line for line in lines if line.get("file") == CAPTURE.rpartition("/")[2])


EDITS: Final[dict[str, tuple[Callable[[Path], object], str]]] = {
    "a capture": (lambda run: (run / CAPTURE).write_text("all is well\n"), "show-license-all.txt"),
    "one character": (
        lambda run: (run / CAPTURE).write_text((run / CAPTURE).read_text().replace("e", "a", 1)),
        "show-license-all.txt",
    ),
    "a capture removed": (lambda run: (run / CAPTURE).unlink(), "show-license-all.txt"),
    "a capture as a link": (_relink, "is a symbolic link"),
    "a folder as a link": (_relink_folder, "sw-fine"),
    "a line of the manifest removed": (_change_lines(MANIFEST, lambda lines: lines.pop()), "captures of"),
    "another file in the manifest": (
        _change_lines(MANIFEST, lambda lines: _of_capture(lines).update(file="../run.json")),
        "names an invalid file",
    ),
    "another hash in the manifest": (
        _change_lines(MANIFEST, lambda lines: _of_capture(lines).update(sha256="0" * 64)),
        "show-license-all.txt",
    ),
    "another size in the manifest": (
        _change_lines(MANIFEST, lambda lines: _of_capture(lines).update(bytes=1)),
        "show-license-all.txt",
    ),
    "no hash in the manifest": (
        _change_lines(MANIFEST, lambda lines: _of_capture(lines).pop("sha256")),
        "show-license-all.txt",
    ),
    "a status that there is not": (
        _change_lines(MANIFEST, lambda lines: _of_capture(lines).update(status="perfect")),
        "manifest.jsonl",
    ),
    "more captures in the result": (
        _change_lines("devices.jsonl", lambda lines: [line.update(captures=99) for line in lines]),
        "captures of 99",
    ),
    "a folder outside of the run": (
        _change_run(lambda document: _set_folder(document, "../../secrets")),
        "invalid folder",
    ),
    "no run file": (lambda run: (run / "run.json").unlink(), "run.json"),
    "a run file of another form": (_change_run(lambda document: document.update(devices=7)), "run.json"),
    "a later schema": (_change_run(lambda document: document.update(schema=99)), "newer"),
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(DATA, tmp_path / "runs", symlinks=True)
    monkeypatch.setenv("SLP_OPS_RUNS_DIR", str(tmp_path / "runs"))
    (found,) = (tmp_path / "runs").glob("*-audit-7c45f5")
    return found


def test_the_run_is_whole_before(run: Path) -> None:
    result = CliRunner().invoke(cli, ["runs", "verify", "7c45f5"])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_run_is_refused_or_named(run: Path, edit: str) -> None:
    change, words = EDITS[edit]
    change(run)

    result = CliRunner().invoke(cli, ["runs", "verify", "7c45f5"])

    assert words in result.output + str(result.exception or "")
    if edit != "a later schema":
        assert result.exit_code != 0


@pytest.mark.parametrize(
    "edit", ["a capture", "one character", "another hash in the manifest", "a capture as a link"]
)
def test_an_edited_capture_is_named_in_what_is_made_of_it(run: Path, tmp_path: Path, edit: str) -> None:
    EDITS[edit][0](run)

    audit = CliRunner().invoke(cli, ["audit", "--run", "7c45f5", "--json"])
    report = CliRunner().invoke(cli, ["report", "7c45f5", "--md", "-"])
    bundle = CliRunner().invoke(cli, ["bundle", "7c45f5", "-o", str(tmp_path / "case.zip"), "--no-ask"])

    assert audit.exit_code == 4, audit.output
    assert "show license all" in audit.output
    assert "damaged" in report.output
    assert bundle.exit_code == 0
