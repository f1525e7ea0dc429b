"""``slp-ops runs``: what is on disk, what it holds, whether it is whole, old runs out, the index anew."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from slp_ops.cli.exits import Exit
from slp_ops.cli.options import json_option, runs_dir_option
from slp_ops.cli.spans import age
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.rules.text import counted
from slp_ops.safetext import one_line

if TYPE_CHECKING:
    from datetime import timedelta
    from pathlib import Path

    from slp_ops.model import DeviceResult
    from slp_ops.store import StoredRun
    from slp_ops.store.prune import Judged
    from slp_ops.store.verify import Verified


@click.group(name="runs")
def command() -> None:
    """List, show, verify, prune and index the runs on disk.

    RUN is a run's id, its folder's name, a unique beginning of either, its path, or 'last'.
    """


@command.command(name="list")
@runs_dir_option
@json_option
def list_runs(*, runs_dir: Path, as_json: bool) -> None:
    """List the runs, the newest first."""
    from slp_ops.store import Runs

    found = Runs(runs_dir).all()
    if as_json:
        _print_json({"schema": "slp-ops/runs/1", "runs": [_run_record(run) for run in found]})
        return
    from slp_ops.cli.table import table

    if not found:
        click.echo(f"no runs in {one_line(str(runs_dir))}", err=True)
        return
    rows = [
        (run.id, f"{run.header.started:%Y-%m-%d %H:%M:%S}Z", run.header.verb, run.header.state, _counted(run))
        for run in found
    ]
    click.echo(table(("RUN", "STARTED", "VERB", "STATE", "DEVICES"), rows))


@command.command(name="show")
@runs_dir_option
@click.argument("ref", metavar="RUN")
@click.option("--device", metavar="NAME", help="Only this device, with each of its captures.")
@json_option
def show_run(*, runs_dir: Path, ref: str, device: str | None, as_json: bool) -> None:
    """Show how each device of a run ended, and which captures there are."""
    from slp_ops.store import Runs

    run = Runs(runs_dir).open(ref)
    chosen = [result for result in run.devices if device in (None, result.name)]
    if device is not None and not chosen:
        names = ", ".join(result.name for result in run.devices[:10])
        raise click.BadParameter(
            f"run {run.id} has no device {device!r}; it has {names}", param_hint="--device"
        )
    if as_json:
        from slp_ops.cli.collect import as_record

        record = as_record(run.id, run.path, chosen, {each.name: each.folder for each in run.about.values()})
        _print_json({**record, "schema": "slp-ops/run/1", "run": _run_record(run)})
        return
    click.echo(f"run {run.id}: {run.header.verb}, {run.header.state}, {_times(run)}")
    click.echo(f"folder: {one_line(str(run.path))}")
    if device is not None:
        _print_captures(chosen[0])
    else:
        _print_devices(chosen)


@command.command(name="verify")
@runs_dir_option
@click.argument("ref", metavar="RUN", default="last")
@json_option
def verify_run(*, runs_dir: Path, ref: str, as_json: bool) -> None:
    """Check that every capture of a run is what was written.

    Exit code 0 for an interrupted run, too, which is said: a kill loses at most the captures in flight.
    Exit code 3 when evidence is missing or was changed.
    """
    from slp_ops.store import Runs
    from slp_ops.store.verify import verify

    run = Runs(runs_dir).open(ref)
    verified = verify(run)
    if as_json:
        _print_json(_verify_record(run, verified))
    else:
        for remark in verified.remarks:
            word = click.style("damaged", fg="red") if remark.damage else "note"
            click.echo(f"{word}: {one_line(remark.file)}: {one_line(remark.what)}")
        verdict = "NOT whole" if verified.damaged else "whole"
        click.echo(
            f"run {run.id}: {verified.state}; {counted(verified.captures, 'capture')}, "
            f"{verified.bytes} bytes, {verdict}"
        )
    raise click.exceptions.Exit(Exit.FINDINGS if verified.damaged else Exit.FINE)


@command.command(name="prune")
@runs_dir_option
@click.option(
    "--keep",
    type=click.IntRange(min=0),
    metavar="N",
    envvar="SLP_OPS_KEEP",
    show_envvar=True,
    help="Keep the newest N runs.",
)
@click.option(
    "--older-than",
    callback=age,
    metavar="AGE",
    envvar="SLP_OPS_OLDER_THAN",
    show_envvar=True,
    help="Keep what is younger: 36h, 90d, 12w.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def prune_runs(
    *, runs_dir: Path, keep: int | None, older_than: timedelta | None, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Remove old runs. With --keep and --older-than a run goes only by both.

    A run that is being written stays, and so does each device's newest complete evidence.
    """
    from slp_ops.store import Runs
    from slp_ops.store.prune import judge, remove, sweep

    if keep is None and older_than is None:
        raise click.UsageError("give --keep N or --older-than AGE, or both")
    judged = judge(Runs(runs_dir).all(), keep=keep, older_than=older_than, now=datetime.now(UTC))
    going = [each.run for each in judged if not each.kept_because]
    if not as_json:
        _print_judged(judged)
    if going and not dry_run and not yes:
        click.confirm(f"Remove {len(going)} of {counted(len(judged), 'run')}?", abort=True, err=True)
    removed = [] if dry_run else [run for run in going if remove(run)]
    if not dry_run:
        sweep(runs_dir)
    if as_json:
        _print_json(
            {
                "schema": "slp-ops/prune/1",
                "removed": [run.id for run in removed],
                "runs": [
                    {**_run_record(each.run), "kept_because": each.kept_because or None} for each in judged
                ],
            }
        )
    elif not dry_run:
        click.echo(f"{counted(len(removed), 'run')} removed, {len(judged) - len(removed)} kept")


@command.command(name="reindex")
@runs_dir_option
@click.option(
    "--anew",
    is_flag=True,
    envvar="SLP_OPS_ANEW",
    help="Judge every run again from its captures, by the rules of today: some 25 ms a switch and run.",
)
@json_option
def reindex_runs(*, runs_dir: Path, anew: bool, as_json: bool) -> None:
    """Make the index of the history anew from the run folders alone.

    The index is brought up to date by itself whenever the history is asked for. What a run was judged to
    be, by the rules of its time, is kept in its folder and taken over; without that it is judged now.
    """
    from slp_ops.app.history_index import catch_up
    from slp_ops.store.history_index import FILE, discard

    discard(runs_dir)
    put = catch_up(runs_dir, TerminalOperator(), anew=anew)
    size = sum(path.stat().st_size for path in runs_dir.glob(f"{FILE}*"))
    if as_json:
        _print_json({"schema": "slp-ops/reindex/1", "runs": put, "bytes": size})
    else:
        click.echo(f"{counted(put, 'run')} indexed, {size / 1e6:.1f} MB")


def _print_devices(results: list[DeviceResult]) -> None:
    from slp_ops.app.fleet import causes, hint
    from slp_ops.cli.table import table

    rows = [
        (
            result.name,
            result.site,
            result.status,
            result.release or "",
            str(len(result.captures)),
            _masked(result),
        )
        for result in results
    ]
    click.echo(table(("DEVICE", "SITE", "STATUS", "RELEASE", "CAPTURES", "MASKED"), rows))
    for result in results:
        for cause in causes(result):
            click.echo(f"{result.name}: {one_line(cause)}")
        if words := hint(result):
            click.echo(f"  hint: {one_line(words)}")


def _print_captures(result: DeviceResult) -> None:
    from slp_ops.cli.table import table

    rows = [
        (
            capture.command,
            capture.status,
            f"{capture.seconds:.1f}",
            str(capture.bytes),
            capture.file or "",
            capture.reason,
        )
        for capture in result.captures
    ]
    click.echo(table(("COMMAND", "STATUS", "SECONDS", "BYTES", "FILE", "REASON"), rows))
    click.echo(f"masked: {_masked(result) or 'nothing'}")


def _print_judged(judged: list[Judged]) -> None:
    from slp_ops.cli.table import table

    rows = [
        (
            each.run.id,
            f"{each.run.header.started:%Y-%m-%d %H:%M:%S}Z",
            each.run.header.verb,
            f"kept: {each.kept_because}" if each.kept_because else "goes",
        )
        for each in judged
    ]
    click.echo(table(("RUN", "STARTED", "VERB", ""), rows))


def _masked(result: DeviceResult) -> str:
    counts: Counter[str] = Counter()
    for capture in result.captures:
        counts.update(capture.masked)
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))


def _counted(run: StoredRun) -> str:
    totals = run.totals
    words = ", ".join(f"{count} {status}" for status, count in sorted(totals.items()))
    return f"{totals.total()}: {words}" if words else "0"


def _times(run: StoredRun) -> str:
    header = run.header
    if header.finished is None:
        return f"started {header.started:%Y-%m-%d %H:%M:%S}Z"
    return f"{header.started:%Y-%m-%d %H:%M:%S}Z to {header.finished:%H:%M:%S}Z"


def _run_record(run: StoredRun) -> dict[str, Any]:
    header = run.header
    return {
        "id": run.id,
        "path": str(run.path),
        "verb": header.verb,
        "state": header.state.value,
        "started": header.started.isoformat(),
        "finished": None if header.finished is None else header.finished.isoformat(),
        "selection": dict(header.selection),
        "devices": dict(run.totals),
    }


def _verify_record(run: StoredRun, verified: Verified) -> dict[str, Any]:
    return {
        "schema": "slp-ops/verify/1",
        "run": {"id": run.id, "path": str(run.path), "state": verified.state.value},
        "captures": verified.captures,
        "bytes": verified.bytes,
        "damaged": verified.damaged,
        "remarks": [
            {"file": remark.file, "what": remark.what, "damage": remark.damage} for remark in verified.remarks
        ],
    }


def _print_json(record: dict[str, Any]) -> None:
    click.echo(json.dumps(record, ensure_ascii=True))
