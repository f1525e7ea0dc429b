"""Changes as lines: one a change, for people or as JSON."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from slp_ops.cli.shown_audit import outcome_record
from slp_ops.history.changes import Change, What
from slp_ops.model import Severity
from slp_ops.rules.text import Lang, Text
from slp_ops.safetext import one_line

if TYPE_CHECKING:
    from slp_ops.app.audit_device import Audited
    from slp_ops.app.watch import WatchedChange

SCHEMA: Final = "slp-ops/change/1"
_COLOURS: Final = {
    What.NEW: "red",
    What.GONE: "green",
    What.UNREADABLE: "magenta",
    What.READABLE: "green",
}


def as_record(found: WatchedChange, lang: Lang) -> dict[str, Any]:
    """A change as JSON."""
    change, judged = found.change, found.device
    return {
        "schema": SCHEMA,
        "at": found.at.isoformat(timespec="seconds"),
        "run": found.run_id,
        "device": change.device,
        "site": change.site,
        "what": change.what.value,
        "rule": change.rule,
        "severity": None if change.severity is None else change.severity.value,
        "summary": _summary(change, judged, lang),
        "old": change.old,
        "new": change.new,
        "findings": [{"rule": each.rule, "severity": each.severity.value} for each in judged.failing]
        if change.what is What.FIRST_LOOK
        else None,
    }


def alarm_record(found: WatchedChange, lang: Lang) -> dict[str, Any]:
    """A new finding as JSON, for a program of the operator's."""
    device = found.device
    outcome = next(each for each in device.failing if each.rule == found.change.rule)
    return {
        "schema": "slp-ops/new-finding/1",
        "run": found.run_id,
        "runs_dir": str(found.runs_dir),
        "site": device.site,
        "release": device.release,
        **outcome_record(device.name, outcome, lang),
    }


def say(found: WatchedChange, *, lang: Lang, as_json: bool) -> None:
    """Print a change, at once."""
    change = found.change
    if as_json:
        line = json.dumps(as_record(found, lang), ensure_ascii=True)
    else:
        words = one_line(_words(change, found.device, lang))
        line = f"{found.at:%Y-%m-%dT%H:%M:%SZ} {one_line(change.device)}: " + click.style(
            words, fg=_COLOURS.get(change.what)
        )
    click.echo(line)
    sys.stdout.flush()


def _words(change: Change, judged: Audited, lang: Lang) -> str:
    match change.what:
        case What.FIRST_LOOK:
            hits = [each for each in judged.failing if each.severity is not Severity.INFO]
            found = ", ".join(f"{each.rule} ({each.severity})" for each in hits)
            words = _FIRST_LOOK if found else _CLEAN
            return words.of(release=change.new or "-", found=found).said(lang)
        case What.NEW:
            summary = _summary(change, judged, lang) or ""
            return _NEW.of(rule=change.rule, severity=change.severity, summary=summary).said(lang)
        case _:
            return (
                _WORDS[change.what]
                .of(rule=change.rule, severity=change.severity, old=change.old or "-", new=change.new or "-")
                .said(lang)
            )


def _summary(change: Change, judged: Audited, lang: Lang) -> str | None:
    """What the rule says now; of a finding that has gone there is nothing to say."""
    if change.what is not What.NEW:
        return None
    hit = next((each for each in judged.failing if each.rule == change.rule), None)
    return None if hit is None or hit.finding is None else hit.finding.summary.said(lang)


_FIRST_LOOK: Final = Text("first look, {release}: {found}", "初回確認 {release}: {found}")
_CLEAN: Final = Text("first look, {release}: nothing found", "初回確認 {release}: 検出なし")
_NEW: Final = Text("new: {rule} ({severity}): {summary}", "新規: {rule} ({severity}): {summary}")
_WORDS: Final = {
    What.GONE: Text("gone: {rule} ({severity})", "解消: {rule} ({severity})"),
    What.UNREADABLE: Text("cannot be read: {new}", "取得不可: {new}"),
    What.READABLE: Text("can be read again", "取得可能に復帰"),
    What.RELEASE: Text("release: {old} -> {new}", "リリース: {old} -> {new}"),
    What.TRANSPORT: Text("transport: {old} -> {new}", "トランスポート: {old} -> {new}"),
    What.TRUST: Text("trust codes: {old} -> {new}", "トラストコード: {old} -> {new}"),
    What.ACK: Text("an ACK has come: {new} (before: {old})", "ACK 受信: {new} (前回: {old})"),
}
