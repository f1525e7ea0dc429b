"""Login session, from the banner to the exit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.journal import Mode
from slp_ops.lab.shell.execute import execute
from slp_ops.lab.shell.requests import AskLine, Ended, Leave, Pause, Program, Say, Typed

if TYPE_CHECKING:
    from slp_ops.lab.shell.session import Session


def converse(session: Session) -> Program:
    """Print the banner, then process command lines until the session ends."""
    if session.switch.faults.silent_shell:
        yield Pause(None, keys=b"")
    for kind in ("motd", "exec"):
        if text := banner(session.switch.config.find(f"banner {kind}")):
            yield Say(f"{text}\n")
    yield Say("\n")
    while True:
        typed = yield AskLine(session.prompt, Mode.EXEC)
        assert isinstance(typed, Typed)  # noqa: S101 - the terminal's contract
        if typed.ended is Ended.CTRL_C or typed.text.lstrip().startswith("!"):
            continue
        yield from execute(session, typed.text)


def run_one(session: Session, command: str) -> Program:
    """Run ``ssh switch command``: print its output and nothing else."""
    session.screen.length = 0
    yield Say("\n")
    yield from execute(session, command)
    yield Leave()


def banner(text: str | None) -> str:
    """Return the text between the delimiters of a banner line."""
    return "" if text is None else text.removeprefix("^C").removesuffix("^C").strip("\n")
