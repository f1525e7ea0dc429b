"""Documents of ``inventory check`` and ``inventory show``."""

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
    from slp_ops.inventory import Inventory


@json_document
class SiteEntry:
    """A site, and how many devices it has."""

    name: str
    description: str
    max_sessions: int | None
    devices: int


@json_document
class UnusableEntry:
    """A device of a source that cannot be used, and why."""

    name: str
    source: str
    reason: str


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
    sources: tuple[str, ...]
    unusable: tuple[UnusableEntry, ...]


@json_document
class DeviceEntry:
    """A device as every verb sees it, defaults applied."""

    name: str
    site: str
    host: str
    port: int
    tags: tuple[str, ...]
    username: str | None
    credential: str
    transport: str
    jump: tuple[str, ...]


@json_document
class DevicesDocument:
    """The devices of an inventory, and those of its sources that cannot be used."""

    schema: Literal["slp-ops/inventory/1"] = "slp-ops/inventory/1"
    devices: tuple[DeviceEntry, ...]
    unusable: tuple[UnusableEntry, ...]


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
        sources=tuple(request.location for request in inventory.sources),
        unusable=_unusable(inventory),
    )


def devices_document(inventory: Inventory) -> DevicesDocument:
    """Return the document of all devices."""
    return DevicesDocument(
        devices=tuple(
            DeviceEntry(
                name=device.name,
                site=device.site,
                host=device.host,
                port=device.port,
                tags=device.tags,
                username=device.username,
                credential=device.credential,
                transport=device.transport,
                jump=tuple(hop.host for hop in device.jump),
            )
            for device in inventory.devices
        ),
        unusable=_unusable(inventory),
    )


def _unusable(inventory: Inventory) -> tuple[UnusableEntry, ...]:
    return tuple(
        UnusableEntry(name=each.name, source=each.source, reason=each.reason) for each in inventory.unusable
    )


def problems_document(error: InputError) -> InventoryProblemsDocument:
    """Return the document of an inventory with problems."""
    return InventoryProblemsDocument(problems=error.problems, hint=error.hint)
