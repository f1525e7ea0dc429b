"""``slp-ops commands``: the show commands, the releases that have them, and their sets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from slp_ops.cli.calling import call

if TYPE_CHECKING:
    from slp_ops.commands import ShowCommand


@click.command(name="commands")
@click.option("--set", "wanted", metavar="NAME", help="Only the commands of this set.")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def command(wanted: str | None, as_json: bool) -> None:
    """List the show commands in the order in which a run sends them."""
    from slp_ops.app.commands import list_commands

    chosen = call(list_commands, wanted)
    if as_json:
        click.echo(json.dumps({"schema": 1, "commands": [_row(each) for each in chosen]}, indent=2))
        return
    rows = [("COMMAND", "RELEASES", "SETS", "NOTE"), *(_columns(each) for each in chosen)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _row(each: ShowCommand) -> dict[str, object]:
    return {
        "command": each.command,
        "since": None if each.since is None else str(each.since),
        "until": None if each.until is None else str(each.until),
        "sets": sorted(each.sets),
        "needs_config": each.needs_config or None,
        "timeout": each.timeout,
    }


def _columns(each: ShowCommand) -> tuple[str, str, str, str]:
    match (each.since, each.until):
        case None, None:
            releases = "all"
        case since, None:
            releases = f"{since} and later"
        case None, until:
            releases = f"up to {until}"
        case since, until:
            releases = f"{since} to {until}"
    note = f"never sent: needs '{each.needs_config}' in the configuration" if each.needs_config else ""
    return (each.command, releases, ", ".join(sorted(each.sets)) or "-", note)
