"""What every inventory source gives: sites and devices, each default already applied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.model import CredentialMethod, Device


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place with switches. ``max_sessions`` bounds how many of them are logged in to at once."""

    name: str
    description: str = ""
    max_sessions: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Sites and devices in the order of the file, and how the named credentials prove themselves.

    ``left_open`` names, per device, those of port, username and jump that the file does not say:
    only these may be completed from elsewhere (``~/.ssh/config``). A credential that
    ``credentials`` does not list is a password.
    """

    sites: tuple[Site, ...] = ()
    devices: tuple[Device, ...] = ()
    credentials: Mapping[str, CredentialMethod] = field(default_factory=dict)
    path: str = field(default="", compare=False)  # of the file that it was read from
    left_open: Mapping[str, frozenset[str]] = field(default_factory=dict)
