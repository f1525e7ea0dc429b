"""``slp-ops parse``: read one saved output, a terminal log or a show tech, without any switch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click

from slp_ops.cli.calling import call
from slp_ops.cli.options import json_option
from slp_ops.rules.text import counted

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

SCHEMA: Final = "slp-ops/parse/1"
_SHOWN: Final = 20  # unparsed lines on a terminal; --json gives all


@click.command(name="parse")
@click.option(
    "--command",
    "typed",
    metavar="'show ...'",
    envvar="SLP_OPS_PARSE_COMMAND",
    help="The command that printed the text, in full or shortened. Without it every command found in "
    "FILE is read.",
)
@click.argument("file", type=click.File("rb"))
@json_option
def command(*, typed: str | None, file: Any, as_json: bool) -> None:
    """Read FILE (or - for standard input) into facts.

    FILE may hold CR LF, an echo and a prompt; of a whole terminal log or show tech the commands are
    found by their echo or heading. Secrets in it are masked before anything is printed.
    """
    from slp_ops.app.parse import ParseRequest, run

    found = call(run, ParseRequest(data=file.read(), command=typed))
    if as_json:
        records = [_record(name, parsed) for name, parsed in found]
        whole = (
            {"schema": SCHEMA, **records[0]} if typed is not None else {"schema": SCHEMA, "commands": records}
        )
        click.echo(json.dumps(whole, indent=2))
        return
    for name, parsed in found:
        _print(name, parsed)


def _record(name: str, parsed: Parsed) -> dict[str, Any]:
    from slp_ops.cli.shown_facts import facts_record, lines_record, unparsed_record

    return {
        "command": name,
        "facts": facts_record(parsed.facts),
        "unparsed": unparsed_record(parsed.unparsed),
        "lines": lines_record([parsed]),
    }


def _print(name: str, parsed: Parsed) -> None:
    from slp_ops.cli.shown_facts import rows
    from slp_ops.cli.table import table
    from slp_ops.safetext import one_line

    read = parsed.total - len(parsed.unparsed)
    click.echo(f"{one_line(name)}: {read} of {counted(parsed.total, 'line')} read")
    if parsed.facts:
        click.echo(table(("FACT", "FIELD", "VALUE"), rows(parsed.facts)))
    if parsed.unparsed:
        click.echo("not read:")
    for line in parsed.unparsed[:_SHOWN]:
        click.echo(f"  {line.number}: {one_line(line.text)}")
    if len(parsed.unparsed) > _SHOWN:
        click.echo(f"  and {len(parsed.unparsed) - _SHOWN} more; --json lists them all")
    click.echo()
