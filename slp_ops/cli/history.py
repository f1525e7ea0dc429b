"""``slp-ops history``: one switch over time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from slp_ops.cli.lang import lang_option
from slp_ops.cli.options import json_option, runs_dir_option
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.rules.text import Lang
    from slp_ops.store.history import History, Picture


@click.command(name="history")
@runs_dir_option
@click.option(
    "--last",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    envvar="SLP_OPS_LAST",
    metavar="N",
    help="Print so many of the newest rows. Charts and JSON are of all runs.",
)
@lang_option
@json_option
@click.argument("device")
def command(*, runs_dir: Path, last: int, lang: Lang, as_json: bool, device: str) -> None:
    """Show how DEVICE was in every run: release, transport, trust, ACK, RUM reports, findings.

    The evidence of the runs is the truth; an index beside it (history-1.sqlite) makes this quick, and is
    brought up to date first. Runs in which nothing changed share a row.
    """
    from slp_ops.app.history_index import asking
    from slp_ops.cli import shown_history
    from slp_ops.rules.settings import Thresholds

    def ask(history: History) -> tuple[Picture, ...]:
        return history.device(device) or _unknown(history, device)

    pictures = asking(runs_dir, ask, TerminalOperator())
    limit = Thresholds().rum_reports
    if as_json:
        click.echo(json.dumps(shown_history.as_record(device, pictures, limit, lang), ensure_ascii=False))
    else:
        shown_history.show(device, pictures, limit, lang, last=last)


def _unknown(history: History, device: str) -> tuple[Picture, ...]:
    from slp_ops.written.problems import did_you_mean

    names = [each.name for each in history.devices()]
    if not names:
        raise InputError("there are no runs yet", hint="make one with: slp-ops collect")
    raise InputError(
        f"no run holds {device!r}{did_you_mean(device, names)}",
        hint=f"there are {', '.join(names[:20])}" + (" ..." if len(names) > 20 else ""),
    )
