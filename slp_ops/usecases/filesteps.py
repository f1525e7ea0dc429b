"""The steps of a plan that move files. The switch's own MD5 decides whether the bytes are the same.

Each of them may be done again: it writes a file of our own name, here or there, and nothing else.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from slp_ops.errors import BadFile, ConnectError, CopyFailed, CredentialError, SessionLost
from slp_ops.i18n import Text, verbatim
from slp_ops.model import CaptureStatus
from slp_ops.plan.files import Check, Fetch, Put, Room
from slp_ops.ports import Ending, ExecOrder, SentStatus
from slp_ops.usage.dump import NoDump, read_dump

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.errors import SlpOpsError
    from slp_ops.plan.files import FileStep
    from slp_ops.ports import Sent
    from slp_ops.usecases.line import Line
    from slp_ops.usecases.work import Copying, Work

_FREE: Final = re.compile(r"\d{1,20} bytes total \((\d{1,20}) bytes free\)")
_MD5: Final = re.compile(r"\)\s*=\s*([0-9a-fA-F]{32})\b", re.ASCII)
_NO_FILE: Final = re.compile(r"no such file|file not found", re.IGNORECASE)
# A stack's flash answers slowly, and an MD5 of some megabytes takes its time.
_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDone:
    """How it went: ``why`` not, and what the journal notes of it."""

    why: Text | None = None
    noted: Mapping[str, object] = field(default_factory=dict)


class FileSteps:
    """Steps with files, on one switch's line."""

    def __init__(self, work: Work, line: Line) -> None:
        self._work = work
        self._line = line

    async def do(self, step: FileStep) -> FileDone:
        """Do one; a session that is lost in the middle is opened once more. Raises StoreError only."""
        try:
            return await self._do(step)
        except SessionLost as err:
            failure = await self._line.again(self._work.limits.reconnect)
            if failure is not None:
                return FileDone(why=_LOST.of(why=err.message, again=failure.message))
        except (ConnectError, CredentialError) as err:
            return FileDone(why=_words(err))
        try:
            return await self._do(step)
        except (SessionLost, ConnectError, CredentialError) as err:
            return FileDone(why=_words(err))

    async def shows(self, path: str) -> bool | None:
        """Whether a file is there; None where the switch does not say. Raises ConnectError or SessionLost."""
        sent = await self._send(f"dir {path}")
        if sent.status is SentStatus.DONE and not _NO_FILE.search(sent.said):
            return True
        return False if _NO_FILE.search(sent.said) else None

    async def _do(self, step: FileStep) -> FileDone:
        match step:
            case Room():
                return await self._room(step)
            case Fetch():
                return await self._fetch(step)
            case Put():
                return await self._put(step)
            case Check():
                md5 = await self._md5(step.path)
                if isinstance(md5, Text):
                    return FileDone(why=md5)
                return FileDone() if md5 == step.md5 else FileDone(why=_OTHER_MD5.of(path=step.path))

    async def _room(self, step: Room) -> FileDone:
        sent = await self._send(step.command)
        found = _FREE.findall(sent.said)
        if sent.status is not SentStatus.DONE or not found:
            return FileDone(why=_NO_ROOM_KNOWN.of(said=_tail(sent.said)))
        free = int(found[-1])
        if free < step.bytes:
            return FileDone(why=_FULL.of(free=free, needed=step.bytes, system=step.system))
        return FileDone(noted={"free": free})

    async def _fetch(self, step: Fetch) -> FileDone:
        try:
            data = await (self._in_band(step.path) if step.in_band else self._by_scp(step.path))
        except (CopyFailed, NoDump) as err:
            return FileDone(why=_words(err) if isinstance(err, CopyFailed) else verbatim(str(err)))
        md5 = await self._md5(step.path)
        if isinstance(md5, Text):
            return FileDone(why=md5)
        if hashlib.md5(data, usedforsecurity=False).hexdigest() != md5:
            return FileDone(why=_NOT_SAME.of(path=step.path, size=len(data)))
        try:
            noted = self._copying.shelf.keep(self._work.device, step.name, data)
        except BadFile as err:
            return FileDone(why=_words(err))
        return FileDone(noted={"md5": md5, "in_band": step.in_band, **noted})

    async def _put(self, step: Put) -> FileDone:
        data = self._copying.shelf.take(step.name)
        if hashlib.sha256(data).hexdigest() != step.sha256:
            return FileDone(why=_CHANGED.of(name=step.name))
        try:
            async with self._copying.transport.files(self._work.device) as files:
                await files.put(step.path, data)
        except CopyFailed as err:
            return FileDone(why=_words(err))
        return FileDone()

    async def _by_scp(self, path: str) -> bytes:
        async with self._copying.transport.files(self._work.device) as files:
            return await files.fetch(path)

    async def _in_band(self, path: str) -> bytes:
        lines = _Lines()
        sent = await self._line.send(ExecOrder(command=f"more /binary {path}", seconds=_SECONDS, sink=lines))
        if sent.status is SentStatus.SILENT:
            raise SessionLost("the switch fell silent in the middle of the file")
        if sent.status is not SentStatus.DONE:
            raise CopyFailed(f"the switch does not print {path}: {_tail(sent.said)}")
        return read_dump(lines.finished())

    async def _md5(self, path: str) -> str | Text:
        sent = await self._send(f"verify /md5 {path}")
        found = _MD5.findall(sent.said)
        if sent.status is not SentStatus.DONE or not found:
            return _NO_MD5.of(path=path, said=_tail(sent.said))
        return str(found[-1]).lower()

    async def _send(self, command: str) -> Sent:
        """Send a command that reads flash, and keep what it prints as evidence."""
        sent = await self._line.send(ExecOrder(command=command, seconds=_SECONDS))
        if sent.status is SentStatus.SILENT:
            raise SessionLost(f"the switch fell silent at '{command}'")
        capture = self._work.evidence.open(command)
        capture.write(f"{sent.said}\n")
        status = CaptureStatus.OK if sent.status is SentStatus.DONE else CaptureStatus.UNSUPPORTED
        capture.commit(Ending(status=status))
        return sent

    @property
    def _copying(self) -> Copying:
        copying = self._work.copying
        assert copying is not None  # noqa: S101 - only the verbs that copy make such steps
        return copying


class _Lines:
    """A sink that gives lines. See ``ports.Sink``."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def write(self, text: str) -> None:
        self._pieces.append(text)

    def finished(self) -> list[str]:
        return "".join(self._pieces).split("\n")


def _words(err: SlpOpsError) -> Text:
    return verbatim(f"{err.message} ({err.hint})" if err.hint else err.message)


def _tail(said: str) -> str:
    return " / ".join(line.strip() for line in said.split("\n")[-3:] if line.strip())[:200] or "-"


_LOST: Final = Text("{why}; and then: {again}", "{why}。その後: {again}")
_NO_ROOM_KNOWN: Final = Text(
    "the free space on flash could not be read: {said}", "flash の空き容量を読み取れません: {said}"
)
_FULL: Final = Text(
    "{system} has {free} bytes free, and {needed} are needed: delete what is not used "
    "(old images: install remove inactive), then go on with --resume",
    "{system} の空き容量は {free} バイトで、{needed} バイト必要です。不要なファイルを削除してください "
    "(古いイメージは install remove inactive)。その後 --resume で続行してください",
)
_NOT_SAME: Final = Text(
    "the {size} bytes that came are not those of {path}: their MD5 differs from the switch's",
    "受信した {size} バイトは {path} の内容と異なります (スイッチの MD5 と不一致)",
)
_OTHER_MD5: Final = Text(
    "{path} on the switch is not the file that was sent: its MD5 differs",
    "スイッチ上の {path} は送信したファイルと異なります (MD5 不一致)",
)
_NO_MD5: Final = Text("the switch gives no MD5 of {path}: {said}", "{path} の MD5 を取得できません: {said}")
_CHANGED: Final = Text(
    "the kept copy of {name} is not what was planned", "保存済みの {name} が計画時と異なります"
)
