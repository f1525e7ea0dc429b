"""Interfaces of a configuration: made when they are asked for, and the same as if all were made at once."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

from slp_ops.commands import _config_names, find
from slp_ops.facts.config import ConfigInfo, InterfaceConfig, InterfacesConfig
from slp_ops.iosxe.names import place_of_interface

if TYPE_CHECKING:
    import pytest

    from slp_ops.commands._config_blocks import Stanza

_CONFIG = (
    "Building configuration...\n\nCurrent configuration : 9000 bytes\nversion 17.9\nhostname a\n"
    + "".join(
        f"interface GigabitEthernet1/0/{port}\n description desk {port}\n switchport mode access\n shutdown\n"
        for port in range(1, 49)
    )
    + "interface Vlan100\n vrf forwarding Mgmt\n ip address 192.0.2.11 255.255.255.0\n"
    " ip address 192.0.2.12 255.255.255.0 secondary\n ip helper-address 192.0.2.1\n"
    "end\n"
)


def _interfaces(text: str) -> InterfacesConfig:
    command = find("show running-config")
    assert command is not None
    (fact,) = (each for each in command.parse(text).facts if isinstance(each, InterfacesConfig))
    return fact


def test_interface_is_made_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def counted(**values: object) -> InterfaceConfig:
        made.append(str(values["name"]))
        return InterfaceConfig(**values)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(_config_names, "InterfaceConfig", counted)
    config = _interfaces(_CONFIG)
    assert len(config.interfaces) == 49
    found = config.find("Vl100")
    assert found is not None
    assert found.addresses == ("192.0.2.11 255.255.255.0", "192.0.2.12 255.255.255.0 secondary")
    assert found.vrf == "Mgmt"
    assert [each.text.strip() for each in found.cite("vrf", "addresses")] == [
        "vrf forwarding Mgmt",
        "ip address 192.0.2.11 255.255.255.0",
    ]
    assert made == ["Vlan100"]


def test_interfaces_equal_any_sequence_of_the_same_interfaces() -> None:
    config = _interfaces(_CONFIG)
    same = InterfacesConfig(interfaces=tuple(config.interfaces))
    assert config == same
    assert hash(config) == hash(same)
    assert config.names == same.names
    assert same.find("gi1/0/7") == config.find("gi1/0/7") == config.interfaces[6]
    assert config.find("Vlan1") is None
    assert config.interfaces[0].shutdown
    assert config.interfaces[0].description == "desk 1"


def test_lines_below_an_interface_that_no_field_is_read_from_are_unparsed() -> None:
    command = find("show running-config")
    assert command is not None
    unparsed = [each.text.strip() for each in command.parse(_CONFIG).unparsed]
    assert unparsed == ["switchport mode access"] * 48 + ["ip helper-address 192.0.2.1"]


def test_lines_without_a_fact_are_sought_when_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    settings = _config_names._settings

    def counted(stanza: Stanza) -> object:
        looked_at.append(stanza.text)
        return settings(stanza)

    monkeypatch.setattr(_config_names, "_settings", counted)
    command = find("show running-config")
    assert command is not None
    parsed = command.parse(
        _CONFIG.replace(" switchport mode access\n", " switchport\n owner: desk team\n", 1)
    )
    assert not looked_at
    assert [row.text for row in parsed.unparsed[:3]] == [
        " switchport",
        " owner: desk team",
        " switchport mode access",
    ]
    assert parsed.unparsed[-1].text == " ip helper-address 192.0.2.1"
    assert parsed.total - len(parsed.unparsed) == 4 + 48 * 3 + 4 + 1
    (info,) = (each for each in parsed.facts if isinstance(each, ConfigInfo))
    assert [(each.label, each.value) for each in info.other] == [("owner", "desk team")]
    assert len(looked_at) == 49
    assert pickle.loads(pickle.dumps((parsed.unparsed, info.other))) == (parsed.unparsed, info.other)  # noqa: S301 - what was pickled here


def test_interface_is_found_by_the_first_name_that_means_it() -> None:
    names = ("Gi1/0/1", "TenGigabitEthernet1/0/1", "Te1/0/2", "te 1/0/2")
    assert place_of_interface(names, "TenGigabitEthernet1/0/1") == 1
    assert place_of_interface(names, "Te1/0/2") == 2
    assert place_of_interface(names, "Te1/0/3") is None
    assert place_of_interface((), "Te1/0/3") is None
