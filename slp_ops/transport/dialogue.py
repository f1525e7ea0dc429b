"""The dialogue with an IOS-XE vty, without I/O: what to send, how long to listen, what it meant.

Each action on a terminal is a procedure: a generator that yields ``Send`` and ``Wait``
and gets back the bytes that came, None for silence, or ``b""`` for a closed channel. An adapter
drives it, with threads or with asyncio; the words spoken are the same.

    tyo-core-01#show clock          <- echo, one character at a time
    04:11:31.402 UTC Tue Nov 24 2026
    tyo-core-01#                    <- the prompt, and then silence
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final, Generic, Literal, TypeVar

from slp_ops.errors import ConnectError, EnableFailed, InputError, LimitReached, NoPrompt, SessionLost
from slp_ops.iosxe import prompts, refusals, syslog
from slp_ops.model import CaptureStatus
from slp_ops.ports import USUAL_LIMITS, CommandEnd, ReadLimits, Secret, Sink
from slp_ops.transport.line_buffer import Screen, split_lines
from slp_ops.transport.login_stages import Stage, closed_connection_error, silent


@dataclass(frozen=True, slots=True)
class Send:
    """Send these bytes now."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Wait:
    """Listen until something comes, but no longer than this many seconds."""

    seconds: float


T = TypeVar("T")
S = TypeVar("S")
Procedure = Generator[Send | Wait, bytes | None, T]

# IOS-XE takes a line feed for Enter as well as a carriage return; netmiko has sent it to every release
# for years, so whatever speaks with netmiko understands it.
ENTER: Final = b"\n"
# Silence after which a prompt at the end of the text is believed. A prompt is followed by nothing
# until input arrives; text that only looks like one is followed by more text.
QUIET: Final = 0.03
# The same where this output has shown lines that begin as the prompt does (a log of commands).
QUIET_WHEN_IN_DOUBT: Final = 0.5
# The same where the line that was typed has not been echoed.
NO_ECHO: Final = QUIET_WHEN_IN_DOUBT * 4
# The same where a log line followed the prompt.
QUIET_BEHIND_PROMPT: Final = QUIET_WHEN_IN_DOUBT * 2
# How long the proof of a prompt may outlast a deadline.
GRACE: Final = 4.0
_SHORTEST_NAME: Final = 10
# How long a login may be silent: a slow AAA server delays each answer by many seconds.
LOGIN_SILENCE: Final = 20.0
# What a login may print before its prompt; its time is bounded by the adapter, with that of the connection.
_LOGIN_LIMITS: Final = ReadLimits(max_bytes=1 << 20, max_seconds=float("inf"))
# A command of our own, whose output is a few lines.
_SHORT_LIMITS: Final = ReadLimits(max_bytes=1 << 20, max_seconds=120.0)
# How long a terminal may take to come back from an interrupted command.
_RECOVERY_LIMITS: Final = ReadLimits(max_bytes=1 << 20, max_seconds=20.0)


class _Allowance:
    """Remaining bytes and seconds of a command."""

    def __init__(self, limits: ReadLimits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._until = clock() + limits.max_seconds
        self._bytes = limits.max_bytes

    @property
    def seconds(self) -> float:
        """Return how long one may still listen."""
        return max(0.0, self._until - self._clock())

    def take(self, size: int) -> None:
        """Count bytes; raises LimitReached."""
        self._bytes -= size
        if self._bytes < 0:
            raise LimitReached(
                f"more than {self._limits.max_bytes >> 20} MB received; the session was closed",
                hint="look at the command on the switch; --max-output MB allows more",
            )
        if not self.seconds:
            raise self.limit_error()

    def limit_error(self) -> LimitReached:
        """Return the error of a command that does not end."""
        return LimitReached(
            f"it did not end within {self._limits.max_seconds:g} s; the session was closed",
            hint="look at the command on the switch; --max-time SECONDS allows more",
        )


def keys(line: str) -> bytes:
    """Return one line as it is typed. Raises InputError for a character that is not printable ASCII.

    A control character would end the line, and the rest would be a command of its own.
    """
    if not (line.isascii() and line.isprintable()):
        raise InputError(
            "a line with a control character was not sent", hint="look for it in the plan, and plan again"
        )
    return line.encode("ascii")


class Dialogue:
    """One vty: learns its prompt at login and is ``alive`` as long as a prompt can be relied on.

    ``reset`` is set by the adapter where the channel ended with a reset instead of an orderly end.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.screen = Screen()
        self.prompt = ""
        # In prompts of configuration mode: "prompt" changes those of exec mode only. Empty until it is seen.
        self.config_name = ""
        self.alive = False
        self.reset = False
        self._set_up = False
        self._greeted = False
        self._last = ""  # the last unfinished line of the greeting
        self._clock = clock
        self._allowance = _Allowance(USUAL_LIMITS, clock)

    @property
    def hostname(self) -> str:
        """Return the host name in the prompt."""
        return self.prompt[:-1]

    def within(self, limits: ReadLimits, procedure: Procedure[T]) -> Procedure[T]:
        """Carry a procedure out within limits; hearing more, or for longer, raises LimitReached."""
        outer, self._allowance = self._allowance, _Allowance(limits, self._clock)
        try:
            return (yield from procedure)
        finally:
            self._allowance = outer

    # -- logging in -------------------------------------------------------------------------------

    def log_in(self, enable: Secret | None) -> Procedure[None]:
        """Find the prompt and get privileged. Raises ConnectError or SessionLost."""
        try:
            yield from self.within(_LOGIN_LIMITS, self._log_in(enable))
        except LimitReached:
            raise NoPrompt(
                "logged in, but no IOS-XE prompt appeared within the first "
                f"{_LOGIN_LIMITS.max_bytes >> 20} MB",
                hint="log in by hand and look what the switch shows after the password",
            ) from None

        except SessionLost:
            raise closed_connection_error(Stage.PROMPT, reset=self.reset) from None

    def no_prompt(self, seconds: float) -> ConnectError:
        """Return the error of a login that did not come to an end within ``seconds``."""
        last = self.screen.tail.strip()[-60:] or self._last
        # A prompt that no empty line brings once more proves nothing but that the switch stopped answering.
        if self._greeted and not prompts.is_exec_prompt(last):
            return NoPrompt(
                f"logged in, but no IOS-XE prompt appeared within {seconds:g} s"
                + (f"; the last line is {last!r}" if last else ""),
                hint="log in by hand and look what the switch shows after the password",
            )
        return silent(Stage.PROMPT, seconds)

    def _log_in(self, enable: Secret | None) -> Procedure[None]:
        yield from self._find_prompt()
        if self.prompt.endswith(">"):
            yield from self._enable(enable)

    def _find_prompt(self) -> Procedure[None]:
        """A banner may end in anything: the prompt is what an empty line brings once more."""
        seen = ""
        nudges = 0
        while True:
            candidate = self.screen.tail.strip()
            looks = prompts.is_exec_prompt(candidate)
            heard = yield from self.read_lines(QUIET if looks else LOGIN_SILENCE)
            if heard is not None:
                self._greeted = True
                continue
            if looks and candidate == seen:
                self.prompt = candidate
                self.alive = True
                return
            self._last = candidate[-60:] or self._last
            if prompts.accepts_enter(candidate):
                # A console may show what another operator left open: "Proceed with reload? [confirm]".
                raise NoPrompt(
                    f"logged in, but a question waits for an answer; the last line is {self._last!r}",
                    hint="log in by hand and answer it; slp-ops sends no answer",
                )
            if not looks and nudges == 2:
                raise self.no_prompt(3 * LOGIN_SILENCE)
            seen = candidate if looks else ""
            nudges += 0 if looks else 1
            self.screen.forget_tail()
            yield Send(ENTER)

    def _enable(self, secret: Secret | None) -> Procedure[None]:
        hint = "set SLP_OPS_ENABLE, or let AAA give this user privilege level 15"
        if secret is None:
            raise EnableFailed(
                f"{self.hostname} gives this user no privileged prompt, and no enable secret is known",
                hint=hint,
            )
        self.screen.forget_tail()
        yield Send(b"enable" + ENTER)
        privileged = f"{self.hostname}#"
        said = ""
        asked = echoed = False
        while True:
            tail = self.screen.tail.strip()
            if tail == privileged:
                self.prompt = privileged
                return
            if tail.lower().endswith("password:"):
                if asked:
                    raise EnableFailed(f"{self.hostname} refused the enable secret", hint=hint)
                asked = True
                self.screen.forget_tail()
                yield Send(secret.reveal().encode() + ENTER)
            refused = tail == self.prompt and (echoed or said)
            heard = yield from self.read_lines(QUIET_WHEN_IN_DOUBT if refused else LOGIN_SILENCE)
            if heard is None:
                raise EnableFailed(
                    f"{self.hostname} refused to enable" + (f": {said}" if said else "")
                    if refused
                    else f"{self.hostname} did not answer to enable",
                    hint=hint,
                )
            for line in (line.strip() for line in split_lines(heard)):
                if line.endswith("enable") and not echoed:
                    echoed = True
                elif line and not syslog.is_unasked(line):
                    said = line

    # -- commands ---------------------------------------------------------------------------------

    def show(
        self, command: str, timeout: float, sink: Sink, limits: ReadLimits = USUAL_LIMITS
    ) -> Procedure[CommandEnd]:
        """Send one command and hand its output to the sink; the echo and the prompt are no part of it.

        Raises SessionLost when the channel closes, or when an earlier command never came back, and
        LimitReached when the output exceeds its limits.
        """
        yield from self.begin()
        return (yield from self.within(limits, self._show(command, timeout, sink)))

    def _show(self, command: str, timeout: float, sink: Sink) -> Procedure[CommandEnd]:
        yield from self.type(command)
        output = _Output(sink)
        listener = Listener(command, self.prompt, prompts_of=self._exec_prompt)
        if (yield from self.wait(listener, output.add, lambda: timeout)) is None:
            output.add(listener.flush(self.screen.tail))
            yield from self.within(_RECOVERY_LIMITS, self._recover())
            return CommandEnd(status=CaptureStatus.TIMEOUT, reason=f"no data for {timeout:g} s")
        self.screen.forget_tail()
        output.add(listener.flush(""))
        return output.ending()

    def begin(self) -> Procedure[None]:
        """Get ready to type a line. Raises SessionLost where an earlier command never came back."""
        if self.alive:
            yield from self.set_up()
        if not self.alive:
            raise SessionLost("the session did not come back to a prompt")

    def type(self, line: str) -> Procedure[None]:
        """Type a line. Log lines that came since the prompt belong to no command and are dropped."""
        while (yield from self.read_lines(0)) is not None:
            pass
        self.screen.forget_tail()
        yield Send(keys(line) + ENTER)

    def wait(
        self, listener: Listener[S], output: Callable[[str], None], left: Callable[[], float]
    ) -> Procedure[S | None]:
        """Listen until silence proves that the terminal waits for input, and return where it stands.

        The one way in which a prompt is waited for. ``output`` gets the finished lines of output. None after
        ``left()`` seconds without a proof; where that is a deadline, a proof that has begun may still end.
        """
        while True:
            found = listener.classify_tail(self.screen.tail.strip())
            seconds = left()
            if seconds <= 0 and (found is None or seconds < -GRACE):
                return None
            if found is not None and found[1] == 0:
                return found[0]
            heard = yield from self.read_lines(seconds if found is None else found[1])
            if heard is None:
                return None if found is None else found[0]
            output(listener.feed(heard))
            del heard  # else a fleet that waits keeps the last text of every switch
            if listener.pages and self.screen.asks_for_more:
                yield Send(b" ")

    def _exec_prompt(self, line: str) -> Literal[True] | None:
        return True if line == self.prompt else None

    def set_up(self) -> Procedure[None]:
        """Switch paging off, once a session; a login must not wait for it.

        Where AAA refuses it, ``--More--`` and scrolled echoes are dealt with as they come.
        """
        if not self._set_up:
            self._set_up = True
            for setting in ("terminal length 0", "terminal width 511"):
                yield from self.run(setting, LOGIN_SILENCE)

    def run(self, command: str, timeout: float) -> Procedure[tuple[CommandEnd, str]]:
        """Send one command and give its text, for commands whose output is short."""
        pieces: list[str] = []
        ending = yield from self.show(command, timeout, _ListSink(pieces), _SHORT_LIMITS)
        return ending, "".join(pieces)

    def read_lines(self, seconds: float) -> Procedure[str | None]:
        """Listen once; return the lines that were finished, as one text, or None for silence.

        Raises SessionLost, and LimitReached where a limit is exceeded.
        """
        left = self._allowance.seconds
        data = yield Wait(min(seconds, left))
        try:
            if data is None:
                if seconds > left:
                    raise self._allowance.limit_error()
                return None
            if data == b"":
                raise SessionLost(f"the switch {'reset' if self.reset else 'closed'} the connection")
            self._allowance.take(len(data))
        except SessionLost:
            self.alive = False
            raise
        return self.screen.feed(data)

    def _recover(self) -> Procedure[None]:
        """Leave a command that hangs; without a prompt afterwards the session is given up."""
        self.alive = False
        for escape in (b"\x03", b"\x1e"):
            self.screen.forget_tail()
            yield Send(escape)
            for _ in range(100):
                heard = yield from self.read_lines(2.0)
                if heard is None:
                    break
                if self.screen.tail.strip() == self.prompt and (yield from self.read_lines(QUIET)) is None:
                    self.alive = True
                    return


@dataclass(slots=True)
class _ListSink:
    pieces: list[str]

    def write(self, text: str) -> None:
        self.pieces.append(text)


class _Output:
    """Output of one command, with its first lines."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._opening: list[str] = []  # the first lines with text, one more than a refusal has

    def add(self, text: str) -> None:
        """Hand lines on."""
        if not text:
            return
        if len(self._opening) <= refusals.MOST_LINES:
            for line in text.split("\n"):
                if said := line.strip():
                    self._opening.append(said)
                    if len(self._opening) > refusals.MOST_LINES:
                        break
        self._sink.write(text)

    def ending(self) -> CommandEnd:
        """Return whether the switch ran the command, did not know it, or refused it."""
        status, refusal = refusals.outcome(self._opening)
        return CommandEnd(status=status, reason=refusal)


def _nothing(line: str) -> None:
    """Recognise nothing."""


class Listener(Generic[S]):
    """Output after a typed line: the echo, the text, and the place where the terminal waits for input.

    ``prompts_of`` recognises a prompt, ``pending`` what else an unfinished line may wait for, such as a
    question; seconds of 0 need no proof. ``answers`` recognises lines that can only be output, even where the
    line is not echoed. ``pages`` answers ``--More--``.
    """

    def __init__(
        self,
        typed: str,
        exec_prompt: str,
        *,
        prompts_of: Callable[[str], S | None] = _nothing,
        pending: Callable[[str], tuple[S, float] | None] = _nothing,
        answers: Callable[[str], object] = _nothing,
        pages: bool = True,
    ) -> None:
        self.pages = pages
        self._typed = typed
        self._exec_prompt = exec_prompt
        # Configuration mode cuts a long name, but not so short: without it there is no prompt in a text.
        self._name = exec_prompt[:-1][:_SHORTEST_NAME]
        self._prompts_of = prompts_of
        self._pending = pending
        self._answers = answers
        self._echoed = not typed
        self._before_echo: list[str] = []
        self._held: list[str] = []  # a line that is a prompt, and log lines after it
        self._held_at: S | None = None
        self._doubt = False

    def feed(self, text: str) -> str:
        """Take finished lines; return those that are output."""
        if not self._echoed:
            text = "".join(self._without_echo(split_lines(text)))
        if self._held or self._name in text:
            return "".join(self._without_prompts(split_lines(text)))
        return text

    def classify_tail(self, tail: str) -> tuple[S, float] | None:
        """Return where an unfinished line stands, and how many seconds of silence prove it."""
        if (pending := self._pending(tail)) is not None:
            at, seconds = pending
            return at, seconds if self._echoed or not seconds else NO_ECHO
        if (prompt := self._prompts_of(tail)) is not None:
            if not self._echoed:
                # An echo may be many seconds late, and this prompt an older one's.
                return (prompt, NO_ECHO) if self._said_before_echo else None
            return prompt, QUIET_WHEN_IN_DOUBT if self._doubt else QUIET
        if not tail and self._held_at is not None:
            # A log line came behind the prompt, and IOS-XE does not print the prompt again.
            return self._held_at, QUIET_BEHIND_PROMPT
        return None

    def flush(self, tail: str) -> str:
        """Return what was held back, and a last line without an end."""
        # Behind the prompt only log lines follow: they were printed, the prompt was not output.
        rest = [*self._before_echo, *self._held[1:]]
        if tail and self._prompts_of(tail.strip()) is None:
            rest.append(tail)
        self._before_echo, self._held, self._held_at = [], [], None
        return "".join(rest)

    def _without_echo(self, lines: list[str]) -> list[str]:
        for at, line in enumerate(lines):
            echo = prompts.is_echo(line, self._typed)
            if echo or self._answers(line.strip()):
                self._echoed = True
                before = [kept for kept in (*self._before_echo, *lines[:at]) if syslog.is_unasked(kept)]
                self._before_echo = []
                return [*before, *lines[at + 1 if echo else at :]]
        self._before_echo.extend(lines)
        if self._said_before_echo > 3:
            # This line does not echo: what came is output.
            self._echoed = True
            lines, self._before_echo = self._before_echo, []
            return lines
        return []

    @property
    def _said_before_echo(self) -> int:
        return sum(1 for line in self._before_echo if line.strip() and not syslog.is_unasked(line))

    def _without_prompts(self, lines: Sequence[str]) -> list[str]:
        given: list[str] = []
        for line in lines:
            if (at := self._prompts_of(line.strip())) is not None:
                given.extend(self._held)
                self._held, self._held_at = [line], at
                self._doubt = True
            elif self._held and (syslog.is_unasked(line) or not line.strip()):
                self._held.append(line)
            else:
                self._doubt = self._doubt or line.startswith(self._exec_prompt)
                given.extend(self._held)
                self._held, self._held_at = [], None
                given.append(line)
        return given
