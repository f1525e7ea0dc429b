# ruff: noqa: TC001 - the engine reads the types of derive's parameters
"""The log as far as it is about licensing: read once a device, for every rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from slp_ops.facts import SyslogBuffer, SyslogMessage
from slp_ops.rules.catalogue import Catalogue, Match
from slp_ops.rules.derived.now import Now
from slp_ops.rules.settings import Thresholds

if TYPE_CHECKING:
    from datetime import datetime

    from slp_ops.model import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A message that we know. ``cleared``: a later one says that it is over. ``recent`` by the threshold."""

    message: SyslogMessage
    match: Match
    at: datetime | None
    cleared: bool
    recent: bool

    @property
    def stands(self) -> bool:
        """Whether it still says something of today."""
        return self.recent and not self.cleared

    @property
    def when(self) -> str:
        """The time as printed; a switch may print none."""
        return self.message.time.text or "?"

    def cite(self) -> Evidence:
        """The line."""
        return self.message.cite()[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceLog:
    """Every message that we know, oldest first."""

    seen: tuple[Seen, ...] = ()

    @classmethod
    def derive(
        cls, log: SyslogBuffer, catalogue: Catalogue, thresholds: Thresholds, now: Now | None
    ) -> LicenceLog:
        """Look at each message once. Without the switch's clock every message counts as recent."""
        oldest = None if now is None else now.at - timedelta(days=thresholds.log_days)
        known = catalogue.names
        later: set[str] = set()
        seen: list[Seen] = []
        for message in reversed(log.messages):
            name = message.name
            if (
                name not in known
                or (match := catalogue.find_wrapped(name, message.text, message.more)) is None
            ):
                continue
            at = None if now is None else message.time.at(now.at)
            seen.append(
                Seen(
                    message=message,
                    match=match,
                    at=at,
                    cleared=not later.isdisjoint(match.entry.cleared_by),
                    recent=oldest is None or at is None or at >= oldest,
                )
            )
            later.add(name)
        return cls(seen=tuple(reversed(seen)))

    def named(self, *names: str) -> tuple[Seen, ...]:
        """The recent messages of these names."""
        return tuple(each for each in self.seen if each.recent and each.match.entry.message in names)

    def standing(self, rule: str) -> tuple[Seen, ...]:
        """What is evidence for a rule, recent and not over."""
        return tuple(each for each in self.seen if each.stands and each.match.rule == rule)


def latest(seen: tuple[Seen, ...], most: int = 2) -> tuple[Evidence, ...]:
    """The newest of several messages as evidence: what a person needs to see, not sixty lines."""
    return tuple(each.cite() for each in seen[-most:])
