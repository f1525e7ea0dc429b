"""What the probes and the facts of one switch add up to: works, blocked at a stage, or cannot tell.

The stages are judged in the order in which a connection passes them; the first that fails is the one
that blocks. ``Open`` proves no TLS, so what the agent itself reports counts too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from slp_ops.facts import (
    Clock,
    ClockTrust,
    CommunicationStatistics,
    LicenseTransport,
    NameConfig,
    NameVerdict,
    ProbeVerdict,
    SyslogBuffer,
    TransportKind,
    Trustpool,
)
from slp_ops.probes import CSLU_NAME, PathFault, Purpose, Situation
from slp_ops.rules.text import Text, verbatim
from slp_ops.usecases import reach_texts as say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.model import Trouble
    from slp_ops.probes import Path, Plan
    from slp_ops.reading import Facts
    from slp_ops.usecases.reach import Tried

_ROOT: Final = "IdenTrust Commercial Root CA 1"
_FAILED: Final = "SMART_LIC-COMM_FAILED"
_RESTORED: Final = "SMART_LIC-COMM_RESTORED"


class ReachVerdict(StrEnum):
    """Whether a switch can reach what it reports to."""

    WORKS = "works"
    BLOCKED = "blocked"
    CANNOT_TELL = "cannot_tell"
    NOT_APPLICABLE = "not_applicable"  # it connects to nobody


class Stage(StrEnum):
    """Where a connection can fail, in order."""

    OPERATOR = "operator"  # between here and the switch
    TARGET = "target"
    PATH = "path"
    NAMES = "names"
    TCP = "tcp"
    TLS = "tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """The verdict on one switch. ``notes`` are what else an operator must know to rely on it."""

    verdict: ReachVerdict
    blocked_at: Stage | None = None
    cause: Text | None = None
    next_steps: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()


class Reporting(StrEnum):
    """How the agent itself fares."""

    WORKS = "works"
    FAILS = "fails"  # no answer came
    REFUSED = "refused"  # an answer came, and it was no
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fares:
    """How the agent fares, in whose words, and why."""

    reporting: Reporting
    where: Text = say.NOWHERE
    reason: str = ""


def not_asked(trouble: Trouble | None) -> Conclusion:
    """The verdict on a switch that nothing could be read from."""
    return Conclusion(
        verdict=ReachVerdict.CANNOT_TELL,
        blocked_at=Stage.OPERATOR,
        cause=verbatim(trouble.message) if trouble else say.NOT_READ,
        next_steps=(verbatim(trouble.hint),) if trouble and trouble.hint else (),
    )


def conclude(plan: Plan, tried: tuple[Tried, ...], facts: Facts) -> Conclusion:
    """The verdict on one switch."""
    return replace(_judged(plan, tried, facts), notes=tuple(_notes(plan, tried, facts)))


def _judged(plan: Plan, tried: tuple[Tried, ...], facts: Facts) -> Conclusion:
    required = [each for each in tried if each.probe.target.required]
    if not required:
        return _nothing_tried(plan)
    unfit = next((each for each in required if each.probe.step is None), None)
    if unfit is not None:
        if plan.path.fault is PathFault.NOT_PLAIN:
            return _blocked(Stage.PATH, *_path(plan.path))
        return _blocked(Stage.TARGET, say.TARGET_UNFIT.of(why=unfit.why), (say.TARGET_UNFIT_STEP,))
    closed = next((each for each in required if each.verdict in _CLOSED), None)
    if closed is not None:
        if plan.path.fault is not None:
            return _blocked(Stage.PATH, *_path(plan.path))
        if closed.verdict is ProbeVerdict.UNRESOLVED or _is_unresolved(closed):
            return _blocked(Stage.NAMES, *_names(closed, plan, facts))
        return _blocked(Stage.TCP, *_tcp(closed, plan.path))
    untested = next((each for each in required if each.verdict is not ProbeVerdict.OPEN), None)
    if untested is not None:
        return _untested(untested, plan, facts)
    return _open(plan, facts)


_CLOSED: Final = (
    ProbeVerdict.UNRESOLVED,
    ProbeVerdict.REFUSED,
    ProbeVerdict.TIMED_OUT,
    ProbeVerdict.UNREACHABLE,
)


def _blocked(stage: Stage, cause: Text, steps: tuple[Text, ...]) -> Conclusion:
    return Conclusion(verdict=ReachVerdict.BLOCKED, blocked_at=stage, cause=cause, next_steps=steps)


def _nothing_tried(plan: Plan) -> Conclusion:
    match plan.situation:
        case Situation.OFF:
            return Conclusion(verdict=ReachVerdict.NOT_APPLICABLE, cause=say.OFF, next_steps=(say.OFF_STEP,))
        case Situation.PULLED:
            return Conclusion(
                verdict=ReachVerdict.NOT_APPLICABLE, cause=say.PULLED, next_steps=(say.PULLED_STEP,)
            )
        case _:
            return Conclusion(
                verdict=ReachVerdict.CANNOT_TELL,
                blocked_at=Stage.TARGET,
                cause=say.NO_TRANSPORT,
                next_steps=(say.NO_TRANSPORT_STEP,),
            )


def _path(path: Path) -> tuple[Text, tuple[Text, ...]]:
    interface, vrf = path.source_interface or "", path.vrf or ""
    match path.fault:
        case PathFault.INTERFACE_MISSING:
            return say.INTERFACE_MISSING.of(interface=interface), (say.INTERFACE_STEP,)
        case PathFault.INTERFACE_DOWN:
            return say.INTERFACE_DOWN.of(interface=interface), (
                say.INTERFACE_UP_STEP.of(interface=interface),
                say.INTERFACE_STEP,
            )
        case PathFault.VRF_MISSING:
            return say.VRF_MISSING.of(vrf=vrf), (say.VRF_STEP,)
        case PathFault.VRF_MISMATCH:
            own = path.interface_vrf or say.GLOBAL
            return say.VRF_MISMATCH.of(interface=interface, own=own, vrf=vrf), (say.VRF_STEP,)
        case _:
            return say.PATH_UNFIT, (say.VRF_STEP,)


def _is_unresolved(tried: Tried) -> bool:
    return tried.result is not None and tried.result.name in (
        NameVerdict.UNRESOLVED,
        NameVerdict.NO_SERVER,
        NameVerdict.LOOKUP_DISABLED,
    )


def _names(tried: Tried, plan: Plan, facts: Facts) -> tuple[Text, tuple[Text, ...]]:
    host = tried.probe.target.host
    result, names = tried.result, facts.get(NameConfig)
    if host == CSLU_NAME and tried.probe.target.purpose is Purpose.CSLU:
        return say.CSLU_UNSET, (say.CSLU_STEP, say.CSLU_NAME_STEP)
    verdict = result.name if result is not None else NameVerdict.UNKNOWN
    if verdict is NameVerdict.LOOKUP_DISABLED or (names is not None and not names.lookup):
        return say.LOOKUP_DISABLED.of(host=host), (say.LOOKUP_STEP,)
    if verdict is NameVerdict.NO_SERVER:
        return say.NO_SERVER.of(host=host), (_server_step(plan.path),)
    servers = ", ".join(result.servers) if result is not None else ""
    return say.UNRESOLVED.of(host=host, servers=servers or say.NO_SERVERS_SHOWN), (
        say.UNRESOLVED_STEP.of(host=host),
        say.SERVER_REACH_STEP,
    )


def _server_step(path: Path) -> Text:
    return say.SERVER_VRF_STEP.of(vrf=path.vrf) if path.vrf else say.SERVER_STEP


def _tcp(tried: Tried, path: Path) -> tuple[Text, tuple[Text, ...]]:
    target, result = tried.probe.target, tried.result
    address = ", ".join(result.addresses) if result is not None and result.addresses else target.host
    values = {
        "target": f"{target.host}:{target.port}",
        "port": target.port,
        "address": address,
        "source": path.source_interface or say.DEFAULT_SOURCE,
    }
    pinned = (say.PINNED_STEP.of(**values),) if result and result.name is NameVerdict.LOCAL else ()
    match tried.verdict:
        case ProbeVerdict.REFUSED:
            return say.REFUSED.of(**values), (say.REFUSED_STEP.of(**values), *pinned)
        case ProbeVerdict.UNREACHABLE:
            return say.UNREACHABLE.of(**values), (say.UNREACHABLE_STEP.of(**values), *pinned)
        case _:
            return say.TIMED_OUT.of(**values), (say.TIMED_OUT_STEP.of(**values), *pinned)


def _untested(tried: Tried, plan: Plan, facts: Facts) -> Conclusion:
    """Telnet could not tell: what else there is."""
    if _is_unresolved(tried) and tried.verdict is ProbeVerdict.NOT_TESTABLE:
        return _blocked(Stage.NAMES, *_names(tried, plan, facts))
    line = (tried.result.text if tried.result is not None else None) or tried.why
    told = tried.verdict is ProbeVerdict.NOT_TESTABLE
    cause = (say.NOT_TESTABLE if told else say.PROBE_UNKNOWN).of(line=line or say.NOTHING)
    fares = how_it_fares(facts)
    steps = (say.NOT_TESTABLE_STEP,) if told else (say.AGAIN_STEP,)
    if fares.reporting is Reporting.FAILS:
        cause = say.AND.of(first=cause, second=say.FAILS.of(where=fares.where, reason=fares.reason))
    return Conclusion(verdict=ReachVerdict.CANNOT_TELL, blocked_at=Stage.TCP, cause=cause, next_steps=steps)


def _open(plan: Plan, facts: Facts) -> Conclusion:
    """TCP is open everywhere: does TLS work on top of it?"""
    fares = how_it_fares(facts)
    if fares.reporting in (Reporting.WORKS, Reporting.REFUSED):
        return Conclusion(verdict=ReachVerdict.WORKS)
    pool, clock = facts.get(Trustpool), facts.get(Clock)
    to_cisco = plan.kind in (TransportKind.SMART, TransportKind.CALLHOME)
    if to_cisco and pool is not None and pool.find(_ROOT) is None:
        return _blocked(Stage.TLS, say.NO_ROOT, (say.NO_ROOT_STEP, say.UPGRADE_STEP))
    if fares.reporting is Reporting.UNKNOWN:
        return Conclusion(verdict=ReachVerdict.WORKS)
    if clock is not None and clock.trust is ClockTrust.NOT_AUTHORITATIVE:
        return _blocked(Stage.TLS, say.CLOCK.of(time=clock.time.text), (say.CLOCK_STEP,))
    return Conclusion(
        verdict=ReachVerdict.CANNOT_TELL,
        blocked_at=Stage.TLS,
        cause=say.OPEN_BUT.of(where=fares.where, reason=fares.reason),
        next_steps=(say.SYNC_STEP, say.AUDIT_STEP),
    )


def how_it_fares(facts: Facts) -> Fares:
    """From Communication Statistics; without them from the latest message of the log."""
    statistics = facts.get(CommunicationStatistics)
    if statistics is not None:
        tried = [each for each in statistics.exchanges if each.attempts and each.attempts.total]
        failing = [each for each in tried if each.failing_now]
        if failing:
            silent = [each for each in failing if each.attempts and each.attempts.ongoing_communication]
            worst = (silent or failing)[0]
            response = worst.last_response.word if worst.last_response else ""
            return Fares(
                reporting=Reporting.FAILS if silent else Reporting.REFUSED,
                where=say.STATISTICS.of(name=worst.name),
                reason=worst.failure_reason or response,
            )
        if tried:
            return Fares(reporting=Reporting.WORKS, where=say.STATISTICS.of(name=tried[0].name))
    log = facts.get(SyslogBuffer)
    latest = log.of(_FAILED, _RESTORED)[-1:] if log is not None else ()
    for message in latest:
        if message.name == _RESTORED:
            return Fares(reporting=Reporting.WORKS, where=say.LOG)
        return Fares(
            reporting=Reporting.FAILS, where=say.LOG, reason=message.text.rsplit(" : ", 1)[-1].strip()
        )
    return Fares(reporting=Reporting.UNKNOWN)


def _notes(plan: Plan, tried: tuple[Tried, ...], facts: Facts) -> Iterator[Text]:
    if not plan.path.known and tried:
        yield say.DEFAULT_PATH
    if plan.proxied:
        yield say.PROXIED
    transport = facts.get(LicenseTransport)
    if transport is None and plan.situation is Situation.CONNECTS:
        yield say.FROM_CONFIG
    for each in tried:
        if each.result is not None and each.result.name is NameVerdict.LOCAL:
            yield say.PINNED.of(
                host=each.probe.target.host, address=", ".join(each.result.addresses) or say.NOTHING
            )
    fares = how_it_fares(facts)
    required = [each for each in tried if each.probe.target.required]
    if fares.reporting is Reporting.REFUSED:
        yield say.SERVER_REFUSES.of(where=fares.where, reason=fares.reason)
    elif fares.reporting is Reporting.WORKS and any(
        each.verdict is not ProbeVerdict.OPEN for each in required
    ):
        yield say.WORKED_LAST.of(where=fares.where)
    elif fares.reporting is Reporting.UNKNOWN and required:
        yield say.TLS_UNKNOWN
