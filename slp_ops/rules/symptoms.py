# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Symptoms of advisories in the facts of a switch with an affected release.

To add symptoms for an advisory, add a function here and its name to ``SYMPTOM_CHECKS``. Its first parameter
is the verdict by the release; the others are needs, all optional, since a symptom may be missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from slp_ops.facts import (
    Clock,
    CpuLoad,
    Fact,
    MemoryUse,
    RumSummary,
    TransportKind,
    Trustpool,
    UsageReporting,
)
from slp_ops.i18n import Text
from slp_ops.rules.checks.communication import comm_flapping
from slp_ops.rules.checks.environment import IDENTRUST, smart_agent_cpu, smart_agent_memory
from slp_ops.rules.checks.records import rum_backlog
from slp_ops.rules.derived.communication import Communication
from slp_ops.rules.derived.deadline import Deadline
from slp_ops.rules.derived.log import LicenceLog
from slp_ops.rules.derived.route import Route
from slp_ops.rules.derived.rum_backlog import Backlog
from slp_ops.rules.fixed_releases import AdvisoryStatus, AdvisoryVerdict
from slp_ops.rules.settings import Thresholds
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed

if TYPE_CHECKING:
    from slp_ops.model import Evidence
    from slp_ops.rules.values import Judgement

TEXTS = texts_of(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """An advisory on one switch: ``judged`` by release and facts, and whether symptoms are present.

    ``present`` is None when the deciding facts are missing; ``missing`` names them.
    """

    judged: AdvisoryVerdict
    present: bool | None
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[type[Fact], ...] = ()


SymptomCheck: TypeAlias = Callable[..., Symptom]


def _not_applicable(judged: AdvisoryVerdict, because: Text) -> Symptom:
    changed = replace(judged, status=AdvisoryStatus.NOT_APPLICABLE, because=because, listed=False)
    return Symptom(judged=changed, present=False)


def _noted(judged: AdvisoryVerdict, note: Text) -> AdvisoryVerdict:
    """Add the symptoms to the verdict by the release."""
    both = TEXTS["noted"]
    return replace(judged, because=both.format(because=judged.because, note=note))


def _fn72323(judged: AdvisoryVerdict, trustpool: Trustpool | None, route: Route | None) -> Symptom:
    """FN72323: the root in the trustpool decides, independent of the release."""
    if trustpool is not None and trustpool.find(IDENTRUST) is not None:
        return _not_applicable(
            judged,
            TEXTS["FN72323.root-present"],
        )
    if route is not None and not route.reaches_cisco:
        note = TEXTS["FN72323.not-direct"]
        return Symptom(judged=_noted(judged, note), present=False)
    if trustpool is None or not trustpool.certificates:
        return Symptom(judged=judged, present=None, missing=(Trustpool,))
    note = TEXTS["FN72323.root-missing"]
    return Symptom(judged=_noted(judged, note), present=True, evidence=(trustpool.absent(f"cn={IDENTRUST}"),))


def _fn72578(
    judged: AdvisoryVerdict,
    thresholds: Thresholds,
    backlog: Backlog | None,
    cpu: CpuLoad | None,
    memory: MemoryUse | None,
    log: LicenceLog | None,
) -> Symptom:
    """FN72578: many reports, or a busy agent."""
    results: list[Judgement] = []
    if backlog is not None:
        results.append(rum_backlog.check(backlog, thresholds))
    if cpu is not None:
        results.append(smart_agent_cpu.check(cpu, thresholds, log))
    if memory is not None and memory.pools:
        results.append(smart_agent_memory.check(memory, thresholds))
    if not results:
        return Symptom(judged=judged, present=None, missing=(RumSummary, CpuLoad))
    return _combine_checks(judged, results)


def _cscwa11048(
    judged: AdvisoryVerdict,
    thresholds: Thresholds,
    route: Route | None,
    communication: Communication | None,
    log: LicenceLog | None,
) -> Symptom:
    """CSCwa11048: with call-home or smart transport unknown poll ids, time-outs, flapping."""
    if route is not None and route.kind not in (TransportKind.SMART, TransportKind.CALLHOME):
        return _not_applicable(
            judged,
            TEXTS["CSCwa11048.other-transport"],
        )
    reasons = communication.reasons if communication is not None else {}
    evidence = (*reasons.get("polling-id-invalid", ()), *reasons.get("server-timeout-504", ()))
    results = [] if log is None else [comm_flapping.check(log, thresholds)]
    if evidence:
        sign = _combine_checks(judged, results)
        return replace(
            sign, judged=_noted(judged, TEXTS["shows"]), present=True, evidence=evidence + sign.evidence
        )
    if communication is None and log is None:
        return Symptom(judged=judged, present=None, missing=Communication.needs_any_of)
    return _combine_checks(judged, results)


def _cscvy20345(judged: AdvisoryVerdict, deadline: Deadline | None) -> Symptom:
    """Judge a printed date with perpetual licences alone."""
    if deadline is None:
        return Symptom(judged=judged, present=None, missing=(UsageReporting, Clock))
    if deadline.cosmetic:
        note = TEXTS["CSCvy20345.cosmetic"]
        return Symptom(
            judged=_noted(judged, note), present=True, evidence=deadline.usage.cite("next_ack_deadline")
        )
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
    looked = rum_backlog.check(backlog, thresholds)
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
        looked = rum_backlog.check(backlog, thresholds)
        evidence += looked.evidence if isinstance(looked, Failed) else ()
    return Symptom(judged=judged, present=bool(evidence), evidence=evidence)


def _combine_checks(judged: AdvisoryVerdict, results: list[Judgement]) -> Symptom:
    """Combine the results of several checks."""
    hits = [each for each in results if isinstance(each, Failed)]
    return Symptom(
        judged=_noted(judged, TEXTS["shows"] if hits else TEXTS["shows-nothing"]),
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
