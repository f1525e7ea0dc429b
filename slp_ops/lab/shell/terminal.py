"""Runs a command generator on a terminal: bytes in, actions out.

    terminal.receive(data)          what the operator typed
    terminal.next_action()          Write, Wait, Close ... or None until something arrives
    terminal.elapsed(wait)          that Wait is over

Output is produced on demand, so that a page of many megabytes is never in memory.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.lab.journal import Mode
from slp_ops.lab.shell.actions import Action, Close, Drop, Reboot, Wait, Write
from slp_ops.lab.shell.editor import LineEditor, nothing_known
from slp_ops.lab.shell.pager import MORE, Pager
from slp_ops.lab.shell.requests import (
    Answer,
    AskBytes,
    AskKey,
    AskLine,
    GoDown,
    Leave,
    Lose,
    Page,
    Pause,
    Program,
    Request,
    Say,
)
from slp_ops.lab.shell.session import Screen

if TYPE_CHECKING:
    from collections.abc import Callable

_ESCAPE: Final = 0x1E  # Ctrl-^
_HISTORY: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Quality of the line between operator and switch; the default is perfect."""

    chunk_bytes: int = 0
    chunk_seconds: float = 0.0
    echo_seconds: float = 0.0


def unheard(mode: Mode, text: str) -> None:
    """Ignore journal entries."""


class Terminal:
    """One session's terminal."""

    def __init__(
        self,
        program: Program,
        *,
        screen: Screen | None = None,
        line: Line | None = None,
        on_typed: Callable[[Mode, str], None] = unheard,
        complete: Callable[[str], str] = nothing_known,
        help_for: Callable[[str], str] | None = None,
    ) -> None:
        self.screen = screen or Screen()
        self._program = program
        self._line = line or Line()
        self._on_typed = on_typed
        self._complete = complete
        self._help_for = help_for
        self._inbox = bytearray()
        self._after_cr = False
        self._outbox: deque[Action] = deque()
        self._blocked: Wait | None = None
        self._request: Request | None = None
        self._ended = False
        self._editor: LineEditor | None = None
        self._echo_waited = False
        self._pager: Pager | None = None
        self._pause: Wait | None = None
        self._resume(None)

    # -- called by the transport

    def receive(self, data: bytes) -> None:
        """Process typed bytes."""
        if not self._ended:
            self._inbox += data

    def elapsed(self, wait: Wait) -> None:
        """Resume after a requested Wait; an interrupted one is ignored."""
        if wait is self._blocked:
            self._blocked = None
        elif wait is self._pause:
            self._pause = None
            self._resume(False)

    def next_action(self) -> Action | None:
        """Return the next action, or None until bytes arrive or a wait is over."""
        while self._blocked is None:
            if self._outbox:
                action = self._paced(self._outbox.popleft())
                if isinstance(action, Wait) and action is not self._pause:
                    self._blocked = action
                return action
            if self._ended or not self._step():
                return None
        return None

    def announce(self, text: str) -> None:
        """Print a log line in the middle of other output; typed text is not redrawn."""
        if not self._ended:
            self._write(f"\n{text}\n")

    # -- one step of the command

    def _step(self) -> bool:
        match self._request:
            case Say(text):
                self._write(text)
                self._resume(None)
            case Page():
                return self._page()
            case Pause(keys=keys):
                return self._cut_short(keys)
            case AskLine():
                return self._edit()
            case AskKey():
                key = self._key()
                if key is None:
                    return False
                self._on_typed(Mode.DIALOGUE, chr(key))
                self._resume(bytes([key]))
            case AskBytes(one=one):
                if not self._inbox:
                    return False
                escape = self._inbox.find(_ESCAPE)
                size = 1 if one else escape + 1 if escape >= 0 else len(self._inbox)
                data = bytes(self._inbox[:size])
                del self._inbox[:size]
                self._on_typed(Mode.TELNET, data.decode("latin-1"))
                self._resume(data)
            case Leave():
                self._end(Close())
            case Lose():
                self._end(Drop())
            case GoDown(seconds):
                self._end(Reboot(seconds))
            case None:
                self._end(Close())
        return True

    def _end(self, action: Action) -> None:
        self._ended = True
        self._inbox.clear()
        self._program.close()
        self._outbox.append(action)

    def _resume(self, answer: Answer) -> None:
        try:
            request = next(self._program) if answer is None else self._program.send(answer)
        except StopIteration:
            self._request = None
            return
        self._request = request
        match request:
            case AskLine(prompt=prompt, mode=mode):
                command = request.command
                self._echo_waited = not command or not self._line.echo_seconds
                self._editor = LineEditor(
                    prompt,
                    width=self.screen.width,
                    secret=mode is Mode.PASSWORD,
                    history=self.screen.history if command else (),
                    complete=self._complete if command else nothing_known,
                    help_for=self._help_for if command else None,
                )
                self._outbox.append(Write(self._editor.take_echo()))
            case Page(lines):
                self._pager = Pager(lines, self.screen)
            case Pause(seconds=seconds, real=real):
                self._pause = Wait(seconds, real=real)
                self._outbox.append(self._pause)
            case _:
                pass

    def _edit(self) -> bool:
        assert self._editor is not None  # noqa: S101 - made together with the request
        assert isinstance(self._request, AskLine)  # noqa: S101 - the caller's match
        if not self._inbox:
            return False
        if not self._echo_waited:
            self._echo_waited = True
            self._outbox.append(Wait(self._line.echo_seconds, real=True))
            return True
        typed = None
        while typed is None and (key := self._key()) is not None:
            typed = self._editor.feed(key)
        if echo := self._editor.take_echo():
            self._outbox.append(Write(echo))
        if typed is not None:
            secret = self._request.mode is Mode.PASSWORD
            self._on_typed(self._request.mode, "" if secret else typed.text)
            if self._request.command and typed.text.strip():
                self.screen.history.append(typed.text)
                del self.screen.history[:-_HISTORY]
            self._resume(typed)
        return True

    def _page(self) -> bool:
        assert self._pager is not None  # noqa: S101 - made together with the request
        if self._pager.waits:
            key = self._key()
            if key is None:
                return False
            self._outbox.append(Write(self._pager.answer(key)))
        if _ESCAPE in self._inbox:
            del self._inbox[: self._inbox.index(_ESCAPE) + 1]
            self._pager.stop()
        self._write(self._pager.take())
        if self._pager.waits:
            self._outbox.append(Write(MORE))
        elif self._pager.done:
            self._resume(None)
        return True

    def _cut_short(self, keys: bytes) -> bool:
        at = next((n for n, byte in enumerate(self._inbox) if byte in keys), None)
        if at is None:
            return False
        del self._inbox[: at + 1]
        if self._pause is not None and self._pause in self._outbox:
            self._outbox.remove(self._pause)
        self._pause = None
        self._resume(True)
        return True

    def _key(self) -> int | None:
        """Return the next typed byte; CR LF and CR NUL are one key."""
        while self._inbox:
            key = self._inbox.pop(0)
            if self._after_cr and key in (0x0A, 0x00):
                self._after_cr = False
                continue
            self._after_cr = key == 0x0D
            return key
        return None

    # -- output

    def _write(self, text: str) -> None:
        data = text.replace("\n", "\r\n").encode("utf-8", "surrogateescape")
        if data:
            self._outbox.append(Write(data))

    def _paced(self, action: Action) -> Action:
        if not isinstance(action, Write):
            return action
        data, line = action.data, self._line
        if line.chunk_bytes and len(data) > line.chunk_bytes:
            self._outbox.appendleft(Write(data[line.chunk_bytes :]))
            data = data[: line.chunk_bytes]
        if line.chunk_bytes:
            self._outbox.appendleft(Wait(line.chunk_seconds, real=True))
        return Write(data)
