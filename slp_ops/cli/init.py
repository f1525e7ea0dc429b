"""``slp-ops init``: a commented inventory to start from."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from slp_ops.cli.language import spoken
from slp_ops.cli.options import NamedPath, message_lang_option
from slp_ops.sanitize import one_line


@click.command(name="init")
@click.argument(
    "path", type=NamedPath(dir_okay=False, path_type=Path), default=Path("inventory.yaml"), metavar="[FILE]"
)
@message_lang_option
def command(path: Path) -> None:
    """Write a commented inventory to FILE (default: inventory.yaml). An existing file is not overwritten."""
    from slp_ops.app.new_inventory import write_template

    write_template(path)
    name = one_line(str(path))
    option = "" if name == "inventory.yaml" else f" -i {shlex.quote(name)}"
    click.echo(spoken(f"wrote {name}; put your switches into it, then: slp-ops inventory check{option}"))
