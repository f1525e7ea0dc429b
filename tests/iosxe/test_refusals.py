"""A refusal has one meaning, whether a session reads it or an operator pastes it."""

from __future__ import annotations

from collections import deque
from typing import TypeVar

import pytest

from slp_ops.commands.telnet import failure
from slp_ops.facts import ProbeVerdict
from slp_ops.iosxe import refusals
from slp_ops.model import CaptureStatus
from slp_ops.parsing import split
from slp_ops.transport.dialogue import Dialogue, Procedure, Send

T = TypeVar("T")
PROMPT = "tyo-core-01#"
REFUSALS = {
    "            ^\n% Invalid input detected at '^' marker.\n": CaptureStatus.UNSUPPORTED,
    "% Incomplete command.\n": CaptureStatus.UNSUPPORTED,
    '% Ambiguous command:  "show l"\n': CaptureStatus.UNSUPPORTED,
    "% Unknown command\n": CaptureStatus.UNSUPPORTED,
    "% Unknown command or computer name, or unable to find computer address\n": CaptureStatus.UNSUPPORTED,
    "% Unrecognized command\n": CaptureStatus.UNSUPPORTED,
    "Command authorization failed.\n": CaptureStatus.DENIED,
    "% Authorization failed.\n": CaptureStatus.DENIED,
    "Authorization denied\n": CaptureStatus.DENIED,
    "% Authorization denied\n": CaptureStatus.DENIED,
    "Permission denied\n": CaptureStatus.DENIED,
    "% Permission denied.\n": CaptureStatus.DENIED,
    "Access denied\n": CaptureStatus.DENIED,
    "This command is not authorized\n": CaptureStatus.DENIED,
    "% This command is not authorized\n": CaptureStatus.DENIED,
    "Command not permitted.\n": CaptureStatus.DENIED,
}
OUTPUTS = {
    **REFUSALS,
    "Load for five secs: 1%/0%\nTime source is NTP\n\n% Invalid input detected\n": CaptureStatus.UNSUPPORTED,
    "".join(f"line {n}\n" for n in range(9)) + "% Invalid input detected at\n": CaptureStatus.OK,
    "% Invalid input detected at\n" + "".join(f"line {n}\n" for n in range(9)): CaptureStatus.OK,
    "Type: cslu\n": CaptureStatus.OK,
    "Last failure: Permission denied\n": CaptureStatus.OK,
}


def live(output: str) -> CaptureStatus:
    """Return the status that a session gives a command with this output."""
    queue: deque[bytes] = deque([f"\r\n{PROMPT}".encode()])

    def drive(procedure: Procedure[T]) -> T:
        reply: bytes | None = None
        while True:
            try:
                request = procedure.send(reply)
            except StopIteration as done:
                result: T = done.value
                return result
            reply = None
            if not isinstance(request, Send):
                reply = queue.popleft() if queue else None
            elif request.data == b"\n":
                queue.append(f"\r\n{PROMPT}".encode())
            else:
                said = output if request.data.startswith(b"show") else ""
                text = request.data.decode() + said + PROMPT
                queue.append(text.replace("\n", "\r\n").encode())

    dialogue = Dialogue()
    drive(dialogue.log_in(None))
    ending, _ = drive(dialogue.run("show license status", 60))
    return ending.status


def pasted(output: str) -> CaptureStatus:
    """Return the status that a terminal log with this output gives the command."""
    ((_, status, _),) = split(f"{PROMPT}show license status\n{output}{PROMPT}\n")
    return status


@pytest.mark.parametrize(("output", "status"), OUTPUTS.items())
def test_live_and_pasted_refusals_agree(output: str, status: CaptureStatus) -> None:
    assert live(output) is status
    assert pasted(output) is status


@pytest.mark.parametrize("output", REFUSALS)
def test_what_refuses_a_show_command_refuses_a_change_as_well(output: str) -> None:
    assert any(refusals.refuses_change(line) for line in output.splitlines())


@pytest.mark.parametrize("output", [each for each in REFUSALS if "computer address" not in each])
def test_a_refused_telnet_proves_nothing_about_the_target(output: str) -> None:
    assert failure(output.splitlines()[-1]) is ProbeVerdict.NOT_TESTABLE
