"""``show call-home``: the settings, of which licensing needs the feature, its messages and its profile.

Current call home settings:
    call home feature : enable
    Smart licensing messages: enabled
    Profile: CiscoTAC-1 (status: ACTIVE)
Profiles:
    Profile Name: CiscoTAC-1
    Profile status: ACTIVE
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands._section_parser import split_label
from slp_ops.commands._values import present
from slp_ops.facts.reach import CallHomeLicensing
from slp_ops.facts.values import LabelledValue, Source, SourceLine

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

_DEFAULT: Final = "CiscoTAC-1"
_PROFILE: Final = re.compile(r"^(.*?) ?\(status: (\w+)\)$")
# A row of the alert groups, and their heading.
_GROUP: Final = re.compile(r"^([\w-]+) +(Enable|Disable|State) +(\S.*)$", re.ASCII)
_FIELDS: Final = {"call home feature": "feature", "smart licensing messages": "messages"}


class _Settings:
    """Settings that licensing needs, and the others as printed."""

    def __init__(self) -> None:
        self.values: dict[str, str | None] = {}
        self.lines: dict[str, SourceLine] = {}
        self.other: list[LabelledValue] = []
        self.last = ""
        self.name = ""

    def read(self, row: Row, label: str, value: str) -> None:
        """Read a label with its value."""
        key = " ".join(label.lower().split())
        if key in _FIELDS:
            self.values[_FIELDS[key]], self.lines[_FIELDS[key]] = present(value), row.line
        elif key == "profile" and (found := _PROFILE.match(value)):
            # The profile of licensing follows its messages; others belong to diagnostic signatures.
            if self.last == "smart licensing messages" or (found[1] == _DEFAULT and not self._is_found()):
                self._profile(row, found[1], found[2])
        elif key == "profile name":
            self.name = value
        elif key == "profile status" and self.name == _DEFAULT and not self._is_found():
            self._profile(row, self.name, value)
        elif value:
            self.other.append(LabelledValue(label=label, value=value))
        self.last = key

    def _is_found(self) -> bool:
        return "profile" in self.values

    def _profile(self, row: Row, name: str, status: str) -> None:
        self.values |= {"profile": name, "profile_status": status, "profile_printed": row.text.strip()}
        self.lines |= dict.fromkeys(("profile", "profile_status", "profile_printed"), row.line)


def parse(text: str) -> Parsed:
    """Parse what licensing needs; other settings and the alert groups stay as printed."""
    page = body(text, "show call-home")
    settings = _Settings()
    unread: list[Row] = []
    for row in page.rows:
        pair = split_label(row.text)
        if pair is not None:
            settings.read(row, *pair)
        elif found := _GROUP.match(row.text.strip()):
            group, state, description = found.groups()
            settings.other.append(LabelledValue(label=group, value=state, heading=description))
        else:
            unread.append(row)
    if not settings.lines:
        return parsed(page, (), page.rows)
    get = settings.values.get
    fact = CallHomeLicensing(
        feature=get("feature"),
        messages=get("messages"),
        profile=get("profile"),
        profile_status=get("profile_status"),
        profile_printed=get("profile_printed"),
        other=tuple(settings.other),
        source=Source(page.command, settings.lines),
    )
    return parsed(page, (fact,), unread)


COMMAND = ShowCommand(
    command="show call-home",
    aliases=("show call-home detail",),
    parse=parse,
    provides=(CallHomeLicensing,),
)
