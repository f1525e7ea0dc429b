"""``slp-ops trend``: where a fleet is heading, by site and switch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from slp_ops.cli.language import notice
from slp_ops.cli.next_command import with_options
from slp_ops.cli.options import VerbOption, json_option, lang_option, runs_dir_option, selection_options
from slp_ops.json_documents import to_json

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.app.selection import Selection
    from slp_ops.i18n import Lang


@click.command(name="trend")
@runs_dir_option
@selection_options
@click.option(
    "--days",
    cls=VerbOption,
    type=click.IntRange(min=1),
    default=90,
    show_default=True,
    envvar="SLP_OPS_TREND_DAYS",
    metavar="N",
    help="Number of days to look back.",
)
@click.option(
    "--reports",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    envvar="SLP_OPS_REPORTS",
    metavar="N",
    help="Forecast when a switch will hold this many reports. FN72578 mentions 1,000, not a fixed limit.",
)
@lang_option
@json_option
def command(
    *, runs_dir: Path, selection: Selection, days: int, reports: int, lang: Lang, as_json: bool
) -> None:
    """Show RUM reports, the age of ACKs and failing communication over time, and which reports grow.

    Sites and tags are those of each switch's newest run. A date is where a straight line through the counts
    leads, with the days between which it lies at 90 %; with fewer than four runs there is none.
    """
    from slp_ops.app.history import TrendRequest
    from slp_ops.app.history import trend as trend_of
    from slp_ops.cli.terminal import TerminalOperator

    request = TrendRequest(runs_dir=runs_dir, selection=selection, days=days, reports=reports)
    trend = trend_of(request, TerminalOperator())
    if as_json:
        from slp_ops.report.documents.history import trend_document

        click.echo(to_json(trend_document(trend, lang), ascii_only=False))
    elif not trend.fleet:
        notice("no run has read a licence agent yet; make one with: slp-ops audit")
    else:
        from slp_ops.report.terminal.trend import render

        click.echo(with_options(render(trend, lang)))
