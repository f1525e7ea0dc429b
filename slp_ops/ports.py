"""The only things that the use cases know of the world. Protocols, and the values they exchange.

A Reader cannot change a switch: it takes ReadCommands. Only applying a plan holds a Writer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager

    from slp_ops.model import Capture, CaptureStatus, Device
    from slp_ops.readonly import ProbeStep, ReadCommand
    from slp_ops.steps import ConfigStep, ExecStep


class Sink(Protocol):
    """Where a command's text goes, piece by piece, so that memory stays bounded."""

    def write(self, text: str) -> None:
        """Take the next piece. Pieces may end anywhere, also inside a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a command ended, with the switch's own words where they say why."""

    status: CaptureStatus
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeEnding(Ending):
    """How a probe ended. ``seconds`` is how long the connection was tried, the look-up not counted."""

    seconds: float = 0.0


class CaptureWriter(Sink, Protocol):
    """One capture being written: a Sink that ends in the evidence."""

    def commit(self, ending: Ending) -> Capture:
        """Keep what was written, with how the command ended. Raises StoreError."""


class Evidence(Protocol):
    """Where one device's captures are kept."""

    def open(self, command: str) -> CaptureWriter:
        """Begin a capture. Raises StoreError."""

    def record(self, command: str, ending: Ending) -> Capture:
        """Keep that a command gave no text, and why. Raises StoreError."""


class Reader(Protocol):
    """An open session that can only read."""

    @property
    def hostname(self) -> str:
        """The name in the prompt."""

    @property
    def alive(self) -> bool:
        """Whether the session stands at a prompt, so that a command may be sent."""

    async def show(self, command: ReadCommand, *, timeout: float, sink: Sink) -> Ending:
        """Send one command; ``timeout`` is the longest silence in seconds, however long the output.

        Raises SessionLost when the session broke; a refused or silent command is an Ending.
        """

    async def probe(self, step: ProbeStep, *, timeout: float, sink: Sink) -> ProbeEnding:
        """Try a connection from the switch for at most so many seconds, and leave it again.

        Afterwards the session stands at a prompt with no connection open, or is not ``alive`` and must
        be dropped. Raises SessionLost when the session broke.
        """


class SentStatus(StrEnum):
    """How something that was sent to change a switch ended."""

    DONE = "done"
    REFUSED = "refused"  # the switch's own words say so
    ASKED = "asked"  # it asked what the step has no answer for; left without one
    UNEXPECTED = "unexpected"  # it ended, but did not say what it should have said
    SILENT = "silent"  # no prompt came


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a step. ``taken`` counts the lines that the switch took, ``line`` is the next one."""

    status: SentStatus
    said: str = ""
    taken: int = 0
    line: str = ""


NO_SECRETS: Final[Mapping[str, Secret]] = MappingProxyType({})


class Writer(Reader, Protocol):
    """An open session that can change the switch. Only what applies an approved plan holds one."""

    async def send(
        self,
        step: ConfigStep | ExecStep,
        *,
        secrets: Mapping[str, Secret] = NO_SECRETS,
        sink: Sink | None = None,
    ) -> Sent:
        """Send a step. ``secrets`` replace ``{name}`` in a command.

        With a ``sink`` an exec command prints there, however long its output, and not into ``Sent``. Raises
        SessionLost when the session broke; how much was sent is unknown then.
        """


class Transport(Protocol):
    """A way to open sessions to devices."""

    def read(self, device: Device) -> AbstractAsyncContextManager[Reader]:
        """Open a session to read with; raises ConnectError."""

    async def close(self) -> None:
        """Give up what sessions share: threads, connections to jump hosts."""


class ChangingTransport(Transport, Protocol):
    """A way to open sessions that may change a switch as well. A dry run holds a Transport only."""

    def write(self, device: Device) -> AbstractAsyncContextManager[Writer]:
        """Open a session that may change the switch; raises ConnectError."""


class Files(Protocol):
    """A connection that copies one file, every byte as it is; it raises CopyFailed."""

    async def fetch(self, path: str) -> bytes:
        """The content of a file on the switch, such as ``flash:report.txt``."""

    async def put(self, path: str, data: bytes) -> None:
        """Write a file on the switch, over one of that name."""


class CopyingTransport(ChangingTransport, Protocol):
    """A way to change switches, and to copy files to and from them."""

    def files(self, device: Device) -> AbstractAsyncContextManager[Files]:
        """Open a connection for one copy; raises ConnectError."""


class Shelf(Protocol):
    """Where files for switches and from switches are kept, unmasked: they are signed."""

    def keep(self, device: Device, name: str, data: bytes) -> Mapping[str, object]:
        """Look at what a switch gave and keep it; what the journal notes of it.

        Raises BadFile for what is not the file that was asked for, or StoreError.
        """

    def take(self, name: str) -> bytes:
        """A file for a switch, as it was when it was planned; raises StoreError."""


class Secret:
    """A text that must not be seen: it has no readable repr, str or pickle."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(...)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Who logs in, and by which one method."""

    username: str
    password: Secret | None = None
    enable: Secret | None = None
    key: str | None = None  # a private key's file
    passphrase: Secret | None = None  # of that key
    agent: bool = False


class Credentials(Protocol):
    """Where credentials come from."""

    def get(self, name: str, username: str | None) -> Credential:
        """The credential of that name, at once if it was asked for before; raises CredentialError."""


# Progress: the use cases say what happens, the command line draws it. Silence is the default.
@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened to one device: ``what`` is a word such as connecting, running, done."""

    device: str
    what: str
    detail: str = ""
    bytes: int = 0


OnEvent = Callable[[Event], None]


def silent(event: Event) -> None:
    """The default listener."""
