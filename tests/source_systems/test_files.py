"""Inventories of Ansible, Nornir, netmiko and spreadsheets, each read by its own library."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from slp_ops.errors import InputError
from slp_ops.i18n import Lang
from slp_ops.messages import translate

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.inventory import Inventory
    from slp_ops.model import Device
    from tests.source_systems.conftest import Notices

Load = Callable[..., "Inventory"]


def write(path: Path, text: str) -> Path:
    path.write_text(dedent(text).lstrip("\n"))
    return path


def named(inventory: Inventory) -> dict[str, Device]:
    return {each.name: each for each in inventory.devices}


class TestAnsible:
    def test_an_ini_file_with_groups_and_jump_hosts(
        self, tmp_path: Path, load: Load, notices: Notices
    ) -> None:
        path = write(
            tmp_path / "hosts.ini",
            """
            [tokyo]
            tyo-1 ansible_host=192.0.2.11 ansible_port=2222
            tyo-2 ansible_host=192.0.2.12 ansible_user=other
            fw-1 ansible_host=192.0.2.13 ansible_network_os=junipernetworks.junos.junos

            [osaka]
            osa-1.example.net

            [access]
            tyo-2

            [japan:children]
            tokyo
            osaka

            [japan:vars]
            ansible_network_os=cisco.ios.ios
            ansible_user=netops
            ansible_password=Not-For-Us-1
            ansible_ssh_common_args='-o ProxyJump=jump@bastion.example.net:2200 -o ServerAliveInterval=5'
            """,
        )
        found = load(f"ansible:{path}")

        devices = named(found)
        first = devices["tyo-1"]
        assert (first.host, first.port, first.username, first.site) == ("192.0.2.11", 2222, "netops", "tokyo")
        assert set(first.tags) == {"tokyo", "japan"}
        hop = first.jump[0]
        assert (hop.host, hop.port, hop.username) == ("bastion.example.net", 2200, "jump")
        assert set(devices["tyo-2"].tags) == {"tokyo", "japan", "access"}
        assert devices["tyo-2"].username == "other"
        assert (devices["osa-1.example.net"].host, devices["osa-1.example.net"].site) == (
            "osa-1.example.net",
            "osaka",
        )
        assert [(each.name, each.reason) for each in found.unusable] == [("fw-1", "another platform: junos")]
        assert any("4 passwords ignored" in each for each in notices.notices)
        assert "Not-For-Us-1" not in str(found) + str(notices.notices)

    def test_yaml_with_a_vault_a_template_and_a_site(
        self, tmp_path: Path, load: Load, notices: Notices
    ) -> None:
        path = write(
            tmp_path / "hosts.yml",
            """
            all:
              hosts:
                sw-1: {ansible_host: 2001:db8::1, site: kyoto}
                sw-2: {ansible_host: "{{ inventory_hostname }}.example.net"}
                sw-3:
                  ansible_host: 192.0.2.3
                  ansible_user: !vault |
                    $ANSIBLE_VAULT;1.1;AES256
                    3132
            """,
        )
        found = load(f"ansible:{path}")

        devices = named(found)
        assert (devices["sw-1"].host, devices["sw-1"].site) == ("2001:db8::1", "kyoto")
        assert (devices["sw-3"].username, devices["sw-3"].site) == (None, "ansible")
        assert [each.name for each in found.unusable] == ["sw-2"]
        assert found.unusable[0].reason.startswith("template: ansible_host")
        assert any("Ansible Vault and not read: ansible_user" in each for each in notices.notices)

    def test_a_dynamic_inventory(self, tmp_path: Path, load: Load) -> None:
        answer = {
            "switches": {"hosts": ["sw-1"], "vars": {"ansible_connection": "network_cli"}},
            "_meta": {"hostvars": {"sw-1": {"ansible_host": "192.0.2.7"}}},
        }
        path = write(tmp_path / "dynamic", f"#!/bin/sh\ncat <<'END'\n{json.dumps(answer)}\nEND\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

        assert [(each.name, each.host) for each in load(f"ansible:{path}").devices] == [("sw-1", "192.0.2.7")]

    def test_several_jump_hosts(self, tmp_path: Path, load: Load) -> None:
        path = write(
            tmp_path / "hosts.ini",
            """
            [all]
            sw-1 ansible_host=192.0.2.7 ansible_ssh_common_args='-J a.example.net,b@[2001:db8::9]:22'
            sw-2 ansible_host=192.0.2.8 ansible_ssh_common_args='-o ProxyCommand="ssh -W %h:%p x"'
            """,
        )
        devices = named(load(f"ansible:{path}"))
        assert [(hop.host, hop.username) for hop in devices["sw-1"].jump] == [
            ("a.example.net", None),
            ("2001:db8::9", "b"),
        ]
        assert devices["sw-2"].jump == ()

    @pytest.mark.parametrize(
        ("text", "message"),
        [("[tokyo\nsw-1\n", "no hosts; .*"), ("", "no hosts"), ("all: [1, 2]\n", "no hosts; .*")],
    )
    def test_a_file_that_is_no_inventory(self, tmp_path: Path, load: Load, text: str, message: str) -> None:
        path = write(tmp_path / "hosts.yml", text)
        with pytest.raises(InputError, match=message):
            load(f"ansible:{path}")

    def test_no_file(self, load: Load) -> None:
        with pytest.raises(InputError, match="there is no such file"):
            load("ansible:none.ini")


class TestNornir:
    def test_hosts_groups_and_defaults(self, tmp_path: Path, load: Load, notices: Notices) -> None:
        write(
            tmp_path / "hosts.yaml",
            """
            sw-1: {hostname: 192.0.2.11, groups: [access], data: {site: nagoya}}
            sw-2: {hostname: 192.0.2.12, groups: [access], port: 2222, platform: nxos}
            sw-3: {groups: [access], username: other}
            """,
        )
        write(
            tmp_path / "groups.yaml",
            """
            japan: {platform: cisco_xe, data: {site: tokyo}}
            access: {groups: [japan], password: Not-For-Us-2}
            """,
        )
        write(tmp_path / "defaults.yaml", "username: netops\nport: 22\n")
        files = {name: str(tmp_path / f"{name[:-5]}s.yaml") for name in ("host_file", "group_file")}
        options = {**files, "defaults_file": str(tmp_path / "defaults.yaml")}
        config = {
            "inventory": {"plugin": "SimpleInventory", "options": options},
            "logging": {"enabled": False},
        }
        path = write(tmp_path / "config.yaml", json.dumps(config))

        found = load(f"nornir:{path}")

        devices = named(found)
        assert (devices["sw-1"].site, devices["sw-1"].username) == ("nagoya", "netops")
        assert devices["sw-1"].tags == ("access", "japan")
        assert (devices["sw-3"].host, devices["sw-3"].site, devices["sw-3"].username) == (
            "sw-3",
            "tokyo",
            "other",
        )
        assert [each.name for each in found.unusable] == ["sw-2"]
        assert any("3 passwords ignored" in each for each in notices.notices)
        assert "Not-For-Us-2" not in str(found) + str(notices.notices)

    def test_what_nornir_says_of_a_broken_file(self, tmp_path: Path, load: Load) -> None:
        path = write(tmp_path / "config.yaml", "inventory: {plugin: NoSuch}\n")
        with pytest.raises(InputError, match=r"Nornir cannot read it: .*NoSuch"):
            load(f"nornir:{path}")


class TestNetmiko:
    def test_devices_and_groups(self, tmp_path: Path, load: Load, notices: Notices) -> None:
        path = write(
            tmp_path / "netmiko.yml",
            """
            __meta__: {encryption: true, encryption_type: fernet}
            sw-1: {device_type: cisco_xe, host: 192.0.2.1, username: netops, password: Not-For-Us-3}
            sw-2: {device_type: cisco_ios, ip: 192.0.2.2, port: 2222}
            r-1: {device_type: arista_eos, host: 192.0.2.3}
            campus: [sw-1, sw-2]
            """,
        )
        found = load(f"netmiko:{path}")

        devices = named(found)
        assert (devices["sw-1"].host, devices["sw-1"].tags, devices["sw-1"].site) == (
            "192.0.2.1",
            ("campus",),
            "campus",
        )
        assert (devices["sw-2"].host, devices["sw-2"].port) == ("192.0.2.2", 2222)
        assert [each.reason for each in found.unusable] == ["another platform: arista_eos"]
        assert any("1 password ignored" in each for each in notices.notices)

    @pytest.mark.parametrize("text", ["", "[", "- 1\n", "a: b\n"])
    def test_a_file_without_devices(self, tmp_path: Path, load: Load, text: str) -> None:
        path = write(tmp_path / "netmiko.yml", text)
        with pytest.raises(InputError):
            load(f"netmiko:{path}")


class TestTables:
    def test_the_headings_of_other_systems(self, tmp_path: Path, load: Load, notices: Notices) -> None:
        path = write(
            tmp_path / "export.csv",
            """
            Hostname;Management IP;Location;Serial;Password
            sw-1;192.0.2.1/24;tokyo;FOC1;Not-For-Us-4
            sw-2;;tokyo;FOC2;
            """,
        )
        found = load(f"csv:{path}")
        assert [(each.name, each.host, each.site) for each in found.devices] == [
            ("sw-1", "192.0.2.1", "tokyo")
        ]
        assert [each.reason for each in found.unusable] == ["no address"]
        assert any("1 password ignored" in each for each in notices.notices)

    def test_columns_that_are_mapped(self, tmp_path: Path, load: Load) -> None:
        path = write(tmp_path / "export.csv", "Gerät,Adresse,Haus\nsw-1,192.0.2.1,hq\n")
        found = load(
            f"version: 1\nsources:\n  - from: 'csv:{path}'\n"
            "    columns: {Gerät: name, Adresse: host, Haus: site}\n"
        )
        assert [(each.name, each.host, each.site) for each in found.devices] == [("sw-1", "192.0.2.1", "hq")]

    def test_a_heading_without_an_address(self, tmp_path: Path, load: Load) -> None:
        path = write(tmp_path / "export.csv", "Hostname,Haus\nsw-1,hq\n")
        with pytest.raises(InputError, match=r"no column matches host: Hostname, Haus \(expected columns:"):
            load(f"csv:{path}")


def test_sources_are_merged_the_first_one_wins(tmp_path: Path, load: Load) -> None:
    one = write(
        tmp_path / "one.csv", "name,host,site,tags\nsw-1,192.0.2.1,tokyo,core\nsw-2,192.0.2.2,tokyo,\n"
    )
    two = write(
        tmp_path / "two.csv",
        "name,host,port,username,tags\nSW-1,192.0.2.9,2222,netops,lan\nsw-3,192.0.2.2,22,,\n",
    )
    found = load(f"version: 1\nsources: [{{from: 'csv:{one}'}}, {{from: 'csv:{two}', site: rest}}]\n")

    first = named(found)["sw-1"]
    assert (first.host, first.port, first.username, first.tags) == (
        "192.0.2.1",
        2222,
        "netops",
        ("core", "lan"),
    )
    assert [(each.name, each.source, each.reason) for each in found.unusable] == [
        ("sw-3", f"csv:{two}", "duplicate: the address of sw-2")
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sources: [{site: x}]", r"sources\[0\].from: is missing"),
        ("sources: [{from: 'zabbix:x'}]", "zabbix:x: no such kind of source"),
        ("sources: [{from: 'csv:x', password: y}]", "a secret does not belong in a file"),
        ("sources: {}", "is a mapping"),
    ],
)
def test_sources_that_a_file_names_wrongly(load: Load, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load(f"version: 1\n{text}\n")


@pytest.mark.parametrize(
    ("first", "later", "noted"),
    [
        ("192.0.2.1", "192.0.2.9", True),
        ("sw-1.example.net", "sw-1.example.org", True),
        ("192.0.2.1", "sw-1.example.net", True),
        ("192.0.2.1", "192.0.2.1", False),
        ("SW-1.example.net", "sw-1.example.net.", False),
        ("2001:db8::1", "2001:DB8:0::1", False),
    ],
)
def test_a_name_with_two_addresses_is_noted(
    tmp_path: Path, load: Load, notices: Notices, first: str, later: str, noted: bool
) -> None:
    one = write(tmp_path / "one.csv", f"name,host,site\nsw-1,{first},tokyo\nsw-2,192.0.2.2,tokyo\n")
    two = write(tmp_path / "two.csv", f"name,host,site\nSW-1,{later},osaka\nsw-2,192.0.2.2,osaka\n")

    found = load(f"version: 1\nsources: [{{from: 'csv:{one}'}}, {{from: 'csv:{two}'}}]\n")

    assert named(found)["sw-1"].host == first
    note = f"note: csv:{two}: another address for 1 device (used / not used): SW-1 ({first} / {later})"
    assert [each for each in notices.notices if "another address" in each] == [note] * noted
    assert "1 台のアドレスが先の取得元と異なります" in translate(note, Lang.JA)


def test_many_names_with_two_addresses_are_counted(tmp_path: Path, load: Load, notices: Notices) -> None:
    def table(path: Path, network: str) -> Path:
        rows = (f"sw-{number},{network}.{number},tokyo" for number in range(1, 31))
        return write(path, "\n".join(("name,host,site", *rows)) + "\n")

    one, two = table(tmp_path / "one.csv", "192.0.2"), table(tmp_path / "two.csv", "198.51.100")
    load(f"version: 1\nsources: [{{from: 'csv:{one}'}}, {{from: 'csv:{two}'}}]\n")

    (note,) = (each for each in notices.notices if "another address" in each)
    assert "for 30 devices" in note
    assert note.endswith("sw-20 (192.0.2.20 / 198.51.100.20) and 10 more")
