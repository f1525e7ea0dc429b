"""Ports between the application layer and the outside: protocols, and the values they exchange.

A Reader cannot change a switch: it accepts ReadCommands only. Only the application of a plan holds a Writer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from slp_ops.model import Capture, CaptureStatus, Device
    from slp_ops.readonly import ProbeStep, ReadCommand
    from slp_ops.steps import ConfigStep, ExecStep


class Sink(Protocol):
    """Receiver of a command's text in pieces, so that memory stays bounded."""

    def write(self, text: str) -> None:
        """Accept the next piece. Pieces may end anywhere, also inside a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """Limits of one command, whatever a switch sends: its bytes, and its seconds by a monotonic clock."""

    max_bytes: int = 64 << 20
    max_seconds: float = 600.0

    @classmethod
    def of(cls, device: Device, *, heavy: bool = False) -> ReadLimits:
        """Return the limits of a device's command. A heavy one gets more, unless the operator set them."""
        usual = _HEAVY if heavy else USUAL_LIMITS
        return cls(
            max_bytes=usual.max_bytes if device.max_output is None else device.max_output << 20,
            max_seconds=usual.max_seconds if device.max_time is None else device.max_time,
        )


USUAL_LIMITS: Final = ReadLimits()
_HEAVY: Final = ReadLimits(max_bytes=1024 << 20, max_seconds=7200.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandEnd:
    """End of a command, with the switch's message as the reason."""

    status: CaptureStatus
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeEnd(CommandEnd):
    """End of a probe. ``seconds`` is the duration of the connection attempt without the name lookup."""

    seconds: float = 0.0


class CaptureWriter(Sink, Protocol):
    """Writer of one capture: a Sink that ends in the evidence."""

    def commit(self, ending: CommandEnd) -> Capture:
        """Store the written text with the end of the command. Raises StoreError."""


class EvidenceStore(Protocol):
    """Store for one device's captures."""

    def open(self, command: str) -> CaptureWriter:
        """Start a capture. Raises StoreError."""

    def record(self, command: str, ending: CommandEnd) -> Capture:
        """Record a command without text, with the reason. Raises StoreError."""

    def keep_traceback(self, text: str) -> Path:
        """Keep a traceback, masked, and return its path. Raises StoreError."""


class Reader(Protocol):
    """Open session that can only read."""

    @property
    def hostname(self) -> str:
        """Return the host name in the prompt."""

    @property
    def alive(self) -> bool:
        """Return whether the session is at a prompt and accepts a command."""

    async def show(
        self, command: ReadCommand, *, timeout: float, sink: Sink, limits: ReadLimits = USUAL_LIMITS
    ) -> CommandEnd:
        """Send one command and stream its output to ``sink``; ``timeout`` is the longest silence in
        seconds, and ``limits`` bound the whole output.

        Raises SessionLost when the session is lost, and LimitReached, which closes it; a refused or silent
        command is a CommandEnd.
        """

    async def probe(self, step: ProbeStep, *, timeout: float, sink: Sink) -> ProbeEnd:
        """Try a connection from the switch for at most ``timeout`` seconds, and close it again.

        Afterwards the session is at a prompt without an open connection, or is not ``alive`` and must
        be dropped. Raises SessionLost when the session is lost.
        """


class CommandOutcome(StrEnum):
    """Status of a change that was sent to a switch."""

    DONE = "done"
    REFUSED = "refused"  # the switch printed a refusal
    ASKED = "asked"  # it asked what the step has no answer for; left without one
    UNEXPECTED = "unexpected"  # it ended without the expected output
    SILENT = "silent"  # no prompt came


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """Result of a step. ``taken`` counts the accepted lines, ``line`` is the next one."""

    status: CommandOutcome
    output: str = ""
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
    ) -> CommandResult:
        """Send a step. ``secrets`` replace ``{name}`` in a command.

        With a ``sink`` an exec command prints there, however long its output, and not into
        ``CommandResult``. Raises
        SessionLost when the session broke; how much was sent is unknown then.
        """


class SecretOffer:
    """Progress of one login for its pacing: ``made`` is set before a secret goes to a switch."""

    made = False


class HopGate(Protocol):
    """Admits logins to jump hosts: one gate for all processes of a run."""

    def hop_login(self, hop: str) -> AbstractAsyncContextManager[None]:
        """Admit a login to a hop, in which HopFailed is the end of that hop for the run.

        ``hop`` is the same text for the same chain. Raises HopFailed where a login of the run has failed.
        """


class SessionLog(Protocol):
    """Log of what one session sends and receives; it masks, escapes and bounds what it writes."""

    def hide(self, secret: Secret) -> None:
        """Hide this secret wherever it occurs."""

    def note(self, text: str) -> None:
        """Write a line about the session itself."""

    def sent(self, data: bytes) -> None:
        """Write what was sent."""

    def received(self, data: bytes) -> None:
        """Write what came; nothing came at the end of the connection."""

    def close(self) -> None:
        """Write what was held back, and close the log."""


# Set around a pass over the fleet with --debug; the transports open a log for each session.
SESSION_LOGS: Final[ContextVar[Callable[[Device], SessionLog] | None]] = ContextVar(
    "session_logs", default=None
)

# Set around the opening of a session; the transport that logs in marks it.
SECRET_OFFER: Final[ContextVar[SecretOffer | None]] = ContextVar("secret_offer", default=None)


class Transport(Protocol):
    """Factory of sessions to devices."""

    def read(self, device: Device) -> AbstractAsyncContextManager[Reader]:
        """Open a read-only session; raises ConnectError."""

    async def close(self) -> None:
        """Release shared resources: threads, connections to jump hosts."""


class ChangingTransport(Transport, Protocol):
    """Factory of sessions that may also change a switch. A dry run holds a Transport only."""

    def write(self, device: Device) -> AbstractAsyncContextManager[Writer]:
        """Open a session that can change the switch; raises ConnectError."""


class FileTransfer(Protocol):
    """Connection that copies one file verbatim; raises CopyFailed."""

    async def fetch(self, path: str) -> bytes:
        """Return the content of a file on the switch, such as ``flash:report.txt``."""

    async def put(self, path: str, data: bytes) -> None:
        """Write a file on the switch, replacing an existing one."""


class CopyingTransport(ChangingTransport, Protocol):
    """Factory of sessions that change switches and copy files."""

    def files(self, device: Device) -> AbstractAsyncContextManager[FileTransfer]:
        """Open a connection for one copy; raises ConnectError."""


class FileStore(Protocol):
    """Store for files exchanged with switches, unmasked because they are signed."""

    def save(self, device: Device, name: str, data: bytes) -> Mapping[str, object]:
        """Look at what a switch gave and keep it; what the journal notes of it.

        Raises BadFile for what is not the file that was asked for, or StoreError.
        """

    def load(self, name: str) -> bytes:
        """A file for a switch, as it was when it was planned; raises StoreError."""


# Control characters, and the line and paragraph separators of Unicode.
_ENDS_A_LINE: Final = frozenset({"Cc", "Zl", "Zp"})


class Secret:
    """Secret text without a readable repr, str or pickle."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the text, for the one place that sends it."""
        return self._value

    @property
    def is_one_line(self) -> bool:
        """Return whether a terminal takes the text as one line: no control character is in it."""
        return not any(unicodedata.category(character) in _ENDS_A_LINE for character in self._value)

    def __repr__(self) -> str:
        return "Secret(...)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """User name and authentication method of a login."""

    username: str
    password: Secret | None = None
    enable: Secret | None = None
    key: str | None = None  # path of a private key
    passphrase: Secret | None = None  # for that key
    agent: bool = False


class Credentials(Protocol):
    """Source of credentials."""

    def get(self, name: str, username: str | None) -> Credential:
        """Return the credential of that name, cached after the first request; raises CredentialError."""


# Progress: the application emits events, the command line renders them. The default is silence.
@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressEvent:
    """Progress event of one device: ``what`` is a word such as connecting, running, done."""

    device: str
    what: str
    detail: str = ""
    bytes: int = 0


class StandingNotice(str):
    """Notice of a state that stays until the operator changes it, such as the mode of a file."""

    __slots__ = ()


OnEvent = Callable[[ProgressEvent], None]


def ignore_event(event: ProgressEvent) -> None:
    """Ignore events: the default listener."""
