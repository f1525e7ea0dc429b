"""The answers of check-reachability as a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.facts.probes import NameVerdict, ProbeVerdict
from slp_ops.i18n import Lang, Text, pluralize
from slp_ops.reachability.verdict import ReachVerdict
from slp_ops.report.terminal.layout import styled, table_rows, wrapped
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.app.reach_device import DeviceReachability
    from slp_ops.reachability.plan import Path, ProbeAttempt
    from slp_ops.report.reachability_view import Advice, ReachabilityView

_MARKS: Final = {
    ProbeVerdict.OPEN: "open",
    ProbeVerdict.TIMED_OUT: "timed out",
    ProbeVerdict.NOT_TESTABLE: "not testable",
    ProbeVerdict.UNRESOLVED: "-",
}
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


def render(view: ReachabilityView, lang: Lang) -> str:
    """Return a row for each switch, below it what to do about those that do not work, and totals by cause."""
    return "\n".join(_lines(view, lang))


def _lines(view: ReachabilityView, lang: Lang) -> Iterator[str]:
    header = [word.render(lang) for word in _HEADER]
    first, *lines = table_rows(header, [_row(answer) for answer in view.answers])
    yield f"\n{first}"
    for answer, line in zip(view.answers, lines, strict=True):
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
        f"{view.totals[verdict]} {_word(verdict)}" for verdict in ReachVerdict if view.totals.get(verdict)
    )
    yield f"\n{pluralize(len(view.answers), 'device')}: {totals}, in {view.seconds:.1f} s"
    yield f"Evidence: {view.path}"


def _advice(advice: Advice, lang: Lang) -> Iterator[str]:
    """Return the conclusion that some switches share, below their names."""
    step_label, note_label, _ = _LABELS[lang]
    conclusion, names = advice.conclusion, advice.devices
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    yield one_line(f"{', '.join(names[:5])}{more}:")
    lines = [conclusion.cause.render(lang)] if conclusion.cause else []
    lines += [f"{step_label}: {step.render(lang)}" for step in conclusion.next_steps]
    lines += [f"{note_label}: {note.render(lang)}" for note in conclusion.notes]
    for line in lines:
        yield from wrapped(line, "  ", "    ")


def _row(answer: DeviceReachability) -> tuple[str, ...]:
    conclusion = answer.conclusion
    at = f" at {conclusion.blocked_at}" if conclusion.blocked_at else ""
    tried = answer.tried
    return (
        answer.result.name,
        _path(answer.plan.path) if answer.plan and tried else "",
        ", ".join(str(each.probe.target) for each in tried),
        ", ".join(_name_mark(each) for each in tried),
        ", ".join(_MARKS.get(each.verdict, each.verdict.value) for each in tried),
        f"{_word(conclusion.verdict)}{at}",
    )


def _path(path: Path) -> str:
    words = [path.source_interface or "default"]
    if path.vrf:
        words.append(f"vrf {path.vrf}")
    if path.ok is not True:
        words.append("?" if path.ok is None else "!")
    return " ".join(words)


def _name_mark(tried: ProbeAttempt) -> str:
    result = tried.result
    if result is None:
        return "-"
    if result.name in _NAMED and result.addresses:
        return result.addresses[-1]
    return str(result.name.value).replace("_", " ")


def _word(verdict: ReachVerdict) -> str:
    return str(verdict.value).replace("_", " ")
