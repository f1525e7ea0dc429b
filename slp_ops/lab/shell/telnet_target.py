"""Destination of a telnet: the options after the host, in any order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.lab.shell.grammar import Grammar, Match
from slp_ops.lab.shell.refuse import invalid, sentence

if TYPE_CHECKING:
    from slp_ops.lab.shell.session import Session

_PORTS: Final = {"telnet": 23, "www": 80, "ftp": 21, "smtp": 25, "domain": 53, "echo": 7}
_OPTIONS: Final = Grammar(
    (
        "/ipv4", "/ipv6", "/vrf <word>", "/source-interface <interface>", "/debug", "/noecho",
        "/quiet", "/stream", "/terminal-type <word>", "/route", "/line", "<number>", *_PORTS,
    )
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Target:
    """Destination and path of a connection."""

    host: str
    port: int = 23
    vrf: str = ""
    source: str = ""


def read_options(session: Session, text: str, column: int, target: Target) -> str | None:
    """Parse the options after the host into ``target``; return the refusal for a wrong one."""
    words = text.split()
    at = 0
    while at < len(words):
        before = column + len(" ".join(words[:at])) + (1 if at else 0)
        size = next((n for n in (1, 2, 3) if _whole(words[at : at + n])), 0)
        if not size:
            refusal = _OPTIONS.parse(" ".join(words[at : at + 2]))
            if refusal is None or isinstance(refusal, Match):
                return invalid(session, before)
            return sentence(session, refusal, text, before=before)
        meaning = _OPTIONS.parse(" ".join(words[at : at + size]))
        assert isinstance(meaning, Match)  # noqa: S101 - that is how its size was found
        match meaning.words:
            case ("/vrf", name):
                if not session.switch.config.has(f"vrf definition {name}"):
                    return invalid(session, before + len("/vrf "))
                target.vrf = name
            case ("/source-interface", interface):
                if not session.switch.config.has(f"interface {interface}"):
                    return invalid(session, before + len("/source-interface "))
                target.source = interface
            case (port,) if port.isdecimal():
                target.port = int(port)
            case (name,) if name in _PORTS:
                target.port = _PORTS[name]
            case _:
                pass
        at += size
    return None


def _whole(words: list[str]) -> bool:
    return isinstance(_OPTIONS.parse(" ".join(words)), Match)
