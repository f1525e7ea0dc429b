"""View of a report: values only, computed once, shared by all forms and both languages.

Device text in here is as the switch printed it. Each form makes it harmless in its own way, at its own edge.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from slp_ops.model import DeviceStatus, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from slp_ops.commands import Rows
    from slp_ops.facts import DeviceTime, Entitlement, ExchangeStatistics, LicenseTransport, Policy, Topology
    from slp_ops.history.trend import FleetTrend
    from slp_ops.i18n import Text
    from slp_ops.model import Capture, Confidence, DeviceFailure, Evidence, Verdict
    from slp_ops.playbook.model import Risk
    from slp_ops.release import Release
    from slp_ops.rules.fixed_releases import AdvisoryStatus, UpgradeTargets
    from slp_ops.rules.required_inputs import MissingInput


class Health(StrEnum):
    """The verdict on one switch, gravest first."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    UNREAD = "unread"  # nothing could be read
    NOT_ENOUGH = "not_enough_to_judge"  # nothing found, and a required input was not read
    UNCLEAR = "unclear"  # nothing found, but a command that was asked for was not answered
    FINE = "fine"

    @property
    def severity(self) -> Severity | None:
        """The severity of the gravest finding; None when there is none that matters."""
        return Severity(self.value) if self in (Health.CRITICAL, Health.ERROR, Health.WARNING) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """The run that is reported."""

    id: str
    verb: str
    state: str
    started: datetime
    finished: datetime | None = None
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookRef:
    """A playbook as far as a reader needs it."""

    id: str
    title: Text
    risk: Risk


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """One finding."""

    rule: str
    title: Text
    group: str
    severity: Severity
    confidence: Confidence
    summary: Text
    cause: Text
    remedy: tuple[Text, ...]
    evidence: tuple[Evidence, ...]
    links: tuple[str, ...] = ()
    playbooks: tuple[PlaybookRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseView:
    """A root cause with what follows from it."""

    root: FindingView
    consequences: tuple[FindingView, ...] = ()

    @property
    def severity(self) -> Severity:
        """The gravest of them."""
        return max((told.severity for told in (self.root, *self.consequences)), key=lambda each: each.rank)

    @property
    def matters(self) -> bool:
        """Return whether it is more than information."""
        return self.severity is not Severity.INFO


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownRule:
    """A rule that could not be judged, and why."""

    rule: str
    title: Text
    verdict: Verdict
    why: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One unit of a switch. ``trusted`` is None where nothing is known of its trust code."""

    position: int
    role: str | None
    pid: str | None
    sn: str | None
    trusted: bool | None = None
    release: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """Dates of the last and the next ACK. All times are the switch's own."""

    last_ack: DeviceTime | None = None
    deadline: DeviceTime | None = None
    days_left: int | None = None  # negative when the deadline has passed, by the switch's clock
    cosmetic: bool = False  # CSCvy20345: the date is shown and means nothing
    last_push: DeviceTime | None = None
    next_push: DeviceTime | None = None
    interval_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rum:
    """RUM reports. ``states`` counts the rows of the listing, the others are the agent's own counts."""

    backlog: int | None = None
    waiting: int | None = None
    available: int | None = None
    acknowledged: int | None = None
    flagged: int = 0
    states: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvisoryVerdict:
    """Advisory on one switch: by release alone, and with the switch's symptoms."""

    id: str
    status: AdvisoryStatus
    listed: bool
    first_fixed: str | None
    because: Text
    verdict: Verdict | None  # of the rule, which looks at more than the release


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """One switch."""

    name: str
    site: str
    host: str
    tags: tuple[str, ...]
    status: DeviceStatus
    health: Health
    failure: DeviceFailure | None = None
    missing: tuple[MissingInput, ...] = ()
    collected: datetime | None = None  # when its last capture began
    release: Release | None = None
    version: str | None = None  # as printed
    model: str | None = None
    uptime: str | None = None
    agent: str | None = None
    units: tuple[Unit, ...] = ()
    topology: Topology | None = None
    transport: LicenseTransport | None = None
    smart_account: str | None = None
    virtual_account: str | None = None
    clock: DeviceTime | None = None
    clock_trusted: bool | None = None
    reporting: Reporting | None = None
    rum: Rum | None = None
    licences: tuple[Entitlement, ...] = ()
    policy: Policy | None = None
    exchanges: tuple[ExchangeStatistics, ...] = ()
    failing: bool | None = None  # does the exchange fail now
    root_causes: tuple[CauseView, ...] = ()
    unjudged: tuple[UnknownRule, ...] = ()
    verdicts: Mapping[str, Verdict] | None = None  # every rule
    advisories: tuple[AdvisoryVerdict, ...] = ()
    upgrade: UpgradeTargets | None = None
    captures: tuple[Capture, ...] = ()
    # Of commands that slp-ops has no reader for, by the command as it was typed.
    tables: Mapping[str, Rows] = field(default_factory=dict)
    tables_unread: Mapping[str, str] = field(default_factory=dict)  # why a template has not read one

    @property
    def release_text(self) -> str | None:
        """The release as people write it; what was printed where that names none."""
        if self.release is None:
            return self.version
        return f"{self.release} + SMU" if self.release.smu else str(self.release)

    @property
    def is_partial(self) -> bool:
        """Return whether the switch was read only in part, also where it has findings."""
        return self.health is not Health.UNREAD and (
            self.status is not DeviceStatus.OK or bool(self.missing) or self.health is Health.UNCLEAR
        )

    @property
    def findings(self) -> tuple[FindingView, ...]:
        """Every finding, each root before its consequences."""
        return tuple(told for story in self.root_causes for told in (story.root, *story.consequences))

    @property
    def target(self) -> str | None:
        """Return its licence server, as printed."""
        return None if self.transport is None else self.transport.url or self.transport.cslu_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One root cause in the fleet. ``sites`` counts its switches by site."""

    rule: str
    title: Text
    severity: Severity
    cause: Text
    devices: tuple[str, ...]
    sites: Mapping[str, int]
    remedy: tuple[Text, ...]
    playbooks: tuple[PlaybookRef, ...]
    links: tuple[str, ...]

    @property
    def matters(self) -> bool:
        """Return whether it is more than information."""
        return self.severity is not Severity.INFO


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow:
    """One site: how many switches there are of each verdict."""

    name: str
    counts: Mapping[Health, int]

    @property
    def total(self) -> int:
        """All its switches."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvisoryRef:
    """An advisory as a column of the table of releases."""

    id: str
    title: Text
    severity: Severity
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRow:
    """One release in the fleet, and how it stands towards each advisory. ``release`` None was not read."""

    release: str | None
    devices: int
    statuses: tuple[tuple[AdvisoryStatus, bool], ...]  # (status, whether the notice itself says so)
    targets: UpgradeTargets


SOON: Final = 30  # days


class Urgency(StrEnum):
    """Urgency of an ACK deadline."""

    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"
    COSMETIC = "cosmetic"  # the date has no effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One ACK deadline on the time line."""

    device: str
    site: str
    days_left: int
    text: str
    cosmetic: bool

    @property
    def urgency(self) -> Urgency:
        """Return its urgency, by the switch's own clock."""
        if self.cosmetic:
            return Urgency.COSMETIC
        if self.days_left < 0:
            return Urgency.OVERDUE
        return Urgency.SOON if self.days_left <= SOON else Urgency.LATER


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """The whole report. ``trend`` is there when there is history."""

    run: RunInfo
    generated: datetime
    devices: tuple[DeviceView, ...]
    healths: Mapping[Health, int]
    sites: tuple[SiteRow, ...]
    causes: tuple[Cause, ...]  # those that matter first, then information
    releases: tuple[ReleaseRow, ...]
    advisories: tuple[AdvisoryRef, ...]
    topologies: Mapping[str, int]
    dues: tuple[Due, ...]
    backlogs: tuple[DeviceView, ...]  # those that hold reports, most first
    trend: FleetTrend | None = None
    knowledge: str = ""

    @property
    def affected(self) -> int:
        """Count the switches with a finding that matters."""
        return sum(count for health, count in self.healths.items() if health.severity is not None)

    @property
    def unread(self) -> int:
        """Count the switches that were not read."""
        return sum(each.health is Health.UNREAD for each in self.devices)

    @property
    def partial(self) -> int:
        """Count the switches that were read only in part, also those with findings."""
        return sum(each.is_partial for each in self.devices)

    @property
    def urgencies(self) -> Mapping[Urgency, int]:
        """Count the deadlines by how near they are."""
        return Counter(due.urgency for due in self.dues)

    @property
    def without_due(self) -> int:
        """Count the switches without a deadline, or with an unknown one."""
        return len(self.devices) - len(self.dues)

    @property
    def main_causes(self) -> tuple[Cause, ...]:
        """The causes that are more than information."""
        return tuple(cause for cause in self.causes if cause.matters)

    @property
    def notes(self) -> tuple[Cause, ...]:
        """The causes that are information only."""
        return tuple(cause for cause in self.causes if not cause.matters)
