"""Load an inventory, and check it before a run depends on it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slp_ops.app.selection import SSH_CONFIG, SourceOptions, read_inventory
from slp_ops.credentials import ShellCredentials

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.app.operator import Operator
    from slp_ops.credentials import Origin
    from slp_ops.inventory import Inventory


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryRequest:
    """An inventory, and the SSH configuration that completes it."""

    path: Path | str
    ssh_config: Path = SSH_CONFIG
    sources: SourceOptions = field(default_factory=SourceOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryCheck:
    """A sound inventory, and where its credentials come from."""

    path: Path | str
    inventory: Inventory
    credentials: tuple[Origin, ...]

    @property
    def devices_at(self) -> Counter[str]:
        """The number of devices of each site, by its name."""
        return Counter(device.site for device in self.inventory.devices)


def check(request: InventoryRequest, operator: Operator) -> InventoryCheck:
    """Read the inventory and locate its credentials, without prompts. Raises InputError with every
    problem."""
    inventory = read_inventory(request.path, request.ssh_config, operator, request.sources)
    credentials = ShellCredentials(inventory.credentials, ask=operator.ask)
    return InventoryCheck(
        path=request.path, inventory=inventory, credentials=credentials.origins(inventory.devices)
    )


def show(request: InventoryRequest, operator: Operator) -> Inventory:
    """Return the inventory as every verb would use it. Raises InputError with every problem."""
    return read_inventory(request.path, request.ssh_config, operator, request.sources)
