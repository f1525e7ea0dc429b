# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Symptoms of advisories in the facts of a switch with an affected release.

To add symptoms for an advisory, add a function here and its name to ``SYMPTOM_CHECKS``. Its first parameter
is the verdict by the release; the others are needs, all optional, since a symptom may be missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from slp_ops.facts import (
    Authorization,
    Clock,
    CommunicationStatistics,
    CpuLoad,
    Entitlements,
    Fact,
    MemoryUse,
    RumSummary,
    TransportKind,
    Trustpool,
    UsageReporting,
)
from slp_ops.i18n import Text, listing
from slp_ops.json_documents import HIDDEN, json_document
from slp_ops.model import Confidence, Evidence, Severity
from slp_ops.rules.checks.communication import comm_flapping
from slp_ops.rules.checks.environment import IDENTRUST, smart_agent_cpu, smart_agent_memory
from slp_ops.rules.checks.records import report_flood
from slp_ops.rules.derived.agent_states import AgentStates
from slp_ops.rules.derived.communication import Communication
from slp_ops.rules.derived.deadline import Deadline, DeadlineEffect
from slp_ops.rules.derived.failures import FailureLog
from slp_ops.rules.derived.log import LicenceLog, LoggedMessage, latest
from slp_ops.rules.derived.now import SwitchTime
from slp_ops.rules.derived.poll_record import poll_record
from slp_ops.rules.derived.route import Route
from slp_ops.rules.derived.rum_backlog import Backlog, Lateness
from slp_ops.rules.fixed_releases import AdvisoryStatus, AdvisoryVerdict
from slp_ops.rules.loading import advisories
from slp_ops.rules.message_catalog import Catalogue, NamedServer
from slp_ops.rules.rum_steps import rum_steps
from slp_ops.rules.settings import Thresholds
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed

if TYPE_CHECKING:
    from datetime import date

    from slp_ops.rules.values import Judgement

TEXTS = texts_of(__name__)


@json_document
class Symptom:
    """An advisory on one switch: ``judged`` by release and facts, and whether symptoms are present.

    ``present`` is None when the deciding facts are missing; ``missing`` names them. ``severity`` replaces
    that of the advisory.
    """

    judged: AdvisoryVerdict
    present: bool | None
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[type[Fact], ...] = field(default=(), metadata=HIDDEN)
    severity: Severity | None = None
    confidence: Confidence | None = None


SymptomCheck: TypeAlias = Callable[..., Symptom]


def _not_applicable(judged: AdvisoryVerdict, because: Text) -> Symptom:
    changed = replace(judged, status=AdvisoryStatus.NOT_APPLICABLE, because=because, listed=False)
    return Symptom(judged=changed, present=False)


def _with_note(judged: AdvisoryVerdict, note: Text) -> AdvisoryVerdict:
    """Add the symptoms to the verdict by the release."""
    both = TEXTS["noted"]
    return replace(judged, because=both.format(because=judged.because, note=note))


def _fn72323(
    judged: AdvisoryVerdict,
    trustpool: Trustpool | None,
    route: Route | None,
    states: AgentStates | None,
    log: LicenceLog | None,
    failures: FailureLog | None,
    authorization: Authorization | None,
    now: SwitchTime | None,
) -> Symptom:
    """FN72323: the root in the trustpool decides, else the messages of the notice or the page before SLP."""
    if trustpool is not None and trustpool.find(IDENTRUST) is not None:
        return _not_applicable(judged, TEXTS["FN72323.root-present"])
    if states is not None and states.is_reserved:
        return _not_applicable(judged, TEXTS["FN72323.reserved"])
    if route is not None and not route.reaches_cisco:
        note = TEXTS["FN72323.not-direct"]
        return Symptom(judged=_with_note(judged, note), present=False)
    host = route.server.host if route is not None and route.server is not None else None
    change = _changed_on(host)
    if change is not None and now is not None and now.at.date() < change:
        note = TEXTS["FN72323.before"].format(date=change.isoformat())
        return Symptom(judged=_with_note(judged, note), present=False)
    probable, candidates = ((), ()) if log is None else _notice_messages(log, failures)
    if trustpool is not None and trustpool.lists(IDENTRUST):
        note = TEXTS["FN72323.root-missing"]
        absence = trustpool.absent(f"cn={IDENTRUST}")
        return Symptom(judged=_with_note(judged, note), present=True, evidence=(*latest(probable), absence))
    if probable:
        return Symptom(
            judged=_with_note(judged, TEXTS["FN72323.messages"]),
            present=True,
            evidence=latest(probable),
            confidence=Confidence.MEDIUM,
        )
    page = () if authorization is None or candidates else _failed_by_call_home(authorization)
    if candidates or page:
        return Symptom(
            judged=_with_note(judged, TEXTS["FN72323.candidate"]),
            present=True,
            evidence=latest(candidates) or page,
            severity=Severity.WARNING,
            confidence=Confidence.LOW,
        )
    return Symptom(judged=judged, present=None, missing=(Trustpool,))


def _failed_by_call_home(authorization: Authorization) -> tuple[Evidence, ...]:
    """Return the lines of a last exchange before SLP that failed for the reason in the notice."""
    attempt, reason = authorization.last_communication, authorization.failure_reason
    has_failed = attempt is not None and attempt.word.upper().startswith("FAILED")
    if not has_failed or "Call Home HTTP" not in (reason or ""):
        return ()
    return authorization.cite("last_communication", "failure_reason")


def _changed_on(host: str | None) -> date | None:
    """Return the day of the new certificate: of a server, or of the first one where it is not known."""
    since = next((each.since for each in advisories() if each.id == "FN72323"), {})
    return since.get(host or "") or min(since.values(), default=None)


def _notice_messages(
    log: LicenceLog, failures: FailureLog | None
) -> tuple[tuple[LoggedMessage, ...], tuple[LoggedMessage, ...]]:
    """Return the messages of the notice that make it probable, and those that many other reasons have too.

    Towards CSSM only, and not where the newest failure is another one.
    """
    current = () if failures is None else failures.current
    before = () if failures is None else (each.message for each in failures.past if each.superseded)
    active = [each for each in (*before, *current) if each.server is not NamedServer.CSLU]
    if any(each.match.rule not in _OF_THE_NOTICE for each in current):
        return (), ()
    aborted = [each for each in active if each.match.rule == "http-aborted"]
    wanted = {id(each) for each in aborted}
    wanted |= {id(each) for name in _REGISTRATION for each in log.active_messages(name)}
    probable = tuple(each for each in log.seen if id(each) in wanted)
    return probable, tuple(each for each in active if id(each) not in wanted)


# What FN72323 looks like: ERR 205, ERR 207, and the agent's message without a reason.
_OF_THE_NOTICE: Final = frozenset({"http-aborted", "http-timeout", "comm-failing-now"})
_REGISTRATION: Final = ("SMART_LIC-AUTH_RENEW_FAILED", "SMART_LIC-AGENT_REG_FAILED")


def _fn72578(
    judged: AdvisoryVerdict,
    thresholds: Thresholds,
    backlog: Backlog | None,
    lateness: Lateness | None,
    cpu: CpuLoad | None,
    memory: MemoryUse | None,
    log: LicenceLog | None,
) -> Symptom:
    """FN72578: many reports, also before they cost CPU and memory, or a busy agent."""
    results: list[Judgement] = []
    if backlog is not None:
        results.append(report_flood(backlog, thresholds))
    if cpu is not None or (log is not None and log.active_messages("smart-agent-cpu")):
        results.append(smart_agent_cpu.check(cpu, thresholds, log))
    if memory is not None and memory.pools:
        results.append(smart_agent_memory.check(memory, thresholds))
    if not results:
        return Symptom(judged=judged, present=None, missing=(RumSummary, CpuLoad))
    found = _combine_checks(judged, results)
    if backlog is None and not found.present:
        # Reports cost CPU and memory only when they are many: without their number nothing is ruled out.
        return Symptom(judged=_with_note(judged, TEXTS["FN72578.uncounted"]), present=False)
    silent = None if lateness is None else lateness.silent
    step = None if backlog is None else rum_steps().reached(backlog.reports, silent)
    if found.present or backlog is None or step is None:
        return found
    note = TEXTS["FN72578.accumulate"].format(count=backlog.reports)
    return Symptom(
        judged=_with_note(judged, note), present=True, evidence=backlog.evidence, severity=step.severity
    )


def _cscwa11048(
    judged: AdvisoryVerdict,
    thresholds: Thresholds,
    catalogue: Catalogue,
    route: Route | None,
    communication: Communication | None,
    statistics: CommunicationStatistics | None,
    log: LicenceLog | None,
) -> Symptom:
    """CSCwa11048: with call-home or smart transport unknown poll ids, time-outs, flapping.

    The counters of the moment do not acquit: the defect fails, recovers, and fails again.
    """
    if route is not None and route.kind not in (TransportKind.SMART, TransportKind.CALLHOME):
        return _not_applicable(
            judged,
            TEXTS["CSCwa11048.other-transport"],
        )
    reasons = communication.reasons if communication is not None else {}
    current = (*reasons.get("polling-id-invalid", ()), *reasons.get("server-timeout-504", ()))
    signs: list[tuple[Text, tuple[Evidence, ...]]] = [(TEXTS["CSCwa11048.now"], current)] if current else []
    polls = None if statistics is None else poll_record(statistics, catalogue)
    if polls is not None and polls.many_failed:
        said = TEXTS["CSCwa11048.ratio"].format(fail=polls.failed, total=polls.total, share=polls.share)
        signs.append((said, polls.evidence))
    if polls is not None and polls.unknown_id:
        signs.append((TEXTS["CSCwa11048.reason"], polls.evidence))
    flapping = None if log is None else comm_flapping.check(log, thresholds)
    if isinstance(flapping, Failed):
        signs.append((TEXTS["CSCwa11048.pairs"], flapping.evidence))
    if not signs:
        if communication is None and log is None:
            return Symptom(judged=judged, present=None, missing=Communication.needs_any_of)
        return _combine_checks(judged, [])
    return Symptom(
        judged=_with_note(judged, listing([sign for sign, _ in signs], separator="; ")),
        present=True,
        evidence=tuple(dict.fromkeys(each for _, found in signs for each in found)),
        confidence=Confidence.MEDIUM if len(signs) == 1 and not current else None,
    )


def _cscvy20345(judged: AdvisoryVerdict, deadline: Deadline | None) -> Symptom:
    """Judge a printed date with perpetual licences alone."""
    if deadline is None:
        return Symptom(judged=judged, present=None, missing=(UsageReporting, Clock))
    match deadline.effect:
        case DeadlineEffect.COSMETIC:
            note = TEXTS["CSCvy20345.cosmetic"]
            return Symptom(
                judged=_with_note(judged, note),
                present=True,
                evidence=deadline.usage.cite("next_ack_deadline"),
            )
        case DeadlineEffect.DOUBTFUL:
            return Symptom(judged=_with_note(judged, TEXTS["CSCvy20345.doubtful"]), present=False)
        case DeadlineEffect.UNKNOWN:
            return Symptom(judged=judged, present=None, missing=(Entitlements,))
        case _:
            pass
    return _not_applicable(
        judged,
        TEXTS["CSCvy20345.not-cosmetic"],
    )


def _cscwc77088(
    judged: AdvisoryVerdict,
    thresholds: Thresholds,
    backlog: Backlog | None,
    communication: Communication | None,
) -> Symptom:
    """CSCwc77088: reports accumulate while the exchange fails."""
    if backlog is None:
        return Symptom(judged=judged, present=None, missing=Backlog.needs_any_of)
    looked = report_flood(backlog, thresholds)
    failing = communication is None or communication.failing
    present = isinstance(looked, Failed) and failing
    return Symptom(
        judged=judged, present=present, evidence=looked.evidence if isinstance(looked, Failed) else ()
    )


def _cscwa34749(
    judged: AdvisoryVerdict,
    thresholds: Thresholds,
    backlog: Backlog | None,
    communication: Communication | None,
) -> Symptom:
    """CSCwa34749: relevant where a factory reset is a remedy: a stuck poll id, or a backlog."""
    evidence: tuple[Evidence, ...] = ()
    if communication is not None:
        evidence = communication.reasons.get("polling-id-invalid", ())
    if backlog is not None:
        looked = report_flood(backlog, thresholds)
        evidence += looked.evidence if isinstance(looked, Failed) else ()
    if evidence:
        return Symptom(judged=judged, present=True, evidence=evidence)
    unread = (
        *(Communication.needs_any_of if communication is None else ()),
        *(Backlog.needs_any_of if backlog is None else ()),
    )
    return Symptom(judged=judged, present=None if unread else False, missing=unread)


def _combine_checks(judged: AdvisoryVerdict, results: list[Judgement]) -> Symptom:
    """Combine the results of several checks."""
    hits = [each for each in results if isinstance(each, Failed)]
    return Symptom(
        judged=_with_note(judged, TEXTS["shows"] if hits else TEXTS["shows-nothing"]),
        present=bool(hits),
        evidence=tuple(evidence for hit in hits for evidence in hit.evidence),
    )


SYMPTOM_CHECKS: Final[dict[str, SymptomCheck]] = {
    "FN72323": _fn72323,
    "FN72578": _fn72578,
    "CSCwa11048": _cscwa11048,
    "CSCvy20345": _cscvy20345,
    "CSCwc77088": _cscwc77088,
    "CSCwa34749": _cscwa34749,
}
