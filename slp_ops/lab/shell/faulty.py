"""Command on a line that breaks or hangs, according to ``Faults``.

The switch executes the command even if the answer is lost, unless ``drop_undone`` is set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.shell.requests import Lose, Page, Pause, Say

if TYPE_CHECKING:
    from slp_ops.lab.shell.requests import Answer, Program
    from slp_ops.lab.shell.session import Session


def carried_out(session: Session, command: str, program: Program) -> Program:
    """Run the program of a full command with its faults."""
    faults = session.switch.faults
    if _concerns(faults.drop_command, command):
        if not faults.drop_undone:
            yield from _cut(program, faults.drop_after)
        yield Lose()
    elif _concerns(faults.hang_command, command):
        yield from _cut(program, faults.hang_after)
        yield Pause(None, keys=b"")
    else:
        yield from program


def _concerns(prefix: str | None, command: str) -> bool:
    if prefix is None:
        return False
    return command == prefix or command.startswith(f"{prefix} " if prefix else "show ")


def _cut(program: Program, left: int) -> Program:
    """Run the program to its end, but send only this many bytes of its output."""
    answer: Answer = None
    while True:
        try:
            request = program.send(answer)
        except StopIteration:
            return
        match request:
            case Say(text):
                answer = None
                if left > 0:
                    yield Say(text[:left])
                    left -= len(text)
            case Page(lines):
                answer = None
                for line in lines:
                    if left <= 0:
                        break
                    yield Say(f"{line}\n"[:left])
                    left -= len(line) + 1
            case _:
                answer = yield request
