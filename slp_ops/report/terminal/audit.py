"""An audit as terminal text: the root cause first, its consequences under it, then what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.app.audit_device import ONLY_IOS_XE, OTHER_PLATFORM, DeviceState
from slp_ops.i18n import Lang, Text
from slp_ops.messages import translate
from slp_ops.model import Severity
from slp_ops.report.playbook_marks import all_marked
from slp_ops.report.terminal.layout import MORE_RULES, padded, some_names, styled, table, wrapped
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slp_ops.app.audit_device import FindingsComparison
    from slp_ops.model import Evidence
    from slp_ops.report.audit_view import AuditTotals, AuditView, DeviceFindings, FailedRule, RuleFindings

_COLOURS: Final = {
    Severity.CRITICAL: "bright_red",
    Severity.ERROR: "red",
    Severity.WARNING: "yellow",
    Severity.INFO: "cyan",
}
_MOST_EVIDENCE: Final = 4
_WORDS: Final = {
    Lang.EN: {
        "cause": "Cause:",
        "do": "Do:",
        "playbooks": "Playbooks:",
        "more": "More:",
        "so": "so:",
        "not_there": "not there:",
        "unjudged": "not judged:",
        "missing": "not read:",
        "clean": "nothing found",
        "not_enough": "not enough to judge",
        "partial": "partly read",
        "unread": "not read",
        "todo": "WHAT TO DO",
        "by_rule": "BY RULE",
        "on": "on",
        "against": "AGAINST THE EARLIER RUN",
    },
    Lang.JA: {
        "cause": "原因:",
        "do": "対処:",
        "playbooks": "プレイブック:",
        "more": "参考:",
        "so": "影響:",
        "not_there": "該当行なし:",
        "unjudged": "判定不可:",
        "missing": "未取得:",
        "clean": "検出なし",
        "not_enough": "判定に必要な情報が不足",
        "partial": "一部未取得",
        "unread": "未取得",
        "todo": "対処方法",
        "by_rule": "ルール別",
        "on": "対象:",
        "against": "前回との比較",
    },
}

_INCOMPLETE: Final = frozenset({DeviceState.UNREAD, DeviceState.PARTIAL, DeviceState.NOT_ENOUGH})
_RESUME: Final = Text(
    "Read only what is missing with: slp-ops audit --resume {run}",
    "不足分のみを取得するコマンド: slp-ops audit --resume {run}",
)
_PLAN: Final = Text(
    "See what playbooks would change, sending nothing: slp-ops remediate --dry-run",
    "プレイブックによる変更内容の確認 (送信なし): slp-ops remediate --dry-run",
)


def render(view: AuditView, lang: Lang, *, run: str | None = None, details: bool = False) -> str:
    """Return the audit: a summary of a fleet, each switch with its findings, then what to do.

    In a fleet the switches without a finding to act on are counted, and switches with findings of the same
    rules are one entry, unless ``details`` are wanted. Where required inputs were not read, only ``details``
    name the rules that could not be judged. ``run`` is that of switches that were read now: the commands that
    continue follow.
    """
    lines = list(_lines(view, lang, details=details))
    if run is not None:
        lines += _next_commands(view, run, lang)
    return "\n".join(lines)


def _next_commands(view: AuditView, run: str, lang: Lang) -> Iterator[str]:
    """Yield the commands that read the rest, and that plan the remedies."""
    if any(device.state in _INCOMPLETE for device in view.devices):
        yield _RESUME.format(run=run).render(lang)
    if any(cause.finding.playbooks for cause in view.causes):
        yield _PLAN.render(lang)


def _lines(view: AuditView, lang: Lang, *, details: bool) -> Iterator[str]:
    is_fleet = len(view.devices) > 1
    if is_fleet:
        yield from _summary(view, lang, details=details)
    for device, others in _entries(view.devices, details=details or not is_fleet):
        yield from _device(device, others, lang, details=details)
    if view.causes:
        yield styled(_WORDS[lang]["todo"], bold=True)
        for cause in view.causes:
            yield from _cause(cause, lang, is_fleet=is_fleet)
    if view.compared is not None:
        yield from _comparison(view.compared, lang)
    yield _total(view.totals, view.seconds, lang)


def _summary(view: AuditView, lang: Lang, *, details: bool) -> Iterator[str]:
    """Count the switches without a finding to act on; list the findings of the fleet by rule."""
    for state, words in () if details else HEALTHY.items():
        names = [device.name for device in view.devices if device.state is state]
        if names:
            yield from wrapped(some_names(names, lang), f"{words.format(count=len(names)).render(lang)}: ")
            yield ""
    if view.rules:
        yield from _rules(view.rules, lang)


def _entries(
    devices: Sequence[DeviceFindings], *, details: bool
) -> Iterator[tuple[DeviceFindings, Sequence[DeviceFindings]]]:
    """Yield the devices to print, each with those that have findings of the same rules."""
    entries: dict[object, list[DeviceFindings]] = {}
    for number, device in enumerate(devices):
        if details:
            entries[number] = [device]
        elif device.state not in HEALTHY:
            entries.setdefault(_kind(device), []).append(device)
    for first, *others in entries.values():
        yield first, others


def _kind(device: DeviceFindings) -> tuple[object, ...]:
    """Return what the devices of an entry have in common; names and values in summaries may differ."""
    roots = tuple(
        (root.rule, root.severity, tuple((each.rule, each.severity) for each in root.consequences))
        for root in device.roots
    )
    missing = tuple((each.name, each.why) for each in device.missing)
    error = None if device.error is None else (device.error.kind, device.error.message, device.error.hint)
    return device.state, roots, missing, device.unjudged, error


def _summaries(device: DeviceFindings) -> tuple[Text, ...]:
    return tuple(each.finding.summary for root in device.roots for each in (root, *root.consequences))


def _device(
    device: DeviceFindings, others: Sequence[DeviceFindings], lang: Lang, *, details: bool
) -> Iterator[str]:
    head = "  ".join(one_line(part) for part in (device.name, device.release or "", device.site) if part)
    yield f"{styled(head, bold=True)}  {_verdict(device, lang)}"
    yield from _findings(device, lang, details=details)
    printed = _summaries(device)
    same = [each.name for each in others if _summaries(each) == printed]
    differing = [each.name for each in others if _summaries(each) != printed]
    for words, names in ((_SAME, same), (_OTHER_VALUES, differing)):
        if names:
            same_on = f"  {words.format(count=len(names)).render(lang)}: "
            yield from wrapped(some_names(names, lang), same_on, " " * 6)
    yield ""


def _findings(device: DeviceFindings, lang: Lang, *, details: bool) -> Iterator[str]:
    words = _WORDS[lang]
    yield from _failure(device, lang)
    if device.state is DeviceState.UNREAD:
        return
    for root in device.roots:
        yield from _root(root, lang)
    for why, names in _by_input(device, lang).items():
        yield from wrapped(f"{', '.join(names)}: {why}", f"  {words['missing']} ")
    for reason in _unjudged(device, lang, details=details):
        for line in wrapped(reason, f"  {words['unjudged']} "):
            yield styled(line, dim=True)


def _failure(device: DeviceFindings, lang: Lang) -> Iterator[str]:
    """Return the reason why a device was not read, or what is damaged in its evidence."""
    if device.platform is not None:
        yield from wrapped(OTHER_PLATFORM.format(name=device.platform).render(lang), "  ")
        yield from wrapped(ONLY_IOS_XE.render(lang), f"    {translate('hint:', lang)} ")
    elif device.error is not None and (device.state is DeviceState.UNREAD or device.error.kind == "damaged"):
        yield from wrapped(translate(device.error.message, lang), "  ")
        if device.error.hint:
            yield from wrapped(translate(device.error.hint, lang), f"    {translate('hint:', lang)} ")


def _unjudged(device: DeviceFindings, lang: Lang, *, details: bool) -> Iterator[str]:
    """Return the rules without a verdict by the reason, of many some unless ``details`` are wanted.

    Where required inputs are missing, it is their number.
    """
    if device.missing and device.unjudged and not details:
        yield _UNJUDGED.format(count=len(device.unjudged)).render(lang)
        return
    for why, rules in _by_reason(device, lang).items():
        yield f"{', '.join(rules) if details else some_names(rules, lang, MORE_RULES)}: {why}"


def _verdict(device: DeviceFindings, lang: Lang) -> str:
    words = _WORDS[lang]
    counts = [
        styled(translate(_number(count, severity), lang), fg=_COLOURS[severity])
        for severity, count in device.counts
    ]
    match device.state:
        case DeviceState.UNREAD:
            return styled(words["unread"], fg="magenta")
        case DeviceState.NOT_ENOUGH:
            counts.append(styled(words["not_enough"], fg="magenta"))
        case DeviceState.PARTIAL:
            counts.append(styled(words["partial"], fg="magenta"))
        case DeviceState.CLEAN:
            counts.append(styled(words["clean"], fg="green"))
    return ", ".join(counts)


def _number(count: int, severity: Severity) -> str:
    """Return ``1 error``, ``3 errors``, ``2 critical``."""
    plural = count > 1 and severity in (Severity.ERROR, Severity.WARNING)
    return f"{count} {severity}{'s' if plural else ''}"


def _root(root: FailedRule, lang: Lang) -> Iterator[str]:
    head = styled(padded(translate(root.severity.upper(), lang), 8), fg=_COLOURS[root.severity])
    first, *rest = wrapped(f"{root.rule}: {root.finding.summary.render(lang)}", " " * 11)
    yield f"  {head} {first.lstrip()}"
    yield from rest
    if root.severity is not Severity.INFO:
        yield from _evidence(root.finding.evidence, lang)
    for other in root.consequences:
        yield from wrapped(
            f"{other.rule} ({translate(other.severity, lang)}): {other.finding.summary.render(lang)}",
            f"           {_WORDS[lang]['so']} ",
        )


def _evidence(evidence: Sequence[Evidence], lang: Lang) -> Iterator[str]:
    for each in evidence[:_MOST_EVIDENCE]:
        command = each.command.split(" | ", 1)[0]
        text = " ".join(one_line(each.text).split())
        text = translate(text, lang) if each.line is None else text
        place = command if each.line is None else f"{command}:{each.line}"
        quoted = f"{_WORDS[lang]['not_there']} {text}" if each.line is None else text
        yield "           " + styled(f"{place}  ", dim=True) + quoted


def _by_reason(device: DeviceFindings, lang: Lang) -> dict[str, list[str]]:
    """Return the rules without a verdict by the reason, in the words of the language."""
    found: dict[str, list[str]] = {}
    for why, rule in device.unjudged:
        found.setdefault("" if why is None else why.render(lang), []).append(rule)
    return found


def _by_input(device: DeviceFindings, lang: Lang) -> dict[str, list[str]]:
    """Return the required inputs that are missing by the command that they need."""
    found: dict[str, list[str]] = {}
    for each in device.missing:
        found.setdefault(each.why.render(lang), []).append(each.name.render(lang))
    return found


def _cause(cause: RuleFindings, lang: Lang, *, is_fleet: bool) -> Iterator[str]:
    words = _WORDS[lang]
    title = "" if cause.title is None else cause.title.render(lang)
    first, *rest = wrapped(f"{cause.rule}: {title}", "  ")
    yield styled(first, fg=_COLOURS[cause.severity], bold=True)
    yield from rest
    if is_fleet:
        yield from wrapped(some_names(cause.devices, lang), f"    {words['on']} ")
    yield from wrapped(cause.finding.cause.render(lang), f"    {words['cause']} ")
    yield f"    {words['do']}"
    for number, step in enumerate(cause.finding.remedy, 1):
        yield from wrapped(step.render(lang), f"      {number}. ")
    if cause.finding.playbooks:
        yield from wrapped(all_marked(cause.finding.playbooks, lang), f"    {words['playbooks']} ")
    yield styled(f"    {words['more']} slp-ops explain {cause.rule}", dim=True)
    yield ""


def _rules(rules: Sequence[RuleFindings], lang: Lang) -> Iterator[str]:
    yield styled(_WORDS[lang]["by_rule"], bold=True)
    rows = [
        (
            each.rule,
            translate(each.severity.value, lang),
            str(len(each.devices)),
            some_names(each.devices, lang),
        )
        for each in rules
    ]
    yield table([word.render(lang) for word in _BY_RULE], rows)
    yield ""


def _comparison(compared: FindingsComparison, lang: Lang) -> Iterator[str]:
    yield styled(_WORDS[lang]["against"], bold=True)
    for sign, pairs, colour in (("new", compared.new, "red"), ("gone", compared.gone, "green")):
        for device, rule in pairs:
            yield styled(f"  {sign:<5} {one_line(device)}: {rule}", fg=colour)
    for each in compared.unclear:
        yield from wrapped(
            each.why.render(lang), f"  ?     {one_line(each.device)}: {each.rule}: ", "        "
        )
    yield f"  {len(compared.unchanged)} unchanged, {len(compared.unclear)} no longer judged"
    yield ""


def _total(totals: AuditTotals, seconds: float, lang: Lang) -> str:
    counts = [
        words.render(lang).format(count=count)
        for words, count in (
            *((words, totals.by_worst.get(severity)) for severity, words in _AT_WORST.items()),
            *((words, totals.by_state.get(state)) for state, words in _IN_STATE.items()),
        )
        if count
    ]
    total = _TOTAL.format(
        count=totals.devices, worst=", ".join(counts), unknown=totals.unjudged, seconds=seconds
    )
    return total.render(lang)


HEALTHY: Final = {
    DeviceState.CLEAN: Text("{count:switch} with nothing found", "検出なし {count} 台"),
    DeviceState.INFORMATION: Text("{count:switch} with information only", "情報のみ {count} 台"),
}
_SAME: Final = Text("the same on {count} more", "同じ結果 ほか {count} 台")
_OTHER_VALUES: Final = Text(
    "the same rules, with other values (see --details), on {count} more",
    "同じルールで値が異なるもの (--details で表示) ほか {count} 台",
)
_BY_RULE: Final = (
    Text("RULE", "ルール"),
    Text("SEVERITY", "重大度"),
    Text("SWITCHES", "台数"),
    Text("ON", "対象"),
)
_AT_WORST: Final = {
    Severity.CRITICAL: Text("{count} critical", "重大 {count}"),
    Severity.ERROR: Text("{count} with errors", "エラー {count}"),
    Severity.WARNING: Text("{count} with warnings", "警告 {count}"),
}
_IN_STATE: Final = {
    DeviceState.INFORMATION: Text("{count} with information only", "情報のみ {count}"),
    DeviceState.CLEAN: Text("{count} clean", "検出なし {count}"),
    DeviceState.NOT_ENOUGH: Text("{count} without enough to judge", "判定に必要な情報が不足 {count}"),
    DeviceState.PARTIAL: Text("{count} partly read with nothing found", "検出なし (一部未取得) {count}"),
    DeviceState.UNREAD: Text("{count} not read", "未取得 {count}"),
}
_UNJUDGED: Final = Text(
    "{count:rule} for lack of inputs; --details names them and what they need",
    "入力不足により {count} 件 (--details でルールと必要な入力を表示します)",
)
_TOTAL: Final = Text(
    "{count:switch}: {worst}; {unknown:verdict} unknown, in {seconds:.1f} s",
    "{count} 台: {worst}。判定不可 {unknown} 件 ({seconds:.1f} 秒)",
)
