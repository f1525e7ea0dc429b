"""``slp-ops check-reachability``: from the switch, over the path its licence agent uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from slp_ops.cli.calling import call
from slp_ops.cli.exits import code_of, reachability_results
from slp_ops.cli.options import (
    FiniteRange,
    NamedPath,
    VerbOption,
    details_option,
    json_option,
    lang_option,
    runs_dir_option,
)
from slp_ops.cli.reading_options import resume_option, with_collect_options
from slp_ops.cli.session_options import connecting_options, hub_option, processes_option
from slp_ops.cli.target import target_options
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.json_documents import to_json

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.app.read_device import CollectOptions
    from slp_ops.app.selection import DeviceSelection
    from slp_ops.app.sessions import SessionOptions
    from slp_ops.i18n import Lang


@click.command(name="check-reachability")
@target_options
@connecting_options
@processes_option
@hub_option
@runs_dir_option
@click.option(
    "--target",
    "targets",
    multiple=True,
    envvar="SLP_OPS_TARGET",
    metavar="HOST:PORT",
    help="Also test this target and include it in the verdict; repeatable.",
)
@click.option(
    "--all",
    "everything",
    cls=VerbOption,
    is_flag=True,
    envvar="SLP_OPS_CHECK_REACHABILITY_ALL",
    help="Also test smartreceiver.cisco.com, tools.cisco.com and www.cisco.com (trustpool bundle), "
    "whatever the transport; they do not affect the verdict.",
)
@click.option(
    "--probe-timeout",
    type=FiniteRange(min=1, max=600),
    envvar="SLP_OPS_PROBE_TIMEOUT",
    default=75.0,
    show_default=True,
    metavar="SECONDS",
    help="Time out a probe after this time. By default a switch tries one address for 30 s.",
)
@click.option(
    "--junit",
    cls=VerbOption,
    type=NamedPath(dir_okay=False),
    envvar="SLP_OPS_CHECK_REACHABILITY_JUNIT",
    metavar="FILE",
    help="Also write the verdicts as JUnit XML, for a pipeline.",
)
@resume_option("check-reachability")
@with_collect_options
@lang_option
@details_option
@json_option
def command(
    *,
    target: DeviceSelection,
    connecting: SessionOptions,
    runs_dir: Path,
    targets: tuple[str, ...],
    everything: bool,
    probe_timeout: float,
    resume: str | None,
    collect_options: CollectOptions,
    junit: str | None,
    lang: Lang,
    details: bool,
    as_json: bool,
) -> None:
    """Test whether each switch reaches the server it reports to; show the failing step and the remedy.

    Targets, VRF and source interface follow from each switch's own configuration. Nothing is changed
    and no connection is left open. Exit code 3 when a switch is blocked, 4 when some could not be
    read or tested.
    """
    from slp_ops.app.check_reachability import ReachabilityRequest, ReachabilityResult, run
    from slp_ops.cli.writing import print_result, print_text, replace_file
    from slp_ops.report.documents.reachability import reachability_document
    from slp_ops.report.reachability_view import reachability_view

    def document(found: ReachabilityResult) -> str:
        return to_json(reachability_document(found.run_id, str(found.path), found.devices, lang), indent=1)

    request = ReachabilityRequest(
        target=target,
        document=document,
        connecting=connecting,
        runs_dir=runs_dir,
        targets=targets,
        everything=everything,
        probe_timeout=probe_timeout,
        collect_options=collect_options,
        resume=resume,
    )
    result = call(run, request, TerminalOperator())
    view = reachability_view(result.devices, path=str(result.path), seconds=result.seconds)
    if junit is not None:
        from slp_ops.report import reachability_junit

        with replace_file(junit) as file:
            file.write(reachability_junit.render(view, lang))
    if as_json:
        print_result(to_json(reachability_document(result.run_id, view.path, view.answers, lang)))
    else:
        from slp_ops.report.terminal.reachability import render

        print_text(render(view, result.run_id, lang, details=details))
    raise click.exceptions.Exit(code_of(*reachability_results(result)))
