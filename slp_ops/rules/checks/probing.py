"""What probes that were sent from the switch showed. An audit without probes does not ask these."""

from __future__ import annotations

from slp_ops.facts import NameVerdict, ProbeResult, Probes, ProbeVerdict
from slp_ops.i18n import Text
from slp_ops.model import Severity
from slp_ops.rules.checks._links import SMART_TRANSPORT
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.values import Failed, Judgement, Passed, Unknown

_AFFECTS = ("http-timeout", "http-aborted", "comm-failing-now", "comm-flapping", "never-acknowledged")


def _latest(probes: Probes) -> tuple[ProbeResult, ...]:
    """The last telnet to each target, by each path."""
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
            summary=summary.of(targets=targets),
            evidence=tuple(evidence for each in hit for evidence in each.cite("text")),
        )
    if all(each.verdict in (ProbeVerdict.UNKNOWN, ProbeVerdict.NOT_TESTABLE) for each in results):
        return Unknown(why=Text("the probe could not be made", "疎通確認を実施できませんでした"))
    return Passed()


@rule(
    "target-unresolved",
    group=Group.PROBES,
    severity=Severity.ERROR,
    title=Text("The target's name does not resolve from the switch", "装置から宛先を名前解決できない"),
    cause=Text(
        "The switch asked its name servers in vain, has none, or may not ask. No connection was tried.",
        "DNS サーバが応答しない、未設定、または名前解決が無効のため、接続は試行されていません。",
    ),
    remedy=(
        Text(
            "Look at the evidence: '(255.255.255.255)' is no name server at all, no 'domain server' is "
            "lookup "
            "switched off, an address is a server that does not know the name or does not answer.",
            "根拠の表示を確認します。'(255.255.255.255)' は DNS サーバ未設定、"
            "'domain server' の表示なしは名前解決が無効、"
            "アドレス表示ありはその DNS サーバの無応答または未登録です。",
        ),
        Text(
            "Set or repair the name server: 'ip name-server ADDRESS', 'ip domain lookup'.",
            "'ip name-server ADDRESS' や 'ip domain lookup' を設定・修正します。",
        ),
    ),
    links=(SMART_TRANSPORT,),
    playbooks=("name-server", "domain-lookup"),
    explains=("dns-failure", *_AFFECTS),
    era=None,
)
def target_unresolved(probes: Probes) -> Judgement:
    """A probe ended before it began."""
    judged = _judge(
        probes, ProbeVerdict.UNRESOLVED, Text("{targets} does not resolve", "{targets} を名前解決できません")
    )
    if isinstance(judged, Failed) and all(
        each.name is NameVerdict.LITERAL
        for each in _latest(probes)
        if each.verdict is ProbeVerdict.UNRESOLVED
    ):
        return Unknown(
            why=Text("the address typed was not accepted", "指定したアドレスが受け付けられませんでした")
        )
    return judged


@rule(
    "target-timed-out",
    group=Group.PROBES,
    severity=Severity.ERROR,
    title=Text("The target does not answer", "宛先からの応答がない (タイムアウト)"),
    cause=Text(
        "Packets leave and nothing comes back: a firewall drops them, the way back is missing, or the source "
        "interface is the wrong one.",
        "パケットの送信後に応答がありません。ファイアウォールによる破棄、戻り経路の不足、"
        "送信元インターフェイスの誤りが"
        "考えられます。",
    ),
    remedy=(
        Text(
            "Check the source address in the evidence against the firewall's rules: TCP 443 (8182 for "
            "CSLU) outwards.",
            "送信元アドレスからの TCP 443 (CSLU は 8182) がファイアウォールで許可されているか確認します。",
        ),
        Text(
            "Check the way back to that address, and NAT.",
            "その送信元アドレスへの戻り経路と NAT を確認します。",
        ),
    ),
    links=(SMART_TRANSPORT,),
    playbooks=("http-source-interface",),
    explains=_AFFECTS,
    era=None,
)
def target_timed_out(probes: Probes) -> Judgement:
    """No answer in time."""
    return _judge(
        probes, ProbeVerdict.TIMED_OUT, Text("{targets} does not answer", "{targets} から応答がありません")
    )


@rule(
    "target-refused",
    group=Group.PROBES,
    severity=Severity.ERROR,
    title=Text("The target refuses the connection", "宛先が接続を拒否"),
    cause=Text(
        "The host answers and nothing listens on that port, or a firewall rejects: the service is down, or "
        "host or "
        "port is the wrong one.",
        "ホストは応答していますが、そのポートで待ち受けていないかファイアウォールが拒否しています。"
        "サービスの停止、または"
        "宛先・ポートの誤りが考えられます。",
    ),
    remedy=(
        Text(
            "Check that the service runs on the server (CSLU listens on 8182) and that host and port of "
            "the URL are right.",
            "サーバ側でサービスが起動しているか (CSLU は 8182)、URL のホストとポートが正しいか確認します。",
        ),
    ),
    links=(SMART_TRANSPORT,),
    explains=_AFFECTS,
    era=None,
)
def target_refused(probes: Probes) -> Judgement:
    """A clear no."""
    return _judge(
        probes,
        ProbeVerdict.REFUSED,
        Text("{targets} refuses the connection", "{targets} に接続を拒否されました"),
    )


@rule(
    "target-unreachable",
    group=Group.PROBES,
    severity=Severity.ERROR,
    title=Text("There is no way to the target", "宛先に到達できない"),
    cause=Text(
        "The switch, or a router on the way, has no route to that address.",
        "装置または経路上のルータに、宛先アドレスへの経路がありません。",
    ),
    remedy=(
        Text(
            "Check the route in the VRF in use: 'show ip route ADDRESS' or 'show ip route vrf NAME "
            "ADDRESS', and the "
            "default gateway.",
            "使用する VRF の経路を 'show ip route ADDRESS' または 'show ip route vrf NAME ADDRESS' で確認し、"
            "デフォルトゲートウェイも確認します。",
        ),
    ),
    links=(SMART_TRANSPORT,),
    explains=_AFFECTS,
    era=None,
)
def target_unreachable(probes: Probes) -> Judgement:
    """No route."""
    return _judge(
        probes, ProbeVerdict.UNREACHABLE, Text("{targets} is unreachable", "{targets} に到達できません")
    )


@rule(
    "probe-not-permitted",
    group=Group.PROBES,
    severity=Severity.INFO,
    title=Text("The switch does not allow the test", "装置から疎通確認を実行できない"),
    cause=Text(
        "The vty lines forbid connections outwards ('transport output none', 'access-class out'), or AAA "
        "forbids "
        "telnet. It says nothing about reachability.",
        "vty の設定 ('transport output none'、'access-class out') または AAA により telnet "
        "が禁止されています。"
        "疎通の可否を示すものではありません。",
    ),
    remedy=(
        Text(
            "Leave the vty policy as it is; judge by the Communication Statistics and the log, or test "
            "from the console.",
            "vty の設定は変更せず、Communication Statistics とログで判断するか、コンソールから確認します。",
        ),
    ),
    era=None,
)
def probe_not_permitted(probes: Probes) -> Judgement:
    """Forbidden is not unreachable."""
    results = _latest(probes)
    if not results:
        return Unknown(missing=(Probes,))
    hit = tuple(each for each in results if each.verdict is ProbeVerdict.NOT_TESTABLE)
    if not hit:
        return Passed()
    return Failed(
        summary=Text(
            "The switch does not allow telnet from here", "この接続からの telnet は許可されていません"
        ),
        evidence=tuple(evidence for each in hit for evidence in each.cite("text")),
    )
