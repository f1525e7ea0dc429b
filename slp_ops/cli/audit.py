"""``slp-ops audit``: what is wrong, why, how we know, and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from slp_ops.cli.calling import call
from slp_ops.cli.completion import complete_run
from slp_ops.cli.exits import audit_results, code_of
from slp_ops.cli.options import NamedPath, SelectingOption, json_option, lang_option, runs_dir_option
from slp_ops.cli.reading_options import evidence_option, resume_option, with_collect_options
from slp_ops.cli.rule_options import with_audit_options
from slp_ops.cli.session_options import connecting_options, hub_option, processes_option
from slp_ops.cli.target import target_options
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.cli.writing import print_result, print_text
from slp_ops.json_documents import to_json
from slp_ops.model import EvidenceForm, Severity

if TYPE_CHECKING:
    from slp_ops.app.audit_device import AuditOptions
    from slp_ops.app.read_device import CollectOptions
    from slp_ops.app.selection import DeviceSelection
    from slp_ops.app.sessions import SessionOptions
    from slp_ops.i18n import Lang


@click.command(name="audit")
@target_options
@connecting_options
@processes_option
@hub_option
@runs_dir_option
@click.option(
    "--run",
    "run_ref",
    cls=SelectingOption,
    metavar="RUN|last",
    envvar="SLP_OPS_RUN",
    shell_complete=complete_run,
    help="Judge a saved run, without connecting to switches.",
)
@resume_option("audit")
@evidence_option
@with_audit_options
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    default=Severity.WARNING.value,
    show_default=True,
    envvar="SLP_OPS_FAIL_ON",
    help="Exit with 3 when there is a finding of this severity or above.",
)
@click.option(
    "--against",
    cls=SelectingOption,
    metavar="RUN",
    envvar="SLP_OPS_AGAINST",
    shell_complete=complete_run,
    help="Compare with an earlier run: which findings are new, gone, unchanged.",
)
@with_collect_options
@click.option(
    "--details",
    is_flag=True,
    envvar="SLP_OPS_DETAILS",
    help="Print every switch on its own, and every rule that could not be judged with what it needs.",
)
@lang_option
@json_option
@click.argument("files", nargs=-1, type=NamedPath(exists=True, path_type=Path))
def command(
    *,
    target: DeviceSelection,
    connecting: SessionOptions,
    runs_dir: Path,
    run_ref: str | None,
    resume: str | None,
    evidence: str,
    audit_options: AuditOptions,
    fail_on: str,
    against: str | None,
    collect_options: CollectOptions,
    details: bool,
    lang: Lang,
    as_json: bool,
    files: tuple[Path, ...],
) -> None:
    """Judge switches, a saved run (--run), or FILES; show causes, evidence and remedies.

    Without --run and FILES the selected switches are read into a new run. Each of FILES is a show
    tech, a terminal log, pasted outputs, a syslog server's file, or a folder of such files of one
    switch; each prompt and each syslog host in it is a switch.
    Exit code 3 when there are findings at or above --fail-on, 4 when some switches could not be read, or
    when what was read is not enough to judge them.
    """
    from slp_ops.app.audit import AuditRequest, run

    request = AuditRequest(
        target=target,
        connecting=connecting,
        runs_dir=runs_dir,
        run=run_ref,
        files=files,
        audit_options=audit_options,
        against=against,
        collect_options=collect_options,
        resume=resume,
        evidence=EvidenceForm(evidence),
    )
    result = call(run, request, TerminalOperator())
    if as_json:
        from slp_ops.report.documents.audit import audit_document

        document = audit_document(result.run_id, result.devices, lang, result.compared)
        print_result(to_json(document, ascii_only=False))
    else:
        from slp_ops.report.audit_view import audit_view
        from slp_ops.report.terminal.audit import render

        view = audit_view(result.devices, result.knowledge, result.compared, seconds=result.seconds)
        run_read = None if run_ref is not None or files else result.run_id
        print_text(render(view, lang, run=run_read, details=details))
    raise click.exceptions.Exit(code_of(*audit_results(result, Severity(fail_on))))
