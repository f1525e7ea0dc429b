"""``show install summary``: the image and the software maintenance updates on top of it.

[ Switch 1 2 ] Installed Package(s) Information:
Type  St   Filename/Version
IMG   C    17.09.04.0.5371
SMU   C    flash:cat9k_iosxe.17.09.04.CSCwh00000.SPA.smu.bin
Auto abort timer: inactive
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands._section_parser import split_label
from slp_ops.facts.platform import InstalledPackages, Package
from slp_ops.facts.values import LabelledValue, Source, SourceLine

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

_PLACE: Final = re.compile(r"^\[ ([^\]]+) \] ")
_PACKAGE: Final = re.compile(r"^([A-Z]{2,8})\s+([IUCD])\s+(\S.*)$")


def parse(text: str) -> Parsed:
    """Parse the packages, by unit."""
    page = body(text, "show install summary")
    packages: list[Package] = []
    place = ""
    auto_abort: str | None = None
    lines: dict[str, SourceLine] = {}
    other: list[LabelledValue] = []
    unread: list[Row] = []
    for row in page.rows:
        printed = row.text.strip()
        if found := _PLACE.match(printed):
            place = found[1].strip()
            lines.setdefault("", row.line)
        elif found := _PACKAGE.match(printed):
            kind, state, name = found.groups()
            packages.append(
                Package(
                    location=place,
                    type=kind,
                    state=state,
                    name=name,
                    source=Source(page.command, line=row.line),
                )
            )
            lines.setdefault("packages", row.line)
        elif pair := split_label(printed):
            label, value = pair
            if label == "Auto abort timer":
                auto_abort, lines["auto_abort"] = value, row.line
            else:
                other.append(LabelledValue(label=label, value=value))
        elif not printed.startswith(("C - ", "Type ")):
            unread.append(row)
    if not lines:
        return parsed(page, (), unread)
    fact = InstalledPackages(
        packages=tuple(packages),
        auto_abort=auto_abort,
        other=tuple(other),
        source=Source(page.command, lines),
    )
    return parsed(page, (fact,), unread)


COMMAND = ShowCommand(
    command="show install summary",
    parse=parse,
    provides=(InstalledPackages,),
)
