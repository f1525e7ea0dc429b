# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Does the exchange with CSSM, CSLU or SSM On-Prem work, now and all day long?"""

from __future__ import annotations

from slp_ops.facts import Clock
from slp_ops.i18n import Text
from slp_ops.model import Severity
from slp_ops.rules.checks._links import MESSAGES, OVERVIEW, SMART_TRANSPORT
from slp_ops.rules.checks._reasons import STARVED
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.settings import Thresholds
from slp_ops.rules.values import Failed, Judgement, Passed, Unknown
from slp_ops.rules.views.communication import FAILED, RESTORED, Communication
from slp_ops.rules.views.flapping import busiest
from slp_ops.rules.views.log import LicenceLog, latest


@rule(
    "comm-failing-now",
    group=Group.COMMUNICATION,
    severity=Severity.ERROR,
    title=Text("The exchange fails now", "現在、通信に失敗している"),
    cause=Text(
        "The last exchanges with CSSM, CSLU or SSM On-Prem failed one after another. Where 'Overall' "
        "counts and "
        "'Communication' is 0, the server was reached and refused; where both count, it was not reached.",
        "CSSM / CSLU / SSM オンプレミスとの直近の通信が連続して失敗しています。"
        "Overall のみ増加している場合はサーバに到達した"
        "うえで拒否されており、Communication も増加している場合はサーバに到達できていません。",
    ),
    remedy=(
        Text(
            "Read the reason in the evidence; the findings above this one name its cause.",
            "根拠の失敗理由を確認します。原因は本項目より上位の検出結果に示されます。",
        ),
        Text(
            "Without a reason, test the path from the switch: 'slp-ops check-reachability'.",
            "理由が不明な場合は、装置からの疎通を確認します ('slp-ops check-reachability')。",
        ),
        Text(
            "After the repair: 'license smart sync all'.", "対処後に 'license smart sync all' を実行します。"
        ),
    ),
    links=(MESSAGES, SMART_TRANSPORT),
    playbooks=("usage-sync",),
    explains=STARVED,
)
def comm_failing_now(communication: Communication) -> Judgement:
    """The counters, or else the last word of the log."""
    if not communication.failing:
        return Passed()
    if communication.exchanges:
        names = ", ".join(exchange.name for exchange in communication.exchanges)
        runs = [e.attempts.ongoing or 0 for e in communication.exchanges if e.attempts is not None]
        return Failed(
            summary=Text("{names}: {count:failure} in a row", "{names}: {count} 回連続で失敗しています").of(
                names=names, count=max(runs, default=0)
            ),
            evidence=tuple(
                evidence
                for exchange in communication.exchanges
                for evidence in exchange.cite("attempts", "last_response", "failure_reason")
            ),
        )
    last = communication.last
    assert last is not None  # noqa: S101 - without counters the log has decided
    return Failed(
        summary=Text(
            "The last exchange in the log failed, at {when}", "ログ上の最後の通信は失敗です ({when})"
        ).of(when=last.when),
        evidence=(last.cite(),),
        confidence=communication.confidence,
    )


@rule(
    "comm-flapping",
    group=Group.COMMUNICATION,
    severity=Severity.WARNING,
    title=Text("The exchange fails and recovers again and again", "通信の失敗と復旧を繰り返している"),
    cause=Text(
        "A single COMM_FAILED with its COMM_RESTORED is normal. So many within a day are not: CSSM may be "
        "out "
        "of order, a device on the path blocks or delays, or the release has CSCwa11048.",
        "COMM_FAILED と COMM_RESTORED が 1 回だけであれば正常です。1 日に何度も発生する場合は、CSSM の障害、"
        "経路上の機器による遮断や遅延、または CSCwa11048 が考えられます。",
    ),
    remedy=(
        Text(
            "See whether other switches flap at the same times: then it is CSSM or a common part of the "
            "path.",
            "同時刻に他の装置でも発生していないか確認します。発生していれば CSSM または共通経路の問題です。",
        ),
        Text(
            "Look at proxies, firewalls and links on the path for drops and time-outs.",
            "経路上のプロキシ、ファイアウォール、回線の破棄やタイムアウトを確認します。",
        ),
        Text(
            "'slp-ops check-version' tells whether CSCwa11048 concerns this release.",
            "CSCwa11048 の該当有無は 'slp-ops check-version' で確認できます。",
        ),
    ),
    links=(MESSAGES,),
)
def comm_flapping(log: LicenceLog, thresholds: Thresholds) -> Judgement:
    """Pairs of failure and recovery in the densest stretch of hours."""
    seen = log.named(FAILED, RESTORED)
    stretch = busiest(seen, hours=thresholds.flap_hours)
    if len(stretch) < thresholds.flap_pairs:
        unplaced = [each for each in seen if each.at is None and each.match.entry.message == RESTORED]
        return Unknown(missing=(Clock,)) if len(unplaced) >= thresholds.flap_pairs else Passed()
    newest = stretch[-1]
    return Failed(
        summary=Text(
            "{count:failure} with recovery within {hours:hour}, the last at {when}",
            "{hours} 時間以内に失敗と復旧が {count} 回発生 (最後は {when})",
        ).of(count=len(stretch), hours=thresholds.flap_hours, when=newest[1].when),
        evidence=tuple(seen.cite() for seen in newest),
    )


@rule(
    "on-prem-too-old",
    group=Group.COMMUNICATION,
    severity=Severity.ERROR,
    title=Text("SSM On-Prem is too old", "SSM オンプレミスのバージョンが古い"),
    cause=Text(
        "The SSM On-Prem server does not know Smart Licensing Using Policy; 8-202102 and later do.",
        "接続先の SSM オンプレミスが Smart Licensing Using Policy に対応していません (8-202102 以降で対応)。",
    ),
    remedy=(
        Text(
            "Upgrade SSM On-Prem to 8-202102 or later, then 'license smart sync all'.",
            "SSM オンプレミスを 8-202102 以降へアップグレードし、'license smart sync all' を実行します。",
        ),
        Text(
            "Until then report directly, or offline by file.",
            "それまでは CSSM への直接接続、またはオフラインでのファイル交換を使用します。",
        ),
    ),
    links=(OVERVIEW,),
    explains=("comm-failing-now", "comm-flapping", *STARVED),
)
def on_prem_too_old(log: LicenceLog, communication: Communication | None) -> Judgement:
    """The switch says so in the log, and the counters do not say that it works by now."""
    seen = log.standing("on-prem-too-old")
    works = communication is not None and communication.counted and not communication.failing
    if not seen or works:
        return Passed()
    return Failed(
        summary=Text(
            "SSM On-Prem does not support reporting by policy",
            "SSM オンプレミスがポリシーベースのレポートに対応していません",
        ),
        evidence=latest(seen, 1),
    )
