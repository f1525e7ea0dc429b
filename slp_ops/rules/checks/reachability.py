# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Checks of probes sent from the switch. An audit without probes skips them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.facts import NameVerdict, ProbeResult, Probes, ProbeVerdict
from slp_ops.model import Severity
from slp_ops.rules.checks._links import SMART_TRANSPORT
from slp_ops.rules.derived.route import Route
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, Passed, Unknown

if TYPE_CHECKING:
    from slp_ops.i18n import Text

TEXTS = texts_of(__name__)

_AFFECTS = ("http-timeout", "http-aborted", "comm-failing-now", "comm-flapping", "never-acknowledged")


_WEB: Final = (80, 443)
_LAST_WELL_KNOWN: Final = 1023


def _latest(probes: Probes, route: Route | None) -> tuple[ProbeResult, ...]:
    """Return the last telnet to each target of licensing on each path.

    A well-known port other than those of HTTP is of another service: of an SSH or TACACS+ server.
    """
    hops = () if route is None else tuple(hop.host.lower() for hop in route.hops)
    found = {
        (each.host.lower(), each.port, each.vrf, each.source_interface): each
        for each in probes.results
        if not each.is_ping
        and (
            each.port is None
            or each.port in _WEB
            or each.port > _LAST_WELL_KNOWN
            or each.host.lower() in hops
        )
    }
    return tuple(found.values())


def _judge(probes: Probes, route: Route | None, verdict: ProbeVerdict, summary: Text) -> Judgement:
    results = _latest(probes, route)
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
def target_unresolved(probes: Probes, route: Route | None) -> Judgement:
    """Judge a probe whose name did not resolve; a ping tests the name as well."""
    pings = tuple(
        each
        for each in probes.results
        if each.is_ping and each.verdict is ProbeVerdict.UNRESOLVED and each.name is not NameVerdict.LITERAL
    )
    if pings and not _latest(probes, route):
        return Failed(
            summary=TEXTS["target-unresolved.summary"].format(targets=", ".join(each.host for each in pings)),
            evidence=tuple(evidence for each in pings for evidence in each.cite("name", "text")),
        )
    judged = _judge(probes, route, ProbeVerdict.UNRESOLVED, TEXTS["target-unresolved.summary"])
    if isinstance(judged, Failed) and all(
        each.name is NameVerdict.LITERAL
        for each in _latest(probes, route)
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
def target_timed_out(probes: Probes, route: Route | None) -> Judgement:
    """Judge a probe without an answer."""
    return _judge(probes, route, ProbeVerdict.TIMED_OUT, TEXTS["target-timed-out.summary"])


@rule(
    "target-refused",
    group=Group.PROBES,
    severity=Severity.ERROR,
    links=(SMART_TRANSPORT,),
    explains=_AFFECTS,
    era=None,
)
def target_refused(probes: Probes, route: Route | None) -> Judgement:
    """Judge a refused connection."""
    return _judge(
        probes,
        route,
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
def target_unreachable(probes: Probes, route: Route | None) -> Judgement:
    """Judge a probe without a route."""
    return _judge(probes, route, ProbeVerdict.UNREACHABLE, TEXTS["target-unreachable.summary"])


@rule(
    "probe-not-permitted",
    group=Group.PROBES,
    severity=Severity.INFO,
    era=None,
)
def probe_not_permitted(probes: Probes, route: Route | None) -> Judgement:
    """Judge a probe that the switch does not permit."""
    results = _latest(probes, route)
    if not results:
        return Unknown(missing=(Probes,))
    hit = tuple(each for each in results if each.verdict is ProbeVerdict.NOT_TESTABLE)
    if not hit:
        return Passed()
    return Failed(
        summary=TEXTS["probe-not-permitted.summary"],
        evidence=tuple(evidence for each in hit for evidence in each.cite("text")),
    )
