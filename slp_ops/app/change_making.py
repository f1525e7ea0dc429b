"""The way in which the switches of a change are changed: from here, or by workers near them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol

from slp_ops.app.change.apply import apply, revert
from slp_ops.app.change.at_worker import ChangeAtWorker
from slp_ops.app.change.context import ChangeContext, FileCopying, Timeouts
from slp_ops.app.change.verb import Observation, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slp_ops.app.change.apply import DeviceChangeResult
    from slp_ops.app.change.context import EvidenceRecord, Journal, StepOperator, StopController
    from slp_ops.app.change.verb import ChangeVerb
    from slp_ops.app.device_work import DeviceEngine
    from slp_ops.model import Device
    from slp_ops.planning.journal_state import SwitchState
    from slp_ops.ports import CopyingTransport, FileStore, OnEvent, Secret
    from slp_ops.runs import Run


class ChangeMaking(Protocol):
    """Changes switches of one call."""

    async def change(
        self, device: Device, stop: StopController, on_event: OnEvent, *, back: bool
    ) -> DeviceChangeResult | None:
        """Apply the plan of a switch, or roll it back; None where it was stopped before it began.

        Raises SlpOpsError.
        """

    async def close(self) -> None:
        """Release sessions and connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FromHere(Generic[Observation, Result]):
    """Changes switches in sessions of this process."""

    verb: ChangeVerb[Observation, Result]
    transport: CopyingTransport
    states: Mapping[str, SwitchState]
    captures: Mapping[str, EvidenceRecord]
    mask: Callable[[str], str]
    journal: Journal
    secrets: Mapping[str, Secret]
    files: FileStore | None
    operator: StepOperator
    timeouts: Timeouts
    rollback_on_fail: bool

    async def change(
        self, device: Device, stop: StopController, on_event: OnEvent, *, back: bool
    ) -> DeviceChangeResult | None:
        """See ``ChangeMaking``."""
        verb, state = self.verb, self.states[device.name]
        copying = None
        if self.files is not None:
            copying = FileCopying(transport=self.transport, file_store=self.files)
        context = ChangeContext(
            device=device,
            plan=state.plan,
            transport=self.transport,
            evidence=self.captures[device.name],
            mask=self.mask,
            journal=self.journal,
            commands=verb.commands,
            row_commands=verb.row_commands,
            judge=lambda facts: verb.judge(device, state.plan, facts),
            replan=lambda memory, outcomes: verb.replan(device, state.plan, memory, outcomes),
            secrets=self.secrets,
            operator=self.operator,
            stop_controller=stop,
            timeouts=self.timeouts,
            copying=copying,
            on_event=on_event,
        )
        if back:
            return await revert(context, state)
        return await apply(context, state, rollback_on_fail=self.rollback_on_fail)

    async def close(self) -> None:
        """See ``ChangeMaking``."""
        await self.transport.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class AtWorkers(Generic[Observation, Result]):
    """Has workers near the switches make a change that their owners permit without an approval."""

    verb: ChangeVerb[Observation, Result]
    engine: DeviceEngine
    run: Run
    states: Mapping[str, SwitchState]
    captures: Mapping[str, EvidenceRecord]
    journal: Journal
    files: FileStore

    async def change(
        self, device: Device, stop: StopController, on_event: OnEvent, *, back: bool
    ) -> DeviceChangeResult | None:
        """See ``ChangeMaking``."""
        return await self.verb.change_over_hub(
            ChangeAtWorker(
                device=device,
                plan=self.states[device.name].plan,
                engine=self.engine,
                run=self.run,
                journal=self.journal,
                evidence=self.captures[device.name],
                files=self.files,
                on_event=on_event,
            )
        )

    async def close(self) -> None:
        """See ``ChangeMaking``."""
        await self.engine.close()
