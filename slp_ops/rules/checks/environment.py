# ruff: noqa: TC001 - the engine reads the types of the parameters
"""What licensing rests on: time, roots, CPU, memory, a stack of one release, a log that reaches back."""

from __future__ import annotations

from slp_ops.facts import (
    AgentInternals,
    Clock,
    ClockTrust,
    CpuLoad,
    MemoryProcess,
    MemoryUse,
    NtpStatus,
    Software,
    Stack,
    SyslogBuffer,
    Trustpool,
)
from slp_ops.i18n import Text
from slp_ops.model import CaptureStatus, Confidence, Evidence, Severity
from slp_ops.reading import Facts
from slp_ops.rules.checks._links import OVERVIEW, SMART_TRANSPORT
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.settings import Thresholds
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown
from slp_ops.rules.views.load import agent_share
from slp_ops.rules.views.log import LicenceLog, latest
from slp_ops.rules.views.route import Route

IDENTRUST = "IdenTrust Commercial Root CA 1"


@rule(
    "clock-not-trusted",
    group=Group.ENVIRONMENT,
    severity=Severity.WARNING,
    title=Text("The clock cannot be trusted", "時刻が信頼できない"),
    cause=Text(
        "The switch's time is not set by a synchronised NTP server. TLS checks certificates against it, "
        "and a trust "
        "code is not installed when it is more than about an hour off; deadlines judged here are unsure as "
        "well.",
        "装置の時刻が NTP で同期されていません。TLS の証明書検証に影響するほか、"
        "およそ 1 時間以上のずれがあると信頼コードを"
        "インストールできません。期限に関する判定も不確かになります。",
    ),
    remedy=(
        Text(
            "Set a server that answers: 'ntp server ADDRESS' ('vrf NAME' where one is used).",
            "応答のある NTP サーバを 'ntp server ADDRESS' で設定します (VRF 使用時は 'vrf NAME')。",
        ),
        Text(
            "Check: 'show ntp status' says synchronized, 'show clock' prints neither '*' nor '.'.",
            "'show ntp status' が synchronized であること、'show clock' の先頭に '*' や '.' "
            "がないことを確認します。",
        ),
    ),
    links=(OVERVIEW,),
    explains=("SMART_LIC-TRUST_CODE_INSTALL_FAILED", "SMART_LIC-POLICY_INSTALL_FAILED"),
    era=None,
)
def clock_not_trusted(
    clock: Clock, ntp: NtpStatus | None, internals: AgentInternals | None, log: LicenceLog | None
) -> Judgement:
    """The sign before the time decides; NTP and the agent's own word are shown beside it."""
    if clock.trust is ClockTrust.TRUSTED:
        return Passed()
    evidence: list[Evidence] = [*clock.cite("trust")]
    if ntp is not None and (ntp.synchronised is False or not ntp.enabled):
        evidence += ntp.cite("synchronised" if ntp.enabled else "enabled")
    if internals is not None and internals.clock_synced is not None and internals.clock_synced.on is False:
        evidence += internals.cite("clock_synced")
    if log is not None:
        evidence += latest(log.standing("clock-not-trusted"), 1)
    return _unset(clock, tuple(evidence))


def _unset(clock: Clock, evidence: tuple[Evidence, ...]) -> Failed:
    summary = (
        Text(
            "The clock was set by nothing reliable: {time}",
            "時刻が信頼できる時刻源に同期していません: {time}",
        )
        if clock.trust is ClockTrust.NOT_AUTHORITATIVE
        else Text("NTP is not synchronised: {time}", "NTP が同期していません: {time}")
    )
    return Failed(summary=summary.of(time=clock.time.text), evidence=evidence)


@rule(
    "identrust-root-missing",
    group=Group.ENVIRONMENT,
    severity=Severity.ERROR,
    title=Text(f"{IDENTRUST} is not in the trustpool", f"trustpool に {IDENTRUST} がない"),
    cause=Text(
        "Cisco's licence servers prove themselves with certificates of this root. Without it the TCP port "
        "opens and "
        "TLS fails.",
        "Cisco ライセンスサーバの証明書はこのルート CA に基づいています。"
        "ルート証明書がないと、TCP が Open でも TLS が"
        "失敗します。",
    ),
    remedy=(
        Text("Check the clock first.", "まず時刻を確認します。"),
        Text(
            "'crypto pki trustpool import url http://www.cisco.com/security/pki/trs/ios_core.p7b', or from "
            "flash after "
            "copying it there, or 'crypto pki trustpool import terminal' with the PEM.",
            "'crypto pki trustpool import url http://www.cisco.com/security/pki/trs/ios_core.p7b' "
            "を実行します。flash への"
            "コピー後のインポートや、'crypto pki trustpool import terminal' での PEM 貼り付けも可能です。",
        ),
        Text(
            "Check: 'show crypto pki trustpool | include IdenTrust', then 'license smart sync all'.",
            "'show crypto pki trustpool | include IdenTrust' で確認し、"
            "'license smart sync all' を実行します。",
        ),
    ),
    links=("https://www.cisco.com/c/en/us/support/docs/field-notices/723/fn72323.html", SMART_TRANSPORT),
    playbooks=("trustpool-identrust",),
    explains=("http-aborted", "comm-failing-now"),
    era=None,
)
def identrust_root_missing(trustpool: Trustpool, route: Route) -> Judgement:
    """Only where the switch itself speaks TLS with Cisco."""
    if not route.reaches_cisco:
        return NotApplicable(
            why=Text("the switch does not talk to Cisco's servers", "Cisco のサーバと直接通信しません")
        )
    if not trustpool.certificates:
        return Unknown(missing=(Trustpool,))
    if trustpool.find(IDENTRUST) is not None:
        return Passed()
    return Failed(
        summary=Text(f"The trustpool lacks {IDENTRUST}", f"trustpool に {IDENTRUST} がありません"),
        evidence=(trustpool.absent(f"cn={IDENTRUST}"),),
    )


@rule(
    "smart-agent-cpu",
    group=Group.ENVIRONMENT,
    severity=Severity.WARNING,
    title=Text("The licence agent takes much CPU", "ライセンスエージェントの CPU 使用率が高い"),
    cause=Text(
        "Processes of the licence agent (SAGetRUMIds, SAUtilRepSave, ...) work through many RUM reports.",
        "ライセンスエージェントのプロセス (SAGetRUMIds、SAUtilRepSave など) が多数の RUM "
        "レポートを処理しています。",
    ),
    remedy=(
        Text(
            "Count the reports ('show license rum id all', 'show license all') and repair the exchange.",
            "RUM レポートの件数を 'show license rum id all' / 'show license all' で確認し、"
            "通信を回復させます。",
        ),
        Text(
            "Leave 'show tech-support' and 'show license tech support' alone while the CPU is busy.",
            "CPU 使用率が高い間は 'show tech-support' や 'show license tech support' の実行を避けます。",
        ),
        Text("On releases of FN72578, upgrade.", "FN72578 の該当リリースの場合はアップグレードします。"),
    ),
    links=("https://www.cisco.com/c/en/us/support/docs/field-notices/725/fn72578.html",),
    playbooks=("rum-manual-exchange",),
)
def smart_agent_cpu(cpu: CpuLoad, thresholds: Thresholds, log: LicenceLog | None) -> Judgement:
    """The agent's share of five minutes; CPUHOG messages are shown beside it."""
    share, processes = agent_share(cpu)
    hogs = () if log is None else log.standing("smart-agent-cpu")
    if share < thresholds.agent_cpu:
        return Passed()
    return Failed(
        summary=Text(
            "The licence agent takes {share:.0f} % of the CPU ({names})",
            "ライセンスエージェントが CPU の {share:.0f} % を使用しています ({names})",
        ).of(share=share, names=", ".join(process.name for process in processes[:3])),
        evidence=(
            *cpu.cite("five_minutes"),
            *(evidence for process in processes[:3] for evidence in process.cite()),
            *latest(hogs, 1),
        ),
    )


@rule(
    "smart-agent-memory",
    group=Group.ENVIRONMENT,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    title=Text("Memory of the licence agent grows", "ライセンスエージェントのメモリ使用量が多い"),
    cause=Text(
        "*MallocLite* or a process of the licence agent holds a large part of the processor pool, as with "
        "FN72578. One "
        "reading cannot show growth: compare two.",
        "*MallocLite* またはライセンスエージェントのプロセスがプロセッサプールの多くを占有しています "
        "(FN72578 の症状)。"
        "増加傾向は 1 回の取得では判断できないため、2 回の結果を比較してください。",
    ),
    remedy=(
        Text(
            "Look again after some hours: 'show processes memory sorted', Holding of *MallocLite*.",
            "数時間後に 'show processes memory sorted' の *MallocLite* の Holding を再確認します。",
        ),
        Text(
            "Repair the exchange; on releases of FN72578, upgrade.",
            "通信を回復させ、FN72578 の該当リリースの場合はアップグレードします。",
        ),
    ),
    links=("https://www.cisco.com/c/en/us/support/docs/field-notices/725/fn72578.html",),
)
def smart_agent_memory(memory: MemoryUse, thresholds: Thresholds) -> Judgement:
    """The share of the largest pool that one of them holds."""
    pool = max(memory.pools, key=lambda each: each.total, default=None)
    holders = [process for process in memory.processes if _is_agents(process)]
    if pool is None or not pool.total:
        return Unknown(missing=(MemoryUse,))
    worst = max(holders, key=lambda each: each.holding, default=None)
    if worst is None or 100 * worst.holding < thresholds.agent_memory * pool.total:
        return Passed()
    return Failed(
        summary=Text(
            "{name} holds {share:.0f} % of the {pool} pool",
            "{name} が {pool} プールの {share:.0f} % を占有しています",
        ).of(name=worst.name, share=100 * worst.holding / pool.total, pool=pool.name),
        evidence=(*pool.cite(), *worst.cite()),
    )


def _is_agents(process: MemoryProcess) -> bool:
    return process.name == "*MallocLite*" or process.name.startswith(("SA", "Smart Agent"))


@rule(
    "stack-version-mismatch",
    group=Group.ENVIRONMENT,
    severity=Severity.WARNING,
    title=Text("Members of the stack run different releases", "スタックメンバーのバージョン不一致"),
    cause=Text(
        "A member with another release does not join the stack (V-Mismatch), so that its licences are not "
        "counted and "
        "its trust is not renewed.",
        "バージョンの異なるメンバーはスタックに参加できず (V-Mismatch)、"
        "ライセンスの計上や信頼コードの更新の対象になりません。",
    ),
    remedy=(
        Text(
            "Bring it to the active switch's release: 'install autoupgrade', or copy the image to the "
            "member.",
            "'install autoupgrade' またはイメージのコピーにより、Active と同じバージョンにします。",
        ),
        Text(
            "Check with 'show switch' and 'show version'.", "'show switch' と 'show version' で確認します。"
        ),
    ),
    era=None,
)
def stack_version_mismatch(software: Software | None, stack: Stack | None) -> Judgement:
    """As show switch says, or by the table of show version."""
    if software is None and stack is None:
        return Unknown(missing=(Stack,))
    wrong = [
        member
        for member in (stack.members if stack is not None else ())
        if "mismatch" in (member.state or "").lower()
    ]
    members = software.members if software is not None else ()
    versions = {member.version for member in members if member.version is not None}
    if not wrong and len(versions) < 2:
        return Passed()
    evidence = [evidence for member in wrong for evidence in member.cite()]
    if len(versions) > 1:
        evidence += [evidence for member in members for evidence in member.cite("version")]
    return Failed(
        summary=Text("Members differ: {what}", "メンバー間の不一致: {what}").of(
            what=", ".join(sorted(versions)) if len(versions) > 1 else ", ".join(str(m.state) for m in wrong)
        ),
        evidence=tuple(evidence),
    )


@rule(
    "log-buffer-wrapped",
    group=Group.ENVIRONMENT,
    severity=Severity.INFO,
    title=Text("The log does not reach back to its beginning", "ログバッファが一巡している"),
    cause=Text(
        "Older messages were overwritten, so that a failure before the oldest line may be missing here.",
        "古いメッセージが上書きされているため、最も古い行より前の事象は確認できません。",
    ),
    remedy=(
        Text(
            "Look at a syslog server for the time before, or enlarge it: 'logging buffered 512000'.",
            "それ以前のログは syslog サーバで確認するか、'logging buffered 512000' "
            "などでバッファを拡張します。",
        ),
    ),
    era=None,
)
def log_buffer_wrapped(log: SyslogBuffer, facts: Facts) -> Judgement:
    """More messages were written than are there; a log that was not read to its end does not tell."""
    if facts.status_of("show logging") not in (CaptureStatus.OK, None):
        return Unknown(why=Text("the log was not read to its end", "ログを最後まで取得できていません"))
    if log.wrapped is None or not log.messages:
        return Unknown(
            why=Text("the buffer's counter was not printed", "バッファのカウンタが表示されていません")
        )
    if not log.wrapped:
        return Passed()
    return Failed(
        summary=Text("The log reaches back to {oldest} only", "ログは {oldest} 以降のみです").of(
            oldest=(log.oldest.text if log.oldest is not None else "") or "?"
        ),
        evidence=log.cite("buffer_logged", "oldest")
        if log.buffer_logged is not None
        else log.cite("cut", "oldest"),
    )
