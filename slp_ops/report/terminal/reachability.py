"""The answers of check-reachability as a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.facts.probes import NameVerdict, ProbeVerdict
from slp_ops.i18n import Lang, Text
from slp_ops.model import DeviceStatus
from slp_ops.reachability.verdict import ReachVerdict, Stage
from slp_ops.report.terminal.layout import MANY, MORE_SWITCHES, some_names, styled, table_rows, wrapped
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.app.reach_device import DeviceReachability
    from slp_ops.reachability.plan import Path, ProbeAttempt
    from slp_ops.report.reachability_view import Advice, ReachabilityView

_TCP: Final = {
    ProbeVerdict.OPEN: Text("open", "接続可"),
    ProbeVerdict.REFUSED: Text("refused", "拒否"),
    ProbeVerdict.TIMED_OUT: Text("timed out", "タイムアウト"),
    ProbeVerdict.UNREACHABLE: Text("unreachable", "到達不能"),
    ProbeVerdict.UNRESOLVED: Text("-", "-"),
    ProbeVerdict.NOT_TESTABLE: Text("not testable", "テスト不可"),
    ProbeVerdict.UNKNOWN: Text("unknown", "不明"),
}
_NAMES: Final = {
    NameVerdict.RESOLVED: Text("resolved", "解決済み"),
    NameVerdict.LOCAL: Text("local", "ローカル"),
    NameVerdict.LITERAL: Text("literal", "アドレス指定"),
    NameVerdict.UNRESOLVED: Text("unresolved", "解決不可"),
    NameVerdict.NO_SERVER: Text("no server", "サーバ未設定"),
    NameVerdict.LOOKUP_DISABLED: Text("lookup disabled", "名前解決無効"),
    NameVerdict.UNKNOWN: Text("unknown", "不明"),
}
_VERDICTS: Final = {
    ReachVerdict.WORKS: Text("works", "到達可"),
    ReachVerdict.BLOCKED: Text("blocked", "到達不可"),
    ReachVerdict.CANNOT_TELL: Text("undetermined", "判定不能"),
    ReachVerdict.NOT_APPLICABLE: Text("not applicable", "対象外"),
}
_STAGES: Final = {
    Stage.OPERATOR: Text("session", "セッション"),
    Stage.TARGET: Text("target", "宛先"),
    Stage.PATH: Text("path", "経路"),
    Stage.NAMES: Text("DNS", "DNS"),
    Stage.TCP: Text("TCP", "TCP"),
    Stage.TLS: Text("TLS", "TLS"),
}
_TOTALS: Final = Text(
    "{count:device}: {totals}, in {seconds:.1f} s\nEvidence: {path}",
    "{count} 台: {totals} ({seconds:.1f} 秒)\n取得データ: {path}",
)
_RESUME: Final = Text(
    "Test again what is missing with: slp-ops check-reachability --resume {run}",
    "不足分のみを再テストするコマンド: slp-ops check-reachability --resume {run}",
)
_WORKING: Final = Text("{count:switch} reach their servers", "到達可 {count} 台")
_COLOURS: Final = {
    ReachVerdict.WORKS: None,
    ReachVerdict.BLOCKED: "red",
    ReachVerdict.CANNOT_TELL: "yellow",
    ReachVerdict.NOT_APPLICABLE: None,
}
_HEADER: Final = (
    Text("DEVICE", "スイッチ"),
    Text("PATH", "経路"),
    Text("TARGET", "宛先"),
    Text("DNS", "DNS"),
    Text("TCP", "TCP"),
    Text("VERDICT", "判定"),
)
_LABELS: Final = {Lang.EN: ("next", "note", "By cause"), Lang.JA: ("対処", "補足", "原因別")}
_NAMED: Final = (NameVerdict.RESOLVED, NameVerdict.LOCAL)


def render(view: ReachabilityView, run: str, lang: Lang, *, details: bool = False) -> str:
    """Return a row for each switch, below it what to do about those that do not work, and totals by cause.

    Many switches that work are one line without ``details``.
    """
    return "\n".join(_lines(view, run, lang, is_brief=len(view.answers) >= MANY and not details))


def _lines(view: ReachabilityView, run: str, lang: Lang, *, is_brief: bool) -> Iterator[str]:
    yield ""
    working: list[str] = []
    shown: list[DeviceReachability] = []
    for answer in view.answers:
        if is_brief and answer.conclusion.verdict is ReachVerdict.WORKS:
            working.append(answer.result.name)
        else:
            shown.append(answer)
    if working:
        words = _WORKING.format(count=len(working)).render(lang)
        yield from wrapped(some_names(working, lang), f"{words}: ")
    if shown:
        header = [word.render(lang) for word in _HEADER]
        first, *lines = table_rows(header, [_row(answer, lang) for answer in shown])
        yield first
        for answer, line in zip(shown, lines, strict=True):
            yield styled(line, fg=_COLOURS[answer.conclusion.verdict])
    if view.advice:
        yield ""
    for advice in view.advice:
        yield from _advice(advice, lang)
    if view.causes:
        yield f"\n{_LABELS[lang][2]}:"
        for cause, count in view.causes:
            yield f"  {count:>4}  {one_line(cause.render(lang))}"
    totals = ", ".join(
        _count(view.totals[verdict], _VERDICTS[verdict], lang)
        for verdict in ReachVerdict
        if view.totals.get(verdict)
    )
    summary = _TOTALS.format(
        count=len(view.answers), totals=totals, seconds=view.seconds, path=str(view.path)
    )
    yield f"\n{summary.render(lang)}"
    if not all(answer.result.status is DeviceStatus.OK for answer in view.answers):
        yield _RESUME.format(run=run).render(lang)


def _count(count: int, verdict: Text, lang: Lang) -> str:
    word = verdict.render(lang)
    return f"{word} {count}" if lang is Lang.JA else f"{count} {word}"


def _advice(advice: Advice, lang: Lang) -> Iterator[str]:
    """Return the conclusion that some switches share, below their names."""
    step_label, note_label, _ = _LABELS[lang]
    conclusion, names = advice.conclusion, advice.devices
    more = MORE_SWITCHES.format(count=len(names) - 5).render(lang) if len(names) > 5 else ""
    yield one_line(f"{', '.join(names[:5])}{more}:")
    lines = [conclusion.cause.render(lang)] if conclusion.cause else []
    lines += [f"{step_label}: {step.render(lang)}" for step in conclusion.next_steps]
    lines += [f"{note_label}: {note.render(lang)}" for note in conclusion.notes]
    for line in lines:
        yield from wrapped(line, "  ", "    ")


def _row(answer: DeviceReachability, lang: Lang) -> tuple[str, ...]:
    conclusion = answer.conclusion
    verdict = _VERDICTS[conclusion.verdict].render(lang)
    stage = f" ({_STAGES[conclusion.blocked_at].render(lang)})" if conclusion.blocked_at else ""
    tried = answer.tried
    return (
        answer.result.name,
        _path(answer.plan.path) if answer.plan and tried else "",
        ", ".join(str(each.probe.target) for each in tried),
        ", ".join(_name_mark(each, lang) for each in tried),
        ", ".join(_TCP[each.verdict].render(lang) for each in tried),
        f"{verdict}{stage}",
    )


def _path(path: Path) -> str:
    words = [path.source_interface or "default"]
    if path.vrf:
        words.append(f"vrf {path.vrf}")
    if path.ok is not True:
        words.append("?" if path.ok is None else "!")
    return " ".join(words)


def _name_mark(tried: ProbeAttempt, lang: Lang) -> str:
    result = tried.result
    if result is None:
        return "-"
    if result.name in _NAMED and result.addresses:
        return result.addresses[-1]
    return _NAMES[result.name].render(lang)
