"""View of check-reachability: advice, causes and counts, ready to be rendered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.reachability.verdict import ReachVerdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slp_ops.app.reach_device import DeviceReachability
    from slp_ops.i18n import Text
    from slp_ops.reachability.verdict import Conclusion


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """The conclusion that some switches share."""

    conclusion: Conclusion
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachabilityView:
    """All switches, in the order of the run. ``causes`` counts those of switches that do not work."""

    answers: tuple[DeviceReachability, ...]
    advice: tuple[Advice, ...]
    causes: tuple[tuple[Text, int], ...]
    totals: Mapping[ReachVerdict, int]
    unread: int
    skipped: int
    path: str
    seconds: float


def reachability_view(
    answers: Sequence[DeviceReachability], *, path: str, seconds: float
) -> ReachabilityView:
    """Return the view of a run in this folder that took so many seconds."""
    return ReachabilityView(
        answers=tuple(answers),
        advice=_advice(answers),
        causes=tuple(
            Counter(
                answer.conclusion.cause
                for answer in answers
                if answer.conclusion.cause is not None and answer.conclusion.verdict is not ReachVerdict.WORKS
            ).most_common()
        ),
        totals=Counter(answer.conclusion.verdict for answer in answers),
        unread=sum(answer.plan is None for answer in answers),
        skipped=sum(map(is_skipped, answers)),
        path=path,
        seconds=seconds,
    )


def is_skipped(answer: DeviceReachability) -> bool:
    """Return whether a switch that was read has no verdict on its connection."""
    unclear = (ReachVerdict.CANNOT_TELL, ReachVerdict.NOT_APPLICABLE)
    return answer.plan is not None and answer.conclusion.verdict in unclear


def _advice(answers: Sequence[DeviceReachability]) -> tuple[Advice, ...]:
    found: dict[tuple[object, ...], list[DeviceReachability]] = {}
    for answer in answers:
        conclusion = answer.conclusion
        texts = (conclusion.cause, conclusion.next_steps, conclusion.notes)
        if any(texts):
            found.setdefault(texts, []).append(answer)
    return tuple(
        Advice(conclusion=same[0].conclusion, devices=tuple(each.result.name for each in same))
        for same in found.values()
    )
