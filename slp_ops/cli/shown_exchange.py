"""How the switches of an exchange ended, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from slp_ops.plan.journalled import End
from slp_ops.rules.text import Lang, Text
from slp_ops.safetext import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

_COLOURS: Final = {End.DONE: "green", End.NOTHING: "green", End.STOPPED: "yellow", End.WAITING: "yellow"}
_GO_ON: Final = Text(
    "go on with: slp-ops {verb} --resume {journal}", "続行: slp-ops {verb} --resume {journal}"
)
_AGAIN: Final = Text("plan again: slp-ops {verb}", "プランを作り直してください: slp-ops {verb}")
_NOT_BEGUN: Final = Text("Not begun:", "未着手:")
_UNREAD: Final = Text("Not read:", "読み取れなかったスイッチ:")


def print_ends(
    found: dict[str, Any], lang: Lang, verb: str, details: Callable[[dict[str, Any]], list[str]]
) -> None:
    """A line for each switch with what is said of it, and what is left to be done."""
    open_ = bool(found["not_begun"])
    for device in found["devices"]:
        end = End(device["end"])
        why = "" if device["why"] is None else f" - {device['why'][lang.value]}"
        line = f"{device['name']} ({device['site']}): {end.value}{why}"
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
    counted = ", ".join(f"{count} {end}" for end, count in found["totals"].items())
    click.echo(f"\n{len(found['devices'])} switches: {counted}")
    click.echo(f"Evidence: {found['run']['path']}")
    click.echo(f"Journal: {found['journal']}")
    if open_:
        click.echo(one_line(_GO_ON.of(verb=verb, journal=found["journal"]).said(lang)))
