"""Ping from the switch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.lab.shell.refuse import invalid
from slp_ops.lab.shell.requests import Program, Say, paused
from slp_ops.lab.shell.resolving import translate
from slp_ops.lab.shell.verbs import Verb
from slp_ops.lab.world import Reach

if TYPE_CHECKING:
    from slp_ops.lab.shell.grammar import Match
    from slp_ops.lab.shell.session import Session

_TIMEOUT: Final = 2
_ROUND_TRIP: Final = 0.004


def _ping(session: Session, match: Match) -> Program:
    words = match.words
    vrf = words[words.index("vrf") + 1] if "vrf" in words else ""
    source = words[words.index("source") + 1] if "source" in words else ""
    count = int(words[words.index("repeat") + 1]) if "repeat" in words else 5
    host = words[3] if vrf else words[2] if words[1] == "ip" else words[1]
    if vrf and not session.switch.config.has(f"vrf definition {vrf}"):
        yield Say(f"% VRF {vrf} does not exist\n\n")
        return
    if source and not session.switch.config.has(f"interface {source}"):
        yield Say(invalid(session, match.text.index(source)))
        return
    found = yield from translate(session, host, vrf)
    if found is None:
        return
    if not found.found:
        yield Say("% Unrecognized host or address, or protocol not running.\n\n")
        return
    yield from _echo(session, found.address, vrf, source, count)


def _echo(session: Session, address: str, vrf: str, source: str, count: int) -> Program:
    yield Say(
        "Type escape sequence to abort.\n"
        f"Sending {count}, 100-byte ICMP Echos to {address}, timeout is {_TIMEOUT} seconds:\n"
    )
    reach = session.switch.connect(address, None, vrf=vrf, source=source)
    answered = session.switch.world.icmp and reach not in (Reach.UNREACHABLE, Reach.TIMED_OUT)
    mark = "!" if answered else "U" if reach is Reach.UNREACHABLE else "."
    sent = 0
    for _ in range(count):
        sent += 1
        if (yield from paused(_TIMEOUT if mark == "." else _ROUND_TRIP)):
            break
        yield Say(mark)
    good = sent if answered else 0
    trip = ", round-trip min/avg/max = 1/2/4 ms" if answered else ""
    yield Say(f"\nSuccess rate is {100 * good // sent} percent ({good}/{sent}){trip}\n")


VERBS = tuple(
    Verb(phrase=f"ping {before}<word>{after}", run=_ping, level=1)
    for before in ("", "ip ", "vrf <word> ")
    for after in ("", " source <interface>", " repeat <number>", " source <interface> repeat <number>")
)
