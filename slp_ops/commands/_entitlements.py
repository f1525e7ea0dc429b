"""Licences: the blocks of usage, all and tech support, and the table of the summary.

network-advantage (C9300-24 Network Advantage):      Handle: 2
  Count: 2                                             License: network-advantage
  Status: IN USE                                       Status: IN USE(15)

License                 Entitlement Tag               Count Status
network-advantage       (C9300-24 Network Advan...)       2 IN USE
                        (C9200L-NW-E-48)                  1 EVAL MODE

Authorization codes: a unit's state, and the licences that they authorize.

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

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands._section_parser import pairs
from slp_ops.commands._trust import split_udi
from slp_ops.commands._values import device_time, flag, integer, present, time_inside
from slp_ops.facts.entitlements import (
    AuthorizedFeature,
    Entitlement,
    LicenseAuthorizations,
    Measurement,
    UnitAuthorization,
)
from slp_ops.facts.values import LabelledValue, Source, SourceLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.commands._section_parser import PageSection, SectionItem


# Right to left: a name may be missing, a tag may contain brackets and be truncated with "...".
_COUNT_STATUS: Final = re.compile(r"^(\d+) +(\S.*)$")
_CODE: Final = re.compile(r"\(\d+\)$")
_REPORTS: Final = re.compile(r"^(\d+) +Previous: +(\d+)$")


def summary_rows(block: PageSection) -> Iterator[Entitlement]:
    """The rows of ``License Usage:``."""
    for item in block.bare():
        text = item.text.strip()
        head, separator, tail = text.rpartition(") ")
        found = _COUNT_STATUS.match(tail.strip()) if separator else None
        if found is None:
            if text.lower().startswith(("license ", "no licenses in use")):
                item.used = True
            continue
        name, bracket, tag = head.partition("(")
        if not bracket:
            continue
        item.used = True
        yield Entitlement(
            name=present(name),
            tag=tag.strip(),
            count=integer(found[1]),
            status=found[2],
            source=Source(block.command, line=item.line),
        )


_OF_A_LICENSE: Final = ("count", "description", "entitlement tag", "handle", "license", "status", "version")


def is_entitlement(block: PageSection) -> bool:
    """Return whether a block is about a licence: ``Log Buffer (4096 bytes):`` has the same form."""
    return any(block.has(label) for label in _OF_A_LICENSE)


def entitlement(block: PageSection) -> Entitlement:
    """One block of a licence."""
    first = block.items[0]
    first.used = True
    name: str | None
    tag: str | None = None
    if first.label == "handle":
        name = block.take("name", "license")
    else:
        printed = first.text.strip().rstrip(":")
        name, _, tag = f" {printed}".partition(" (")
        name, tag = present(name), tag.removesuffix(")")
        block.lines["name"] = block.lines["tag"] = first.line
    measurements = tuple(_measurements(block))
    status = block.take("status", "status")
    return Entitlement(
        name=name,
        tag=tag,
        handle=integer(first.value) if first.label == "handle" else None,
        regid=block.take("regid", "entitlement tag"),
        description=block.take("description", "description"),
        count=integer(block.take("count", "count")),
        version=block.take("version", "version"),
        status=_CODE.sub("", status) if status else None,
        status_printed=status,
        status_time=device_time(block.take("status_time", "status time")),
        request_time=device_time(block.take("request_time", "request time")),
        export_status=block.take("export_status", "export status"),
        feature_name=block.take("feature_name", "feature name"),
        feature_description=block.take("feature_description", "feature description"),
        enforcement=block.take("enforcement", "enforcement type"),
        license_type=block.take("license_type", "license type"),
        soft_enforced=flag(block.take("soft_enforced", "soft enforced")),
        measurements=measurements,
        other=block.rest(),
        source=block.source(),
    )


def _measurements(block: PageSection) -> Iterator[Measurement]:
    """Measurements, such as ``ENTITLEMENT:``, each with its reports."""
    groups: dict[str, list[SectionItem]] = {}
    for item in block.items:
        if item.label in ("interval", "current value", "current report"):
            groups.setdefault(item.heading, []).append(item)
        elif item.label == "measurements":
            item.used = True
    for heading, items in groups.items():
        values = {item.label: item.value for item in items}
        reports = _REPORTS.match(values.get("current report", ""))
        yield Measurement(
            name=heading,
            interval=present(values.get("interval")),
            current_value=integer(values.get("current value")),
            current_report=integer(reports[1]) if reports else None,
            previous_report=integer(reports[2]) if reports else None,
            printed=tuple(_several(items)),
        )


def _several(items: list[SectionItem]) -> Iterator[LabelledValue]:
    """Return the lines with several values; the others are parsed."""
    for item in items:
        if item.label == "current report":
            yield from pairs([item])
        item.used = True


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


def authorizations(blocks: Iterable[PageSection]) -> LicenseAuthorizations | None:
    """Parse authorization codes; None when the page contains none."""
    units: list[UnitAuthorization] = []
    features: list[AuthorizedFeature] = []
    other: list[LabelledValue] = []
    lines: dict[str, SourceLine] = {}
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


def _units(block: PageSection) -> list[UnitAuthorization]:
    groups: list[list[SectionItem]] = []
    for item in block.items:
        if item.label in ("active", "standby", "member"):
            groups.append([])
        if groups:
            groups[-1].append(item)
    return [_unit(block.command, position, group) for position, group in enumerate(groups, 1)]


def _unit(command: str, position: int, items: list[SectionItem]) -> UnitAuthorization:
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


def _feature(block: PageSection) -> AuthorizedFeature:
    first = block.items[0]
    first.used = True
    name, _, tag = first.text.strip().rstrip(":").partition(" (")
    block.lines["name"] = first.line
    return AuthorizedFeature(
        name=name,
        tag=tag.removesuffix(")"),
        description=block.take("description", "description"),
        total=integer(block.take("total", "total available count", "total reserved count")),
        enforcement=block.take("enforcement", "enforcement type"),
        other=block.rest(),
        source=block.source(),
    )
