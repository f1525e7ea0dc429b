# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Checks of the RUM reports, and of the policy that requires them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from slp_ops.facts import Policy, PolicyClass, PolicyKind, RumDetails, RumReport, RumReports, RumState
from slp_ops.model import Confidence, Evidence, Severity
from slp_ops.rules.checks._links import OVERVIEW, TASKS
from slp_ops.rules.derived.rum_backlog import Backlog
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.settings import Thresholds
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown

TEXTS = texts_of(__name__)


@rule(
    "rum-error-flag",
    group=Group.REPORTING,
    severity=Severity.WARNING,
    links=(OVERVIEW,),
    playbooks=("usage-sync",),
)
def rum_error_flag(reports: RumReports | None, details: RumDetails | None) -> Judgement:
    """Judge any report with flag E; its detail contains the reason."""
    if reports is None:
        return _refused(details) or Unknown(missing=(RumReports,))
    flagged = tuple(report for report in reports.reports if report.has_error)
    if not flagged:
        return Passed()
    ids = {report.id for report in flagged}
    read = () if details is None else details.reports
    explained = {each.id: each for each in read if each.id in ids and each.transaction_message is not None}
    reasons = dict.fromkeys(each.transaction_message or "" for each in explained.values())
    evidence = [line for report in flagged[:3] for line in report.cite()]
    evidence += [line for each in tuple(explained.values())[:3] for line in each.cite("transaction_message")]
    summary = TEXTS["rum-error-flag.summary"].format(count=len(flagged))
    if reasons:
        reason = "; ".join(reasons)
        summary = TEXTS["rum-error-flag.reason"].format(count=len(flagged), reason=reason)
    return Failed(summary=summary, evidence=tuple(evidence))


def _refused(details: RumDetails | None) -> Failed | None:
    """Return the finding of reports, shown in detail alone, whose answer was a message and no ACK."""
    refused = [
        each
        for each in (() if details is None else details.reports)
        if each.transaction_message is not None and each.state in (RumState.UNACK, RumState.PENDING)
    ]
    if not refused:
        return None
    return Failed(
        summary=TEXTS["rum-error-flag.refused"].format(
            count=len(refused),
            reason="; ".join(dict.fromkeys(each.transaction_message or "" for each in refused)),
        ),
        evidence=tuple(line for each in refused[:3] for line in each.cite("state", "transaction_message")),
        confidence=Confidence.MEDIUM,
    )


_MANY_SENT: Final = 200  # reports of a stack wait for an answer for about a day, some for each licence


@rule(
    "rum-backlog",
    group=Group.REPORTING,
    severity=Severity.WARNING,
    links=("https://www.cisco.com/c/en/us/support/docs/field-notices/725/fn72578.html",),
    playbooks=("usage-sync", "rum-manual-exchange"),
    explains=("FN72578", "CSCwc77088", "smart-agent-cpu", "smart-agent-memory"),
)
def rum_backlog(backlog: Backlog, thresholds: Thresholds, listed: RumReports | None) -> Judgement:
    """Judge the largest printed number of reports, and those that were sent and got no answer."""
    flood = report_flood(backlog, thresholds)
    sent = backlog.unacknowledged or 0
    if isinstance(flood, Failed):
        return flood
    if sent >= min(_MANY_SENT, thresholds.rum_reports):
        return Failed(summary=TEXTS["rum-backlog.sent"].format(count=sent), evidence=backlog.evidence)
    old = () if listed is None else _long_unanswered(listed)
    if len(old) < _MANY_OLD:
        return flood
    return Failed(
        summary=TEXTS["rum-backlog.old"].format(count=len(old), days=_LONG_UNANSWERED.days),
        evidence=(*old[0].cite(), *old[-1].cite()),
        confidence=Confidence.LOW,
    )


_MANY_OLD: Final = 10
_LONG_UNANSWERED: Final = timedelta(days=30)
_TIMES: Final = range(1_500_000_000, 2_500_000_000)  # seconds since 1970: 2017 to 2049


def _long_unanswered(listed: RumReports) -> tuple[RumReport, ...]:
    """Return the reports without an answer that are much older than the newest one.

    The id of a report is the time of its start: inferred from real outputs, not documented.
    """
    newest = max((report.id for report in listed.reports if report.id in _TIMES), default=0)
    return tuple(
        report
        for report in listed.reports
        if report.state in (RumState.UNACK, RumState.PENDING)
        and report.id in _TIMES
        and newest - report.id > _LONG_UNANSWERED.total_seconds()
    )


def report_flood(backlog: Backlog, thresholds: Thresholds) -> Judgement:
    """Judge the largest printed number of reports alone, as notices and bugs describe their sign."""
    if backlog.reports < thresholds.rum_reports:
        return Passed()
    return Failed(
        summary=TEXTS["rum-backlog.summary"].format(count=backlog.reports), evidence=backlog.evidence
    )


_DEFAULTS: Final = {
    PolicyKind.PERPETUAL: (365, 0, 90),
    PolicyKind.SUBSCRIPTION: (90, 90, 90),
    PolicyKind.ENFORCED: (0, 0, 0),
    PolicyKind.EXPORT: (0, 0, 0),
}
_FIELDS: Final = ("first_report", "frequency", "on_change")


@rule(
    "policy-not-default",
    group=Group.REPORTING,
    severity=Severity.INFO,
    links=(OVERVIEW, TASKS),
)
def policy_not_default(policy: Policy) -> Judgement:
    """Compare the values of both."""
    if not policy.classes and policy.name is not None and policy.other:  # a PolicyV2, not a truncated text
        return NotApplicable(why=TEXTS["policy-not-default.no-classes"].format(name=policy.name))
    if not policy.classes:
        return Unknown(missing=(Policy,))
    said: list[str] = []
    evidence: list[Evidence] = []
    for kind, default in _DEFAULTS.items():
        found = policy.of(kind)
        days = None if found is None else _days(found)
        if found is None or days is None or days == default:
            continue
        said.append(f"{kind} {_slashed(days)} ({_slashed(default)})")
        evidence += found.cite(*_FIELDS)
    if not said:
        return Passed()
    return Failed(
        summary=TEXTS["policy-not-default.summary"].format(values=", ".join(said)),
        evidence=tuple(evidence),
    )


def _days(found: PolicyClass) -> tuple[int, int, int] | None:
    days = [
        None if value is None else value.days
        for value in (found.first_report, found.frequency, found.on_change)
    ]
    first, frequency, change = days
    return None if first is None or frequency is None or change is None else (first, frequency, change)


def _slashed(days: tuple[int, int, int]) -> str:
    return "/".join(map(str, days))
