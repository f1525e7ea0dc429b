"""Choose switches: from an inventory, completed from ``~/.ssh/config``, by a selection."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.errors import InputError
from slp_ops.inventory import load
from slp_ops.inventory.selection import Selection as Selection
from slp_ops.inventory.selection import select
from slp_ops.regular_files import read_input
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.app.operator import Operator
    from slp_ops.inventory import Inventory
    from slp_ops.model import Device

SSH_CONFIG: Final = Path("~/.ssh/config")
_LARGEST: Final = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSelection:
    """The switches that a verb works on. The file is read unless ``inventory`` is given."""

    inventory_path: Path
    ssh_config: Path = SSH_CONFIG
    selection: Selection = field(default_factory=Selection)
    inventory: Inventory | None = None

    def choose(self, operator: Operator) -> tuple[Inventory, tuple[Device, ...]]:
        """Return the inventory and the chosen devices. Raises InputError; notes go to the operator."""
        inventory = self.inventory
        if inventory is None:
            inventory = read_inventory(self.inventory_path, self.ssh_config, operator)
        return inventory, select(inventory, self.selection)

    def described(self) -> Mapping[str, object]:
        """Return the choice as a run keeps it."""
        return {
            "inventory": str(self.inventory_path),
            "sites": list(self.selection.sites),
            "tags": list(self.selection.tags),
            "limit": self.selection.limit,
        }


def read_inventory(inventory_path: Path, ssh_config: Path, operator: Operator) -> Inventory:
    """The inventory, completed from the SSH configuration file if there is one."""
    inventory = load(inventory_path)
    text = _text(ssh_config)
    if not text:
        return inventory
    from slp_ops.inventory.ssh_config import SshConfig, complete

    users = not os.environ.get("SLP_OPS_USERNAME")
    completed, notes = complete(inventory, SshConfig(text, str(ssh_config)), users=users)
    for note in notes:
        operator.notice(f"note: {one_line(note)}")
    return completed


def _text(path: Path) -> str:
    """The file's text; nothing when it is not wanted, or when the default one is not there."""
    if str(path) == "none":
        return ""
    try:
        data = read_input(path, _LARGEST, hint="--ssh-config none reads no such file")
    except InputError:
        if path == SSH_CONFIG:
            return ""
        raise
    return data.decode("utf-8", errors="replace")
