"""Changing a switch on its terminal, without I/O: configuration lines one by one, and exec commands.

    tyo-core-01#configure terminal
    tyo-core-01(config)#license smart transport smort
                                              ^
    % Invalid input detected at '^' marker.
    tyo-core-01(config)#end
    tyo-core-01#

A line is sent when the prompt for it is there, and the next one only after the switch took it. A question is
answered as the step says, and else left with Ctrl-C. Nothing is ever sent to find a prompt.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from slp_ops.errors import SessionLost
from slp_ops.iosxe import prompts, refusals
from slp_ops.model import CaptureStatus
from slp_ops.ports import NO_SECRETS, CommandOutcome, CommandResult, ReadLimits
from slp_ops.steps import ConfigStep
from slp_ops.transport.dialogue import ENTER, QUIET_WHEN_IN_DOUBT, Dialogue, Listener, Procedure, Send, keys
from slp_ops.transport.line_buffer import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from slp_ops.ports import Secret, Sink
    from slp_ops.steps import ExecStep, Reply

_CTRL_C: Final = b"\x03"
# How long a prompt may take that should be there at once.
_ANSWER: Final = 10.0
# The longest silence after a configuration line.
_LINE: Final = 60.0
_MOST_LINES: Final = 2000
# Generous: a change that is interrupted in its middle is worse than a slow one.
_STEP_LIMITS: Final = ReadLimits(max_bytes=64 << 20, max_seconds=7200.0)


class _Now(Enum):
    """State of the terminal."""

    EXEC = auto()
    CONFIG = auto()
    ASKS = auto()
    SILENT = auto()


@dataclass(slots=True)
class _Heard:
    """Result of a line: the state of the terminal, and the output."""

    now: _Now = _Now.SILENT
    lines: list[str] = field(default_factory=list)
    asked: str = ""

    def add(self, text: str) -> None:
        """Take lines of output."""
        lines = [line.rstrip("\n") for line in split_lines(text)]
        self.lines += lines[: max(0, _MOST_LINES - len(self.lines))]

    @property
    def refusal(self) -> str:
        """The line with which the switch refused; empty when it did not."""
        return next((line.strip() for line in self.lines if refusals.refuses_change(line)), "")

    @property
    def text(self) -> str:
        """Everything that was printed."""
        return "\n".join(line.rstrip() for line in self.lines).strip("\n")


def send(
    dialogue: Dialogue,
    step: ConfigStep | ExecStep,
    *,
    secrets: Mapping[str, Secret] = NO_SECRETS,
    sink: Sink | None = None,
) -> Procedure[CommandResult]:
    """Send a step of either kind, as ``ports.Writer.send``. Raises SessionLost."""
    if isinstance(step, ConfigStep):
        return dialogue.within(_STEP_LIMITS, configure(dialogue, step))
    command = step.command
    for name, secret in secrets.items():
        command = command.replace(f"{{{name}}}", secret.reveal())
    if sink is not None:
        return _stream_exec(dialogue, step, command, sink)
    return dialogue.within(_STEP_LIMITS, execute(dialogue, step, command))


def configure(dialogue: Dialogue, step: ConfigStep) -> Procedure[CommandResult]:
    """Type configuration lines; the first one that is refused ends it. Raises SessionLost."""
    yield from _begin(dialogue)
    refused = yield from _enter(dialogue, step.timer, _LINE)
    if refused is not None:
        return refused
    remarks: list[str] = []
    lines = step.sends
    for taken, line in enumerate(lines):
        heard = yield from _type(dialogue, line, _LINE)
        remarks += heard.lines
        if heard.now is _Now.CONFIG and not heard.refusal:
            continue
        yield from _leave(dialogue, heard)
        return _incomplete_result(heard, taken=taken, line=line)
    left = yield from _leave(dialogue, _Heard(now=_Now.CONFIG))
    said = "\n".join(line.rstrip() for line in remarks).strip("\n")
    status = CommandOutcome.DONE if left else CommandOutcome.SILENT
    return CommandResult(status=status, output=said, taken=len(lines))


def execute(dialogue: Dialogue, step: ExecStep, command: str) -> Procedure[CommandResult]:
    """Type the command, with its secrets in it, and answer as the step says. Raises SessionLost."""
    yield from _begin(dialogue)
    home = _Now.EXEC
    if step.in_config:
        refused = yield from _enter(dialogue, None, step.seconds)
        if refused is not None:
            return refused
        home = _Now.CONFIG
    talk = _DialogReplies(step.dialogue)
    try:
        heard = yield from _type(dialogue, command, step.seconds, talk=talk, paste=step.paste)
    except SessionLost:
        if step.ends_session and talk.complete:
            return CommandResult(status=CommandOutcome.DONE, output="the session ended, as expected", taken=1)
        raise
    if heard.now is not _Now.EXEC:
        yield from _leave(dialogue, heard)
    else:
        dialogue.alive = True
    if heard.now is not home or heard.refusal:
        return _incomplete_result(heard, taken=0, line=step.command)
    said = heard.text
    if step.expects and not any(words.lower() in said.lower() for words in step.expects):
        return CommandResult(status=CommandOutcome.UNEXPECTED, output=said or "it printed nothing", taken=1)
    return CommandResult(status=CommandOutcome.DONE, output=said, taken=1)


def _stream_exec(dialogue: Dialogue, step: ExecStep, command: str, sink: Sink) -> Procedure[CommandResult]:
    """Type one command whose output may be long, and hand it on piece by piece."""
    ending = yield from dialogue.show(command, step.seconds, sink, _STEP_LIMITS)
    match ending.status:
        case CaptureStatus.OK:
            return CommandResult(status=CommandOutcome.DONE, taken=1)
        case CaptureStatus.UNSUPPORTED | CaptureStatus.DENIED:
            return CommandResult(status=CommandOutcome.REFUSED, output=ending.reason, line=step.command)
        case _:
            return CommandResult(status=CommandOutcome.SILENT, output=ending.reason, line=step.command)


class _DialogReplies:
    """The questions that are expected, each answered once."""

    def __init__(self, replies: Iterable[Reply]) -> None:
        self._left = list(replies)
        self.complete = not self._left

    def reply(self, tail: str) -> bytes | None:
        """Return the answer to the question; None when the step defines none."""
        for number, reply in enumerate(self._left):
            if reply.asks.lower() in tail.lower():
                del self._left[number]
                self.complete = not self._left
                # [confirm] takes one key: a second one would be typed into whatever comes next.
                key = keys(reply.answer[:1]) or ENTER
                return key if prompts.is_confirmation(tail) else keys(reply.answer) + ENTER
        return None


def _begin(dialogue: Dialogue) -> Procedure[None]:
    yield from dialogue.begin()
    # Only a proven exec prompt makes the session usable again.
    dialogue.alive = False


def _enter(dialogue: Dialogue, timer: int | None, seconds: float) -> Procedure[CommandResult | None]:
    """Get into configuration mode; what went wrong, if something did."""
    opening = "configure terminal" + ("" if timer is None else f" revert timer {timer}")
    yield from dialogue.type(opening)
    heard = yield from _hear(dialogue, opening, seconds, entering=True)
    if heard.now is _Now.CONFIG and not heard.refusal:
        dialogue.config_name = prompts.config_name(dialogue.screen.tail.strip()) or dialogue.config_name
        return None
    yield from _leave(dialogue, heard)
    return _incomplete_result(heard, taken=0, line=opening)


def _leave(dialogue: Dialogue, heard: _Heard) -> Procedure[bool]:
    """Get back to the exec prompt, which makes the session alive; whether that worked."""
    if heard.now in (_Now.ASKS, _Now.SILENT):
        dialogue.screen.forget_tail()
        yield Send(_CTRL_C)
        heard = yield from _hear(dialogue, "", _ANSWER)
    if heard.now is _Now.CONFIG:
        heard = yield from _type(dialogue, "end", _ANSWER * 6)
    dialogue.alive = heard.now is _Now.EXEC
    return dialogue.alive


def _incomplete_result(heard: _Heard, *, taken: int, line: str) -> CommandResult:
    if heard.now is _Now.ASKS:
        return CommandResult(status=CommandOutcome.ASKED, output=heard.asked, taken=taken, line=line)
    if heard.now is _Now.SILENT:
        return CommandResult(status=CommandOutcome.SILENT, output=heard.text, taken=taken, line=line)
    said = heard.refusal or heard.text or "the switch is not in the expected mode"
    return CommandResult(status=CommandOutcome.REFUSED, output=said, taken=taken, line=line)


def _type(
    dialogue: Dialogue,
    line: str,
    seconds: float,
    *,
    talk: _DialogReplies | None = None,
    paste: Sequence[str] = (),
) -> Procedure[_Heard]:
    yield from dialogue.type(line)
    heard = yield from _hear(dialogue, line, seconds, talk=talk, pasting=bool(paste))
    if paste and heard.now is _Now.ASKS:
        heard = yield from _paste(dialogue, paste, seconds, heard)
    return heard


def _paste(dialogue: Dialogue, lines: Sequence[str], seconds: float, asked: _Heard) -> Procedure[_Heard]:
    """Type lines that the switch collects: it prompts for none of them, so each one's echo is waited for."""
    for line in lines:
        yield Send(keys(line) + ENTER)
        waited = 0.0
        while waited < seconds:
            finished = yield from dialogue.read_lines(_ANSWER)
            waited += _ANSWER if finished is None else 0.0
            if finished and any(prompts.is_echo(each, line) for each in split_lines(finished)):
                break
        else:
            return _Heard(now=_Now.SILENT, lines=asked.lines)
    yield Send(b"quit" + ENTER)
    heard = yield from _hear(dialogue, "quit", seconds)
    return _Heard(now=heard.now, lines=[*asked.lines, *heard.lines], asked=heard.asked)


def _hear(
    dialogue: Dialogue,
    echo: str,
    seconds: float,
    *,
    talk: _DialogReplies | None = None,
    pasting: bool = False,
    entering: bool = False,
) -> Procedure[_Heard]:
    """Wait until the terminal is at a prompt or a question, or is silent for too long."""
    heard = _Heard()

    def pending(tail: str) -> tuple[_Now, float] | None:
        if entering and prompts.config_name(tail) and _prompt_of(dialogue, tail) is None:
            return _Now.CONFIG, QUIET_WHEN_IN_DOUBT
        collects = pasting and not tail and any("End with a blank line" in line for line in heard.lines)
        return (_Now.ASKS, QUIET_WHEN_IN_DOUBT) if collects or prompts.is_question(tail) else None

    listener = Listener(
        echo, dialogue.prompt, prompts_of=lambda line: _prompt_of(dialogue, line), pending=pending
    )
    while True:
        now = yield from dialogue.wait(listener, heard.add, lambda: seconds)
        tail = dialogue.screen.tail.strip()
        if now is _Now.ASKS and talk is not None and (reply := talk.reply(tail)) is not None:
            heard.add(tail)
            dialogue.screen.forget_tail()
            yield Send(reply)
            continue
        heard.add(listener.flush(""))
        heard.now, heard.asked = now or _Now.SILENT, tail if now is _Now.ASKS else ""
        return heard


def _prompt_of(dialogue: Dialogue, line: str) -> _Now | None:
    if line == dialogue.prompt:
        return _Now.EXEC
    name = dialogue.config_name or dialogue.hostname
    return _Now.CONFIG if prompts.is_config_prompt(line, name) else None
