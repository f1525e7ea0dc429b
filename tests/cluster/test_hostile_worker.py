"""A worker with the key of its site sends what it likes: only its own switches suffer, each with a reason."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import time
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner

from slp_ops.cli.main import cli
from slp_ops.cluster.access_folder import read_address
from slp_ops.cluster.connection import connected
from slp_ops.cluster.subjects import HEARTBEAT, subject
from slp_ops.model import CaptureStatus
from slp_ops.runs import Runs
from slp_ops.runs.device_archive import archive
from slp_ops.runs.evidence_files import MANIFEST
from tests.cluster.conftest import Rig
from tests.cluster.hostile import Answering, HostileWorker, heartbeat

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from click.testing import Result


ESCAPES = "\x1b]0;owned\x07\x1b[2J\u202eevil\r\n=cmd|' /C calc'!A1 <script>alert(1)</script>"
CAPTURE = {"command": "show clock", "status": CaptureStatus.OK.value, "file": "show-clock.txt", "bytes": 3}


def manifest(*lines: Mapping[str, Any]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def raw_archive(index: Any, rest: bytes = b"") -> bytes:
    return zlib.compress(json.dumps(index).encode() + b"\n" + rest)


def named(name: str, content: bytes = b"abc") -> bytes:
    return archive({name: content})


# What is sent for a device: data of its only part, and values of its end that differ.
DATA: dict[str, bytes] = {
    "parent": named("../stolen.txt"),
    "grandparent": named("../../../stolen.txt"),
    "absolute": named("/tmp/stolen.txt"),  # noqa: S108 - it must not be written
    "nul": named("a\0.txt"),
    "backslash": named("..\\stolen.txt"),
    "folder": named("sub/stolen.txt"),
    "hidden": named(".bashrc"),
    "ours": named("run.json"),
    "partial": named("show-clock.txt.part"),
    "upper": named("SHOW-CLOCK.TXT"),
    "defect-path": named("@../defect"),
    "no-zlib": b"PK\x03\x04 no archive",
    "empty-zlib": zlib.compress(b""),
    "cut": zlib.compress(b"x" * 1000)[:-10],
    "trailing": named("show-clock.txt") + b"more",
    "bomb": zlib.compress(b"\0" * 200_000_000, 9),
    "index-bomb": zlib.compress(b'{"schema":"slp-ops/device-archive/1","files":[' + b" " * 50_000_000, 9),
    "negative": raw_archive(
        {"schema": "slp-ops/device-archive/1", "files": [{"name": "a.txt", "size": -1, "sha256": ""}]}
    ),
    "huge": raw_archive(
        {"schema": "slp-ops/device-archive/1", "files": [{"name": "a.txt", "size": 2**62, "sha256": ""}]}
    ),
    "many": raw_archive(
        {
            "schema": "slp-ops/device-archive/1",
            "files": [{"name": f"a{number}.txt", "size": 0, "sha256": ""} for number in range(2000)],
        }
    ),
    "newer-archive": raw_archive({"schema": "slp-ops/device-archive/9", "files": []}),
    "deep-archive": zlib.compress(b"[" * 100_000 + b"\n"),
    "other-manifest": archive({MANIFEST: manifest({**CAPTURE, "file": "../../../../etc/passwd"})}),
    "torn-manifest": archive({MANIFEST: manifest(CAPTURE)[:-1], "show-clock.txt": b"abc"}),
    "no-manifest-json": archive({MANIFEST: b"{]\n"}),
}
ENDS: dict[str, Callable[[Answering], dict[str, Any]]] = {
    "attempt-empty": lambda to: to.end(attempt=""),
    "attempt-subject": lambda to: to.end(attempt="a.b.>"),
    "attempt-long": lambda to: to.end(attempt="a" * 100_000, parts=1, bytes=1),
    "attempt-surrogate": lambda to: to.end(attempt="\ud800"),
    "parts-missing": lambda to: to.end(parts=3, bytes=10),
    "parts-negative": lambda to: to.end(parts=-1),
    "parts-many": lambda to: to.end(parts=2**60, bytes=2**62),
    "sha256": lambda to: to.end(sha256="0" * 64),
    "bytes-negative": lambda to: to.end(bytes=-5),
    "folder-short": lambda to: to.end(folder="a", outcome={"result": to.result(release="a" * 500_000)}),
    "folder-root": lambda to: to.end(folder="/"),
    "outcome-text": lambda to: to.end(outcome="ok"),
    "outcome-empty": lambda to: to.end(outcome={}),
    "outcome-shape": lambda to: to.end(outcome={"result": {"name": 1}}),
    "other-device": lambda to: to.end(outcome={"result": to.result(name="osaka-1")}),
    "other-site": lambda to: to.end(outcome={"result": to.result(site="osaka")}),
    "newer-end": lambda to: to.end(schema="slp-ops/evidence-end/2"),
}
RAW: dict[str, bytes] = {
    "no-json": b"\xff\xfe{",
    "empty": b"",
    "deep": b"[" * 500_000,
    "number": b'{"schema": 1e999}',
    "too-large": b'"' + b"x" * 1_500_000 + b'"',
}


class Site:
    """The switches of tokyo, which a hostile worker answers for, and one of osaka, which has no worker."""

    def __init__(self, rig: Rig, names: list[str]) -> None:
        self.rig = rig
        self.inventory = rig.folder / "inventory.yaml"
        sites = {"tokyo": names, "osaka": ["osaka-1"]}
        self.inventory.write_text(
            yaml.safe_dump(
                {
                    "version": 1,
                    "defaults": {"username": "netops"},
                    "sites": {
                        site: {"devices": {name: {"host": f"{name}.example.net"} for name in members}}
                        for site, members in sites.items()
                    },
                }
            )
        )
        self.access = rig.join("tokyo")
        rig.join("osaka")

    def run(
        self, answer: Callable[[Answering], Awaitable[None]], *words: str, verb: str = "collect"
    ) -> tuple[Result, dict[str, Any], Path]:
        """Run a verb whose tasks are answered so; return its output, its results, its folder."""
        with HostileWorker(self.access, answer) as worker:
            done = self.rig.collect(self.inventory, *words, verb=verb)
        assert not worker.trouble, worker.trouble
        run = Runs(self.rig.folder / "runs").open("last").path
        lines = map(json.loads, (run / "devices.jsonl").read_text().splitlines())
        return done, {line["name"]: line for line in lines}, run


@pytest.mark.slow
def test_evidence_that_no_worker_sends_is_refused_with_the_reason(rig: Rig) -> None:
    good = archive({MANIFEST: manifest(CAPTURE), "show-clock.txt": b"abc"})
    site = Site(rig, [*DATA, *ENDS, *RAW, "good", "twice", "foreign", "own-disk", "escapes"])
    before = set(rig.folder.rglob("stolen*"))

    async def answer(to: Answering) -> None:
        name = to.order.device
        if name in DATA:
            pieces = [DATA[name][at : at + 2**20] for at in range(0, len(DATA[name]), 2**20)]
            for number, piece in enumerate(pieces):
                await to.part(number, piece)
            await to.raw_end(json.dumps(to.end(DATA[name], parts=len(pieces))).encode())
        elif name in ENDS:
            await to.raw_end(json.dumps(ENDS[name](to)).encode())
        elif name in RAW:
            await to.raw_end(RAW[name])
        elif name == "own-disk":
            failure = {"kind": "store", "message": "disk full", "hint": ""}
            await to.raw_end(json.dumps(to.end(outcome={"failure": failure})).encode())
        elif name == "escapes":
            for text in (ESCAPES, "x" * 900_000):
                await to.event(json.dumps({"schema": "slp-ops/cluster-event/1", "what": text}).encode())
            await to.event(b"[" * 100_000)
            failure = {"kind": ESCAPES, "message": ESCAPES, "hint": ESCAPES}
            await to.raw_end(json.dumps(to.end(outcome={"failure": failure})).encode())
        else:
            if name == "foreign":  # evidence for a switch of another site, under its own site's subjects
                await to.part(0, good, device="osaka-1")
                await to.raw_end(json.dumps(to.end(good)).encode(), device="osaka-1")
            for _ in range(2 if name == "twice" else 1):
                await to.part(0, good)
                await to.raw_end(json.dumps(to.end(good)).encode())

    done, found, run = site.run(answer)

    assert done.exit_code == 4, done.output
    for name in (*DATA, *ENDS, *RAW):
        assert found[name]["error"]["kind"] == "evidence", (name, found[name])
        assert "of site tokyo is not accepted" in found[name]["error"]["message"]
    for name in ("good", "twice", "foreign"):
        assert found[name]["status"] == "ok", found[name]
        assert (run / name / "show-clock.txt").read_bytes() == b"abc"
        assert (run / name / MANIFEST).read_text().count("\n") == 1
    assert found["osaka-1"]["error"]["kind"] == "no_worker"
    assert not (run / "osaka-1").exists()
    # The worker's full disk is not that of this computer, which would end the run.
    assert found["own-disk"]["error"]["kind"] == "worker_store"
    assert json.loads((run / "run.json").read_text())["state"] == "complete"
    assert set(rig.folder.rglob("stolen*")) == before
    assert not list(run.glob("defect-*")), done.output
    assert [(each.waiting, each.running) for each in rig.status()] == [(0, 0), (0, 0)]

    # What the failure of "escapes" says is text wherever it is shown.
    shown = {"collect": done.output}
    forms = ("html", "json", "csv", "junit", "md")
    words = [word for form in forms for word in (f"--{form}", str(rig.folder / f"report.{form}"))]
    made = CliRunner().invoke(cli, ["report", str(run), *words], env=rig.environment)
    assert made.exit_code in (0, 3, 4), made.output
    shown |= {form: (rig.folder / f"report.{form}").read_text() for form in forms}
    shown["runs"] = CliRunner().invoke(cli, ["runs", "show", str(run)], env=rig.environment).output
    for form, text in shown.items():
        assert "owned" in text, form
        for harm in ("\x1b", "\x07", "\u202e"):
            assert harm not in text, form
    assert "<script>alert(1)" not in shown["html"]
    cells = [cell for row in csv.reader(io.StringIO(shown["csv"])) for cell in row]
    assert not any(cell.startswith(("=", "\n=")) for cell in cells)


BEATS: dict[str, bytes] = {
    "no-json": b"{",
    "deep": b"[" * 500_000,
    "naive-clock": heartbeat().replace(b"+00:00", b""),
    "first-year": b'{"schema": "slp-ops/heartbeat/1", "version": "1", "works": [],'
    b' "clock": "0001-01-01T00:00:00+14:00",'
    b' "max_sessions": 1, "sessions": 1}',
    "last-year": heartbeat(clock=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    "numbers": heartbeat(max_sessions=-(2**63), sessions=2**63 - 1),
    "escapes": heartbeat(version=ESCAPES, works=(ESCAPES,)),
    "long": heartbeat(version="9" * 500_000),
    "older": b'{"schema": "slp-ops/heartbeat/0", "version": "0.9"}',
    "without-works": heartbeat().replace(b'"works"', b'"kinds"'),
    "newer": b'{"schema": "slp-ops/heartbeat/2", "version": "99.1\x1b[2J", "new": {"a": [1]}}'.replace(
        b"\x1b", b"\\u001b"
    ),
}


@pytest.mark.parametrize("beat", BEATS)
def test_a_lying_heartbeat_harms_neither_status_nor_runs(rig_of_beats: tuple[Rig, Path], beat: str) -> None:
    rig, access = rig_of_beats

    async def publish() -> None:
        address = read_address(access, hint="")
        async with connected(access, address) as client:
            await client.jetstream().publish(subject(HEARTBEAT, address.site, address.holder), BEATS[beat])

    asyncio.run(publish())
    shown = CliRunner().invoke(cli, ["hub", "status", "--folder", str(rig.hub_folder)], env=rig.environment)
    assert shown.exit_code in (0, 3), (shown.output, shown.exception)
    assert re.search(r"tokyo +1/1 ", shown.output), shown.output
    assert "\x1b" not in shown.output
    assert max(map(len, shown.output.splitlines())) < 250
    if beat == "newer":
        assert "99.1" in shown.output
    if beat in ("older", "without-works", "newer", "no-json", "deep", "escapes"):
        # Named as a worker of another release, not as a site without a worker.
        found = [each for site in rig.status() for each in site.workers]
        done = CliRunner().invoke(
            cli,
            ["collect", "-i", str(rig.folder / "inventory.yaml"), "--runs-dir", str(rig.folder / beat)],
            env={**rig.environment, "SLP_OPS_HUB": str(rig.hub_folder)},
        )
        assert len(found) == 1
        assert "which does not know the work collect" in done.output, (done.output, done.exception)
        assert "\x1b" not in done.output


@pytest.mark.slow
def test_a_flood_of_a_site_leaves_the_operator_in_bounds(rig: Rig) -> None:
    """Events, announcements and bombs: the run ends, and its process stays small."""
    names = [f"bomb-{number}" for number in range(12)]
    site = Site(rig, ["flooded", *names])
    files = {f"show-{number}.txt": bytes(2**25) for number in range(8)}
    index = [
        {"name": name, "size": 2**25, "sha256": sha256(data).hexdigest()} for name, data in files.items()
    ]
    index[-1]["sha256"] = "0" * 64  # refused at last, when everything is unpacked
    bomb = raw_archive({"schema": "slp-ops/device-archive/1", "files": index}, b"".join(files.values()))

    async def answer(to: Answering) -> None:
        if to.order.device != "flooded":
            await to.part(0, bomb)
            await to.raw_end(json.dumps(to.end(bomb)).encode())
            return
        event = json.dumps(
            {"schema": "slp-ops/cluster-event/1", "what": "running", "detail": "x" * 100_000, "bytes": 2**62}
        ).encode()
        for number in range(3000):
            await to.event(event)
            if number % 10 == 0:
                await to.raw_end(b"{}", device=f"made-up-{number}")
        await to.raw_end(json.dumps(to.end()).encode())

    with HostileWorker(site.access, answer) as worker:
        words = ("--runs-dir", str(rig.folder / "runs"), "--site", "tokyo", "--hub", str(rig.hub_folder))
        collecting = rig.start("collect", "collect", "-i", str(site.inventory), *words)
        largest = 0
        end = time.monotonic() + 300
        while collecting.poll() is None and time.monotonic() < end:
            with suppress(OSError, IndexError):
                status = Path(f"/proc/{collecting.pid}/status").read_text(encoding="ascii")
                largest = max(largest, int(status.split("VmHWM:")[1].split()[0]) // 1024)
            time.sleep(0.05)
        assert collecting.poll() is not None, rig.log("collect")
    rig.processes.pop("collect")

    assert not worker.trouble, worker.trouble
    assert "13 devices" in rig.log("collect"), rig.log("collect")
    assert rig.log("collect").count("the SHA-256 of show-7.txt differs") >= len(names)
    # One bomb of 256 MB at a time, twice for the moment of its unpacking, and what the client keeps.
    assert largest < 600, f"{largest} MB"


@pytest.fixture(scope="module")
def rig_of_beats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, Path]]:
    """A hub with a site whose worker only says that it is alive."""
    rig = Rig(tmp_path_factory.mktemp("beats"))
    try:
        rig.up()
        access = rig.join("tokyo")
        device = {"sw": {"host": "sw.example.net"}}
        (rig.folder / "inventory.yaml").write_text(
            yaml.safe_dump(
                {"version": 1, "defaults": {"username": "n"}, "sites": {"tokyo": {"devices": device}}}
            )
        )
        yield rig, access
    finally:
        rig.close()
