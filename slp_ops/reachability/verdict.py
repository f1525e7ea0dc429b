"""Verdict from the probes and facts of one switch: works, blocked at a stage, or undetermined.

The stages are judged in the order in which a connection passes them; the first that fails is the one
that blocks. Where a rule of the audit knows the root of it, cause and remedy are that rule's words.
``Open`` proves no TLS, so what the agent itself reports counts too.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final

from slp_ops.facts import LicenseTransport, NameVerdict, ProbeVerdict
from slp_ops.i18n import Text, verbatim
from slp_ops.json_documents import json_document
from slp_ops.messages import message_text
from slp_ops.model import Verdict
from slp_ops.reachability import texts as say
from slp_ops.reachability.plan import PLANNED_BY, ConnectionDirection, PathFault
from slp_ops.rules.dependencies import FactContext
from slp_ops.rules.derived.communication import Communication
from slp_ops.rules.engine import incomplete, judge
from slp_ops.rules.ruleset import packaged_ruleset
from slp_ops.rules.settings import Intent, Thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slp_ops.model import DeviceFailure
    from slp_ops.parsing import Facts
    from slp_ops.reachability.plan import ProbeAttempt, ReachabilityPlan
    from slp_ops.rules.rule import Rule
    from slp_ops.rules.values import Finding


class ReachVerdict(StrEnum):
    """Verdict on the reachability of a switch's licence server."""

    WORKS = "works"
    BLOCKED = "blocked"
    CANNOT_TELL = "cannot_tell"
    NOT_APPLICABLE = "not_applicable"  # it opens no connection


class Stage(StrEnum):
    """Stages at which a connection can fail, in order."""

    OPERATOR = "operator"  # between here and the switch
    TARGET = "target"
    PATH = "path"
    NAMES = "names"
    TCP = "tcp"
    TLS = "tls"


# The rules that name the root of a stage's failure, the likeliest first.
_ROOTS: Final[Mapping[Stage, tuple[str, ...]]] = {
    Stage.TARGET: ("proxy-incomplete",),
    Stage.PATH: ("http-source-interface-missing", "http-source-interface-down", "vrf-mismatch"),
    Stage.NAMES: ("cslu-address-missing", "domain-lookup-disabled", "name-server-missing"),
    Stage.TLS: ("callhome-profile-inactive", "identrust-root-missing", "clock-not-trusted"),
}
_CLOSED: Final = (
    ProbeVerdict.UNRESOLVED,
    ProbeVerdict.REFUSED,
    ProbeVerdict.TIMED_OUT,
    ProbeVerdict.UNREACHABLE,
)
# A name that the switch does not have makes it refuse the probe itself, which then proves nothing else.
_NAMES_NOTHING: Final = (PathFault.INTERFACE_MISSING, PathFault.VRF_MISSING)
_NO_ADDRESS: Final = (NameVerdict.UNRESOLVED, NameVerdict.NO_SERVER, NameVerdict.LOOKUP_DISABLED)


@json_document
class Conclusion:
    """The verdict on one switch. ``notes`` are what else an operator must know to rely on it."""

    verdict: ReachVerdict
    blocked_at: Stage | None = None
    cause: Text | None = None
    next_steps: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()


def conclude_unread(failure: DeviceFailure | None) -> Conclusion:
    """Return the verdict on a switch without any output."""
    return Conclusion(
        verdict=ReachVerdict.CANNOT_TELL,
        blocked_at=Stage.OPERATOR,
        cause=message_text(failure.message) if failure else say.NOT_READ,
        next_steps=(message_text(failure.hint),) if failure and failure.hint else (),
    )


def conclude(
    plan: ReachabilityPlan, tried: tuple[ProbeAttempt, ...], facts: Facts, intent: Mapping[str, object]
) -> Conclusion:
    """Return the verdict on one switch. ``intent`` comes from the inventory."""
    known = FactContext(facts, (Thresholds(), Intent.of(intent), packaged_ruleset().catalogue))
    found = _Case(plan, tried, known).conclusion()
    with known.watch() as cut:
        for kind in PLANNED_BY:
            known.get(kind)
        if found.verdict is ReachVerdict.WORKS:
            known.get(Communication)
    if cut:
        found = Conclusion(
            verdict=ReachVerdict.CANNOT_TELL,
            blocked_at=Stage.OPERATOR,
            cause=incomplete(cut, facts),
            next_steps=(say.AGAIN_STEP,),
        )
    return replace(found, notes=tuple(_notes(plan, tried, known)))


@cache
def _rules() -> tuple[Rule, ...]:
    wanted = {name for names in _ROOTS.values() for name in names}
    return tuple(rule for rule in packaged_ruleset().rules if rule.id in wanted)


class _Case:
    """One switch being judged."""

    def __init__(self, plan: ReachabilityPlan, tried: tuple[ProbeAttempt, ...], known: FactContext) -> None:
        self._plan = plan
        self._required = [each for each in tried if each.probe.target.required]
        self._communication = _communication(known)
        self._failed: dict[str, Finding] = {}
        for rule in _rules():
            outcome = judge(rule, known)
            if outcome.verdict is Verdict.FAIL and outcome.finding is not None:
                self._failed[rule.id] = outcome.finding

    def conclusion(self) -> Conclusion:
        """Return the verdict, without notes."""
        if not self._required:
            return self._nothing_tried()
        rejected = next((each for each in self._required if each.probe.step is None), None)
        if rejected is not None:
            stage = Stage.PATH if self._plan.path.fault is PathFault.NOT_PLAIN else Stage.TARGET
            return self._blocked(stage, say.UNFIT.format(why=rejected.why), (say.UNFIT_STEP,))
        closed = next((each for each in self._required if each.verdict in _CLOSED), None)
        if closed is not None:
            return self._closed(closed)
        inconclusive = next((each for each in self._required if each.verdict is not ProbeVerdict.OPEN), None)
        return self._open() if inconclusive is None else self._inconclusive(inconclusive)

    def _blocked(self, stage: Stage, cause: Text, steps: tuple[Text, ...]) -> Conclusion:
        """Blocked there; a rule that failed knows better why."""
        for name in _ROOTS.get(stage, ()):
            if name in self._failed:
                cause, steps = self._failed[name].summary, self._failed[name].remedy
                break
        return Conclusion(verdict=ReachVerdict.BLOCKED, blocked_at=stage, cause=cause, next_steps=steps)

    def _nothing_tried(self) -> Conclusion:
        match self._plan.situation:
            case ConnectionDirection.OFF:
                verdict, at, cause, step = ReachVerdict.NOT_APPLICABLE, None, say.OFF, say.OFF_STEP
            case ConnectionDirection.PULLED:
                verdict, at, cause, step = ReachVerdict.NOT_APPLICABLE, None, say.PULLED, say.PULLED_STEP
            case _:
                verdict, at = ReachVerdict.CANNOT_TELL, Stage.TARGET
                cause, step = say.NO_TRANSPORT, say.NO_TRANSPORT_STEP
        return Conclusion(verdict=verdict, blocked_at=at, cause=cause, next_steps=(step,))

    def _closed(self, tried: ProbeAttempt) -> Conclusion:
        path, target, result = self._plan.path, tried.probe.target, tried.result
        if path.fault is not None:
            fault = verbatim(path.fault.value.replace("_", " "))
            return self._blocked(Stage.PATH, say.PATH.format(fault=fault), (say.PATH_STEP,))
        if tried.verdict is ProbeVerdict.UNRESOLVED or (result is not None and result.name in _NO_ADDRESS):
            return self._unresolved(tried)
        values = {
            "target": str(target),
            "port": target.port,
            "address": ", ".join(result.addresses) if result and result.addresses else target.host,
            "vrf": f"vrf {path.vrf} " if path.vrf else "",
            "source": path.source_interface or say.THE_SWITCH,
        }
        cause, step = say.CLOSED[tried.verdict]
        local = result is not None and result.name is NameVerdict.LOCAL
        steps = (step.format(**values), *((say.PINNED_STEP.format(**values),) if local else ()))
        return self._blocked(Stage.TCP, cause.format(**values), steps)

    def _unresolved(self, tried: ProbeAttempt) -> Conclusion:
        host = tried.probe.target.host
        servers = ", ".join(tried.result.servers) if tried.result else ""
        cause = say.UNRESOLVED.format(host=host, servers=servers or say.NONE)
        return self._blocked(Stage.NAMES, cause, (say.UNRESOLVED_STEP.format(host=host), say.SERVER_STEP))

    def _inconclusive(self, tried: ProbeAttempt) -> Conclusion:
        """Return the verdict of an inconclusive probe."""
        if tried.result is not None and self._plan.path.fault in _NAMES_NOTHING:
            return self._closed(tried)
        if tried.result is not None and tried.result.name in _NO_ADDRESS:
            return self._unresolved(tried)
        forbidden = tried.verdict is ProbeVerdict.NOT_TESTABLE
        printed = tried.result.text if tried.result is not None else None
        line = verbatim(printed) if printed else message_text(tried.why) if tried.why else say.NONE
        cause = (say.NOT_TESTABLE if forbidden else say.NO_ANSWER).format(line=line)
        if self._communication is not None and self._communication.failing:
            cause = say.AND.format(first=cause, second=say.FAILS.format(reason=_reason(self._communication)))
        return Conclusion(
            verdict=ReachVerdict.CANNOT_TELL,
            blocked_at=Stage.TCP,
            cause=cause,
            next_steps=(say.NOT_TESTABLE_STEP if forbidden else say.AGAIN_STEP,),
        )

    def _open(self) -> Conclusion:
        """TCP is open everywhere: does TLS work on top of it?"""
        talks = self._communication
        if talks is not None and (not talks.failing or _is_refused(talks)):
            return Conclusion(verdict=ReachVerdict.WORKS)
        roots = _ROOTS[Stage.TLS] if talks is not None else ("identrust-root-missing",)
        if any(name in self._failed for name in roots):
            return self._blocked(Stage.TLS, say.TLS_UNKNOWN, ())
        if talks is None:
            return Conclusion(verdict=ReachVerdict.WORKS)
        return Conclusion(
            verdict=ReachVerdict.CANNOT_TELL,
            blocked_at=Stage.TLS,
            cause=say.OPEN_BUT.format(reason=_reason(talks)),
            next_steps=(say.SYNC_STEP, say.AUDIT_STEP),
        )


def _communication(known: FactContext) -> Communication | None:
    """Return the state of the agent's exchange; None without counters and log messages."""
    talks = known.get(Communication)
    return talks if talks is not None and (talks.counted or talks.last is not None) else None


def _is_refused(talks: Communication) -> bool:
    """Return whether the server is reached and refuses: failures outside the network."""
    return bool(talks.exchanges) and not any(
        each.attempts is not None and each.attempts.ongoing_communication for each in talks.exchanges
    )


def _reason(talks: Communication) -> str:
    """The agent's own words for what fails."""
    for each in talks.exchanges:
        word = each.last_response.word if each.last_response is not None else ""
        if said := each.failure_reason or word:
            return f"{each.name}: {said}"
    return talks.last.cite().text if talks.last is not None else ""


def _notes(plan: ReachabilityPlan, tried: tuple[ProbeAttempt, ...], known: FactContext) -> Iterator[Text]:
    required = [each for each in tried if each.probe.target.required]
    talks = _communication(known)
    if tried and not plan.path.known:
        yield say.DEFAULT_PATH
    if plan.proxied:
        yield say.PROXIED
    if plan.situation is ConnectionDirection.CONNECTS and known.get(LicenseTransport) is None:
        yield say.FROM_CONFIG
    for each in tried:
        if each.result is not None and each.result.name is NameVerdict.LOCAL and each.result.addresses:
            yield say.LOCAL.format(host=each.probe.target.host, address=", ".join(each.result.addresses))
    if not required:
        return
    if talks is None:
        yield say.TLS_UNKNOWN
    elif talks.failing and _is_refused(talks):
        yield say.REFUSED_BY_SERVER.format(reason=_reason(talks))
    elif not talks.failing and any(each.verdict is not ProbeVerdict.OPEN for each in required):
        yield say.WORKED_LAST
