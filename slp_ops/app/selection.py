"""Choose switches: from an inventory, completed from ``~/.ssh/config``, by a selection."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.errors import InputError
from slp_ops.inventory import Inventory, load
from slp_ops.inventory.schema import Settings
from slp_ops.inventory.selection import Selection as Selection
from slp_ops.inventory.selection import select
from slp_ops.inventory.values import SourceOptions as SourceOptions
from slp_ops.inventory.values import SourceRequest
from slp_ops.regular_files import read_input
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.app.operator import Operator
    from slp_ops.model import Device

SSH_CONFIG: Final = Path("~/.ssh/config")
_LARGEST: Final = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSelection:
    """The switches that a verb works on. File or source are read unless ``inventory`` is given."""

    inventory_path: Path | str
    ssh_config: Path = SSH_CONFIG
    sources: SourceOptions = field(default_factory=SourceOptions)
    selection: Selection = field(default_factory=Selection)
    inventory: Inventory | None = None

    def choose(self, operator: Operator) -> tuple[Inventory, tuple[Device, ...]]:
        """Return the inventory and the chosen devices. Raises InputError; notes go to the operator."""
        inventory = self.inventory
        if inventory is None:
            inventory = read_inventory(self.inventory_path, self.ssh_config, operator, self.sources)
        return inventory, select(inventory, self.selection)

    def described(self) -> Mapping[str, object]:
        """Return the choice as a run keeps it."""
        names = self.selection.names
        return {
            "inventory": str(self.inventory_path),
            "sites": list(self.selection.sites),
            "tags": list(self.selection.tags),
            "limit": self.selection.limit,
            **({} if names is None else {"failed": sorted(names)}),
        }


def is_location(text: str) -> bool:
    """Return whether a text names another system's inventory, such as ``ansible:hosts.ini``, and no file."""
    if not re.match(r"[a-z]+(\+https?)?:", text, re.IGNORECASE):
        return False
    from slp_ops.source_systems import is_location as is_known

    return is_known(text)


def read_inventory(
    location: Path | str, ssh_config: Path, operator: Operator, sources: SourceOptions | None = None
) -> Inventory:
    """The inventory of a file, or of the system that a text names, completed from the SSH configuration."""
    if isinstance(location, str):
        inventory = Inventory(path=location, sources=(SourceRequest(location=location, settings=Settings()),))
    else:
        inventory = load(location)
    if inventory.sources:
        from slp_ops.app.inventory_sources import with_sources

        inventory = with_sources(inventory, sources or SourceOptions(), operator)
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
