"""``slp-ops parse``: read one saved output, a terminal log or a show tech, without any switch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from slp_ops.cli.calling import call
from slp_ops.cli.options import NamedPath, SelectingOption, json_option, lang_option
from slp_ops.cli.streams import read_standard_input
from slp_ops.json_documents import to_json
from slp_ops.regular_files import LARGEST_TEXT, read_input

if TYPE_CHECKING:
    from slp_ops.i18n import Lang


@click.command(name="parse")
@click.option(
    "--command",
    "typed",
    cls=SelectingOption,
    metavar="'show ...'",
    envvar="SLP_OPS_PARSE_COMMAND",
    help="Command that printed the text, complete or abbreviated. Without it, every command found in "
    "FILE is parsed.",
)
@click.argument("file", type=NamedPath(path_type=Path, allow_dash=True))
@lang_option
@json_option
def command(*, typed: str | None, file: Path, lang: Lang, as_json: bool) -> None:
    """Read FILE (or - for standard input) into facts.

    FILE may hold CR LF, an echo and a prompt; of a whole terminal log or show tech the commands are
    found by their echo or heading. Secrets in it are masked before anything is printed.
    """
    from slp_ops.app.parse import ParseRequest, run

    data = read_standard_input(LARGEST_TEXT) if str(file) == "-" else read_input(file, LARGEST_TEXT)
    found = call(run, ParseRequest(data=data, command=typed))
    if as_json:
        from slp_ops.report.documents.facts import parse_document

        click.echo(to_json(parse_document(found, only_one=typed is not None), indent=2))
    else:
        from slp_ops.report.terminal.facts import render_parsed

        click.echo(render_parsed(found, lang))
