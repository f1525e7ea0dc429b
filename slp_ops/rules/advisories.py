"""Advisories as rules: judged by the release, then by the symptoms of the switch.

An affected release does not imply an affected switch. With symptoms the finding has the severity of
the advisory; without them it is information.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from slp_ops.facts import Software
from slp_ops.iosxe.platforms import is_catalyst
from slp_ops.model import Severity
from slp_ops.rules.dependencies import Dependency, dependencies_of
from slp_ops.rules.engine import incomplete
from slp_ops.rules.fixed_releases import AdvisoryStatus, AdvisoryVerdict
from slp_ops.rules.rule import Group, Rule
from slp_ops.rules.symptoms import SYMPTOM_CHECKS, Symptom
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown

if TYPE_CHECKING:
    from slp_ops.i18n import Text
    from slp_ops.release import Release
    from slp_ops.rules.dependencies import FactContext
    from slp_ops.rules.fixed_releases import Advisory

TEXTS = texts_of(__name__)
# By the release alone, whatever the switch shows.
_SETTLED: Final = (AdvisoryStatus.FIXED, AdvisoryStatus.NOT_APPLICABLE)


def judge_advisory(advisory: Advisory, release: Release | None, known: FactContext) -> Symptom:
    """Judge a switch of that release against an advisory, from its facts."""
    with known.watch() as cut:
        found = [known.get(need.kind) for need in _needs(advisory)]
    software = known.get(Software)
    if software is not None and not is_catalyst(software.image_family):
        unknown = AdvisoryVerdict(status=AdvisoryStatus.UNKNOWN, because=_other_family(software))
        return Symptom(judged=unknown, present=None)
    sign = _look(advisory, release, found)
    if not cut or advisory.releases.judge(release).status in _SETTLED:
        return sign
    unknown = AdvisoryVerdict(status=AdvisoryStatus.UNKNOWN, because=incomplete(cut, known.facts))
    return Symptom(judged=unknown, present=None)


def advisory_rule(advisory: Advisory) -> Rule:
    """Build the rule of an advisory."""

    def check(software: Software, *found: Any) -> Judgement:
        if not is_catalyst(software.image_family):
            return Unknown(why=_other_family(software))
        return _judgement(advisory, software, _look(advisory, software.release, found))

    return Rule(
        id=advisory.id,
        group=Group.ADVISORIES,
        severity=advisory.severity,
        title=advisory.title,
        cause=advisory.cause,
        remedy=advisory.remedy,
        check=check,
        needs=(Dependency(kind=Software), *_needs(advisory)),
        confidence=advisory.confidence,
        links=advisory.links,
        playbooks=advisory.playbooks,
        explains=advisory.explains,
        era=None,
    )


def _other_family(software: Software) -> Text:
    """Return why the releases of a notice do not hold: other platforms have notices of their own."""
    return TEXTS["other-family"].format(family=software.image_family or "")


def _needs(advisory: Advisory) -> tuple[Dependency, ...]:
    symptom_check = SYMPTOM_CHECKS.get(advisory.id)
    # The first parameter is the verdict by the release.
    return () if symptom_check is None else dependencies_of(symptom_check)[1:]


def _look(advisory: Advisory, release: Release | None, found: Any) -> Symptom:
    judged = advisory.releases.judge(release)
    symptom_check = SYMPTOM_CHECKS.get(advisory.id)
    if symptom_check is None or judged.status in _SETTLED:
        return Symptom(judged=judged, present=None if symptom_check is not None else True)
    return symptom_check(judged, *found)


def _judgement(advisory: Advisory, software: Software, sign: Symptom) -> Judgement:
    judged = sign.judged
    match judged.status:
        case AdvisoryStatus.NOT_APPLICABLE:
            return NotApplicable(why=judged.because)
        case AdvisoryStatus.FIXED:
            return Passed(why=judged.because)
        case AdvisoryStatus.UNKNOWN if advisory.releases.fixed or software.release is None:
            return Unknown(why=judged.because)
    if not advisory.releases.fixed and sign.present is not True:
        # No release decides; without a symptom there is no verdict.
        return Unknown(missing=sign.missing) if sign.missing else Passed(why=TEXTS["no-sign"])
    if sign.present is None and sign.missing:
        return Unknown(missing=sign.missing)
    return Failed(
        summary=(TEXTS["affected"] if judged.first_fixed is not None else TEXTS["concerned"]).format(
            release=software.release, because=judged.because, title=advisory.title
        ),
        evidence=(*software.cite("version"), *sign.evidence),
        severity=sign.severity if sign.present else Severity.INFO,
        confidence=sign.confidence,
    )
