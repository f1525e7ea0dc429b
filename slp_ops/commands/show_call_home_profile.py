"""``show call-home profile all``.

Profile Name: CiscoTAC-1
    Profile status: ACTIVE
    Reporting Data: Smart Call Home, Smart Licensing
    Transport Method: http
    HTTP  address: https://tools.cisco.com/its/service/oddce/services/DDCEService
    Periodic inventory info message is scheduled every 1 day of the month at 09:00
    Alert-group               Severity
    crash                     debugging
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed, says_something
from slp_ops.commands._section_parser import split_label
from slp_ops.commands._values import present
from slp_ops.facts.reach import CallHomeProfile, CallHomeProfiles
from slp_ops.facts.values import LabelledValue, Source, SourceLine

if TYPE_CHECKING:
    from slp_ops.commands import Parsed


class _Profile:
    """Lines of one profile."""

    def __init__(self, name: str, line: SourceLine) -> None:
        self.name = name
        self.lines = {"name": line}
        self.values: dict[str, str | None] = {}
        self.addresses: list[str] = []
        self.other: list[LabelledValue] = []
        self.printed: list[str] = []
        self.last = ""

    def read(self, row: Row) -> None:
        """Read a line."""
        pair = split_label(row.text)
        if pair is None:
            text = row.text.strip()
            # A second address is below the first, without a label.
            if self.last == "http address" and "://" in text:
                self.addresses.append(text)
            else:
                self.printed.append(text)
            return
        label, value = pair
        self.last = " ".join(label.lower().split()).removesuffix("(es)")
        field = {
            "profile status": "status",
            "reporting data": "reporting_data",
            "transport method": "transport_method",
        }.get(self.last)
        if field:
            self.values[field], self.lines[field] = present(value), row.line
        elif self.last == "http address":
            self.addresses += [value] if present(value) else []
            self.lines["http_addresses"] = row.line
        elif value:
            self.other.append(LabelledValue(label=label, value=value))

    def fact(self, command: str) -> CallHomeProfile:
        """Return the profile of these lines."""
        return CallHomeProfile(
            name=self.name,
            status=self.values.get("status"),
            reporting_data=self.values.get("reporting_data"),
            transport_method=self.values.get("transport_method"),
            http_addresses=tuple(self.addresses),
            other=tuple(self.other),
            lines=tuple(self.printed),
            source=Source(command, self.lines),
        )


def parse(text: str) -> Parsed:
    """Return the profiles, in printed order."""
    page = body(text, "show call-home profile all")
    profiles: list[_Profile] = []
    unread: list[Row] = []
    for row in page.rows:
        printed = row.text.strip()
        if printed.startswith("Profile Name:"):
            profiles.append(_Profile(printed.removeprefix("Profile Name:").strip(), row.line))
        elif not profiles:
            unread.append(row)
        elif says_something(row):
            profiles[-1].read(row)
    if not profiles:
        return parsed(page, (), unread)
    facts = tuple(profile.fact(page.command) for profile in profiles)
    source = Source(page.command, line=profiles[0].lines["name"])
    return parsed(page, (CallHomeProfiles(profiles=facts, source=source),), unread)


COMMAND = ShowCommand(
    command="show call-home profile all",
    aliases=("show call-home profile NAME",),
    parse=parse,
    provides=(CallHomeProfiles,),
)
