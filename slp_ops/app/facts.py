"""Show the facts of a saved run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slp_ops.app.inputs import facts_of
from slp_ops.errors import OptionError
from slp_ops.parsing import Facts
from slp_ops.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsRequest:
    """A run, and the device and the command that are wanted; None is each of them."""

    run: str = "last"
    runs_dir: Path = Path("runs")
    device: str | None = None
    command: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsResult:
    """The facts of each device, by its name."""

    run_id: str
    path: Path
    devices: Mapping[str, Facts]


def run(request: FactsRequest) -> FactsResult:
    """Parse the captures of the run. Raises InputError, OptionError, StoreError."""
    stored = Runs(request.runs_dir).open(request.run)
    wanted = [result for result in stored.devices if request.device in (None, result.name)]
    if request.device is not None and not wanted:
        there = ", ".join(result.name for result in stored.devices[:10])
        raise OptionError(
            f"run {stored.id} has no device {request.device!r}; it has {there}", option="--device"
        )
    devices = {each.name: facts_of(stored, each.name) if each.captures else Facts({}) for each in wanted}
    if request.command is not None:
        devices = {name: facts.only(request.command) for name, facts in devices.items()}
        if not any(facts.captures for facts in devices.values()):
            raise OptionError(f"run {stored.id} has no capture of {request.command!r}", option="--command")
    return FactsResult(run_id=stored.id, path=stored.path, devices=devices)
