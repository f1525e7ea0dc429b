# ruff: noqa: TC001 - the engine reads the types of derive's parameters
"""Signs that the licences in use changed since the last ACK.

A change requires a report within the days of the policy ("Report on change"), also with perpetual licences
alone:

- the event log: the count of a licence differs from the one before (``SAEVT_ENDPOINT_USAGE count="2"``);
- the log: a member joined or left the stack, other than at a boot, or the licence level was configured;
- the deadline itself: it is not so many days after the ACK as a policy has, but after another event.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from slp_ops.facts import EventLog, Policy, Software, SyslogBuffer, UsageReporting
from slp_ops.rules.derived.now import SwitchTime, uptime_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.model import Evidence

_USAGE: Final = "SAEVT_ENDPOINT_USAGE"
_STACK: Final = ("STACKMGR-SWITCH_ADDED", "STACKMGR-SWITCH_REMOVED")
_LOGGED_COMMAND: Final = "PARSER-CFGLOG_LOGGEDCMD"
_LEVEL: Final = "license boot level"
_MEMBER: Final = re.compile(r"Switch (\d+) has been (added|removed)", re.ASCII)
_BOOT: Final = timedelta(minutes=30)  # members join the stack when it boots
_USUAL_DAYS: Final = frozenset({30, 60, 90, 180, 365})  # of Cisco's policy and of custom ones
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceChange:
    """A change of the licences in use after the last ACK, with its evidence; empty without a sign of one."""

    evidence: tuple[Evidence, ...] = ()

    @classmethod
    def derive(
        cls,
        usage: UsageReporting,
        now: SwitchTime,
        policy: Policy | None,
        events: EventLog | None,
        log: SyslogBuffer | None,
        software: Software | None,
    ) -> LicenceChange:
        """Derive from the first of event log, log and deadline that has a sign."""
        last_ack = None if usage.last_ack is None else usage.last_ack.at
        if last_ack is None:
            return cls()
        found = [] if events is None else list(_counts(events, last_ack))
        if log is not None:
            found += _members(log, last_ack, now, uptime_of(software))
            found += _levels(log, last_ack, now)
        return cls(evidence=tuple(found[-2:]) or _moved_deadline(usage, last_ack, policy))

    def __bool__(self) -> bool:
        return bool(self.evidence)


def _counts(events: EventLog, last_ack: datetime) -> Iterator[Evidence]:
    """Yield the events after the ACK in which the count of a licence differs from the one before.

    A licence that appears after the ACK is new only where the log goes back to before the ACK.
    """
    before: dict[str, str] = {}
    unchanged: list[int] = []  # most events: their times are parsed only if another licence appears
    goes_back = False

    def is_later(place: int) -> bool:
        at = events.events[place].time.at
        return at is not None and at > last_ack

    for place in events.places(_USAGE):
        values = {each.label: each.value for each in events.values(place)}
        tag, count = values.get("entitlementTag", ""), values.get("count", "")
        if count in ("", "0"):  # at a boot nothing is in use for a moment
            continue
        if before.get(tag) == count:
            unchanged.append(place)
            continue
        if tag not in before:
            goes_back = goes_back or not all(map(is_later, unchanged))
            unchanged.clear()
        if not is_later(place):
            goes_back = True
        elif tag in before or goes_back:
            yield from events.events[place].cite()
        before[tag] = count


def _members(
    log: SyslogBuffer, last_ack: datetime, now: SwitchTime, uptime: timedelta | None
) -> list[Evidence]:
    """Return the messages after the ACK of a member that joined or left for good, other than at a boot."""
    booted = None if uptime is None else now.at - uptime
    found: dict[str, tuple[str, Evidence] | None] = {}
    for message in log.of(*_STACK):
        at, member = message.time.at(now.at), _MEMBER.search(message.text)
        if at is None or member is None or at <= last_ack:
            continue
        if booted is not None and abs(at - booted) < _BOOT:
            continue
        other = found.get(member[1])
        # A member that left and came back, or the reverse, changed nothing.
        found[member[1]] = (
            None if other is not None and other[0] != member[2] else (member[2], message.cite()[0])
        )
    return [each[1] for each in found.values() if each is not None]


def _levels(log: SyslogBuffer, last_ack: datetime, now: SwitchTime) -> Iterator[Evidence]:
    """Yield the logged commands after the ACK that set another licence level."""
    for message in log.of(_LOGGED_COMMAND):
        at = message.time.at(now.at)
        if at is not None and at > last_ack and _LEVEL in message.text:
            yield message.cite()[0]


def _moved_deadline(usage: UsageReporting, last_ack: datetime, policy: Policy | None) -> tuple[Evidence, ...]:
    """Return the two dates, if no policy has as many days as lie between them."""
    deadline = None if usage.next_ack_deadline is None else usage.next_ack_deadline.at
    if deadline is None or deadline <= last_ack:
        return ()
    days = {
        value.days
        for each in (() if policy is None else policy.classes)
        for value in (each.first_report, each.frequency, each.on_change)
        if value is not None and value.days
    }
    if any(abs(deadline - last_ack - timedelta(days=each)) <= _DAY for each in days or _USUAL_DAYS):
        return ()
    return usage.cite("last_ack", "next_ack_deadline")
