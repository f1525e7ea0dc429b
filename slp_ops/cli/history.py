"""``slp-ops history``: one switch over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from slp_ops.cli.completion import complete_device
from slp_ops.cli.next_command import with_options
from slp_ops.cli.options import json_option, lang_option, runs_dir_option
from slp_ops.json_documents import to_json

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.i18n import Lang


@click.command(name="history")
@runs_dir_option
@click.option(
    "--last",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    envvar="SLP_OPS_LAST",
    metavar="N",
    help="Number of newest rows to print. Charts and JSON cover all runs.",
)
@lang_option
@json_option
@click.argument("device", shell_complete=complete_device)
def command(*, runs_dir: Path, last: int, lang: Lang, as_json: bool, device: str) -> None:
    """Show the state of DEVICE in every run: release, transport, trust, ACK, RUM reports, findings.

    The evidence of the runs is the truth; an index beside it (history-*.sqlite) makes this quick, and is
    brought up to date first. Runs in which nothing changed share a row.
    """
    from slp_ops.app.history import HistoryRequest, device_history
    from slp_ops.cli.terminal import TerminalOperator

    history = device_history(HistoryRequest(runs_dir=runs_dir, device=device), TerminalOperator())
    if as_json:
        from slp_ops.report.documents.history import history_document

        click.echo(to_json(history_document(history, lang), ascii_only=False))
    else:
        from slp_ops.report.terminal.history import render

        click.echo(with_options(render(history, lang, last=last)))
