"""An audit over the lab of a fleet that NetBox, Ansible and a table describe together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner

from slp_ops.cli.main import cli
from tests.source_systems.netbox_server import TOKEN, NetBox, device, serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _here(number: int, name: str, **changes: Any) -> dict[str, Any]:
    address = {"id": number, "family": {"value": 4}, "address": "127.0.0.1/8"}
    return device(number, name=name, primary_ip=address, primary_ip4=address, **changes)


@pytest.mark.slow
def test_an_audit_of_devices_from_netbox_ansible_and_a_table(
    lab: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = lab(**{"tyo-1": "healthy", "tyo-2": "dns-failure", "osa-1": "healthy-stack", "osa-2": "healthy"})
    port = {name: fleet.device(name).port for name in fleet.names}
    netbox = NetBox(
        [
            _here(1, "tyo-1"),
            _here(2, "tyo-2"),
            device(3, name="tyo-3", primary_ip=None, primary_ip4=None),  # no address
            device(4, name="fw-1", platform={"id": 9, "slug": "junos"}),  # another platform
        ]
    )
    (tmp_path / "hosts.ini").write_text(
        "[osaka]\n"
        f"osa-1 ansible_host=127.0.0.1 ansible_port={port['osa-1']} ansible_password=Not-For-Us-1\n"
        # NetBox has this one too: its address stays, the port comes from here.
        f"[tokyo]\ntyo-1 ansible_host=192.0.2.99 ansible_port={port['tyo-1']}\n"
    )
    (tmp_path / "ports.csv").write_text(
        "Hostname,Management IP,Location,Port\n"
        f"tyo-2,127.0.0.1,tokyo,{port['tyo-2']}\n"
        f"osa-2,127.0.0.1,osaka,{port['osa-2']}\n"
        f"twin-of-osa-2,127.0.0.1,osaka,{port['osa-2']}\n"
        "osa-2,127.0.0.1,osaka,22\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLP_OPS_NETBOX_TOKEN", TOKEN)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def run(*words: str) -> Any:
        env = {"SLP_OPS_PASSWORD": "netops", "SLP_OPS_ENABLE": "netops"}
        return CliRunner().invoke(cli, words, env=env, catch_exceptions=False)

    with serve(netbox):
        sources = [
            {"from": f"{netbox.location}?status=active"},
            {"from": "ansible:hosts.ini"},
            {"from": "csv:ports.csv"},
        ]
        (tmp_path / "inventory.yaml").write_text(
            yaml.safe_dump({"version": 1, "defaults": {"username": "netops"}, "sources": sources})
        )
        checked = run("inventory", "check")
        shown = json.loads(run("inventory", "show", "--json").stdout)
        audited = run("audit", "--known-hosts", str(tmp_path / "known_hosts"), "--json")

    where = {each["name"]: (each["site"], each["host"], each["port"]) for each in shown["devices"]}
    assert where == {
        "tyo-1": ("tokyo", "127.0.0.1", port["tyo-1"]),
        "tyo-2": ("tokyo", "127.0.0.1", port["tyo-2"]),
        "osa-1": ("osaka", "127.0.0.1", port["osa-1"]),
        "osa-2": ("osaka", "127.0.0.1", port["osa-2"]),
    }
    reasons = {(each["name"], each["reason"]) for each in shown["unusable"]}
    assert reasons == {
        ("tyo-3", "no address"),
        ("fw-1", "another platform: junos"),
        ("osa-2", "duplicate: the source has this name twice"),
        ("twin-of-osa-2", "duplicate: the address of osa-2"),
    }
    assert checked.exit_code == 0
    for name, reason in reasons:
        assert name in checked.output
        assert reason in checked.output
    assert audited.exit_code == 3, audited.output
    document = json.loads(audited.stdout)
    assert {each["name"]: each["status"] for each in document["devices"]} == dict.fromkeys(where, "ok")
    failing = {
        each["device"]
        for each in document["outcomes"]
        if each["rule"] == "dns-failure" and each["verdict"] == "fail"
    }
    assert failing == {"tyo-2"}
    assert "csv:ports.csv: 2 devices cannot be used (2 duplicate)" in audited.stderr
    assert "1 password ignored" in audited.stderr
    assert "Not-For-Us-1" not in audited.output + checked.output
