"""``slp-ops watch``: look again and again, and say what has changed."""

from __future__ import annotations

import shlex
import shutil
from typing import TYPE_CHECKING

import click

from slp_ops.cli.calling import call
from slp_ops.cli.exits import Result, code_of, read_result
from slp_ops.cli.options import (
    ConsentOption,
    VerbOption,
    age,
    json_option,
    lang_option,
    runs_dir_option,
    span,
)
from slp_ops.cli.reading_options import with_collect_options
from slp_ops.cli.rule_options import with_audit_options
from slp_ops.cli.session_options import connecting_options
from slp_ops.cli.target import target_options
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.cli.writing import print_result
from slp_ops.json_documents import encode, to_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta
    from pathlib import Path

    from slp_ops.app.audit_device import AuditOptions
    from slp_ops.app.read_device import CollectOptions
    from slp_ops.app.selection import DeviceSelection
    from slp_ops.app.sessions import SessionOptions
    from slp_ops.i18n import Lang


def program(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...]:
    """The program and its arguments; none is an empty tuple."""
    if value is None:
        return ()
    try:
        words = shlex.split(value)
    except ValueError as err:
        raise click.BadParameter(f"{value!r}: {err}") from None
    if not words or shutil.which(words[0]) is None:
        raise click.BadParameter(f"{words[0] if words else value!r} is no program that can be run")
    return tuple(words)


@click.command(name="watch")
@target_options
@connecting_options
@runs_dir_option
@click.option(
    "--every",
    callback=span("smhd", "15m, 1h, 1d"),
    default="1h",
    show_default=True,
    envvar="SLP_OPS_EVERY",
    metavar="SPAN",
    help="Time between the starts of two rounds, plus up to 10 % at random: 15m, 1h, 1d.",
)
@click.option(
    "--once",
    is_flag=True,
    envvar="SLP_OPS_ONCE",
    help="Run one round, for cron; does nothing while another watch is running.",
)
@click.option(
    "--exec",
    "program",
    cls=ConsentOption,
    callback=program,
    metavar="CMD",
    help="Run CMD for each new finding, with the finding as JSON on its standard input. No shell is used.",
)
@click.option(
    "--keep",
    cls=VerbOption,
    type=click.IntRange(min=1),
    metavar="N",
    envvar="SLP_OPS_WATCH_KEEP",
    help="After each round remove old runs of watch, but keep the newest N.",
)
@click.option(
    "--older-than",
    cls=VerbOption,
    callback=age,
    metavar="AGE",
    envvar="SLP_OPS_WATCH_OLDER_THAN",
    help="Keep younger runs: 36h, 90d, 12w. With --keep a run is removed only if both allow it.",
)
@with_audit_options
@with_collect_options
@click.option(
    "--details",
    is_flag=True,
    envvar="SLP_OPS_DETAILS",
    help="Print a line for each switch in the first round. Without it many healthy ones are counted.",
)
@lang_option
@json_option
def command(
    *,
    target: DeviceSelection,
    connecting: SessionOptions,
    runs_dir: Path,
    every: timedelta,
    once: bool,
    program: tuple[str, ...],
    keep: int | None,
    older_than: timedelta | None,
    audit_options: AuditOptions,
    collect_options: CollectOptions,
    details: bool,
    lang: Lang,
    as_json: bool,
) -> None:
    """Read and judge the switches periodically; print a line for each change.

    Each round is a run of its own. The first round prints one line per switch, of 20 or more a summary and
    those to look at; its findings do not count as new. A switch that cannot be read keeps its last known
    state. Runs of other verbs, and the newest complete run of a switch, are never removed. Stop with Ctrl-C
    or SIGTERM: what was read is saved. With --once: exit code 3 for new findings of a warning or above, 4
    when switches could not be read.
    """
    from slp_ops.app.watch import WatchedChange, WatchRequest, run_for_ever, run_once
    from slp_ops.report.documents.audit import change_document, new_finding_document
    from slp_ops.report.terminal.changes import render

    def show(found: Sequence[WatchedChange]) -> None:
        documents = (to_json(change_document(each, lang)) for each in found)
        text = "\n".join(documents) if as_json else render(found, lang, details=details)
        (print_result if once else click.echo)(text)

    request = WatchRequest(
        target=target,
        on_changes=show,
        alarm=lambda found: encode(new_finding_document(found, lang)),
        connecting=connecting,
        runs_dir=runs_dir,
        audit_options=audit_options,
        collect_options=collect_options,
        every=every,
        program=program,
        keep=keep,
        older_than=older_than,
    )
    if not once:
        call(run_for_ever, request, TerminalOperator())
    result = call(run_once, request, TerminalOperator())
    found = Result.NEW_FINDINGS if result.has_news else Result.DONE
    raise click.exceptions.Exit(code_of(read_result(complete=result.complete), found))
