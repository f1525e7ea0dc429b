"""A name of an interface, VRF or host is valid everywhere or nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slp_ops.config_files.value_formats import HOST, INTERFACE, VRF
from slp_ops.errors import NotReadOnly
from slp_ops.iosxe.names import same_interface
from slp_ops.params import InvalidValue, ParameterKind, check
from slp_ops.readonly import ProbeStep

if TYPE_CHECKING:
    from collections.abc import Callable


def accepted_by_inventory(kind: ParameterKind, name: str) -> bool:
    grammar = {ParameterKind.INTERFACE: INTERFACE, ParameterKind.VRF: VRF, ParameterKind.HOST: HOST}[kind]
    return grammar.accepts(name)


def accepted_as_parameter(kind: ParameterKind, name: str) -> bool:
    try:
        return check(kind, name) == name
    except InvalidValue:
        return False


def accepted_in_a_probe(kind: ParameterKind, name: str) -> bool:
    try:
        match kind:
            case ParameterKind.INTERFACE:
                ProbeStep(host="a", port=443, source_interface=name)
            case ParameterKind.VRF:
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
        (ParameterKind.INTERFACE, "Vlan100", True),
        (ParameterKind.INTERFACE, "Gi1/0/1:2", True),
        (ParameterKind.INTERFACE, "Gi1/0/1000", True),
        (ParameterKind.INTERFACE, "AppGigabitEthernet1/0/1", True),
        (ParameterKind.INTERFACE, "Te1/1/1.100", True),
        (ParameterKind.INTERFACE, "Vlan", False),
        (ParameterKind.INTERFACE, "Vlan 100", False),
        (ParameterKind.INTERFACE, "100", False),
        (ParameterKind.VRF, "Mgmt-vrf", True),
        (ParameterKind.VRF, "_Mgmt", True),
        (ParameterKind.VRF, "a" * 32, True),
        (ParameterKind.VRF, "a" * 33, False),
        (ParameterKind.VRF, "-Mgmt", False),
        (ParameterKind.VRF, "/Mgmt", False),
        (ParameterKind.HOST, "cslu-local", True),
        (ParameterKind.HOST, "_x.example.net", True),
        (ParameterKind.HOST, "2001:db8::1", True),
        (ParameterKind.HOST, "192.0.2.300", False),
        (ParameterKind.HOST, "a..b", False),
        (ParameterKind.HOST, "a" * 64, False),
        (ParameterKind.HOST, "-debug", False),
    ],
)
def test_a_name_is_valid_everywhere_or_nowhere(
    accepts: Callable[[ParameterKind, str], bool], kind: ParameterKind, name: str, valid: bool
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
