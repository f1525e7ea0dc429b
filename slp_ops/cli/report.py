"""``slp-ops report``: a run in the forms that people look at, send and feed to other systems."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import click

from slp_ops.cli.completion import complete_run
from slp_ops.cli.options import NamedPath, lang_option, runs_dir_option
from slp_ops.cli.rule_options import with_audit_options

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slp_ops.app.audit_device import AuditOptions
    from slp_ops.i18n import Lang
    from slp_ops.report.view import ReportView

# option -> form; "-" prints the form, except binary ones
FORMS: Final = {
    "html": "One self-contained page for people: opens offline, prints, works in the dark.",
    "xlsx": "The licence audit workbook.",
    "json": "Everything, for scripts.",
    "csv": "A row for each finding; the rows of other commands in a file each, beside it.",
    "junit": "JUnit XML, for a pipeline.",
    "md": "Markdown, for a ticket.",
    "prometheus": "For node_exporter's textfile collector; the name must end in .prom there.",
    "ics": "A calendar of the ACK deadlines.",
}

# Read by other programs and users: a metrics collector, a calendar server.
_PUBLIC: Final = frozenset({"prometheus", "ics"})


def _forms(command: Callable[..., Any]) -> Callable[..., Any]:
    for form, words in reversed(FORMS.items()):
        command = click.option(
            f"--{form}",
            form,
            metavar="FILE",
            type=NamedPath(dir_okay=False, allow_dash=form != "xlsx"),
            envvar=f"SLP_OPS_REPORT_{form.upper()}",
            show_envvar=True,
            help=words,
        )(command)
    return command


@click.command(name="report")
@click.argument("ref", shell_complete=complete_run, metavar="[RUN]", default="last")
@_forms
@runs_dir_option
@with_audit_options
@lang_option
def command(
    *, ref: str, runs_dir: Path, audit_options: AuditOptions, lang: Lang, **files: str | None
) -> None:
    """Report RUN: its id, its folder, a unique beginning of either, or 'last'.

    Give one or more forms, each with its file; "-" prints it. Nothing is read from any switch.
    """
    from slp_ops.app.report import ReportRequest, judge_for_report
    from slp_ops.cli.terminal import TerminalOperator
    from slp_ops.cli.writing import write
    from slp_ops.report.fleet import report_view

    wanted = {form: path for form, path in files.items() if path}
    if not wanted:
        given = ", ".join(f"--{form}" for form in FORMS)
        raise click.UsageError(f"name at least one form: {given}, each with a file")
    request = ReportRequest(runs_dir=runs_dir, reference=ref, audit_options=audit_options)
    judged = judge_for_report(request, TerminalOperator())
    view = report_view(judged, generated=datetime.now(UTC))
    for form, path in wanted.items():
        write(path, render_report(form, view, lang), public=form in _PUBLIC)
    if (path := wanted.get("csv", "-")) != "-":
        from slp_ops.report import as_csv

        for beside, table in as_csv.table_files(path, view):
            write(beside, table.encode("utf-8"), public=False)


def render_report(form: str, view: ReportView, lang: Lang) -> bytes:
    """One form of a report."""
    match form:
        case "html":
            from slp_ops.report import as_html

            return as_html.render(view, lang).encode("utf-8")
        case "xlsx":
            from slp_ops.report import as_excel

            return as_excel.render(view, lang)
        case "json":
            from slp_ops.report.documents import report

            return report.render(view, lang).encode("ascii")
        case "csv":
            from slp_ops.report import as_csv

            return as_csv.render(view, lang).encode("utf-8")
        case "junit":
            from slp_ops.report import as_junit

            return as_junit.render(view, lang).encode("utf-8")
        case "md":
            from slp_ops.report import as_markdown

            return as_markdown.render(view, lang).encode("utf-8")
        case "prometheus":
            from slp_ops.report import as_prometheus

            return as_prometheus.render(view)
        case "ics":
            from slp_ops.report import as_ics

            return as_ics.render(view, lang)
        case _:
            raise ValueError(f"no form: {form!r}")
