"""Completes what the inventory leaves open from ``~/.ssh/config``; what the inventory says wins.

A host is an alias there as it is for ``ssh``: its HostName is followed. Port, User and ProxyJump
count only where neither the device, its site nor the defaults say anything. A switch's IdentityFile
does not count: how a credential proves itself stands in the inventory's ``credentials``. Jump hosts that
the inventory names are completed likewise, and their IdentityFile counts; a ProxyJump of theirs does not,
since the inventory tells the whole way.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from slp_ops.model import CredentialMethod, Hop
from slp_ops.written.grammar import NAME

if TYPE_CHECKING:
    from slp_ops.inventory.ssh_config import Resolved, SshConfig
    from slp_ops.inventory.values import Inventory
    from slp_ops.model import Device

_NOTHING: Final[frozenset[str]] = frozenset()


def complete(
    inventory: Inventory, config: SshConfig, *, users: bool = True
) -> tuple[Inventory, tuple[str, ...]]:
    """The inventory with the gaps filled, and notes on what of the file is left out.

    ``users`` says whether its User may name who logs in to a switch: not where the environment
    already does, since that is the operator's later word.
    """
    credentials = dict(inventory.credentials)
    devices: list[Device] = []
    notes: dict[str, None] = {}
    for device in inventory.devices:
        found = config.resolve(device.host)
        open_ = inventory.left_open.get(device.name, _NOTHING)
        notes |= dict.fromkeys(found.notes)
        devices.append(
            replace(
                device,
                host=found.hostname,
                port=found.port if "port" in open_ and found.port else device.port,
                username=found.user if "username" in open_ and users else device.username,
                jump=_hops(found.jump, device, credentials)
                if "jump" in open_
                else tuple(_completed(hop, config, credentials) for hop in device.jump),
            )
        )
    return replace(inventory, devices=tuple(devices), credentials=credentials), tuple(notes)


def _hops(
    jump: tuple[Resolved, ...], device: Device, credentials: dict[str, CredentialMethod]
) -> tuple[Hop, ...]:
    """Jump hosts with a credential each: the one of the hop's name, made from its IdentityFile when

    the inventory lists none; without either, the switch's own, as one directory of users has it.
    """
    hops: list[Hop] = []
    for one in jump:
        _keep_key(one, credentials)
        hops.append(
            Hop(
                host=one.hostname,
                port=one.port or 22,
                username=one.user or (None if one.alias in credentials else device.username),
                credential=one.alias if one.alias in credentials else device.credential,
            )
        )
    return tuple(hops)


def _completed(hop: Hop, config: SshConfig, credentials: dict[str, CredentialMethod]) -> Hop:
    """A jump host of the inventory with its gaps filled."""
    one = config.resolve(hop.host)
    credential = hop.credential
    if "credential" in hop.left_open and credential not in credentials:
        _keep_key(one, credentials)
        credential = one.alias if one.alias in credentials else credential
    return replace(
        hop,
        host=one.hostname,
        port=one.port if "port" in hop.left_open and one.port else hop.port,
        username=one.user if "username" in hop.left_open else hop.username,
        credential=credential,
    )


def _keep_key(one: Resolved, credentials: dict[str, CredentialMethod]) -> None:
    if one.identity_files and one.alias not in credentials and NAME.accepts(one.alias):
        credentials[one.alias] = CredentialMethod(key=one.identity_files[0])
