"""A telnet or ping sent from the switch, without I/O: what to type, what was answered, how to leave.

    tyo-core-01#telnet tools.cisco.com 443 /ipv4
    Translating "tools.cisco.com"...domain server (192.0.2.53) [OK]
    Trying tools.cisco.com (198.51.100.7, 443)... Open         <- from here on bytes go to the far end
    [Connection to tools.cisco.com closed by foreign host]
    tyo-core-01#

While a connection may be suspended an empty line is never sent: it would resume it. What text means is
decided elsewhere; here it only matters whether a connection was opened and whether the prompt is back.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from slp_ops.errors import SessionLost
from slp_ops.iosxe import prompts
from slp_ops.iosxe.connections import NONE_OPEN, OPEN_ALONE, TRANSLATING, TRYING, is_answer, is_closed
from slp_ops.model import CaptureStatus
from slp_ops.ports import ProbeEnd, ReadLimits
from slp_ops.transport.dialogue import ENTER, QUIET_WHEN_IN_DOUBT, Dialogue, Listener, Procedure, Send
from slp_ops.transport.line_buffer import split_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from slp_ops.ports import Sink

_BREAK: Final = b"\x1e"  # Ctrl+Shift+6
_CTRL_C: Final = b"\x03"
# How long a far end may take to close once it was sent what no TLS server understands.
_CLOSING: Final = 3.0
# How long the switch itself may take to answer a key or a short command.
_ANSWER: Final = 4.0
# How long a probe may take beyond its attempt, and what it may print in bytes, in all.
_LEAVING: Final = 120.0
_MOST_BYTES: Final = 16 << 20
# A far end that closes at once does so within this.
_AT_ONCE: Final = 0.3


class _Now(Enum):
    """State of the terminal."""

    PROMPT = auto()
    OPEN = auto()  # a connection stands


def probe(
    dialogue: Dialogue, command: str, *, timeout: float, sink: Sink, clock: Callable[[], float]
) -> Procedure[ProbeEnd]:
    """Send a telnet or ping and come back, as ``_probe``, within limits whatever the far end sends."""
    limits = ReadLimits(max_bytes=_MOST_BYTES, max_seconds=timeout + _LEAVING)
    procedure = _probe(dialogue, command, timeout=timeout, sink=sink, clock=clock)
    return (yield from dialogue.within(limits, procedure))


def _probe(
    dialogue: Dialogue, command: str, *, timeout: float, sink: Sink, clock: Callable[[], float]
) -> Procedure[ProbeEnd]:
    """Send a telnet or ping and come back. The sink gets what the switch said, never the far end's bytes.

    The attempt has ``timeout`` seconds by ``clock``; leaving takes at most some twenty more. Afterwards
    the dialogue is ``alive`` only if its prompt was seen and ``show sessions`` was empty. Raises
    SessionLost when the channel closes, when the session could not be used to begin with, and when no escape
    is answered: the silence is then the session's own and proves nothing about the target.
    """
    yield from dialogue.begin()
    dialogue.alive = False
    seen = _Seen(command, dialogue.prompt, sink, clock)
    yield from dialogue.type(command)
    try:
        now = yield from _listen(dialogue, seen, timeout)
        seconds = seen.seconds
        given_up = now is None
        if given_up:
            now = yield from _abort(dialogue, seen)
    finally:
        # The attempt's own line has no end while nothing has come of it.
        seen.keep_unfinished(dialogue.screen.tail)
    if now is None:
        raise SessionLost("the session stopped answering")
    if now is _Now.PROMPT or (yield from _leave(dialogue, seen)):
        yield from _verify(dialogue, seen)
    reason = f"given up after {timeout:g} s" if given_up else ""
    return ProbeEnd(status=CaptureStatus.OK, reason=reason, seconds=seconds)


class _Seen:
    """Output since the command was sent."""

    def __init__(self, command: str, prompt: str, sink: Sink, clock: Callable[[], float]) -> None:
        self.opened = False
        self.closed = False
        self.leaving = False
        self.clock = clock
        self.listener = Listener(
            command, prompt, prompts_of=self._prompt_of, pending=self._opens, answers=is_answer, pages=False
        )
        self._prompt = prompt
        self._sink = sink
        self._sent = clock()
        self._tried: float | None = None

    @property
    def connected(self) -> bool:
        """Return whether bytes go to the server."""
        return self.opened and not self.closed

    @property
    def seconds(self) -> float:
        """Since the connection was first tried, or since the command was sent."""
        return round(self.clock() - (self._sent if self._tried is None else self._tried), 3)

    def add(self, text: str) -> None:
        """Take finished lines of output."""
        for line in split_lines(text):
            if self.opened:
                # The far end may print anything; only what the switch reports of it is kept.
                if is_closed(line.strip()):
                    self.closed = True
                    self._sink.write(line)
                continue
            self._look(line)
            if not self.opened:
                self._sink.write(line)

    def keep_unfinished(self, tail: str) -> None:
        """Keep the unfinished line if it is the switch's answer."""
        line = tail.strip()
        if not self.opened and (TRYING.match(line) or TRANSLATING.match(line)):
            self._sink.write(line + "\n")

    def _look(self, line: str) -> None:
        """Look at a line, finished or not: ``Open`` stays unfinished on some releases."""
        found = None if self.opened else TRYING.match(line.strip())
        if found is None and (self._tried is None or line.strip() != OPEN_ALONE):
            return
        if self._tried is None:
            self._tried = self.clock()
        if found is None or (found["open"] and not found["rest"].strip()):
            self.opened = True
            self._sink.write(line.rstrip() + "\n")

    def _prompt_of(self, line: str) -> _Now | None:
        return _Now.PROMPT if line == self._prompt and not self.connected else None

    def _opens(self, tail: str) -> tuple[_Now, float] | None:
        self._look(tail)
        return (_Now.OPEN, 0) if self.connected and not self.leaving else None


def _listen(dialogue: Dialogue, seen: _Seen, seconds: float) -> Procedure[_Now | None]:
    """Wait until the prompt is back or a connection is open; None when the time is over."""
    until = seen.clock() + seconds
    return (yield from dialogue.wait(seen.listener, seen.add, lambda: until - seen.clock()))


def _abort(dialogue: Dialogue, seen: _Seen) -> Procedure[_Now | None]:
    """Break an attempt off. Twice, since each address of a name may be an attempt of its own."""
    for key in (_BREAK, _BREAK, _CTRL_C):
        yield Send(key)
        now = yield from _listen(dialogue, seen, _ANSWER)
        if now is not None:
            return now
    return None


def _leave(dialogue: Dialogue, seen: _Seen) -> Procedure[bool]:
    """Leave an open connection; whether the prompt is back with, as far as can be told, nothing open."""
    if (yield from _closes(dialogue, seen, _AT_ONCE)):
        return True
    yield Send(_CTRL_C + ENTER)
    if (yield from _closes(dialogue, seen, _CLOSING)):
        return True

    def suspended(tail: str) -> bool:
        return tail in (dialogue.prompt, f"{dialogue.prompt}x")

    # The escape character may have been configured to be Ctrl+C.
    for escape in (_BREAK, _CTRL_C):
        dialogue.screen.forget_tail()
        yield Send(escape + b"x")
        if (yield from _await_tail(dialogue, seen, suspended)):
            if dialogue.screen.tail.strip() != dialogue.prompt:
                # The server has closed, and the x is after the prompt.
                yield Send(b"\b")
            return (yield from _disconnect(dialogue, seen))
    return False


def _disconnect(dialogue: Dialogue, seen: _Seen) -> Procedure[bool]:
    """Close a suspended connection. Enter is sent to the question only, never to a prompt."""
    dialogue.screen.forget_tail()
    yield Send(b"disconnect" + ENTER)

    def answered(tail: str) -> bool:
        return tail == dialogue.prompt or prompts.is_confirmation(tail)

    if not (yield from _await_tail(dialogue, seen, answered)):
        return False
    if not prompts.is_confirmation(dialogue.screen.tail):
        return True
    dialogue.screen.forget_tail()
    yield Send(ENTER)
    return (yield from _await_tail(dialogue, seen, answered))


def _closes(dialogue: Dialogue, seen: _Seen, seconds: float) -> Procedure[bool]:
    """Wait for the far end to close an open connection; whether the prompt is back."""
    seen.leaving = True
    return (yield from _listen(dialogue, seen, seconds)) is not None


def _await_tail(dialogue: Dialogue, seen: _Seen, ends: Callable[[str], bool]) -> Procedure[bool]:
    """Wait after a keystroke for an unfinished line that ends the answer; return whether it came."""
    until = seen.clock() + _ANSWER
    listener = Listener(
        "",
        dialogue.prompt,
        pending=lambda tail: (_Now.PROMPT, QUIET_WHEN_IN_DOUBT) if ends(tail) else None,
        pages=False,
    )
    return (yield from dialogue.wait(listener, seen.add, lambda: until - seen.clock())) is not None


def _verify(dialogue: Dialogue, seen: _Seen) -> Procedure[None]:
    """Let the session live only when the switch says that nothing is open on it."""
    for _ in range(3):
        dialogue.alive = True
        ending, text = yield from dialogue.run("show sessions", _ANSWER)
        if dialogue.alive and NONE_OPEN in text:
            return
        if ending.status is not CaptureStatus.OK or not (yield from _disconnect(dialogue, seen)):
            break
    dialogue.alive = False
