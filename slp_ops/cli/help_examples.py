"""Examples in ``--help``: command lines that an operator can type as they are, of ``help_examples.json``.

The names are those of the simulated fleet, and the order is that of a first day with slp-ops: the tests type
each line of a situation after the other. ``help.ja.yaml`` contains the Japanese of what a line does. The file
is JSON because help in English loads no YAML.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    import click

FILE: Final = "help_examples.json"


@cache
def examples() -> Mapping[str, Mapping[str, str]]:
    """Return the examples of each command by its words: command line, what it does."""
    found: Mapping[str, Mapping[str, str]] = json.loads(files("slp_ops").joinpath(FILE).read_bytes())
    return found


def render_help(context: click.Context, formatter: click.HelpFormatter) -> str:
    """Return the help of the context's command and its examples, as the formatter writes them."""
    context.command.format_help(context, formatter)
    if rows := examples().get(_words(context)):
        with formatter.section("Examples"):
            # Narrower than any line, so that the text begins below it.
            formatter.write_dl(list(rows.items()), col_max=2)
    return formatter.getvalue().rstrip("\n")


def _words(context: click.Context) -> str:
    """Return the words of the command behind the program's name."""
    words: list[str] = []
    while context.parent is not None:
        words.insert(0, context.info_name or "")
        context = context.parent
    return " ".join(words)
