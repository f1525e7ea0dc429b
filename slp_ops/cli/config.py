"""``slp-ops config``: the value of each setting, and its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from slp_ops.cli.language import spoken
from slp_ops.cli.options import json_option, message_lang_option
from slp_ops.json_documents import to_json
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from slp_ops.report.documents.config import ConfigDocument


@click.group(name="config")
def command() -> None:
    """Show the settings. The command line outranks the environment, and the environment the file."""


@command.command(name="show")
@message_lang_option
@json_option
@click.pass_context
def show(ctx: click.Context, as_json: bool) -> None:
    """Print each setting with its value and source: a variable, a line of the file, or the default.

    Secrets are not printed. The file is config.yaml in the user's configuration folder; --config names
    another.
    """
    from slp_ops.cli.settings import current_settings

    found = current_settings(ctx)
    click.echo(to_json(found, indent=1, ascii_only=False) if as_json else "\n".join(_lines(found)))


def _lines(found: ConfigDocument) -> list[str]:
    file = f"File: {one_line(found.file)}" if found.file else f"File: none ({one_line(found.usual_file)})"
    lines = [spoken(file)]
    width = max(len(each.key) for each in found.settings)
    values = max(min(len(each.value), 40) for each in found.settings)
    lines += [
        f"{each.key:<{width}}  {one_line(each.value):<{values}}  {one_line(each.source)}"
        for each in found.settings
    ]
    lines += [spoken(f"{name}: set, value not shown") for name in found.secrets]
    lines += [
        spoken(f"{one_line(name)}: set, but refused by the verbs that it would concern")
        for name in found.refused
    ]
    lines += [spoken(f"{one_line(name)}: set, but slp-ops does not read it") for name in found.unknown]
    return lines
