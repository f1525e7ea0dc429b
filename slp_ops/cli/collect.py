"""``slp-ops collect``: read the switches, keep the evidence, say what is missing and why."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import click

from slp_ops.app.commands import SETS
from slp_ops.cli.calling import call
from slp_ops.cli.connecting import connecting_options
from slp_ops.cli.exits import exit_code
from slp_ops.cli.options import json_option, runs_dir_option
from slp_ops.cli.reading_options import reading_options
from slp_ops.cli.target import target_options
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.model import CaptureStatus, DeviceStatus
from slp_ops.rules.text import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from slp_ops.app.read_device import How
    from slp_ops.app.selection import Target
    from slp_ops.app.sessions import Connecting
    from slp_ops.model import DeviceResult

SCHEMA: Final = "slp-ops/collect/1"
_COLOURS: Final = {"ok": "green", "partial": "yellow", "failed": "red", "skipped": "magenta"}


@click.command(name="collect")
@target_options
@connecting_options
@runs_dir_option
@click.option(
    "--set",
    "set_name",
    type=click.Choice(SETS),
    default="baseline",
    show_default=True,
    envvar="SLP_OPS_SET",
    help="baseline: what the checks need. support: also show license tech support. full: also show "
    "tech-support, many minutes a switch.",
)
@click.option(
    "--command",
    "ad_hoc",
    multiple=True,
    envvar="SLP_OPS_COMMAND",
    metavar="'show ...'",
    help="One more show command; repeat it for several. Anything that is not provably read-only is refused.",
)
@click.option(
    "--resume",
    metavar="RUN|last",
    envvar="SLP_OPS_RESUME",
    help="Take a run up again: read only what is missing or failed, into the same run.",
)
@reading_options
@json_option
def command(
    *,
    target: Target,
    connecting: Connecting,
    runs_dir: Path,
    set_name: str,
    ad_hoc: tuple[str, ...],
    how: How,
    resume: str | None,
    as_json: bool,
) -> None:
    """Run the documented show commands on each switch and keep the evidence.

    Reading never changes a switch. Without --site, --tag or --limit every device of the inventory
    is read. Exit code 4 when some devices could not be read, or not completely.
    """
    from slp_ops.app.collect import CollectRequest, run

    request = CollectRequest(
        target=target,
        connecting=connecting,
        runs_dir=runs_dir,
        set_name=set_name,
        extra_commands=ad_hoc,
        how=how,
        resume=resume,
    )
    result = call(run, request, TerminalOperator())
    if as_json:
        record = as_record(result.run_id, result.path, result.devices, result.folders)
        click.echo(json.dumps(record, ensure_ascii=True))
    else:
        _print_summary(result.devices, str(result.path), result.seconds)
    raise click.exceptions.Exit(exit_code(result.devices))


def as_record(
    run_id: str, path: Path, results: Sequence[DeviceResult], folders: Mapping[str, str]
) -> dict[str, Any]:
    """The result as JSON. Paths are absolute: a script may look from anywhere."""
    root = path.resolve()
    totals = Counter(result.status.value for result in results)
    return {
        "schema": SCHEMA,
        "run": {"id": run_id, "path": str(root)},
        "devices": [_device_record(result, root / folders[result.name]) for result in results],
        "totals": {
            "devices": len(results),
            **{status.value: totals[status.value] for status in DeviceStatus},
            "captures": sum(len(result.captures) for result in results),
            "bytes": sum(capture.bytes for result in results for capture in result.captures),
        },
    }


def _device_record(result: DeviceResult, folder: Path) -> dict[str, Any]:
    error = result.error
    return {
        "name": result.name,
        "site": result.site,
        "status": result.status.value,
        "error": None
        if error is None
        else {"kind": error.kind, "message": error.message, "hint": error.hint},
        "release": result.release,
        "captures": [
            {
                "command": capture.command,
                "status": capture.status.value,
                "seconds": round(capture.seconds, 3),
                "bytes": capture.bytes,
                "file": None if capture.file is None else str(folder / capture.file),
                "reason": capture.reason,
            }
            for capture in result.captures
        ],
    }


def _print_summary(results: Sequence[DeviceResult], path: str, seconds: float) -> None:
    from slp_ops.app.fleet import causes, hint
    from slp_ops.cli.table import table_rows
    from slp_ops.cli.wrapping import wrapped
    from slp_ops.safetext import one_line

    rows = []
    for result in results:
        answered = sum(
            capture.status in (CaptureStatus.OK, CaptureStatus.UNSUPPORTED) for capture in result.captures
        )
        sent = sum(capture.status is not CaptureStatus.SKIPPED for capture in result.captures)
        rows.append(
            (
                result.name,
                result.site,
                result.status.value,
                result.release or "",
                f"{answered}/{sent}" if sent else "",
            )
        )
    header = ("DEVICE", "SITE", "STATUS", "RELEASE", "ANSWERED")
    first, *lines = table_rows(header, rows)
    click.echo(f"\n{first}")
    for result, line in zip(results, lines, strict=True):
        click.echo(
            click.style(line, fg=None if result.status is DeviceStatus.OK else _COLOURS[result.status])
        )
    if wrong := [result for result in results if result.status is not DeviceStatus.OK]:
        click.echo("\nNot complete:")
        for result in wrong:
            for cause in causes(result):
                click.echo(f"  {result.name}: {one_line(cause)}")
            if words := hint(result):
                for part in wrapped(words, "    hint: "):
                    click.echo(part)
    totals = Counter(result.status.value for result in results)
    statuses = ", ".join(
        f"{totals[status.value]} {status.value}" for status in DeviceStatus if totals[status.value]
    )
    click.echo(f"\n{counted(len(results), 'device')}: {statuses}, in {seconds:.1f} s")
    click.echo(f"Evidence: {path}")
