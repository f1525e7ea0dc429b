"""Communication of the agent with CSSM, CSLU or SSM On-Prem: statistics, jobs, histories, internals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.facts.values import Fact

if TYPE_CHECKING:
    from datetime import datetime

    from slp_ops.facts.values import DatedWord, DeviceTime, Flag, LabelledValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """Lifetime counts, and ``ongoing``: current consecutive failures, 0 after a success."""

    text: str
    total: int | None = None
    success: int | None = None
    fail: int | None = None
    ongoing: int | None = None
    ongoing_communication: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeStatistics(Fact):
    """One block of the Communication Statistics, such as ``Usage Reporting``."""

    name: str
    attempts: Attempts | None = None
    last_response: DatedWord | None = None
    failure_reason: str | None = None
    last_success: DeviceTime | None = None
    last_failure: DeviceTime | None = None
    other: tuple[LabelledValue, ...] = ()

    @property
    def failing_now(self) -> bool | None:
        """Return whether it fails now; None when the counters could not be read."""
        if self.attempts is None or self.attempts.ongoing is None:
            return None
        return self.attempts.ongoing > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunicationStatistics(Fact):
    """Only ``show license tech support`` prints them."""

    level: str | None = None  # DIRECT with trust, INDIRECT without
    overall_state: str | None = None
    exchanges: tuple[ExchangeStatistics, ...] = ()
    other: tuple[LabelledValue, ...] = ()

    def of(self, name: str) -> ExchangeStatistics | None:
        """Return the block of that name, case-insensitively."""
        return next((each for each in self.exchanges if each.name.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Fact):
    """One scheduled job of the agent."""

    name: str
    text: str | None = None
    at: DeviceTime | None = None
    remaining: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledJobs(Fact):
    """Next actions of the agent; the set of jobs differs between releases."""

    current_time: DeviceTime | None = None
    jobs: tuple[Job, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry(Fact):
    """History of one kind of message; no lines without past history."""

    kind: str
    lines: tuple[str, ...] = ()
    values: tuple[LabelledValue, ...] = ()
    times: tuple[DeviceTime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHistory(Fact):
    """Requests, responses and imports. Unverified: no filled history of a real switch was available."""

    entries: tuple[HistoryEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseEvent(Fact):
    """One event. ``text`` is everything after the time."""

    time: DeviceTime
    name: str
    text: str
    values: tuple[LabelledValue, ...] = ()


class LazyEvents(Sequence[LicenseEvent], ABC):
    """Events that are parsed when they are asked for. Their names are known before."""

    __slots__ = ()

    @property
    @abstractmethod
    def names(self) -> Sequence[str]:
        """Return the name of each event."""

    @abstractmethod
    def values(self, place: int) -> tuple[LabelledValue, ...]:
        """Return the values of the event at a place, counted from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLog(Fact):
    """The agent's event log, oldest first as printed. Empty when ``No EventLog Found.``"""

    events: Sequence[LicenseEvent] = ()

    def places(self, name: str) -> tuple[int, ...]:
        """Return the places of the events of this name, counted from 0."""
        events = self.events
        names = events.names if isinstance(events, LazyEvents) else [each.name for each in events]
        return tuple(place for place, each in enumerate(names) if each == name)

    def values(self, place: int) -> tuple[LabelledValue, ...]:
        """Return the values of the event at a place; its time is not parsed for them."""
        events = self.events
        return events.values(place) if isinstance(events, LazyEvents) else events[place].values

    def since(self, moment: datetime) -> tuple[LicenseEvent, ...]:
        """Return the events at or after a time of the switch's clock."""
        return tuple(each for each in self.events if each.time.at and each.time.at >= moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class TechEvents(Fact):
    """``show license tech events``. Unverified: no output of a real switch was available."""

    events: tuple[LicenseEvent, ...] = ()
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustData(Fact):
    """The trust store's line for one unit."""

    text: str
    pid: str | None = None
    sn: str | None = None
    state: int | None = None
    installed: bool = False
    trust_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentInternals(Fact):
    """``Other Info`` and the blocks of tech support without a type of their own."""

    agent_state: str | None = None
    transport: str | None = None
    default_url: str | None = None
    write_erase_occurred: Flag | None = None
    connected_to: str | None = None  # connect_info.name: SSM, CSLU_V1
    vrf_support: Flag | None = None
    overall_trust: str | None = None
    clock_synced: Flag | None = None
    event_log_size: str | None = None
    trust_data: tuple[TrustData, ...] = ()
    other: tuple[LabelledValue, ...] = ()
