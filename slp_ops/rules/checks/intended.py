# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Does the switch report as its inventory intends, and may the other side come in where it fetches?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.facts import AccessConfig, HttpConfig, TransportKind
from slp_ops.i18n import Text
from slp_ops.iosxe.names import same_interface
from slp_ops.model import Confidence, Severity
from slp_ops.rules.checks._links import OVERVIEW, TASKS
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.settings import Intent
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown
from slp_ops.rules.views.route import Route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.model import Evidence

_KINDS: Final = {
    "smart": (TransportKind.SMART,),
    "callhome": (TransportKind.CALLHOME,),
    "cslu": (TransportKind.CSLU,),
    "cslu-initiated": (TransportKind.CSLU, TransportKind.OFF),
    "on-prem": (TransportKind.CSLU,),
    "on-prem-initiated": (TransportKind.CSLU, TransportKind.OFF),
    "controller": (TransportKind.CSLU, TransportKind.OFF),
    "offline": (TransportKind.OFF,),
}


@rule(
    "intent-drift",
    group=Group.TRANSPORT,
    severity=Severity.WARNING,
    title=Text(
        "The switch does not report as the inventory intends", "インベントリの intent と装置の設定が異なる"
    ),
    cause=Text(
        "The inventory's intent names another topology, URL, VRF or source interface than the switch uses: "
        "somebody "
        "changed the switch, or the inventory is out of date.",
        "インベントリの intent (topology / url / vrf / source_interface) と装置の設定が一致していません。"
        "装置が変更されたか、インベントリが古くなっています。",
    ),
    remedy=(
        Text(
            "Decide which of the two is right. 'slp-ops remediate --dry-run' shows what would bring the "
            "switch to the "
            "intent.",
            "どちらが正しいか確認します。'slp-ops remediate --dry-run' で intent "
            "に合わせるための変更内容を確認できます。",
        ),
    ),
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
    """Each part that the inventory names."""
    if intent == Intent():
        return NotApplicable(
            why=Text("the inventory names no intent", "インベントリに intent の記載がありません")
        )
    drifts = tuple(_drifts(route, intent))
    if not drifts:
        return Passed()
    return Failed(
        summary=Text("Not as intended: {what}", "intent との相違: {what}").of(
            what=Text(
                ", ".join(f"{name} is {found}, not {wanted}" for name, found, wanted, _ in drifts),
                "、".join(f"{name} が {found} ({wanted} ではない)" for name, found, wanted, _ in drifts),
            )
        ),
        evidence=tuple(evidence for *_, found in drifts for evidence in found),
    )


def _drifts(route: Route, intent: Intent) -> Iterator[tuple[str, str, str, tuple[Evidence, ...]]]:
    """What differs: its name, as found, as intended, and the lines."""
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
    title=Text(
        "The other side fetches the reports, but cannot come in", "レポート取得側からのアクセス設定が不足"
    ),
    cause=Text(
        "CSLU, SSM On-Prem or a controller is meant to fetch the reports by NETCONF, RESTCONF or HTTPS, "
        "and the switch "
        "offers none of them, or has no user with privilege 15 for it.",
        "CSLU / SSM オンプレミス / コントローラが NETCONF、RESTCONF または HTTPS "
        "でレポートを取得する構成ですが、装置側で"
        "有効になっていないか、権限レベル 15 のユーザがありません。",
    ),
    remedy=(
        Text(
            "Offer one of them: 'netconf-yang' (TCP 830), or 'restconf' with 'ip http secure-server' (TCP "
            "443).",
            "'netconf-yang' (TCP 830)、または 'restconf' と 'ip http secure-server' (TCP 443) を設定します。",
        ),
        Text(
            "Give the collector a user with privilege 15, local or by AAA; a wrong AAA line locks everyone "
            "out, so do that "
            "by hand.",
            "取得側が使用する権限レベル 15 のユーザをローカルまたは AAA で用意します。"
            "AAA の誤設定は全員のログイン不可につながる"
            "ため、手動で慎重に実施してください。",
        ),
        Text(
            "Open the port from the collector to the switch's management address.",
            "取得側から装置の管理アドレスへの該当ポートを許可します。",
        ),
    ),
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
    """Only where the inventory says that the other side connects."""
    if not intent.other_side_connects:
        return NotApplicable(why=Text("the switch itself connects", "装置側から接続する構成です"))
    if access is None or http is None:
        return Unknown(missing=(AccessConfig, HttpConfig))
    by_https = bool(http.secure_server) and (access.restconf or intent.topology != "controller")
    if not access.netconf and not by_https:
        return Failed(
            summary=Text(
                "{topology}: neither NETCONF nor RESTCONF nor HTTPS is offered",
                "{topology}: NETCONF / RESTCONF / HTTPS のいずれも有効ではありません",
            ).of(topology=intent.topology),
            evidence=(
                access.absent("netconf-yang"),
                access.absent("restconf"),
                *(http.cite("secure_server")),
            ),
        )
    if access.aaa_new_model and any("group" in line for line in access.aaa_lines):
        return Passed(
            why=Text("AAA servers decide who may log in", "ログイン権限は AAA サーバで管理されています")
        )
    if any((user.privilege or 1) >= 15 for user in access.users):
        return Passed()
    return Failed(
        summary=Text(
            "{topology}: no local user has privilege 15",
            "{topology}: 権限レベル 15 のローカルユーザがありません",
        ).of(topology=intent.topology),
        evidence=access.cite("users"),
        severity=Severity.WARNING,
    )
