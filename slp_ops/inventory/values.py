"""Inventory values: sites and devices, every default applied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slp_ops.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.inventory.schema import Settings
    from slp_ops.model import CredentialMethod, Device


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Site. ``max_sessions`` limits the concurrent sessions to its switches."""

    name: str
    description: str = ""
    max_sessions: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """Freshness of the readings of sources: ``offline`` takes the last one, ``refresh`` makes a new one."""

    offline: bool = False
    refresh: bool = False

    def check(self) -> None:
        """Raise OptionError where both are given."""
        if self.offline and self.refresh:
            raise OptionError("--offline reads nothing that --refresh could renew", option="--refresh")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRequest:
    """A source that an inventory names: ``netbox+https://...``, ``ansible:FILE``, and what is ours there.

    ``sites`` and ``tags`` map the source's words to ours; ``columns`` those of a table. ``site`` is for
    devices of which the source names none.
    """

    location: str
    settings: Settings
    site: str = ""
    sites: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def scheme(self) -> str:
        """The kind of source: netbox, ansible, nornir, csv, netmiko."""
        return self.location.partition(":")[0].partition("+")[0].lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusableDevice:
    """A device of a source that cannot be used, and why."""

    name: str
    source: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedAddress:
    """Another address that a later source has for the name of a device: perhaps another switch."""

    name: str
    source: str
    address: str
    used: str  # the address of the device


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Sites and devices in the order of the file, and the methods of the named credentials.

    ``left_open`` names, per device, the unset ones of port, username and jump:
    only these may come from ``~/.ssh/config``. A credential that
    ``credentials`` does not list is a password.
    """

    sites: tuple[Site, ...] = ()
    devices: tuple[Device, ...] = ()
    credentials: Mapping[str, CredentialMethod] = field(default_factory=dict)
    path: str = field(default="", compare=False)  # of the file that it was read from
    unset_fields: Mapping[str, frozenset[str]] = field(default_factory=dict)
    # What the file says beside devices: its sources, and the settings of each site ("" for the defaults).
    sources: tuple[SourceRequest, ...] = ()
    site_settings: Mapping[str, Settings] = field(default_factory=dict, compare=False)
    unusable: tuple[UnusableDevice, ...] = ()
    unused_addresses: tuple[UnusedAddress, ...] = ()
