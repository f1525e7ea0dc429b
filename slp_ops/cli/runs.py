"""``slp-ops runs``: list, show, verify, export and prune the runs on disk, and rebuild the index."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from slp_ops.app.runs import LossKind
from slp_ops.cli.completion import complete_device, complete_run
from slp_ops.cli.exits import Exit, Result
from slp_ops.cli.language import notice, spoken
from slp_ops.cli.next_command import with_options
from slp_ops.cli.options import (
    ConsentOption,
    NamedPath,
    SelectingOption,
    VerbOption,
    age,
    details_option,
    json_option,
    lang_option,
    message_lang_option,
    runs_dir_option,
)
from slp_ops.cli.prompts import confirm
from slp_ops.cli.streams import is_unanswered
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.cli.writing import print_result, print_text
from slp_ops.i18n import pluralize
from slp_ops.json_documents import to_json
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from datetime import timedelta

    from slp_ops.i18n import Lang


@click.group(name="runs")
def command() -> None:
    """List, show, verify, export, prune and index the runs on disk.

    RUN is a run's id, its folder's name, a unique beginning of either, its path, or 'last'.
    """


@command.command(name="list")
@runs_dir_option
@lang_option
@json_option
def list_runs(*, runs_dir: Path, lang: Lang, as_json: bool) -> None:
    """List the runs, the newest first."""
    from slp_ops.app import runs
    from slp_ops.report.terminal import runs as terminal

    found = runs.list_runs(runs_dir, TerminalOperator())
    if as_json:
        from slp_ops.report.documents.runs import runs_document

        click.echo(to_json(runs_document(found)))
        return
    if not found:
        notice(f"no runs in {one_line(str(runs_dir))}")
        return
    click.echo(with_options(terminal.render_list(found, lang)))


@command.command(name="show")
@runs_dir_option
@click.argument("ref", shell_complete=complete_run, metavar="RUN")
@click.option(
    "--device",
    cls=SelectingOption,
    metavar="NAME",
    shell_complete=complete_device,
    help="Only this device, with each of its captures.",
)
@details_option
@lang_option
@json_option
def show_run(
    *, runs_dir: Path, ref: str, device: str | None, details: bool, lang: Lang, as_json: bool
) -> None:
    """Show the status of each device of a run, and its captures."""
    from slp_ops.app import runs
    from slp_ops.report.terminal import runs as terminal

    found = runs.show_run(runs_dir, ref, device=device)
    run, chosen = found.run, found.devices
    if device is not None and not chosen:
        names = ", ".join(result.name for result in run.devices[:10])
        raise click.BadParameter(
            f"run {run.id} has no device {device!r}; it has {names}", param_hint="--device"
        )
    if as_json:
        from slp_ops.report.documents.runs import run_document

        click.echo(to_json(run_document(run, chosen)))
        return
    click.echo(
        with_options(terminal.render_run(run, chosen, lang, captures=device is not None, details=details))
    )


@command.command(name="verify")
@runs_dir_option
@click.argument("ref", shell_complete=complete_run, metavar="[RUN]", default="last")
@lang_option
@json_option
def verify_run(*, runs_dir: Path, ref: str, lang: Lang, as_json: bool) -> None:
    """Check that every capture of a run is what was written.

    An interrupted run also ends with exit code 0, with a note: a kill loses at most the captures in flight.
    Exit code 3 when evidence is missing or was changed.
    """
    from slp_ops.app import runs
    from slp_ops.report.terminal import runs as terminal

    found = runs.verify_run(runs_dir, ref)
    run, verified = found.run, found.verified
    if as_json:
        from slp_ops.report.documents.runs import verify_document

        print_result(to_json(verify_document(run, verified)))
    else:
        print_text(terminal.render_verification(run, verified, lang))
    raise click.exceptions.Exit((Result.DAMAGED if verified.damaged else Result.DONE).code)


@command.command(name="export")
@runs_dir_option
@click.argument("ref", shell_complete=complete_run, metavar="RUN")
@click.option(
    "--to",
    type=NamedPath(path_type=Path, file_okay=False),
    metavar="DIR",
    required=True,
    help="Folder in which the folder of the run is made.",
)
@lang_option
@json_option
def export_run(*, runs_dir: Path, ref: str, to: Path, lang: Lang, as_json: bool) -> None:
    """Write a packed run as plain folders, with a text file for each capture.

    The copy is a run like any other. Exit code 3 when a part of the evidence is damaged: it is named, and the
    rest is written.
    """
    from slp_ops.app import runs
    from slp_ops.report.terminal import runs as terminal

    found = runs.export_run(runs_dir, ref, to)
    if as_json:
        from slp_ops.report.documents.runs import export_document

        print_result(to_json(export_document(found.run, found.exported)))
    else:
        print_text(terminal.render_export(found.run, found.exported, lang))
    raise click.exceptions.Exit((Result.DAMAGED if found.exported.problems else Result.DONE).code)


@command.command(name="prune")
@runs_dir_option
@click.option(
    "--keep",
    cls=VerbOption,
    type=click.IntRange(min=0),
    metavar="N",
    envvar="SLP_OPS_RUNS_PRUNE_KEEP",
    show_envvar=True,
    help="Keep the newest N runs.",
)
@click.option(
    "--older-than",
    cls=VerbOption,
    callback=age,
    metavar="AGE",
    envvar="SLP_OPS_RUNS_PRUNE_OLDER_THAN",
    show_envvar=True,
    help="Keep younger runs: 36h, 90d, 12w.",
)
@click.option(
    "--lose",
    type=click.Choice([kind.value for kind in LossKind]),
    multiple=True,
    help="Also remove runs with this, which cannot be replaced: usage files that wait for their ACK, "
    "journals that --rollback needs, unfinished changes, each switch's newest good evidence; repeatable.",
)
@click.option("--dry-run", is_flag=True, help="Only show what would be removed, and why a run is kept.")
@click.option("--yes", cls=ConsentOption, is_flag=True, help="Do not ask.")
@lang_option
@json_option
def prune_runs(
    *,
    runs_dir: Path,
    keep: int | None,
    older_than: timedelta | None,
    lose: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    lang: Lang,
    as_json: bool,
) -> None:
    """Remove old runs. With --keep and --older-than a run is removed only if both allow it.

    A run that is being written stays. What cannot be replaced stays unless --lose names it: usage files
    that wait for their ACK, journals of changes that can be rolled back or are unfinished, and each device's
    newest complete run of audit, collect or watch that lacks no file; of a device without one, its newest
    run.
    """
    from slp_ops.app import runs
    from slp_ops.report.terminal import runs as terminal

    if keep is None and older_than is None:
        raise click.UsageError("give --keep N or --older-than AGE, or both")
    request = runs.PruneRequest(
        runs_dir=runs_dir, keep=keep, older_than=older_than, lose=frozenset(map(LossKind, lose))
    )
    planned = runs.plan_prune(request, TerminalOperator())
    going = sum(not each.kept_because for each in planned)
    if not as_json:
        click.echo(with_options(terminal.render_prune(planned, lang)))
    if going and not dry_run and not yes:
        question = spoken(f"Remove {going} of {pluralize(len(planned), 'run')}?")
        try:
            agreed = confirm(question)
        except click.Abort as aborted:
            notice("nothing was removed; in scripts: --yes")
            code = Result.UNANSWERED.code if is_unanswered(aborted) else Exit.INTERRUPTED
            raise click.exceptions.Exit(code) from None
        if not agreed:
            notice("nothing was removed")
            raise click.exceptions.Exit(Result.DECLINED.code)
    removed = () if dry_run else runs.prune(request, planned)
    if as_json:
        from slp_ops.report.documents.runs import prune_document

        click.echo(to_json(prune_document(planned, removed)))
    elif not dry_run:
        click.echo(spoken(f"{pluralize(len(removed), 'run')} removed, {len(planned) - len(removed)} kept"))


@command.command(name="reindex")
@runs_dir_option
@click.option(
    "--anew",
    is_flag=True,
    envvar="SLP_OPS_ANEW",
    help="Judge every run again from its captures with the current rules: about 25 ms per switch and run.",
)
@message_lang_option
@json_option
def reindex_runs(*, runs_dir: Path, anew: bool, as_json: bool) -> None:
    """Rebuild the index of the history from the run folders.

    The index is updated automatically before the history is read. The stored judgement of a run is reused;
    a run without one is judged with the current rules.
    """
    from slp_ops.app import runs

    done = runs.reindex(runs_dir, TerminalOperator(), anew=anew)
    if as_json:
        from slp_ops.report.documents.runs import ReindexDocument

        click.echo(to_json(ReindexDocument(runs=done.runs, bytes=done.bytes)))
    else:
        click.echo(spoken(f"{pluralize(done.runs, 'run')} indexed, {done.bytes / 1e6:.1f} MB"))
