"""Class 14: the configuration alone is judged, and a contradiction with the licensing pages is a finding."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.field.audited import Audited
from tests.field.judged import device, field_text, findings

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "Current configuration : 7011 bytes\n!\nversion {version}\nhostname brs-sw3\n!\n"
NAMES = "ip name-server 192.0.2.53\n"
SMART = "license smart transport smart\n"
VLAN = "interface Vlan20\n ip address 192.0.2.131 255.255.255.192\n"


def configured(*lines: str, command: str = "show running-config", version: str = "17.9") -> str:
    """Return a complete configuration."""
    return f"brs-sw3#{command}\n{HEAD.format(version=version)}{''.join(lines)}end\nbrs-sw3#\n"


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("37-cfg-source-absent", "http-source-interface-missing"),
        ("38-cfg-lookup-off", "domain-lookup-disabled"),
        ("39-cfg-contradicts-status", "config-contradicts-status"),
    ],
)
def test_a_text_of_the_field(tmp_path: Path, name: str, rule: str) -> None:
    found = device(tmp_path, field_text(name))
    assert rule in findings(found)
    assert found.root_causes[0].rule == rule


FAULTS = {
    "no address of CSLU": ((NAMES, "license smart transport cslu\n"), "cslu-address-missing"),
    "the default transport": ((NAMES,), "cslu-address-missing"),
    "another server": (
        (NAMES, SMART, "license smart url smart https://ssm.example.net/SmartTransport\n"),
        "smart-url-unexpected",
    ),
    "interface shut": (
        (
            NAMES,
            SMART,
            "interface Vlan20\n ip address 192.0.2.131 255.255.255.192\n shutdown\n",
            "ip http client source-interface Vlan20\n",
        ),
        "http-source-interface-down",
    ),
    "interface without an address": (
        (NAMES, SMART, "interface Vlan20\n no ip address\n", "ip http client source-interface Vlan20\n"),
        "http-source-interface-down",
    ),
    "no name server": ((SMART, VLAN), "name-server-missing"),
    "a VRF that does not exist": ((NAMES, SMART, "license smart vrf Mgmt\n", VLAN), "vrf-mismatch"),
    "call-home inactive": (
        (
            NAMES,
            "license smart transport callhome\nservice call-home\n",
            'call-home\n profile "CiscoTAC-1"\n  no active\n  destination transport-method http\n',
        ),
        "callhome-profile-inactive",
    ),
    "half a proxy": ((NAMES, SMART, "license smart proxy address 192.0.2.9\n"), "proxy-incomplete"),
}


@pytest.mark.parametrize(("lines", "rule"), FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("command", ["show running-config", "show startup-config", "sh run"])
def test_a_configuration_shows_its_fault(
    tmp_path: Path, lines: tuple[str, ...], rule: str, command: str
) -> None:
    assert rule in findings(device(tmp_path, configured(*lines, command=command)))


def test_a_sound_configuration_has_no_finding(tmp_path: Path) -> None:
    text = configured(NAMES, SMART, VLAN, "ip http client source-interface Vlan20\n")
    assert not device(tmp_path, text).root_causes


def test_before_slp_call_home_is_the_default(tmp_path: Path) -> None:
    found = findings(device(tmp_path, configured(NAMES, VLAN, version="16.12")))
    assert "cslu-address-missing" not in found


def test_part_of_a_configuration_proves_no_absence(tmp_path: Path) -> None:
    text = configured(SMART, "ip http client source-interface Vlan20\n").removesuffix("end\nbrs-sw3#\n")
    found = findings(device(tmp_path, text))
    assert not {"name-server-missing", "http-source-interface-missing"} & found


@pytest.mark.parametrize(
    ("configuration", "status"),
    [
        ("license smart transport callhome\n", "  Type: Smart\n  URL: https://smartreceiver.cisco.com/x\n"),
        (
            f"{SMART}license smart url smart https://smartreceiver.cisco.com/licservice/license\n",
            "  Type: Smart\n  URL: https://ssm.example.net/SmartTransport\n",
        ),
        (
            "license smart transport cslu\nlicense smart url cslu http://192.0.2.9:8182/cslu/v1/pi\n",
            "  Type: cslu\n  Cslu address: <empty>\n",
        ),
    ],
)
def test_a_contradiction_is_a_finding(tmp_path: Path, configuration: str, status: str) -> None:
    text = configured(NAMES, configuration) + f"brs-sw3#show license status\nTransport:\n{status}brs-sw3#\n"
    assert "config-contradicts-status" in findings(device(tmp_path, text))


BRIEF = "Interface   IP-Address  OK? Method Status                Protocol\n"
SOURCE = "sdn-1#show running-config | include source-interface\nip http client source-interface Vlan100\n"


@pytest.mark.parametrize(
    ("row", "rule", "line"),
    [
        (
            "Vlan100     10.9.0.2    YES NVRAM  down                  down",
            "down",
            "Vlan100 +10.9.0.2 .* down",
        ),
        (
            "Vlan1       10.9.0.2    YES NVRAM  up                    up",
            "missing",
            "not there: Vlan100|Vlan100",
        ),
    ],
)
def test_a_source_interface_without_the_transport(tmp_path: Path, row: str, rule: str, line: str) -> None:
    audited = Audited(tmp_path, f"sdn-1#show ip interface brief\n{BRIEF}{row}\n{SOURCE}sdn-1#\n")
    found = audited.found[f"http-source-interface-{rule}"]
    assert (found["severity"], found["confidence"]) == ("error", "medium")
    assert re.search(line, audited.evidence(f"http-source-interface-{rule}"))
    assert "Vlan100" in found["summary"]


def test_a_source_interface_that_is_up_proves_nothing_without_the_transport(tmp_path: Path) -> None:
    row = "Vlan100     10.9.0.2    YES NVRAM  up                    up"
    audited = Audited(tmp_path, f"sdn-1#show ip interface brief\n{BRIEF}{row}\n{SOURCE}sdn-1#\n")
    rules = ("http-source-interface-missing", "http-source-interface-down")
    assert {audited.verdict(rule) for rule in rules} == {"unknown"}
