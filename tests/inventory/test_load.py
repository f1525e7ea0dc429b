"""A sound inventory becomes devices with every default applied."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest

from slp_ops.inventory import Inventory, Site, load
from slp_ops.model import CredentialMethod, Device, JumpHost

if TYPE_CHECKING:
    from pathlib import Path


def inventory(tmp_path: Path, text: str) -> Inventory:
    path = tmp_path / "inventory.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def only_device(tmp_path: Path, text: str) -> Device:
    (device,) = inventory(tmp_path, text).devices
    return device


def test_every_level_gives_what_the_nearer_ones_leave_open(tmp_path: Path) -> None:
    found = inventory(
        tmp_path,
        """\
version: 1
defaults: {username: netops, credential: all, port: 22, max_sessions: 5}
sites:
  tokyo:
    description: Tokyo head office
    defaults: {credential: tokyo-ro, max_sessions: 20}
    devices:
      tyo-core-01: {host: 192.0.2.11, port: 2222, tags: [core]}
      tyo-acc-01: {host: 192.0.2.21, legacy_ssh: true, transport: asyncssh}
  osaka:
    devices:
      osa-core-01: {host: osa-core-01.example.net}
""",
    )
    assert found.sites == (
        Site(name="tokyo", description="Tokyo head office", max_sessions=20),
        Site(name="osaka", description="", max_sessions=5),
    )
    assert found.devices == (
        Device(
            name="tyo-core-01",
            site="tokyo",
            host="192.0.2.11",
            port=2222,
            username="netops",
            credential="tokyo-ro",
            tags=("core",),
            max_sessions=20,
        ),
        Device(
            name="tyo-acc-01",
            site="tokyo",
            host="192.0.2.21",
            username="netops",
            credential="tokyo-ro",
            transport="asyncssh",
            legacy_ssh=True,
            max_sessions=20,
        ),
        Device(
            name="osa-core-01",
            site="osaka",
            host="osa-core-01.example.net",
            username="netops",
            credential="all",
            max_sessions=5,
        ),
    )


def test_tags_unite_and_intent_and_params_merge_key_by_key(tmp_path: Path) -> None:
    device = only_device(
        tmp_path,
        """\
version: 1
defaults: {tags: [all, cat9k], intent: {topology: cslu, vrf: Mgmt-vrf}, params: {days: 30, quiet: yes}}
sites:
  tokyo:
    defaults: {tags: [hq], intent: {vrf: LIC}, params: {days: 7}}
    devices:
      sw: {host: 192.0.2.1, tags: [core, all], intent: {source_interface: Vlan100}, params: {name: x}}
""",
    )
    assert device.tags == ("all", "cat9k", "hq", "core")
    assert device.intent == {"topology": "cslu", "vrf": "LIC", "source_interface": "Vlan100"}
    assert device.params == {"days": 7, "quiet": True, "name": "x"}


def test_a_nearer_false_or_empty_list_wins_over_a_wider_value(tmp_path: Path) -> None:
    device = only_device(
        tmp_path,
        """\
version: 1
defaults: {legacy_ssh: true, jump: [{host: bastion.example.net}]}
sites: {tokyo: {devices: {sw: {host: 192.0.2.1, legacy_ssh: false, jump: []}}}}
""",
    )
    assert device.legacy_ssh is False
    assert device.jump == ()


def test_a_site_may_hold_settings_directly(tmp_path: Path) -> None:
    device = only_device(
        tmp_path, "version: 1\nsites: {tokyo: {port: 2222, devices: {sw: {host: 192.0.2.1}}}}\n"
    )
    assert device.port == 2222


def test_jump_hosts_keep_their_order(tmp_path: Path) -> None:
    device = only_device(
        tmp_path,
        """\
version: 1
sites:
  tokyo:
    devices:
      sw:
        host: 192.0.2.1
        jump:
          - {host: outer.example.net, port: 2222, username: gate, credential: bastion}
          - {host: 198.51.100.7}
""",
    )
    assert device.jump == (
        JumpHost(host="outer.example.net", port=2222, username="gate", credential="bastion"),
        JumpHost(host="198.51.100.7", port=22, username=None, credential="default"),
    )


def test_credentials_are_one_method_each(tmp_path: Path) -> None:
    found = inventory(
        tmp_path,
        """\
version: 1
credentials: {tokyo-ro: {key: ~/.ssh/tokyo}, gate: {agent: true}, plain: {}}
sites: {}
""",
    )
    assert found.credentials == {
        "tokyo-ro": CredentialMethod(key="~/.ssh/tokyo"),
        "gate": CredentialMethod(agent=True),
        "plain": CredentialMethod(),
    }


@pytest.mark.parametrize(
    "empty", ["defaults:", "credentials:", "sites:\n  tokyo:", "sites:\n  tokyo:\n    devices:"]
)
def test_a_mapping_may_be_left_empty(tmp_path: Path, empty: str) -> None:
    rest = "" if empty.startswith("sites") else "sites: {}\n"
    assert inventory(tmp_path, f"version: 1\n{empty}\n{rest}").devices == ()


def test_aliases_and_merge_keys_are_followed(tmp_path: Path) -> None:
    found = inventory(
        tmp_path,
        """\
version: 1
sites:
  tokyo:
    devices:
      a: &access {host: 192.0.2.1, tags: &tags [access], port: 2222}
      b: {<<: *access, host: 192.0.2.2}
      c: {host: 192.0.2.3, tags: *tags}
""",
    )
    assert [(one.host, one.port, one.tags) for one in found.devices] == [
        ("192.0.2.1", 2222, ("access",)),
        ("192.0.2.2", 2222, ("access",)),
        ("192.0.2.3", 22, ("access",)),
    ]


def test_what_nobody_says_is_known_to_be_open(tmp_path: Path) -> None:
    found = inventory(
        tmp_path,
        """\
version: 1
sites:
  tokyo:
    defaults: {username: netops}
    devices: {a: {host: a.example.net}, b: {host: b.example.net, port: 22, jump: []}}
""",
    )
    assert found.unset_fields == {"a": frozenset({"port", "jump"}), "b": frozenset()}


def test_a_byte_order_mark_and_windows_line_ends_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_bytes(
        b"\xef\xbb\xbfversion: 1\r\nsites:\r\n  tokyo:\r\n    devices: {sw: {host: 192.0.2.1}}\r\n"
    )
    assert [device.name for device in load(path).devices] == ["sw"]


def test_a_description_may_be_japanese(tmp_path: Path) -> None:
    found = inventory(tmp_path, "version: 1\nsites: {tokyo: {description: 東京本社}}\n")
    assert found.sites[0].description == "東京本社"


def test_switches_share_what_their_site_sets(tmp_path: Path) -> None:
    """Of 100,000 switches, each with its own copies, these would be half of the memory."""
    first, second, own = inventory(
        tmp_path,
        """\
version: 1
defaults: {intent: {topology: smart}, params: {vlan: 5}}
sites:
  tokyo:
    devices:
      a: {host: 192.0.2.1}
      b: {host: 192.0.2.2}
      c: {host: 192.0.2.3, intent: {vrf: Mgmt}}
""",
    ).devices
    assert first.intent is second.intent
    assert first.params is second.params
    assert own.intent == {"topology": "smart", "vrf": "Mgmt"}
    assert second.intent == {"topology": "smart"}


def test_a_switch_that_sets_little_takes_little_memory(tmp_path: Path) -> None:
    """A worker reads the inventory of the whole network: 100,000 switches."""
    number = 5000
    rows = "".join(f"      sw-{i:06}:\n        host: sw-{i}.example.net\n" for i in range(number))
    path = tmp_path / "inventory.yaml"
    path.write_text(f"version: 1\nsites:\n  tokyo:\n    devices:\n{rows}", encoding="utf-8")
    load(path)
    tracemalloc.start()
    try:
        load(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak / number < 1000
