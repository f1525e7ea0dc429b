"""Requests of a running command to its terminal.

A command is a generator: it yields these and is resumed with the answer. That keeps a dialogue
(``Save? [yes/no]:``, ``[confirm]``, a password) readable as a sequence.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from enum import StrEnum

from slp_ops.lab.journal import Mode


class Ended(StrEnum):
    """The key that ended a line."""

    ENTER = "enter"
    CTRL_Z = "ctrl-z"
    CTRL_C = "ctrl-c"


@dataclass(frozen=True, slots=True)
class Typed:
    """The answer to AskLine."""

    text: str
    ended: Ended = Ended.ENTER


@dataclass(frozen=True, slots=True)
class Say:
    """Print at once, whatever the terminal's length. No answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """Print lines, stopping at ``--More--``. No answer."""

    lines: Iterable[str]


@dataclass(frozen=True, slots=True)
class Pause:
    """Let time pass. The answer is True when one of the ``keys`` cut it short."""

    seconds: float | None
    keys: bytes = b"\x1e"
    real: bool = False  # not scaled: a fault of the line, not of the simulated world


@dataclass(frozen=True, slots=True)
class AskLine:
    """Read a line with echo and editing. The answer is a Typed."""

    prompt: str
    mode: Mode = Mode.DIALOGUE

    @property
    def command(self) -> bool:
        """History, completion and help are for command lines only."""
        return self.mode in (Mode.EXEC, Mode.CONFIG)


@dataclass(frozen=True, slots=True)
class AskKey:
    """Read one key without echo, as ``[confirm]`` does. The answer is that byte."""


@dataclass(frozen=True, slots=True)
class AskBytes:
    """Read arriving bytes, as a telnet session does. The answer is bytes.

    They end with the escape key: later input may be for the switch. ``one`` requests the key that
    follows it.
    """

    one: bool = False


@dataclass(frozen=True, slots=True)
class Leave:
    """End the session."""


@dataclass(frozen=True, slots=True)
class GoDown:
    """Reload: every session ends, and the switch does not answer for this many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Lose:
    """The connection breaks here."""


Request = Say | Page | Pause | AskLine | AskKey | AskBytes | Leave | GoDown | Lose
Answer = Typed | bytes | bool | None
Program = Generator[Request, Answer, None]


def ask_line(prompt: str, mode: Mode = Mode.DIALOGUE) -> Generator[Request, Answer, Typed]:
    """Ask for a line, for ``yield from``."""
    answer = yield AskLine(prompt, mode)
    assert isinstance(answer, Typed)  # noqa: S101 - the terminal's contract
    return answer


def confirmed(question: str) -> Generator[Request, Answer, bool]:
    """Ask ``question [confirm]``: Enter or y confirms, any other key declines."""
    yield Say(f"{question}[confirm]")
    key = yield AskKey()
    yes = key in (b"\r", b"\n", b"y", b"Y")
    yield Say("\n" if yes or key == b"\x03" else f"{_shown(key)}\n")
    return yes


def paused(seconds: float, keys: bytes = b"\x1e") -> Generator[Request, Answer, bool]:
    """Wait in simulated time; True when a key interrupted it."""
    return bool((yield Pause(seconds, keys)))


def _shown(key: Answer) -> str:
    return key.decode("ascii", "replace") if isinstance(key, bytes) and key >= b" " else ""
