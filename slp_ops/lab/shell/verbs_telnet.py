"""Telnet from the switch: every outcome of an attempt, the connection, and the ways out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.lab.shell.requests import Answer, AskBytes, Program, Request, Say, confirmed, paused
from slp_ops.lab.shell.resolving import translate
from slp_ops.lab.shell.session import Connection, Session
from slp_ops.lab.shell.telnet_target import Target, read_options
from slp_ops.lab.shell.verbs import Verb
from slp_ops.lab.world import Reach

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from slp_ops.lab.shell.grammar import Match

_ESCAPE: Final = b"\x1e"  # Ctrl-^
_BREAKS: Final = b"\x1e\x03"
_SYNWAIT: Final = 30  # seconds, "ip tcp synwait-time"
_ROUND_TRIP: Final = 0.2
_FAILURES: Final = {
    Reach.REFUSED: "% Connection refused by remote host",
    Reach.UNREACHABLE: "% Destination unreachable; gateway or host down",
    Reach.TIMED_OUT: "% Connection timed out; remote host not responding",
}


def _telnet(session: Session, match: Match) -> Program:
    host, *rest = match.arguments
    target = Target(host=host)
    if rest:
        column = len(f"telnet {host} ")
        if (problem := read_options(session, rest[0], column, target)) is not None:
            yield Say(problem)
            return
    yield from connect(session, target, bare=not match.phrase)


def connect(session: Session, target: Target, *, bare: bool = False) -> Program:
    """Try to connect. ``bare`` is a word typed alone that was no command."""
    vty = session.switch.vty
    found = yield from translate(session, target.host, target.vrf)
    if found is None:
        return
    if not found.found:
        yield Say("% Bad IP address or host name\n")
        if bare:
            yield Say("% Unknown command or computer name, or unable to find computer address\n")
        return
    if not vty.transport_output:
        yield Say("% telnet connections not permitted from this terminal\n")
        return
    if vty.access_class_out:
        yield Say("% Connections to that host not permitted from this terminal\n")
        return
    for address in (found.address, *found.others):
        if (reach := (yield from _attempt(session, target, found.name, address))) is None:
            return
        if reach.connected:
            yield Say("Open\n\n")
            number = max((each.number for each in session.connections), default=0) + 1
            connection = Connection(number=number, host=target.host, address=address, reach=reach)
            session.connections.append(connection)
            yield from _talk(session, connection)
            return
        yield Say(f"\n{_FAILURES[reach]}\n")
    yield Say("\n")


def _attempt(
    session: Session, target: Target, name: str, address: str
) -> Generator[Request, Answer, Reach | None]:
    """Try one address; None when interrupted."""
    if name == address:
        yield Say(f"Trying {address}, {target.port} ... ")
    else:
        yield Say(f"Trying {name} ({address}, {target.port})... ")
    reach = session.switch.connect(address, target.port, vrf=target.vrf, source=target.source)
    seconds = _ROUND_TRIP
    if reach is Reach.TIMED_OUT:
        seconds = float(session.switch.config.find("ip tcp synwait-time") or _SYNWAIT)
    if (yield from paused(seconds, _BREAKS)):
        yield Say("\n")
        return None
    return reach


def _talk(session: Session, connection: Connection) -> Program:
    """Bytes go to the far end until it closes or the escape sequence comes."""
    if connection.reach is Reach.CLOSES:
        yield from paused(_ROUND_TRIP, b"")
        yield from _closed(session, connection)
        return
    escaped = False
    while True:
        data = yield AskBytes(one=escaped)
        assert isinstance(data, bytes)  # noqa: S101 - the terminal's contract
        if escaped and data in (b"x", b"X"):
            # Suspended: the connection stays, and an empty line would resume it.
            yield Say("\n")
            return
        # The escape key twice is sent on as one.
        escaped = data.endswith(_ESCAPE) and not escaped
        # A TLS server takes what is typed for a broken record and closes.
        if connection.reach is Reach.OPEN and any(byte in b"\r\n" for byte in data):
            yield from paused(_ROUND_TRIP, b"")
            yield from _closed(session, connection)
            return


def _closed(session: Session, connection: Connection) -> Program:
    session.connections.remove(connection)
    yield Say(f"\n[Connection to {connection.host} closed by foreign host]\n")


def resume(session: Session) -> Program:
    """Handle an empty line while a connection is suspended."""
    if session.connections:
        connection = session.connections[-1]
        yield Say(f"[Resuming connection {connection.number} to {connection.host} ... ]\n")
        yield from _talk(session, connection)


def _resume(session: Session, match: Match) -> Program:
    connection = _chosen(session, match)
    if connection is None:
        yield Say("% No current connection\n" if not match.arguments else "% Bad connection number\n")
        return
    session.connections.remove(connection)
    session.connections.append(connection)
    yield from resume(session)


def _disconnect(session: Session, match: Match) -> Program:
    connection = _chosen(session, match)
    if connection is None:
        yield Say("% No current connection\n" if not match.arguments else "% Bad connection number\n")
        return
    if (yield from confirmed(f"Closing connection to {connection.host} ")):
        session.connections.remove(connection)


def _chosen(session: Session, match: Match) -> Connection | None:
    if not match.arguments:
        return session.connections[-1] if session.connections else None
    number = int(match.arguments[0])
    return next((each for each in session.connections if each.number == number), None)


def _sessions(session: Session, match: Match) -> Iterable[str]:
    if not session.connections:
        return ("% No connections open",)
    rows = ["Conn Host                Address             Byte  Idle Conn Name"]
    for each in sorted(session.connections, key=lambda connection: connection.number):
        mark = "*" if each is session.connections[-1] else " "
        rows.append(f"{mark}{each.number:3d} {each.host:<19} {each.address:<19} {0:4d} {0:5d} {each.host}")
    return rows


VERBS = (
    Verb(phrase="telnet <word>", run=_telnet, level=1),
    Verb(phrase="telnet <word> <line>", run=_telnet, level=1),
    Verb(phrase="connect <word>", run=_telnet, level=1),
    Verb(phrase="disconnect", run=_disconnect, level=1),
    Verb(phrase="disconnect <number>", run=_disconnect, level=1),
    Verb(phrase="resume", run=_resume, level=1),
    Verb(phrase="resume <number>", run=_resume, level=1),
    Verb(phrase="show sessions", lines=_sessions, level=1),
)
