# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Checks of messages of the licence agent that need more than their presence."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from slp_ops.facts import UsageReporting
from slp_ops.model import Severity
from slp_ops.rules.checks._links import MESSAGES, OVERVIEW
from slp_ops.rules.derived.era import LicensingEra
from slp_ops.rules.derived.log import LicenceLog, LoggedMessage, is_grave, latest
from slp_ops.rules.derived.now import SwitchTime
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.settings import Thresholds
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed

if TYPE_CHECKING:
    from slp_ops.facts import SyslogMessage

TEXTS = texts_of(__name__)

_DAYS: Final = re.compile(r"\bin (\d{1,4}) days?", re.ASCII)
_CRITICAL: Final = 2  # syslog: critical
_MOST: Final = 5


@rule(
    "unknown-agent-message",
    group=Group.SYSLOG,
    severity=Severity.WARNING,
    links=(MESSAGES,),
    era=None,
)
def unknown_agent_message(log: LicenceLog, era: LicensingEra | None) -> Judgement:
    """Judge messages of the licence agent that no rule and no entry of the catalogue covers.

    The rule of a message of the other licensing model does not apply: such a message counts here.
    """
    others = () if era is None else (each.message for each in log.seen if _is_of_another(each, era))
    grave = [message for message in (*log.unknown, *others) if is_grave(message.severity)]
    newest: dict[str, SyslogMessage] = {message.mnemonic: message for message in grave or log.unknown}
    if not newest:
        return Passed()
    levels = [message.severity for message in newest.values() if message.severity is not None]
    severity = Severity.ERROR if min(levels, default=9) <= _CRITICAL else None
    names = sorted(newest)
    return Failed(
        summary=TEXTS["unknown-agent-message.summary"].format(names=", ".join(names[:_MOST])),
        evidence=tuple(newest[name].cite()[0] for name in names[:_MOST]),
        severity=severity if grave else Severity.INFO,
    )


def _is_of_another(each: LoggedMessage, era: LicensingEra) -> bool:
    entry = each.match.entry
    return each.is_active and entry.severity is not None and entry.era not in (None, era.era)


@rule(
    "reporting-required",
    group=Group.REPORTING,
    severity=Severity.WARNING,
    links=(OVERVIEW,),
)
def reporting_required(
    log: LicenceLog, usage: UsageReporting | None, now: SwitchTime | None, thresholds: Thresholds
) -> Judgement:
    """Judge the days that the newest countdown names, where no page shows the deadline itself."""
    if usage is not None:
        return NotApplicable(why=TEXTS["reporting-required.by-date"])
    seen = [each for each in log.active_messages("reporting-required") if _DAYS.search(each.message.text)]
    found = _DAYS.search(seen[-1].message.text) if seen else None
    if found is None:
        return Passed()
    at = seen[-1].at
    passed = timedelta() if now is None or at is None else max(now.at - at, timedelta())
    days = int(found[1]) - passed.days
    if days >= thresholds.ack_days:
        return Passed()
    if days > 0:
        summary = TEXTS["reporting-required.summary"].format(days=days, when=seen[-1].when)
    else:
        summary = TEXTS["reporting-required.over"].format(when=seen[-1].when)
    return Failed(
        summary=summary,
        evidence=latest(tuple(seen), 1),
        severity=None if days > 0 else Severity.ERROR,
    )
