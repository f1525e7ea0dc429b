"""Parsing of captures into facts: one collection per device, one value per type, and reasons for missing
values.

Pure: texts in, values out. The caller decides where texts come from: a run folder or a terminal log.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar, cast

from slp_ops.commands import command_key, find, parse_rows, registry, templates_of
from slp_ops.commands._capture_text import Page, output_text
from slp_ops.commands._command_splitter import Section
from slp_ops.commands._command_splitter import sections as sections
from slp_ops.commands._counts import counts
from slp_ops.commands._device_splitter import devices_of
from slp_ops.commands._fact_merge import MERGED, combine, rank, select_best
from slp_ops.commands._paste_cleanup import text_of as text_of
from slp_ops.commands._pasted_pages import page_begins
from slp_ops.commands._signatures import command_of
from slp_ops.commands._text_lines import lines_of
from slp_ops.commands.show_version import release_of
from slp_ops.facts import (
    Authorization,
    CallHomeConfig,
    Clock,
    CommunicationStatistics,
    Entitlements,
    HttpConfig,
    LicenseConfig,
    LicenseTransport,
    NameConfig,
    Registration,
    RumSummary,
    SyslogBuffer,
    TrustCodes,
    UsageReporting,
)
from slp_ops.facts.probes import Probes
from slp_ops.iosxe import platforms, refusals
from slp_ops.iosxe.filters import filter_of
from slp_ops.iosxe.syslog import is_log_line
from slp_ops.model import CaptureStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from slp_ops.commands import Parsed, ReadRows, ShowCommand
    from slp_ops.facts import Fact

_FactType = TypeVar("_FactType", bound="Fact")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedCapture:
    """One capture after parsing: ``parsed`` is None without text or without a parser.

    ``platform`` is set where the output is of another one than IOS-XE. ``text`` is kept for commands of the
    operator's rules over rows: the output without its envelope.
    """

    command: str
    status: CaptureStatus
    known: ShowCommand | None = None
    parsed: Parsed | None = None
    platform: str | None = None
    text: str | None = None

    @property
    def read_lines(self) -> int:
        """Return the number of recognised lines."""
        return self.parsed.total - len(self.parsed.unparsed) if self.parsed else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingFact:
    """Reason for a missing type: the commands that provide it, each with its status."""

    kind: str
    commands: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        reasons = "; ".join(f"{command}: {why}" for command, why in self.commands)
        return f"{self.kind} is missing ({reasons})" if reasons else f"{self.kind} is missing"


class Facts:
    """Facts of one device."""

    __slots__ = ("_by_type", "_cut", "captures", "platform")

    def __init__(
        self,
        by_type: Mapping[type[Fact], Fact],
        captures: tuple[ParsedCapture, ...] = (),
        *,
        platform: str | None = None,
    ) -> None:
        """Create a collection. ``platform`` is set where the texts are of another one than IOS-XE."""
        self._by_type = by_type
        self.platform = platform or next((each.platform for each in captures if each.platform), None)
        self._cut = _cut(captures)
        self.captures = captures

    @classmethod
    def of(cls, *facts: Fact) -> Facts:
        """Build a collection of these facts only, for tests of rules."""
        return cls({type(fact): fact for fact in facts})

    def get(self, kind: type[_FactType]) -> _FactType | None:
        """Return the value of that type; None when there is none (``missing`` returns the reason)."""
        return cast("_FactType | None", self._by_type.get(kind))

    def plus(self, fact: Fact) -> Facts:
        """Return the collection with one more value."""
        return Facts({**self._by_type, type(fact): fact}, self.captures, platform=self.platform)

    def all(self) -> tuple[Fact, ...]:
        """Return every value, one per type."""
        return tuple(self._by_type.values())

    def cut(self, kind: type[Any]) -> tuple[ParsedCapture, ...]:
        """Return the captures that timed out or were lost and might have changed the value of that type."""
        return self._cut.get(kind, ())

    def missing(self, kind: type[Any]) -> MissingFact:
        """Return the reason why there is no value of that type."""
        providers = [command for command in registry() if kind in command.provides]
        captured = {capture.command for capture in self.captures}
        # A command that is known from pasted texts only is no reason where others are sent.
        sent = [command for command in providers if command.sets or command.command in captured]
        return MissingFact(
            kind=kind.__name__,
            commands=tuple(
                (command.command.split(" | ", 1)[0], self._why(command)) for command in sent or providers
            ),
        )

    def only(self, command: str) -> Facts:
        """Return the captures of one command, typed in full or abbreviated, and the facts in them."""
        known, names = find(command), templates_of(command)
        wanted = tuple(
            each
            for each in self.captures
            if each.command == command
            or (known is not None and each.known is known)
            or (names and templates_of(each.command) == names)
        )
        return _facts(wanted)

    def status_of(self, command: str) -> CaptureStatus | None:
        """Return the status of a documented command; None when it is not among the captures."""
        return next((each.status for each in self.captures if _is(each, command)), None)

    def _why(self, command: ShowCommand) -> str:
        status = self.status_of(command.command)
        if status is None:
            return "not collected"
        return _WHY[status]


_WHY: Final = {
    CaptureStatus.OK: "printed no output for it",
    CaptureStatus.UNSUPPORTED: "not supported by this release, or not permitted",
    CaptureStatus.DENIED: "denied by the switch's authorization",
    CaptureStatus.TIMEOUT: "timed out",
    CaptureStatus.SKIPPED: "skipped",
    CaptureStatus.LOST: "lost with the session",
    CaptureStatus.DAMAGED: "damaged in the run folder",
}


def _cut(captures: tuple[ParsedCapture, ...]) -> dict[type[Any], tuple[ParsedCapture, ...]]:
    """Map each type to its incomplete captures, unless a complete one takes precedence over all of them."""
    best: dict[type[Any], int] = {}
    found: dict[type[Any], tuple[ParsedCapture, ...]] = {}
    for each in captures:
        if each.known is not None and each.parsed is not None:
            for kind in {type(fact) for fact in each.parsed.facts}:
                best[kind] = min(rank(each.known.command), best.get(kind, _LAST))
        if each.known is not None and each.status in CUT:
            for kind in each.known.provides:
                found[kind] = (*found.get(kind, ()), each)
    return {
        kind: cut
        for kind, cut in found.items()
        if any(each.known is not None and rank(each.known.command) <= best.get(kind, _LAST) for each in cut)
    }


_LAST: Final = 1000


def _is(read: ParsedCapture, command: str) -> bool:
    return read.command == command or (read.known is not None and read.known.command == command)


def read(
    captures: Iterable[tuple[str, CaptureStatus, str]],
    *,
    rows: ReadRows | None = None,
    keep: Collection[str] = (),
) -> Facts:
    """Parse (command, status, text) into facts; ``rows`` reads commands that have no reader here.

    Only complete outputs are parsed: half an output gives facts that look complete. ``keep`` names the
    commands whose texts are kept.
    """
    kept = frozenset(map(command_key, keep))
    return _facts(
        tuple(
            _kept(_read(command, status, text, rows=rows), text, kept) for command, status, text in captures
        )
    )


def read_more(
    facts: Facts, captures: Iterable[tuple[str, CaptureStatus, str]], *, keep: Collection[str] = ()
) -> Facts:
    """Return the facts with further captures; a command that was sent again replaces its capture."""
    kept = frozenset(map(command_key, keep))
    reads = {each.command: each for each in facts.captures}
    reads |= {command: _kept(_read(command, status, text), text, kept) for command, status, text in captures}
    return _facts(tuple(reads.values()))


def _kept(read: ParsedCapture, text: str, kept: frozenset[str]) -> ParsedCapture:
    """Return the capture with its text where that is to be kept."""
    if not kept or read.status is not CaptureStatus.OK or (key := command_key(read.command)) not in kept:
        return read
    return replace(read, text=output_text(text, key))


def _facts(reads: tuple[ParsedCapture, ...]) -> Facts:
    return Facts(select_best(_candidates(reads)), reads)


def _candidates(reads: tuple[ParsedCapture, ...]) -> Iterator[tuple[int, Fact]]:
    """Yield every fact with the rank of its command.

    Those of several filters of one command are combined; of two outputs of one command, the later holds.
    """
    parts: dict[tuple[str, type[Fact]], dict[str, Fact]] = {}
    latest: dict[tuple[str, type[Fact]], Fact] = {}
    is_running = any(each.parsed and each.known and each.known.command == _RUNNING for each in reads)
    for each in reads:
        if each.parsed is None or each.known is None:
            continue
        command = each.known.command
        if is_running and command == _SAVED:
            continue
        for fact in each.parsed.facts:
            if isinstance(fact, MERGED):
                yield rank(command), fact
            elif filter_of(each.command) is None or each.command == command:
                latest[command, type(fact)] = fact
            else:
                of_filter = parts.setdefault((command, type(fact)), {})
                # The same filter again shows the same lines later; those of a log may be others.
                typed = f"{len(of_filter)}" if isinstance(fact, SyslogBuffer) else each.command
                of_filter.pop(typed, None)
                of_filter[typed] = fact
    for (command, _), fact in latest.items():
        yield rank(command), fact
    for (command, _), facts in parts.items():
        yield rank(command), combine(list(facts.values()))


_RUNNING: Final = "show running-config"
_SAVED: Final = "show startup-config"
CUT: Final = frozenset({CaptureStatus.TIMEOUT, CaptureStatus.LOST})


def _read(command: str, status: CaptureStatus, text: str, *, rows: ReadRows | None = None) -> ParsedCapture:
    known = find(command)
    if rows is not None and known is None and status is CaptureStatus.OK and text:
        return ParsedCapture(
            command=command, status=status, parsed=parse_rows(command, output_text(text, command), rows)
        )
    passed = filter_of(command)
    # An empty output is an answer only where a filter let nothing through.
    if known is None or status is not CaptureStatus.OK or (not text and passed is None):
        return ParsedCapture(command=command, status=status, known=known)
    page = text if isinstance(text, Page) else Page(text, command=command)
    platform = platforms.of_version(text) if known.command == "show version" else None
    parse = counts if passed is not None and passed.verb == "count" else known.parse
    return ParsedCapture(command=command, status=status, known=known, parsed=parse(page), platform=platform)


def split(text: str) -> Iterator[tuple[str, CaptureStatus, str]]:
    """Split a terminal log, a syslog server's file or a show tech into commands, ready for ``read``.

    A text without any echo or heading is assigned to the command that its first words indicate.
    Syslog lines of a console count as a log if the text contains no ``show logging``, the software that a
    boot log names as ``show version``, and the time that ``terminal exec prompt timestamp`` prints above an
    output as ``show clock``, if the text contains none.
    """
    for device in devices_of(text):
        yield from _parts(device.text)


class PastedDevice(NamedTuple):
    """One device of a text: its host name, None where nothing names it, its commands, and its platform.

    The platform is set where it is another one than IOS-XE.
    """

    host: str | None
    parts: tuple[tuple[str, CaptureStatus, str], ...]
    platform: str | None = None


def split_devices(text: str) -> tuple[PastedDevice, ...]:
    """Split a text into the commands of each device: hosts of a syslog server, and prompts."""
    found = tuple(
        PastedDevice(device.host, tuple(_parts(device.text)), platforms.of_text(device.text))
        for device in devices_of(text)
    )
    return tuple(each for each in found if each.parts) or found[:1]  # prose between is no device


def name_in_outputs(device: PastedDevice) -> str | None:
    """Return the host name that a configuration or ``show version`` of a device prints; None without one."""
    for typed, status, page in device.parts:
        known = find(typed)
        if status is CaptureStatus.OK and known is not None and known.command in _NAMING:
            found = _HOST_NAME.search(page)
            if found is not None:
                return found["configured"] or found["printed"]
    return None


_NAMING: Final = ("show version", "show running-config", "show startup-config", "show tech-support")
_HOST_NAME: Final = re.compile(
    r"^(?:hostname (?P<configured>[\w.-]{1,63})|(?P<printed>[\w.-]{1,63}) uptime is )",
    re.MULTILINE | re.ASCII,
)


def _parts(text: str) -> Iterator[tuple[str, CaptureStatus, str]]:
    found = tuple(sections(text))
    head = _before(text, found)
    parts = list(_pasted_without_commands(head, is_all=not found))
    for section in found:
        status, _ = refusals.outcome(lines_of(section.page))
        if section.command is not None and Probes in section.command.provides:
            status = CaptureStatus.OK  # a refused probe is a result
        parts.append((section.typed, status, section.page))
    if _is_newest_first(parts):
        parts.reverse()
    yield from parts
    commands = {known.command for typed, _, _ in parts if (known := find(typed)) is not None}
    if _LOGGING not in commands and (lines := _console(text) or ("" if parts else _quoted_messages(text))):
        yield _LOGGING, CaptureStatus.OK, Page(lines, command=_LOGGING, console=bool(found))
    if not commands & {_VERSION, _TECH} and (lines := _latest_boot(text)):
        yield _VERSION, CaptureStatus.OK, lines
    if not commands & {_CLOCK, _TECH} and (lines := _latest_stamp(text)):
        yield _CLOCK, CaptureStatus.OK, lines


def _is_newest_first(parts: list[tuple[str, CaptureStatus, str]]) -> bool:
    """Return whether the clock goes backwards: in a mail the answer is above the outputs that it answers."""
    clock = find(_CLOCK)
    times = [
        fact.time.at
        for typed, _, page in parts
        if clock is not None and find(typed) is clock
        for fact in clock.parse(page).facts
        if isinstance(fact, Clock) and fact.time.at is not None
    ]
    return len(times) > 1 and times[0] > times[-1]


def _before(text: str, found: tuple[Section, ...]) -> str:
    """Return the lines before the first command: the rest of an output that was cut, or prose."""
    if not found:
        return text
    return "\n".join(text.split("\n")[: max(found[0].page.before - 1, 0)])


def _pasted_without_commands(text: str, *, is_all: bool) -> Iterator[tuple[str, CaptureStatus, str]]:
    """Yield the outputs, or parts of outputs, that a text has without their commands."""
    printed = text.strip("\n")  # around one device of many are the blank lines of the others
    before = text.find(printed[:1]) if printed else 0
    begins = page_begins(printed)
    for begin, end in pairwise((*begins, len(printed))):
        page = printed[begin:end]
        yield from _pasted_page(page, before, is_all=is_all and len(begins) == 1)
        before += page.count("\n")


def _pasted_page(text: str, before: int, *, is_all: bool) -> Iterator[tuple[str, CaptureStatus, str]]:
    """Yield one output, or parts of one, without its command."""
    spoken_of = command_of(text) if is_all else None
    if spoken_of is not None:
        yield spoken_of, CaptureStatus.OK, Page(text, command=spoken_of, before=before)
    for command, kinds in _FRAGMENTS:
        if spoken_of == command or (spoken_of in _LICENSING and command in _LICENSING):
            continue
        page = _fragment(text, command, kinds, before)
        if page is not None:
            yield command, CaptureStatus.OK, page


def _fragment(text: str, command: str, kinds: tuple[type[Fact], ...], before: int) -> Page | None:
    """Return the text as a part of a command's output; None if it gives no fact of these kinds."""
    known = find(command)
    page = Page(text, command=command, before=before, fragment=True)
    is_part = known is not None and any(isinstance(fact, kinds) for fact in known.parse(page).facts)
    return page if is_part else None


# Facts by which a part of an output is known, wherever it begins and ends.
_FRAGMENTS: Final[tuple[tuple[str, tuple[type[Fact], ...]], ...]] = (
    (
        "show license all",
        (
            Authorization,
            CommunicationStatistics,
            Entitlements,
            LicenseTransport,
            Registration,
            RumSummary,
            TrustCodes,
            UsageReporting,
        ),
    ),
    ("show running-config", (CallHomeConfig, HttpConfig, LicenseConfig, NameConfig)),
)
_LICENSING: Final = frozenset(
    {
        "show license all",
        "show license status",
        "show license summary",
        "show license tech support",
        "show license usage",
    }
)
_LOGGING: Final = "show logging"
_VERSION: Final = "show version"
_CLOCK: Final = "show clock"
_TECH: Final = "show tech-support"
_BOOTED: Final = re.compile(
    r"^(?:Cisco IOS Software(?: \[|, ).*Version \d|Cisco IOS XE Software, Version |"
    r"[Cc]isco \S+ .{0,60}processor .{0,60}bytes of memory|Processor board ID |Model Number +: |"
    r"System Serial Number +: )",
    re.ASCII,
)
_RELEASE: Final = re.compile(r"^Cisco IOS .*Version ", re.ASCII)


def _console(text: str) -> str:
    """Return the syslog lines of a text at their positions, other lines blank; empty without any."""
    if "%" not in text:
        return ""
    lines = [line if "%" in line and is_log_line(line.strip()) else "" for line in text.split("\n")]
    return "\n".join(lines) if any(lines) else ""


def _quoted_messages(text: str) -> str:
    """Return the syslog messages inside the sentences of a text, at their positions."""
    lines = [line[found.start() :] if (found := _QUOTED.search(line)) else "" for line in text.split("\n")]
    return "\n".join(lines) if any(lines) else ""


_QUOTED: Final = re.compile(r"%[A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*-[0-7]-[A-Z][A-Z0-9_]+ ?:", re.ASCII)


def _latest_stamp(text: str) -> str:
    """Return the time of the last ``Time source is NTP, 10:12:33.101 UTC ...``, at its position."""
    stamps = list(_STAMP.finditer(text))
    return "\n" * text.count("\n", 0, stamps[-1].start()) + stamps[-1][1] if stamps else ""


_STAMP: Final = re.compile(
    r"^(?:Time source is \S{1,40}|No time source), ([*.]?\d\d:\d\d:\d\d\.\d{3} [^\r\n]{10,40})",
    re.MULTILINE | re.ASCII,
)


def _latest_boot(text: str) -> str:
    """Return the lines of the latest boot that describe software and hardware, at their positions."""
    if "Cisco IOS " not in text:
        return ""
    lines = [line if _BOOTED.match(line.strip()) else "" for line in text.split("\n")]
    banners = [place for place, line in enumerate(lines) if _RELEASE.match(line.strip())]
    if not banners:
        return ""
    # One boot prints its banner twice; only the latest boot's release runs.
    latest = release_of(lines[banners[-1]])
    same = [place for place in banners if release_of(lines[place]) == latest]
    return "\n".join(
        "" if place < same[0] or (place in banners and place not in same) else line
        for place, line in enumerate(lines)
    )


def parse_one(command: ShowCommand, text: str) -> Parsed | tuple[str, ...]:
    """Parse one command in a text that may be its output alone, a terminal log or a show tech.

    Returns the names of the commands in the text when this one is not among them.
    """
    found = tuple(sections(text))
    mine = [each.page for each in found if each.command is command]
    if mine:
        return command.parse(mine[-1])  # the latest, if it occurs several times
    others = tuple(dict.fromkeys(each.typed for each in found if each.command is not None))
    if others and command.command != "show tech-support":
        return others
    return command.parse(text)
