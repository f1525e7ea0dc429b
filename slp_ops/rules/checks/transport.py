# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Is the transport set up for the way this switch is meant to report?"""

from __future__ import annotations

from slp_ops.facts import (
    LicenseConfig,
    LicenseTransport,
    TransportKind,
    UsageReporting,
)
from slp_ops.i18n import Text
from slp_ops.iosxe.servers import CSLU, SMART, endpoint, is_cisco
from slp_ops.model import Confidence, Severity
from slp_ops.rules.checks._links import OVERVIEW, SMART_TRANSPORT, TASKS
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.settings import Intent
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown
from slp_ops.rules.views.communication import Communication
from slp_ops.rules.views.route import Route

_OTHER_TRANSPORT = Text("the transport is {type}", "トランスポートは {type} です")
_FETCHED = Text("the other side fetches the reports", "相手側からレポートを取得する構成です")


def other_transport(transport: LicenseTransport) -> NotApplicable:
    """Why a rule about one transport does not concern another."""
    return NotApplicable(why=_OTHER_TRANSPORT.of(type=transport.type or transport.kind))


@rule(
    "cslu-address-missing",
    group=Group.TRANSPORT,
    severity=Severity.ERROR,
    title=Text("Transport is CSLU, but no CSLU address is set", "トランスポートが CSLU で、アドレスが未設定"),
    cause=Text(
        "CSLU is the transport out of the box. Without an address the switch looks for the DNS name "
        "cslu-local; where nobody made that name, every report fails with 'Unable to resolve server "
        "hostname/domain name'.",
        "CSLU は工場出荷時のデフォルトのトランスポートです。アドレスが未設定の場合は cslu-local "
        "を名前解決しようとし、"
        "その名前が DNS に存在しなければ 'Unable to resolve server hostname/domain name' で失敗し続けます。",
    ),
    remedy=(
        Text(
            "Decide how this switch reports: directly to CSSM, through CSLU or SSM On-Prem, or offline.",
            "この装置のレポート方法 (CSSM 直接、CSLU、SSM オンプレミス、オフライン) を決定します。",
        ),
        Text(
            "Directly: 'license smart transport smart' and 'license smart url default', then install trust "
            "with 'license smart trust idtoken TOKEN all'.",
            "CSSM 直接の場合: 'license smart transport smart' と 'license smart url default' を設定し、"
            "'license smart trust idtoken TOKEN all' で信頼コードを取得します。",
        ),
        Text(
            "Through CSLU or SSM On-Prem: 'license smart url cslu URL', the URL as the server shows it.",
            "CSLU / SSM オンプレミスの場合: サーバに表示される URL を 'license smart url cslu URL' "
            "で設定します。",
        ),
        Text(
            "Offline by choice: 'license smart transport off'.",
            "オフライン運用の場合: 'license smart transport off'。",
        ),
    ),
    links=(OVERVIEW, TASKS),
    playbooks=(
        "transport-smart",
        "transport-callhome",
        "transport-cslu",
        "transport-on-prem",
        "transport-off",
    ),
    explains=("dns-failure", "comm-failing-now", "comm-flapping", "trust-missing", "never-acknowledged"),
)
def cslu_address_missing(
    transport: LicenseTransport,
    intent: Intent,
    communication: Communication | None,
    usage: UsageReporting | None,
) -> Judgement:
    """No address is no trouble where cslu-local is found, or where the other side comes for the reports."""
    if transport.kind is not TransportKind.CSLU:
        return other_transport(transport)
    if transport.cslu_address is not None:
        return Passed()
    if intent.other_side_connects:
        return NotApplicable(why=_FETCHED)
    works = communication is not None and communication.counted and not communication.failing
    if works and usage is not None and usage.last_ack is not None:
        return Passed(
            why=Text(
                f"no address is set, but reports are acknowledged: {CSLU.host} is found, or they are fetched",
                f"アドレスは未設定ですが ACK を受信できています ({CSLU.host} の名前解決、"
                "または相手側からの取得)",
            )
        )
    return Failed(
        summary=Text(
            "The transport is CSLU, the default, and no address is set: reports go nowhere",
            "トランスポートがデフォルトの CSLU のままでアドレスが未設定のため、レポートの送信先がありません",
        ),
        evidence=transport.cite("type", "cslu_address"),
    )


@rule(
    "smart-url-unexpected",
    group=Group.TRANSPORT,
    severity=Severity.WARNING,
    title=Text(
        "Smart transport points at a server that is not CSSM",
        "Smart トランスポートの URL が CSSM 以外を指している",
    ),
    cause=Text(
        f"Smart transport speaks with CSSM at {SMART.host}. SSM On-Prem and CSLU speak another protocol and "
        "answer nothing: they need 'license smart transport cslu'.",
        f"Smart トランスポートは CSSM ({SMART.host}) 専用です。SSM オンプレミスや CSLU "
        "はプロトコルが異なり応答しないため、"
        "'license smart transport cslu' を使用する必要があります。",
    ),
    remedy=(
        Text(
            "For CSSM: 'license smart url default'.",
            "CSSM に直接接続する場合: 'license smart url default' を設定します。",
        ),
        Text(
            "For SSM On-Prem or CSLU: 'license smart transport cslu' and 'license smart url cslu URL'; "
            "On-Prem "
            "shows its URL under Inventory, General, CSLU Transport URL.",
            "SSM オンプレミス / CSLU の場合: 'license smart transport cslu' と 'license smart url cslu "
            "URL' を設定します。"
            "SSM オンプレミスでは Inventory > General の CSLU Transport URL に表示されます。",
        ),
        Text(
            "Where the URL is meant (a gateway of your own), say so with 'intent: {url: ...}'.",
            "意図した URL であれば、インベントリに 'intent: {url: ...}' を記載します。",
        ),
    ),
    confidence=Confidence.MEDIUM,
    links=(SMART_TRANSPORT,),
    playbooks=("transport-smart", "transport-on-prem", "transport-cslu"),
    explains=("empty-response", "comm-failing-now", "dns-failure"),
)
def smart_url_unexpected(transport: LicenseTransport, intent: Intent) -> Judgement:
    """Any host but Cisco's, unless the inventory names that URL."""
    if transport.kind is not TransportKind.SMART:
        return other_transport(transport)
    if transport.url is None:
        return Unknown(missing=(LicenseTransport,))
    if intent.url == transport.url:
        return Passed(why=Text("the inventory names this URL", "インベントリに記載された URL です"))
    if is_cisco(endpoint(transport.url, None).host):
        return Passed()
    by_cslu = "/cslu/" in transport.url.lower()
    return Failed(
        summary=Text(
            "Smart transport reports to {url}, which is not CSSM",
            "Smart トランスポートの送信先が CSSM ではなく {url} です",
        ).of(url=transport.url),
        evidence=transport.cite("type", "url"),
        severity=Severity.ERROR if by_cslu else None,
        confidence=Confidence.HIGH if by_cslu else None,
    )


@rule(
    "proxy-incomplete",
    group=Group.TRANSPORT,
    severity=Severity.ERROR,
    title=Text("The proxy is set in part", "プロキシ設定が不完全"),
    cause=Text(
        "A proxy needs an address and a port, and it counts for smart and cslu transport only: call-home has "
        "a proxy setting of its own.",
        "プロキシにはアドレスとポートの両方が必要です。また 'license smart proxy' は Smart / CSLU "
        "トランスポート専用で、"
        "Call-home には専用のプロキシ設定があります。",
    ),
    remedy=(
        Text(
            "Smart or cslu transport: 'license smart proxy address HOST' and 'license smart proxy port N'.",
            "Smart / CSLU の場合: 'license smart proxy address HOST' と 'license smart proxy port N' "
            "を設定します。",
        ),
        Text(
            "Call-home: under 'call-home', 'http-proxy \"HOST\" port N'.",
            "Call-home の場合: 'call-home' 配下に 'http-proxy \"HOST\" port N' を設定します。",
        ),
    ),
    links=(TASKS,),
    playbooks=("proxy",),
    explains=("http-timeout", "http-aborted", "dns-failure", "comm-failing-now"),
)
def proxy_incomplete(transport: LicenseTransport, route: Route, config: LicenseConfig | None) -> Judgement:
    """Half a proxy, or one that this transport does not use."""
    proxy = transport.proxy
    address = proxy.address if proxy else None
    port = proxy.port if proxy else None
    if config is not None:
        address, port = address or config.proxy_address, port or config.proxy_port
    if transport.kind is TransportKind.CALLHOME:
        if config is None or (config.proxy_address is None and config.proxy_port is None):
            return Passed()
        return Failed(
            summary=Text(
                "'license smart proxy' is set, but call-home does not use it",
                "'license smart proxy' が設定されていますが、Call-home では使用されません",
            ),
            evidence=config.cite("proxy_address"),
            severity=Severity.WARNING,
        )
    if route.proxy is not None:
        port = route.proxy.endpoint.port
    if (address is None) == (port is None):
        return Passed()
    missing = Text("port", "ポート") if port is None else Text("address", "アドレス")
    by_config = config is not None and (config.proxy_address or config.proxy_port) is not None
    evidence = (
        config.cite("proxy_address", "proxy_port")
        if by_config and config is not None
        else transport.cite("proxy")
    )
    return Failed(
        summary=Text("The proxy has no {missing}", "プロキシの{missing}が未設定です").of(missing=missing),
        evidence=evidence,
    )


@rule(
    "transport-off",
    group=Group.TRANSPORT,
    severity=Severity.INFO,
    title=Text(
        "The transport is off: reports are exchanged as files, or fetched",
        "トランスポートが off (オフライン運用)",
    ),
    cause=Text(
        "With the transport off the switch sends nothing by itself. Reports are exchanged as files, or CSLU, "
        "SSM On-Prem or a controller fetches them.",
        "トランスポートが off のため、装置からの送信は行われません。ファイルによる交換、"
        "または CSLU / SSM オンプレミス / "
        "コントローラからの取得が前提です。",
    ),
    remedy=(
        Text(
            "Nothing, where this is meant. Otherwise choose a transport, such as 'license smart transport "
            "smart'.",
            "意図した運用であれば対応は不要です。そうでなければ 'license smart transport smart' "
            "などを設定します。",
        ),
    ),
    links=(OVERVIEW,),
)
def transport_off(transport: LicenseTransport) -> Judgement:
    """Information: nothing is sent."""
    if transport.kind is not TransportKind.OFF:
        return Passed()
    return Failed(
        summary=Text("The switch sends no reports by itself", "装置からのレポート送信は行われません"),
        evidence=transport.cite("type"),
    )
