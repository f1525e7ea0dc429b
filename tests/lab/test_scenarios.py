from __future__ import annotations

import pytest

from slp_ops.errors import InputError
from slp_ops.lab.fleet import BASE_PORT, default_fleet
from slp_ops.lab.hardware import HostKey
from slp_ops.lab.scenarios import DEFAULT, load, names
from slp_ops.lab.scenarios._schema import read_scenario
from slp_ops.lab.world import Lookup, Reach


@pytest.mark.parametrize("name", names())
def test_every_scenario_has_a_title_and_builds(name: str) -> None:
    scenario = load(name)
    assert scenario.title
    assert "\n" not in scenario.title
    assert len(set(scenario.expect + scenario.informs)) == len(scenario.expect + scenario.informs)
    assert scenario.build().hostname


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(InputError, match=r"x.yaml:2: relase: is not a known key; did you mean release\?"):
        read_scenario("title: x\nrelase: 17.9.4\n", "x.yaml")


@pytest.mark.parametrize("span", ["soon", "", "12", "3d4"])
def test_a_span_of_time_must_be_one(span: str) -> None:
    with pytest.raises(InputError, match=r"x.yaml:2: uptime: is .*no span of time"):
        read_scenario(f"title: x\nuptime: '{span}'\n", "x.yaml")


def test_a_scenario_needs_a_title() -> None:
    with pytest.raises(InputError, match=r"x.yaml:1: title: is missing"):
        read_scenario("release: 17.9.4a\n", "x.yaml")


def test_an_unknown_scenario_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        load("no-such-thing")


def test_switches_of_one_scenario_have_names_numbers_and_addresses_of_their_own() -> None:
    built = [load("healthy-stack").build(index) for index in range(300)]
    serials = {member.serial for switch in built for member in switch.members}
    assert len(serials) == 900
    assert all(len(serial) == 11 for serial in serials)
    addresses = {switch.config.find("ip address", ("interface Vlan100",)) for switch in built}
    assert len(addresses) == 300
    assert len({switch.hostname for switch in built}) == 300


def test_changing_one_switch_changes_no_other() -> None:
    one, other = (load(DEFAULT).build(index) for index in range(2))
    one.configure("hostname changed")
    one.licensing.reports.clear()
    one.trustpool.clear()
    one.flash.clear()
    assert other.hostname == "lab-0002"
    assert other.licensing.reports
    assert other.trustpool
    assert other.flash


def test_the_large_parts_are_not_made_before_somebody_looks() -> None:
    switch = load(DEFAULT).build()
    assert not {"config", "licensing", "log", "flash", "startup"} & set(vars(switch))


def test_the_default_fleet_counts_its_ports_from_the_base() -> None:
    fleet = default_fleet()
    assert [place.port() for place in fleet] == list(range(BASE_PORT, BASE_PORT + len(fleet)))
    assert {place.site for place in fleet} == {"tokyo", "osaka"}
    assert len({place.name for place in fleet}) == len(fleet)
    assert all(place.scenario in names() for place in fleet)
    assert fleet[0].name == "tyo-core-01"
    assert load(fleet[1].scenario).legacy_ssh


@pytest.mark.parametrize(
    ("name", "lookup", "reach"),
    [
        ("healthy", Lookup.RESOLVED, Reach.OPEN),
        ("dns-failure", Lookup.FAILED, None),
        ("name-server-missing", Lookup.NO_SERVER, None),
        ("lookup-disabled", Lookup.DISABLED, None),
        ("pinned-host", Lookup.PINNED, Reach.OPEN),
        ("firewall-drop", Lookup.RESOLVED, Reach.TIMED_OUT),
        ("quovadis", Lookup.RESOLVED, Reach.OPEN),
    ],
)
def test_the_network_around_a_switch(name: str, lookup: Lookup, reach: Reach | None) -> None:
    switch = load(name).build()
    found = switch.resolve("smartreceiver.cisco.com")
    assert found.lookup is lookup
    assert (switch.connect(found.address, 443) if found.found else None) is reach


def test_a_source_interface_that_is_down_leads_nowhere() -> None:
    switch = load("wrong-source-interface").build()
    assert switch.connect("203.0.113.11", 443, source="Vlan200") is Reach.TIMED_OUT
    assert switch.connect("203.0.113.11", 443, source="Vlan100") is Reach.OPEN


def test_what_the_vty_lines_say_is_read_off_the_configuration() -> None:
    assert load("healthy").build().vty.transport_output
    assert not load("telnet-forbidden").build().vty.transport_output
    assert load("access-class-out").build().vty.access_class_out == "MGMT-OUT"
    assert load("timestamps").build().vty.exec_prompt_timestamp
    assert load("timestamps").build().vty.sequence_numbers


def test_faults_are_data() -> None:
    assert load("sha1-only").build().faults.sha1_only
    assert load("changed-host-key").build().faults.host_key is HostKey.CHANGED
    assert load("changed-key-type").build().faults.host_key is HostKey.CHANGED_TYPE
    assert load("drop").build().faults.drop_after
    assert load("hang").build().faults.hang_command == "show version"
    denied = load("aaa-denied").build()
    assert denied.denies("show running-config")
    assert denied.denies("show running-config interface Vlan100")
    assert not denied.denies("show running")
