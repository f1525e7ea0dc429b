"""The words of check-reachability that no rule of the audit has. Templates; nothing is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.facts import ProbeVerdict
from slp_ops.i18n import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

NONE: Final = Text("none", "なし")
THE_SWITCH: Final = Text("the switch", "このスイッチ")
AND: Final = Text("{first}; {second}", "{first}。{second}")
NOT_READ: Final = Text("nothing could be read", "情報を取得できませんでした")

# Who connects to whom.
OFF: Final = Text(
    "the transport is off: reports are carried as files, and the switch opens no connection",
    "トランスポートは off です。レポートはファイルで受け渡すため、スイッチからの接続はありません",
)
OFF_STEP: Final = Text(
    "save the usage, upload it to CSSM and import the acknowledgement: slp-ops usage save",
    "使用状況を保存して CSSM にアップロードし、ACK を取り込みます: slp-ops usage save",
)
PULLED: Final = Text(
    "the other side connects: CSLU, SSM On-Prem or the controller fetches the reports, so that a test from "
    "the switch would prove nothing",
    "相手側から接続する構成です。CSLU / SSM オンプレミス / コントローラがレポートを取得するため、"
    "スイッチからの疎通確認では判断できません",
)
PULLED_STEP: Final = Text(
    "test from there that the switch answers: NETCONF on TCP 830, RESTCONF and HTTPS on TCP 443",
    "相手側からスイッチへの接続を確認します: NETCONF は TCP 830、RESTCONF と HTTPS は TCP 443",
)
NO_TRANSPORT: Final = Text(
    "how this switch reports could not be read, so that there is nothing to test",
    "レポートの送信方法を取得できないため、テスト対象が分かりません",
)
NO_TRANSPORT_STEP: Final = Text(
    "let AAA permit 'show license status' and 'show running-config', or name a target: --target HOST:PORT",
    "AAA で show license status と show running-config を許可するか、--target HOST:PORT を指定します",
)
UNFIT: Final = Text(
    "what the switch is configured to connect to, or from, is not sent to it: {why}",
    "設定されている接続先または送信元が正しくないため、テストしていません: {why}",
)
UNFIT_STEP: Final = Text(
    "correct it: show running-config | include license smart|source-interface",
    "設定を修正します: show running-config | include license smart|source-interface",
)
FROM_CONFIG: Final = Text(
    "show license status could not be read: the target is the one of the configuration",
    "show license status を取得できないため、接続先は running-config から判断しました",
)

# The path.
PATH: Final = Text("the path is not usable: {fault}", "経路が使用できません: {fault}")
PATH_STEP: Final = Text(
    "look at the source interface and the VRF: show ip interface brief, show vrf",
    "送信元インターフェイスと VRF を確認します: show ip interface brief、show vrf",
)
DEFAULT_PATH: Final = Text(
    "the running configuration could not be read: the test went by the default path, which the licence agent "
    "may not take",
    "running-config を取得できないため、デフォルトの経路でテストしました。"
    "ライセンスエージェントの経路とは異なる場合があります",
)
PROXIED: Final = Text(
    "the switch goes through its proxy, which was tested; whether the proxy passes on was not",
    "プロキシ経由の構成のため、プロキシまでをテストしました。プロキシから先は未確認です",
)

# Names.
UNRESOLVED: Final = Text(
    "{host} has no address (name servers asked: {servers})",
    "{host} を名前解決できません (問い合わせ先: {servers})",
)
UNRESOLVED_STEP: Final = Text(
    "check that these servers resolve {host} and answer this switch",
    "DNS サーバが {host} を解決でき、このスイッチに応答するか確認します",
)
SERVER_STEP: Final = Text(
    "see whether UDP and TCP 53 pass between them (ip domain lookup source-interface)",
    "UDP / TCP 53 が許可されているか確認します (ip domain lookup source-interface)",
)
LOCAL: Final = Text(
    "{host} was not looked up: {address} is pinned (ip host) or was looked up a moment ago",
    "{host} は問い合わせていません。{address} は固定登録 (ip host) またはキャッシュです",
)

# TCP: what it is, and the next step.
CLOSED: Final[Mapping[ProbeVerdict, tuple[Text, Text]]] = {
    ProbeVerdict.TIMED_OUT: (
        Text("{target} does not answer ({address})", "{target} から応答がありません ({address})"),
        Text(
            "let firewalls and access lists pass TCP {port} from {source} to {address}, and the answers back",
            "{source} から {address} への TCP {port} と戻りの通信を、ファイアウォールと ACL で許可します",
        ),
    ),
    ProbeVerdict.REFUSED: (
        Text("{target} refuses the connection ({address})", "{target} に接続を拒否されました ({address})"),
        Text(
            "see whether the service runs there and listens on TCP {port}, or whether a firewall rejects",
            "サービスが TCP {port} で待ち受けているか、ファイアウォールが拒否していないか確認します",
        ),
    ),
    ProbeVerdict.UNREACHABLE: (
        Text("{target} ({address}) is unreachable", "{target} への経路がありません ({address})"),
        Text(
            "look at the route and the gateway: show ip route {vrf}{address}",
            "経路とゲートウェイを確認します: show ip route {vrf}{address}",
        ),
    ),
}
PINNED_STEP: Final = Text(
    "see whether {address} is still the right address: show hosts",
    "{address} が現在も正しいアドレスか確認します: show hosts",
)
NOT_TESTABLE: Final = Text(
    "the switch does not let this be tested: {line}", "このスイッチではテストできません: {line}"
)
NOT_TESTABLE_STEP: Final = Text(
    "test from another place in the same VLAN, or judge by what the agent reports: slp-ops audit",
    "同じ VLAN の別の機器からテストするか、エージェントの状態で判断します: slp-ops audit",
)
NO_ANSWER: Final = Text("the probe returned no result: {line}", "テスト結果を判定できません: {line}")
AGAIN_STEP: Final = Text(
    "run it again for this switch, or try by hand", "このスイッチで再実行するか、手動で確認します"
)

# What Open does not prove.
WORKED_LAST: Final = Text("the agent's latest exchange worked", "エージェントの直近の通信は成功しています")
FAILS: Final = Text("the agent's exchange fails ({reason})", "エージェントの通信が失敗しています ({reason})")
OPEN_BUT: Final = Text(
    "TCP is open, but the agent's latest exchange failed ({reason})",
    "TCP は接続できますが、エージェントの直近の通信は失敗しています ({reason})",
)
SYNC_STEP: Final = Text(
    "let it try now, and check again: license smart sync all",
    "今すぐ送信させ、再確認します: license smart sync all",
)
AUDIT_STEP: Final = Text("look for the cause: slp-ops audit", "原因を調べます: slp-ops audit")
REFUSED_BY_SERVER: Final = Text(
    "the server is reached, but refuses the request ({reason}); see slp-ops audit",
    "サーバには到達していますが、要求が拒否されています ({reason})。slp-ops audit を参照",
)
TLS_UNKNOWN: Final = Text(
    "whether TLS works is not proven: neither counters nor log messages of the agent were found",
    "TLS の成否は未確認です (エージェントの統計情報もログもありません)",
)
