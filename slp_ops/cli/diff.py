"""``slp-ops diff``: what is different between two runs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from slp_ops.cli.judging import judging_options
from slp_ops.cli.lang import lang_option
from slp_ops.cli.options import json_option, runs_dir_option
from slp_ops.model import CaptureStatus
from slp_ops.rules.text import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from slp_ops.app.audit_device import Asked, Audited
    from slp_ops.history.config import LineChange
    from slp_ops.history.fields import FieldChange
    from slp_ops.model import DeviceResult
    from slp_ops.rules.text import Lang
    from slp_ops.store import StoredRun

_RUNNING: Final = "show running-config"
_WORTH_SAYING: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDiff:
    """One switch that both runs have. ``lines`` is None when a configuration was not read in both.

    ``other_key``: the runs mask with different keys, so that all secrets look different.
    """

    old: Audited
    new: Audited
    fields: tuple[FieldChange, ...]
    lines: tuple[LineChange, ...] | None
    other_key: bool


@click.command(name="diff")
@runs_dir_option
@click.option(
    "--device", "only", multiple=True, metavar="NAME", help="Only this device; repeat it for several."
)
@click.option("--all-facts", is_flag=True, envvar="SLP_OPS_ALL_FACTS", help="Compare counters and logs, too.")
@judging_options
@lang_option
@json_option
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW", default="last")
def command(
    *,
    runs_dir: Path,
    only: tuple[str, ...],
    all_facts: bool,
    asked: Asked,
    lang: Lang,
    as_json: bool,
    old: str,
    new: str,
) -> None:
    """Compare two runs, device by device: findings, facts, configuration lines.

    Both are judged by the same rules, those of today. Masked secrets are compared as equal or different and
    never shown. OLD and NEW are a run's id, name, a unique beginning of either, its path, or 'last'.
    """
    from slp_ops.app.audit_device import compare
    from slp_ops.cli import shown_diff
    from slp_ops.store import Runs

    runs = Runs(runs_dir)
    was, now = runs.open(old), runs.open(new)
    before = {result.name: result for result in was.devices}
    after = {result.name: result for result in now.devices}
    both = [name for name in after if name in before and (not only or name in only)]
    if strangers := [name for name in only if name not in before and name not in after]:
        raise click.BadParameter(f"neither run has {strangers[0]!r}", param_hint="--device")
    if len(both) > _WORTH_SAYING:
        click.echo(f"reading {counted(len(both), 'switch')} of both runs", err=True)
    diffs = [_diff(was, before[name], now, after[name], asked=asked, everything=all_facts) for name in both]
    shown = shown_diff.Diff(
        old=was,
        new=now,
        devices=tuple(diffs),
        compared=compare(tuple(each.old for each in diffs), tuple(each.new for each in diffs)),
        only_old=_alone(before, after, only),
        only_new=_alone(after, before, only),
    )
    if as_json:
        click.echo(json.dumps(shown_diff.as_record(shown, lang), ensure_ascii=False))
    else:
        shown_diff.show(shown, lang)


def _diff(
    was: StoredRun,
    before: DeviceResult,
    now: StoredRun,
    after: DeviceResult,
    *,
    asked: Asked,
    everything: bool,
) -> DeviceDiff:
    from slp_ops.app.audit_device import audited
    from slp_ops.app.inputs import facts_of
    from slp_ops.history.config import line_changes
    from slp_ops.history.fields import field_changes
    from slp_ops.history.masks import is_other_key
    from slp_ops.rules.settings import Intent

    old, new = facts_of(was, before.name), facts_of(now, after.name)
    # What the inventory intends may have changed as well; it is the newer one that both are held against.
    intent = Intent.of(now.about[after.name].intent)
    configs = _config(was, before), _config(now, after)
    return DeviceDiff(
        old=audited(before, old if old.all() else None, asked=asked, intent=intent),
        new=audited(after, new if new.all() else None, asked=asked, intent=intent),
        fields=field_changes(old, new, everything=everything),
        lines=None if configs[0] is None or configs[1] is None else line_changes(configs[0], configs[1]),
        other_key=configs[0] is not None and configs[1] is not None and is_other_key(configs[0], configs[1]),
    )


def _config(run: StoredRun, result: DeviceResult) -> str | None:
    for capture in result.captures:
        if capture.command == _RUNNING and capture.status is CaptureStatus.OK and capture.file is not None:
            return run.text(result.name, capture)
    return None


def _alone(
    these: Sequence[str] | dict[str, DeviceResult], others: dict[str, DeviceResult], only: Sequence[str]
) -> tuple[str, ...]:
    return tuple(name for name in these if name not in others and (not only or name in only))
