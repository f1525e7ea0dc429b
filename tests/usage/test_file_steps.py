"""Steps with files against a scripted switch: only the switch's own MD5 is proof."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app.change.context import FileCopying
from slp_ops.app.change.steps import FileDone, FileSteps
from slp_ops.errors import BadFile, ConnectionRefused, CopyFailed, SessionLost
from slp_ops.model import Device
from slp_ops.ports import CommandOutcome, CommandResult
from slp_ops.steps import CheckFile, CheckSpace, Download, FileStep, Upload

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DATA = b"<smartLicense>\r\n\x00\xff</smartLicense>\n"
MD5 = hashlib.md5(DATA, usedforsecurity=False).hexdigest()
PATH = "flash:a.txt"
FETCH = Download(path=PATH, name="a.txt")
PUT = Upload(path=PATH, name="a.txt", sha256=hashlib.sha256(DATA).hexdigest(), size=len(DATA))


def done(said: str) -> CommandResult:
    return CommandResult(status=CommandOutcome.DONE, output=said, taken=1)


def refused(said: str) -> CommandResult:
    return CommandResult(status=CommandOutcome.REFUSED, output=said)


DIR = done("425985  -rw-  42  a.txt\n\n11353194496 bytes total (8512188416 bytes free)")
VERIFIED = done(f".....Done!\nverify /md5 ({PATH}) = {MD5}\n")


class Bench:
    """A line that gives these answers in turn, and what copying needs. See ``device_session.Line``."""

    def __init__(self, *answers: CommandResult | Exception, copied: bytes | Exception = DATA) -> None:
        self.answers = list(answers)
        self.copied = copied
        self.sent: list[str] = []
        self.kept: dict[str, bytes] = {}
        self.put_there: dict[str, bytes] = {}
        self.opened_again = 0
        self.captures: list[str] = []
        device = Device(name="sw1", site="tokyo", host="192.0.2.11")
        self.context: Any = SimpleNamespace(
            device=device,
            timeouts=SimpleNamespace(reconnect=1.0),
            copying=FileCopying(transport=self, file_store=self),  # type: ignore[arg-type]  # the part of it that is used
            evidence=self,
        )

    def do(self, step: FileStep) -> FileDone:
        return asyncio.run(FileSteps(self.context, self).do(step))  # type: ignore[arg-type]  # as above

    def shows(self, path: str) -> bool | None:
        return asyncio.run(FileSteps(self.context, self).shows(path))  # type: ignore[arg-type]  # as above

    # the line

    async def send(self, step: Any, *, sink: Any = None) -> CommandResult:
        self.sent.append(step.command)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if sink is not None and answer.status is CommandOutcome.DONE:
            sink.write(answer.output)
        return answer

    async def reconnect(self, within: float) -> None:
        self.opened_again += 1

    # the transport

    @asynccontextmanager
    async def files(self, device: Device) -> AsyncIterator[Any]:
        yield self

    async def fetch(self, path: str) -> bytes:
        if isinstance(self.copied, Exception):
            raise self.copied
        return self.copied

    async def put(self, path: str, data: bytes) -> None:
        if isinstance(self.copied, Exception):
            raise self.copied
        self.put_there[path] = data

    # the shelf

    def save(self, device: Device, name: str, data: bytes) -> dict[str, object]:
        if b"other" in data:
            raise BadFile("it is of another switch")
        self.kept[name] = data
        return {"received": name}

    def load(self, name: str) -> bytes:
        return DATA

    # the evidence

    def open(self, command: str) -> Any:
        self.captures.append(command)
        return SimpleNamespace(write=lambda text: None, commit=lambda ending: None)


def why(found: FileDone) -> str:
    assert found.why is not None
    assert found.why.ja
    return found.why.en


def test_room_is_the_last_line_of_dir() -> None:
    assert Bench(DIR).do(CheckSpace(system="flash:", bytes=16 * 2**20)).noted == {"free": 8512188416}
    full = done("9 bytes total (9 bytes free) is a name\n11353194496 bytes total (1024 bytes free)")
    assert "has 1024 bytes free, and 16777216 are needed" in why(
        Bench(full).do(CheckSpace(system="flash:", bytes=2**24))
    )


@pytest.mark.parametrize("answer", [done("unknown text"), refused("Command authorization failed.")])
def test_room_that_cannot_be_read_is_no_room(answer: CommandResult) -> None:
    assert "could not be read" in why(Bench(answer).do(CheckSpace(system="flash:", bytes=1)))


def test_a_file_is_kept_when_its_md5_is_the_switchs() -> None:
    bench = Bench(VERIFIED)
    assert bench.do(FETCH).noted == {"md5": MD5, "in_band": False, "received": "a.txt"}
    assert bench.kept == {"a.txt": DATA}
    # What is signed is no capture: those are masked.
    assert bench.captures == [f"verify /md5 {PATH}"]


@pytest.mark.parametrize(
    ("bench", "words"),
    [
        (Bench(VERIFIED, copied=DATA + b" "), "their MD5 differs from the switch's"),
        (Bench(VERIFIED, copied=DATA[:-1]), "their MD5 differs from the switch's"),
        (Bench(done("no digest here")), "prints no MD5"),
        (Bench(refused("%Error opening flash:a.txt (No such file or directory)")), "No such file"),
        (Bench(copied=CopyFailed("Administratively disabled.", hint="--in-band")), "disabled. (--in-band)"),
        (Bench(copied=ConnectionRefused("nothing listens")), "nothing listens"),
    ],
    ids=["longer", "shorter", "no digest", "no file", "no scp", "refused"],
)
def test_what_is_not_the_file_is_not_kept(bench: Bench, words: str) -> None:
    assert words in why(bench.do(FETCH))
    assert bench.kept == {}


def test_the_same_bytes_of_another_switch_are_not_kept() -> None:
    data = b"other"
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    bench = Bench(done(f"verify /md5 ({PATH}) = {md5.upper()}"), copied=data)
    assert "another switch" in why(bench.do(FETCH))


def test_in_band_the_dump_is_read_and_checked_like_any_copy() -> None:
    rows = "\n".join(
        f"{at:08X}: {DATA[at : at + 16].hex(' ', 4).upper():<35}  {'.' * 16}"
        for at in range(0, len(DATA), 16)
    )
    bench = Bench(done(rows), VERIFIED)
    assert bench.do(Download(path=PATH, name="a.txt", in_band=True)).why is None
    assert bench.kept == {"a.txt": DATA}
    missing = rows.partition("\n")[2]
    assert "row of offset 0x0 is missing" in why(
        Bench(done(missing)).do(Download(path=PATH, name="a.txt", in_band=True))
    )


@pytest.mark.parametrize("step", [CheckSpace(system="flash:", bytes=1), FETCH, CheckFile(path=PATH, md5=MD5)])
def test_a_lost_session_is_opened_once_more(step: FileStep) -> None:
    answer = DIR if isinstance(step, CheckSpace) else VERIFIED
    bench = Bench(SessionLost("gone"), answer)
    assert bench.do(step).why is None
    assert bench.opened_again == 1
    assert "gone" in why(Bench(SessionLost("gone"), SessionLost("gone")).do(step))


def test_what_is_put_is_what_was_planned() -> None:
    bench = Bench()
    assert bench.do(PUT).why is None
    assert bench.put_there == {PATH: DATA}
    changed = Upload(path=PATH, name="a.txt", sha256="0" * 64, size=1)
    bench = Bench()
    assert "not what was planned" in why(bench.do(changed))
    assert bench.put_there == {}
    assert "no space" in why(Bench(copied=CopyFailed("no space")).do(PUT))


def test_a_file_there_with_another_md5_is_not_imported() -> None:
    assert "its MD5 differs" in why(Bench(VERIFIED).do(CheckFile(path=PATH, md5="0" * 32)))


@pytest.mark.parametrize(
    ("answer", "there"),
    [
        (DIR, True),
        (refused("%Error opening flash:/a.txt (No such file or directory)"), False),
        (refused("Command authorization failed."), None),
    ],
)
def test_whether_a_file_is_there(answer: CommandResult, there: bool | None) -> None:
    assert Bench(answer).shows(PATH) is there
