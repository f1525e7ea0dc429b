"""An audit for people and as JSON. People get the root cause first, its consequences under it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import click

from slp_ops.cli.table import table
from slp_ops.cli.wrapping import wrapped
from slp_ops.model import Severity
from slp_ops.rules.text import Lang, Text
from slp_ops.safetext import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slp_ops.app.audit_device import Audited, Compared
    from slp_ops.model import Evidence
    from slp_ops.rules.knowledge import Knowledge
    from slp_ops.rules.values import Outcome

SCHEMA: Final = "slp-ops/audit/1"
_COLOURS: Final = {
    Severity.CRITICAL: "bright_red",
    Severity.ERROR: "red",
    Severity.WARNING: "yellow",
    Severity.INFO: "cyan",
}
_MOST_EVIDENCE: Final = 4
_MOST_NAMES: Final = 6
_WORDS: Final = {
    Lang.EN: {
        "cause": "Cause:",
        "do": "Do:",
        "playbooks": "Playbooks:",
        "more": "More:",
        "so": "so:",
        "not_there": "not there:",
        "unjudged": "not judged:",
        "clean": "nothing found",
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
        "clean": "検出なし",
        "unread": "未取得",
        "todo": "対処方法",
        "by_rule": "ルール別",
        "on": "対象:",
        "against": "前回との比較",
    },
}


def as_record(
    run: str | None, devices: Sequence[Audited], knowledge: Knowledge, lang: Lang, compared: Compared | None
) -> dict[str, Any]:
    """The audit as JSON; every outcome, also those that pass."""
    record: dict[str, Any] = {
        "schema": SCHEMA,
        "run": run,
        "devices": [_device_record(device, lang) for device in devices],
        "outcomes": [
            outcome_record(device.name, outcome, lang) for device in devices for outcome in device.outcomes
        ],
    }
    if compared is not None:
        for name in ("new", "gone", "unchanged"):
            record[name] = [{"device": device, "rule": rule} for device, rule in getattr(compared, name)]
    return record


def _device_record(device: Audited, lang: Lang) -> dict[str, Any]:
    unjudged: list[dict[str, Any]] = [
        {"rule": outcome.rule, "why": outcome.why.said(lang) if outcome.why is not None else ""}
        for outcome in device.unjudged
    ]
    if not device.outcomes and device.error is not None:
        unjudged.append({"rule": None, "why": device.error.message})
    return {
        "name": device.name,
        "site": device.site,
        "release": device.release,
        "status": device.status.value,
        "unjudged": unjudged,
    }


def outcome_record(device: str, outcome: Outcome, lang: Lang) -> dict[str, Any]:
    """One outcome as JSON."""
    finding = outcome.finding
    return {
        "device": device,
        "rule": outcome.rule,
        "verdict": outcome.verdict.value,
        "severity": outcome.severity.value,
        "confidence": outcome.confidence.value,
        "summary": None if finding is None else finding.summary.said(lang),
        "cause": None if finding is None else finding.cause.said(lang),
        "remedy": [] if finding is None else [step.said(lang) for step in finding.remedy],
        "evidence": []
        if finding is None
        else [{"command": each.command, "line": each.line, "text": each.text} for each in finding.evidence],
        "links": [] if finding is None else list(finding.links),
        "playbooks": [] if finding is None else list(finding.playbooks),
        "why": None if outcome.why is None else outcome.why.said(lang),
        "root": outcome.root,
    }


def show(
    devices: Sequence[Audited],
    knowledge: Knowledge,
    lang: Lang,
    compared: Compared | None,
    *,
    seconds: float,
) -> None:
    """Print the audit: each switch with its story, then what to do, then the fleet by rule."""
    for device in devices:
        _print_device(device, lang)
    _print_todo(devices, knowledge, lang)
    if len(devices) > 1:
        _print_fleet(devices, knowledge, lang)
    if compared is not None:
        _print_compared(compared, lang)
    _print_total(devices, lang, seconds)


def _print_device(device: Audited, lang: Lang) -> None:
    words = _WORDS[lang]
    head = "  ".join(one_line(part) for part in (device.name, device.release or "", device.site) if part)
    click.echo(f"{click.style(head, bold=True)}  {_verdict(device, lang)}")
    if not device.outcomes:
        if device.error is not None:
            for line in wrapped(device.error.message, "  "):
                click.echo(line)
            if device.error.hint:
                for line in wrapped(device.error.hint, "    hint: "):
                    click.echo(line)
        click.echo()
        return
    roots = [outcome for outcome in device.failing if outcome.root is None]
    for outcome in roots:
        _print_story(device, outcome, lang)
    for why, rules in _grouped(device, lang).items():
        for line in wrapped(f"{', '.join(rules)}: {why}", f"  {words['unjudged']} "):
            click.echo(click.style(line, dim=True))
    click.echo()


def _verdict(device: Audited, lang: Lang) -> str:
    if not device.outcomes:
        return click.style(_WORDS[lang]["unread"], fg="magenta")
    counts = Counter(outcome.severity for outcome in device.failing)
    said = [
        click.style(_number(counts[severity], severity), fg=_COLOURS[severity])
        for severity in reversed(Severity)
        if counts[severity]
    ]
    return ", ".join(said) if said else click.style(_WORDS[lang]["clean"], fg="green")


def _number(count: int, severity: Severity) -> str:
    """``1 error``, ``3 errors``, ``2 critical``."""
    plural = count > 1 and severity in (Severity.ERROR, Severity.WARNING)
    return f"{count} {severity}{'s' if plural else ''}"


def _print_story(device: Audited, outcome: Outcome, lang: Lang) -> None:
    finding = outcome.finding
    assert finding is not None  # noqa: S101 - a failure has one
    head = click.style(f"{outcome.severity.upper():<8}", fg=_COLOURS[outcome.severity])
    first, *rest = wrapped(f"{outcome.rule}: {finding.summary.said(lang)}", " " * 11)
    click.echo(f"  {head} {first.lstrip()}")
    for line in rest:
        click.echo(line)
    if outcome.severity is not Severity.INFO:
        _print_evidence(finding.evidence, lang)
    for other in device.failing:
        if other.root == outcome.rule and other.finding is not None:
            so = _WORDS[lang]["so"]
            for line in wrapped(
                f"{other.rule} ({other.severity}): {other.finding.summary.said(lang)}", f"           {so} "
            ):
                click.echo(line)


def _print_evidence(evidence: Sequence[Evidence], lang: Lang) -> None:
    for each in evidence[:_MOST_EVIDENCE]:
        command = each.command.split(" | ", 1)[0]
        text = " ".join(one_line(each.text).split())
        place = command if each.line is None else f"{command}:{each.line}"
        said = f"{_WORDS[lang]['not_there']} {text}" if each.line is None else text
        click.echo("           " + click.style(f"{place}  ", dim=True) + said)


def _grouped(device: Audited, lang: Lang) -> dict[str, list[str]]:
    """The rules that could not be judged, by the reason."""
    found: dict[str, list[str]] = {}
    for outcome in device.unjudged:
        why = outcome.why.said(lang) if outcome.why is not None else ""
        found.setdefault(why, []).append(outcome.rule)
    return found


def _print_todo(devices: Sequence[Audited], knowledge: Knowledge, lang: Lang) -> None:
    """Each root cause once, the gravest and most frequent first, with its remedy."""
    words = _WORDS[lang]
    roots: dict[str, list[tuple[str, Outcome]]] = {}
    for device in devices:
        for outcome in device.failing:
            if outcome.root is None and outcome.severity is not Severity.INFO:
                roots.setdefault(outcome.rule, []).append((device.name, outcome))
    if not roots:
        return
    click.echo(click.style(words["todo"], bold=True))
    for rule, hits in sorted(roots.items(), key=lambda item: (-_gravest(item[1]), -len(item[1]), item[0])):
        _, outcome = max(hits, key=lambda hit: hit[1].severity.rank)
        finding = outcome.finding
        assert finding is not None  # noqa: S101 - a failure has one
        known = knowledge.rule(rule)
        title = known.title.said(lang) if known is not None else ""
        first, *rest = wrapped(f"{rule}: {title}", "  ")
        click.echo(click.style(first, fg=_COLOURS[outcome.severity], bold=True))
        for line in rest:
            click.echo(line)
        if len(devices) > 1:
            click.echo(f"    {words['on']} {_names(name for name, _ in hits)}")
        for line in wrapped(finding.cause.said(lang), f"    {words['cause']} "):
            click.echo(line)
        click.echo(f"    {words['do']}")
        for number, step in enumerate(finding.remedy, 1):
            for line in wrapped(step.said(lang), f"      {number}. "):
                click.echo(line)
        if finding.playbooks:
            click.echo(f"    {words['playbooks']} {', '.join(finding.playbooks)}")
        click.echo(click.style(f"    {words['more']} slp-ops explain {rule}", dim=True))
        click.echo()


def _gravest(hits: list[tuple[str, Outcome]]) -> int:
    return max(outcome.severity.rank for _, outcome in hits)


def _names(names: Iterable[str]) -> str:
    """Some names, and how many more there are."""
    found = [one_line(name) for name in names]
    more = len(found) - _MOST_NAMES
    return ", ".join(found[:_MOST_NAMES]) + (f" +{more}" if more > 0 else "")


def _print_fleet(devices: Sequence[Audited], knowledge: Knowledge, lang: Lang) -> None:
    hits: dict[str, list[tuple[str, Outcome]]] = {}
    for device in devices:
        for outcome in device.failing:
            hits.setdefault(outcome.rule, []).append((device.name, outcome))
    if not hits:
        return
    click.echo(click.style(_WORDS[lang]["by_rule"], bold=True))
    rows = []
    for rule, found in sorted(hits.items(), key=lambda item: (-_gravest(item[1]), -len(item[1]), item[0])):
        severity = max((outcome.severity for _, outcome in found), key=lambda each: each.rank)
        rows.append((rule, severity.value, str(len(found)), _names(name for name, _ in found)))
    click.echo(table([word.said(lang) for word in _BY_RULE], rows))
    click.echo()


def _print_compared(compared: Compared, lang: Lang) -> None:
    click.echo(click.style(_WORDS[lang]["against"], bold=True))
    for sign, pairs, colour in (("new", compared.new, "red"), ("gone", compared.gone, "green")):
        for device, rule in pairs:
            click.echo(click.style(f"  {sign:<5} {one_line(device)}: {rule}", fg=colour))
    click.echo(f"  {len(compared.unchanged)} unchanged")
    click.echo()


def _print_total(devices: Sequence[Audited], lang: Lang, seconds: float) -> None:
    worst = Counter(device.worst for device in devices if device.outcomes)
    said = [
        words.said(lang).format(count=worst[severity])
        for severity, words in _AT_WORST.items()
        if worst[severity]
    ]
    if unread := sum(not device.outcomes for device in devices):
        said.append(_UNREAD.said(lang).format(count=unread))
    total = _TOTAL.of(
        count=len(devices),
        worst=", ".join(said),
        unknown=sum(len(device.unjudged) for device in devices),
        seconds=seconds,
    )
    click.echo(total.said(lang))


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
    Severity.INFO: Text("{count} with information only", "情報のみ {count}"),
    None: Text("{count} clean", "検出なし {count}"),
}
_UNREAD: Final = Text("{count} not read", "未取得 {count}")
_TOTAL: Final = Text(
    "{count:switch}: {worst}; {unknown:verdict} unknown, in {seconds:.1f} s",
    "{count} 台: {worst}。判定不可 {unknown} 件 ({seconds:.1f} 秒)",
)
