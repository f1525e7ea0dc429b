"""``slp-ops diff``: what is different between two runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from slp_ops.cli.completion import complete_device, complete_run
from slp_ops.cli.next_command import with_options
from slp_ops.cli.options import SelectingOption, json_option, lang_option, runs_dir_option
from slp_ops.cli.rule_options import with_audit_options
from slp_ops.json_documents import to_json

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.app.audit_device import AuditOptions
    from slp_ops.i18n import Lang


@click.command(name="diff")
@runs_dir_option
@click.option(
    "--device",
    "only",
    cls=SelectingOption,
    multiple=True,
    metavar="NAME",
    shell_complete=complete_device,
    help="Only this device; repeatable.",
)
@click.option("--all-facts", is_flag=True, envvar="SLP_OPS_ALL_FACTS", help="Compare counters and logs, too.")
@with_audit_options
@lang_option
@json_option
@click.argument("old", shell_complete=complete_run, metavar="OLD")
@click.argument("new", shell_complete=complete_run, metavar="[NEW]", default="last")
def command(
    *,
    runs_dir: Path,
    only: tuple[str, ...],
    all_facts: bool,
    audit_options: AuditOptions,
    lang: Lang,
    as_json: bool,
    old: str,
    new: str,
) -> None:
    """Compare two runs, device by device: findings, facts, configuration lines.

    Both are judged by the same rules, those of today. Masked secrets are compared as equal or different and
    never shown. OLD and NEW are a run's id, name, a unique beginning of either, its path, or 'last'.
    """
    from slp_ops.app.diff import DiffRequest, UnknownDevice
    from slp_ops.app.diff import diff as compare
    from slp_ops.cli.terminal import TerminalOperator

    request = DiffRequest(
        runs_dir=runs_dir, old=old, new=new, only=only, all_facts=all_facts, audit_options=audit_options
    )
    try:
        found = compare(request, TerminalOperator())
    except UnknownDevice as err:
        raise click.BadParameter(f"neither run has {str(err)!r}", param_hint="--device") from None
    if as_json:
        from slp_ops.report.documents.history import diff_document

        click.echo(to_json(diff_document(found, lang), ascii_only=False))
    else:
        from slp_ops.report.terminal.diff import render

        click.echo(with_options(render(found, lang)))
