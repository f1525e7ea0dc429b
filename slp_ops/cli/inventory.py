"""``slp-ops inventory``: is the inventory sound, and what does it say?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from slp_ops.cli.exits import Result
from slp_ops.cli.options import inventory_option, json_option
from slp_ops.cli.target import ssh_config_option
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.errors import InputError
from slp_ops.json_documents import to_json

if TYPE_CHECKING:
    from pathlib import Path


@click.group(name="inventory")
def command() -> None:
    """Check an inventory before a run depends on it."""


@command.command(name="check")
@inventory_option
@ssh_config_option
@json_option
def check(inventory_path: Path, ssh_config: Path, as_json: bool) -> None:
    """Report every problem at once with file and line, or sum up what the inventory holds.

    Nothing is sent to any switch and no password is shown or asked for.
    """
    from slp_ops.app.inventory import InventoryRequest
    from slp_ops.app.inventory import check as run
    from slp_ops.report.documents.inventory import inventory_document, problems_document

    try:
        found = run(InventoryRequest(path=inventory_path, ssh_config=ssh_config), TerminalOperator())
    except InputError as error:
        if not as_json:
            raise
        click.echo(to_json(problems_document(error), indent=2, ascii_only=False))
        raise click.exceptions.Exit(Result.WRONG_INPUT.code) from error
    if as_json:
        click.echo(to_json(inventory_document(found), indent=2, ascii_only=False))
    else:
        from slp_ops.report.terminal.inventory import render

        click.echo(render(found))
