"""The device file of netmiko's command-line tools: ``netmiko:~/.netmiko.yml``.

Groups become tags. Passwords in it, plain or encrypted, are not taken.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from slp_ops.errors import InputError
from slp_ops.inventory.source_rows import SourceDevice, SourceReading
from slp_ops.regular_files import read_input
from slp_ops.source_systems import ignored_passwords, port_of, rest_of

if TYPE_CHECKING:
    from slp_ops.inventory.values import SourceRequest

SCHEMES: Final = ("netmiko",)
CACHED: Final = 0.0
_LARGEST: Final = 16 * 2**20
_PASSWORDS: Final = ("password", "secret", "passphrase")


def read(request: SourceRequest) -> SourceReading:
    """Read the file with netmiko's own loader. Raises InputError with what to do."""
    path = Path(rest_of(request.location)).expanduser()
    read_input(path, _LARGEST)  # netmiko ends the process where it cannot open a file
    import yaml
    from netmiko.utilities import load_devices

    try:
        found = load_devices(str(path))
    except (yaml.YAMLError, ValueError, RecursionError):  # ValueError: no text, no date, a number too long
        raise InputError(f"{request.location}: not readable as YAML") from None
    entries: dict[str, Any] = dict(found) if isinstance(found, dict) else {}
    entries.pop("__meta__", None)
    switches = {str(name): each for name, each in entries.items() if isinstance(each, dict)}
    if not switches:
        raise InputError(f"{request.location}: no devices", hint="is it a file of netmiko's tools?")
    tags: dict[str, list[str]] = {}
    for name, each in entries.items():
        for member in each if isinstance(each, list) else ():
            tags.setdefault(str(member), []).append(str(name))
    passwords = sum(1 for each in switches.values() for key in _PASSWORDS if each.get(key))
    return SourceReading(
        devices=tuple(_device(name, each, tuple(tags.get(name, ()))) for name, each in switches.items()),
        notes=ignored_passwords(passwords, request.location),
    )


def _device(name: str, each: dict[str, Any], tags: tuple[str, ...]) -> SourceDevice:
    reasons: list[str] = []
    return SourceDevice(
        name=name,
        host=str(each.get("host") or each.get("ip") or ""),
        sites=tags,
        platform=str(each.get("device_type") or "").removesuffix("_ssh"),
        port=port_of(each.get("port"), reasons),
        username=str(each.get("username") or ""),
        tags=tags,
        unusable="".join(reasons),
    )
