"""Units and their trust codes: ``Trust Code Installed:``, ``UDI:`` and ``HA UDI List:``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands._values import present, time_inside
from slp_ops.facts.entitlements import ProductInstance, TrustCode, TrustCodes, Udi
from slp_ops.facts.values import Source, SourceLine

if TYPE_CHECKING:
    from slp_ops.commands._section_parser import PageSection, SectionItem

_UDI: Final = re.compile(r"^PID:\s?([^,]*),\s?SN:\s?(\S*)")


def trust_codes(block: PageSection) -> TrustCodes:
    """``Trust Code Installed:`` in all of its forms: none, one time, or a code a unit.

    Trust Code Installed:    Trust Code Type: CSSM
        Attributes: <none>
      Active: PID:C9500-32QC,SN:FOC0000A0AA
        INSTALLED on Apr 22 05:01:33 2025 UTC    Valid on Apr 22 04:56:31 2025 UTC
        Expired on Jan 01 00:00:00 1970 UTC

    A single switch of a newer agent has the time in the heading, and its validity under its UDI.
    """
    value = printed = block.take("installed", "trust code installed")
    code_type = None
    if value is not None and value.lower().startswith("trust code type:"):
        code_type = present(value.partition(":")[2])
        block.lines["code_type"] = block.lines["installed"]
        value = None
    units: list[_Unit] = []
    unit: _Unit | None = None
    attributes = None
    for item in block.items:
        if item.used:
            continue
        if item.label in ("active", "standby", "member"):
            item.used = True
            unit = _Unit(item, len(units) + 1)
            units.append(unit)
        elif unit is not None:
            unit.read(item)
        elif item.label == "attributes":
            attributes = block.take("attributes", "attributes")
        elif item.label == "trust code type":
            code_type = block.take("code_type", "trust code type")
        elif item.label is None and "NSTALLED" in item.text:
            item.used = True
            value = item.text.strip()
            block.lines["installed"] = item.line
    return TrustCodes(
        installed=time_inside(value),
        printed=printed,
        code_type=code_type,
        attributes=attributes,
        codes=tuple(unit.code(block.command) for unit in units),
        other=block.rest(),
        source=block.source(),
    )


class _Unit:
    """Lines of one unit's trust code, in any order."""

    def __init__(self, item: SectionItem, position: int) -> None:
        self.position = position
        self.role = item.text.strip().partition(":")[0].strip()
        self.udi = item.value
        self.lines = {"udi": item.line, "": item.line}
        self.texts: dict[str, str] = {}

    def read(self, item: SectionItem) -> None:
        """Read a line about a trust code; ignore any other."""
        text = item.text.strip()
        if item.label == "trust code type":
            self._keep("code_type", item.value, item)
        elif item.label == "attributes":
            self._keep("attributes", item.value, item)
        elif item.label is None:
            lowered = text.lower()
            valid = lowered.find("valid on ")
            if lowered.startswith(("installed", "not installed")):
                self._keep("installed", text[:valid].strip() if valid > 0 else text, item)
            if valid >= 0:
                self._keep("valid", text[valid:], item)
            if lowered.startswith(("expired on", "expires on")):
                self._keep("expires", text, item)

    def _keep(self, field: str, text: str, item: SectionItem) -> None:
        item.used = True
        self.texts[field] = text
        self.lines[field] = item.line

    def code(self, command: str) -> TrustCode:
        """Return the trust code of these lines."""
        pid, sn = split_udi(self.udi)
        state = self.texts.get("installed")
        return TrustCode(
            position=self.position,
            role=self.role,
            pid=pid,
            sn=sn,
            udi=self.udi,
            state=state.partition(" on ")[0] if state else None,
            printed=self.lines["installed"].text.strip() if state else None,
            installed=time_inside(state),
            valid=time_inside(self.texts.get("valid")),
            expires=time_inside(self.texts.get("expires")),
            code_type=present(self.texts.get("code_type")),
            attributes=present(self.texts.get("attributes")),
            source=Source(command, self.lines),
        )


def split_udi(text: str) -> tuple[str | None, str | None]:
    """Split ``PID:C9300-24UX,SN:FOC0000A0AA`` into PID and serial number."""
    found = _UDI.match(text)
    return (present(found[1]), present(found[2])) if found else (None, None)


def product_instance(blocks: list[PageSection]) -> ProductInstance | None:
    """``UDI: PID:..,SN:..`` and the members of ``HA UDI List:``, or a router's table of slots."""
    udi: Udi | None = None
    members: list[Udi] = []
    lines: dict[str, SourceLine] = {}
    for block in blocks:
        for item in block.items:
            found = None if item.used else _udi(item, len(members) + 1, block.command)
            if found is None:
                continue
            item.used = True
            if found.role is None:
                udi = udi or found
            else:
                members.append(found)
            lines.setdefault("members" if found.role else "udi", item.line)
    if udi is None and not members:
        return None
    return ProductInstance(
        udi=udi,
        members=tuple(members),
        other=tuple(pair for block in blocks if block.kind for pair in block.rest()),
        source=Source(blocks[0].command, lines),
    )


def _udi(item: SectionItem, position: int, command: str) -> Udi | None:
    """Parse the unit of a line: ``UDI: PID:..,SN:..``, ``Active:PID:..`` or ``* PID SN PID:SN``."""
    role: str | None = None
    if item.label == "udi":
        pid, sn = split_udi(item.value)
        text, position = item.value, 0
    elif item.label in ("active", "standby", "member"):
        pid, sn = split_udi(item.value)
        text, role = item.value, item.text.strip().partition(":")[0].strip()
    else:
        words = item.text.split()
        if len(words) < 3 or words[-1] != f"{words[-3]}:{words[-2]}":
            return None
        pid, sn, text = words[-3:]
        position = 0
    return Udi(
        position=position,
        role=role,
        pid=pid,
        sn=sn,
        text=text,
        source=Source(command, line=item.line),
    )
