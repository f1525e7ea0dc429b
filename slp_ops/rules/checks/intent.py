# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Checks against the intent of the inventory, and of the access that a pulling server needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.facts import AccessConfig, HttpConfig, TransportKind
from slp_ops.i18n import listing
from slp_ops.iosxe.names import same_interface
from slp_ops.model import Confidence, Severity
from slp_ops.rules.checks._links import OVERVIEW, TASKS
from slp_ops.rules.derived.route import Route
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.settings import Intent
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.model import Evidence

TEXTS = texts_of(__name__)

_KINDS: Final = {
    "smart": (TransportKind.SMART,),
    "callhome": (TransportKind.CALLHOME,),
    "cslu": (TransportKind.CSLU,),
    "cslu-initiated": (TransportKind.CSLU, TransportKind.OFF),
    "cslu-offline": (TransportKind.CSLU,),
    "on-prem": (TransportKind.CSLU,),
    "on-prem-initiated": (TransportKind.CSLU, TransportKind.OFF),
    "controller": (TransportKind.CSLU, TransportKind.OFF),
    "offline": (TransportKind.OFF,),
}


@rule(
    "intent-drift",
    group=Group.TRANSPORT,
    severity=Severity.WARNING,
    links=(OVERVIEW,),
    playbooks=(
        "transport-smart",
        "transport-callhome",
        "transport-cslu",
        "transport-on-prem",
        "transport-off",
        "http-source-interface",
    ),
)
def intent_drift(route: Route, intent: Intent) -> Judgement:
    """Compare each part that the inventory specifies."""
    if intent == Intent():
        return NotApplicable(why=TEXTS["intent-drift.no-intent"])
    drifts = tuple(_drifts(route, intent))
    if not drifts:
        return Passed()
    return Failed(
        summary=TEXTS["intent-drift.summary"].format(
            what=listing(
                TEXTS["intent-drift.difference"].format(name=name, found=found, wanted=wanted)
                for name, found, wanted, _ in drifts
            )
        ),
        evidence=tuple(evidence for *_, found in drifts for evidence in found),
    )


def _drifts(route: Route, intent: Intent) -> Iterator[tuple[str, str, str, tuple[Evidence, ...]]]:
    """Yield the differences: name, found value, intended value, and the lines."""
    transport = route.transport
    if intent.topology is not None and transport.kind not in _KINDS.get(intent.topology, (transport.kind,)):
        yield "transport", transport.type or transport.kind, intent.topology, transport.cite("type")
    url = transport.url or transport.cslu_address
    if intent.url is not None and url is not None and url.rstrip("/") != intent.url.rstrip("/"):
        yield "url", url, intent.url, transport.cite("url" if transport.url else "cslu_address")
    elif intent.url is not None and url is None and transport.kind is TransportKind.CSLU:
        yield "url", "-", intent.url, transport.cite("cslu_address")
    if intent.vrf is not None and (route.vrf is None or route.vrf.value != intent.vrf):
        found = route.vrf.cite() if route.vrf is not None else (transport.absent("vrf"),)
        yield "vrf", route.vrf.value if route.vrf is not None else "-", intent.vrf, found
    wanted = intent.source_interface
    if wanted is not None and (route.source is None or not same_interface(route.source.value, wanted)):
        found = route.source.cite() if route.source is not None else (transport.absent("source-interface"),)
        yield "source_interface", route.source.value if route.source is not None else "-", wanted, found


@rule(
    "pull-access-missing",
    group=Group.TRANSPORT,
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    links=(TASKS,),
    playbooks=("pull-access",),
    explains=(
        "never-acknowledged",
        "ack-due-soon",
        "ack-overdue",
        "rum-backlog",
        "rum-unacknowledged-growing",
    ),
)
def pull_access_missing(intent: Intent, access: AccessConfig | None, http: HttpConfig | None) -> Judgement:
    """Judge only if the intent is a topology in which the server connects."""
    if not intent.other_side_connects:
        return NotApplicable(why=TEXTS["pull-access-missing.switch-connects"])
    if access is None or http is None:
        return Unknown(missing=(AccessConfig, HttpConfig))
    by_https = bool(http.secure_server) and (access.restconf or intent.topology != "controller")
    if not access.netconf and not by_https:
        return Failed(
            summary=TEXTS["pull-access-missing.no-service"].format(topology=intent.topology),
            evidence=(
                access.absent("netconf-yang"),
                access.absent("restconf"),
                *(http.cite("secure_server")),
            ),
        )
    if access.aaa_new_model and any("group" in line for line in access.aaa_lines):
        return Passed(why=TEXTS["pull-access-missing.aaa"])
    if any((user.privilege or 1) >= 15 for user in access.users):
        return Passed()
    return Failed(
        summary=TEXTS["pull-access-missing.no-user"].format(topology=intent.topology),
        evidence=access.cite("users"),
        severity=Severity.WARNING,
    )
