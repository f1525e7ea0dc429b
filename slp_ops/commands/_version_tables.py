"""The tables of ``show version``: licence packages, stack members, and the members' own blocks.

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

from slp_ops.commands._outline import split_label
from slp_ops.commands._values import integer, present
from slp_ops.errors import InvalidRelease
from slp_ops.facts.platform import SwitchMember, TechnologyPackage
from slp_ops.facts.values import Line, Pair, Source
from slp_ops.release import Release

if TYPE_CHECKING:
    from slp_ops.commands._page import Row

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
    """The release that a version text names; None when it names none."""
    try:
        return Release.parse(text)
    except InvalidRelease:
        return None


class _Member:
    """What the table and a block of its own say about one unit."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.row: re.Match[str] | None = None
        self.values: dict[str, str | None] = {}
        self.lines: dict[str, Line] = {}
        self.other: list[Pair] = []


class Tables:
    """Reads the lines of the tables, and keeps what they say."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.packages: list[TechnologyPackage] = []
        self.members: dict[int, _Member] = {}
        self._in_packages = False
        self._block: _Member | None = None

    def read(self, row: Row, printed: str) -> bool:
        """Take a line that belongs to a table; False for any other."""
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
            member.other.append(Pair(label=label, value=value))
        return True

    def switch_members(self) -> tuple[SwitchMember, ...]:
        """The units, by number."""
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
