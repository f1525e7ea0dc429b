"""The part of a change that its verb supplies: observations, plan, result, and checks of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from slp_ops.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from slp_ops.app.change.apply import DeviceChangeResult
    from slp_ops.app.change.at_worker import ChangeAtWorker
    from slp_ops.app.change.context import (
        BufferedEvidence,
        StepOperator,
    )
    from slp_ops.app.change.operator import ChangeOperator
    from slp_ops.app.change.options import ChangeOptions
    from slp_ops.app.change.results import ChangeResult
    from slp_ops.app.change_task import ChangeTask
    from slp_ops.app.device_work import AnyWork
    from slp_ops.commands import ShowCommand
    from slp_ops.model import Device, DeviceResult
    from slp_ops.parsing import Facts
    from slp_ops.planning import SwitchPlan
    from slp_ops.planning.journal_state import (
        BeginEvent,
        ChangedStepEvent,
        RecordedChange,
        SwitchState,
    )
    from slp_ops.planning.model import PlanningResult
    from slp_ops.ports import FileStore, Secret
    from slp_ops.rules.values import Outcome
    from slp_ops.runs import Run
    from slp_ops.usage.matching import SkippedFile

Observation = TypeVar("Observation")
Result = TypeVar("Result")


class ChangeVerb(ABC, Generic[Observation, Result]):
    """Part of a change that is specific to a verb. ``Observation`` is its data of a switch that was read."""

    verb: ClassVar[str]  # as it is typed
    title: ClassVar[str]  # of its runs
    attachment: ClassVar[str]  # the file of the result in its run
    ascii_only: ClassVar[bool]  # the form of the plan in its run
    check: ClassVar[str]  # the command that proves its changes
    in_journal: ClassVar[bool] = True  # whether the journal has the title
    is_done_over_hub: ClassVar[bool] = False  # whether workers of a hub make its changes
    hub_work: ClassVar[AnyWork]  # what workers of a hub do of it
    needs_whole: ClassVar[bool] = False  # whether one output that was cut prevents a plan
    left_out: tuple[SkippedFile, ...] | None = None
    unread: tuple[DeviceResult, ...] = ()
    row_commands: tuple[str, ...] = ()  # of the operator's rules over rows

    @property
    @abstractmethod
    def commands(self) -> tuple[ShowCommand, ...]:
        """The show commands that a plan needs."""

    @abstractmethod
    def observe(self, device: Device, memory: BufferedEvidence) -> Observation:
        """Return what is kept of a switch that was read."""

    def follow_up_commands(self, memory: BufferedEvidence) -> Sequence[ShowCommand]:
        """Return further show commands for a plan, by what a switch has shown."""
        return ()

    def lacks_output(self, observation: Observation) -> bool:
        """Return whether too little was read of a switch for a plan."""
        return False

    @abstractmethod
    def plan(
        self, observations: Mapping[str, Observation], operator: ChangeOperator
    ) -> Mapping[str, PlanningResult]:
        """Plan for the switches that were read, by their names."""

    @abstractmethod
    def replan(
        self, device: Device, plan: SwitchPlan, memory: BufferedEvidence, outcomes: tuple[Outcome, ...]
    ) -> PlanningResult:
        """Plan for a switch as it is now, as this plan was made."""

    async def change_over_hub(self, change: ChangeAtWorker) -> DeviceChangeResult:
        """Have a switch changed by a worker near it, where the verb ``is_done_over_hub``."""
        raise NotImplementedError  # no caller for any other verb

    @abstractmethod
    def result(self, change: ChangeResult) -> Result:
        """Return the result of the verb."""

    def check_devices(self, devices: Iterable[Device]) -> None:
        """Raise InputError for a device that the verb does not accept."""

    def check_plans(self, plans: Iterable[SwitchPlan]) -> None:
        """Raise InputError for a plan that the verb cannot apply."""

    def check_hub(self, plans: Iterable[SwitchPlan]) -> None:
        """Raise InputError for a plan that is not applied over a hub."""
        raise InputError(f"slp-ops {self.verb} sends no change over a hub; nothing was sent")

    def hub_task(
        self, device: Device, state: SwitchState, change: str, options: ChangeOptions, *, back: bool
    ) -> ChangeTask:
        """Return what a worker near a switch is asked to do, of a verb that sends changes over a hub.

        Raises BadFile, StoreError for a file of the plan that is not as it was planned.
        """
        raise NotImplementedError  # no caller for any other verb: check_hub has refused its plans

    def judge(self, device: Device, plan: SwitchPlan, facts: Facts) -> tuple[Outcome, ...]:
        """Audit a switch by the rules that verify a plan."""
        return ()

    @abstractmethod
    def rebuild(
        self, observations: Mapping[str, Observation], plans: Mapping[str, SwitchPlan], *, resumed: bool
    ) -> Mapping[str, PlanningResult]:
        """Plan again as plans of a file without a valid seal were made. See ``check_rebuild``.

        A change that is ``resumed`` is saved where nothing else is left to do.
        """

    def check_rebuild(self, file: Path, again: Callable[[], str]) -> None:
        """Raise InputError where the verb does not rebuild the plans of a file.

        ``again`` returns the command that plans the same again.
        """

    @abstractmethod
    def again(self, plans: Sequence[tuple[SwitchPlan, Device]], file: Path) -> Sequence[str]:
        """Return the arguments by which these plans of a file or journal are made again."""

    @abstractmethod
    def check_rollback(self, plans: Iterable[SwitchPlan], journal: Path) -> Mapping[str, SwitchPlan]:
        """Return plans of a journal without a valid seal as their playbooks give them. Raises InputError."""

    def secrets(self, states: Iterable[SwitchState], operator: ChangeOperator) -> Mapping[str, Secret]:
        """Return the secrets of the steps that are not done. Raises InputError."""
        return {}

    def changed_steps(
        self, states: Iterable[SwitchState], operator: ChangeOperator
    ) -> Iterable[ChangedStepEvent]:
        """Return the steps that a resumed change sends with other values. Raises InputError."""
        return ()

    def begin(self, event: BeginEvent, run: Run) -> BeginEvent:
        """Make what the steps need in the run; return the journal's first event with it."""
        return event

    def files(self, recorded: RecordedChange) -> FileStore | None:
        """Return where the files of the steps are; None for a verb without files."""
        return None

    @abstractmethod
    def step_operator(
        self, operator: ChangeOperator, *, resumed: Mapping[str, SwitchState] | None
    ) -> StepOperator:
        """Return the operator for manual steps and unknown outcomes; ``resumed`` are those of a journal."""
