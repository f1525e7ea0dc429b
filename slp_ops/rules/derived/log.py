# ruff: noqa: TC001 - the engine reads the types of derive's parameters
"""Licensing messages of the log, derived once per device for all rules.

A buffer has the oldest message first, and the page of a log server often the newest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from slp_ops.facts import SyslogBuffer, SyslogMessage
from slp_ops.facts.changes import AppliedChange
from slp_ops.facts.log import LogTime
from slp_ops.iosxe.syslog import message_name
from slp_ops.rules.derived.now import SwitchTime
from slp_ops.rules.message_catalog import Catalogue, MessageMatch, NamedServer, named_server
from slp_ops.rules.settings import Thresholds
from slp_ops.rules.texts import texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from slp_ops.i18n import Text
    from slp_ops.model import Evidence

TEXTS: Final = texts_of(__name__)

AGENT: Final = "SMART_LIC"
_OF_AGENT: Final = message_name(AGENT, "")
_FAILED: Final = "SMART_LIC-COMM_FAILED"
_ERROR: Final = 3
_FAILURE: Final = re.compile(r"_(?:FAIL|FAILED|FAILURE|ERROR)$")
_SUCCESS: Final = ("SUCCESS", "RESTORED", "SUCCEEDED", "OK", "CLEARED")


class LoggedMessage(NamedTuple):
    """Known message. ``server`` is named in its text. ``cleared``: resolved by a later message. ``recent``
    by the threshold.

    ``before_change``: older than the last change that slp-ops made to the switch. The message itself is read
    when it is asked for: a log may have hundreds of thousands.
    """

    log: SyslogBuffer
    place: int
    match: MessageMatch
    at: datetime | None
    server: NamedServer | None
    cleared: bool
    recent: bool
    before_change: bool = False

    @property
    def message(self) -> SyslogMessage:
        """Return the message."""
        return self.log.messages[self.place]

    @property
    def text(self) -> str:
        """Return the text of the message, which is not made whole for it."""
        return self.log.extract(self.place, None).text

    def at_clock(self, now: datetime) -> datetime | None:
        """Return the time of the message if the switch's clock shows ``now``."""
        return self.log.extract(self.place, now).at

    @property
    def is_active(self) -> bool:
        """Return whether it is still current."""
        return self.recent and not self.cleared

    @property
    def when(self) -> str | Text:
        """Return the time as printed; a switch may print none."""
        return self.message.time.text or TEXTS["undated"]

    def cite(self) -> Evidence:
        """Return its line as evidence."""
        return self.message.cite()[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceLog:
    """Known messages, oldest first. ``blind`` are the messages that the text of the log cannot contain.

    ``unknown`` are recent messages of the licence agent without an entry, or as grave as none of their entry,
    that no later message resolves. ``active`` are the recent, unresolved messages that support a rule, by its
    id. ``dated``: the switch's clock gives the year of the messages. ``change``
    is the last change that slp-ops made.
    """

    seen: tuple[LoggedMessage, ...] = ()
    unknown: tuple[SyslogMessage, ...] = ()
    dated: bool = False
    blind: frozenset[str] = frozenset()
    partial: Text | None = None  # the reason, in words
    change: AppliedChange | None = None
    active: Mapping[str, tuple[LoggedMessage, ...]] = field(default_factory=dict)

    @classmethod
    def derive(
        cls,
        log: SyslogBuffer,
        catalogue: Catalogue,
        thresholds: Thresholds,
        now: SwitchTime | None,
        change: AppliedChange | None,
    ) -> LicenceLog:
        """Match each message once. Without the switch's clock every message counts as recent."""
        clock = None if now is None else now.at
        oldest = None if clock is None else clock - timedelta(days=thresholds.log_days)
        known = catalogue.names
        later: set[str] = set()
        seen: list[LoggedMessage] = []
        unknown: list[SyslogMessage] = []
        names = log.names
        places = [place for place, name in enumerate(names) if name in known or name.startswith(_OF_AGENT)]
        for place in places if _is_newest_first(log, places) else reversed(places):
            name = names[place]
            at, severity, text, more = log.extract(place, clock)
            match = catalogue.find_wrapped(name, text, more)
            recent = oldest is None or at is None or at >= oldest
            facility = name.rpartition("-")[0]
            if facility == AGENT:
                if recent and _is_unknown(severity, match) and later.isdisjoint(_successes(name)):
                    unknown.append(log.messages[place])
                later.add(name)
            if match is None:
                continue
            seen.append(
                LoggedMessage(
                    log=log,
                    place=place,
                    match=match,
                    at=at,
                    server=_server(facility, text),
                    cleared=not later.isdisjoint(match.entry.cleared_by),
                    recent=recent,
                    before_change=change is not None and at is not None and at < change.at,
                )
            )
            later.add(name)
        blind = _blind(log, catalogue)
        seen.reverse()
        return cls(
            seen=tuple(seen),
            active=_by_rule(seen),
            unknown=tuple(reversed(unknown)),
            dated=now is not None,
            blind=blind,
            partial=_why_partial(log) if blind else None,
            change=change,
        )

    @property
    def shows_failures(self) -> bool:
        """Return whether the text of the log would contain a failed exchange."""
        return _FAILED not in self.blind

    def named(self, *names: str) -> tuple[LoggedMessage, ...]:
        """Return the recent messages of these names."""
        return tuple(each for each in self.seen if each.recent and each.match.entry.message in names)

    def active_messages(self, rule: str) -> tuple[LoggedMessage, ...]:
        """Return the recent, unresolved messages that support a rule."""
        return self.active.get(rule, ())


def _is_newest_first(log: SyslogBuffer, places: Sequence[int]) -> bool:
    """Return whether the times of these messages fall, none by a turn of the year or of an unset clock.

    What the switch itself printed is in order, whatever its clock was set to in between.
    """
    if log.filter is not None or log.console or log.buffer_bytes is not None:
        return False
    has_fallen = False
    for one, other in pairwise(log.messages[place].time for place in places):
        earlier, later = _time_of(one), _time_of(other)
        if earlier is None or later is None or not timedelta(0) <= earlier - later < _HALF_A_YEAR:
            return False
        has_fallen = has_fallen or earlier > later
    return has_fallen


def _time_of(printed: LogTime) -> datetime | None:
    """Return a printed time, in a leap year where it has none; None without date or clock."""
    if printed.mark or printed.month is None or printed.day is None or printed.time is None:
        return None
    try:
        return datetime.combine(date(printed.year or _LEAP_YEAR, printed.month, printed.day), printed.time)
    except ValueError:
        return None


_HALF_A_YEAR: Final = timedelta(days=183)
_LEAP_YEAR: Final = 2024


def _by_rule(seen: Iterable[LoggedMessage]) -> dict[str, tuple[LoggedMessage, ...]]:
    found: dict[str, list[LoggedMessage]] = {}
    for each in seen:
        if each.is_active and (rule := each.match.rule) is not None:
            found.setdefault(rule, []).append(each)
    return {rule: tuple(messages) for rule, messages in found.items()}


def _server(facility: str, text: str) -> NamedServer | None:
    """Return the server that a message names; call-home itself names CSSM by its URL."""
    named = named_server(text)
    return NamedServer.CSSM if named is None and facility == "CALL_HOME" else named


def _is_unknown(severity: int | None, match: MessageMatch | None) -> bool:
    """Return whether nothing is known of a message of the agent, or of its severity."""
    return match is None or (match.rule is None and match.reason is None and is_grave(severity))


def is_grave(severity: int | None) -> bool:
    """Return whether a message has a severity of 0 to 3: emergency to error."""
    return severity is not None and severity <= _ERROR


def _successes(name: str) -> frozenset[str]:
    """Return the messages that resolve a failure of this name, such as X_SUCCESS for X_FAILED."""
    stem = _FAILURE.sub("", name)
    return frozenset() if stem == name else frozenset(f"{stem}_{word}" for word in _SUCCESS)


def _why_partial(log: SyslogBuffer) -> Text:
    """Return the reason why a log is a part of the buffer."""
    if log.console:
        return TEXTS["console"]
    return TEXTS["last"] if log.is_tail else TEXTS["filtered"]


def _blind(log: SyslogBuffer, catalogue: Catalogue) -> frozenset[str]:
    """Return the ids of the messages and rules whose absence the log does not prove."""
    word, _, pattern = (log.filter or "").partition(" ")
    if not log.is_tail and not word.startswith(("i", "s", "e")):
        return frozenset()
    try:
        wanted = re.compile(pattern.strip().strip('"'))
    except re.error:
        return frozenset()
    blind: set[str] = set()
    for entry in catalogue.messages:
        passes = wanted.search(entry.sample) is not None
        if log.is_tail or passes is word.startswith("e"):
            blind.update(name for name in (entry.id, entry.rule, entry.message) if name is not None)
    if blind & _PAIR:
        blind.add("comm-flapping")
    return frozenset(blind)


_PAIR: Final = frozenset({_FAILED, "SMART_LIC-COMM_RESTORED"})


def latest(seen: tuple[LoggedMessage, ...], most: int = 2) -> tuple[Evidence, ...]:
    """Return the newest of several messages as evidence, instead of sixty lines."""
    return tuple(each.cite() for each in seen[-most:])
