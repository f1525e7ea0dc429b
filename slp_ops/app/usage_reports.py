"""Saving of usage reports as the process of the verb and a worker near the switch know it alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slp_ops.commands import registry
from slp_ops.json_documents import encode
from slp_ops.rules.dependencies import FactContext
from slp_ops.usage.accounts import UNKNOWN, Account, account_of
from slp_ops.usage.saving import SaveOptions, plan_save
from slp_ops.usage.switch import COMMANDS, ExchangeSwitch
from slp_ops.usage.udi import printed_in
from slp_ops.usage.usage_files import UsageFile, received

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slp_ops.app.change.context import BufferedEvidence
    from slp_ops.commands import ShowCommand
    from slp_ops.model import Device
    from slp_ops.planning import PlanningResult, SwitchPlan
    from slp_ops.runs.file_store import FolderFileStore
    from slp_ops.usage.udi import UnitId


def exchange_commands() -> tuple[ShowCommand, ...]:
    """Return the show commands that planning an exchange needs."""
    return tuple(command for command in registry() if command.command in COMMANDS)


def observed_switch(device: Device, memory: BufferedEvidence) -> ExchangeSwitch:
    """Return a switch that was read as the exchange sees it."""
    known = FactContext(memory.facts)
    return ExchangeSwitch(
        name=device.name,
        site=device.site,
        known=known,
        running=memory.running,
        account=account_of(known, device.intent),
    )


def replan_save(seen: ExchangeSwitch, plan: SwitchPlan) -> PlanningResult:
    """Plan with the names of the plan. Raises KeyError or ValueError for a plan of no ``usage save``."""
    params = plan.actions[0].params
    # What the switch shows of its account may have changed since: that makes no other plan.
    return plan_save(replace(seen, account=Account.of(params)), SaveOptions.of(params))


def planned_units(plan: SwitchPlan) -> tuple[UnitId, ...]:
    """Return the units of the switch that was planned. Raises KeyError for a plan of another verb."""
    found = plan.fields["show license all: product instance"]
    return tuple(printed_in("\n".join(map(str, found)))) if isinstance(found, list | tuple) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSource:
    """Units and account of a switch, for its usage files."""

    units: tuple[UnitId, ...]
    account: Account = UNKNOWN

    @classmethod
    def of(cls, plan: SwitchPlan) -> UsageSource:
        """Return those of the switch that was planned."""
        return cls(units=planned_units(plan), account=Account.of(plan.actions[0].params))


class UsageReportStore:
    """A shelf that checks a usage file before it keeps it. See ``ports.FileStore``.

    A file without a report is not kept, as there is nothing to upload, unless ``keeps_all``.
    """

    def __init__(
        self,
        files: FolderFileStore,
        sources: Mapping[str, UsageSource],
        arrived: Callable[[UsageFile], object],
        *,
        keeps_all: bool = False,
    ) -> None:
        self._files = files
        self._sources = sources
        self._arrived = arrived
        self._keeps_all = keeps_all

    def save(self, device: Device, name: str, data: bytes) -> Mapping[str, object]:
        """See ``ports.FileStore``."""
        source = self._sources[device.name]
        found = received(device, name, data, source.units, source.account)
        if found.reports or self._keeps_all:
            self._files.save(device, name, data)
        self._arrived(found)
        return {"received": encode(found)}

    def load(self, name: str) -> bytes:
        """See ``ports.FileStore``."""
        return self._files.load(name)
