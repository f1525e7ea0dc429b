"""What is written down of a step of a change, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.i18n import verbatim
from slp_ops.plan.journalled import StepState
from slp_ops.ports import Event

if TYPE_CHECKING:
    from slp_ops.errors import SlpOpsError
    from slp_ops.i18n import Text
    from slp_ops.plan.changes import Change
    from slp_ops.usecases.line import Line
    from slp_ops.usecases.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a step ended."""

    state: StepState
    why: Text | None = None
    waiting: bool = False  # for a person
    missing: tuple[Change, ...] = ()  # the configuration lines that are not in force

    @property
    def done(self) -> bool:
        """Whether the next step may be begun."""
        return self.state is StepState.DONE


class Noting:
    """Steps of one kind on one switch's line: what becomes of them goes into the journal."""

    def __init__(self, work: Work, line: Line) -> None:
        self._work = work
        self._line = line

    def _note(self, number: int, state: StepState, why: Text | None = None, **more: object) -> Result:
        said = {} if why is None else {"why": why.en}
        self._work.journal.write(
            {
                "event": "step",
                "device": self._work.device.name,
                "step": number,
                "state": state.value,
                **said,
                **more,
            }
        )
        return Result(state=state, why=why)

    def _say(self, detail: str) -> None:
        self._work.on_event(Event(device=self._work.device.name, what="applying", detail=detail))


def one_line(text: str) -> str:
    """What a switch said, as a part of a sentence."""
    return " / ".join(line.strip() for line in text.split("\n") if line.strip())[:300]


def words_of(err: SlpOpsError) -> Text:
    """An error's message, in its own words."""
    return verbatim(err.message)
