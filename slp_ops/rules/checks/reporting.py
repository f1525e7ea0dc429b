# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Are reports acknowledged in time?"""

from __future__ import annotations

from datetime import timedelta

from slp_ops.facts import (
    AgentInternals,
    LicenseTransport,
    RumSummary,
    Software,
    TransportKind,
    UsageReporting,
)
from slp_ops.i18n import Text
from slp_ops.model import Confidence, Severity
from slp_ops.rules.checks._links import OVERVIEW, TASKS
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.settings import Intent, Thresholds
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown
from slp_ops.rules.views.deadline import COSMETIC, Deadline
from slp_ops.rules.views.now import Now
from slp_ops.rules.views.uptime import uptime_of

_NO_DEADLINE = Text("there is no deadline", "期限は設定されていません")
_COSMETIC = Text(
    "the date has no effect: see ack-deadline-cosmetic", "表示上のみの期限です (ack-deadline-cosmetic を参照)"
)
_HARMLESS = Text(
    "Nothing is switched off on a Catalyst 9000 when the deadline passes: it is a matter of compliance.",
    "Catalyst 9000 では期限を過ぎても機能は停止しませんが、コンプライアンス上の対応が必要です。",
)
_SYNC = Text(
    "Repair what keeps reports from arriving, then 'license smart sync all'; the ACK takes minutes up to a "
    "day.",
    "レポートが届かない原因を解消し、'license smart sync all' を実行します。"
    "ACK の受信には数分～1 日程度かかります。",
)
_OFFLINE = Text(
    "Offline: save the usage, upload it to CSSM (Reports, Usage Data Files), import the ACK.",
    "オフラインの場合は RUM レポートを保存して CSSM (Reports > Usage Data Files) にアップロードし、"
    "ACK をインポートします。",
)


@rule(
    "ack-overdue",
    group=Group.REPORTING,
    severity=Severity.ERROR,
    title=Text("The ACK deadline has passed", "ACK の期限を超過"),
    cause=Text(
        "By its policy the switch owed an acknowledged report, and none came. Nothing is switched off on a "
        "Catalyst "
        "9000 (HSECK9 apart): it is a matter of compliance, not an outage.",
        "ポリシーで定められた期限までに ACK を受信できていません。Catalyst 9000 では (HSECK9 を除き) "
        "機能は停止しませんが、"
        "コンプライアンス上の対応が必要です。",
    ),
    remedy=(_SYNC, _OFFLINE),
    links=(OVERVIEW,),
    playbooks=("usage-sync",),
)
def ack_overdue(deadline: Deadline) -> Judgement:
    """Compared with the switch's own clock."""
    if deadline.left is None:
        return Passed(why=_NO_DEADLINE)
    if deadline.cosmetic:
        return NotApplicable(why=_COSMETIC)
    if deadline.left >= timedelta(0):
        return Passed()
    return Failed(
        summary=Text(
            "The ACK deadline passed {days:day} ago, on {when}",
            "ACK の期限を {days} 日超過しています ({when})",
        ).of(days=(-deadline.left).days, when=deadline.text),
        evidence=deadline.usage.cite("next_ack_deadline", "last_ack"),
        confidence=deadline.now.confidence,
    )


@rule(
    "ack-due-soon",
    group=Group.REPORTING,
    severity=Severity.WARNING,
    title=Text("The ACK deadline is near", "ACK の期限が近い"),
    cause=Text(
        "An acknowledged report is owed soon. Reports are pushed every 30 days, so that on a switch that "
        "reports well "
        "this rarely comes so near.",
        "まもなく ACK の期限を迎えます。レポートは通常 30 日ごとに送信されるため、"
        "正常に動作していればここまで近づくことは"
        "あまりありません。",
    ),
    remedy=(_SYNC, _OFFLINE, _HARMLESS),
    links=(OVERVIEW,),
    playbooks=("usage-sync",),
)
def ack_due_soon(deadline: Deadline, thresholds: Thresholds) -> Judgement:
    """Nearer than the threshold and not passed yet; early in a short policy it only informs."""
    if deadline.left is None:
        return Passed(why=_NO_DEADLINE)
    if deadline.cosmetic:
        return NotApplicable(why=_COSMETIC)
    if not timedelta(0) <= deadline.left <= timedelta(days=thresholds.ack_days):
        return Passed()
    return Failed(
        summary=Text("An ACK is due in {days:day}, on {when}", "ACK の期限まで {days} 日です ({when})").of(
            days=deadline.left.days, when=deadline.text
        ),
        evidence=deadline.usage.cite("next_ack_deadline", "last_ack"),
        severity=Severity.INFO if deadline.is_early else None,
        confidence=deadline.now.confidence,
    )


@rule(
    "never-acknowledged",
    group=Group.REPORTING,
    severity=Severity.WARNING,
    title=Text("No report was ever acknowledged", "ACK を一度も受信していない"),
    cause=Text(
        "The switch has measured its usage and never got an ACK from CSSM. In the first days that is "
        "normal; later "
        "it means that reports do not arrive.",
        "使用状況は計測されていますが、CSSM から ACK を一度も受信していません。導入直後であれば正常ですが、"
        "それ以降はレポートが届いていないことを意味します。",
    ),
    remedy=(_SYNC, _OFFLINE),
    links=(OVERVIEW, TASKS),
    playbooks=("usage-sync",),
)
def never_acknowledged(
    usage: UsageReporting,
    now: Now | None,
    internals: AgentInternals | None,
    software: Software | None,
    summary: RumSummary | None,
) -> Judgement:
    """A young switch has time; one that owes nothing has nothing to acknowledge."""
    if usage.last_ack is not None:
        return Passed()
    if not usage.prints_ack and summary is not None and summary.acknowledged:
        return Passed(why=_ACKNOWLEDGED)
    interval = usage.push_interval.days if usage.push_interval is not None else None
    if interval == 0 and usage.next_ack_deadline is None:
        return NotApplicable(why=Text("nothing has to be reported", "レポートは要求されていません"))
    if not usage.prints_ack:
        return Unknown(why=_NOT_PRINTED)
    if was_erased(internals):
        return NotApplicable(
            why=Text(
                "write erase cleared it: see last-ack-cleared",
                "write erase によるものです (last-ack-cleared を参照)",
            )
        )
    uptime = uptime_of(software)
    pushed = usage.last_report_push.at if usage.last_report_push is not None else None
    waiting = pushed is not None and now is not None and now.at - pushed > timedelta(days=1)
    if uptime is None and not waiting:
        return Unknown(missing=(Software,))
    young = not waiting and uptime is not None and uptime < timedelta(days=interval or _PUSH_INTERVAL)
    return Failed(
        summary=_NEVER_YOUNG if young else _NEVER,
        evidence=usage.cite("last_ack", "last_report_push") if waiting else usage.cite("last_ack"),
        severity=Severity.INFO if young else None,
    )


_PUSH_INTERVAL = 30
_ACKNOWLEDGED = Text(
    "reports were acknowledged, by the usage report summary",
    "Usage Report Summary に ACK 済みのレポートがあります",
)
_NOT_PRINTED = Text(
    "the text does not have the line 'Last ACK received'", "出力に Last ACK received の行がありません"
)
_NEVER = Text("No report was ever acknowledged", "ACK を一度も受信していません")
_NEVER_YOUNG = Text(
    "No report has been acknowledged since the switch was started; in the first days that is normal",
    "起動後まだ ACK を受信していません (導入直後であれば正常です)",
)


def was_erased(internals: AgentInternals | None) -> bool:
    """Whether the agent says that its configuration was erased."""
    flag = internals.write_erase_occurred if internals is not None else None
    return flag is not None and bool(flag.on)


@rule(
    "ack-deadline-cosmetic",
    group=Group.REPORTING,
    severity=Severity.INFO,
    title=Text("An ACK deadline is shown that has no effect", "影響のない ACK 期限の表示 (CSCvy20345)"),
    cause=Text(
        "Only Network Essentials or Network Advantage is in use and one report was acknowledged: that is "
        "enough as "
        "long as the licence level does not change. Releases with CSCvy20345 show a date all the same.",
        "Network Essentials / Network Advantage のみを使用し ACK を受信済みのため、"
        "ライセンスレベルに変更がなければ追加の"
        "レポートは不要です。CSCvy20345 の該当リリースでは、それでも日付が表示されます。",
    ),
    remedy=(
        Text(
            "Nothing to do, also when the date passes. 17.6.6, 17.9.4, 17.13.1 and later show <none>.",
            "日付を過ぎても対応は不要です。17.6.6、17.9.4、17.13.1 以降では <none> と表示されます。",
        ),
    ),
    links=(f"https://bst.cisco.com/bugsearch/bug/{COSMETIC}",),
)
def ack_deadline_cosmetic(deadline: Deadline) -> Judgement:
    """What counts is the printed date with perpetual licences alone."""
    if not deadline.cosmetic:
        return Passed()
    return Failed(
        summary=Text(
            "The ACK deadline {when} has no effect", "ACK 期限 {when} は表示上のみで、影響はありません"
        ).of(when=deadline.text),
        evidence=deadline.usage.cite("next_ack_deadline", "last_ack"),
    )


@rule(
    "offline-report-due",
    group=Group.REPORTING,
    severity=Severity.WARNING,
    title=Text("Offline, and a report is owed", "オフライン運用でレポート提出が必要"),
    cause=Text(
        "The transport is off, so that somebody has to carry the report to CSSM and the ACK back, and the "
        "deadline is "
        "near or has passed.",
        "トランスポートが off のため、レポートと ACK を手動で受け渡す必要があり、"
        "期限が近いか超過しています。",
    ),
    remedy=(
        Text(
            "Save it: 'license smart save usage unreported file flash:rum.txt', and copy the file off the "
            "switch "
            "('slp-ops usage save' does it for a whole site).",
            "'license smart save usage unreported file flash:rum.txt' で保存し、装置外へコピーします "
            "('slp-ops usage save' でサイト一括実行が可能)。",
        ),
        Text(
            "In CSSM: Reports, Usage Data Files, Upload; download the ACK.",
            "CSSM の Reports > Usage Data Files でアップロードし、ACK をダウンロードします。",
        ),
        Text(
            "Bring it back: 'license smart import flash:ACK_FILE', then 'show license status | include ACK'.",
            "'license smart import flash:ACK_FILE' でインポートし、'show license status | include ACK' "
            "で確認します。",
        ),
    ),
    links=(TASKS,),
    explains=(
        "ack-due-soon",
        "ack-overdue",
        "never-acknowledged",
        "rum-backlog",
        "rum-unacknowledged-growing",
    ),
)
def offline_report_due(
    transport: LicenseTransport, deadline: Deadline, thresholds: Thresholds, intent: Intent
) -> Judgement:
    """Transport off, and a deadline near or past."""
    if transport.kind is not TransportKind.OFF or intent.other_side_connects:
        return NotApplicable(why=Text("reports are not exchanged as files", "オフライン運用ではありません"))
    if deadline.left is None or deadline.cosmetic or deadline.left > timedelta(days=thresholds.ack_days):
        return Passed()
    overdue = deadline.left < timedelta(0)
    return Failed(
        summary=Text(
            "The report to be carried to CSSM is overdue since {when}"
            if overdue
            else "A report has to be carried to CSSM by {when}",
            "CSSM へのレポート提出期限を超過しています ({when})"
            if overdue
            else "{when} までに CSSM へのレポート提出が必要です",
        ).of(when=deadline.text),
        evidence=(
            *transport.cite("type"),
            *deadline.usage.cite("next_ack_deadline", "last_report_file_write"),
        ),
        severity=Severity.ERROR if overdue else None,
        confidence=Confidence.HIGH if deadline.now.trusted else Confidence.LOW,
    )
