"""How the switches of an exchange ended, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from slp_ops.cli import shown_plan
from slp_ops.i18n import Lang, Text, counted
from slp_ops.plan import Check, Fetch, Instruct, Put
from slp_ops.plan.journalled import End
from slp_ops.safetext import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slp_ops.plan import SwitchPlan
    from slp_ops.usecases.remediate import Looked

_COLOURS: Final = {End.DONE: "green", End.NOTHING: "green", End.STOPPED: "yellow", End.WAITING: "yellow"}
_SAME: Final = Text("The same, with files of their own, on:", "同じ手順 (ファイル名のみ異なる):")
_GO_ON: Final = Text(
    "go on with: slp-ops {verb} --resume {journal}", "続行: slp-ops {verb} --resume {journal}"
)
_AGAIN: Final = Text("plan again: slp-ops {verb}", "プランを作り直してください: slp-ops {verb}")
_NOT_BEGUN: Final = Text("Not begun:", "未着手:")
_UNREAD: Final = Text("Not read:", "読み取れなかったスイッチ:")


def print_plans(looked: Sequence[Looked], lang: Lang) -> None:
    """Each kind of plan once in full, then the switches on which the same is done with other files."""
    kinds: dict[tuple[object, ...], list[SwitchPlan]] = {}
    for plan in shown_plan.plans_of(looked):
        kinds.setdefault(_kind(plan), []).append(plan)
    for first, *others in kinds.values():
        shown_plan.print_switch(first, lang)
        if others:
            click.echo(f"{_SAME.said(lang)}")
            for plan in others:
                click.echo(one_line(f"  {shown_plan.head(plan)}  {', '.join(_files(plan))}"))
                for _, step in plan.steps:
                    if isinstance(step, Instruct):
                        click.echo(one_line(f"    {step.text.said(lang)}"))
            click.echo()
    shown_plan.print_rest(looked, lang)


def _kind(plan: SwitchPlan) -> tuple[object, ...]:
    steps = tuple(type(step).__name__ for _, step in plan.steps)
    return steps, tuple(action.notes for action in plan.actions)


def _files(plan: SwitchPlan) -> list[str]:
    """The names that tell one plan from another of its kind."""
    return [
        step.name if isinstance(step, Fetch | Put) else step.path
        for _, step in plan.steps
        if isinstance(step, Fetch | Put | Check)
    ][:1]


def print_ends(
    found: dict[str, Any], lang: Lang, verb: str, details: Callable[[dict[str, Any]], list[str]]
) -> None:
    """A line for each switch with what is said of it, and what is left to be done."""
    open_ = bool(found["not_begun"])
    for device in found["devices"]:
        end = End(device["end"])
        why = "" if device["why"] is None else f" - {device['why'][lang.value]}"
        line = f"{device['name']} ({device['site']}): {end.words}{why}"
        click.echo(click.style(one_line(line), fg=_COLOURS.get(end, "red")))
        for text in details(device):
            click.echo(f"  {one_line(text)}")
        if end is End.STALE:
            click.echo(f"  hint: {one_line(_AGAIN.of(verb=verb).said(lang))}")
        open_ = open_ or not end.good
    if found["not_begun"]:
        click.echo(f"{_NOT_BEGUN.said(lang)} {', '.join(found['not_begun'])}")
    for device in found["unread"]:
        click.echo(one_line(f"{_UNREAD.said(lang)} {device['name']}: {device['why']}"))
    ends = ", ".join(f"{count} {End(end).words}" for end, count in found["totals"].items())
    click.echo(f"\n{counted(len(found['devices']), 'switch')}: {ends}")
    if found["run"]["path"]:
        click.echo(f"Evidence: {found['run']['path']}")
    click.echo(f"Journal: {found['journal']}")
    if open_:
        click.echo(one_line(_GO_ON.of(verb=verb, journal=found["journal"]).said(lang)))
