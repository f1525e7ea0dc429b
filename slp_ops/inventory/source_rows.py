"""Devices that other systems describe, as an inventory: validated and merged like those of a file.

A source gives its own words; what cannot be used (no address, another platform, a duplicate) is listed with
its reason and never ends the reading. The nearest setting wins: the device's own, then the source's, the
site's, the defaults. A device that the file names, or an earlier source, is completed by later sources.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from slp_ops.config_files.validation_errors import Problems, shown
from slp_ops.config_files.validators import Reader, mapped, matching_format
from slp_ops.config_files.value_formats import HOST, NAME
from slp_ops.config_files.yaml_nodes import Entry, Mapping, Node, Scalar, Sequence
from slp_ops.errors import InputError
from slp_ops.inventory.schema import SETTINGS, Settings
from slp_ops.inventory.values import Inventory, Site, UnusableDevice, UnusedAddress
from slp_ops.json_documents import json_document

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as MappingOf

    from slp_ops.inventory.values import SourceRequest
    from slp_ops.model import Device

# Ansible and NetBox often call an IOS-XE switch ios: cisco.ios.ios, cisco_ios.
_IOS_XE: Final = frozenset({"iosxe", "ciscoiosxe", "ciscoxe", "xe", "ios", "ciscoios", "ciscoiosios"})
_DEVICE: Final[dict[str, Reader]] = {"host": matching_format(HOST), **SETTINGS}


@json_document
class SourceHop:
    """A jump host on the way to a device."""

    host: str
    port: int | None = None
    username: str | None = None


@json_document
class SourceDevice:
    """A device in the words of its system; empty or None where a value is missing."""

    name: str
    host: str = ""
    sites: tuple[str, ...] = ()  # candidates, the best first: a group may be a site or not
    platform: str = ""
    port: int | None = None
    username: str = ""
    tags: tuple[str, ...] = ()
    jump: tuple[SourceHop, ...] = ()
    unusable: str = ""  # the reason, where the system itself gives one


@json_document
class SourceReading:
    """Answer of a source. ``notes`` are for the operator: ignored passwords, values not read."""

    devices: tuple[SourceDevice, ...]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Merged:
    """A device while sources are merged: its row so far, and the settings behind it."""

    row: SourceDevice
    site: str
    request: SourceRequest


def merge(inventory: Inventory, readings: Iterable[tuple[SourceRequest, SourceReading]]) -> Inventory:
    """Return the inventory with the devices of its sources, and with those that cannot be used."""
    return _Merge(inventory).all_of(readings)


@dataclass(slots=True)
class _Merge:
    inventory: Inventory
    merged: dict[str, _Merged] = field(default_factory=dict)  # by folded name
    unusable: list[UnusableDevice] = field(default_factory=list)
    unused_addresses: list[UnusedAddress] = field(default_factory=list)
    filled: dict[str, _Merged] = field(default_factory=dict)  # for devices of the file, by folded name

    def all_of(self, readings: Iterable[tuple[SourceRequest, SourceReading]]) -> Inventory:
        own = {device.name.casefold(): device for device in self.inventory.devices}
        for request, reading in readings:
            seen: set[str] = set()
            for row in reading.devices:
                folded = row.name.casefold()
                if row.unusable:
                    self.refuse(request, row, row.unusable)
                elif folded in seen:
                    self.refuse(request, row, "duplicate: the source has this name twice")
                else:
                    seen.add(folded)
                    self.take(request, row, self.filled if folded in own else self.merged)
        completed = [self.complete_own(device) for device in self.inventory.devices]
        completed += [found for merged in self.merged.values() if (found := self.device(merged)) is not None]
        unset = {device.name: left_open for device, left_open in completed}
        devices = list(self.without_twins(device for device, _ in completed))
        return replace(
            self.inventory,
            sites=self.sites(devices),
            devices=tuple(devices),
            unset_fields={device.name: unset.get(device.name, frozenset()) for device in devices},
            unusable=tuple(self.unusable),
            unused_addresses=tuple(self.unused_addresses),
        )

    def refuse(self, request: SourceRequest, row: SourceDevice, reason: str) -> None:
        self.unusable.append(UnusableDevice(name=row.name, source=request.location, reason=reason))

    def take(self, request: SourceRequest, row: SourceDevice, kept: dict[str, _Merged]) -> None:
        """Keep a device for later sources to complete, if it is a switch that slp-ops reads."""
        if not _is_ios_xe(row.platform):
            self.refuse(request, row, f"another platform: {shown(row.platform)}")
            return
        folded = row.name.casefold()
        if folded in kept:
            used = kept[folded].row.host
            if kept is self.merged and used and row.host and _address(used) != _address(row.host):
                self.unused_addresses.append(
                    UnusedAddress(name=row.name, source=request.location, address=row.host, used=used)
                )
            kept[folded].row = _completed(kept[folded].row, row)
        else:
            kept[folded] = _Merged(row=row, site=_site_of(row, request), request=request)

    def complete_own(self, device: Device) -> tuple[Device, frozenset[str]]:
        """Complete a device of the file: tags unite, and what the file leaves open comes from the source."""
        unset = self.inventory.unset_fields.get(device.name, frozenset())
        filled = self.filled.get(device.name.casefold())
        if filled is None:
            return device, unset
        read = _read_row(filled.row, filled.request)
        if isinstance(read, str):
            return device, unset
        given = {name: getattr(read[1], name) for name in unset if getattr(read[1], name) is not None}
        tags = tuple(dict.fromkeys((*device.tags, *read[1].tags)))
        return replace(device, tags=tags, **given), unset - given.keys()

    def device(self, merged: _Merged) -> tuple[Device, frozenset[str]] | None:
        """Validate one device; None, and listed, where it cannot be used."""
        row, request = merged.row, merged.request
        read = _reason_without_reading(row, merged.site) or _read_row(row, request)
        if isinstance(read, str):
            self.refuse(request, row, read)
            return None
        host, own = read
        levels = self.inventory.site_settings
        wider = levels.get(merged.site, levels.get("", Settings()))
        complete = own.merged_over(request.settings).merged_over(wider)
        return complete.device(name=row.name, site=merged.site, host=host), complete.unset_fields()

    def without_twins(self, devices: Iterable[Device]) -> Iterable[Device]:
        """Leave out the second device at the same address, port and way; the first one stays."""
        first: dict[object, str] = {}
        own = {device.name for device in self.inventory.devices}
        for device in devices:
            way = (device.host.casefold(), device.port, device.jump)
            other = first.setdefault(way, device.name)
            if other == device.name or device.name in own:
                yield device
            else:
                request = self.merged[device.name.casefold()].request
                self.unusable.append(
                    UnusableDevice(
                        name=device.name, source=request.location, reason=f"duplicate: the address of {other}"
                    )
                )

    def sites(self, devices: Iterable[Device]) -> tuple[Site, ...]:
        known = {site.name: site for site in self.inventory.sites}
        wider = self.inventory.site_settings.get("", Settings())
        for name in dict.fromkeys(device.site for device in devices):
            known.setdefault(name, Site(name=name, max_sessions=wider.max_sessions))
        return tuple(known.values())


def count_reasons(unusable: Iterable[UnusableDevice]) -> MappingOf[str, int]:
    """Return how many devices each reason holds for, without its details, the most frequent first."""
    reasons = (each.reason.partition(" (expected ")[0].partition(":")[0] for each in unusable)
    return dict(Counter(reasons).most_common())


def _is_ios_xe(platform: str) -> bool:
    return not platform or re.sub("[^a-z]", "", platform.lower()) in _IOS_XE


def _site_of(row: SourceDevice, request: SourceRequest) -> str:
    """Return the site: a word of the source that is mapped, else its first, else the source's own site."""
    for word in row.sites:
        if word in request.sites:
            return request.sites[word]
    return request.site or next(iter(row.sites), "") or request.scheme


def _reason_without_reading(row: SourceDevice, site: str) -> str:
    if not NAME.accepts(row.name):
        return f"name is not usable (expected {NAME.expected})"
    if not row.host:
        return "no address"
    if not NAME.accepts(site):
        return f"site is not usable: '{shown(site)}'; map it with site_map: (expected {NAME.expected})"
    return ""


def _read_row(row: SourceDevice, request: SourceRequest) -> tuple[str, Settings] | str:
    """Return host and settings of a row, read as those of a file; or why it cannot be used."""
    tags = dict.fromkeys(request.tags.get(tag, tag) for tag in row.tags)
    values: dict[str, object] = {
        "host": row.host or None,
        "port": row.port,
        "username": row.username or None,
        "tags": tuple(tag for tag in tags if NAME.accepts(tag)),
        "jump": tuple(_hop(hop) for hop in row.jump) or None,
    }
    problems = Problems(request.location)
    node = _node({key: value for key, value in values.items() if value is not None})
    found: dict[str, Any] = mapped(node, "", problems, _DEVICE)
    try:
        problems.raise_if_any()
    except InputError as error:
        wrong = error.problems[0]
        expected = f" (expected {wrong.expected})" if wrong.expected else ""
        return f"{wrong.key} {wrong.message}{expected}"
    return found.pop("host", ""), Settings(**found)


def _address(host: str) -> str:
    """Return an address in its one spelling, or a host name without case and final dot."""
    try:
        return str(ip_address(host))
    except ValueError:
        return host.casefold().removesuffix(".")


def _completed(row: SourceDevice, later: SourceDevice) -> SourceDevice:
    """Return a row, with what it leaves open from a later source; tags unite."""
    return replace(
        row,
        host=row.host or later.host,
        sites=row.sites or later.sites,
        port=row.port if row.port is not None else later.port,
        username=row.username or later.username,
        tags=tuple(dict.fromkeys((*row.tags, *later.tags))),
        jump=row.jump or later.jump,
    )


def _hop(hop: SourceHop) -> dict[str, object]:
    values = {"host": hop.host, "port": hop.port, "username": hop.username}
    return {key: value for key, value in values.items() if value is not None}


def _node(value: object) -> Node:
    """Return a value as a YAML node, so that it is validated as one of a file."""
    if isinstance(value, dict):
        return Mapping(
            line=1,
            entries=tuple(
                Entry(key=Scalar(line=1, text=key, kind="str"), value=_node(each))
                for key, each in value.items()
            ),
        )
    if isinstance(value, tuple):
        return Sequence(line=1, items=tuple(_node(each) for each in value))
    return Scalar(line=1, text=str(value), kind="int" if isinstance(value, int) else "str")
