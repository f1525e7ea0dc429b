"""Inventory sources: one module for each file format, found by its file suffixes.

To add one, add a module here with ``SUFFIXES`` and ``read(content, path) -> Inventory``. Build the tree of
the native format and pass it to ``yaml_source.read_tree``: every value is then checked in the same way.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from slp_ops.inventory.values import Inventory


@cache
def sources() -> dict[str, Callable[[str, str], Inventory]]:
    """Return the function that reads a file of each suffix."""
    found: dict[str, Callable[[str, str], Inventory]] = {}
    for module in iter_modules(__path__):
        source = import_module(f"{__name__}.{module.name}")
        found |= dict.fromkeys(source.SUFFIXES, source.read)
    return found
