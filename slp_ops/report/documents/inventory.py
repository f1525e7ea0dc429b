"""Documents of ``inventory check``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from slp_ops.credentials import Origin
from slp_ops.errors import Problem
from slp_ops.json_documents import json_document

if TYPE_CHECKING:
    from slp_ops.app.inventory import InventoryCheck
    from slp_ops.errors import InputError


@json_document
class SiteEntry:
    """A site, and how many devices it has."""

    name: str
    description: str
    max_sessions: int | None
    devices: int


@json_document
class InventoryDocument:
    """A sound inventory. ``credentials`` are where each part of a credential comes from, never its value."""

    schema: Literal[1] = 1
    ok: Literal[True] = True
    path: str
    sites: tuple[SiteEntry, ...]
    devices: int
    tags: Mapping[str, int]
    transports: Mapping[str, int]
    legacy_ssh: tuple[str, ...]
    credentials: tuple[Origin, ...]


@json_document
class InventoryProblemsDocument:
    """Every problem of an inventory."""

    schema: Literal[1] = 1
    ok: Literal[False] = False
    problems: tuple[Problem, ...]
    hint: str


def inventory_document(found: InventoryCheck) -> InventoryDocument:
    """Return the document of a sound inventory."""
    inventory, devices_at = found.inventory, found.devices_at
    return InventoryDocument(
        path=str(found.path),
        sites=tuple(
            SiteEntry(
                name=site.name,
                description=site.description,
                max_sessions=site.max_sessions,
                devices=devices_at[site.name],
            )
            for site in inventory.sites
        ),
        devices=len(inventory.devices),
        tags=dict(Counter(tag for device in inventory.devices for tag in device.tags)),
        transports=dict(Counter(device.transport for device in inventory.devices)),
        legacy_ssh=tuple(device.name for device in inventory.devices if device.legacy_ssh),
        credentials=found.credentials,
    )


def problems_document(error: InputError) -> InventoryProblemsDocument:
    """Return the document of an inventory with problems."""
    return InventoryProblemsDocument(problems=error.problems, hint=error.hint)
