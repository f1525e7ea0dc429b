"""Inventory values: sites and devices, every default applied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.model import CredentialMethod, Device


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Site. ``max_sessions`` limits the concurrent sessions to its switches."""

    name: str
    description: str = ""
    max_sessions: int | None = None


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
