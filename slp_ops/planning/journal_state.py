"""The journal of a change: its events, and how far each switch came by them.

An event holds what is needed to resume: a step whose end is not in the journal has an unknown outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from slp_ops.errors import InputError, Problem
from slp_ops.i18n import Text
from slp_ops.json_documents import ShapeError, decode, json_document, json_field
from slp_ops.planning.documents import plan_of
from slp_ops.planning.model import SwitchPlan
from slp_ops.playbook.guards import ProofNote
from slp_ops.steps import CheckFile, ConfigStep, ExecStep, ManualStep, Repeat

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.steps import ConfigChange

SCHEMA: Final = "slp-ops/journal/1"


class StepState(StrEnum):
    """Recorded state of one step. BEGUN without a later event is an open step."""

    BEGUN = "begun"
    SENT = "sent"  # the switch took it; its proof is waited for
    DONE = "done"
    NOT_DONE = "not_done"  # it did not happen, and may be sent
    REFUSED = "refused"  # the switch said no
    UNSETTLED = "unsettled"  # its outcome is unknown


class ChangeOutcome(StrEnum):
    """Outcome of one switch."""

    DONE = "done"  # applied, and verified
    NOTHING = "nothing"  # nothing was needed any more
    UNREAD = "unread"  # it could not be read; nothing was sent
    STALE = "stale"  # another switch, or not as it was planned; nothing was sent
    FAILED = "failed"  # a step was refused or did not take effect
    UNSETTLED = "unsettled"  # the outcome of a step is unknown
    UNVERIFIED = "unverified"  # applied, and the rules did not pass in time
    WAITING = "waiting"  # the operator has something to do first
    STOPPED = "stopped"  # the operator stopped before the next step
    ROLLED_BACK = "rolled_back"
    NOT_ROLLED_BACK = "not_rolled_back"

    @property
    def words(self) -> str:
        """Return its label."""
        return "unchanged" if self is ChangeOutcome.NOTHING else self.value.replace("_", " ")

    @property
    def good(self) -> bool:
        """Return whether nothing is left to do."""
        return self in (ChangeOutcome.DONE, ChangeOutcome.NOTHING)


@json_document
class BeginEvent:
    """The first event: the plans, and where the files of an exchange are (``to``, ``acks``).

    ``change`` is its entry in the index of changes. ``verb`` is the title of the runs of ``slp-ops usage``;
    ``slp-ops remediate`` writes none.
    """

    event: Literal["begin"] = "begin"
    schema: Literal["slp-ops/journal/1"] = "slp-ops/journal/1"
    slp_ops: str = ""
    run: str = ""
    change: str | None = json_field(omit_none=True, default=None)
    verb: str | None = json_field(omit_none=True, default=None)
    plans: tuple[SwitchPlan, ...]
    to: str | None = json_field(omit_none=True, default=None)
    acks: str | None = json_field(omit_none=True, default=None)


@json_document
class ResumedEvent:
    """A change is resumed on these switches."""

    event: Literal["resumed"] = "resumed"
    devices: tuple[str, ...] = ()


@json_document
class StepEvent:
    """Result of a step of one switch.

    BEGUN has the step: its ``kind``, ``lines`` and ``timer``, ``command`` and what its proof ``noted``, or
    the ``text`` of a manual step. A later state may have ``why``, ``how`` it is known, the lines ``taken``
    before a refusal, how the revert timer was ``confirmed``, ``free`` bytes, the file that was ``received``.
    """

    event: Literal["step"] = "step"
    device: str
    step: int
    state: StepState
    why: str | None = json_field(omit_none=True, default=None)
    kind: str | None = json_field(omit_none=True, default=None)
    lines: tuple[str, ...] | None = json_field(omit_none=True, default=None)
    timer: int | None = json_field(omit_none=True, default=None)
    command: str | None = json_field(omit_none=True, default=None)
    noted: ProofNote | None = json_field(omit_none=True, default=None)
    text: str | None = json_field(omit_none=True, default=None)
    taken: int | None = json_field(omit_none=True, default=None)
    confirmed: str | None = json_field(omit_none=True, default=None)
    how: str | None = json_field(omit_none=True, default=None)
    free: int | None = json_field(omit_none=True, default=None)
    md5: str | None = json_field(omit_none=True, default=None)
    in_band: bool | None = json_field(omit_none=True, default=None)
    received: Mapping[str, Any] | None = json_field(omit_none=True, default=None)


@json_document
class ChangedStepEvent:
    """A step that had no effect is repeated with other values of its parameters."""

    event: Literal["changed_step"] = "changed_step"
    device: str
    step: int
    command: str
    reads: str
    params: Mapping[str, str]


@json_document
class VerifiedEvent:
    """Result of the verification."""

    event: Literal["verified"] = "verified"
    device: str
    passed: bool


@json_document
class SavedEvent:
    """The configuration was saved."""

    event: Literal["saved"] = "saved"
    device: str


@json_document
class RollbackEvent:
    """A rollback begins, with these lines."""

    event: Literal["rollback"] = "rollback"
    device: str
    state: Literal["begun"] = "begun"
    lines: tuple[str, ...]


@json_document
class ApprovedEvent:
    """The operator approved a change of a switch by a worker near it: what it sends is in its own journal.

    ``claim`` is the number of that worker's attempt, ``approval`` the id of the approval, ``run`` that of the
    operator's call, ``task`` the digest of what was approved, ``number`` counts those of the switch.
    """

    event: Literal["approved"] = "approved"
    device: str
    site: str
    worker: str
    claim: str
    approval: str
    run: str
    task: str
    number: int
    expires: datetime


@json_document
class ReturnedEvent:
    """All ``events`` of a switch in the journal of its worker are in this one too; it is their number."""

    event: Literal["returned"] = "returned"
    device: str
    worker: str
    events: int


@json_document
class EndEvent:
    """End of a switch. ``why`` is in English, ``why_ja`` in Japanese; an old journal has no ``why_ja``."""

    event: Literal["end"] = "end"
    device: str
    state: ChangeOutcome
    why: str = ""
    why_ja: str | None = json_field(omit_none=True, default=None)

    @property
    def reason(self) -> Text | None:
        """Return why in both languages, without a translation: it may quote the switch."""
        return Text(self.why, self.why if self.why_ja is None else self.why_ja) if self.why else None


JournalEvent: TypeAlias = (
    BeginEvent
    | ResumedEvent
    | StepEvent
    | ChangedStepEvent
    | VerifiedEvent
    | SavedEvent
    | RollbackEvent
    | ApprovedEvent
    | ReturnedEvent
    | EndEvent
)
_TYPES: Final[Mapping[object, Any]] = {
    "resumed": ResumedEvent,
    "step": StepEvent,
    "changed_step": ChangedStepEvent,
    "verified": VerifiedEvent,
    "saved": SavedEvent,
    "rollback": RollbackEvent,
    "approved": ApprovedEvent,
    "returned": ReturnedEvent,
    "end": EndEvent,
}


@dataclass(slots=True)
class SwitchState:
    """Progress of one switch, from its events."""

    plan: SwitchPlan
    steps: dict[int, StepState] = field(default_factory=dict)
    noted: dict[int, ProofNote | None] = field(default_factory=dict)
    timers: set[int] = field(default_factory=set)  # steps whose revert timer was not confirmed
    verified: bool = False
    saved: bool = False
    is_saving: bool = False  # verified, and the save may have been sent: its end is not in the journal yet
    lost_save: bool = False  # a save may have been sent, and its end was never known
    is_rolling_back: bool = False  # a rollback was begun, and is not complete
    approved: ApprovedEvent | None = None  # the latest one, of a change that a worker makes
    returned: int = 0  # events of a worker's journal that are in this one
    is_at_worker: bool = False  # what was sent is in the journal of a worker, and not here
    end: ChangeOutcome | None = None
    why: Text | None = None

    @property
    def touched(self) -> bool:
        """Return whether anything may have been sent."""
        return bool(self.steps) or self.is_at_worker

    @property
    def may_be_saved(self) -> bool:
        """Return whether the startup configuration may have the change: a rollback has to be saved too."""
        return self.saved or self.is_saving or self.lost_save

    @property
    def rolled_back(self) -> bool:
        """Return whether a rollback is complete."""
        return self.end is ChangeOutcome.ROLLED_BACK

    @property
    def sent_changes(self) -> tuple[ConfigChange, ...]:
        """The changes of every configuration step that may have been sent, for a rollback, in their order."""
        return tuple(
            change
            for number, (action, step) in enumerate(self.plan.steps)
            if isinstance(step, ConfigStep) and number in self.steps and not step.gives_back
            if action.no_rollback is None
            for change in step.changes
        )

    @property
    def next_step(self) -> int:
        """The first step that is not done."""
        count = len(self.plan.steps)
        return next((n for n in range(count) if self.steps.get(n) is not StepState.DONE), count)

    @property
    def has_steps_left(self) -> bool:
        """Return whether a step is not done; verification and saving are no steps."""
        return self.next_step < len(self.plan.steps)

    @property
    def finished(self) -> bool:
        """Return whether nothing is left to resume."""
        return not self.is_at_worker and self.end in (
            ChangeOutcome.DONE,
            ChangeOutcome.NOTHING,
            ChangeOutcome.ROLLED_BACK,
        )

    @property
    def blocks(self) -> bool:
        """Return whether nothing new may be planned before this change is resumed or rolled back.

        A change that is known to have failed, and one that sent only what can be repeated, do not block. One
        in which the operator did a manual step does: a new plan would demand that step again.
        """
        if self.is_at_worker:
            return True
        if self.finished or self.end is ChangeOutcome.UNVERIFIED:
            return False
        if self.end is ChangeOutcome.FAILED and StepState.REFUSED in self.steps.values():
            return self.can_repeat and self.did_manual_step
        if self.is_rolling_back or any(self._has_effect(number) for number in self.steps):
            return True
        # A new plan would take the steps ahead, and so would resuming this one afterwards.
        is_open = self.touched and self.end in (None, ChangeOutcome.STOPPED, ChangeOutcome.UNSETTLED)
        return is_open and any(
            isinstance(step, ConfigStep) or (isinstance(step, ExecStep) and step.repeat is Repeat.NEVER)
            for _, step in self.plan.steps
        )

    @property
    def can_repeat(self) -> bool:
        """Return whether the refused step is a command: it had no effect, and resuming sends it again.

        Of refused configuration lines those before the refused one stay.
        """
        steps = self.plan.steps
        number = self.next_step
        return (
            self.steps.get(number) is StepState.REFUSED
            and number < len(steps)
            and isinstance(steps[number][1], ExecStep)
        )

    def is_unsent(self, number: int) -> bool:
        """Return whether a step was not sent, or is known to have had no effect."""
        return self.steps.get(number) in (None, StepState.NOT_DONE)

    @property
    def can_roll_back(self) -> bool:
        """Return whether a rollback has lines to restore."""
        return any(
            isinstance(step, ConfigStep) and action.no_rollback is None and number in self.steps
            for number, (action, step) in enumerate(self.plan.steps)
        )

    @property
    def did_manual_step(self) -> bool:
        """Return whether the operator did something that is not simply done again, as a copy is."""
        steps = [step for _, step in self.plan.steps]
        return any(
            isinstance(step, ManualStep) and self.steps.get(number) is StepState.DONE
            for number, step in enumerate(steps)
            if not (number + 1 < len(steps) and isinstance(steps[number + 1], CheckFile))
        )

    def _has_effect(self, number: int) -> bool:
        """Return whether a step that was begun may have changed something that is not simply repeated."""
        steps = self.plan.steps
        step = steps[number][1] if number in range(len(steps)) else None
        if isinstance(step, ExecStep):
            never = self.steps[number] in (StepState.NOT_DONE, StepState.REFUSED)
            return not never and step.repeat is Repeat.NEVER
        return isinstance(step, ConfigStep)

    def apply(self, event: JournalEvent) -> None:
        """Take the next event of this switch."""
        match event:
            case StepEvent():
                self.steps[event.step] = event.state
                self.end = None
                if event.state is StepState.BEGUN:
                    self.noted[event.step] = event.noted
                    if event.timer:
                        self.timers.add(event.step)
                elif event.state in (StepState.DONE, StepState.NOT_DONE, StepState.REFUSED):
                    self.timers.discard(event.step)
            case ChangedStepEvent():
                self.plan = _with_step(self.plan, event)
            case VerifiedEvent():
                self.lost_save |= self.is_saving
                self.verified = event.passed
                self.is_saving = event.passed and any(action.save for action in self.plan.actions)
            case SavedEvent():
                self.saved, self.is_saving = True, False
            case RollbackEvent():
                self.is_rolling_back, self.end = True, None
            case ApprovedEvent():
                self.approved, self.is_at_worker, self.end = event, True, None
            case ReturnedEvent():
                self.is_at_worker, self.returned = False, event.events
            case EndEvent():
                self.end, self.why = event.state, event.reason
                self.lost_save |= self.is_saving and event.state is not ChangeOutcome.FAILED
                self.is_saving = False
                self.is_rolling_back = event.state is ChangeOutcome.NOT_ROLLED_BACK


def _with_step(plan: SwitchPlan, event: ChangedStepEvent) -> SwitchPlan:
    """Return a plan with the values that a step is repeated with."""
    actions, number = [], 0
    for action in plan.actions:
        steps = list(action.steps)
        at = event.step - number
        number += len(steps)
        if at in range(len(steps)) and isinstance(step := steps[at], ExecStep):
            steps[at] = replace(step, command=event.command, reads=event.reads)
            action = replace(action, steps=tuple(steps), params={**action.params, **event.params})
        actions.append(action)
    return replace(plan, actions=tuple(actions))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedChange:
    """Content of a journal so far."""

    begin: BeginEvent
    events: tuple[JournalEvent, ...] = ()

    @property
    def states(self) -> dict[str, SwitchState]:
        """Return the progress of every switch, by its name."""
        found = {plan.name: SwitchState(plan) for plan in self.begin.plans}
        for event in self.events:
            name = getattr(event, "device", None)
            if name in found:
                found[name].apply(event)
        return found


def recorded_change(lines: Iterable[Mapping[str, Any]], file: str) -> RecordedChange:
    """Return what the events of a journal record. Raises InputError."""
    first, *rest = lines
    found = first.get("plans")
    if not isinstance(found, list):
        raise _invalid(file, 1, ShapeError("plans", "a list", found))
    plans = tuple(plan_of(each, f"{file}:1") for each in found)
    try:
        begin = decode(BeginEvent, {**first, "plans": []})
    except ShapeError as err:
        raise _invalid(file, 1, err) from err
    events = tuple(_events(rest, file))
    return RecordedChange(begin=replace(begin, plans=plans), events=events)


def _events(lines: Iterable[Mapping[str, Any]], file: str) -> Iterator[JournalEvent]:
    for number, each in enumerate(lines, start=2):
        try:
            if (event := event_of(each)) is not None:
                yield event
        except ShapeError as err:
            raise _invalid(file, number, err) from err


def event_of(value: Any) -> JournalEvent | None:
    """Return an event of its JSON value; None for one that a newer release writes. Raises ShapeError."""
    if not isinstance(value, Mapping):
        raise ShapeError("event", "an object", value)
    kind = decode(str, value.get("event"), "event")
    found: JournalEvent | None = decode(_TYPES[kind], value) if kind in _TYPES else None
    return found


def _invalid(file: str, line: int, err: ShapeError) -> InputError:
    problem = Problem(path=file, line=line, message=str(err))
    return InputError((problem,), hint="use the file as it was written")
