"""Devices of NetBox, from a server that answers in its form."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.errors import InputError
from tests.source_systems.netbox_server import TOKEN, NetBox, device, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slp_ops.inventory import Inventory
    from tests.source_systems.conftest import Notices


@pytest.fixture
def netbox() -> Iterator[NetBox]:
    with serve(NetBox(devices=[device(1), device(2), device(3)])) as server:
        yield server


def reasons(inventory: Inventory) -> dict[str, str]:
    return {each.name: each.reason for each in inventory.unusable}


def test_devices_with_site_tags_and_address(netbox: NetBox, load: Callable[..., Inventory]) -> None:
    found = load(netbox.location)

    first = found.devices[0]
    assert (first.name, first.site, first.host, first.tags) == (
        "acc-00001",
        "tokyo",
        "10.0.0.1",
        ("access", "campus"),
    )
    assert [site.name for site in found.sites] == ["tokyo"]
    assert found.unusable == ()
    assert netbox.asked[0] == {"limit": ["1000"], "offset": ["0"], "exclude": ["config_context"]}
    assert netbox.headers[0]["authorization"] == f"Token {TOKEN}"


def test_filters_are_passed_on(netbox: NetBox, load: Callable[..., Inventory]) -> None:
    netbox.devices[0]["site"] = {"slug": "osaka"}
    netbox.devices[1]["custom_fields"] = {"owner": "campus"}

    found = load(f"{netbox.location}?site=osaka&site=tokyo&cf_owner=netops")

    assert [each.name for each in found.devices] == ["acc-00001", "acc-00003"]
    assert {name: netbox.asked[0][name] for name in ("site", "cf_owner")} == {
        "site": ["osaka", "tokyo"],
        "cf_owner": ["netops"],
    }


def test_a_filter_that_netbox_ignores_is_named(
    netbox: NetBox, load: Callable[..., Inventory], notices: Notices
) -> None:
    load(f"{netbox.location}?sites=tokyo")
    assert any("the filters exclude no device" in each for each in notices.notices)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("?site=", "the filter site is empty: it would choose every device"),
        ("?limit=5", "limit is no filter of devices"),
        ("#address=loopback", "#address=loopback is no option of this source"),
    ],
)
def test_a_location_that_is_refused(
    netbox: NetBox, load: Callable[..., Inventory], query: str, message: str
) -> None:
    with pytest.raises(InputError) as error:
        load(netbox.location + query)
    assert error.value.message == message
    assert netbox.asked == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"primary_ip": None, "primary_ip4": None}, "no address"),
        ({"platform": {"slug": "nx-os"}}, "another platform: nx-os"),
        ({"platform": None, "device_type": {"manufacturer": {"slug": "arista"}}}, "another make: arista"),
        ({"name": None}, "name is not usable (expected 1 to 64 letters"),
        ({"name": "acc 1; reload"}, "name is not usable (expected 1 to 64 letters"),
        ({"name": "acc-00002"}, "duplicate: the source has this name twice"),
        ({"primary_ip": {"address": "10.0.0.2/24"}}, "duplicate: the address of acc-00002"),
        ({"primary_ip": {"address": "-oProxyCommand=x/24"}}, "host is not well formed"),
        ({"site": {"slug": "../x"}}, "site is not usable: '../x'"),
    ],
)
def test_a_device_that_cannot_be_used_is_listed(
    netbox: NetBox, load: Callable[..., Inventory], notices: Notices, changes: dict[str, Any], reason: str
) -> None:
    netbox.devices.append(device(4, **changes))

    found = load(netbox.location)

    assert [each.name for each in found.devices] == ["acc-00001", "acc-00002", "acc-00003"]
    (unusable,) = found.unusable
    assert unusable.reason.startswith(reason)
    assert any("1 device cannot be used" in each for each in notices.notices)


def test_a_virtual_chassis_is_one_device(
    netbox: NetBox, load: Callable[..., Inventory], notices: Notices
) -> None:
    stack = {"id": 9, "name": "stack", "master": {"id": 12}}
    netbox.devices += [
        device(11, virtual_chassis=stack, primary_ip={"address": "10.9.0.1/24"}),
        device(12, virtual_chassis=stack, primary_ip=None),
        device(13, virtual_chassis=stack, primary_ip=None),
    ]

    found = load(netbox.location)

    assert {each.name: each.host for each in found.devices[3:]} == {"acc-00012": "10.9.0.1"}
    assert found.unusable == ()
    assert any("2 further members of virtual chassis" in each for each in notices.notices)


def test_address_family_and_out_of_band(netbox: NetBox, load: Callable[..., Inventory]) -> None:
    netbox.devices = [
        device(1, primary_ip6={"address": "2001:db8::1/64"}, oob_ip={"address": "172.16.0.1/24"}),
        device(2, oob_ip={"address": "2001:db8:1::2/64"}),
    ]

    assert [each.host for each in load(f"{netbox.location}#family=6").devices] == ["2001:db8::1"]
    assert [each.host for each in load(f"{netbox.location}#address=oob").devices] == [
        "172.16.0.1",
        "2001:db8:1::2",
    ]
    assert [each.host for each in load(f"{netbox.location}#address=oob,family=4").devices] == ["172.16.0.1"]


def test_netbox_3_names_the_role_otherwise(netbox: NetBox, load: Callable[..., Inventory]) -> None:
    netbox.devices = [device(1, role=None, device_role={"slug": "core"}, tags=[])]
    assert load(netbox.location).devices[0].tags == ("core",)


def test_the_location_of_a_device_as_its_site(netbox: NetBox, load: Callable[..., Inventory]) -> None:
    assert load(f"{netbox.location}#site=location").devices[0].site == "floor-2"


def test_pages_are_asked_for_by_offset_whatever_link_the_server_gives(
    netbox: NetBox, load: Callable[..., Inventory]
) -> None:
    netbox.devices = [device(number) for number in range(1, 2501)]
    netbox.most = 800

    assert len(load(netbox.location).devices) == 2500
    assert [each["offset"] for each in netbox.asked if each["limit"] == ["1000"]] == [
        ["0"],
        ["800"],
        ["1600"],
        ["2400"],
    ]


def test_a_failure_in_the_middle_is_tried_again(netbox: NetBox, load: Callable[..., Inventory]) -> None:
    netbox.devices = [device(number) for number in range(1, 2501)]
    netbox.fails = 2
    assert len(load(netbox.location).devices) == 2500


def test_an_expired_token(
    netbox: NetBox, load: Callable[..., Inventory], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLP_OPS_NETBOX_TOKEN", "old-token-value")
    with pytest.raises(InputError) as error:
        load(netbox.location)
    assert "refuses the token (403): Token expired" in error.value.message
    assert "SLP_OPS_NETBOX_TOKEN" in error.value.hint
    assert "old-token-value" not in str(error.value) + error.value.hint


@pytest.mark.slow  # waits between its tries
def test_a_source_that_is_down_offers_the_last_reading(
    netbox: NetBox, load: Callable[..., Inventory], notices: Notices
) -> None:
    load(netbox.location)
    asked = len(netbox.asked)

    assert len(load(netbox.location).devices) == 3  # a few minutes old at most
    assert len(netbox.asked) == asked
    assert any("3 devices, read 0 seconds ago; --refresh reads it again" in each for each in notices.notices)

    netbox.answer = lambda: (502, b"<html>Bad Gateway</html>")
    with pytest.raises(InputError) as error:
        load(netbox.location, refresh=True)
    assert "answers 502" in error.value.message
    assert "--offline takes the reading of 0 seconds ago (3 devices)" in error.value.hint
    assert len(load(netbox.location, offline=True).devices) == 3


def test_offline_without_a_reading(load: Callable[..., Inventory]) -> None:
    with pytest.raises(InputError, match="no earlier result is stored"):
        load("netbox+http://127.0.0.1:9", offline=True)


def test_nothing_listens(load: Callable[..., Inventory]) -> None:
    with pytest.raises(InputError, match=r"cannot be reached: .*refused"):
        load("netbox+http://127.0.0.1:9")


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"count": 1, "results": [1]}', b'{"results": null}'])
def test_a_server_that_is_no_netbox(netbox: NetBox, load: Callable[..., Inventory], body: bytes) -> None:
    netbox.answer = lambda: (200, body)
    with pytest.raises(InputError, match="does not answer like NetBox"):
        load(netbox.location)


def test_a_redirect_does_not_take_the_token_elsewhere(netbox: NetBox, load: Callable[..., Inventory]) -> None:
    netbox.answer = lambda: (302, b"")
    with pytest.raises(InputError):
        load(netbox.location)


def test_no_device_is_said(netbox: NetBox, load: Callable[..., Inventory], notices: Notices) -> None:
    assert load(f"{netbox.location}?site=kyoto").devices == ()
    assert any("no device" in each for each in notices.notices)


def test_settings_of_the_source_and_words_that_are_mapped(
    netbox: NetBox, load: Callable[..., Inventory]
) -> None:
    found = load(
        f"""
version: 1
defaults: {{username: netops, transport: asyncssh}}
sites:
  tokyo-head-office: {{max_sessions: 3, devices: {{}}}}
sources:
  - from: {netbox.location}
    credential: tokyo-ro
    jump: [{{host: bastion.example.net}}]
    intent: {{topology: cslu}}
    site_map: {{tokyo: tokyo-head-office}}
    tag_map: {{campus: lan}}
"""
    )

    first = found.devices[0]
    assert (first.site, first.max_sessions, first.username, first.transport) == (
        "tokyo-head-office",
        3,
        "netops",
        "asyncssh",
    )
    assert (first.credential, first.tags, first.jump[0].host) == (
        "tokyo-ro",
        ("access", "lan"),
        "bastion.example.net",
    )
    assert first.intent == {"topology": "cslu"}


def test_the_file_wins_and_the_source_completes_it(netbox: NetBox, load: Callable[..., Inventory]) -> None:
    found = load(
        f"""
version: 1
sites:
  lab: {{devices: {{acc-00001: {{host: 192.0.2.1, tags: [old]}}}}}}
sources: [{{from: '{netbox.location}'}}]
"""
    )
    assert Counter(each.site for each in found.devices) == {"lab": 1, "tokyo": 2}
    assert (found.devices[0].host, found.devices[0].tags) == ("192.0.2.1", ("old", "access", "campus"))


@pytest.mark.slow
def test_thirty_thousand_devices(load: Callable[..., Inventory]) -> None:
    with serve(NetBox(devices=[device(number) for number in range(1, 30_001)])) as netbox:
        assert len(load(netbox.location).devices) == 30_000
        assert len(load(netbox.location, offline=True).devices) == 30_000
