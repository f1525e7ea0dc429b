"""Messages as rules: one that stands in the log, recent and not cleared, is a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text
from slp_ops.model import Confidence, Severity
from slp_ops.rules.needs import Need
from slp_ops.rules.rule import Group, Rule
from slp_ops.rules.values import Failed, Judgement, Passed
from slp_ops.rules.views.log import LicenceLog, latest

if TYPE_CHECKING:
    from slp_ops.rules.catalogue import Message


def message_rule(entry: Message) -> Rule:
    """The rule that a message with a severity is."""

    def check(log: LicenceLog) -> Judgement:
        seen = log.standing(entry.id)
        if not seen:
            return Passed()
        return Failed(
            summary=_SEEN.of(title=entry.title, count=len(seen), when=seen[-1].when), evidence=latest(seen)
        )

    default = Confidence.MEDIUM if entry.unverified else Confidence.HIGH
    return Rule(
        id=entry.id,
        group=Group.SYSLOG,
        severity=entry.severity or Severity.INFO,
        title=entry.title,
        cause=entry.meaning,
        remedy=entry.remedy,
        check=check,
        needs=(Need(kind=LicenceLog),),
        confidence=entry.confidence or default,
        links=entry.links,
        playbooks=entry.playbooks,
        explains=entry.explains,
        era=entry.era,
    )


_SEEN: Final = Text(
    "{title} ({count} in the log, the last at {when})", "{title} (ログに {count} 件、最後は {when})"
)
