"""Changing a switch: the procedures against the lab's shell in memory, and against scripted terminals."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

import pytest

from slp_ops.errors import SessionLost
from slp_ops.lab import scenarios
from slp_ops.lab.journal import Mode
from slp_ops.lab.shell import Close, Drop, Reboot, Shell, Wait, Write
from slp_ops.ports import CommandOutcome, Secret
from slp_ops.steps import ConfigChange, ConfigLine, ConfigStep, ExecStep, Reply
from slp_ops.transport.config_mode import send
from slp_ops.transport.dialogue import Dialogue, Procedure, Send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from slp_ops.lab.switch import Switch
    from slp_ops.ports import CommandResult

T = TypeVar("T")
Piece = str | float | None


class InMemory:
    """A dialogue wired to the shell of a simulated switch; its waits pass at once."""

    def __init__(self, switch: Switch) -> None:
        self.switch = switch
        self.typed: list[tuple[Mode, str]] = []
        self.dialogue = Dialogue()
        self._shell = Shell(switch, on_typed=lambda mode, line: self.typed.append((mode, line)))
        self._closed = False
        self.drive(self.dialogue.log_in(None))

    def lines(self, mode: Mode) -> list[str]:
        return [line for where, line in self.typed if where is mode]

    def send(self, step: ConfigStep | ExecStep, **secrets: Secret) -> CommandResult:
        return self.drive(send(self.dialogue, step, secrets=secrets))

    def drive(self, procedure: Procedure[T]) -> T:
        answer: bytes | None = None
        try:
            while True:
                request = procedure.send(answer)
                if isinstance(request, Send):
                    answer = None
                    self._shell.receive(request.data)
                else:
                    answer = self._heard()
        except StopIteration as done:
            result: T = done.value
            return result

    def _heard(self) -> bytes | None:
        out = bytearray()
        while (action := self._shell.next_action()) is not None:
            match action:
                case Write(data):
                    out += data
                case Wait(seconds=None):
                    break
                case Wait() as wait:
                    self.switch.clock.advance(wait.seconds or 0)
                    self._shell.elapsed(wait)
                case Close() | Drop() | Reboot():
                    self._closed = True
        if out:
            return bytes(out)
        return b"" if self._closed else None


@dataclass
class Scripted:
    """A terminal that answers by a script: text, or None for a closed channel."""

    answer: Callable[[bytes], Iterable[str | None]]
    queue: deque[str | None] = field(default_factory=deque)
    sent: list[bytes] = field(default_factory=list)

    def run(self, step: ConfigStep | ExecStep) -> tuple[Dialogue, CommandResult]:
        dialogue = Dialogue()
        self._drive(dialogue.log_in(None))
        return dialogue, self._drive(send(dialogue, step))

    def _drive(self, procedure: Procedure[T]) -> T:
        reply: bytes | None = None
        try:
            while True:
                request = procedure.send(reply)
                reply = None
                if isinstance(request, Send):
                    self.sent.append(request.data)
                    self.queue.extend(self.answer(request.data))
                elif self.queue:
                    head = self.queue.popleft()
                    reply = b"" if head is None else head.encode()
        except StopIteration as done:
            result: T = done.value
            return result


def at(scenario: str = "healthy", name: str = "tyo-core-01") -> InMemory:
    return InMemory(scenarios.load(scenario).build(name=name))


def config(*lines: str, timer: int | None = None) -> ConfigStep:
    return ConfigStep(changes=tuple(ConfigChange(line=ConfigLine(text=line)) for line in lines), timer=timer)


# -- configuration


def test_lines_are_typed_one_by_one_and_the_session_comes_back_to_its_prompt() -> None:
    vty = at("factory-fresh")
    sent = vty.send(config("license smart transport smart", "ip name-server 192.0.2.53"))
    assert (sent.status, sent.taken) == (CommandOutcome.DONE, 2)
    assert vty.dialogue.alive
    assert vty.switch.config.has("license smart transport smart")
    assert vty.lines(Mode.CONFIG) == ["license smart transport smart", "ip name-server 192.0.2.53", "end"]


def test_a_refused_line_ends_it_and_says_the_switches_own_words() -> None:
    vty = at()
    sent = vty.send(config("license smart transport off", "license smart transport smort", "no restconf"))
    assert (sent.status, sent.taken, sent.line) == (
        CommandOutcome.REFUSED,
        1,
        "license smart transport smort",
    )
    assert sent.output == "% Invalid input detected at '^' marker."
    assert vty.lines(Mode.CONFIG)[-1] == "end"
    assert "no restconf" not in vty.lines(Mode.CONFIG)
    assert vty.dialogue.alive


def test_a_line_that_aaa_denies_ends_it() -> None:
    vty = at()
    vty.switch.access = replace(vty.switch.access, denied=("license smart transport",))
    sent = vty.send(config("license smart transport off"))
    assert (sent.status, sent.taken, sent.output) == (
        CommandOutcome.REFUSED,
        0,
        "Command authorization failed.",
    )


def test_configuration_mode_itself_may_be_denied() -> None:
    vty = at()
    vty.switch.access = replace(vty.switch.access, denied=("configure terminal",))
    sent = vty.send(config("netconf-yang"))
    assert (sent.status, sent.taken, sent.line) == (CommandOutcome.REFUSED, 0, "configure terminal")
    assert vty.lines(Mode.CONFIG) == []
    assert vty.dialogue.alive


def test_submodes_are_entered_and_left() -> None:
    vty = at("callhome-inactive")
    lines = (
        "call-home",
        'profile "CiscoTAC-1"',
        "active",
        "exit",
        "exit",
        "license smart transport callhome",
    )
    assert vty.send(config(*lines)).status is CommandOutcome.DONE
    assert vty.switch.config.has("active", ("call-home", 'profile "CiscoTAC-1"'))


def test_a_name_of_27_characters_is_cut_in_the_prompt_of_configuration_mode() -> None:
    vty = at(name="tokyo-building-7-access-021")
    assert vty.send(config("license smart transport off")).status is CommandOutcome.DONE


def test_the_revert_timer_is_started_with_the_mode() -> None:
    vty = at()
    vty.send(config("archive", "path flash:archive", "exit"))
    sent = vty.send(config("netconf-yang", timer=10))
    assert sent.status is CommandOutcome.DONE
    assert vty.switch.revert is not None
    assert vty.send(ExecStep(command="configure confirm")).status is CommandOutcome.DONE
    assert vty.switch.revert is None


@pytest.mark.parametrize("pending", [True, False])
def test_without_the_timer_no_line_is_typed(pending: bool) -> None:
    vty = at()
    if pending:
        vty.send(config("archive", "path flash:archive", "exit"))
        vty.send(config("restconf", timer=5))
    sent = vty.send(config("netconf-yang", timer=10))
    assert (sent.status, sent.taken) == (CommandOutcome.REFUSED, 0)
    assert not vty.switch.config.has("netconf-yang")
    assert vty.dialogue.alive


# -- exec commands and their dialogues


def test_a_secret_is_put_in_where_it_is_sent_and_nowhere_else() -> None:
    vty = at("instance-removed")
    step = ExecStep(command="license smart trust idtoken {token} all")
    sent = vty.send(step, token=Secret("c4n4ry-token-Sumire"))
    assert sent.status is CommandOutcome.DONE
    assert vty.lines(Mode.EXEC)[-1] == "license smart trust idtoken c4n4ry-token-Sumire all"
    assert "c4n4ry" not in repr(step) + repr(sent)


def test_what_should_have_been_said_and_was_not() -> None:
    vty = at()
    sent = vty.send(
        ExecStep(command="license smart import flash:none.txt", expects=("Import Data Successful",))
    )
    assert (sent.status, sent.output) == (
        CommandOutcome.REFUSED,
        "%Error opening flash:none.txt (No such file or directory)",
    )
    sent = vty.send(ExecStep(command="license smart sync all", expects=("Import Data Successful",)))
    assert sent.status is CommandOutcome.UNEXPECTED


def test_a_question_is_answered_as_the_order_says() -> None:
    vty = at()
    sent = vty.send(
        ExecStep(
            command="copy running-config flash:before.txt",
            dialogue=(Reply(asks="Destination filename", answer=""),),
            expects=("bytes copied",),
        )
    )
    assert sent.status is CommandOutcome.DONE
    assert "before.txt" in vty.switch.flash


def test_a_question_without_an_answer_is_left_and_nothing_happens() -> None:
    vty = at()
    vty.send(config("license smart transport off"))
    step = ExecStep(
        command="reload", dialogue=(Reply(asks="Proceed with reload", answer=""),), ends_session=True
    )
    sent = vty.send(step)
    assert sent.status is CommandOutcome.ASKED
    assert "Save? [yes/no]" in sent.output
    assert not vty.switch.is_down


def test_a_reload_ends_the_session_and_that_is_what_was_wanted() -> None:
    vty = at()
    step = ExecStep(
        command="reload", dialogue=(Reply(asks="Proceed with reload", answer=""),), ends_session=True
    )
    assert vty.send(step).status is CommandOutcome.DONE
    assert vty.switch.is_down
    assert not vty.dialogue.alive
    with pytest.raises(SessionLost):
        vty.send(step)


def test_lines_are_pasted_where_the_switch_collects_them() -> None:
    vty = at("quovadis")
    step = ExecStep(command="crypto pki trustpool import terminal", in_config=True, paste=("QUJD", "REVG"))
    sent = vty.send(step)
    # The text is no certificate, and the switch says so; that it was collected is what counts here.
    assert sent.status is CommandOutcome.REFUSED
    assert vty.lines(Mode.DIALOGUE) == ["QUJD", "REVG", "quit"]
    assert vty.dialogue.alive
    assert vty.send(config("restconf")).status is CommandOutcome.DONE


def test_a_command_of_configuration_mode_comes_back_to_exec() -> None:
    vty = at("quovadis")
    step = ExecStep(
        command="crypto pki trustpool import url http://www.cisco.com/security/pki/trs/ios_core.p7b",
        in_config=True,
        expects=("import succeeded",),
    )
    assert vty.send(step).status is CommandOutcome.DONE
    assert any("IdenTrust" in one.subject for one in vty.switch.trustpool)
    assert vty.lines(Mode.CONFIG)[-1] == "end"


# -- a terminal that goes wrong


def scripted(answers: dict[str, list[str | None]]) -> Scripted:
    def answer(data: bytes) -> list[str | None]:
        line = data.decode().removesuffix("\n")
        if line in answers:
            return [f"{line}\r\n", *answers[line]]
        return [f"{line}\r\n", "sw#"] if line else ["\r\nsw#"]

    return Scripted(answer)


def test_the_prompt_that_an_operator_configured_is_that_of_exec_mode_only() -> None:
    answers = {"configure terminal": "sw(config)#", "restconf": "sw(config)#", "end": "[prod]sw#"}

    def answer(data: bytes) -> list[str | None]:
        line = data.decode().removesuffix("\n")
        return [f"{line}\r\n", answers.get(line, "[prod]sw#")]

    vty = Scripted(answer)
    dialogue, sent = vty.run(config("restconf"))
    assert (sent.status, sent.taken) == (CommandOutcome.DONE, 1)
    assert dialogue.alive


def test_a_session_that_breaks_between_two_lines_is_no_silent_success() -> None:
    vty = scripted({"configure terminal": ["sw(config)#"], "netconf-yang": [None]})
    with pytest.raises(SessionLost):
        vty.run(config("netconf-yang", "restconf"))
    assert b"restconf\n" not in vty.sent


def test_a_line_that_leads_out_of_configuration_mode_stops_it() -> None:
    vty = scripted({"configure terminal": ["sw(config)#"], "exit": ["sw#"]})
    _, sent = vty.run(config("exit", "reload"))
    assert (sent.status, sent.taken) == (CommandOutcome.REFUSED, 0)
    assert b"reload\n" not in vty.sent


def test_a_question_in_configuration_mode_is_not_answered() -> None:
    vty = scripted(
        {
            "configure terminal": ["sw(config)#"],
            "no crypto key": ["% Do you really want to remove these keys? [yes/no]: "],
            "\x03": ["\r\nsw(config)#"],
            "end": ["sw#"],
        }
    )
    dialogue, sent = vty.run(config("no crypto key"))
    assert sent.status is CommandOutcome.ASKED
    assert b"yes\n" not in vty.sent
    assert dialogue.alive


@pytest.mark.parametrize(
    "log",
    [
        "*Jun 10 01:00:00.000: %SYS-5-CONFIG_I: Configured from console by netops on vty0\r\n",
        "\r\n\r\n\a***\r\n*** --- SHUTDOWN in 0:05:00 ---\r\n***\r\n",
    ],
)
def test_what_is_told_behind_the_prompt_does_not_hide_it(log: str) -> None:
    vty = scripted(
        {"configure terminal": ["sw(config)#"], "netconf-yang": ["sw(config)#\r\n", log], "end": ["sw#"]}
    )
    _, sent = vty.run(config("netconf-yang"))
    assert sent.status is CommandOutcome.DONE


def test_silence_in_configuration_mode_gives_the_session_up() -> None:
    vty = scripted({"configure terminal": ["sw(config)#"], "netconf-yang": [], "\x03": []})
    dialogue, sent = vty.run(config("netconf-yang"))
    assert sent.status is CommandOutcome.SILENT
    assert not dialogue.alive


@pytest.mark.parametrize(
    "said",
    [
        "% This command is not authorized",
        "This command is not authorized",
        "% Permission denied.",
        "Command not permitted",
        "Authorization denied",
        "% Configuration buffer full, can't add command: restconf",
    ],
)
def test_a_denial_is_one_in_whatever_words(said: str) -> None:
    vty = scripted({"configure terminal": ["sw(config)#"], "restconf": [f"{said}\r\n\r\nsw(config)#"]})
    dialogue, sent = vty.run(config("restconf"))
    assert (sent.status, sent.taken, sent.output) == (CommandOutcome.REFUSED, 0, said)
    assert dialogue.alive
