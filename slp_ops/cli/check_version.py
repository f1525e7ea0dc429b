"""``slp-ops check-version``: which field notices and bugs concern a release, and where to upgrade to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from slp_ops.cli.calling import call
from slp_ops.cli.completion import complete_run
from slp_ops.cli.exits import code_of, version_results
from slp_ops.cli.options import SelectingOption, details_option, json_option, lang_option, runs_dir_option
from slp_ops.cli.rule_options import rules_option
from slp_ops.cli.session_options import connecting_options, hub_option, processes_option
from slp_ops.cli.target import target_options
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.cli.writing import print_result, print_text
from slp_ops.json_documents import to_json
from slp_ops.model import Severity

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.app.selection import DeviceSelection
    from slp_ops.app.sessions import SessionOptions
    from slp_ops.i18n import Lang


@click.command(name="check-version")
@target_options
@connecting_options
@processes_option
@hub_option
@runs_dir_option
@click.option(
    "--release",
    "releases",
    cls=SelectingOption,
    multiple=True,
    envvar="SLP_OPS_RELEASE",
    metavar="RELEASE",
    help="Judge this release, such as 17.3.4 or '17.03.03 - SMU-PATCHED'; repeatable. No "
    "switch and no inventory is needed.",
)
@click.option(
    "--run",
    "run_ref",
    cls=SelectingOption,
    metavar="RUN|last",
    envvar="SLP_OPS_RUN",
    shell_complete=complete_run,
    help="Judge a saved run, without connecting to switches.",
)
@rules_option
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    default=Severity.WARNING.value,
    show_default=True,
    envvar="SLP_OPS_FAIL_ON",
    help="Exit with 3 when an advisory of this severity or above affects a release.",
)
@details_option
@lang_option
@json_option
def command(
    *,
    target: DeviceSelection,
    connecting: SessionOptions,
    runs_dir: Path,
    releases: tuple[str, ...],
    run_ref: str | None,
    rules_dir: Path | None,
    fail_on: str,
    details: bool,
    lang: Lang,
    as_json: bool,
) -> None:
    """Judge releases against every field notice and bug that we know, and name where to upgrade to.

    Without --release and --run the selected switches are read; their output refines the verdict by
    release. Exit code 3 when a release is affected at or above --fail-on, 4 when some switches could not
    be read, or a release could not be judged.
    """
    from slp_ops.app.check_version import ReleasesRequest, run
    from slp_ops.app.rule_options import load_audit_options

    request = ReleasesRequest(
        target=target,
        connecting=connecting,
        runs_dir=runs_dir,
        releases=releases,
        run=run_ref,
        audit_options=load_audit_options(rules_dir=rules_dir),
    )
    result = call(run, request, TerminalOperator())
    if as_json:
        from slp_ops.report.documents.knowledge import versions_document

        print_result(to_json(versions_document(result.rows, lang), ascii_only=False))
    else:
        from slp_ops.report.terminal.versions import render

        print_text(render(result.rows, result.knowledge, lang, details=details))
    raise click.exceptions.Exit(code_of(*version_results(result, Severity(fail_on))))
