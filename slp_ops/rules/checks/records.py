# ruff: noqa: TC001 - the engine reads the types of the parameters
"""The RUM reports themselves, and the policy that asks for them."""

from __future__ import annotations

from typing import Final

from slp_ops.facts import Policy, PolicyClass, PolicyKind, RumReports
from slp_ops.i18n import Text
from slp_ops.model import Evidence, Severity
from slp_ops.rules.checks._links import OVERVIEW, TASKS
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.settings import Thresholds
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown
from slp_ops.rules.views.backlog import Backlog


@rule(
    "rum-error-flag",
    group=Group.REPORTING,
    severity=Severity.WARNING,
    title=Text("RUM reports are flagged with an error", "エラーフラグ (E) の RUM レポートがある"),
    cause=Text(
        "Flag E marks a report that the agent or CSSM could not process; its state stays as it was.",
        "フラグ E は、エージェントまたは CSSM が処理できなかったレポートを示します。"
        "状態 (State) はそのまま残ります。",
    ),
    remedy=(
        Text(
            "Ask for the reason: 'show license rum id ID detail', Transaction Message.",
            "'show license rum id ID detail' の Transaction Message で理由を確認します。",
        ),
        Text(
            "Repair the exchange, then 'license smart sync all': the reports are sent again.",
            "通信の問題を解消し、'license smart sync all' で再送します。",
        ),
    ),
    links=(OVERVIEW,),
    playbooks=("usage-sync",),
)
def rum_error_flag(reports: RumReports) -> Judgement:
    """Any report with flag E."""
    flagged = tuple(report for report in reports.reports if report.has_error)
    if not flagged:
        return Passed()
    return Failed(
        summary=Text("{count} RUM reports carry flag E", "フラグ E の RUM レポートが {count} 件あります").of(
            count=len(flagged)
        ),
        evidence=tuple(evidence for report in flagged[:3] for evidence in report.cite()),
    )


@rule(
    "rum-backlog",
    group=Group.REPORTING,
    severity=Severity.WARNING,
    title=Text("RUM reports pile up", "RUM レポートの滞留"),
    cause=Text(
        "Reports that nobody acknowledges stay on the switch. About 1,000 are likely to cost CPU and "
        "memory on "
        "releases that FN72578 names; it is no fixed limit.",
        "ACK を受信できないレポートは装置に残り続けます。FN72578 の該当リリースでは約 1,000 件を目安に CPU "
        "/ メモリへの影響が"
        "懸念されます (固定の上限値ではありません)。",
    ),
    remedy=(
        Text(
            "Restore the exchange: acknowledged reports are purged by the switch itself.",
            "通信を回復させます。ACK を受信したレポートは自動的に削除されます。",
        ),
        Text(
            "Where there is no way to CSSM, exchange them as files.",
            "CSSM と通信できない環境では、ファイルで交換します。",
        ),
        Text(
            "On releases of FN72578, upgrade: 17.3.7, 17.6.5, 17.9.1 or later.",
            "FN72578 の該当リリースの場合は 17.3.7、17.6.5、17.9.1 以降へアップグレードします。",
        ),
    ),
    links=("https://www.cisco.com/c/en/us/support/docs/field-notices/725/fn72578.html",),
    playbooks=("usage-sync", "rum-manual-exchange"),
    explains=("FN72578", "CSCwc77088", "smart-agent-cpu", "smart-agent-memory"),
)
def rum_backlog(backlog: Backlog, thresholds: Thresholds) -> Judgement:
    """The largest number that the switch prints of its reports."""
    if backlog.reports < thresholds.rum_reports:
        return Passed()
    return Failed(
        summary=Text("{count} RUM reports are on the switch", "RUM レポートが {count} 件滞留しています").of(
            count=backlog.reports
        ),
        evidence=backlog.evidence,
    )


_DEFAULTS: Final = {
    PolicyKind.PERPETUAL: (365, 0, 90),
    PolicyKind.SUBSCRIPTION: (90, 90, 90),
    PolicyKind.ENFORCED: (0, 0, 0),
    PolicyKind.EXPORT: (0, 0, 0),
}
_FIELDS: Final = ("first_report", "frequency", "on_change")


@rule(
    "policy-not-default",
    group=Group.REPORTING,
    severity=Severity.INFO,
    title=Text("The account has a policy of its own", "デフォルト以外のポリシーを適用中"),
    cause=Text(
        "The Smart Account asks for other days than Cisco's default (perpetual 365/0/90, subscription "
        "90/90/90), so "
        "that deadlines differ from what is generally known.",
        "スマートアカウントのポリシーが CISCO default (永久 365/0/90、"
        "サブスクリプション 90/90/90) と異なるため、"
        "期限の計算も一般的な値とは異なります。",
    ),
    remedy=(
        Text(
            "Nothing, where this is known. The policy is set for the account by Cisco or the reseller.",
            "把握済みであれば対応は不要です。ポリシーはアカウント単位で Cisco "
            "または販売店により設定されます。",
        ),
    ),
    links=(OVERVIEW, TASKS),
)
def policy_not_default(policy: Policy) -> Judgement:
    """The values of both, side by side."""
    if not policy.classes and policy.name is not None and policy.other:  # a PolicyV2, not a cut text
        return NotApplicable(
            why=Text(
                "this policy does not speak of days a class of licences: {name}",
                "このポリシーはライセンス種別ごとの日数を定めていません: {name}",
            ).of(name=policy.name)
        )
    if not policy.classes:
        return Unknown(missing=(Policy,))
    said: list[str] = []
    evidence: list[Evidence] = []
    for kind, default in _DEFAULTS.items():
        found = policy.of(kind)
        days = None if found is None else _days(found)
        if found is None or days is None or days == default:
            continue
        said.append(f"{kind} {_slashed(days)} ({_slashed(default)})")
        evidence += found.cite(*_FIELDS)
    if not said:
        return Passed()
    return Failed(
        summary=Text(
            "Days to first report / frequency / on change, default in brackets: {values}",
            "初回 / 定期 / 変更時の日数 (括弧内はデフォルト): {values}",
        ).of(values=", ".join(said)),
        evidence=tuple(evidence),
    )


def _days(found: PolicyClass) -> tuple[int, int, int] | None:
    days = [
        None if value is None else value.days
        for value in (found.first_report, found.frequency, found.on_change)
    ]
    first, frequency, change = days
    return None if first is None or frequency is None or change is None else (first, frequency, change)


def _slashed(days: tuple[int, int, int]) -> str:
    return "/".join(map(str, days))
