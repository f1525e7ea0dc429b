from __future__ import annotations

import pytest

from slp_ops.iosxe.names import same_interface


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
