"""Name lookup with its terminal output (``Translating "name"...``) and its duration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.lab.shell.requests import Answer, Request, Say, paused
from slp_ops.lab.world import Lookup, Resolution

if TYPE_CHECKING:
    from collections.abc import Generator

    from slp_ops.lab.shell.session import Session

_TIMEOUT: Final = 3  # seconds a server is given, "ip domain timeout"
_RETRY: Final = 2  # times that each is asked again, "ip domain retry"


def translate(session: Session, name: str, vrf: str = "") -> Generator[Request, Answer, Resolution | None]:
    """Resolve a name with the output of IOS; None when interrupted."""
    found = session.switch.resolve(name, vrf)
    if found.lookup in (Lookup.LITERAL, Lookup.PINNED):
        return found
    if found.lookup is Lookup.DISABLED:
        yield Say(f'Translating "{name}"\n\n')
        return found
    yield Say(f'Translating "{name}"...domain server')
    for number, server in enumerate(found.servers, 1):
        yield Say(f" ({server})")
        answered = found.found and number == len(found.servers)
        if not answered and (yield from paused(_patience(session), b"\x1e\x03")):
            yield Say("\n")
            return None
    yield Say(" [OK]\n\n" if found.found else "\n\n")
    return found


def _patience(session: Session) -> float:
    config = session.switch.config
    timeout = int(config.find("ip domain timeout") or _TIMEOUT)
    return float(timeout * int(config.find("ip domain retry") or _RETRY))
