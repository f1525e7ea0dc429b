"""Labels and sentences of reports, in both languages. Texts of rules are in the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text
from slp_ops.messages import translate

if TYPE_CHECKING:
    from slp_ops.i18n import Lang

_WORDS: Final = {
    "title": Text("Smart Licensing report", "Smart Licensing レポート"),
    "skip": Text("Skip to the switches", "スイッチ一覧へ移動"),
    "run": Text("Run", "実行 ID"),
    "collected": Text("Collected", "取得日時"),
    "generated": Text("Report made", "レポート作成日時"),
    "state": Text("State", "状態"),
    "knowledge": Text("Knowledge base", "ナレッジベース"),
    "incomplete": Text(
        "This run was interrupted: missing results do not prove that a switch is healthy.",
        "この実行は途中で終了しています。取得できていない項目が正常であるとは限りません。",
    ),
    "overview": Text("Overview", "概要"),
    "causes": Text("Causes", "原因"),
    "switches": Text("Switches", "スイッチ一覧"),
    "device_count": Text("Switches", "台数"),
    "affected_switches": Text("Switches", "対象スイッチ"),
    "details": Text("Each switch", "スイッチごとの詳細"),
    "switch": Text("Switch", "スイッチ"),
    "site": Text("Site", "サイト"),
    "verdict": Text("Verdict", "判定"),
    "release": Text("Release", "リリース"),
    "model": Text("Model", "モデル"),
    "topology": Text("Reports by", "接続方式"),
    "cause": Text("Cause", "原因"),
    "days_left": Text("ACK days left", "ACK 期限まで (日)"),
    "backlog": Text("RUM reports without an ACK", "ACK のない RUM レポート"),
    "rule": Text("Rule", "ルール"),
    "severity": Text("Severity", "重大度"),
    "confidence": Text("Confidence", "確度"),
    "summary": Text("Summary", "要約"),
    "evidence": Text("Evidence", "根拠"),
    "remedy": Text("Next steps", "対処手順"),
    "playbooks": Text("Playbooks", "プレイブック"),
    "own_playbook": Text("your own; its file has the risk", "独自。リスクはファイルを参照"),
    "links": Text("Links", "リンク"),
    "why": Text("Why", "理由"),
    "follows": Text("It follows from this:", "この原因により、次の事象が発生しています:"),
    "line": Text("line {line}", "{line} 行目"),
    "lines": Text("lines {lines}", "{lines} 行目"),
    "absent": Text("not in the output: {what}", "出力に存在しません: {what}"),
    "absent_all": Text("nothing of it in the output", "出力に該当する記載がありません"),
    "facts": Text("Facts", "取得した情報"),
    "unjudged": Text("Not judged", "判定できなかった項目"),
    "nothing_found": Text("No finding at warning or above.", "警告以上の検出事項はありません。"),
    "no_causes": Text(
        "No cause at warning or above was found in this run.",
        "この実行では警告以上の原因は検出されませんでした。",
    ),
    "no_causes_partly": Text(
        "No cause at warning or above was found in what was read.",
        "取得できた範囲では警告以上の原因は検出されませんでした。",
    ),
    "no_causes_unread": Text(
        "Nothing was read, so that the causes are unknown.", "何も取得できなかったため、原因は不明です。"
    ),
    "notes": Text("For information", "参考情報"),
    "see_cause": Text("What it means and all next steps", "意味と対処手順の全体"),
    "works": Text("every exchange that was tried works", "試行した通信はすべて成功しています"),
    "switches_count": Text("{count:switch}", "{count} 台"),
    "affected": Text("switches affected", "該当するスイッチ"),
    "and_more": Text("and {count} more", "ほか {count} 台"),
    "more_sites": Text("and {count:more site}", "ほか {count} サイト"),
    "show_in_table": Text("Show in the table", "一覧に表示"),
    "explain": Text("What it means", "意味"),
    "all": Text("all", "すべて"),
    "search": Text("Search", "検索"),
    "clear": Text("Clear", "クリア"),
    "open_all": Text("Open all", "すべて開く"),
    "close_all": Text("Close all", "すべて閉じる"),
    "to_top": Text("Back to the table", "一覧へ戻る"),
    "shown": Text("_TOTAL_ of _MAX_ switches", "_MAX_ 台中 _TOTAL_ 台を表示"),
    "none_match": Text("No switch matches.", "該当するスイッチがありません。"),
    "sort_up": Text("activate to sort", "選択すると並べ替えます"),
    "chart_sites": Text("Verdicts by site", "サイト別の判定"),
    "chart_topologies": Text("How the switches report", "接続方式の内訳"),
    "chart_dues": Text("ACK deadlines", "ACK 期限"),
    "chart_backlog": Text("RUM reports without an ACK, by switch", "ACK のない RUM レポート (スイッチ別)"),
    "chart_releases": Text("Releases against advisories", "リリースと既知の問題"),
    "chart_trend": Text("From run to run", "推移"),
    "days_axis": Text("days from the switch's own clock", "スイッチの時計を基準とした残り日数"),
    "overdue": Text("overdue", "期限超過"),
    "soon": Text("within 30 days", "30 日以内"),
    "later": Text("later", "それ以降"),
    "today": Text("now", "現在"),
    "days": Text("{count:day}", "{count} 日"),
    "dues_summary": Text(
        "{overdue} overdue, {soon} due within 30 days, {later} later; "
        "{none} without a deadline or with an unknown one.",
        "期限超過 {overdue} 台、30 日以内 {soon} 台、それ以降 {later} 台、期限なしまたは不明 {none} 台。",
    ),
    "dues_cosmetic": Text(
        "Besides, {count:switch} with a date that has no effect (CSCvy20345).",
        "ほか {count} 台は表示上のみの期限です (CSCvy20345)。",
    ),
    "dues_none": Text("No deadline was printed.", "ACK 期限は表示されていません。"),
    "dues_note": Text(
        "Times are each switch's own, compared with its own clock only.",
        "時刻は各スイッチの表示値であり、そのスイッチの時計とのみ比較しています。",
    ),
    "beyond": Text("More than 365 days away: {count:switch}", "365 日を超えるもの: {count} 台"),
    "threshold": Text("about 1,000: likely trouble (FN72578)", "約 1,000 件: 影響が出始める目安 (FN72578)"),
    "backlog_none": Text("No switch has unacknowledged reports.", "滞留している RUM レポートはありません。"),
    "backlog_more": Text(
        "Reports are also on {count:more switch}; see the table.",
        "ほか {count} 台にも滞留があります (一覧を参照)。",
    ),
    "status_affected": Text("affected", "該当"),
    "status_assumed": Text("assumed affected: not listed", "該当とみなす (記載なし)"),
    "status_fixed": Text("fixed", "修正済み"),
    "on_switch": Text("On this switch", "このスイッチでの判定"),
    "not_affected": Text("not affected", "該当なし"),
    "status_not_applicable": Text("not applicable", "対象外"),
    "status_unknown": Text("unknown", "不明"),
    "upgrade_same": Text("Upgrade in its train", "同一トレインの推奨"),
    "upgrade_em": Text("Next extended train", "次の長期保守 (EM) トレイン"),
    "release_note": Text(
        "Judged by the release alone; the section of each switch shows whether it is affected. The list of "
        "extended-maintenance trains is part of slp-ops, not read from a switch.",
        "リリース番号のみによる判定です。実際に影響を受けているかはスイッチごとの詳細を参照してください。"
        "長期保守 (EM) トレインの区分は slp-ops のナレッジに基づきます。",
    ),
    "no_release": Text("not read", "未取得"),
    "unknown": Text("unknown", "不明"),
    "none": Text("none", "なし"),
    "yes": Text("yes", "はい"),
    "no": Text("no", "いいえ"),
    "host": Text("Address", "アドレス"),
    "tags": Text("Tags", "タグ"),
    "uptime": Text("Uptime", "稼働時間"),
    "agent": Text("Licence agent", "ライセンスエージェント"),
    "target": Text("Reports to", "送信先"),
    "transport": Text("Transport", "トランスポート"),
    "proxy": Text("Proxy", "プロキシ"),
    "vrf": Text("VRF", "VRF"),
    "smart_account": Text("Smart Account", "スマートアカウント"),
    "virtual_account": Text("Virtual Account", "バーチャルアカウント"),
    "clock": Text("Its clock", "スイッチの時計"),
    "clock_untrusted": Text("not to be trusted", "信頼できません"),
    "last_ack": Text("Last ACK", "最終 ACK 受信"),
    "deadline": Text("Next ACK deadline", "次の ACK 期限"),
    "cosmetic": Text("has no effect (CSCvy20345)", "影響なし (CSCvy20345)"),
    "last_push": Text("Last report push", "最終レポート送信"),
    "next_push": Text("Next report push", "次回レポート送信"),
    "interval": Text("Push interval", "送信間隔"),
    "rum": Text("RUM reports", "RUM レポート"),
    "rum_waiting": Text("waiting for ACK", "ACK 待ち"),
    "rum_available": Text("available to report", "送信可能"),
    "rum_acknowledged": Text("acknowledged", "ACK 済み"),
    "rum_flagged": Text("flagged as error", "エラーフラグ"),
    "licences": Text("Licences", "ライセンス"),
    "licence": Text("Licence", "ライセンス"),
    "tag": Text("Entitlement tag", "エンタイトルメントタグ"),
    "count": Text("Count", "数"),
    "status": Text("Status", "状態"),
    "licence_type": Text("Type", "種別"),
    "enforcement": Text("Enforcement", "強制"),
    "units": Text("Units", "構成ユニット"),
    "position": Text("No.", "No."),
    "role": Text("Role", "役割"),
    "pid": Text("PID", "PID"),
    "sn": Text("Serial number", "シリアル番号"),
    "trust": Text("Trust code", "信頼コード"),
    "trust_yes": Text("installed", "インストール済み"),
    "trust_no": Text("missing", "なし"),
    "policy": Text("Policy", "ポリシー"),
    "policy_class": Text("Class", "区分"),
    "first_report": Text("First report (days)", "初回レポート (日)"),
    "frequency": Text("Frequency (days)", "レポート間隔 (日)"),
    "on_change": Text("On change (days)", "変更時 (日)"),
    "exchanges": Text("Communication statistics", "通信統計"),
    "exchange": Text("Exchange", "通信種別"),
    "attempts": Text("Attempts", "試行"),
    "failed_now": Text("Failing now", "連続失敗"),
    "last_response": Text("Last response", "最後の応答"),
    "failure_reason": Text("Failure reason", "失敗の理由"),
    "advisories": Text("Advisories", "既知の問題"),
    "advisory": Text("Advisory", "識別子"),
    "first_fixed": Text("First fixed", "最初の修正リリース"),
    "because": Text("Because", "判断の理由"),
    "captures": Text("Captures", "取得コマンド"),
    "captures_ok": Text("{ok} of {all} commands answered", "{all} コマンド中 {ok} 件を取得"),
    "not_answered": Text("Not answered", "取得できなかったコマンド"),
    "command": Text("Command", "コマンド"),
    "hint": Text("Hint", "ヒント"),
    "headline_fine": Text(
        "{count:switch}: no problem found, as far as could be judged.",
        "判定できた範囲では {count} 台すべて正常です。",
    ),
    "headline": Text(
        "Switches that need attention: {bad} of {count}.",
        "{count} 台中 {bad} 台で対応が必要です。",
    ),
    "headline_cause": Text(
        "Most frequent cause: {cause} ({switches:switch}).",
        "最も多い原因: {cause} ({switches} 台)。",
    ),
    "missing": Text("Not enough to judge: {inputs}", "判定に必要な情報が不足: {inputs}"),
    "headline_unread": Text("Not read: {count:switch}.", "未取得: {count} 台。"),
    "headline_partial": Text("Read only in part: {count:switch}.", "一部のみ取得: {count} 台。"),
    "read": Text("Read", "取得状況"),
    "fully_read": Text("fully read", "取得済み"),
    "partly_read": Text("partly read", "一部未取得"),
    "print": Text("Print", "印刷"),
    "print_details": Text("Print with the details of each switch", "スイッチごとの詳細も印刷する"),
    "printed_summary": Text(
        "Summary. The file itself contains every switch with its evidence and next steps.",
        "概要のみの印刷です。各スイッチの根拠と対処手順は、このファイルに含まれています。",
    ),
    "search_in": Text(
        "name, address, serial number, model, cause", "名前、アドレス、シリアル番号、モデル、原因"
    ),
    "more_releases": Text("and {count:more release}", "ほか {count} リリース"),
    "more_causes": Text("and {count:more cause}", "ほか {count} 件の原因"),
    "about": Text("How to read this", "この資料の読み方"),
    "about_text": Text(
        "A verdict rests on what the switch itself printed; the evidence names the command and the line. "
        "What could not be read is never counted as healthy. An overdue ACK is a matter of compliance: on a "
        "Catalyst 9000 nothing but HSECK9 is enforced.",
        "判定はスイッチ自身の出力に基づき、根拠としてコマンドと行番号を示しています。取得できなかった項目を正常とは"
        "みなしません。ACK 期限の超過はコンプライアンス上の問題であり、Catalyst 9000 で強制されるのは HSECK9 "
        "のみです。",
    ),
    "about_hidden": Text(
        "Control characters and marks that change the direction of text are written out, such as \\x1b.",
        "制御文字や文字方向を変える記号は \\x1b のように表記しています。",
    ),
    "checklist": Text(
        "Add these before you open the case. They cannot be read from a switch. Menus are those of 2023.",
        "ケースオープン前に追加していただく情報です (スイッチからは取得できません)。"
        "メニューは 2023 年時点の名称です。",
    ),
    "checklist_missed": Text(
        "Not answered by the switch; add them by hand if you can:",
        "スイッチから取得できなかったコマンドです。可能であれば手動で追加してください:",
    ),
    "bundle_title": Text("Smart Licensing: material for a support case", "Smart Licensing: ケース用資料"),
    "bundle_captures": Text("Captures that were judged ({folder})", "判定した取得データ ({folder})"),
    "bundle_error": Text("Captures of the error time (error-time/)", "障害発生時の取得データ (error-time/)"),
    "bundle_normal": Text("Captures of a normal time (normal/)", "正常時の取得データ (normal/)"),
    "bundle_files": Text("{count:file}", "{count} ファイル"),
    "bundle_missing": Text("without {names}", "{names} を除く"),
    "bundle_masked": Text(
        "Masked before anything was written, by kind (equal secrets have equal masks):",
        "保存前にマスクした項目 (同じ値には同じマスクを使用):",
    ),
    "bundle_private": Text(
        "Not masked, since support needs them: host names, addresses, serial numbers, account names.",
        "マスクしていない項目 (調査に必要): ホスト名、IP アドレス、シリアル番号、アカウント名。",
    ),
    "told_case": Text("Case", "ケース番号"),
    "told_topology": Text("Topology", "構成 (接続方式と経路)"),
    "told_trigger": Text("Trigger", "発生契機"),
    "told_work_done": Text("Work done since", "発生後に実施した作業"),
    "told_frequency": Text("Frequency", "発生頻度"),
    "told_conditions": Text("Conditions to reproduce", "再現条件"),
    "told_scope": Text("Scope", "影響範囲"),
    "told_connection": Text("Connection as the server shows it", "サーバ側に表示される接続状態"),
    "told_relay": Text(
        "Exchange of the relay or of files with CSSM", "中継サーバまたはファイルによる CSSM との交換"
    ),
    "connection": Text("Connection", "接続状態"),
    "connection_fails": Text("the exchange fails now", "現在、通信に失敗しています"),
    "connection_works": Text("no failure now", "現在、通信の失敗はありません"),
    "told_nothing": Text("not stated", "記載なし"),
    "ics_summary": Text("ACK due: {device}", "ACK 期限: {device}"),
    "ics_description": Text(
        "The switch prints '{deadline}'. This time is the switch's own, without an offset; its zone word is "
        "{zone}. Site {site}, run {run}. Nothing is switched off when it passes; it is a matter of "
        "compliance.",
        "スイッチの表示: '{deadline}'。時刻はスイッチ自身のもので、オフセットを含みません "
        "(タイムゾーン表記: {zone})。サイト {site}、実行 ID {run}。"
        "期限を過ぎても機能は停止しませんが、コンプライアンス上の対応が必要です。",
    ),
    "zone": Text("Zone word", "タイムゾーン表記"),
    "finding": Text("Finding", "検出事項"),
    "findings": Text("Findings", "検出事項"),
    "root_cause": Text("Root cause", "根本原因"),
    "udis": Text("UDIs", "UDI"),
    "deadlines": Text("Policy and deadlines", "ポリシーと期限"),
    "targets": Text("Upgrade targets", "推奨リリース"),
    "value": Text("Value", "値"),
    "text": Text("Text", "テキスト"),
    "trend_now": Text("{last} now, {most} at most", "現在 {last}、最大 {most}"),
    "trend_note": Text(
        "Each line runs from zero to its own largest value. All figures: slp-ops trend.",
        "各線は 0 から各項目の最大値までを示します。詳細は slp-ops trend を参照してください。",
    ),
    "trend_growing": Text("Unacknowledged and growing", "ACK 未受信のまま増加中"),
    "trend_rate": Text("A day", "1 日あたり"),
    "trend_outlook": Text("Outlook", "見通し"),
    "trend_backlog": Text("RUM reports without an ACK", "ACK のない RUM レポート"),
    "trend_failing": Text("Switches whose exchange fails", "通信に失敗しているスイッチ"),
    "trend_overdue": Text("Switches whose ACK is overdue", "ACK の期限を超過したスイッチ"),
    "devices": Text("Devices", "スイッチ"),
}
_HEALTHS: Final = {
    "critical": Text("critical", "重大"),
    "error": Text("error", "エラー"),
    "warning": Text("warning", "警告"),
    "unread": Text("not read", "未取得"),
    "not_enough_to_judge": Text("not enough to judge", "判定に必要な情報が不足"),
    "unclear": Text("partly read, nothing found", "一部未取得 (検出なし)"),
    "fine": Text("fine", "正常"),
    "info": Text("info", "情報"),
}
_TOPOLOGIES: Final = {
    "smart": Text("direct, smart transport", "直接接続 (Smart)"),
    "callhome": Text("direct, call-home", "直接接続 (Call-home)"),
    "cslu": Text("through CSLU", "CSLU 経由"),
    "cslu-initiated": Text("through CSLU, which connects", "CSLU 経由 (CSLU から接続)"),
    "cslu-offline": Text("through CSLU without CSSM", "CSLU 経由 (CSLU は CSSM に未接続)"),
    "on-prem": Text("through SSM On-Prem", "SSM オンプレミス経由"),
    "on-prem-initiated": Text(
        "through SSM On-Prem, which connects", "SSM オンプレミス経由 (オンプレミスから接続)"
    ),
    "controller": Text("through a controller", "コントローラ経由"),
    "offline": Text("offline", "オフライン"),
    "unknown": Text("unknown", "不明"),
}
_CONFIDENCES: Final = {
    "low": Text("low", "低"),
    "medium": Text("medium", "中"),
    "high": Text("high", "高"),
}
_ON_SWITCH: Final = {
    "pass": "not_affected",
    "fail": "status_affected",
    "not_applicable": "status_not_applicable",
}
_RISKS: Final = {
    "change": Text("change", "変更"),
    "disruptive": Text("disruptive", "影響あり"),
    "destructive": Text("destructive", "復元不可"),
}


class Words:
    """Return the sentence in one language. ``words["release"]``, ``words("days", count=3)``,
    ``words.health(...)``."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self._words = {name: text.render(lang) for name, text in _WORDS.items()}

    def __getitem__(self, name: str) -> str:
        return self._words[name]

    def __call__(self, name: str, **values: object) -> str:
        """Substitute ``{name}``; only sentences of slp-ops are templates."""
        return _WORDS[name].format(**values).render(self.lang)

    def say(self, text: Text) -> str:
        """Return the label of a verdict."""
        return text.render(self.lang)

    def message(self, text: str) -> str:
        """Return an error, a hint or a reason, which are kept in English."""
        return translate(text, self.lang)

    def health(self, value: str) -> str:
        """A verdict or a severity."""
        return _HEALTHS[value].render(self.lang)

    def topology(self, value: str) -> str:
        """A way of reporting."""
        return _TOPOLOGIES[value].render(self.lang)

    def confidence(self, value: str) -> str:
        """Return the label of a confidence."""
        return _CONFIDENCES[value].render(self.lang)

    def risk(self, value: str) -> str:
        """Return the label of a risk."""
        return _RISKS[value].render(self.lang)

    def status_label(self, value: str, *, listed: bool) -> str:
        """Status of a release for an advisory."""
        return self["status_assumed" if value == "affected" and not listed else f"status_{value}"]

    def on_switch(self, verdict: str) -> str:
        """Verdict of the rule of an advisory on one switch, which looks at more than the release."""
        return self[_ON_SWITCH.get(verdict, "status_unknown")]

    def switches(self, count: int) -> str:
        """So many switches."""
        return self("switches_count", count=count)
