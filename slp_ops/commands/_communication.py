"""Communication Statistics and the scheduled jobs of tech support.

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

from slp_ops.commands._values import dated, device_time, integer, present, time_inside
from slp_ops.facts.communication import (
    Attempts,
    CommunicationStatistics,
    Exchange,
    Job,
    ScheduledJobs,
)
from slp_ops.facts.values import Line, Source

if TYPE_CHECKING:
    from slp_ops.commands._outline import Block, Item

_NUMBER: Final = re.compile(r"\b([A-Z][a-z]+)=(\d+)")


def statistics(heads: list[Block], groups: list[Block]) -> CommunicationStatistics | None:
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


def _exchange(block: Block) -> Exchange:
    broken: Item | None = None
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
    return Exchange(
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


def jobs(block: Block) -> ScheduledJobs:
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
    lines: dict[str, Line] = dict(block.lines)
    if block.line is not None:
        lines[""] = block.line
    return ScheduledJobs(current_time=current, jobs=tuple(found), source=Source(block.command, lines))
