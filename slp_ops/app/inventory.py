"""Load an inventory, and check it before a run depends on it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slp_ops.app.selection import SSH_CONFIG, SourceOptions, read_inventory
from slp_ops.credentials import ShellCredentials
from slp_ops.errors import InputError, Problem
from slp_ops.sanitize import one_line

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
    problem; an inventory without a device is one, as no verb can work with it."""
    inventory = read_inventory(request.path, request.ssh_config, operator, request.sources)
    if not inventory.devices:
        unusable = (
            Problem(path=each.source, key=one_line(each.name), message=each.reason)
            for each in inventory.unusable
        )
        empty = Problem(path=str(request.path), message="the inventory has no device that can be used")
        raise InputError((empty, *unusable), hint="put switches below sites: NAME: devices: in the inventory")
    credentials = ShellCredentials(inventory.credentials, ask=operator.ask)
    return InventoryCheck(
        path=request.path, inventory=inventory, credentials=credentials.origins(inventory.devices)
    )


def show(request: InventoryRequest, operator: Operator) -> Inventory:
    """Return the inventory as every verb would use it. Raises InputError with every problem."""
    return read_inventory(request.path, request.ssh_config, operator, request.sources)
