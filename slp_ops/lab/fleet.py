"""The default fleet of ``slp-ops lab up``: which switches there are, at which ports, with what wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

# Below the range from which Linux takes ports for outgoing connections, so that none is in the way.
BASE_PORT = 22200


class _Site(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    description: str
    switches: dict[str, str]  # name -> scenario


class _FleetFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
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
    """Every switch of the default fleet, in the order of their ports."""
    text = files("slp_ops.lab").joinpath("fleet.yaml").read_text(encoding="utf-8")
    file = _FleetFile.model_validate(yaml.safe_load(text))
    pairs = [
        (site, name, scenario)
        for site, content in file.sites.items()
        for name, scenario in content.switches.items()
    ]
    return tuple(
        Place(name=name, site=site, scenario=scenario, offset=number)
        for number, (site, name, scenario) in enumerate(pairs)
    )
