"""Additional blocks of tech support: RUM and telemetry summaries, and the agent's internals.

Total: 430,  Purged: 344(344)
Maximum Display: 366  In Storage: 8,  MIA: 0(0)
P:C9300-24T,S:FOC0000A0AA: P:C9300-24T,S:FOC0000A0AA, state[2], Trust Data INSTALLED  TrustId:318
connect_info.name: SSM

Communication Statistics and the scheduled jobs of tech support.

Usage Reporting:
  Attempts: Total=12, Success=9, Fail=3  Ongoing Failure: Overall=3 Communication=3
  Last Response: NO REPLY on Jan 02 03:04:05 2024 UTC
    Failure Reason: <none>
  Last Success Time: Jan 01 03:04:05 2024 UTC
  Last Failure Time: Jan 02 03:04:05 2024 UTC

Daily: Jan 03 03:04:05 2024 UTC (23 hours, 48 minutes, 5 seconds remaining)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands._values import count, dated, device_time, flag, integer, present, time_inside
from slp_ops.facts.communication import (
    AgentInternals,
    Attempts,
    CommunicationStatistics,
    ExchangeStatistics,
    Job,
    ScheduledJobs,
    TrustData,
)
from slp_ops.facts.rum import RumSummary, TelemetryReports
from slp_ops.facts.values import LabelledValue, Source, SourceLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.commands._section_parser import PageSection, SectionItem


_NUMBERED: Final = re.compile(r"([A-Z][A-Za-z]{0,20}(?: [A-Za-z]{1,20}){0,4}): (\d+(?:\(\d+\))?)")
_UNIT: Final = re.compile(r"^P:([^,]*),S:(\S*?):")
_STATE: Final = re.compile(r"state\[(\d+)\]")
_TRUST_ID: Final = re.compile(r"TrustId:\s*(\d+)")


def rum_summary(block: PageSection) -> RumSummary:
    """``Usage Report Summary:``. The counts do not add up on real switches; none is derived."""
    numbers: dict[str, str] = {}
    lines: dict[str, SourceLine] = {}
    printed: list[LabelledValue] = []
    for item in block.items:
        found = _NUMBERED.findall(item.text) if item.label is not None else []
        if not found:
            continue
        item.used = True
        if len(found) > 1:
            label = item.text.strip().partition(":")[0]
            printed.append(LabelledValue(label=label, value=item.value, heading=block.title))
        for label, number in found:
            field = _COUNTS.get(label.lower())
            if field is None:
                printed.append(LabelledValue(label=label, value=number, heading=block.title))
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


def telemetry(block: PageSection) -> TelemetryReports:
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


def internals(info: list[PageSection], others: Iterable[PageSection]) -> AgentInternals | None:
    """``Other Info``, and the content of blocks without a type of their own."""
    kept = [*_labelled_values(others)]
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


def _trust_data(block: PageSection) -> Iterator[TrustData]:
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


def _labelled_values(blocks: Iterable[PageSection]) -> Iterator[tuple[LabelledValue, Source]]:
    """Labels and values of blocks without a type, and the bare words under their headings."""
    for block in blocks:
        for pair in block.rest():
            yield pair, block.source()
        for item in _bare_lines(block):
            yield (
                LabelledValue(
                    label=block.title, value=item.text.strip(), heading=item.heading or block.title
                ),
                Source(block.command, line=item.line),
            )


def _bare_lines(block: PageSection) -> Iterator[SectionItem]:
    """Bare lines under the heading of a block."""
    for item in block.bare():
        if block.title:
            item.used = True
            yield item


_NUMBER: Final = re.compile(r"\b([A-Z][a-z]+)=(\d+)")


def statistics(heads: list[PageSection], groups: list[PageSection]) -> CommunicationStatistics | None:
    """The statistics as a whole; None when the page has none."""
    if not heads and not groups:
        return None
    exchanges = tuple(_exchange(block) for block in groups)
    if not heads:
        first = groups[0]
        lines = {"": first.line} if first.line is not None else {}
        return CommunicationStatistics(exchanges=exchanges, source=Source(first.command, lines))
    head = heads[0]
    return CommunicationStatistics(
        level=head.take("level", "communication level allowed"),
        overall_state=head.take("overall_state", "overall state"),
        exchanges=exchanges,
        other=tuple(pair for block in heads for pair in block.rest()),
        source=head.source(),
    )


def _exchange(block: PageSection) -> ExchangeStatistics:
    broken: SectionItem | None = None
    for item in block.items:
        if item.number == (block.line.number if block.line else 0):
            item.used = True  # the heading itself
        elif item.label == "attempts":
            broken = item
        elif broken is not None and item.label is None and _NUMBER.match(item.text.strip()):
            # The line has more than 80 characters: a mail or a terminal breaks it.
            broken.value = f"{broken.value} {item.text.strip()}"
            item.used = True
        else:
            broken = None
    return ExchangeStatistics(
        name=block.title,
        attempts=_attempts(block.take("attempts", "attempts")),
        last_response=dated(block.take("last_response", "last response")),
        failure_reason=block.take("failure_reason", "failure reason"),
        last_success=device_time(block.take("last_success", "last success time")),
        last_failure=device_time(block.take("last_failure", "last failure time")),
        other=block.rest(),
        source=block.source(),
    )


def _attempts(text: str | None) -> Attempts | None:
    if text is None:
        return None
    numbers = {name: integer(number) for name, number in _NUMBER.findall(text)}
    return Attempts(
        text=text,
        total=numbers.get("Total"),
        success=numbers.get("Success"),
        fail=numbers.get("Fail"),
        ongoing=numbers.get("Overall"),
        ongoing_communication=numbers.get("Communication"),
    )


def jobs(block: PageSection) -> ScheduledJobs:
    """``Upcoming Scheduled Jobs``: the names change by release, so every label is a job."""
    current = device_time(block.take("current_time", "current time"))
    found: list[Job] = []
    for item in block.items:
        if item.label is None or item.used:
            continue
        item.used = True
        text = present(item.value)
        _, bracket, remaining = (text or "").partition(" (")
        found.append(
            Job(
                name=item.text.strip()[: len(item.label)],
                text=text,
                at=time_inside(text),
                remaining=remaining.removesuffix(")") if bracket else None,
                source=Source(block.command, line=item.line),
            )
        )
    lines: dict[str, SourceLine] = dict(block.lines)
    if block.line is not None:
        lines[""] = block.line
    return ScheduledJobs(current_time=current, jobs=tuple(found), source=Source(block.command, lines))
