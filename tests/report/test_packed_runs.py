"""A packed run gives what a run of files gives, in every verb that reads one."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zlib
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

import pytest
from click.testing import CliRunner

from slp_ops.app.runs import failed_in
from slp_ops.cli.main import cli
from slp_ops.runs import StoredRun
from slp_ops.runs import pack as pack_file
from slp_ops.runs.evidence_files import PackWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Roots = tuple[Path, Path]


def pack(run: StoredRun) -> None:
    """Turn a run of files into what it would have been as a packed one."""
    (run.path / "packs").mkdir(mode=0o700)
    writer = PackWriter(run.path, run.header.devices)
    for about in run.header.devices:
        writer.pack(about)


@pytest.fixture(scope="module")
def roots(make_run: Callable[..., StoredRun], tmp_path_factory: pytest.TempPathFactory) -> Roots:
    """The same two runs, of files and packed; in the second run a switch has another problem."""
    folder = tmp_path_factory.mktemp("parity")
    files, packed = folder / "files" / "runs", folder / "packs" / "runs"
    for places in (
        (
            ("tyo-1", "tokyo", "healthy-stack"),
            ("osa-1", "osaka", "dns-failure"),
            ("nag-1", "nagoya", "silent"),
        ),
        (
            ("tyo-1", "tokyo", "aaa-denied"),
            ("osa-1", "osaka", "healthy-17-12"),
            ("nag-1", "nagoya", "silent"),
        ),
    ):
        make_run(places, root=files)
    shutil.copytree(files, packed)
    for run in packed.glob("*-audit-*"):
        pack(StoredRun(run))
        assert not list(run.glob("*/*.txt"))
    return files, packed


def printed(root: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, [*words, "--runs-dir", str(root)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output.replace(str(root.parent), "ROOT")


@pytest.mark.parametrize(
    "words",
    [
        "runs list --json",
        "runs show OLD --json",
        "runs show NEW --details",
        "runs show NEW --device tyo-1",
        "runs verify OLD --json",
        "facts NEW --json",
        "facts NEW --device osa-1 --command",
        "audit --run OLD --json",
        "audit --run NEW --details --against OLD",
        "check-version --run NEW",
        "report NEW --md -",
        "report NEW --json - --lang ja",
        "diff OLD NEW --json",
        "trend --json",
        "history tyo-1 --json",
        "history osa-1",
    ],
)
def test_every_verb_prints_the_same(roots: Roots, words: str) -> None:
    first, last = sorted(path.name for path in roots[0].glob("*-audit-*"))
    chosen = [{"OLD": first, "NEW": last}.get(word, word) for word in words.split()]
    if chosen[-1] == "--command":
        chosen.append("show clock")
    results = [printed(root, *chosen) for root in roots]

    assert results[0][1]
    assert results[0][0] in (0, 3, 4), results[0]
    assert _without_times(results[0][1]) == _without_times(results[1][1])
    assert results[0][0] == results[1][0]


def _without_times(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if '"generated"' not in line and "Generated" not in line]
    return [re.sub(r", in \d+\.\d s$", "", line) for line in lines]


def test_a_bundle_and_an_export_have_the_same_files(roots: Roots, tmp_path: Path) -> None:
    ref = max(path.name for path in roots[0].glob("*-audit-*"))
    archives = []
    for number, root in enumerate(roots):
        done = printed(root, "bundle", ref, "-o", str(tmp_path / f"{number}.zip"), "--no-ask")
        assert done[0] == 0, done
        with ZipFile(tmp_path / f"{number}.zip") as archive:
            archives.append({name: archive.read(name) for name in archive.namelist()})
    assert archives[0].keys() == archives[1].keys()
    captures = {name: data for name, data in archives[0].items() if "/captures/" in name}
    assert captures
    assert captures.items() <= archives[1].items()

    code, text = printed(roots[1], "runs", "export", ref, "--to", str(tmp_path / "out"))
    assert (code, "written to" in text) == (0, True)
    exported = {
        str(path.relative_to(tmp_path / "out")): path.read_bytes()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    assert exported == {
        str(path.relative_to(roots[0])): path.read_bytes()
        for path in (roots[0] / ref).rglob("*")
        if path.is_file()
    }


def test_prune_removes_a_packed_run(roots: Roots, tmp_path: Path) -> None:
    shutil.copytree(roots[1], tmp_path / "runs")
    code, _ = printed(tmp_path / "runs", "runs", "prune", "--keep", "1", "--yes", "--lose", "evidence")
    assert code == 0
    assert len(list((tmp_path / "runs").glob("*-audit-*"))) == 1


def test_an_export_names_what_is_damaged(roots: Roots, tmp_path: Path) -> None:
    shutil.copytree(roots[1], tmp_path / "runs")
    ref = max(path.name for path in (tmp_path / "runs").glob("*-audit-*"))
    path = tmp_path / "runs" / ref / "packs" / "osaka.pack"
    path.write_bytes(path.read_bytes()[:-1] + b"?")

    for words in (("--json",), ("--lang", "ja"), ()):
        done = printed(
            tmp_path / "runs", "runs", "export", ref, "--to", str(tmp_path / "".join(("out", *words))), *words
        )
        assert done[0] == 3, done
        assert "osa-1" in done[1]
    assert "osaka.pack" in done[1]
    code, text = printed(tmp_path / "runs", "audit", "--run", ref)
    assert code == 4
    assert "the evidence is damaged" in text


def _append(path: Path, device: str, files: bytes) -> None:
    """Add a record that the store would not write."""
    pack_file.append(path, device, 2**31, files)


def _archive(*files: tuple[str, int, bytes]) -> bytes:
    entries = [
        {"name": name, "size": size, "sha256": hashlib.sha256(data).hexdigest()} for name, size, data in files
    ]
    index = json.dumps({"schema": "slp-ops/device-archive/1", "files": entries}).encode()
    return zlib.compress(index + b"\n" + b"".join(data for _, _, data in files))


_LINE = {"command": "show version", "status": "ok", "bytes": 10**30, "file": "show-version.txt"}
DAMAGE: Final[dict[str, Callable[[Path], object]]] = {
    "cut": lambda path: os.truncate(path, 1000),
    "empty": lambda path: path.write_bytes(b""),
    "zeros": lambda path: path.write_bytes(path.read_bytes()[:31] + bytes(5000)),
    "pipe": os.mkfifo,
    "folder": os.mkdir,
    "link": lambda path: path.symlink_to("/etc/passwd"),
    "bomb": lambda path: _append(path, "osa-1", _archive(("manifest.jsonl", 2**40, b"{}\n"))),
    "escape": lambda path: _append(path, "osa-1", _archive(("../../evil.txt", 4, b"evil"))),
    "numbers": lambda path: _append(
        path,
        "osa-1",
        _archive(("manifest.jsonl", len(_json(_LINE)), _json(_LINE)), ("show-version.txt", 1, b"x")),
    ),
    "no manifest": lambda path: _append(path, "osa-1", _archive(("show-version.txt", 1, b"x"))),
    "no zlib": lambda path: _append(path, "osa-1", b"PK\x03\x04"),
}


def _json(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"


@pytest.mark.parametrize("damage", sorted(DAMAGE))
def test_a_hostile_pack_is_named_and_costs_its_devices(roots: Roots, tmp_path: Path, damage: str) -> None:
    """Each verb ends with a documented code; the devices of another site are as they were."""
    shutil.copytree(roots[1], tmp_path / "runs", ignore=shutil.ignore_patterns("history*"))
    first, ref = sorted(path.name for path in (tmp_path / "runs").glob("*-audit-*"))
    path = tmp_path / "runs" / ref / "packs" / "osaka.pack"
    if damage in ("pipe", "folder", "link"):
        path.unlink()
    DAMAGE[damage](path)

    code, text = printed(tmp_path / "runs", "runs", "verify", ref)
    assert code == 3, text
    assert "damaged" in text
    shown = json.loads(printed(tmp_path / "runs", "runs", "show", ref, "--json")[1])
    devices = {device["name"]: device for device in shown["devices"]}
    assert devices["osa-1"]["error"]["kind"] == "damaged"
    whole = json.loads(printed(roots[1], "runs", "show", ref, "--json")[1])["devices"]
    assert devices["tyo-1"] == next(device for device in whole if device["name"] == "tyo-1")
    for words, codes in (
        (("audit", "--run", ref), (4,)),
        (("diff", first, ref), (0,)),
        (("bundle", ref, "-o", str(tmp_path / "case.zip"), "--no-ask"), (0, 4)),
        (("runs", "export", ref, "--to", str(tmp_path / "out")), (0, 3)),
    ):
        code, text = printed(tmp_path / "runs", *words)
        assert code in codes, (words, text)
    assert not list(tmp_path.rglob("evil.txt"))


def test_the_devices_that_failed_are_the_same(roots: Roots) -> None:
    refs = sorted(path.name for path in roots[0].glob("*-audit-*"))
    for ref in refs:
        assert failed_in(roots[0], ref) == failed_in(roots[1], ref) != frozenset()
