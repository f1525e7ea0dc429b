"""What a journal says of each switch: how far it came, and which step nobody knows the end of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from slp_ops.plan.as_json import plan_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slp_ops.plan.model import SwitchPlan


class StepState(StrEnum):
    """What is known of one step. BEGUN without anything later is an open step."""

    BEGUN = "begun"
    SENT = "sent"  # the switch took it; its proof is waited for
    DONE = "done"
    NOT_DONE = "not_done"  # it did not happen, and may be sent
    REFUSED = "refused"  # the switch said no
    UNSETTLED = "unsettled"  # nobody knows


class End(StrEnum):
    """How one switch ended."""

    DONE = "done"  # applied, and verified
    NOTHING = "nothing"  # nothing was needed any more
    UNREAD = "unread"  # it could not be read; nothing was sent
    STALE = "stale"  # another switch, or not as it was planned; nothing was sent
    FAILED = "failed"  # a step was refused or did not take effect
    UNSETTLED = "unsettled"  # nobody knows whether a step was done
    UNVERIFIED = "unverified"  # applied, and the rules did not pass in time
    WAITING = "waiting"  # a person has something to do first
    STOPPED = "stopped"  # the operator stopped before the next step
    ROLLED_BACK = "rolled_back"
    NOT_ROLLED_BACK = "not_rolled_back"

    @property
    def words(self) -> str:
        """As it is said to people."""
        return self.value.replace("_", " ")

    @property
    def good(self) -> bool:
        """Whether there is nothing left to be done."""
        return self in (End.DONE, End.NOTHING)


@dataclass(slots=True)
class Journalled:
    """One switch, as its events tell it."""

    plan: SwitchPlan
    steps: dict[int, StepState] = field(default_factory=dict)
    noted: dict[int, Any] = field(default_factory=dict)
    timers: set[int] = field(default_factory=set)  # steps whose revert timer was not confirmed
    verified: bool = False
    saved: bool = False
    end: End | None = None
    why: str = ""

    @property
    def touched(self) -> bool:
        """Whether anything may have been sent."""
        return bool(self.steps)

    @property
    def next_step(self) -> int:
        """The first step that is not done."""
        count = len(self.plan.steps)
        return next((n for n in range(count) if self.steps.get(n) is not StepState.DONE), count)

    @property
    def finished(self) -> bool:
        """Whether resuming would find nothing to do."""
        return self.end in (End.DONE, End.NOTHING, End.ROLLED_BACK)

    def take(self, event: Mapping[str, Any]) -> None:
        """Take the next event of this switch."""
        match event["event"]:
            case "step":
                number, state = int(event["step"]), StepState(event["state"])
                self.steps[number] = state
                self.end = None
                if state is StepState.BEGUN:
                    self.noted[number] = event.get("noted")
                    if event.get("timer"):
                        self.timers.add(number)
                elif state in (StepState.DONE, StepState.NOT_DONE, StepState.REFUSED):
                    self.timers.discard(number)
            case "verified":
                self.verified = bool(event["passed"])
            case "saved":
                self.saved = True
            case "end":
                self.end, self.why = End(event["state"]), str(event.get("why", ""))


def journalled(events: Iterable[Mapping[str, Any]], file: str) -> dict[str, Journalled]:
    """Every switch of a journal by its name; raises InputError."""
    first, *rest = events
    found = {plan.name: Journalled(plan) for plan in (plan_of(each, file) for each in first["plans"])}
    for event in rest:
        name = event.get("device")
        if name in found:
            found[str(name)].take(event)
    return found
