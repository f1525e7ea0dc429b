"""The page on inventories of other systems: each line runs, with the files of the page and a NetBox."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from slp_ops.cli.main import cli
from tests.source_systems.netbox_server import TOKEN, NetBox, device, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "inventory-sources.md").read_text(encoding="utf-8")
_FILE = re.compile(r"^`([\w.]+)`(?: may[^\n]*)?:\n\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINE = re.compile(r"^ {4}slp-ops (inventory .*)$", re.MULTILINE)
SECTIONS = {
    found[1]: found[2]
    for found in re.finditer(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
}
DEVICES = {
    "NetBox": ("acc-00001",),
    "Ansible": ("tyo-acc-01", "tyo-acc-02"),
    "Nornir": ("osa-acc-01", "osa-acc-02"),
    "A table": ("nag-acc-01", "nag-acc-02"),
    "netmiko": ("fuk-acc-01", "fuk-acc-02"),
    "Several sources, and settings for them": ("acc-00001", "tyo-acc-09"),
}


@pytest.fixture
def netbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NetBox]:
    oob = {"id": 8, "address": "10.99.0.1/24"}
    other = {"id": 2, "name": "Firewall", "slug": "firewall"}
    records = [device(1, oob_ip=oob), device(2, role=other, custom_fields={"owner": "others"})]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SLP_OPS_NETBOX_TOKEN", TOKEN)
    (tmp_path / "ports.csv").write_text("Gerät,Adresse\ntyo-acc-09,192.0.2.9\n")
    for name, text in _FILE.findall(PAGE):
        (tmp_path / name).write_text(text)
    with serve(NetBox(records)) as running:
        for path in tmp_path.glob("*.yaml"):
            path.write_text(_here(path.read_text(), running))
        yield running


def _here(text: str, netbox: NetBox) -> str:
    return text.replace("netbox+https://netbox.example.net", netbox.location)


def run(line: str, netbox: NetBox) -> Any:
    words = shlex.split(_here(line, netbox))
    return CliRunner().invoke(cli, words, catch_exceptions=False)


@pytest.mark.parametrize("section", DEVICES)
def test_the_lines_of_a_source(section: str, netbox: NetBox) -> None:
    lines = _LINE.findall(SECTIONS[section])
    assert len(lines) >= (1 if section.startswith("Several") else 2)
    for line in lines:
        done = run(line, netbox)
        assert done.exit_code == 0, done.output
        if line.startswith("inventory show"):
            assert [name for name in DEVICES[section] if name not in done.stdout] == []
        else:
            assert f"{len(DEVICES[section])} device" in done.stdout


def test_every_line_of_the_page_is_in_a_section_of_the_test() -> None:
    lines = [line for section in DEVICES for line in _LINE.findall(SECTIONS[section])]
    rest = [line for line in _LINE.findall(PAGE) if line not in lines]
    assert all("ansible:hosts.ini" in line for line in rest)


def test_the_options_of_netbox_choose_address_and_site(netbox: NetBox) -> None:
    (line,) = (line for line in _LINE.findall(SECTIONS["NetBox"]) if "#" in line)
    assert re.search(r"acc-00001\s.*floor-2\s.*10\.99\.0\.1", run(line, netbox).stdout)
