"""``slp-ops facts``: what the captures of a run say, device by device."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click

from slp_ops.cli.calling import call
from slp_ops.cli.options import json_option, runs_dir_option
from slp_ops.rules.text import counted

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.reading import Facts

SCHEMA: Final = "slp-ops/facts/1"


@click.command(name="facts")
@runs_dir_option
@click.argument("ref", metavar="RUN", default="last")
@click.option("--device", metavar="NAME", help="Only this device.")
@json_option
def command(*, runs_dir: Path, ref: str, device: str | None, as_json: bool) -> None:
    """Show the facts of RUN: its id, its folder, a unique beginning of either, or 'last'."""
    from slp_ops.app.facts import FactsRequest, run

    result = call(run, FactsRequest(run=ref, runs_dir=runs_dir, device=device))
    if as_json:
        record = {
            "schema": SCHEMA,
            "run": {"id": result.run_id, "path": str(result.path)},
            "devices": [_record(name, facts) for name, facts in result.devices.items()],
        }
        click.echo(json.dumps(record, indent=2))
        return
    for name, facts in result.devices.items():
        _print(name, facts)


def _record(name: str, facts: Facts) -> dict[str, Any]:
    from slp_ops.cli.shown_facts import facts_record, lines_record, unparsed_record

    parsed = [(each.command, each.parsed) for each in facts.captures if each.parsed is not None]
    return {
        "name": name,
        "facts": facts_record(facts.all()),
        "captures": [
            {
                "command": each.command,
                "status": each.status.value,
                "lines": lines_record([each.parsed] if each.parsed else []),
            }
            for each in facts.captures
        ],
        "unparsed": [
            {"command": command, **line}
            for command, each in parsed
            for line in unparsed_record(each.unparsed)
        ],
        "lines": lines_record(each for _, each in parsed),
    }


def _print(name: str, facts: Facts) -> None:
    from slp_ops.cli.shown_facts import rows
    from slp_ops.cli.table import table
    from slp_ops.safetext import one_line

    click.echo(click.style(one_line(name), bold=True))
    if facts.all():
        click.echo(table(("FACT", "FIELD", "VALUE"), rows(facts.all())))
    for each in facts.captures:
        if each.parsed is None:
            click.echo(f"{one_line(each.command)}: {each.status}, nothing read")
        elif each.parsed.unparsed:
            total = each.parsed.total
            click.echo(f"{one_line(each.command)}: {each.read_lines} of {counted(total, 'line')} read")
    click.echo()
