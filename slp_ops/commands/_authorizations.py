"""Authorization codes: a unit's state, and the licences that they authorize.

Overall status:
  Active: PID:C9300X-24HX,SN:FOC0000A0AA
      Status: SMART AUTHORIZATION INSTALLED on Oct 29 17:45:28 2021 UTC
      Last Confirmation code: 0a1b2c3d
Authorizations:
  C9K HSEC (Cat9K HSEC):
    Description: HSEC Key for Export Compliance on Cat9K Series Switches
    Total available count: 1
    Enforcement type: EXPORT RESTRICTED
Purchased Licenses:
  No Purchase Information Available
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.commands._outline import pairs
from slp_ops.commands._trust import split_udi
from slp_ops.commands._values import device_time, integer, present, time_inside
from slp_ops.facts.holdings import AuthorizedFeature, LicenseAuthorizations, UnitAuthorization
from slp_ops.facts.values import Line, Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slp_ops.commands._outline import Block, Item
    from slp_ops.facts.values import Pair

BLOCKS: Final = (
    "authorizations",
    "feature",
    "license authorizations",
    "overall status",
    "purchased licenses",
    "reservation info",
    "specified license reservations",
)
_UNIT_LABELS: Final = {
    "status": "status",
    "reservation status": "status",
    "request code": "request_code",
    "last return code": "last_return_code",
    "last confirmation code": "last_confirmation_code",
    "reservation authorization code": "authorization_code",
}


def authorizations(blocks: Iterable[Block]) -> LicenseAuthorizations | None:
    """Everything about authorization codes; None when the page says nothing about them."""
    units: list[UnitAuthorization] = []
    features: list[AuthorizedFeature] = []
    other: list[Pair] = []
    lines: dict[str, Line] = {}
    values: dict[str, str | None] = {}
    command = ""
    for block in blocks:
        command = block.command
        if block.line is not None:
            lines.setdefault(block.kind, block.line)
        if block.kind == "feature":
            features.append(_feature(block))
            continue
        if block.kind == "overall status":
            units.extend(_units(block))
        for item in block.bare():
            if block.kind == "purchased licenses":
                item.used = True
                values["purchased"] = item.text.strip()
                lines["purchased"] = item.line
        for field, label in _PAGE_LABELS.items():
            value = block.take(field, label)
            if field in block.lines and field not in lines:
                values[field], lines[field] = value, block.lines[field]
        other.extend(block.rest())
    if not lines:
        return None
    return LicenseAuthorizations(
        units=tuple(units),
        features=tuple(features),
        reservation=values.get("reservation"),
        purchased=values.get("purchased"),
        last_data_push=device_time(values.get("last_data_push")),
        last_file_export=device_time(values.get("last_file_export")),
        other=tuple(other),
        source=Source(command, lines),
    )


_PAGE_LABELS: Final = {
    "reservation": "license reservation",
    "last_data_push": "last data push",
    "last_file_export": "last file export",
}


def _units(block: Block) -> list[UnitAuthorization]:
    groups: list[list[Item]] = []
    for item in block.items:
        if item.label in ("active", "standby", "member"):
            groups.append([])
        if groups:
            groups[-1].append(item)
    return [_unit(block.command, position, group) for position, group in enumerate(groups, 1)]


def _unit(command: str, position: int, items: list[Item]) -> UnitAuthorization:
    first, *rest = items
    first.used = True
    values: dict[str, str] = {}
    lines = {"": first.line, "udi": first.line}
    for item in rest:
        field = _UNIT_LABELS.get(item.label or "")
        if field and field not in values:
            item.used = True
            values[field] = item.value
            lines[field] = item.line
    pid, sn = split_udi(first.value)
    status = present(values.get("status"))
    return UnitAuthorization(
        position=position,
        role=first.text.strip().partition(":")[0].strip(),
        pid=pid,
        sn=sn,
        udi=first.value,
        status=status,
        at=time_inside(status),
        request_code=present(values.get("request_code")),
        last_return_code=present(values.get("last_return_code")),
        last_confirmation_code=present(values.get("last_confirmation_code")),
        authorization_code=present(values.get("authorization_code")),
        other=tuple(pairs(rest)),
        source=Source(command, lines),
    )


def _feature(block: Block) -> AuthorizedFeature:
    first = block.items[0]
    first.used = True
    name, _, tag = first.text.strip().rstrip(":").partition(" (")
    block.lines["name"] = first.line
    return AuthorizedFeature(
        name=name,
        tag=tag.removesuffix(")"),
        description=block.take("description", "description"),
        total=integer(block.take("total", "total available count")),
        enforcement=block.take("enforcement", "enforcement type"),
        other=block.rest(),
        source=block.source(),
    )
