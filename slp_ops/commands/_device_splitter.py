"""Splitter of a text into the lines of each device: hosts of a syslog server, and prompts of a terminal.

<187>Nov 12 09:14:03 acc-sw-07 4711: ...     the host that a syslog server names
acc-sw-08#show license status                the prompt of another switch, in one file
hostname acc-sw-09                           the configuration of another switch, in a text without prompts
* acc-sw-09 ** changed : False ***           the heading of a tool or a script, without prompts
acc-sw-10:   Cslu address: <empty>           the name before each line: pdsh, parallel-ssh, clush

The lines of other devices become blank, so that line numbers stay unchanged.
"""

from __future__ import annotations

import itertools
import re
from array import array
from io import StringIO
from typing import TYPE_CHECKING, Final, NamedTuple

from slp_ops.commands._command_splitter import sections
from slp_ops.commands._pasted_pages import are_of_several_switches, page_begins
from slp_ops.commands._text_lines import lines_of
from slp_ops.iosxe.names import is_address, is_host
from slp_ops.iosxe.relay import RelayedLine, relayed

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONFIGURED: Final = re.compile(r"^hostname (?P<name>[\w.-]{1,63})[ \t\r]*$", re.MULTILINE | re.ASCII)
_END: Final = re.compile(r"^end[ \t\r]*\n", re.MULTILINE)
_RENAMED: Final = re.compile(r"^host(?:n(?:a(?:me?)?)?)? +(\S+)$", re.ASCII)


class DeviceText(NamedTuple):
    """Text of one device, and its host name; None where nothing names it."""

    host: str | None
    text: str


def devices_of(text: str) -> tuple[DeviceText, ...]:
    """Return the text of each device, without what a syslog server put before its lines."""
    stored = _without_relays(text)
    relays = tuple(stored.hosts)
    if len(relays) <= 1:
        named = next(iter(stored.hosts.values()), None)
        return tuple(DeviceText(host or named, own) for host, own in _by_prompt(stored.text))
    by_host = [
        DeviceText(host, stored.lines_of(number)) for number, host in enumerate(stored.hosts.values(), 1)
    ]
    rest = stored.lines_of(0)
    if rest.strip():
        for host, own in _by_prompt(rest):
            name = None if host is None else host.casefold()
            if name in relays:
                place = relays.index(name)
                by_host[place] = DeviceText(by_host[place].host, _overlaid(by_host[place].text, own))
            else:
                by_host.append(DeviceText(host, own))
    return tuple(by_host)


class _Stored(NamedTuple):
    """A text as the switches printed it: hosts as spelled first, and the number of each line's host.

    Number 0 are the lines that no server stored.
    """

    text: str
    hosts: dict[str, str]
    numbers: array[int]

    def lines_of(self, number: int) -> str:
        """Return the lines of one host, with the other lines blank."""
        lines = lines_of(self.text)
        return "\n".join(lines[place] if host == number else "" for place, host in enumerate(self.numbers))


def _without_relays(text: str) -> _Stored:
    """Return the text without what a syslog server put before its lines."""
    hosts: dict[str, str] = {}
    places: dict[str, int] = {}
    numbers = array("I")
    printed = StringIO()
    prefixed = _is_prefixed(text)
    for line in lines_of(text):
        stored = relayed(line) if "%" in line else None
        if prefixed and (found := _PREFIX.match(line)):
            stored = RelayedLine(found["host"], line[found.end() :])
        if numbers:
            printed.write("\n")
        printed.write(line if stored is None else stored.line)
        if stored is None or stored.host is None:
            numbers.append(0)
            continue
        key = stored.host.casefold()
        numbers.append(places.setdefault(key, len(places) + 1))
        hosts.setdefault(key, stored.host)
    return _Stored(printed.getvalue(), hosts, numbers)


def _is_prefixed(text: str) -> bool:
    """Return whether each line has the name of one of several switches before it."""
    first = _PREFIX.match(text)
    if first is None or f"\n{first['host']}" not in text:
        return False
    hosts: set[str] = set()
    for line in lines_of(text):
        found = _PREFIX.match(line)
        if found is None and line.strip():
            return False
        if found is not None:
            hosts.add(found["host"])
    return len(hosts) > 1


_PREFIX: Final = re.compile(
    r"(?=[\w.]{0,62}[\d-])(?=[\w.-]*[A-Za-z])(?P<host>\w[\w.-]{0,62}):(?: |$)", re.ASCII | re.MULTILINE
)


def _overlaid(one: str, other: str) -> str:
    """Return two texts of one device, of which each is blank where the other is not."""
    lines = zip(one.split("\n"), other.split("\n"), strict=True)
    return "\n".join(line or otherwise for line, otherwise in lines)


def _by_prompt(text: str) -> list[DeviceText]:
    """Return the text of each host whose prompt precedes a known command.

    Lines before the first prompt, and those of hosts without such a command, belong to the device next to
    them.
    """
    prompts = list(_prompts(text))
    known = tuple(dict.fromkeys(each.host.casefold() for each in prompts if each.is_known))
    if not prompts and (found := _by_configuration(text) or _by_heading(text) or _by_page(text)):
        return found
    if len(known) <= 1:
        named = (each.host for each in prompts if not known or each.host.casefold() in known)
        return [DeviceText(next(named, None), text)]
    return _by_begin(text, {each.place: each.host for each in prompts if each.host.casefold() in known})


def _by_configuration(text: str) -> list[DeviceText]:
    """Return the text of each host where configurations of several follow one another; else nothing."""
    names = list(_CONFIGURED.finditer(text))
    if len({found["name"].casefold() for found in names}) <= 1:
        return []
    begins = {0: names[0]["name"]}
    place = at = 0
    for before, found in itertools.pairwise(names):
        ends = [end.end() for end in _END.finditer(text, before.end(), found.start())]
        begin = ends[-1] if ends else found.start()
        place, at = place + text.count("\n", at, begin), begin
        begins[place] = found["name"]
    return _by_begin(text, begins)


def _by_heading(text: str) -> list[DeviceText]:
    """Return the text of each host where a tool or a script printed its name above its outputs.

    Headings of scripts count only where two hosts have one, since other lines look like them.
    """
    begins: dict[int, str] = {}
    is_tool = False
    place = at = 0
    for found in _HEADING.finditer(text):
        name = found["name"] or found["labelled"] or found["tailed"] or found["ruled"] or found["listed"]
        name = name or f"{_UNNAMED}-{found['lettered'] or found['counted']}"
        by_tool = bool(found["tool"]) or _LISTED.match(text, found.end()) is not None
        is_named = name.startswith(_UNNAMED) or (_NUMBERED.fullmatch(name) and not _INTERFACE.match(name))
        if is_host(name) and (by_tool or is_named or (is_address(name) and not found["listed"])):
            place, at = place + text.count("\n", at, found.start()), found.start()
            begins[place] = name
            is_tool = is_tool or by_tool
    hosts = {name.casefold() for name in begins.values()}
    if len(hosts) * (place + 1) > _MOST_LINES or not (len(hosts) > 1 or (is_tool and hosts)):
        return []
    return _by_begin(text, begins)


_MOST_LINES: Final = (
    50_000_000  # of all devices together, blank ones too: a text may have a name on each line
)
_HEADING: Final = re.compile(
    r"""^(?:
    (?:\*\ )? ["']? (?P<name>\w[\w.-]{0,62}) ["']?
        (?: :                                                           # acc-1:
        | (?P<tool>\ \*\*\ changed\ :\ (?:True|False)\ \*+          # * acc-1 ** changed : True *** (Nornir)
        | \ \|\ (?:SUCCESS|CHANGED)[^\n]{0,20}\ >>) )                  # acc-1 | CHANGED | rc=0 >> (Ansible)
    | (?:host(?:name)?|device|switch) [ \t]*[:=][ \t]*
        (?P<labelled>\w[\w.-]{0,62})                                    # Device: acc-1
    | ==>\ (?:[^\n<]{0,200}[/\\])?
        (?P<tailed>\w[\w.-]{0,62}?)(?:\.(?:txt|log|out|cfg)(?:\.\d{1,3})?)?\ <==  # ==> log/acc-1.txt <==
    | (?P<rule>[=*#~_-])(?P=rule)+ [ \t]* (?:(?:host(?:name)?|device|switch)\b [ \t]*:?[ \t]*)?
        (?P<ruled>\w[\w.-]{0,62}?) :?[ \t]* (?P=rule)*                  # === acc-1 ===
    | (?: (?:switch|device|stack|スイッチ|機器)\ ?(?P<lettered>[A-Z]|\d{1,2}) | (?P<counted>\d)\ ?台目 )
        (?![\w.-]) [^\n:]{0,40} :                                        # Switch A (the old one):
    | (?:[■□◆◇●○▼▶★•*-]|\d{1,2}[.)]|[【\[](?:[^\n\]】]{0,20}[\ :])??) [ \t]*
        (?P<listed>\w[\w.-]{0,62}) [】\]]? :?                            # 1) acc-1
    )[ \t\r]*$""",
    re.MULTILINE | re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_UNNAMED: Final = "Switch"
_LISTED: Final = re.compile(r"\n[ \t]+[\"']?sh(?:ow)? ")  # a command below its key in YAML
_NUMBERED: Final = re.compile(r".*[a-z].*\d.*|.*\d.*[a-z].*", re.ASCII | re.IGNORECASE)
_INTERFACE: Final = re.compile(
    r"(?:vl|lo|po|gi|te|tw|fo|hu|fi|fa|tu|nu|ap|mgmt)[a-z-]*\d+(?:\.\d+)?$", re.ASCII | re.IGNORECASE
)


def _by_page(text: str) -> list[DeviceText]:
    """Return the text of each of several switches that nothing names; else nothing."""
    begins = page_begins(text)
    if not are_of_several_switches(text, begins):
        return []
    places = [text.count("\n", 0, begin) for begin in begins]
    return _by_begin(text, {place: f"{_UNNAMED}-{number}" for number, place in enumerate(places, 1)})


def _by_begin(text: str, begins: dict[int, str]) -> list[DeviceText]:
    """Return the text of each host, by the lines at which its parts begin."""
    spelled = {name.casefold(): name for name in reversed(begins.values())}
    own: dict[str, list[tuple[int, str]]] = {name.casefold(): [] for name in begins.values()}
    current = begins[min(begins)]
    lines = text.split("\n")
    for place, line in enumerate(lines):
        current = begins.get(place, current)
        own[current.casefold()].append((place, line))
    return [DeviceText(spelled[name], _placed(printed, len(lines))) for name, printed in own.items()]


def _placed(printed: list[tuple[int, str]], count: int) -> str:
    """Return lines at their places in a text of that many lines, with blank lines between."""
    parts: list[str] = []
    at = 0
    for place, line in printed:
        parts += ("\n" * (place - at), line)
        at = place
    return "".join((*parts, "\n" * (count - 1 - at)))


class _Prompt(NamedTuple):
    """Prompt with a command: its line, its host, and whether the command is known."""

    place: int
    host: str
    is_known: bool


def _prompts(text: str) -> Iterator[_Prompt]:
    """Yield each prompt with a command; a device that gets another name is the same device."""
    same: dict[str, str] = {}
    for section in sections(text):
        if section.host is None:
            continue
        host = same.get(section.host.casefold(), section.host)
        if renamed := _RENAMED.match(section.typed):
            same[renamed[1].casefold()] = host
        yield _Prompt(section.page.before - 1, host, section.command is not None)
