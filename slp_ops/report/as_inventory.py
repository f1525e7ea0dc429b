"""An inventory as a file in the native format, so that a source need not be asked again."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import yaml

from slp_ops.model import Device, JumpHost

if TYPE_CHECKING:
    from slp_ops.inventory import Inventory

_DEFAULTS: Final = Device(name="", site="", host="")


def to_yaml(inventory: Inventory) -> str:
    """Return the text of an inventory file with the same devices, sites and credentials."""
    sites: dict[str, Any] = {}
    for site in inventory.sites:
        settings = {"description": site.description, "max_sessions": site.max_sessions}
        sites[site.name] = {key: value for key, value in settings.items() if value}
        sites[site.name]["devices"] = {}
    for device in inventory.devices:
        sites[device.site]["devices"][device.name] = _device(device)
    document: dict[str, Any] = {"version": 1}
    if inventory.credentials:
        document["credentials"] = {
            name: {key: value for key, value in (("key", method.key), ("agent", method.agent)) if value}
            for name, method in inventory.credentials.items()
        }
    return yaml.safe_dump({**document, "sites": sites}, sort_keys=False, allow_unicode=True, width=120)


def _device(device: Device) -> dict[str, Any]:
    found: dict[str, Any] = {"host": device.host}
    for each in fields(Device):
        value = getattr(device, each.name)
        if each.name in ("name", "site", "host") or value == getattr(_DEFAULTS, each.name):
            continue
        if each.name == "jump":
            found["jump"] = [_hop(hop) for hop in value]
        elif isinstance(value, tuple):
            found[each.name] = list(value)
        else:
            found[each.name] = dict(value) if hasattr(value, "keys") else value
    return found


def _hop(hop: JumpHost) -> dict[str, Any]:
    values = {"host": hop.host, "port": hop.port, "username": hop.username, "credential": hop.credential}
    return {key: value for key, value in values.items() if value is not None and key not in hop.unset_fields}
