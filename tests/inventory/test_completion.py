"""The SSH configuration fills gaps of the inventory and never overrules it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.inventory.sources import yaml_source as native
from slp_ops.inventory.ssh_config import SshConfig, complete
from slp_ops.model import CredentialMethod, JumpHost

if TYPE_CHECKING:
    from slp_ops.inventory import Inventory

CONFIG = """\
Host sw
    HostName 192.0.2.11
    Port 2222
    User alice
    ProxyJump bastion
Host bastion
    HostName bastion.example.net
    Port 2200
    User gate
    IdentityFile ~/.ssh/bastion
"""


def completed(text: str, config: str = CONFIG, *, users: bool = True) -> Inventory:
    found, _ = complete(native.read(f"version: 1\n{text}", "x"), SshConfig(config), users=users)
    return found


def test_gaps_are_filled() -> None:
    found = completed("sites: {t: {devices: {sw: {host: sw}}}}")
    (device,) = found.devices
    assert (device.name, device.host, device.port, device.username) == ("sw", "192.0.2.11", 2222, "alice")
    assert device.jump == (
        JumpHost(host="bastion.example.net", port=2200, username="gate", credential="bastion"),
    )
    assert found.credentials == {"bastion": CredentialMethod(key="~/.ssh/bastion")}


def test_what_the_inventory_says_at_any_level_wins() -> None:
    text = "defaults: {port: 22, jump: []}\nsites: {t: {devices: {sw: {host: sw, username: netops}}}}"
    (device,) = completed(text).devices
    assert (device.port, device.username, device.jump) == (22, "netops", ())


def test_the_environments_user_name_is_not_overruled() -> None:
    (device,) = completed("sites: {t: {devices: {sw: {host: sw}}}}", users=False).devices
    assert device.username is None


def test_a_listed_credential_of_the_hops_name_wins_over_its_identity_file() -> None:
    found = completed("credentials: {bastion: {agent: true}}\nsites: {t: {devices: {sw: {host: sw}}}}")
    assert found.credentials == {"bastion": CredentialMethod(agent=True)}
    assert found.devices[0].jump[0].credential == "bastion"


def test_a_hop_without_a_key_shares_the_switchs_credential() -> None:
    text = "defaults: {credential: ro, username: netops}\nsites: {t: {devices: {sw: {host: sw}}}}"
    (device,) = completed(text, "Host sw\nProxyJump gw\n").devices
    assert device.jump == (JumpHost(host="gw", port=22, username="netops", credential="ro"),)


def test_a_switchs_identity_file_does_not_change_how_it_is_logged_in_to() -> None:
    found = completed("sites: {t: {devices: {sw: {host: sw}}}}", "IdentityFile ~/.ssh/id_ed25519\n")
    assert found.credentials == {}
    assert found.devices[0].credential == "default"


def test_a_note_is_given_once_however_many_devices_there_are() -> None:
    inventory = native.read("version: 1\nsites: {t: {devices: {a: {host: a}, b: {host: b}}}}", "x")
    _, notes = complete(inventory, SshConfig("Include other\n"))
    assert notes == ("~/.ssh/config:1: Include is ignored",)


NAMED = "sites: {t: {devices: {sw: {host: 192.0.2.1, jump: [%s]}}}}"


def test_the_gaps_of_a_jump_host_that_the_inventory_names_are_filled() -> None:
    found = completed(NAMED % "{host: bastion}")
    assert found.devices[0].jump == (
        JumpHost(host="bastion.example.net", port=2200, username="gate", credential="bastion"),
    )
    assert found.credentials == {"bastion": CredentialMethod(key="~/.ssh/bastion")}


def test_what_the_inventory_says_of_a_jump_host_wins() -> None:
    found = completed(NAMED % "{host: bastion, port: 22, username: jump, credential: ro}")
    assert found.devices[0].jump == (
        JumpHost(host="bastion.example.net", port=22, username="jump", credential="ro"),
    )
    assert found.credentials == {}


def test_how_the_default_credential_proves_itself_is_no_gap() -> None:
    found = completed("credentials: {default: {agent: true}}\n" + NAMED % "{host: bastion}")
    assert found.devices[0].jump[0].credential == "default"


def test_the_inventory_tells_the_whole_way() -> None:
    config = "Host gw\n    ProxyJump other\n"
    assert completed(NAMED % "{host: gw}", config).devices[0].jump == (JumpHost(host="gw"),)
