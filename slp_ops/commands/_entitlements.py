"""Licences: the blocks of usage, all and tech support, and the table of the summary.

network-advantage (C9300-24 Network Advantage):      Handle: 2
  Count: 2                                             License: network-advantage
  Status: IN USE                                       Status: IN USE(15)

License                 Entitlement Tag               Count Status
network-advantage       (C9300-24 Network Advan...)       2 IN USE
                        (C9200L-NW-E-48)                  1 EVAL MODE
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands._outline import pairs
from slp_ops.commands._values import device_time, flag, integer, present
from slp_ops.facts.holdings import Entitlement, Measurement
from slp_ops.facts.values import Pair, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.commands._outline import Block, Item

# Right to left: a name may be missing, a tag may hold brackets and be cut with "...".
_COUNT_STATUS: Final = re.compile(r"^(\d+) +(\S.*)$")
_CODE: Final = re.compile(r"\(\d+\)$")
_REPORTS: Final = re.compile(r"^(\d+) +Previous: +(\d+)$")


def summary_rows(block: Block) -> Iterator[Entitlement]:
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


def entitlement(block: Block) -> Entitlement:
    """One block of a licence."""
    first = block.items[0]
    first.used = True
    name: str | None
    tag: str | None = None
    if first.label == "handle":
        name = block.take("name", "license")
    else:
        printed = first.text.strip().rstrip(":")
        name, _, tag = printed.partition(" (")
        tag = tag.removesuffix(")")
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


def _measurements(block: Block) -> Iterator[Measurement]:
    """``ENTITLEMENT:`` and the like under ``Measurements:``, each with its reports."""
    groups: dict[str, list[Item]] = {}
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


def _several(items: list[Item]) -> Iterator[Pair]:
    """The lines that hold several values; the others are read."""
    for item in items:
        if item.label == "current report":
            yield from pairs([item])
        item.used = True
