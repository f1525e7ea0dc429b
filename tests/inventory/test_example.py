"""``inventory.example.yaml`` and the simulated fleet name the same switches."""

from __future__ import annotations

from pathlib import Path

from slp_ops.inventory import load
from slp_ops.lab.fleet import default_fleet

EXAMPLE = Path(__file__).parents[2] / "inventory.example.yaml"


def test_the_example_is_the_default_fleet_of_the_lab() -> None:
    devices = load(EXAMPLE).devices
    assert [(one.site, one.name, one.host, one.port) for one in devices] == [
        (place.site, place.name, "127.0.0.1", place.port()) for place in default_fleet()
    ]


def test_only_the_switches_that_offer_sha1_alone_are_allowed_it() -> None:
    sha1_only = {place.name for place in default_fleet() if place.scenario == "sha1-only"}
    assert {one.name for one in load(EXAMPLE).devices if one.legacy_ssh} == sha1_only


def test_the_sites_are_tokyo_and_osaka_and_both_have_core_and_access() -> None:
    found = load(EXAMPLE)
    assert [site.name for site in found.sites] == ["tokyo", "osaka"]
    for site in found.sites:
        tags = {tag for one in found.devices if one.site == site.name for tag in one.tags}
        assert tags == {"core", "access"}


def test_what_is_commented_out_in_the_example_would_be_read() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    start = lines.index("# credentials:")
    wanted = "\n".join(line.removeprefix("# ") for line in lines[start : start + 3])
    nested = [
        line.strip().removeprefix("# ") for line in lines if line.strip().startswith(("# intent:", "# jump:"))
    ]
    assert len(nested) == 2
    from slp_ops.inventory.sources import yaml_source as native

    found = native.read(
        "\n".join(["version: 1", wanted, "defaults:", *(f"  {one}" for one in nested), "sites: {}"]), "x"
    )
    assert set(found.credentials) == {"tokyo-ro", "bastion"}
