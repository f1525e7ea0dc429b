"""The journal of a flow: its events, and the stage that each switch has reached.

It contains no step: each stage is a change of its own, with a journal that this one names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from slp_ops.errors import InputError, Problem
from slp_ops.i18n import Text
from slp_ops.json_documents import ShapeError, decode, json_document

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA: Final = "slp-ops/flow/1"


class StageState(StrEnum):
    """State of a stage on one switch, or of a whole flow on it."""

    DONE = "done"  # its playbook was applied, and its rules pass
    PASSED = "passed"  # its rules passed before
    LEFT_OUT = "left_out"  # the topology of this switch does it in another way
    NO_REMEDY = (
        "no_remedy"  # its rules do not pass, and its playbook has nothing to do; of a flow: no stage has
    )
    WAITING = "waiting"  # for the operator
    FAILED = "failed"
    PROVEN = "proven"  # of a flow: every rule passes
    OPEN = "open"  # of a flow: every stage is done, and a rule does not pass

    @property
    def words(self) -> str:
        """Return its label."""
        return self.value.replace("_", " ")

    @property
    def complete(self) -> bool:
        """Return whether the next stage may begin."""
        return self in (StageState.DONE, StageState.PASSED, StageState.LEFT_OUT, StageState.NO_REMEDY)

    @property
    def ended(self) -> bool:
        """Return whether a flow in this state has nothing to continue."""
        return self in (StageState.PROVEN, StageState.NO_REMEDY)


@json_document
class FlowBeginEvent:
    """The first event: the flow with its stages, the switches, and the options that stages use later."""

    event: Literal["begin"] = "begin"
    schema: Literal["slp-ops/flow/1"] = "slp-ops/flow/1"
    slp_ops: str = ""
    run: str = ""
    flow: str
    stages: tuple[str, ...]
    switches: tuple[str, ...]
    playbooks: tuple[str, ...] = ()
    params: Mapping[str, str]


@json_document
class FlowChangeEvent:
    """A change begins for a stage of these switches, with this journal."""

    event: Literal["change"] = "change"
    stage: int
    switches: tuple[str, ...]
    journal: str


@json_document
class FlowStageEvent:
    """Result of a stage of one switch."""

    event: Literal["stage"] = "stage"
    device: str
    stage: int
    state: StageState
    playbook: str | None
    why: Text | None


FlowEvent: TypeAlias = FlowBeginEvent | FlowChangeEvent | FlowStageEvent
_TYPES: Final[Mapping[object, Any]] = {"change": FlowChangeEvent, "stage": FlowStageEvent}


@dataclass(slots=True)
class FlowProgress:
    """Progress of one switch. ``journal`` is that of the last change of its present stage.

    ``journals`` are those of the complete stages that changed something, by their numbers.
    """

    results: list[FlowStageEvent] = field(default_factory=list)  # of the complete stages
    open: FlowStageEvent | None = None  # of a stage that is not complete
    journal: str | None = None
    journals: dict[int, str] = field(default_factory=dict)

    @property
    def stage(self) -> int:
        """The number of the next stage."""
        return len(self.results)

    def apply(self, event: FlowChangeEvent | FlowStageEvent) -> None:
        """Take the next event of this switch."""
        if isinstance(event, FlowChangeEvent):
            self.journal = event.journal
        elif event.state.complete:
            if self.journal is not None:
                self.journals[event.stage] = self.journal
            self.results.append(event)
            self.open, self.journal = None, None
        else:
            self.open = event


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFlow:
    """Content of the journal of a flow so far."""

    begin: FlowBeginEvent
    progress: Mapping[str, FlowProgress]


def recorded_flow(lines: Iterable[Mapping[str, Any]], file: str) -> RecordedFlow:
    """Return what the events of a flow record. Raises InputError."""
    progress: dict[str, FlowProgress] = {}
    begin: FlowBeginEvent | None = None
    for number, each in enumerate(lines, start=1):
        try:
            if begin is None:
                begin = decode(FlowBeginEvent, each)
                progress = {name: FlowProgress() for name in begin.switches}
                continue
            event = decode(_TYPES[decode(str, each["event"], "event")], each)
        except (ShapeError, KeyError) as err:
            raise InputError(
                (Problem(path=file, line=number, message=str(err)),), hint="use the file as it was written"
            ) from err
        names = event.switches if isinstance(event, FlowChangeEvent) else (event.device,)
        for name in names:
            if name in progress:
                progress[name].apply(event)
    if begin is None:
        raise InputError(f"{file} is no journal of a flow", hint=f"expected {SCHEMA} in its first line")
    return RecordedFlow(begin=begin, progress=progress)
