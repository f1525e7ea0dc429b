"""Checks of probes sent from the switch. An audit without probes skips them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.facts import NameVerdict, ProbeResult, Probes, ProbeVerdict
from slp_ops.model import Severity
from slp_ops.rules.checks._links import SMART_TRANSPORT
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, Passed, Unknown

if TYPE_CHECKING:
    from slp_ops.i18n import Text

TEXTS = texts_of(__name__)

_AFFECTS = ("http-timeout", "http-aborted", "comm-failing-now", "comm-flapping", "never-acknowledged")


def _latest(probes: Probes) -> tuple[ProbeResult, ...]:
    """Return the last telnet to each target on each path."""
    found = {
        (each.host.lower(), each.port, each.vrf, each.source_interface): each
        for each in probes.results
        if not each.is_ping
    }
    return tuple(found.values())


def _judge(probes: Probes, verdict: ProbeVerdict, summary: Text) -> Judgement:
    results = _latest(probes)
    if not results:
        return Unknown(missing=(Probes,))
    hit = tuple(each for each in results if each.verdict is verdict)
    if hit:
        targets = ", ".join(f"{each.host}:{each.port}" for each in hit)
        return Failed(
            summary=summary.format(targets=targets),
            evidence=tuple(evidence for each in hit for evidence in each.cite("text")),
        )
    if all(each.verdict in (ProbeVerdict.UNKNOWN, ProbeVerdict.NOT_TESTABLE) for each in results):
        return Unknown(why=TEXTS["not-made"])
    return Passed()


@rule(
    "target-unresolved",
    group=Group.PROBES,
    severity=Severity.ERROR,
    links=(SMART_TRANSPORT,),
    playbooks=("name-server", "domain-lookup"),
    explains=("dns-failure", *_AFFECTS),
    era=None,
)
def target_unresolved(probes: Probes) -> Judgement:
    """Judge a probe whose name did not resolve; a ping tests the name as well."""
    pings = tuple(
        each
        for each in probes.results
        if each.is_ping and each.verdict is ProbeVerdict.UNRESOLVED and each.name is not NameVerdict.LITERAL
    )
    if pings and not _latest(probes):
        return Failed(
            summary=TEXTS["target-unresolved.summary"].format(targets=", ".join(each.host for each in pings)),
            evidence=tuple(evidence for each in pings for evidence in each.cite("name", "text")),
        )
    judged = _judge(probes, ProbeVerdict.UNRESOLVED, TEXTS["target-unresolved.summary"])
    if isinstance(judged, Failed) and all(
        each.name is NameVerdict.LITERAL
        for each in _latest(probes)
        if each.verdict is ProbeVerdict.UNRESOLVED
    ):
        return Unknown(why=TEXTS["target-unresolved.not-accepted"])
    return judged


@rule(
    "target-timed-out",
    group=Group.PROBES,
    severity=Severity.ERROR,
    links=(SMART_TRANSPORT,),
    playbooks=("http-source-interface",),
    explains=_AFFECTS,
    era=None,
)
def target_timed_out(probes: Probes) -> Judgement:
    """Judge a probe without an answer."""
    return _judge(probes, ProbeVerdict.TIMED_OUT, TEXTS["target-timed-out.summary"])


@rule(
    "target-refused",
    group=Group.PROBES,
    severity=Severity.ERROR,
    links=(SMART_TRANSPORT,),
    explains=_AFFECTS,
    era=None,
)
def target_refused(probes: Probes) -> Judgement:
    """Judge a refused connection."""
    return _judge(
        probes,
        ProbeVerdict.REFUSED,
        TEXTS["target-refused.summary"],
    )


@rule(
    "target-unreachable",
    group=Group.PROBES,
    severity=Severity.ERROR,
    links=(SMART_TRANSPORT,),
    explains=_AFFECTS,
    era=None,
)
def target_unreachable(probes: Probes) -> Judgement:
    """Judge a probe without a route."""
    return _judge(probes, ProbeVerdict.UNREACHABLE, TEXTS["target-unreachable.summary"])


@rule(
    "probe-not-permitted",
    group=Group.PROBES,
    severity=Severity.INFO,
    era=None,
)
def probe_not_permitted(probes: Probes) -> Judgement:
    """Judge a probe that the switch does not permit."""
    results = _latest(probes)
    if not results:
        return Unknown(missing=(Probes,))
    hit = tuple(each for each in results if each.verdict is ProbeVerdict.NOT_TESTABLE)
    if not hit:
        return Passed()
    return Failed(
        summary=TEXTS["probe-not-permitted.summary"],
        evidence=tuple(evidence for each in hit for evidence in each.cite("text")),
    )
