"""``slp-ops inventory``: is the inventory sound, and what does it say?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from slp_ops.cli.exits import Result
from slp_ops.cli.options import inventory_option, json_option, lang_option, source_options
from slp_ops.cli.target import ssh_config_option
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.errors import InputError
from slp_ops.json_documents import to_json

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.app.selection import SourceOptions
    from slp_ops.i18n import Lang


@click.group(name="inventory")
def command() -> None:
    """Check an inventory before a run depends on it."""


@command.command(name="check")
@inventory_option
@ssh_config_option
@source_options
@lang_option
@json_option
def check(
    inventory_path: Path | str, ssh_config: Path, sources: SourceOptions, lang: Lang, as_json: bool
) -> None:
    """Report every problem at once with file and line, or summarise the inventory.

    Nothing is sent to any switch and no password is shown or asked for.
    """
    from slp_ops.app.inventory import InventoryRequest
    from slp_ops.app.inventory import check as run
    from slp_ops.report.documents.inventory import inventory_document, problems_document

    try:
        request = InventoryRequest(path=inventory_path, ssh_config=ssh_config, sources=sources)
        found = run(request, TerminalOperator())
    except InputError as error:
        if not as_json:
            raise
        click.echo(to_json(problems_document(error), indent=2, ascii_only=False))
        raise click.exceptions.Exit(Result.WRONG_INPUT.code) from error
    if as_json:
        click.echo(to_json(inventory_document(found), indent=2, ascii_only=False))
    else:
        from slp_ops.report.terminal.inventory import render

        click.echo(render(found, lang))


@command.command(name="show")
@inventory_option
@ssh_config_option
@source_options
@click.option("--yaml", "as_yaml", is_flag=True, help="Print an inventory file that says the same.")
@lang_option
@json_option
def show(
    inventory_path: Path | str,
    ssh_config: Path,
    sources: SourceOptions,
    as_yaml: bool,
    lang: Lang,
    as_json: bool,
) -> None:
    """Print every device as the other commands see it, and the devices of sources that cannot be used.

    With --yaml the output is an inventory file, without any source: slp-ops inventory show -i SOURCE --yaml
    > inventory.yaml.
    """
    from slp_ops.app.inventory import InventoryRequest
    from slp_ops.app.inventory import show as run

    if as_yaml and as_json:
        raise click.UsageError("give --yaml or --json, not both")
    request = InventoryRequest(path=inventory_path, ssh_config=ssh_config, sources=sources)
    inventory = run(request, TerminalOperator())
    if as_json:
        from slp_ops.report.documents.inventory import devices_document

        click.echo(to_json(devices_document(inventory), indent=2, ascii_only=False))
    elif as_yaml:
        from slp_ops.report.as_inventory import to_yaml

        click.echo(to_yaml(inventory), nl=False)
    else:
        from slp_ops.report.terminal.inventory import render_devices

        click.echo(render_devices(inventory, lang))
