"""A name of an interface, VRF or host is valid everywhere or nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slp_ops.errors import NotReadOnly
from slp_ops.iosxe.names import same_interface
from slp_ops.params import Kind, NotFitting, check
from slp_ops.readonly import ProbeStep
from slp_ops.written.grammar import HOST, INTERFACE, VRF

if TYPE_CHECKING:
    from collections.abc import Callable


def accepted_by_inventory(kind: Kind, name: str) -> bool:
    grammar = {Kind.INTERFACE: INTERFACE, Kind.VRF: VRF, Kind.HOST: HOST}[kind]
    return grammar.accepts(name)


def accepted_as_parameter(kind: Kind, name: str) -> bool:
    try:
        return check(kind, name) == name
    except NotFitting:
        return False


def accepted_in_a_probe(kind: Kind, name: str) -> bool:
    try:
        match kind:
            case Kind.INTERFACE:
                ProbeStep(host="a", port=443, source_interface=name)
            case Kind.VRF:
                ProbeStep(host="a", port=443, vrf=name)
            case _:
                ProbeStep(host=name, port=443)
    except NotReadOnly:
        return False
    return True


@pytest.mark.parametrize("accepts", [accepted_by_inventory, accepted_as_parameter, accepted_in_a_probe])
@pytest.mark.parametrize(
    ("kind", "name", "valid"),
    [
        (Kind.INTERFACE, "Vlan100", True),
        (Kind.INTERFACE, "Gi1/0/1:2", True),
        (Kind.INTERFACE, "Gi1/0/1000", True),
        (Kind.INTERFACE, "AppGigabitEthernet1/0/1", True),
        (Kind.INTERFACE, "Te1/1/1.100", True),
        (Kind.INTERFACE, "Vlan", False),
        (Kind.INTERFACE, "Vlan 100", False),
        (Kind.INTERFACE, "100", False),
        (Kind.VRF, "Mgmt-vrf", True),
        (Kind.VRF, "_Mgmt", True),
        (Kind.VRF, "a" * 32, True),
        (Kind.VRF, "a" * 33, False),
        (Kind.VRF, "-Mgmt", False),
        (Kind.VRF, "/Mgmt", False),
        (Kind.HOST, "cslu-local", True),
        (Kind.HOST, "_x.example.net", True),
        (Kind.HOST, "2001:db8::1", True),
        (Kind.HOST, "192.0.2.300", False),
        (Kind.HOST, "a..b", False),
        (Kind.HOST, "a" * 64, False),
        (Kind.HOST, "-debug", False),
    ],
)
def test_a_name_is_valid_everywhere_or_nowhere(
    accepts: Callable[[Kind, str], bool], kind: Kind, name: str, valid: bool
) -> None:
    assert accepts(kind, name) is valid


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Vlan100", "Vlan100", True),
        ("vl100", "Vlan100", True),
        ("Te1/1/1", "TenGigabitEthernet1/1/1", True),
        ("GigabitEthernet0/0", "Gi0/0", True),
        ("GigabitEthernet 0/0", "GigabitEthernet0/0", True),
        ("Vlan10", "Vlan100", False),
        ("Loopback0", "Vlan0", False),
        ("", "Vlan100", False),
        ("100", "Vlan100", False),
    ],
)
def test_interface_names_may_be_shortened(one: str, other: str, same: bool) -> None:
    assert same_interface(one, other) is same
