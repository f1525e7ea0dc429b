"""The words of check-reachability, in both languages. Templates only; nothing is decided here."""

from __future__ import annotations

from typing import Final

from slp_ops.rules.text import Text

NOWHERE: Final = Text("", "")
NOTHING: Final = Text("nothing", "なし")
GLOBAL: Final = Text("the global table", "グローバル ルーティング テーブル")
DEFAULT_SOURCE: Final = Text("the switch", "この装置")
AND: Final = Text("{first}; {second}", "{first}。{second}")
NOT_READ: Final = Text("nothing could be read", "情報を取得できませんでした")

# Who connects to whom.
OFF: Final = Text(
    "the transport is off: reports are carried as files, and nothing is connected to",
    "トランスポートは off です。レポートはファイルで受け渡すため、装置からの接続はありません",
)
OFF_STEP: Final = Text(
    "save the usage, upload it to CSSM and import the acknowledgement: slp-ops usage",
    "使用状況を保存して CSSM にアップロードし、ACK を取り込みます: slp-ops usage",
)
PULLED: Final = Text(
    "the other side connects: CSLU, SSM On-Prem or the controller fetches the reports, so that a test from "
    "the switch would prove nothing",
    "相手側から接続する構成です。CSLU / SSM On-Prem / コントローラーがレポートを取得するため、"
    "装置からの疎通確認では判断できません",
)
PULLED_STEP: Final = Text(
    "test from there that the switch answers: NETCONF on TCP 830, RESTCONF and HTTPS on TCP 443",
    "相手側から装置への接続を確認します: NETCONF は TCP 830、RESTCONF と HTTPS は TCP 443",
)
NO_TRANSPORT: Final = Text(
    "how this switch reports could not be read, so that there is nothing to test",
    "レポートの送信方法を取得できないため、テスト対象が分かりません",
)
NO_TRANSPORT_STEP: Final = Text(
    "let AAA permit 'show license status' and 'show running-config', or name a target: --target HOST:PORT",
    "AAA で show license status と show running-config を許可するか、--target HOST:PORT を指定します",
)
TARGET_UNFIT: Final = Text(
    "the target in the configuration is not usable: {why}", "設定されている接続先が正しくありません: {why}"
)
TARGET_UNFIT_STEP: Final = Text(
    "correct the URL or the proxy: show running-config | include license smart",
    "URL またはプロキシーの設定を修正します: show running-config | include license smart",
)

# The path.
INTERFACE_MISSING: Final = Text(
    "the source interface {interface} does not exist", "送信元インターフェイス {interface} が存在しません"
)
INTERFACE_DOWN: Final = Text(
    "the source interface {interface} is down", "送信元インターフェイス {interface} がダウンしています"
)
INTERFACE_STEP: Final = Text(
    "or name one that is up: ip http client source-interface INTERFACE",
    "または、アップしているインターフェイスを指定します: ip http client source-interface INTERFACE",
)
INTERFACE_UP_STEP: Final = Text("bring {interface} up", "{interface} をアップさせます")
VRF_MISSING: Final = Text("the VRF {vrf} does not exist", "VRF {vrf} が存在しません")
VRF_MISMATCH: Final = Text(
    "the source interface {interface} is in {own}, the licence agent in the VRF {vrf}",
    "送信元インターフェイス {interface} は {own} に、ライセンス エージェントは VRF {vrf} に属しています",
)
VRF_STEP: Final = Text(
    "make license smart vrf (or call-home's vrf) and the source interface agree",
    "license smart vrf (または call-home の vrf) と送信元インターフェイスの VRF を一致させます",
)
PATH_UNFIT: Final = Text(
    "the VRF or the source interface has a name that is not sent to a switch, so that nothing was tried",
    "VRF または送信元インターフェイスの名前に使用できない文字があるため、テストしていません",
)
DEFAULT_PATH: Final = Text(
    "the running configuration could not be read: the test went by the default path, which the licence agent "
    "may not take",
    "running-config を取得できないため、デフォルトの経路でテストしました。"
    "ライセンス エージェントの経路とは異なる場合があります",
)

# Names.
CSLU_UNSET: Final = Text(
    "no CSLU address is set, and the name cslu-local does not resolve: the factory default",
    "CSLU のアドレスが未設定で、cslu-local も名前解決できません (工場出荷時の状態)",
)
CSLU_STEP: Final = Text(
    "choose how the switch reports, for example: license smart transport smart, license smart url default",
    "レポートの送信方法を選びます。例: license smart transport smart、license smart url default",
)
CSLU_NAME_STEP: Final = Text(
    "with CSLU: license smart url cslu http://HOST:8182/cslu/v1/pi, or a DNS record cslu-local",
    "CSLU の場合: license smart url cslu http://HOST:8182/cslu/v1/pi、または DNS に cslu-local を登録",
)
LOOKUP_DISABLED: Final = Text(
    "name lookup is switched off, so that {host} has no address",
    "名前解決が無効 (no ip domain lookup) のため、{host} のアドレスが得られません",
)
LOOKUP_STEP: Final = Text("switch it on: ip domain lookup", "有効にします: ip domain lookup")
NO_SERVER: Final = Text(
    "no name server is configured to ask for {host}", "{host} を問い合わせる DNS サーバーが設定されていません"
)
SERVER_STEP: Final = Text("set one: ip name-server ADDRESS", "設定します: ip name-server ADDRESS")
SERVER_VRF_STEP: Final = Text(
    "set one in the VRF: ip name-server vrf {vrf} ADDRESS",
    "VRF に設定します: ip name-server vrf {vrf} ADDRESS",
)
UNRESOLVED: Final = Text(
    "the name servers gave no address for {host} (asked: {servers})",
    "{host} を名前解決できません (問い合わせ先: {servers})",
)
NO_SERVERS_SHOWN: Final = Text("not shown", "表示なし")
UNRESOLVED_STEP: Final = Text(
    "see whether these servers know {host}, and forward names of the Internet",
    "DNS サーバーが {host} を解決でき、外部の名前を転送できるか確認します",
)
SERVER_REACH_STEP: Final = Text(
    "see whether UDP and TCP 53 reach them from the switch (ip domain lookup source-interface)",
    "装置から UDP / TCP 53 が届くか確認します (ip domain lookup source-interface)",
)
PINNED: Final = Text(
    "{host} was not looked up: {address} is pinned (ip host) or was cached",
    "{host} は問い合わせていません。{address} が固定登録 (ip host) されているか、キャッシュされています",
)

# TCP.
TIMED_OUT: Final = Text("{target} does not answer ({address})", "{target} から応答がありません ({address})")
TIMED_OUT_STEP: Final = Text(
    "let firewalls and access lists pass TCP {port} from {source} to {address}, and the answers back",
    "{source} から {address} への TCP {port} と戻りの通信を、ファイアウォールと ACL で許可します",
)
REFUSED: Final = Text(
    "{target} refuses the connection ({address})", "{target} が接続を拒否しました ({address})"
)
REFUSED_STEP: Final = Text(
    "see whether the service runs there and listens on TCP {port}, or whether a firewall resets",
    "サービスが TCP {port} で待ち受けているか、ファイアウォールがリセットしていないか確認します",
)
UNREACHABLE: Final = Text(
    "there is no way to {target} ({address})", "{target} への経路がありません ({address})"
)
UNREACHABLE_STEP: Final = Text(
    "look at the route and the gateway: show ip route {address}",
    "経路とゲートウェイを確認します: show ip route {address}",
)
PINNED_STEP: Final = Text(
    "see whether {address} is still the right address: show hosts",
    "{address} が現在も正しいアドレスか確認します: show hosts",
)

# What could not be tested.
NOT_TESTABLE: Final = Text(
    "the switch does not let this be tested: {line}", "この装置ではテストできません: {line}"
)
NOT_TESTABLE_STEP: Final = Text(
    "test from another place in the same VLAN, or judge by what the agent reports: slp-ops audit",
    "同じ VLAN の別の機器からテストするか、エージェントの状態で判断します: slp-ops audit",
)
PROBE_UNKNOWN: Final = Text("the probe gave no answer: {line}", "テスト結果を判定できません: {line}")
AGAIN_STEP: Final = Text(
    "run it again for this switch, or try by hand", "この装置で再実行するか、手動で確認します"
)
WORKED_LAST: Final = Text(
    "the agent's latest exchange worked ({where})", "エージェントの直近の通信は成功しています ({where})"
)

# What Open does not prove.
STATISTICS: Final = Text("Communication Statistics, {name}", "Communication Statistics の {name}")
LOG: Final = Text("the log's latest message", "ログの最新メッセージ")
FAILS: Final = Text(
    "the agent fails: {reason} ({where})", "エージェントの通信が失敗しています: {reason} ({where})"
)
NO_ROOT: Final = Text(
    "TCP is open, but IdenTrust Commercial Root CA 1 is not in the trustpool, so that TLS fails (FN72323)",
    "TCP は接続できますが、trustpool に IdenTrust Commercial Root CA 1 がなく、TLS に失敗します (FN72323)",
)
NO_ROOT_STEP: Final = Text(
    "import it: crypto pki trustpool import url http://www.cisco.com/security/pki/trs/ios_core.p7b",
    "取り込みます: crypto pki trustpool import url http://www.cisco.com/security/pki/trs/ios_core.p7b",
)
UPGRADE_STEP: Final = Text(
    "or upgrade to a release that has it: slp-ops check-version",
    "または対応済みのリリースへアップグレードします: slp-ops check-version",
)
CLOCK: Final = Text(
    "TCP is open, but the clock is not to be trusted ({time}), so that certificates may look invalid",
    "TCP は接続できますが、時刻が信頼できないため ({time})、証明書が無効と判断される可能性があります",
)
CLOCK_STEP: Final = Text("set it by NTP: show ntp status", "NTP で同期させます: show ntp status")
OPEN_BUT: Final = Text(
    "TCP is open, but the agent's latest exchange failed: {reason} ({where})",
    "TCP は接続できますが、エージェントの直近の通信は失敗しています: {reason} ({where})",
)
SYNC_STEP: Final = Text(
    "let it try now, and check again: license smart sync all",
    "今すぐ送信させ、再確認します: license smart sync all",
)
AUDIT_STEP: Final = Text("look for the cause: slp-ops audit", "原因を調べます: slp-ops audit")
SERVER_REFUSES: Final = Text(
    "the server is reached, but refuses: {reason} ({where}); see slp-ops audit",
    "サーバーには到達していますが、要求が拒否されています: {reason} ({where})。slp-ops audit を参照",
)
TLS_UNKNOWN: Final = Text(
    "whether TLS works is not proven: neither statistics nor log messages of the agent were found",
    "TLS の成否は未確認です (エージェントの統計情報もログもありません)",
)

# Where it was looked from.
PROXIED: Final = Text(
    "the switch goes through its proxy, which was tested; whether the proxy passes on was not",
    "プロキシー経由の構成のため、プロキシーまでをテストしました。プロキシーから先は未確認です",
)
FROM_CONFIG: Final = Text(
    "show license status could not be read: the target is the one of the configuration",
    "show license status を取得できないため、接続先は running-config から判断しました",
)
