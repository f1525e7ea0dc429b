# ruff: noqa: TC001 - the engine reads the types of derive's parameters
"""Licensing messages of the log, derived once per device for all rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from slp_ops.facts import SyslogBuffer, SyslogMessage
from slp_ops.rules.derived.now import SwitchTime
from slp_ops.rules.message_catalog import Catalogue, MessageMatch, NamedServer, named_server
from slp_ops.rules.settings import Thresholds

if TYPE_CHECKING:
    from datetime import datetime

    from slp_ops.model import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedMessage:
    """Known message. ``cleared``: resolved by a later message. ``recent`` by the threshold."""

    message: SyslogMessage
    match: MessageMatch
    at: datetime | None
    cleared: bool
    recent: bool

    @property
    def stands(self) -> bool:
        """Return whether it is still current."""
        return self.recent and not self.cleared

    @property
    def server(self) -> NamedServer | None:
        """Return the server that it names; call-home itself names CSSM by its URL."""
        named = named_server(self.message.text)
        return NamedServer.CSSM if named is None and self.message.facility == "CALL_HOME" else named

    @property
    def when(self) -> str:
        """Return the time as printed; a switch may print none."""
        return self.message.time.text or "?"

    def cite(self) -> Evidence:
        """Return its line as evidence."""
        return self.message.cite()[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceLog:
    """Known messages, oldest first."""

    seen: tuple[LoggedMessage, ...] = ()

    @classmethod
    def derive(
        cls, log: SyslogBuffer, catalogue: Catalogue, thresholds: Thresholds, now: SwitchTime | None
    ) -> LicenceLog:
        """Match each message once. Without the switch's clock every message counts as recent."""
        oldest = None if now is None else now.at - timedelta(days=thresholds.log_days)
        known = catalogue.names
        later: set[str] = set()
        seen: list[LoggedMessage] = []
        for message in reversed(log.messages):
            name = message.name
            if (
                name not in known
                or (match := catalogue.find_wrapped(name, message.text, message.more)) is None
            ):
                continue
            at = None if now is None else message.time.at(now.at)
            seen.append(
                LoggedMessage(
                    message=message,
                    match=match,
                    at=at,
                    cleared=not later.isdisjoint(match.entry.cleared_by),
                    recent=oldest is None or at is None or at >= oldest,
                )
            )
            later.add(name)
        return cls(seen=tuple(reversed(seen)))

    def named(self, *names: str) -> tuple[LoggedMessage, ...]:
        """Return the recent messages of these names."""
        return tuple(each for each in self.seen if each.recent and each.match.entry.message in names)

    def standing(self, rule: str) -> tuple[LoggedMessage, ...]:
        """Return the recent, unresolved messages that support a rule."""
        return tuple(each for each in self.seen if each.stands and each.match.rule == rule)


def latest(seen: tuple[LoggedMessage, ...], most: int = 2) -> tuple[Evidence, ...]:
    """Return the newest of several messages as evidence, instead of sixty lines."""
    return tuple(each.cite() for each in seen[-most:])
