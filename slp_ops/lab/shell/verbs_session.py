"""Commands about the session itself: privilege, terminal, leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.journal import Mode
from slp_ops.lab.shell.requests import AskKey, Leave, Program, Say, ask_line
from slp_ops.lab.shell.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slp_ops.lab.shell.grammar import Match
    from slp_ops.lab.shell.session import Session


def _enable(session: Session, match: Match) -> Program:
    if session.may_all:
        return
    for _ in range(3):
        typed = yield from ask_line("Password: ", Mode.PASSWORD)
        if typed.text == session.enable:
            session.privilege = 15
            return
    yield Say("% Bad secrets\n\n")


def _disable(session: Session, match: Match) -> Program:
    session.privilege = 1
    yield from ()


def _leave(session: Session, match: Match) -> Program:
    if session.connections:
        yield Say("You have open connections [confirm]")
        key = yield AskKey()
        yield Say("\n")
        if key not in (b"\r", b"\n", b"y", b"Y"):
            return
    yield Leave()


def _length(session: Session, match: Match) -> Program:
    session.screen.length = int(match.arguments[0]) if match.arguments else 24
    yield from ()


def _width(session: Session, match: Match) -> Program:
    session.screen.width = int(match.arguments[0]) if match.arguments else 80
    yield from ()


def _timestamp(session: Session, match: Match) -> Program:
    session.timestamp = "no" not in match.words
    yield from ()


def _monitor(session: Session, match: Match) -> Program:
    session.monitor = "no" not in match.words
    yield from ()


def _privilege(session: Session, match: Match) -> Iterable[str]:
    return (f"Current privilege level is {session.privilege}",)


def _history(session: Session, match: Match) -> Iterable[str]:
    return tuple(f"  {line}" for line in session.screen.history)


def _terminal(session: Session, match: Match) -> Iterable[str]:
    vty = session.switch.vty
    return (
        f'Line {session.line}, Location: "", Type: "vt100"',
        f"Length: {session.screen.length} lines, Width: {session.screen.width} columns",
        "Baud rate (TX/RX) is 9600/9600",
        "Status: PSI Enabled, Ready, Active, Automore On",
        "Capabilities: none",
        "Modem state: Ready",
        "Special Chars: Escape  Hold  Stop  Start  Disconnect  Activation",
        "                ^^x    none   -     -       none         ",
        f"Allowed output transports are {'telnet ssh' if vty.transport_output else 'none'}.",
        "Preferred transport is telnet.",
    )


def _users(session: Session, match: Match) -> Iterable[str]:
    return (
        "    Line       User       Host(s)              Idle       Location",
        f"*{session.line:3d} vty {session.line - 1}     {session.username:<10} idle"
        f"                 00:00:00 {session.came_from}",
        "",
        "  Interface    User               Mode         Idle     Peer Address",
    )


VERBS = (
    Verb(phrase="enable", run=_enable, level=1),
    Verb(phrase="disable", run=_disable, level=1),
    Verb(phrase="exit", run=_leave, level=1),
    Verb(phrase="logout", run=_leave, level=1),
    Verb(phrase="quit", run=_leave, level=1),
    Verb(phrase="terminal length <number>", run=_length, level=1),
    Verb(phrase="terminal width <number>", run=_width, level=1),
    Verb(phrase="terminal no length", run=_length, level=1),
    Verb(phrase="terminal no width", run=_width, level=1),
    Verb(phrase="terminal exec prompt timestamp", run=_timestamp, level=1),
    Verb(phrase="terminal no exec prompt timestamp", run=_timestamp, level=1),
    Verb(phrase="terminal monitor", run=_monitor),
    Verb(phrase="terminal no monitor", run=_monitor),
    Verb(phrase="terminal history size <number>", level=1),
    Verb(phrase="terminal escape-character <line>", level=1),
    Verb(phrase="show privilege", lines=_privilege, level=1),
    Verb(phrase="show history", lines=_history, level=1),
    Verb(phrase="show terminal", lines=_terminal, level=1),
    Verb(phrase="show users", lines=_users, level=1),
)
