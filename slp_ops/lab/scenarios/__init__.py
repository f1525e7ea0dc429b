"""Scenarios of healthy and faulty switches: one YAML file each, built into a Switch.

To add one: put a file here; its name is the scenario's name. The schema is in ``_schema``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from slp_ops.lab.clock import at_rest
from slp_ops.lab.scenarios._build import build_switch
from slp_ops.lab.scenarios._schema import ScenarioFile, read_scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slp_ops.lab.switch import Switch

# A fixed start, so that two runs of a test see the same dates. The server passes the real one.
START = datetime(2025, 6, 10, 1, 0, 0)  # noqa: DTZ001 - IOS prints naive times; this one is UTC
DEFAULT = "healthy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One scenario. ``expect`` names the rules an operator should see fail at warning or above,
    ``informs`` those that only inform and are worth showing, ``intent`` what the inventory must say for it.
    """

    name: str
    title: str
    expect: tuple[str, ...]
    informs: tuple[str, ...]
    intent: Mapping[str, str]
    legacy_ssh: bool
    file: ScenarioFile

    def build(
        self,
        index: int = 0,
        *,
        name: str = "",
        start: datetime = START,
        source: Callable[[], float] = at_rest,
        scale: float = 1.0,
    ) -> Switch:
        """Build the ``index``-th switch of this kind. ``start`` is its initial UTC time."""
        return build_switch(
            self.file, index, name=name or f"lab-{index + 1:04d}", start=start, source=source, scale=scale
        )


def names() -> tuple[str, ...]:
    """Return the names of all scenarios, in order."""
    return tuple(
        sorted(
            entry.name.removesuffix(".yaml")
            for entry in files(__name__).iterdir()
            if entry.name.endswith(".yaml")
        )
    )


@cache
def load(name: str) -> Scenario:
    """Load the scenario of that name; raises KeyError when there is none."""
    if name not in names():
        raise KeyError(name)
    text = files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    file = read_scenario(text, f"{name}.yaml")
    return Scenario(
        name=name,
        title=file.title,
        expect=tuple(file.expect),
        informs=tuple(file.informs),
        intent=file.intent,
        legacy_ssh=file.faults.sha1_only,
        file=file,
    )
