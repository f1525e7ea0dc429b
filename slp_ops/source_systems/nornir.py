"""Inventories of Nornir, with Nornir: ``nornir:config.yaml``.

SimpleInventory, and any inventory plug-in that the configuration names and that is installed. Groups become
tags; ``data.site`` is the site, else a group may be. Hosts inherit as they do in Nornir.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from slp_ops.errors import InputError
from slp_ops.inventory.source_rows import SourceDevice, SourceReading
from slp_ops.source_systems import ignored_passwords, missing_library, port_of, printable, rest_of

if TYPE_CHECKING:
    from slp_ops.inventory.values import SourceRequest

SCHEMES: Final = ("nornir",)
CACHED: Final = 0.0


def read(request: SourceRequest) -> SourceReading:
    """Let Nornir read its inventory. Raises InputError with what to do."""
    path = Path(rest_of(request.location)).expanduser()
    if not path.is_file():
        raise InputError(f"{request.location}: there is no such file")
    try:
        from nornir.core.configuration import Config
        from nornir.init_nornir import load_inventory
    except ImportError:
        raise missing_library("nornir", "nornir") from None
    try:
        inventory: Any = load_inventory(Config.from_file(str(path)))
        hosts = list(inventory.hosts.values())
        passwords = sum(1 for host in hosts if host.password)
        devices = tuple(_device(host) for host in hosts)
    except Exception as error:  # noqa: BLE001 - a plug-in reads it, and raises what it likes
        words = printable(f"{type(error).__name__}: {error}")
        raise InputError(f"{request.location}: Nornir cannot read it: {words}") from None
    return SourceReading(devices=devices, notes=ignored_passwords(passwords, request.location))


def _device(host: Any) -> SourceDevice:
    groups = tuple(dict.fromkeys(str(group.name) for group in host.extended_groups()))
    site = host.get("site")
    reasons: list[str] = []
    return SourceDevice(
        name=str(host.name),
        host=str(host.hostname or host.name),
        sites=((site,) if isinstance(site, str) and site else ()) + groups,
        platform=str(host.platform or ""),
        port=port_of(host.port, reasons),
        username=str(host.username or ""),
        tags=groups,
        unusable="".join(reasons),
    )
