"""The difference of two runs for people and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import click

from slp_ops.cli.wrapping import wrapped
from slp_ops.rules.text import Text, counted
from slp_ops.safetext import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.app.audit_device import Audited, Compared
    from slp_ops.cli.diff import DeviceDiff
    from slp_ops.history.config import LineChange
    from slp_ops.history.fields import FieldChange
    from slp_ops.rules.text import Lang
    from slp_ops.rules.values import Outcome
    from slp_ops.store import StoredRun

SCHEMA: Final = "slp-ops/diff/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """Two runs compared."""

    old: StoredRun
    new: StoredRun
    devices: tuple[DeviceDiff, ...]
    compared: Compared
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Findings:
    """The findings of one switch, sorted by what became of them."""

    new: tuple[Outcome, ...]
    gone: tuple[Outcome, ...]
    unchanged: tuple[Outcome, ...]
    unclear: tuple[Outcome, ...]


def as_record(diff: Diff, lang: Lang) -> dict[str, Any]:
    """Everything, device by device."""
    compared = _by_device(diff.compared)
    return {
        "schema": SCHEMA,
        "old": {"id": diff.old.id, "started": diff.old.header.started.isoformat()},
        "new": {"id": diff.new.id, "started": diff.new.header.started.isoformat()},
        "only_old": list(diff.only_old),
        "only_new": list(diff.only_new),
        "devices": [_device_record(each, compared, lang) for each in diff.devices],
    }


def _device_record(each: DeviceDiff, compared: dict[str, set[tuple[str, str]]], lang: Lang) -> dict[str, Any]:
    found = _findings(each, compared)
    return {
        "name": each.new.name,
        "site": each.new.site,
        "status": {"old": each.old.status.value, "new": each.new.status.value},
        "release": {"old": each.old.release, "new": each.new.release},
        "findings": {
            name: [_finding_record(outcome, lang) for outcome in getattr(found, name)]
            for name in ("new", "gone", "unchanged", "unclear")
        },
        "facts": [
            {"fact": one.fact, "field": one.field, "old": one.old, "new": one.new, "secret": one.secret}
            for one in each.fields
        ],
        "configuration": None
        if each.lines is None
        else [
            {"under": list(one.under), "line": one.line, "added": one.added, "secret": one.secret}
            for one in each.lines
        ],
        "other_masking_key": each.other_key,
    }


def _finding_record(outcome: Outcome, lang: Lang) -> dict[str, Any]:
    return {
        "rule": outcome.rule,
        "severity": outcome.severity.value,
        "summary": None if outcome.finding is None else outcome.finding.summary.said(lang),
        "root": outcome.root,
    }


def show(diff: Diff, lang: Lang) -> None:
    """Print what differs; a device in which nothing does is counted only."""
    compared = _by_device(diff.compared)
    click.echo(f"{_run(diff.old)}  ->  {_run(diff.new)}\n")
    same = 0
    for each in diff.devices:
        lines = list(_device_lines(each, _findings(each, compared), lang))
        if not lines:
            same += 1
            continue
        click.echo(click.style(f"{one_line(each.new.name)}  {one_line(each.new.site)}", bold=True))
        for line in lines:
            click.echo(line)
        click.echo()
    for names, words in ((diff.only_old, _ONLY_OLD), (diff.only_new, _ONLY_NEW)):
        if names:
            for line in wrapped(", ".join(names), f"{words.said(lang)}: "):
                click.echo(line)
    found = diff.compared
    click.echo(
        f"{counted(len(diff.devices), 'device')}, {same} the same; findings: {len(found.new)} new, "
        f"{len(found.gone)} gone, {len(found.unchanged)} unchanged, {len(found.unclear)} no longer judged"
    )


def _run(run: StoredRun) -> str:
    return f"{run.id} ({run.header.verb}, {run.header.started:%Y-%m-%d %H:%M}Z)"


def _device_lines(each: DeviceDiff, found: _Findings, lang: Lang) -> list[str]:
    lines = [
        f"  {name}: {one_line(old)} -> {one_line(new)}"
        for name, old, new in (
            ("status", each.old.status.value, each.new.status.value),
            ("release", each.old.release, each.new.release),
        )
        if old != new and old is not None and new is not None
    ]
    for sign, outcomes, colour in (
        ("+", found.new, "red"),
        ("-", found.gone, "green"),
        ("?", found.unclear, None),
    ):
        for outcome in outcomes:
            said = outcome.finding.summary.said(lang) if outcome.finding is not None else ""
            first, *rest = wrapped(f"{outcome.rule} ({outcome.severity}): {said}", f"  {sign} ", "    ")
            lines += [click.style(first, fg=colour), *rest]
    lines += [_field(one, lang) for one in each.fields]
    lines += _config_lines(each.lines or ())
    if each.lines is None:
        lines += wrapped(_NO_CONFIG.said(lang), "  ") if lines else []
    elif each.other_key:
        lines += wrapped(_OTHER_KEY.said(lang), "  ! ")
    return lines


def _field(one: FieldChange, lang: Lang) -> str:
    name = ".".join(part for part in (one.fact, one.field) if part)
    if one.secret:
        return f"  {one_line(name)}: {_SECRET.said(lang)}"
    return f"  {one_line(name)}: {one_line(one.old or '-')} -> {one_line(one.new or '-')}"


def _config_lines(changes: Sequence[LineChange]) -> list[str]:
    lines: list[str] = []
    for under, group in groupby(changes, key=lambda change: change.under):
        if under:
            lines.append(click.style(f"    {' / '.join(map(one_line, under))}", dim=True))
        for change in group:
            text = f"  {'+' if change.added else '-'} {' ' * bool(under)}{one_line(change.line)}"
            secret = "  (another secret)" if change.secret and change.added else ""
            lines.append(click.style(text + secret, fg="green" if change.added else "red"))
    return lines


def _findings(each: DeviceDiff, compared: dict[str, set[tuple[str, str]]]) -> _Findings:
    def of(audited: Audited, what: str) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in audited.failing if (audited.name, outcome.rule) in compared[what])

    return _Findings(
        new=of(each.new, "new"),
        gone=of(each.old, "gone"),
        unchanged=of(each.new, "unchanged"),
        unclear=of(each.old, "unclear"),
    )


def _by_device(compared: Compared) -> dict[str, set[tuple[str, str]]]:
    return {name: set(getattr(compared, name)) for name in ("new", "gone", "unchanged", "unclear")}


_ONLY_OLD: Final = Text("only in the old run", "旧実行のみ")
_ONLY_NEW: Final = Text("only in the new run", "新実行のみ")
_SECRET: Final = Text("another secret", "シークレットが変更されています")
_NO_CONFIG: Final = Text(
    "the configuration was not read in both runs", "両方の実行で running-config を取得できていません"
)
_OTHER_KEY: Final = Text(
    "not one masked secret is the same: the runs were made by different users or on different machines, and "
    "their masks cannot be compared",
    "一致するマスクが 1 つもありません。別のユーザまたは別の端末で取得した実行のため、マスクは比較できません",
)
