# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Does the path exist that reports take: interface, VRF?"""

from __future__ import annotations

from slp_ops.facts import Interfaces, InterfacesConfig, InterfaceState, TransportKind
from slp_ops.i18n import Text
from slp_ops.model import Severity
from slp_ops.rules.checks._links import TASKS
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown
from slp_ops.rules.views.route import Route, Setting

_CONSEQUENCES = ("http-timeout", "http-aborted", "dns-failure", "comm-failing-now", "comm-flapping")
_NO_SOURCE = Text(
    "no source interface is configured; the route decides",
    "送信元インターフェイスの設定はなく、ルーティングに従います",
)
_NO_TRANSPORT = Text("the transport is off", "トランスポートは off です")


def _source(route: Route) -> Setting | NotApplicable:
    if route.kind is TransportKind.OFF:
        return NotApplicable(why=_NO_TRANSPORT)
    return route.source or NotApplicable(why=_NO_SOURCE)


@rule(
    "http-source-interface-missing",
    group=Group.TRANSPORT,
    severity=Severity.ERROR,
    title=Text(
        "The HTTP client's source interface does not exist",
        "HTTP クライアントの送信元インターフェイスが存在しない",
    ),
    cause=Text(
        "Reports leave by the interface that the configuration names, and there is no such interface on this "
        "switch.",
        "設定で指定された送信元インターフェイスが装置に存在しないため、レポートを送信できません。",
    ),
    remedy=(
        Text(
            "Name an interface that exists and reaches the server: 'ip http client source-interface VlanN'.",
            "実在し、サーバに到達できるインターフェイスを 'ip http client source-interface VlanN' "
            "で指定します。",
        ),
        Text(
            "It also counts for other HTTP clients on the switch, such as copy and call-home.",
            "この設定は copy や Call-home など、他の HTTP クライアントにも影響します。",
        ),
    ),
    links=(TASKS,),
    playbooks=("http-source-interface",),
    explains=_CONSEQUENCES,
)
def http_source_interface_missing(
    route: Route, states: Interfaces | None, config: InterfacesConfig | None
) -> Judgement:
    """Against what show ip interface brief lists, or the configuration."""
    source = _source(route)
    if isinstance(source, NotApplicable):
        return source
    if states is None and config is None:
        return Unknown(missing=(Interfaces,))
    if (states is not None and states.find(source.value)) or (
        config is not None and config.find(source.value)
    ):
        return Passed()
    where = states if states is not None else config
    assert where is not None  # noqa: S101 - one of the two was read, as seen above
    return Failed(
        summary=Text(
            "The source interface {name} does not exist", "送信元インターフェイス {name} が存在しません"
        ).of(name=source.value),
        evidence=(*source.cite(), where.absent(source.value)),
    )


@rule(
    "http-source-interface-down",
    group=Group.TRANSPORT,
    severity=Severity.ERROR,
    title=Text(
        "The HTTP client's source interface is down", "HTTP クライアントの送信元インターフェイスがダウン"
    ),
    cause=Text(
        "Reports leave by this interface only, and it is down or has no address: every exchange runs into a "
        "time-out (ERR 207 with call-home).",
        "レポートはこのインターフェイスからのみ送信されますが、ダウンしているか IP アドレスがありません。"
        "通信はタイムアウトします "
        "(Call-home では ERR 207)。",
    ),
    remedy=(
        Text(
            "Bring the interface up, or name another: 'ip http client source-interface VlanN'.",
            "インターフェイスを復旧するか、'ip http client source-interface VlanN' "
            "で別のインターフェイスを指定します。",
        ),
        Text("Then 'license smart sync all'.", "その後 'license smart sync all' を実行します。"),
    ),
    links=(TASKS,),
    playbooks=("http-source-interface",),
    explains=_CONSEQUENCES,
)
def http_source_interface_down(route: Route, states: Interfaces | None) -> Judgement:
    """Up, with an address, or else."""
    source = _source(route)
    if isinstance(source, NotApplicable):
        return source
    if states is None:
        return Unknown(missing=(Interfaces,))
    state = states.find(source.value)
    if state is None:
        return NotApplicable(why=Text("there is no such interface", "該当するインターフェイスがありません"))
    if state.up and state.address is not None:
        return Passed()
    return Failed(
        summary=Text(
            "The source interface {name} is {what}", "送信元インターフェイス {name} は {what} です"
        ).of(name=source.value, what=_what(state)),
        evidence=(*source.cite(), *state.cite()),
    )


def _what(state: InterfaceState) -> Text:
    if not state.up:
        printed = state.status if state.status != "up" else f"up/{state.protocol}"
        return Text(str(printed), str(printed))
    return Text("without an address", "IP アドレス未設定")


@rule(
    "vrf-mismatch",
    group=Group.TRANSPORT,
    severity=Severity.ERROR,
    title=Text("VRF and source interface do not belong together", "VRF と送信元インターフェイスの不一致"),
    cause=Text(
        "Reports are sent in one VRF while the source interface lies in another, or the VRF named does not "
        "exist: no packet finds its way.",
        "レポートを送信する VRF と送信元インターフェイスの VRF が異なるか、"
        "指定された VRF が存在しないため、通信できません。",
    ),
    remedy=(
        Text(
            "Let both name the same VRF: 'license smart vrf NAME' (call-home: 'vrf NAME') and a source "
            "interface inside it.",
            "'license smart vrf NAME' (Call-home の場合は 'vrf NAME') と送信元インターフェイスの VRF "
            "を一致させます。",
        ),
        Text(
            "Names are looked up in that VRF: 'ip name-server vrf NAME ADDRESS'.",
            "名前解決もその VRF で行われるため、'ip name-server vrf NAME ADDRESS' を設定します。",
        ),
    ),
    links=(TASKS,),
    playbooks=("http-source-interface",),
    explains=_CONSEQUENCES,
)
def vrf_mismatch(route: Route, config: InterfacesConfig) -> Judgement:
    """The VRF exists, and the source interface is in it."""
    if route.kind is TransportKind.OFF:
        return NotApplicable(why=_NO_TRANSPORT)
    vrf = route.vrf
    if vrf is None:
        return NotApplicable(why=Text("no VRF is configured", "VRF の設定はありません"))
    if vrf.value not in config.vrfs:
        return Failed(
            summary=Text("The VRF {vrf} does not exist", "VRF {vrf} が存在しません").of(vrf=vrf.value),
            evidence=(*vrf.cite(), config.absent(f"vrf definition {vrf.value}")),
        )
    source = None if route.source is None else config.find(route.source.value)
    if route.source is None or source is None or source.vrf == vrf.value:
        return Passed()
    return Failed(
        summary=Text(
            "Reports use VRF {vrf}, but {name} is in {other}",
            "レポートは VRF {vrf} を使用しますが、{name} は {other} に属しています",
        ).of(
            vrf=vrf.value,
            name=source.name,
            other=source.vrf or Text("the global table", "グローバル ルーティングテーブル"),
        ),
        evidence=(*vrf.cite(), *route.source.cite(), *source.cite("vrf")),
    )
