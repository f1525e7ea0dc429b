"""Exec commands other than ``show``: the Verb type, and the list of all verbs.

To add one: put a Verb into the VERBS of one of the modules named below.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from slp_ops.lab.shell.grammar import Match
    from slp_ops.lab.shell.requests import Program
    from slp_ops.lab.shell.session import Session

_MODULES: Final = (
    "verbs_session", "verbs_telnet", "verbs_ping", "verbs_system", "verbs_files", "verbs_license",
)  # fmt: skip

# On every switch, but not simulated: they count when an abbreviation is judged.
KNOWN: Final = (
    "access-enable", "access-profile", "app-hosting", "beep", "calendar", "cd", "clear",
    "clock", "cns", "crypto", "debug", "diagnostic", "dot1x", "ethernet", "event",
    "format", "fsck", "guestshell", "hw-module", "install", "ip", "isis", "issu", "killall-bg",
    "lldp", "lock", "login", "microcode", "mkdir", "monitor", "mping", "mstat", "mtrace", "no",
    "pad", "platform", "power", "radius", "redundancy", "release", "rename", "renew", "request",
    "rmdir", "rsh", "scripting", "send", "set", "setup", "software", "spec-file", "ssh",
    "start-chassis", "switch", "systat", "tarp", "tclsh", "traceroute", "tunnel", "undebug",
    "upgrade", "vlan", "which-route", "where", "xconnect",
)  # fmt: skip


def nothing(session: Session, match: Match) -> Program:
    """Accept the command without any effect or output."""
    yield from ()


def always(session: Session) -> bool:
    """Return True: available on every switch in every state."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One exec command. ``level`` is the privilege it needs.

    A show command about the session itself has ``lines`` instead of ``run``, to be piped and paged.
    """

    phrase: str
    run: Callable[[Session, Match], Program] = nothing
    level: int = 15
    exists: Callable[[Session], bool] = always
    lines: Callable[[Session, Match], Iterable[str]] | None = None  # of a show command


@cache
def all_verbs() -> dict[str, Verb]:
    """Return every exec command by its phrase."""
    found: dict[str, Verb] = {}
    for name in _MODULES:
        module = import_module(f"slp_ops.lab.shell.{name}")
        found.update({verb.phrase: verb for verb in module.VERBS})
    return found
