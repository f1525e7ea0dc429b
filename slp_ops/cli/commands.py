"""``slp-ops commands``: the show commands, the releases that have them, and their sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from slp_ops.cli.calling import call
from slp_ops.cli.options import lang_option
from slp_ops.json_documents import to_json

if TYPE_CHECKING:
    from slp_ops.i18n import Lang


@click.command(name="commands")
@click.option("--set", "wanted", metavar="NAME", help="Only the commands of this set.")
@lang_option
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def command(wanted: str | None, lang: Lang, as_json: bool) -> None:
    """List the show commands in the order in which a run sends them."""
    from slp_ops.app.commands import list_commands

    chosen = call(list_commands, wanted)
    if as_json:
        from slp_ops.report.documents.knowledge import commands_document

        click.echo(to_json(commands_document(chosen), indent=2))
    else:
        from slp_ops.report.terminal.commands import render

        click.echo(render(chosen, lang))
