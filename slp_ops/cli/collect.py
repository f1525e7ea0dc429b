"""``slp-ops collect``: read the switches, keep the evidence, say what is missing and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from slp_ops.app.commands import SETS
from slp_ops.cli.calling import call
from slp_ops.cli.exits import code_of, read_result
from slp_ops.cli.options import (
    SelectingVerbOption,
    VerbOption,
    details_option,
    json_option,
    lang_option,
    runs_dir_option,
)
from slp_ops.cli.reading_options import evidence_option, resume_option, with_collect_options
from slp_ops.cli.session_options import connecting_options, hub_option, processes_option
from slp_ops.cli.target import target_options
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.cli.writing import print_result, print_text
from slp_ops.json_documents import to_json
from slp_ops.model import EvidenceForm

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.app.read_device import CollectOptions
    from slp_ops.app.selection import DeviceSelection
    from slp_ops.app.sessions import SessionOptions
    from slp_ops.i18n import Lang

SCHEMA: Final = "slp-ops/collect/1"
_COLOURS: Final = {"ok": "green", "partial": "yellow", "failed": "red", "skipped": "magenta"}


@click.command(name="collect")
@target_options
@connecting_options
@processes_option
@hub_option
@runs_dir_option
@click.option(
    "--set",
    "set_name",
    cls=VerbOption,
    type=click.Choice(SETS),
    default="baseline",
    show_default=True,
    envvar="SLP_OPS_COLLECT_SET",
    help="baseline: what the checks need. support: also show license tech support. full: also show "
    "tech-support, many minutes a switch.",
)
@click.option(
    "--command",
    "ad_hoc",
    cls=SelectingVerbOption,
    multiple=True,
    envvar="SLP_OPS_COLLECT_COMMAND",
    metavar="'show ...'",
    help="Additional show command; repeatable. Commands that are not provably read-only are refused.",
)
@resume_option("collect")
@evidence_option
@with_collect_options
@details_option
@lang_option
@json_option
def command(
    *,
    target: DeviceSelection,
    connecting: SessionOptions,
    runs_dir: Path,
    set_name: str,
    ad_hoc: tuple[str, ...],
    collect_options: CollectOptions,
    resume: str | None,
    evidence: str,
    details: bool,
    lang: Lang,
    as_json: bool,
) -> None:
    """Run the documented show commands on each switch and keep the evidence.

    Reading never changes a switch. Without --site, --tag or --limit every device of the inventory
    is read. Exit code 4 when some devices could not be read, or not completely.
    """
    from slp_ops.app.collect import CollectRequest, run
    from slp_ops.app.fleet import is_complete

    request = CollectRequest(
        target=target,
        connecting=connecting,
        runs_dir=runs_dir,
        set_name=set_name,
        extra_commands=ad_hoc,
        collect_options=collect_options,
        resume=resume,
        evidence=EvidenceForm(evidence),
    )
    result = call(run, request, TerminalOperator())
    if as_json:
        from slp_ops.report.documents.runs import collect_document

        print_result(to_json(collect_document(result.run_id, result.path, result.devices, result.folders)))
    else:
        from slp_ops.report.terminal.collect import render

        print_text(render(result, lang, details=details))
    raise click.exceptions.Exit(code_of(read_result(complete=is_complete(result.devices))))
