"""Resource Utilization Measurement (RUM) reports: how many, in which state, and one in detail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from slp_ops.facts.values import Fact
from slp_ops.json_documents import json_document

if TYPE_CHECKING:
    from slp_ops.facts.values import Count, DeviceTime, LabelledValue


class RumState(StrEnum):
    """State of a report, in the words of ``show license rum id all``."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    PENDING = "PENDING"
    UNACK = "UNACK"
    ACK = "ACK"
    DELETED = "DELETED"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True, kw_only=True)
class RumSummary(Fact):
    """The counts of ``Usage Report Summary``. They do not add up on real switches: derive no sums."""

    total: int | None = None
    purged: Count | None = None
    acknowledged: int | None = None
    waiting: Count | None = None
    available: int | None = None
    collecting: int | None = None
    maximum_display: int | None = None
    in_storage: int | None = None
    mia: Count | None = None  # reports whose storage is lost
    module_status: str | None = None
    printed: tuple[LabelledValue, ...] = ()  # the original lines, since each contains several values
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RumReport(Fact):
    """One report. Flag E marks an error; ``show license rum id N detail`` shows its reason."""

    id: int
    state: RumState
    state_printed: str
    flag: str | None = None
    feature: str | None = None

    @property
    def has_error(self) -> bool:
        """Return whether CSSM or the agent flagged an error."""
        return self.flag == "E"


@dataclass(frozen=True, slots=True, kw_only=True)
class RumReports(Fact):
    """Listed reports."""

    reports: tuple[RumReport, ...] = ()

    def count(self, state: RumState) -> int:
        """Count the reports in this state."""
        return sum(report.state is state for report in self.reports)


@dataclass(frozen=True, slots=True, kw_only=True)
class RumDetail(Fact):
    """One report in detail."""

    id: int | None = None
    metric_name: str | None = None
    feature: str | None = None
    metric_value: str | None = None
    udi: str | None = None
    previous_id: int | None = None
    next_id: int | None = None
    state: RumState | None = None
    state_printed: str | None = None
    reason: str | None = None  # State Change Reason, or Close Reason in newer builds
    start: DeviceTime | None = None
    end: DeviceTime | None = None
    storage_state: str | None = None
    transaction_id: int | None = None
    transaction_message: str | None = None
    printed: tuple[LabelledValue, ...] = ()  # the lines with several values
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RumDetails(Fact):
    """Reports shown in detail."""

    reports: tuple[RumDetail, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RumPayload(Fact):
    """Payload of a report, from ``test license smart rum show``. ``values`` contains every leaf by path."""

    id: int | None = None
    entitlement_tag: str | None = None
    software_version: str | None = None
    pid: str | None = None
    sn: str | None = None
    measurements: int = 0
    values: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RumPayloads(Fact):
    """Printed payloads."""

    payloads: tuple[RumPayload, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TelemetryReports(Fact):
    """``Device Telemetry`` or ``Product Analytics`` report summary of newer agents."""

    title: str = ""
    available: str | None = None
    reason: str | None = None
    reports: int | None = None
    other: tuple[LabelledValue, ...] = ()


@json_document
class RumPoint:
    """The RUM counts of one run.

    ``seen`` is the time of the run, aware; ``at`` the switch's own time, naive, None with an untrusted
    clock. ``backlog`` counts the reports without an ACK, ``unacknowledged`` those of them that were
    sent. ``late``: the ACK is overdue by the switch's own interval; None when unknown.
    """

    run: str
    seen: datetime
    at: datetime | None = None
    backlog: int
    unacknowledged: int | None = None
    last_ack: datetime | None = None
    late: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RumHistory(Fact):
    """Counts of the runs so far, oldest first; the last one belongs to the current run."""

    points: tuple[RumPoint, ...] = ()
