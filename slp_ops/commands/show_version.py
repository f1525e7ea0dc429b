"""``show version``: release, image, units, and reason of the last reload.

    Cisco IOS XE Software, Version 17.09.04a
    Cisco IOS Software [Cupertino], Catalyst L3 Switch Software (CAT9K_IOSXE), Version 17.9.4a, ...
    tyo-core-01 uptime is 1 week, 2 days, 3 hours, 4 minutes
    System returned to ROM by Reload Command
    System image file is "flash:packages.conf"
    Smart Licensing Status: Smart Licensing Using Policy

Engineering builds put a free string in the first line; then "Experimental Version 17.12.20240516:071512"
of the second gives the train.

The tables of ``show version``: licence packages, stack members, and the members' own blocks.

network-advantage   	Smart License                 	 network-advantage

Switch Ports Model              SW Version        SW Image              Mode
*    1 41    C9300-24UX         17.09.04a         CAT9K_IOSXE           INSTALL

Switch 02
---------
Model Number                       : C9300-24U
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed, says_something
from slp_ops.commands._section_parser import split_label
from slp_ops.commands._values import device_time, integer, present
from slp_ops.errors import InvalidRelease
from slp_ops.facts.platform import Software, SwitchMember, TechnologyPackage
from slp_ops.facts.values import LabelledValue, Source, SourceLine
from slp_ops.release import Release

if TYPE_CHECKING:
    from slp_ops.commands import Parsed


_MEMBER: Final = re.compile(
    r"^(\*?)\s*(\d{1,2})\s+(\d{1,3})\s+(\S+)\s+(\d\S*)\s+(\S+)(?:\s+([A-Z]+))?$", re.ASCII
)
_BLOCK: Final = re.compile(r"^Switch (\d\d)$", re.ASCII)
_COLUMN: Final = re.compile(r"\t\s*|\s{2,}")
_FIELDS: Final = {
    "switch uptime": "uptime",
    "model number": "model",
    "system serial number": "serial",
    "last reload reason": "reload_reason",
}


def release_of(text: str) -> Release | None:
    """Parse the release in a version text; None without one."""
    try:
        return Release.parse(text)
    except InvalidRelease:
        return None


class _Member:
    """Data of one unit from the table and its own block."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.row: re.Match[str] | None = None
        self.values: dict[str, str | None] = {}
        self.lines: dict[str, SourceLine] = {}
        self.other: list[LabelledValue] = []


class Tables:
    """Reader of the tables' lines."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.packages: list[TechnologyPackage] = []
        self.members: dict[int, _Member] = {}
        self._in_packages = False
        self._block: _Member | None = None

    def read(self, row: Row, printed: str) -> bool:
        """Read a line of a table; False for any other."""
        if printed.startswith("Technology-package"):
            self._in_packages = True
            return True
        if found := _BLOCK.match(printed):
            self._block = self._member(int(found[1]))
            self._block.lines.setdefault("", row.line)
            return True
        if found := _MEMBER.match(printed):
            member = self._member(int(found[2]))
            member.row = found
            member.lines[""] = row.line
            return True
        pair = split_label(printed)
        if self._in_packages and pair is None:
            return self._package(row, printed)
        if self._block is not None and pair is not None:
            return self._pair(self._block, pair, row)
        return False

    def _member(self, number: int) -> _Member:
        self._in_packages = False
        return self.members.setdefault(number, _Member(number))

    def _package(self, row: Row, printed: str) -> bool:
        columns = [column for column in _COLUMN.split(printed) if column]
        if columns[:1] == ["Current"] or not printed.strip("-"):
            return True
        if not 2 <= len(columns) <= 3:
            self._in_packages = False
            return False
        self.packages.append(
            TechnologyPackage(
                current=columns[0],
                type=columns[1],
                next_reboot=columns[2] if len(columns) > 2 else None,
                source=Source(self.command, line=row.line),
            )
        )
        return True

    @staticmethod
    def _pair(member: _Member, pair: tuple[str, str], row: Row) -> bool:
        label, value = pair
        field = _FIELDS.get(label.lower())
        if field is not None:
            member.values.setdefault(field, present(value))
            member.lines.setdefault(field, row.line)
        elif value:
            member.other.append(LabelledValue(label=label, value=value))
        return True

    def switch_members(self) -> tuple[SwitchMember, ...]:
        """Return the units, by number."""
        return tuple(self._fact(self.members[number]) for number in sorted(self.members))

    def _fact(self, member: _Member) -> SwitchMember:
        get = member.values.get
        star, _, ports, model, version, image, mode = member.row.groups() if member.row else (None,) * 7
        return SwitchMember(
            number=member.number,
            active=bool(star),
            ports=integer(ports),
            model=model or get("model"),
            version=version,
            release=release_of(version) if version else None,
            image=image,
            mode=mode,
            serial=get("serial"),
            uptime=get("uptime"),
            reload_reason=get("reload_reason"),
            other=tuple(member.other),
            source=Source(self.command, member.lines, line=member.lines.get("")),
        )


_BANNER: Final = re.compile(
    r"^(?:Cisco IOS Software|IOS \(tm\))(?: \[(\w*)\])?,? .{0,80}?\(([\w.-]{1,60})\),? "
    r"(?:Experimental )?Version ([^,\s]+)"
)
_SENTENCES: Final = (
    (re.compile(r"^Cisco IOS XE Software, Version (\S.*)$"), ("version",)),
    (re.compile(r"^(\S{1,64}) uptime is (\S.*)$"), ("hostname", "uptime")),
    (re.compile(r"^Uptime for this control processor is (\S.*)$"), ("control_processor_uptime",)),
    (re.compile(r"^System returned to ROM by (\S.*)$"), ("returned_to_rom_by",)),
    (re.compile(r"^System restarted at (\S.*)$"), ("restarted",)),
    (re.compile(r'^System image file is "([^"]*)"$'), ("system_image",)),
    (re.compile(r"^[Cc]isco (\S+) .{0,60}processor .{0,60}bytes of memory\.?$"), ("chassis",)),
    (re.compile(r"^Processor board ID (\S+)"), ("processor_board",)),
)
_LABELS: Final = {
    "last reload reason": "reload_reason",
    "smart licensing status": "licensing_status",
    "license level": "license_level",
    "air license level": "air_license_level",
    "model number": "model",
    "system serial number": "serial",
}
_AMOUNT: Final = re.compile(r"^(\d+K?) (?:bytes of )?([\d.]* ?[A-Za-z].*)$", re.ASCII)
_IS: Final = re.compile(
    r"^(Configuration register|Installation mode|Compiled|Last reset|The current throughput level) "
    r"(?:is |from )?(\S.*)$"
)
# Licence texts and export notices: known, but without facts.
_NOTICES: Final = ("Cisco IOS-XE software, Copyright", "Copyright (c)", "This product contains crypto")
_COLUMNS: Final = ("Technology", "Current ", "Switch Ports", "Technology-package")


def parse(text: str) -> Parsed:
    """Parse the software, with every unit."""
    page = body(text, "show version")
    values: dict[str, str | None] = {}
    lines: dict[str, SourceLine] = {}
    other: list[LabelledValue] = []
    unread: list[Row] = []
    tables = Tables(page.command)
    banner = ""
    notice = False
    for row in page.rows:
        printed = row.text.strip()
        if tables.read(row, printed):
            notice = False
        elif found := _BANNER.match(printed):
            name, family, banner = found.groups()
            values |= {"release_name": name or None, "image_family": family}
            lines |= dict.fromkeys(("release_name", "image_family", "banner"), row.line)
            other.append(LabelledValue(label="Cisco IOS Software", value=printed))
        elif _sentence(printed, row, values, lines, other):
            notice = False
        elif printed.startswith(_NOTICES):
            notice = True
        elif (pair := split_label(printed)) and (pair[1] or not notice):
            notice = False
            _label(pair, row, values, lines, other)
        elif found := _AMOUNT.match(printed):
            other.append(LabelledValue(label=found[2].rstrip("."), value=found[1]))
        elif found := _IS.match(printed):
            other.append(LabelledValue(label=found[1], value=found[2]))
        elif says_something(row) and not notice and not printed.startswith(_COLUMNS):
            unread.append(row)
    if not lines and not tables.members:
        return parsed(page, (), page.rows)
    version = values.get("version")
    lines["release"] = lines.get("version") or lines.get("banner") or page.rows[0].line
    fact = Software(
        hostname=values.get("hostname"),
        version=version or present(banner),
        release=release_of(f"{version or ''} {banner}"),
        image_family=values.get("image_family"),
        release_name=values.get("release_name"),
        system_image=values.get("system_image"),
        uptime=values.get("uptime"),
        control_processor_uptime=values.get("control_processor_uptime"),
        returned_to_rom_by=values.get("returned_to_rom_by"),
        reload_reason=values.get("reload_reason"),
        restarted=device_time(values.get("restarted")),
        model=values.get("model"),
        serial=values.get("serial"),
        chassis=values.get("chassis"),
        processor_board=values.get("processor_board"),
        licensing_status=values.get("licensing_status"),
        license_level=values.get("license_level"),
        air_license_level=values.get("air_license_level"),
        packages=tuple(tables.packages),
        members=tables.switch_members(),
        other=tuple(other),
        source=Source(page.command, lines),
    )
    return parsed(page, (fact,), unread)


def _sentence(
    printed: str,
    row: Row,
    values: dict[str, str | None],
    lines: dict[str, SourceLine],
    other: list[LabelledValue],
) -> bool:
    for pattern, fields in _SENTENCES:
        if found := pattern.match(printed):
            if fields == ("chassis",):
                other.append(LabelledValue(label="processor", value=printed))
            for field, value in zip(fields, found.groups(), strict=True):
                if field not in values:
                    values[field], lines[field] = present(value), row.line
            return True
    return False


def _label(
    pair: tuple[str, str],
    row: Row,
    values: dict[str, str | None],
    lines: dict[str, SourceLine],
    other: list[LabelledValue],
) -> None:
    label, value = pair
    field = _LABELS.get(label.lower())
    if field is not None and field not in values:
        values[field], lines[field] = present(value), row.line
    elif value:
        other.append(LabelledValue(label=label, value=value))


COMMAND = ShowCommand(
    command="show version",
    sets=frozenset({"baseline"}),
    order=20,
    parse=parse,
    provides=(Software,),
)
