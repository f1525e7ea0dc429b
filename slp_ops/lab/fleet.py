"""Default fleet of ``slp-ops lab up``: its switches, their ports and their planted faults."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from slp_ops.config_files.records import record
from slp_ops.config_files.validation_errors import Problems
from slp_ops.config_files.yaml_nodes import parse

# Below the range of ephemeral ports of Linux, to avoid collisions.
BASE_PORT = 22200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    description: str
    switches: dict[str, str]  # name -> scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class _FleetFile:
    sites: dict[str, _Site]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One switch of the fleet. ``offset`` is added to the base port."""

    name: str
    site: str
    scenario: str
    offset: int

    def port(self, base: int = BASE_PORT) -> int:
        """The TCP port it listens on."""
        return base + self.offset


@cache
def default_fleet() -> tuple[Place, ...]:
    """Return every switch of the default fleet, in the order of their ports."""
    text = files("slp_ops.lab").joinpath("fleet.yaml").read_text(encoding="utf-8")
    problems = Problems("fleet.yaml")
    node = parse(text, problems)
    file = None if node is None else record(_FleetFile)(node, "", problems)
    if file is None:
        raise problems.error()
    problems.raise_if_any()
    pairs = [
        (site, name, scenario)
        for site, content in file.sites.items()
        for name, scenario in content.switches.items()
    ]
    return tuple(
        Place(name=name, site=site, scenario=scenario, offset=number)
        for number, (site, name, scenario) in enumerate(pairs)
    )
