"""Which switches a verb works on: the inventory, what ``~/.ssh/config`` adds, and the selection."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from slp_ops.cli.options import inventory_option, selection_options
from slp_ops.errors import InputError, Problem
from slp_ops.inventory import load
from slp_ops.inventory.selection import Selection, select
from slp_ops.safetext import one_line

if TYPE_CHECKING:
    from slp_ops.inventory import Inventory
    from slp_ops.model import Device

_Command = TypeVar("_Command", bound=Callable[..., Any])
_DEFAULT: Final = Path("~/.ssh/config")
_LARGEST: Final = 2**20

ssh_config_option = click.option(
    "--ssh-config",
    type=click.Path(path_type=Path),
    envvar="SLP_OPS_SSH_CONFIG",
    default=_DEFAULT,
    show_default=str(_DEFAULT),
    show_envvar=True,
    metavar="FILE",
    help="Where HostName, and Port, User and ProxyJump that the inventory leaves open, come from; "
    "'none' reads no such file.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the options of a verb say about its switches; nothing is read before it is asked."""

    inventory_path: Path
    ssh_config: Path
    selection: Selection

    def choose(self) -> tuple[Inventory, tuple[Device, ...]]:
        """The inventory and the devices chosen; raises InputError. Notes go to stderr."""
        inventory = read_inventory(self.inventory_path, self.ssh_config)
        return inventory, select(inventory, self.selection)

    def described(self) -> dict[str, object]:
        """The choice as a run keeps it."""
        return {
            "inventory": str(self.inventory_path),
            "sites": list(self.selection.sites),
            "tags": list(self.selection.tags),
            "limit": self.selection.limit,
        }


def target_options(command: _Command) -> _Command:
    """Add -i, --ssh-config, --site, --tag and --limit; the command receives them as ``target``."""

    @wraps(command)
    def with_target(
        *args: Any, inventory_path: Path, ssh_config: Path, selection: Selection, **kwargs: Any
    ) -> Any:
        target = Target(inventory_path=inventory_path, ssh_config=ssh_config, selection=selection)
        return command(*args, target=target, **kwargs)

    selecting = selection_options(with_target)
    return inventory_option(ssh_config_option(selecting))  # type: ignore[return-value]  # as given


def read_inventory(inventory_path: Path, ssh_config: Path) -> Inventory:
    """The inventory, completed from the SSH configuration file if there is one."""
    inventory = load(inventory_path)
    text = _text(ssh_config)
    if not text:
        return inventory
    from slp_ops.inventory.completion import complete
    from slp_ops.inventory.ssh_config import SshConfig

    users = not os.environ.get("SLP_OPS_USERNAME")
    completed, notes = complete(inventory, SshConfig(text, str(ssh_config)), users=users)
    for note in notes:
        click.echo(f"note: {one_line(note)}", err=True)
    return completed


def _text(path: Path) -> str:
    """The file's text; nothing when it is not wanted, or when the default one is not there."""
    if str(path) == "none":
        return ""
    try:
        with path.expanduser().open(encoding="utf-8", errors="replace") as file:
            return file.read(_LARGEST)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: there is no home folder
        if path == _DEFAULT:
            return ""
        why = getattr(error, "strerror", None) or "the name is not usable"
        problem = Problem(path=str(path), message=f"cannot be read: {why}")
        raise InputError((problem,), hint="--ssh-config none reads no such file") from error
