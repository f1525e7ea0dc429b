"""``slp-ops audit``: what is wrong, why, how we know, and what to do."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from slp_ops.cli.connecting import connecting_options
from slp_ops.cli.exits import Exit, worst
from slp_ops.cli.jsontext import json_text
from slp_ops.cli.judging import judging_options
from slp_ops.cli.lang import lang_option
from slp_ops.cli.options import json_option, runs_dir_option
from slp_ops.cli.reading_options import reading_options
from slp_ops.cli.target import target_options
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.model import Severity

if TYPE_CHECKING:
    from slp_ops.app.audit_device import Asked, Audited
    from slp_ops.app.read_device import How
    from slp_ops.app.selection import Target
    from slp_ops.app.sessions import Connecting
    from slp_ops.inventory.selection import Selection
    from slp_ops.rules.text import Lang
    from slp_ops.store import StoredRun

_QUICK: Final = 100  # switches of earlier runs, parsed in about two seconds


@click.command(name="audit")
@target_options
@connecting_options
@runs_dir_option
@click.option(
    "--run",
    "run_ref",
    metavar="RUN|last",
    envvar="SLP_OPS_RUN",
    help="Judge a saved run; no switch is asked.",
)
@judging_options
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
    metavar="RUN",
    envvar="SLP_OPS_AGAINST",
    help="Compare with an earlier run: which findings are new, gone, unchanged.",
)
@reading_options
@lang_option
@json_option
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
def command(
    *,
    target: Target,
    connecting: Connecting,
    runs_dir: Path,
    run_ref: str | None,
    asked: Asked,
    fail_on: str,
    against: str | None,
    how: How,
    lang: Lang,
    as_json: bool,
    files: tuple[Path, ...],
) -> None:
    """Judge switches, a saved run (--run), or FILES; tell causes, evidence and remedies.

    Without --run and FILES the selected switches are read into a run of their own. Each of FILES is one
    switch: a show tech, a terminal log, pasted outputs, or a folder of such files; no switch is asked.
    Exit code 3 when there are findings at or above --fail-on, 4 when some switches could not be read.
    """
    from slp_ops.app.audit_device import audited, compare
    from slp_ops.app.history_context import Past
    from slp_ops.app.inputs import from_files, from_run, from_switches
    from slp_ops.cli import shown_audit
    from slp_ops.store import Runs

    if run_ref is not None and files:
        raise click.UsageError("--run and FILES exclude each other")

    began = time.monotonic()
    runs = Runs(runs_dir)
    # Who waits for switches does not wait for parsers as well; a saved run has time.
    operator = TerminalOperator()
    past = Past(runs_dir, asked, operator, at_most=None if run_ref is not None else _QUICK)

    def of_run(run: StoredRun, selection: Selection | None = None) -> tuple[Audited, ...]:
        return tuple(past.judge(found, seen=run.header.started)[0] for found in from_run(run, selection))

    earlier = None if against is None else of_run(runs.open(against))
    read_code = Exit.FINE
    run_id = None
    if files:
        devices = tuple(
            audited(found.result, found.facts, asked=asked, intent=found.intent)
            for found in from_files(files)
        )
    elif run_ref is not None:
        run = runs.open(run_ref)
        run_id = run.id
        devices = of_run(run, target.selection)
        read_code = Exit.FINE if all(device.outcomes for device in devices) else Exit.UNREAD
    else:
        from slp_ops.cli.collect import chosen
        from slp_ops.cli.exits import exit_code

        run_id, results, judged = from_switches(
            "audit",
            past.judge,
            target=target,
            connecting=connecting,
            runs_dir=runs_dir,
            commands=chosen("support", ()),
            how=how,
            operator=operator,
        )
        devices = tuple(device for device, _ in judged)
        past.keep(run_id, (summary for _, summary in judged))
        read_code = exit_code(results)
    compared = None if earlier is None else compare(earlier, devices)
    if as_json:
        record = shown_audit.as_record(run_id, devices, asked.knowledge, lang, compared)
        click.echo(json_text(record))
    else:
        shown_audit.show(devices, asked.knowledge, lang, compared, seconds=time.monotonic() - began)
    found = any(device.reaches(Severity(fail_on)) for device in devices)
    raise click.exceptions.Exit(worst(read_code, Exit.FINDINGS if found else Exit.FINE))
