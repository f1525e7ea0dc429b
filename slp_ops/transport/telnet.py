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
from slp_ops.iosxe import prompts, syslog
from slp_ops.iosxe.connections import NONE_OPEN, TRANSLATING, TRYING, is_answer, is_closed
from slp_ops.model import CaptureStatus
from slp_ops.ports import ProbeEnding
from slp_ops.transport.dialogue import ENTER, QUIET, QUIET_WHEN_IN_DOUBT, Dialogue, Procedure, Send

if TYPE_CHECKING:
    from collections.abc import Callable

    from slp_ops.ports import Sink

_BREAK: Final = b"\x1e"  # Ctrl+Shift+6
_CTRL_C: Final = b"\x03"
# How long a far end may take to close once it was sent what no TLS server understands.
_CLOSING: Final = 3.0
# How long the switch itself may take to answer a key or a short command.
_ANSWER: Final = 4.0
# A far end that closes at once does so within this.
_AT_ONCE: Final = 0.3


class _Now(Enum):
    """Where the terminal stands."""

    PROMPT = auto()
    OPEN = auto()  # a connection stands
    SILENT = auto()  # neither, after all the time that was given


def probe(
    dialogue: Dialogue, command: str, *, timeout: float, sink: Sink, clock: Callable[[], float]
) -> Procedure[ProbeEnding]:
    """Send a telnet or ping and come back. The sink gets what the switch said, never the far end's bytes.

    The attempt has ``timeout`` seconds by ``clock``; leaving takes at most some twenty more. Afterwards
    the dialogue is ``alive`` only if its prompt was seen and ``show sessions`` was empty. Raises
    SessionLost when the channel closes, or when the session could not be used to begin with.
    """
    if dialogue.alive:
        yield from dialogue.set_up()
    if not dialogue.alive:
        raise SessionLost("the session did not come back to a prompt")
    while (yield from dialogue.hear(0)) is not None:
        pass
    dialogue.screen.forget_tail()
    dialogue.alive = False
    seen = _Seen(command, dialogue.prompt, sink, clock)
    yield Send(command.encode("ascii") + ENTER)
    try:
        now = yield from _listen(dialogue, seen, timeout)
        seconds = seen.seconds
        given_up = now is _Now.SILENT
        if given_up:
            now = yield from _abort(dialogue, seen)
    finally:
        # The attempt's own line has no end while nothing has come of it.
        seen.keep_unfinished(dialogue.screen.tail)
    if now is _Now.PROMPT or (now is _Now.OPEN and (yield from _leave(dialogue, seen))):
        yield from _verify(dialogue, seen)
    reason = f"given up after {timeout:g} s" if given_up else ""
    return ProbeEnding(status=CaptureStatus.OK, reason=reason, seconds=seconds)


class _Seen:
    """What has been printed since the command was sent."""

    def __init__(self, command: str, prompt: str, sink: Sink, clock: Callable[[], float]) -> None:
        self.opened = False
        self.closed = False
        self.clock = clock
        self._command = command
        self._prompt = prompt
        self._sink = sink
        self._sent = clock()
        self._tried: float | None = None
        self._echoed = False
        self._prompt_above = False  # a log line came behind the prompt, which is not printed again

    @property
    def connected(self) -> bool:
        """Whether bytes go to the far end."""
        return self.opened and not self.closed

    @property
    def seconds(self) -> float:
        """Since the connection was first tried, or since the command was sent."""
        return round(self.clock() - (self._sent if self._tried is None else self._tried), 3)

    def add(self, lines: list[str]) -> None:
        """Take finished lines."""
        for line in lines:
            self._add(line)

    def look(self, line: str) -> None:
        """Look at a line, finished or not: ``Open`` stays unfinished on some releases."""
        found = None if self.opened else TRYING.match(line.strip())
        if found is None:
            return
        if self._tried is None:
            self._tried = self.clock()
        if found["open"] and not found["rest"].strip():
            self.opened = True
            self._sink.write(line.rstrip() + "\n")

    def keep_unfinished(self, tail: str) -> None:
        """Keep the unfinished line if it is the switch's answer."""
        line = tail.strip()
        if not self.opened and (TRYING.match(line) or TRANSLATING.match(line)):
            self._sink.write(line + "\n")

    def quiet(self, tail: str) -> float | None:
        """How many seconds of silence would prove that the prompt is back; None while it is not there."""
        if self.connected:
            return None
        if tail.strip() == self._prompt:
            return QUIET if self._echoed else QUIET_WHEN_IN_DOUBT * 4
        return QUIET_WHEN_IN_DOUBT * 2 if self._prompt_above and not tail.strip() else None

    def _add(self, line: str) -> None:
        text = line.strip()
        if self.opened:
            # The far end may say anything; only what the switch says of it is kept.
            if is_closed(text):
                self.closed = True
                self._sink.write(line)
        elif not self._echoed and prompts.is_echo(text, self._command):
            self._echoed = True
        elif text == self._prompt:
            self._prompt_above = True
        elif self._echoed or is_answer(text):
            self._echoed = True
            self._prompt_above = self._prompt_above and (not text or syslog.is_unasked(text))
            self.look(line)
            if not self.opened:
                self._sink.write(line)


def _listen(dialogue: Dialogue, seen: _Seen, seconds: float) -> Procedure[_Now]:
    """Until the prompt is back, a connection is open, or the time is over."""
    until = seen.clock() + seconds
    while True:
        seen.look(dialogue.screen.tail)
        if seen.connected:
            return _Now.OPEN
        quiet = seen.quiet(dialogue.screen.tail)
        left = until - seen.clock()
        if left <= 0 and (quiet is None or left < -_ANSWER):
            return _Now.SILENT
        heard = yield from dialogue.hear(max(left, 0) if quiet is None else quiet)
        if heard is not None:
            seen.add(heard)
        elif quiet is not None:
            return _Now.PROMPT


def _abort(dialogue: Dialogue, seen: _Seen) -> Procedure[_Now]:
    """Break an attempt off. Twice, since each address of a name may be an attempt of its own."""
    for key in (_BREAK, _BREAK, _CTRL_C):
        yield Send(key)
        now = yield from _listen(dialogue, seen, _ANSWER)
        if now is not _Now.SILENT:
            return now
    return _Now.SILENT


def _leave(dialogue: Dialogue, seen: _Seen) -> Procedure[bool]:
    """Leave an open connection; whether the prompt is back with, as far as can be told, nothing open."""
    if (yield from _until(dialogue, seen, _AT_ONCE, seen.quiet)):
        return True
    yield Send(_CTRL_C + ENTER)
    if (yield from _until(dialogue, seen, _CLOSING, seen.quiet)):
        return True

    def suspended(tail: str) -> float | None:
        return QUIET_WHEN_IN_DOUBT if tail.strip() in (dialogue.prompt, f"{dialogue.prompt}x") else None

    # The escape character may have been configured to be Ctrl+C.
    for escape in (_BREAK, _CTRL_C):
        dialogue.screen.forget_tail()
        yield Send(escape + b"x")
        if (yield from _until(dialogue, seen, _ANSWER, suspended)):
            if dialogue.screen.tail.strip() != dialogue.prompt:
                # The far end had closed meanwhile, and the x stands behind the prompt.
                yield Send(b"\b")
            return (yield from _disconnect(dialogue, seen))
    return False


def _disconnect(dialogue: Dialogue, seen: _Seen) -> Procedure[bool]:
    """Close a suspended connection. Enter is sent to the question only, never to a prompt."""
    dialogue.screen.forget_tail()
    yield Send(b"disconnect" + ENTER)

    def answered(tail: str) -> float | None:
        return (
            QUIET_WHEN_IN_DOUBT if tail.strip() == dialogue.prompt or prompts.is_confirmation(tail) else None
        )

    if not (yield from _until(dialogue, seen, _ANSWER, answered)):
        return False
    if not prompts.is_confirmation(dialogue.screen.tail):
        return True
    dialogue.screen.forget_tail()
    yield Send(ENTER)
    return (yield from _until(dialogue, seen, _ANSWER, answered))


def _until(
    dialogue: Dialogue, seen: _Seen, seconds: float, quiet: Callable[[str], float | None]
) -> Procedure[bool]:
    """Whether, within that time, the unfinished line is one that silence proves to be the last."""
    until = seen.clock() + seconds
    while True:
        wanted = quiet(dialogue.screen.tail)
        left = until - seen.clock()
        if left <= 0 and (wanted is None or left < -_ANSWER):
            return False
        heard = yield from dialogue.hear(max(left, 0) if wanted is None else wanted)
        if heard is not None:
            seen.add(heard)
        elif wanted is not None:
            return True


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
