"""Life cycle of usage reports: OPEN, CLOSED, UNACK, ACK, and purged."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from slp_ops.lab.licensing import RumReport, RumState

if TYPE_CHECKING:
    from slp_ops.lab.licensing import Licensing
    from slp_ops.lab.state import SwitchState

_KEPT = 16  # acknowledged reports that stay on display
_OPEN_FOR = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - simulated UTC is naive


def roll(switch: SwitchState, now: datetime) -> None:
    """Close open reports that are a day old, and open a new one for each licence in use."""
    licensing = switch.licensing
    for report in licensing.reports:
        if report.state is RumState.OPEN and now - report.start >= _OPEN_FOR:
            close(report, now)
    _open_missing(licensing, now)


def close(report: RumReport, now: datetime) -> None:
    """Close a report: it receives no more measurements."""
    report.state, report.end, report.reason = RumState.CLOSED, now, "REPORTING"


def _open_missing(licensing: Licensing, now: datetime) -> None:
    collecting = {report.metric for report in licensing.reports if report.state is RumState.OPEN}
    for entitlement in licensing.entitlements:
        if not entitlement.in_use or entitlement.metric in collecting:
            continue
        last = next((one for one in reversed(licensing.reports) if one.metric == entitlement.metric), None)
        number = max((one.id for one in licensing.reports), default=0) + 1
        report = RumReport(
            id=max(number, int((now - _EPOCH).total_seconds())),
            feature=entitlement.feature,
            metric=entitlement.metric,
            state=RumState.OPEN,
            start=now,
            previous=0 if last is None else last.id,
        )
        if last is not None:
            last.next = report.id
        licensing.reports.append(report)


def sent(switch: SwitchState, now: datetime) -> int:
    """Mark every unreported report as sent under a new poll id and return their number."""
    licensing = switch.licensing
    licensing.poll_id = int((now - _EPOCH).total_seconds()) % 1_000_000_000
    count = 0
    for report in licensing.reports:
        if report.state is RumState.OPEN:
            close(report, now)
        if report.state in (RumState.CLOSED, RumState.UNACK):
            report.state, report.transaction_id = RumState.UNACK, licensing.poll_id
            count += 1
    _open_missing(licensing, now)
    return count


def acknowledge(licensing: Licensing, numbers: frozenset[int] | None = None) -> int:
    """Mark all pending reports, or the named ones, as processed and return their number."""
    count = 0
    for report in licensing.reports:
        waiting = report.state in (RumState.UNACK, RumState.CLOSED)
        if waiting and (numbers is None or report.id in numbers):
            if numbers is None and report.state is RumState.CLOSED:
                continue
            report.state, report.reason, report.flag = RumState.ACK, "ACKED", "N"
            report.transaction_message = "<none>"
            count += 1
    licensing.acknowledged += count
    done = [report for report in licensing.reports if report.state is RumState.ACK]
    for report in done[:-_KEPT]:
        licensing.reports.remove(report)
        licensing.purged += 1
    return count
