"""A checked inventory as terminal text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from slp_ops.i18n import pluralize
from slp_ops.report.terminal.layout import table
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.app.inventory import InventoryCheck
    from slp_ops.inventory import Inventory

_SITES = ("SITE", "DEVICES", "AT ONCE", "TAGS", "TRANSPORTS", "DESCRIPTION")
_DEVICES = ("DEVICE", "SITE", "ADDRESS", "USER NAME", "CREDENTIAL", "BEHIND", "TAGS")
_UNUSABLE = ("NOT USABLE", "WHY", "SOURCE")
_CREDENTIALS = ("CREDENTIAL", "USER NAME", "PROOF", "ENABLE", "MISSING")


def render(found: InventoryCheck) -> str:
    """Return the sites, the credentials, and what is unusual about the devices."""
    return "\n".join(_lines(found))


def _lines(found: InventoryCheck) -> Iterator[str]:
    inventory, devices = found.inventory, found.inventory.devices
    counts = f"{pluralize(len(devices), 'device')} in {pluralize(len(inventory.sites), 'site')}"
    yield f"{found.path}: no problems; {counts}"
    sites = []
    for site in inventory.sites:
        here = [device for device in devices if device.site == site.name]
        sites.append(
            (
                site.name,
                str(len(here)),
                str(site.max_sessions or ""),
                _count_words(tag for device in here for tag in device.tags),
                _count_words(device.transport for device in here),
                site.description,
            )
        )
    yield f"\n{table(_SITES, sites)}"
    credentials = [(one.name, one.username, one.proof, one.enable, one.missing) for one in found.credentials]
    yield f"\n{table(_CREDENTIALS, credentials)}"
    if old := [device.name for device in devices if device.legacy_ssh]:
        yield f"\nSHA-1 allowed (legacy_ssh): {', '.join(old)}"
    if behind := Counter(device.jump[0].host for device in devices if device.jump):
        yield f"\nBehind a jump host: {_format_counts(behind)}"
    yield from _unusable(inventory)


def _unusable(inventory: Inventory) -> Iterator[str]:
    if inventory.unusable:
        rows = [(one_line(each.name), one_line(each.reason), each.source) for each in inventory.unusable]
        yield f"\n{table(_UNUSABLE, rows)}"


def render_devices(inventory: Inventory) -> str:
    """Return a line for each device, then those of sources that cannot be used."""
    rows = [
        (
            device.name,
            device.site,
            device.host if device.port == 22 else f"{device.host} port {device.port}",
            device.username or "",
            device.credential,
            ", ".join(hop.host for hop in device.jump),
            " ".join(device.tags),
        )
        for device in inventory.devices
    ]
    counts = f"{pluralize(len(rows), 'device')} in {pluralize(len(inventory.sites), 'site')}"
    return "\n".join((table(_DEVICES, rows), *_unusable(inventory), f"\n{counts}"))


def _count_words(words: Iterable[str]) -> str:
    return _format_counts(Counter(words))


def _format_counts(counts: Counter[str]) -> str:
    return ", ".join(f"{word} {count}" for word, count in counts.most_common())
