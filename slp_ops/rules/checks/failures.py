# ruff: noqa: TC001 - the engine reads the types of the parameters
"""What stops the exchange, as far as the failures themselves say it."""

from __future__ import annotations

from slp_ops.i18n import Text
from slp_ops.model import Severity
from slp_ops.rules.checks._links import MESSAGES, OVERVIEW, SMART_TRANSPORT, TASKS
from slp_ops.rules.checks._reasons import STARVED, by_reason, by_statistics
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.values import Judgement
from slp_ops.rules.views.communication import Communication


@rule(
    "http-timeout",
    group=Group.COMMUNICATION,
    severity=Severity.ERROR,
    title=Text("The server does not answer (ERR 207)", "サーバから応答がない (ERR 207 タイムアウト)"),
    cause=Text(
        "The name resolves, but no connection comes about: a firewall drops the packets, the source "
        "interface "
        "or VRF is the wrong one, or there is no route. On releases that FN72323 names, TLS can end so too.",
        "名前解決はできていますが、接続を確立できません。ファイアウォールによる破棄、"
        "送信元インターフェイスや VRF の誤り、"
        "経路なしなどが考えられます。FN72323 の該当リリースでは TLS の問題でも発生します。",
    ),
    remedy=(
        Text(
            "Check that the HTTP client's source interface is the right one: 'show running-config | "
            "include ip "
            "http client source-interface', then 'ip http client source-interface VlanN'.",
            "HTTP クライアントの送信元インターフェイスが正しいか 'show running-config | include ip http "
            "client "
            "source-interface' で確認し、必要に応じて 'ip http client source-interface VlanN' を設定します。",
        ),
        Text(
            "Test from that interface: 'telnet tools.cisco.com 443 /ipv4' for call-home, 'telnet "
            "smartreceiver.cisco.com 443 /ipv4' for smart transport ('slp-ops check-reachability' does it).",
            "そのインターフェイスから 'telnet tools.cisco.com 443 /ipv4' (Call-home) または 'telnet "
            "smartreceiver.cisco.com 443 /ipv4' (Smart) で疎通を確認します ('slp-ops check-reachability' "
            "でも可能)。",
        ),
        Text(
            "Let TCP 443 through on the firewalls from the switch's source address.",
            "ファイアウォールで、装置の送信元アドレスからの TCP 443 を許可します。",
        ),
    ),
    links=(OVERVIEW, SMART_TRANSPORT),
    playbooks=("http-source-interface",),
    explains=("comm-failing-now", "comm-flapping", *STARVED),
)
def http_timeout(communication: Communication) -> Judgement:
    """ERR 207 that stands."""
    return by_reason(
        "http-timeout",
        Text("Connections to the server time out", "サーバへの接続がタイムアウトしています"),
        communication,
    )


@rule(
    "http-aborted",
    group=Group.COMMUNICATION,
    severity=Severity.ERROR,
    title=Text("The connection opens and is then stopped (ERR 205)", "接続後に中断される (ERR 205)"),
    cause=Text(
        "TCP connects and the exchange ends at once: as a rule TLS does not accept the server's certificate, "
        "because the root is missing (FN72323), the clock is wrong, or something on the path breaks TLS "
        "open.",
        "TCP は接続できますが直後に中断されます。多くはサーバ証明書を検証できないことが原因で、"
        "ルート証明書の不足 (FN72323)、"
        "時刻のずれ、経路上での TLS 復号などが考えられます。",
    ),
    remedy=(
        Text("Check the clock: 'show clock'.", "時刻を確認します ('show clock')。"),
        Text(
            "Check the trustpool: 'show crypto pki trustpool | include IdenTrust' must print IdenTrust "
            "Commercial Root CA 1; otherwise import Cisco's bundle.",
            "'show crypto pki trustpool | include IdenTrust' に IdenTrust Commercial Root CA 1 "
            "が表示されることを確認し、"
            "なければ Cisco のバンドルをインポートします。",
        ),
        Text(
            "Except Cisco's licence servers from TLS inspection on proxies and firewalls.",
            "プロキシやファイアウォールの TLS 復号の対象から Cisco ライセンスサーバを除外します。",
        ),
    ),
    links=(SMART_TRANSPORT,),
    playbooks=("trustpool-identrust",),
    explains=("comm-failing-now", "comm-flapping", *STARVED),
)
def http_aborted(communication: Communication) -> Judgement:
    """ERR 205 that stands."""
    return by_reason(
        "http-aborted",
        Text("Connections are stopped after they opened", "接続確立後に通信が中断されています"),
        communication,
    )


@rule(
    "polling-id-invalid",
    group=Group.COMMUNICATION,
    severity=Severity.ERROR,
    title=Text(
        "The switch polls under an id that CSSM does not know", "無効な Polling ID で問い合わせている"
    ),
    cause=Text(
        "The switch asks CSSM for the result of a report under a poll id that CSSM has forgotten, and so "
        "never "
        "gets its ACK. Releases with CSCwa11048 do not let go of such an id.",
        "CSSM に存在しない Polling ID で結果を問い合わせ続けているため、ACK を受信できません。"
        "CSCwa11048 の該当リリースでは、この状態から自動的に回復しません。",
    ),
    remedy=(
        Text(
            "'license smart sync all', and look after an hour whether Result Polling recovers.",
            "'license smart sync all' を実行し、1 時間程度後に Result Polling が回復するか確認します。",
        ),
        Text(
            "On a release with CSCwa11048: upgrade ('slp-ops check-version' names the target).",
            "CSCwa11048 の該当リリースの場合はアップグレードします (対象は 'slp-ops check-version' で確認)。",
        ),
        Text(
            "Otherwise save the usage, 'license smart factory reset', reload, delete the old product "
            "instance "
            "in CSSM and install trust anew.",
            "それ以外の場合は使用状況を保存し、'license smart factory reset' とリロード、"
            "CSSM での旧製品インスタンスの削除、"
            "信頼コードの再取得を行います。",
        ),
    ),
    links=("https://bst.cisco.com/bugsearch/bug/CSCwa11048",),
    playbooks=("usage-sync", "factory-reset"),
    explains=("comm-failing-now", "comm-flapping", *STARVED),
)
def polling_id_invalid(communication: Communication) -> Judgement:
    """The statistics give that reason for a failure that goes on."""
    return by_statistics(
        "polling-id-invalid",
        Text("CSSM does not know the poll id", "CSSM が Polling ID を認識していません"),
        communication,
    )


@rule(
    "server-timeout-504",
    group=Group.COMMUNICATION,
    severity=Severity.WARNING,
    title=Text(
        "The server or a proxy takes too long (HTTP 504)", "サーバまたはプロキシの応答遅延 (HTTP 504)"
    ),
    cause=Text(
        "The connection works, and a server behind it, or a proxy, does not answer in time. Once it is a "
        "hiccup "
        "of CSSM; repeated, look at the proxy or at CSCwa11048.",
        "接続自体は正常ですが、サーバのバックエンドまたはプロキシの応答がタイムアウトしています。"
        "単発であれば CSSM の一時的な"
        "遅延です。繰り返す場合はプロキシまたは CSCwa11048 を確認してください。",
    ),
    remedy=(
        Text("Try again: 'license smart sync all'.", "'license smart sync all' で再試行します。"),
        Text(
            "With a proxy: raise its time-out for Cisco's licence servers, or go past it.",
            "プロキシ経由の場合は、Cisco ライセンスサーバ宛のタイムアウト値を延長するか、"
            "プロキシを経由しない構成にします。",
        ),
        Text(
            "'slp-ops check-version' tells whether CSCwa11048 concerns this release.",
            "CSCwa11048 の該当有無は 'slp-ops check-version' で確認できます。",
        ),
    ),
    links=(MESSAGES,),
    playbooks=("usage-sync",),
    explains=("comm-failing-now", "comm-flapping", *STARVED),
)
def server_timeout_504(communication: Communication) -> Judgement:
    """A 504 that stands."""
    return by_reason(
        "server-timeout-504",
        Text("The server answers with HTTP 504", "サーバから HTTP 504 が返されています"),
        communication,
    )


@rule(
    "empty-response",
    group=Group.COMMUNICATION,
    severity=Severity.ERROR,
    title=Text("The server answers with nothing", "サーバから空の応答"),
    cause=Text(
        "The server was reached and gave an empty answer: URL and transport belong to different kinds of "
        "server, such as smart transport pointed at SSM On-Prem.",
        "サーバに到達していますが応答が空です。Smart トランスポートで SSM オンプレミスを指定しているなど、"
        "トランスポートと URL の組み合わせが一致していません。",
    ),
    remedy=(
        Text(
            "For SSM On-Prem: 'license smart transport cslu' and 'license smart url cslu URL', the URL "
            "copied "
            "from On-Prem (Inventory, General, CSLU Transport URL).",
            "SSM オンプレミスの場合: 'license smart transport cslu' と 'license smart url cslu URL' "
            "を設定します。"
            "URL は Inventory > General の CSLU Transport URL からコピーします。",
        ),
        Text(
            "For CSSM: 'license smart transport smart' and 'license smart url default'.",
            "CSSM の場合: 'license smart transport smart' と 'license smart url default' を設定します。",
        ),
    ),
    links=(TASKS,),
    playbooks=("transport-on-prem", "transport-smart"),
    explains=("comm-failing-now", "comm-flapping", *STARVED),
)
def empty_response(communication: Communication) -> Judgement:
    """An empty answer that stands."""
    return by_reason(
        "empty-response",
        Text("The server gives an empty answer", "サーバから空の応答を受信しています"),
        communication,
    )
