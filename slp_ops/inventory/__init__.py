"""Inventory of switches, from any file format in ``sources``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from slp_ops.inventory.sources import sources
from slp_ops.inventory.sources import yaml_source as native
from slp_ops.inventory.values import Inventory, Site
from slp_ops.regular_files import read_text_input

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Inventory", "Site", "load"]

_LARGEST: Final = 16 * 2**20
_HINT: Final = "name the inventory with -i FILE or SLP_OPS_INVENTORY; slp-ops init writes one to start from"


def load(path: Path) -> Inventory:
    """Load an inventory, every default applied; raises InputError with all problems."""
    read = sources().get(path.suffix.lower(), native.read)
    return replace(read(read_text_input(path, _LARGEST, hint=_HINT), str(path)), path=str(path))
