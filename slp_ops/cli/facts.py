"""``slp-ops facts``: what the captures of a run say, device by device."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from slp_ops.cli.calling import call
from slp_ops.cli.completion import complete_device, complete_run
from slp_ops.cli.options import SelectingOption, json_option, lang_option, runs_dir_option
from slp_ops.json_documents import to_json

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.i18n import Lang


@click.command(name="facts")
@runs_dir_option
@click.argument("ref", shell_complete=complete_run, metavar="[RUN]", default="last")
@click.option(
    "--device", cls=SelectingOption, metavar="NAME", shell_complete=complete_device, help="Only this device."
)
@click.option(
    "--command",
    "only",
    cls=SelectingOption,
    metavar="'show ...'",
    help="Only this command, complete or abbreviated.",
)
@click.option(
    "--csv",
    "as_csv",
    is_flag=True,
    help="With --command: print the rows of all devices as one table, for a command that is read into rows.",
)
@lang_option
@json_option
def command(
    *,
    runs_dir: Path,
    ref: str,
    device: str | None,
    only: str | None,
    as_csv: bool,
    lang: Lang,
    as_json: bool,
) -> None:
    """Show the facts of RUN: its id, its folder, a unique beginning of either, or 'last'.

    Commands that slp-ops has no reader for become rows, by the templates of ntc-templates.
    """
    from slp_ops.app.facts import FactsRequest, run

    if as_csv and (only is None or as_json):
        raise click.UsageError("--csv needs --command, and excludes --json")
    result = call(run, FactsRequest(run=ref, runs_dir=runs_dir, device=device, command=only))
    if as_csv:
        from slp_ops.report.as_csv import rows_as_csv

        click.echo(rows_as_csv(result.devices), nl=False)
    elif as_json:
        from slp_ops.report.documents.facts import facts_document

        click.echo(to_json(facts_document(result.run_id, result.path, result.devices), indent=2))
    else:
        from slp_ops.report.terminal.facts import render_facts

        click.echo(render_facts(result.devices, lang))
