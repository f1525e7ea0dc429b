"""What tech support adds: RUM and telemetry summaries, and the agent's internals.

Total: 430,  Purged: 344(344)
Maximum Display: 366  In Storage: 8,  MIA: 0(0)
P:C9300-24T,S:FOC0000A0AA: P:C9300-24T,S:FOC0000A0AA, state[2], Trust Data INSTALLED  TrustId:318
connect_info.name: SSM
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands._values import count, flag, integer, present
from slp_ops.facts.communication import AgentInternals, TrustData
from slp_ops.facts.rum import RumSummary, TelemetryReports
from slp_ops.facts.values import Line, Pair, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.commands._outline import Block, Item

_NUMBERED: Final = re.compile(r"([A-Z][A-Za-z]{0,20}(?: [A-Za-z]{1,20}){0,4}): (\d+(?:\(\d+\))?)")
_UNIT: Final = re.compile(r"^P:([^,]*),S:(\S*?):")
_STATE: Final = re.compile(r"state\[(\d+)\]")
_TRUST_ID: Final = re.compile(r"TrustId:\s*(\d+)")


def rum_summary(block: Block) -> RumSummary:
    """``Usage Report Summary:``. The counts do not add up on real switches; none is derived."""
    numbers: dict[str, str] = {}
    lines: dict[str, Line] = {}
    printed: list[Pair] = []
    for item in block.items:
        found = _NUMBERED.findall(item.text) if item.label is not None else []
        if not found:
            continue
        item.used = True
        if len(found) > 1:
            label = item.text.strip().partition(":")[0]
            printed.append(Pair(label=label, value=item.value, heading=block.title))
        for label, number in found:
            field = _COUNTS.get(label.lower())
            if field is None:
                printed.append(Pair(label=label, value=number, heading=block.title))
                continue
            numbers.setdefault(field, number)
            lines.setdefault(field, item.line)
    block.lines.update(lines)
    return RumSummary(
        total=integer(numbers.get("total")),
        purged=count(numbers.get("purged")),
        acknowledged=integer(numbers.get("acknowledged")),
        waiting=count(numbers.get("waiting")),
        available=integer(numbers.get("available")),
        collecting=integer(numbers.get("collecting")),
        maximum_display=integer(numbers.get("maximum_display")),
        in_storage=integer(numbers.get("in_storage")),
        mia=count(numbers.get("mia")),
        module_status=block.take("module_status", "report module status"),
        printed=tuple(printed),
        other=block.rest(),
        source=block.source(),
    )


_COUNTS: Final = {
    "total": "total",
    "purged": "purged",
    "total acknowledged received": "acknowledged",
    "waiting for ack": "waiting",
    "available to report": "available",
    "collecting data": "collecting",
    "maximum display": "maximum_display",
    "in storage": "in_storage",
    "mia": "mia",
}


def telemetry(block: Block) -> TelemetryReports:
    """``Device Telemetry Report Summary`` or, from agent 6.3 on, ``Product Analytics``."""
    return TelemetryReports(
        title=block.title,
        available=block.take("available", "data channel", "device telemetry", "product analytics"),
        reason=block.take("reason", "not available reason"),
        reports=integer(
            block.take(
                "reports",
                "reports on disk",
                "total current telemetry reports",
                "total current product analytics reports",
            )
        ),
        other=block.rest(),
        source=block.source(),
    )


def internals(info: list[Block], others: Iterable[Block]) -> AgentInternals | None:
    """``Other Info``, and whatever stands in blocks that have no type of their own."""
    kept = [*_kept(others)]
    if not info:
        if not kept:
            return None
        return AgentInternals(other=tuple(pair for pair, _ in kept), source=kept[0][1])
    block = info[0]
    trust = tuple(_trust_data(block))
    return AgentInternals(
        agent_state=block.take("agent_state", "agent state"),
        transport=block.take("transport", "transport"),
        default_url=block.take("default_url", "default url"),
        write_erase_occurred=flag(block.take("write_erase_occurred", "write erase occurred")),
        connected_to=block.take("connected_to", "connect_info.name"),
        vrf_support=flag(block.take("vrf_support", "smarttransportvrfsupport")),
        overall_trust=block.take("overall_trust", "overall trust"),
        clock_synced=flag(block.take("clock_synced", "clock sync-ed with ntp")),
        event_log_size=block.take("event_log_size", "event log current size"),
        trust_data=trust,
        other=(*(pair for each in info for pair in each.rest()), *(pair for pair, _ in kept)),
        source=block.source(),
    )


def _trust_data(block: Block) -> Iterator[TrustData]:
    for item in block.items:
        text = item.text.strip()
        if not (found := _UNIT.match(text)):
            continue
        item.used = True
        state, trust_id = _STATE.search(text), _TRUST_ID.search(text)
        yield TrustData(
            text=text,
            pid=present(found[1]),
            sn=present(found[2]),
            state=integer(state[1]) if state else None,
            installed="INSTALLED" in text and "NOT INSTALLED" not in text,
            trust_id=integer(trust_id[1]) if trust_id else None,
            source=Source(block.command, line=item.line),
        )


def _kept(blocks: Iterable[Block]) -> Iterator[tuple[Pair, Source]]:
    """Labels and values of blocks without a type, and the bare words under their headings."""
    for block in blocks:
        for pair in block.rest():
            yield pair, block.source()
        for item in _said(block):
            yield (
                Pair(label=block.title, value=item.text.strip(), heading=item.heading or block.title),
                Source(block.command, line=item.line),
            )


def _said(block: Block) -> Iterator[Item]:
    """Bare lines of a block that has a heading: they say something about it."""
    for item in block.bare():
        if block.title:
            item.used = True
            yield item
