"""Messages as rules: one that stands in the log, recent and not cleared, is a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.model import Confidence, Severity
from slp_ops.rules.needs import Need
from slp_ops.rules.rule import Group, Rule
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, Passed
from slp_ops.rules.views.log import LicenceLog, latest

if TYPE_CHECKING:
    from slp_ops.rules.catalogue import Message

TEXTS = texts_of(__name__)


def message_rule(entry: Message) -> Rule:
    """The rule that a message with a severity is."""

    def check(log: LicenceLog) -> Judgement:
        seen = log.standing(entry.id)
        if not seen:
            return Passed()
        return Failed(
            summary=TEXTS["seen"].of(title=entry.title, count=len(seen), when=seen[-1].when),
            evidence=latest(seen),
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
