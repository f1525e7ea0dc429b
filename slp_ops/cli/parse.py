"""``slp-ops parse``: read one saved output, a terminal log or a show tech, without any switch."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any, Final

import click

from slp_ops.cli.options import json_option
from slp_ops.rules.text import counted

if TYPE_CHECKING:
    from slp_ops.commands import Parsed, ShowCommand

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
    from slp_ops.reading import text_of
    from slp_ops.redact import redact

    # One key for this one output: equal secrets look equal in it, and nowhere else.
    text = redact(text_of(file.read()), secrets.token_bytes(32))
    found = _wanted(typed, text) if typed is not None else _every(text)
    if as_json:
        records = [_record(name, parsed) for name, parsed in found]
        whole = (
            {"schema": SCHEMA, **records[0]} if typed is not None else {"schema": SCHEMA, "commands": records}
        )
        click.echo(json.dumps(whole, indent=2))
        return
    for name, parsed in found:
        _print(name, parsed)


def _wanted(typed: str, text: str) -> list[tuple[str, Parsed]]:
    """The text of one command: its section where FILE holds several, the whole FILE otherwise."""
    from slp_ops.commands import find
    from slp_ops.reading import parse_one

    known = find(typed)
    if known is None:
        raise click.BadParameter(f"{typed!r} is none of {_names()}", param_hint="--command")
    parsed = parse_one(known, text)
    if isinstance(parsed, tuple):
        there = ", ".join(parsed)
        raise click.BadParameter(f"the file holds no {known.command!r}; it holds {there}", param_hint="FILE")
    return [(_plain_name(known), parsed)]


def _every(text: str) -> list[tuple[str, Parsed]]:
    from slp_ops.reading import read, split

    found = [(each.command, each.parsed) for each in read(split(text)).captures if each.parsed is not None]
    if not found:
        raise click.BadParameter(
            "no known command was found in it; say with --command which one printed it", param_hint="FILE"
        )
    return found


def _plain_name(known: ShowCommand) -> str:
    return known.command.split(" | ", 1)[0]


def _names() -> str:
    from slp_ops.commands import registry

    return ", ".join(_plain_name(each) for each in registry())


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
