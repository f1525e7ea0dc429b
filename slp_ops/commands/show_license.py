"""``show license``: the features of classic licensing; a licensing page where the switch prints one.

Index 1 Feature: ipbasek9
        Period left: Life time
        License Type: Permanent
        License State: Active, In Use
        License Count: Non-Counted
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand, show_license_all
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands._section_parser import split_label
from slp_ops.commands._values import integer
from slp_ops.facts.entitlements import Entitlement, Entitlements
from slp_ops.facts.values import LabelledValue, Source, SourceLine

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

_FEATURE: Final = re.compile(r"^Index \d{1,3} Feature: (\S+)", re.ASCII)


class _Feature:
    """Lines of one feature."""

    def __init__(self, name: str, line: SourceLine) -> None:
        self.name = name
        self.lines = {"name": line}
        self.values: dict[str, str] = {}
        self.other: list[LabelledValue] = []

    def read(self, row: Row) -> bool:
        """Read a labelled line; False for any other."""
        pair = split_label(row.text)
        if pair is None:
            return False
        label, value = pair
        field = {"license state": "status", "license count": "count"}.get(label.lower())
        if field is None:
            self.other.append(LabelledValue(label=label, value=value, heading=self.name))
        else:
            self.values[field], self.lines[field] = value, row.line
        return True

    def fact(self, command: str) -> Entitlement:
        """Return the feature as a licence."""
        printed = self.values.get("status")
        lowered = (printed or "").lower()
        in_use = "in use" in lowered and "not in use" not in lowered
        return Entitlement(
            name=self.name,
            count=integer(self.values.get("count", "").partition("/")[0]),
            status=None if printed is None else "IN USE" if in_use else "NOT IN USE",
            status_printed=printed,
            other=tuple(self.other),
            source=Source(command, self.lines),
        )


def parse(text: str) -> Parsed:
    """Parse the features, or the page."""
    page = body(text, "show license")
    features: list[_Feature] = []
    unread: list[Row] = []
    for row in page.rows:
        if found := _FEATURE.match(row.text.strip()):
            features.append(_Feature(found[1], row.line))
        elif not features or not features[-1].read(row):
            unread.append(row)
    if not features:
        return show_license_all.COMMAND.parse(text)
    items = tuple(each.fact(page.command) for each in features)
    source = Source(page.command, {"items": features[0].lines["name"]})
    return parsed(page, (Entitlements(items=items, source=source),), unread)


COMMAND = ShowCommand(
    command="show license",
    parse=parse,
    provides=show_license_all.COMMAND.provides,
)
