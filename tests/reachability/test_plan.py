"""What is sent to a switch is a probe and nothing else; what to probe follows from its own facts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.errors import InputError, NotReadOnly
from slp_ops.facts import (
    CallHomeConfig,
    CallHomeLicensing,
    CallHomeProfileConfig,
    HttpConfig,
    InterfaceConfig,
    Interfaces,
    InterfacesConfig,
    InterfaceState,
    LicenseConfig,
    LicenseTransport,
    Proxy,
    TransportKind,
)
from slp_ops.iosxe.names import is_host, is_interface, is_vrf
from slp_ops.parsing import Facts
from slp_ops.reachability.plan import (
    ConnectionDirection,
    Path,
    PathFault,
    ProbeTarget,
    Purpose,
    plan,
    target_of,
)
from slp_ops.readonly import ProbeStep, Tool

if TYPE_CHECKING:
    from slp_ops.facts import Fact

# Everything that could end a command, begin another, ask for help or leave the line.
EVIL = [
    " ",
    "\n",
    "\r",
    "\t",
    ";",
    "|",
    "?",
    "\x03",
    "\x1a",
    "\x1e",
    "\x7f",
    "/",
    "`",
    "$",
    "&",
    "<",
    '"',
    "'",
]
COMMAND = re.compile(
    r"telnet [A-Za-z0-9_.:-]+ \d{1,5}( /vrf [\w.:-]+)?( /source-interface [A-Za-z][\w./:-]*)? /ipv[46]"
    r"|ping( vrf [\w.:-]+)? [A-Za-z0-9_.:-]+( source [A-Za-z][\w./:-]*)? repeat 2",
    re.ASCII,
)
OPTIONAL = st.none() | st.text(max_size=20) | st.sampled_from(["MGMT", "Vlan100", "Gi1/0/1"])


@given(
    host=st.text(max_size=40) | st.sampled_from(["a.example.net", "192.0.2.1", "2001:db8::1"]),
    port=st.integers(-5, 70000),
    vrf=OPTIONAL,
    source=OPTIONAL,
    tool=st.sampled_from(Tool),
)
def test_whatever_the_parts_only_one_plain_command_can_come_of_them(
    host: str, port: int, vrf: str | None, source: str | None, tool: Tool
) -> None:
    try:
        step = ProbeStep(
            tool=tool,
            host=host,
            port=port if tool is Tool.TELNET else None,
            vrf=vrf,
            source_interface=source,
        )
    except NotReadOnly:
        return
    assert COMMAND.fullmatch(str(step))


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("place", ["{}a", "a{}", "a{}b", "a{}reload"])
def test_no_part_can_become_anything_else(evil: str, place: str) -> None:
    text = place.format(evil)

    assert not is_host(text)
    assert not is_vrf(text)
    assert not is_interface(text.replace("a", "Vlan1"))
    step = ProbeStep(host="h", port=443)
    with pytest.raises(NotReadOnly):
        replace(step, host=text)
    with pytest.raises(NotReadOnly):
        replace(step, vrf=text)
    with pytest.raises(NotReadOnly):
        replace(step, source_interface=text)


@pytest.mark.parametrize(
    "name",
    [
        *("-debug", "/debug", "..", "a..b", "a.", ".a", "300.1.1.1", "1.2.3", "fe80::1%1"),
        *("a" * 64, "ä.example", "１.2.3.4", ""),
    ],
)
def test_what_is_no_host(name: str) -> None:
    assert not is_host(name)


@pytest.mark.parametrize(
    "name",
    ["smartreceiver.cisco.com", "cslu-local", "192.0.2.1", "2001:db8::1", "_x.example", "a", "3com.example"],
)
def test_what_is_a_host(name: str) -> None:
    assert is_host(name)


@pytest.mark.parametrize(
    "name",
    [
        "Vlan100",
        "GigabitEthernet1/0/1",
        "Te1/1/1.100",
        "Port-channel10",
        "Loopback0",
        "AppGigabitEthernet1/0/1",
    ],
)
def test_what_is_an_interface(name: str) -> None:
    assert is_interface(name)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_what_is_no_port(port: int) -> None:
    with pytest.raises(NotReadOnly):
        ProbeStep(host="a", port=port)


def test_a_telnet_needs_a_port_and_a_ping_has_none() -> None:
    with pytest.raises(NotReadOnly):
        ProbeStep(host="a")
    with pytest.raises(NotReadOnly):
        ProbeStep(tool=Tool.PING, host="a", port=1)


@pytest.mark.parametrize(
    ("typed", "host", "port"),
    [
        ("tools.cisco.com:443", "tools.cisco.com", 443),
        ("192.0.2.80:8182", "192.0.2.80", 8182),
        ("[2001:db8::1]:443", "2001:db8::1", 443),
    ],
)
def test_a_target_as_it_is_typed(typed: str, host: str, port: int) -> None:
    target = target_of(typed)

    assert (target.host, target.port, target.required) == (host, port, True)
    assert str(target) == typed


@pytest.mark.parametrize(
    "typed",
    [
        *("", "tools.cisco.com", ":443", "a:", "a:x", "a:0", "a:65536", "a b:443", "a:443 "),
        *("2001:db8::1:443", "a;reload:443", "a:４４３", "https://a:443"),
    ],
)
def test_what_is_no_target_is_refused_with_the_form(typed: str) -> None:
    with pytest.raises(InputError) as caught:
        target_of(typed)

    assert "smartreceiver.cisco.com:443" in caught.value.hint


UP = (
    InterfacesConfig(
        interfaces=(InterfaceConfig(name="Vlan100"), InterfaceConfig(name="Vlan200", vrf="MGMT")),
        vrfs=("MGMT", "OTHER"),
    ),
    Interfaces(
        interfaces=(
            InterfaceState(name="Vlan100", status="up", protocol="up"),
            InterfaceState(name="Vlan200", status="up", protocol="up"),
            InterfaceState(name="Vlan300", status="up", protocol="down"),
        )
    ),
)
SMART_URL = "https://smartreceiver.cisco.com/licservice/license"


def kind(name: str, **more: Any) -> LicenseTransport:
    return LicenseTransport(kind=TransportKind(name), **more)


TARGETS: dict[str, tuple[tuple[Fact, ...], list[tuple[str, str, int | None]]]] = {
    "smart, the URL's host": (
        (kind("smart", url="https://licence.example.net:8443/x"),),
        [("smart", "licence.example.net", 8443)],
    ),
    "smart, no URL": ((kind("smart"),), [("smart", "smartreceiver.cisco.com", 443)]),
    "smart, only the configuration": (
        (LicenseConfig(transport="smart", url_smart=SMART_URL),),
        [("smart", "smartreceiver.cisco.com", 443)],
    ),
    "call-home, default": ((kind("callhome"),), [("callhome", "tools.cisco.com", 443)]),
    "call-home, as shown": (
        (kind("callhome"), CallHomeLicensing(urls=("https://gw.example.net/its",))),
        [("callhome", "gw.example.net", 443)],
    ),
    "call-home, the active profile": (
        (
            kind("callhome"),
            CallHomeConfig(
                profiles=(
                    CallHomeProfileConfig(name="off", addresses=("https://no.example.net/x",)),
                    CallHomeProfileConfig(
                        name="on", active=True, addresses=("http://gw.example.net:8080/x",)
                    ),
                )
            ),
        ),
        [("callhome", "gw.example.net", 8080)],
    ),
    "cslu": (
        (kind("cslu", cslu_address="http://10.1.0.80:8182/cslu/v1/pi"),),
        [("cslu", "10.1.0.80", 8182)],
    ),
    "cslu without a port": (
        (kind("cslu", cslu_address="http://cslu.example.net/cslu/v1/pi"),),
        [("cslu", "cslu.example.net", 80)],
    ),
    "cslu without a scheme": (
        (kind("cslu", cslu_address="192.0.2.40:8182"),),
        [("cslu", "192.0.2.40", 8182)],
    ),
    "cslu without a scheme and a port": (
        (kind("cslu", cslu_address="192.0.2.40"),),
        [("cslu", "192.0.2.40", 8182)],
    ),
    "a proxy written as a URL": (
        (kind("cslu", cslu_address="192.0.2.40:8182", proxy=Proxy(address="http://192.0.2.9")),),
        [("proxy", "192.0.2.9", 80)],
    ),
    "cslu without an address": ((kind("cslu"),), [("cslu", "cslu-local", 8182)]),
    "cslu by default": ((LicenseConfig(),), [("cslu", "cslu-local", 8182)]),
    "SSM On-Prem": (
        (kind("cslu", cslu_address="https://ssm.example.net/cslu/v1/pi/example-1"),),
        [("on-prem", "ssm.example.net", 443)],
    ),
    "SSM On-Prem, only the configuration": (
        (LicenseConfig(transport="cslu", url_cslu="ssm.example.net/cslu/v1/pi/example-1"),),
        [("on-prem", "ssm.example.net", 443)],
    ),
    "SSM On-Prem in clear": (
        (kind("cslu", cslu_address="http://ssm.example.net/cslu/v1/pi/example-1"),),
        [("on-prem", "ssm.example.net", 80)],
    ),
    "a proxy alone is connected to": (
        (kind("smart", proxy=Proxy(address="proxy.example.net", port=8080)),),
        [("proxy", "proxy.example.net", 8080)],
    ),
    "half a proxy": (
        (kind("smart", proxy=Proxy(address="proxy.example.net")),),
        [("proxy", "proxy.example.net", None), ("smart", "smartreceiver.cisco.com", 443)],
    ),
    "call-home has a proxy of its own": (
        (
            kind("callhome", proxy=Proxy(address="not.example.net", port=1)),
            CallHomeConfig(proxy="proxy.example.net", proxy_port=3128),
        ),
        [("proxy", "proxy.example.net", 3128)],
    ),
    "off": ((kind("off"),), []),
    "unknown": ((), []),
}


@pytest.mark.parametrize(("facts", "targets"), TARGETS.values(), ids=TARGETS)
def test_targets_follow_from_the_facts(
    facts: tuple[Fact, ...], targets: list[tuple[str, str, int | None]]
) -> None:
    planned = plan(Facts.of(*facts))

    found = [(probe.target.purpose, probe.target.host, probe.target.port) for probe in planned.probes]
    assert found == targets


@pytest.mark.parametrize(
    ("facts", "topology", "situation"),
    [
        ((kind("smart"),), None, ConnectionDirection.CONNECTS),
        ((kind("off"),), None, ConnectionDirection.OFF),
        ((kind("off"),), "offline", ConnectionDirection.OFF),
        ((kind("cslu"),), "cslu-initiated", ConnectionDirection.PULLED),
        ((kind("cslu"),), "on-prem-initiated", ConnectionDirection.PULLED),
        ((kind("off"),), "controller", ConnectionDirection.PULLED),
        ((kind("automatic"),), None, ConnectionDirection.PULLED),
        ((), None, ConnectionDirection.UNKNOWN),
        ((kind("other"),), None, ConnectionDirection.UNKNOWN),
    ],
)
def test_who_connects_to_whom(
    facts: tuple[Fact, ...], topology: str | None, situation: ConnectionDirection
) -> None:
    planned = plan(Facts.of(*facts), topology=topology)

    assert planned.situation is situation
    assert bool(planned.probes) == (situation is ConnectionDirection.CONNECTS)


def test_what_the_operator_names_is_tried_even_where_the_switch_connects_to_nobody() -> None:
    planned = plan(Facts.of(kind("off")), targets=(target_of("cslu.example.net:8182"),))

    assert [str(probe.target) for probe in planned.probes] == ["cslu.example.net:8182"]


def test_everything_adds_ciscos_servers_once_and_lets_no_verdict_rest_on_them() -> None:
    planned = plan(Facts.of(kind("smart", url=SMART_URL)), everything=True)

    assert [(str(p.target), p.target.required) for p in planned.probes] == [
        ("smartreceiver.cisco.com:443", True),
        ("tools.cisco.com:443", False),
        ("www.cisco.com:80", False),
    ]


def source(interface: str | None) -> HttpConfig:
    return HttpConfig(client_source_interface=interface)


PATHS: dict[str, tuple[tuple[Fact, ...], Path]] = {
    "default": ((kind("smart"), source(None), *UP), Path()),
    "source interface": ((kind("smart"), source("Vlan100"), *UP), Path(source_interface="Vlan100")),
    "the interface's own VRF": (
        (kind("smart"), source("Vlan200"), *UP),
        Path(source_interface="Vlan200", vrf="MGMT"),
    ),
    "the agent's VRF": ((kind("smart", vrf="MGMT"), source(None), *UP), Path(vrf="MGMT")),
    "the agent's VRF in the configuration": (
        (kind("smart"), LicenseConfig(vrf="MGMT"), source(None), *UP),
        Path(vrf="MGMT"),
    ),
    "call-home's own": (
        (kind("callhome"), source("Vlan100"), CallHomeConfig(source_interface="Vlan200", vrf="MGMT"), *UP),
        Path(source_interface="Vlan200", vrf="MGMT"),
    ),
    "call-home takes the HTTP client's where it has none": (
        (kind("callhome"), source("Vlan100"), CallHomeConfig(), *UP),
        Path(source_interface="Vlan100"),
    ),
    "missing": (
        (kind("smart"), source("Vlan999"), *UP),
        Path(source_interface="Vlan999", fault=PathFault.INTERFACE_MISSING),
    ),
    "down": (
        (kind("smart"), source("Vlan300"), *UP),
        Path(source_interface="Vlan300", fault=PathFault.INTERFACE_DOWN),
    ),
    "shut down": (
        (
            kind("smart"),
            source("Vlan5"),
            InterfacesConfig(interfaces=(InterfaceConfig(name="Vlan5", shutdown=True),)),
        ),
        Path(source_interface="Vlan5", fault=PathFault.INTERFACE_DOWN),
    ),
    "no such VRF": (
        (kind("smart", vrf="GONE"), source(None), *UP),
        Path(vrf="GONE", fault=PathFault.VRF_MISSING),
    ),
    "another VRF": (
        (kind("smart", vrf="OTHER"), source("Vlan200"), *UP),
        Path(source_interface="Vlan200", vrf="OTHER", fault=PathFault.VRF_MISMATCH, interface_vrf="MGMT"),
    ),
    "not read": ((kind("smart", vrf="MGMT"),), Path(vrf="MGMT", known=False)),
    "no plain name": (
        (kind("smart"), source("Vlan100 /debug"), *UP),
        Path(source_interface="Vlan100 /debug", fault=PathFault.NOT_PLAIN),
    ),
}


@pytest.mark.parametrize(("facts", "path"), PATHS.values(), ids=PATHS)
def test_the_path_in_force_and_what_is_wrong_with_it(facts: tuple[Fact, ...], path: Path) -> None:
    planned = plan(Facts.of(*facts))

    assert planned.path == path
    for probe in planned.probes:
        if path.fault is PathFault.NOT_PLAIN:
            assert probe.step is None
        else:
            assert probe.step is not None
            assert (probe.step.vrf, probe.step.source_interface) == (path.vrf, path.source_interface)


@pytest.mark.parametrize(("path", "ok"), [(Path(), True), (Path(known=False), None),
                                          (Path(fault=PathFault.INTERFACE_DOWN), False)])  # fmt: skip
def test_a_path_is_fit_unfit_or_unknown(path: Path, ok: bool | None) -> None:
    assert path.ok is ok


@given(st.text(max_size=60))
def test_no_url_of_a_switch_can_make_a_command_of_itself(url: str) -> None:
    for probe in plan(Facts.of(kind("smart", url=url or None))).probes:
        if probe.step is None:
            assert probe.rejection
        else:
            assert COMMAND.fullmatch(str(probe.step))


def test_a_target_without_a_port_is_named_by_its_host() -> None:
    assert str(ProbeTarget(purpose=Purpose.PROXY, host="proxy.example.net", port=None)) == "proxy.example.net"
