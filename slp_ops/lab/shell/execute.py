"""One exec command line: parsed, rejected, denied or run, and its output filtered and paged."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from slp_ops.lab import screens
from slp_ops.lab.shell import filters
from slp_ops.lab.shell.faulty import carried_out
from slp_ops.lab.shell.filters import Filter
from slp_ops.lab.shell.grammar import Grammar, Match, Unknown
from slp_ops.lab.shell.refuse import invalid, sentence
from slp_ops.lab.shell.requests import Page, Pause, Program, Say
from slp_ops.lab.shell.stamps import log_line, timestamp
from slp_ops.lab.shell.verbs import KNOWN, all_verbs
from slp_ops.lab.shell.verbs_telnet import resume

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.lab.shell.session import Session

_PRIVILEGED: Final = ("running-config", "startup-config", "tech-support", "archive", "logging")
# Words after ``show`` that every switch has; they count when an abbreviation is judged.
_SHOWN: Final = (
    "aaa", "access-lists", "alarms", "aliases", "archive", "arp", "authentication", "auto",
    "banner", "bfd", "boot", "bootflash:", "buffers", "call-home", "cdp", "class-map", "clock",
    "cns", "configuration", "controllers", "crypto", "debugging", "device-tracking", "dhcp",
    "diagnostic", "dot1x", "dtp", "env", "environment", "errdisable", "etherchannel", "event",
    "file", "flash:", "flow", "hardware", "history", "hosts", "html", "idprom", "install",
    "interfaces", "inventory", "ip", "ipv6", "key", "license", "line", "lldp", "location",
    "logging", "login", "mac", "memory", "module", "monitor", "mvr", "network-policy", "ntp",
    "nvram:", "parser", "platform", "policy-map", "port-security", "power", "privilege",
    "processes", "protocols", "queue", "redundancy", "reload", "rmon", "route-map",
    "running-config", "scp", "sdm", "sessions", "snmp", "software", "spanning-tree", "ssh",
    "stack-power", "standby", "startup-config", "storm-control", "subsys", "switch",
    "tacacs", "tcp", "tech-support", "template", "terminal", "time-range", "track", "udld",
    "users", "version", "vlan", "vrf", "vtp",
)  # fmt: skip


def execute(session: Session, line: str, *, before: int = 0) -> Program:
    """Run one line. ``before`` counts the columns typed before it, such as those of ``do ``."""
    command, chosen = filters.parse(line)
    meaning = grammar(session).parse(command)
    if meaning is None:
        if not before:
            yield from resume(session)
        return
    if isinstance(meaning, Unknown):
        if before:
            yield Say(sentence(session, meaning, command, before=before))
        else:
            yield from all_verbs()["telnet <word> <line>"].run(session, _bare_word(meaning.word))
        return
    if not isinstance(meaning, Match):
        yield Say(sentence(session, meaning, command, before=before))
        return
    verb = all_verbs().get(meaning.phrase)
    if chosen is not None and verb is not None and verb.lines is None:
        yield Say(invalid(session, before + len(command)))
        return
    if chosen is not None and not isinstance(chosen, Filter):
        yield Say(sentence(session, chosen, line, before=before))
        return
    if session.switch.denies(meaning.text):
        yield Say(f"{session.switch.access.refusal}\n\n")
        return
    delay = session.switch.faults.command_delay
    if delay and meaning.words[0] != "terminal":  # which needs nothing from the switch
        yield Pause(delay, real=True)
    yield from carried_out(session, meaning.text, _run(session, meaning, chosen))


def _run(session: Session, meaning: Match, chosen: Filter | None) -> Program:
    verb = all_verbs().get(meaning.phrase)
    if verb is not None and verb.lines is None:
        yield from verb.run(session, meaning)
        return
    if session.timestamp and meaning.words[0] == "show":
        yield Say(timestamp(session.switch))
    yield from _output(session, _lines(session, meaning), chosen)


def _output(session: Session, lines: Iterable[str], chosen: Filter | None) -> Program:
    """Print lines according to the terminal and the pipe."""
    if chosen is not None and chosen.writes:
        yield from _write(session, lines, chosen)
        return
    if chosen is not None:
        lines = filters.apply(chosen, lines)
    if session.switch.faults.log_within_output:
        lines = _interrupted(lines, log_line(session.switch))
    yield Page(lines)


def grammar(session: Session) -> Grammar:
    """Return the grammar of exec mode on this switch, at this privilege."""
    state = (session.privilege, session.switch.last_change)
    if session.known is None or session.known[0] != state:
        session.known = (state, _gathered(session))
    return session.known[1]


def _gathered(session: Session) -> Grammar:
    verbs = tuple(
        verb.phrase
        for verb in all_verbs().values()
        if verb.level <= session.privilege and verb.exists(session)
    )
    shown = tuple(
        " ".join(words)
        for words in screens.vocabulary(session.switch)
        if session.may_all or words[1] not in _PRIVILEGED
    )
    return _grammar(verbs, shown, session.may_all)


@lru_cache(maxsize=64)
def _grammar(verbs: tuple[str, ...], shown: tuple[str, ...], may_all: bool) -> Grammar:
    known = (*KNOWN, *(f"show {word}" for word in _SHOWN if may_all or word not in _PRIVILEGED))
    return Grammar((*verbs, *shown), known)


def _bare_word(word: str) -> Match:
    return Match(phrase="", words=(word,), arguments=(word,))


def _lines(session: Session, meaning: Match) -> Iterable[str]:
    """Yield the lines of a show command: session commands are rendered here, others by screens."""
    verb = all_verbs().get(meaning.phrase)
    if verb is not None and verb.lines is not None:
        return verb.lines(session, meaning)
    return screens.lines(session.switch, meaning.words) or ()


def _interrupted(lines: Iterable[str], message: str) -> Iterator[str]:
    """Insert a log message after the third line."""
    for number, line in enumerate(lines):
        if number == 3:
            yield message
        yield line


def _write(session: Session, lines: Iterable[str], chosen: Filter) -> Program:
    """``redirect``, ``append`` and ``tee`` to flash."""
    system, colon, path = chosen.argument.strip().partition(":")
    if not colon or system.lower() not in ("flash", "bootflash"):
        yield Say(f"%Error opening {chosen.argument.strip()} (Permission denied)\n\n")
        return
    kept = list(lines)
    data = "".join(f"{line}\n" for line in kept).encode("utf-8", "surrogateescape")
    name = path.lstrip("/")
    if chosen.verb == "append":
        data = session.switch.flash.get(name, b"") + data
    session.switch.flash[name] = data
    if chosen.verb == "tee":
        yield Page(kept)
