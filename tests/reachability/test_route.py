"""The audit's route is the path and the target of check-reachability, for every configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.facts import (
    CallHomeConfig,
    CallHomeProfileConfig,
    HttpConfig,
    InterfaceConfig,
    InterfacesConfig,
    LicenseConfig,
    LicenseTransport,
    Proxy,
    TransportKind,
)
from slp_ops.iosxe.servers import Endpoint
from slp_ops.parsing import Facts
from slp_ops.reachability.plan import ConnectionDirection, plan
from slp_ops.rules.dependencies import FactContext
from slp_ops.rules.derived.route import Route

if TYPE_CHECKING:
    from slp_ops.facts import Fact

URLS = (
    None,
    "https://smartreceiver.cisco.com/licservice/license",
    "http://192.0.2.40:8182/cslu/v1/pi",
    "http://cslu.example.net/cslu/v1/pi",
    "https://ssm.example.net/cslu/v1/pi/example-1",
    "192.0.2.40:8182",
    "192.0.2.40",
    "cslu.example.net",
    "[2001:db8::40]:8182",
    "HTTP://CSLU.Example.NET:8182/cslu/v1/pi",
)
HOSTS = (
    None,
    "proxy.example.net",
    "192.0.2.9",
    "http://192.0.2.9",
    "https://proxy.example.net:8443",
    "2001:db8::9",
)
PORTS = (None, 3128)
VRFS = (None, "MGMT", "_Mgmt")
INTERFACES = (
    InterfaceConfig(name="Vlan100"),
    InterfaceConfig(name="Vlan200", vrf="MGMT"),
)
SOURCES = (None, "Vlan100", "Vlan200", "Vlan999")


def switch(
    kind: TransportKind,
    url: str | None,
    host: str | None,
    port: int | None,
    vrf: str | None,
    source: str | None,
    *,
    printed: bool,
) -> tuple[Fact, ...]:
    """Return a switch's facts: the agent prints VRF, proxy and URL, or only the configuration has them."""
    profile = CallHomeProfileConfig(name="p", active=True, addresses=() if url is None else (url,))
    return (
        LicenseTransport(
            kind=kind,
            url=url if printed and kind is TransportKind.SMART else None,
            cslu_address=url if kind is TransportKind.CSLU else None,
            proxy=Proxy(address=host, port=port) if printed and host is not None else None,
            vrf=vrf if printed else None,
        ),
        LicenseConfig(
            transport=kind.value,
            url_smart=url if kind is TransportKind.SMART else None,
            url_cslu=url if kind is TransportKind.CSLU else None,
            proxy_address=host,
            proxy_port=port,
            vrf=vrf,
        ),
        CallHomeConfig(proxy=host, proxy_port=port, vrf=vrf, profiles=(profile,)),
        HttpConfig(client_source_interface=source),
        InterfacesConfig(interfaces=INTERFACES, vrfs=("MGMT", "_Mgmt")),
    )


SWITCHES = st.builds(
    switch,
    st.sampled_from(TransportKind),
    st.sampled_from(URLS),
    st.sampled_from(HOSTS),
    st.sampled_from(PORTS),
    st.sampled_from(VRFS),
    st.sampled_from(SOURCES),
    printed=st.booleans(),
)


@given(SWITCHES)
def test_the_audits_route_is_the_target_and_the_path_of_a_probe(facts: tuple[Fact, ...]) -> None:
    route = FactContext(Facts.of(*facts)).get(Route)
    planned = plan(Facts.of(*facts))

    assert route is not None
    assert planned.path.vrf == (route.vrf.value if route.vrf else None)
    assert planned.path.source_interface == (route.source.value if route.source else None)
    if planned.situation is ConnectionDirection.CONNECTS:
        assert route.first_hop is not None
        target = planned.probes[0].target
        assert Endpoint(target.host, target.port) == route.first_hop.endpoint
        assert [Endpoint(p.target.host, p.target.port) for p in planned.probes] == list(
            dict.fromkeys(hop.endpoint for hop in route.hops)
        )
    else:
        assert not planned.probes


@given(SWITCHES)
def test_the_configuration_alone_gives_the_same_route(facts: tuple[Fact, ...]) -> None:
    whole = Route.of(Facts.of(*facts))
    configured = Route.of(Facts.of(*facts[1:]))

    assert [hop.endpoint for hop in configured.hops] == [hop.endpoint for hop in whole.hops]
    assert (configured.kind, _value(configured.vrf)) == (whole.kind, _value(whole.vrf))


@given(SWITCHES)
def test_names_to_resolve_are_names(facts: tuple[Fact, ...]) -> None:
    route = Route.of(Facts.of(*facts))

    for name in route.names:
        assert route.first_hop is not None
        assert name == route.first_hop.host
        assert not name.replace(".", "").isdecimal()


def _value(setting: object) -> object:
    return getattr(setting, "value", None)


@pytest.mark.parametrize(
    ("facts", "vrf"),
    [
        # printed, then configured, then that of the source interface, then the global table
        (switch(TransportKind.SMART, None, None, None, "_Mgmt", "Vlan200", printed=True), "_Mgmt"),
        (switch(TransportKind.SMART, None, None, None, "_Mgmt", "Vlan200", printed=False), "_Mgmt"),
        (switch(TransportKind.SMART, None, None, None, None, "Vlan200", printed=False), "MGMT"),
        (switch(TransportKind.SMART, None, None, None, None, "Vlan100", printed=False), None),
        # call-home has a VRF of its own; that of the licence agent does not count
        ((LicenseTransport(kind=TransportKind.CALLHOME, vrf="A"), LicenseConfig(vrf="B")), None),
        ((LicenseTransport(kind=TransportKind.CALLHOME, vrf="A"), CallHomeConfig(vrf="C")), "C"),
        ((LicenseTransport(kind=TransportKind.CSLU, vrf="A"), LicenseConfig(vrf="B")), "A"),
    ],
)
def test_precedence_of_vrfs(facts: tuple[Fact, ...], vrf: str | None) -> None:
    assert _value(Route.of(Facts.of(*facts)).vrf) == vrf


@pytest.mark.parametrize(
    ("fact", "evidence"),
    [
        (LicenseTransport(kind=TransportKind.SMART, url="https://a.example.net/"), "url"),
        (LicenseTransport(kind=TransportKind.CSLU, cslu_address="http://a.example.net/"), "cslu address"),
        (LicenseTransport(kind=TransportKind.CSLU), None),
    ],
)
def test_the_server_is_cited(fact: LicenseTransport, evidence: str | None) -> None:
    server = Route.of(Facts.of(fact)).server

    assert server is not None
    assert [each.text for each in server.cite()] == ([] if evidence is None else [evidence])
