"""Selection of the value when several commands provide a fact of one type.

The value with more content wins; on a tie ``show license status`` precedes ``all``, which precedes
``tech support``, and each of them precedes the same section of a show tech.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from slp_ops.facts.counts import LineCounts
from slp_ops.facts.log import SyslogBuffer
from slp_ops.facts.probes import Probes
from slp_ops.facts.rum import RumDetails
from slp_ops.facts.values import Source
from slp_ops.iosxe.filters import filter_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slp_ops.facts.probes import ProbeResult
    from slp_ops.facts.values import Fact

_RANKS: Final = {
    "show license status": 0,
    "show license all": 1,
    "show license usage": 2,
    "show license summary": 4,
    "show license tech support": 5,
    "show tech-support": 6,
}
_OTHER: Final = 3
# Types of which every value of a device is kept.
MERGED: Final = (Probes, LineCounts, RumDetails)
_KEPT_AS_PRINTED: Final = frozenset({"source", "other", "printed", "settings", "lines", "values"})


def rank(command: str) -> int:
    """Return the rank; the lowest wins."""
    return _RANKS.get(command, _OTHER)


def select_best(candidates: Iterable[tuple[int, Fact]]) -> dict[type[Fact], Fact]:
    """Return one value per type, from (rank, fact) in the order of parsing."""
    by_type: dict[type[Fact], list[tuple[int, Fact]]] = {}
    for each in candidates:
        by_type.setdefault(type(each[1]), []).append(each)
    return {kind: _best(found) for kind, found in by_type.items()}


def combine(facts: list[Fact]) -> Fact:
    """Return one value of several that filtered outputs of one command gave, each a part of it.

    What two of them printed is as the later one has it: outputs before and after a change.
    """
    if len(facts) == 1:
        return facts[0]
    if isinstance(facts[0], SyslogBuffer):
        return _combine_logs([fact for fact in facts if isinstance(fact, SyslogBuffer)])
    values: dict[str, Any] = {}
    for field in fields(facts[0]):
        found = [getattr(fact, field.name) for fact in facts]
        if field.name == "source":
            continue
        if isinstance(found[0], Sequence) and not isinstance(found[0], str):
            values[field.name] = tuple(dict.fromkeys(each for value in found for each in value))
            continue
        later = list(zip(reversed(facts), reversed(found), strict=True))
        printed = (value for fact, value in later if fact.source.line(field.name) is not None)
        values[field.name] = next(printed, next((value for _, value in later if value is not None), None))
    return replace(facts[0], source=Source.joined([fact.source for fact in facts]), **values)


def _combine_logs(logs: list[SyslogBuffer]) -> SyslogBuffer:
    """Merge the messages of filtered logs by their times; without times they stay as they are."""
    messages = list(dict.fromkeys(message for log in logs for message in log.messages))
    if all(message.time.time is not None and message.time.month for message in messages):
        messages.sort(key=lambda message: (message.time.month, message.time.day, message.time.time))
    passed = [filter_of(f"| {log.filter}") for log in logs]
    included = [each.pattern for each in passed if each is not None and each.verb in ("include", "section")]
    return replace(
        max(logs, key=count_values),
        messages=tuple(messages),
        oldest=messages[0].time if messages else None,
        newest=messages[-1].time if messages else None,
        filter=f"include {'|'.join(included)}" if len(included) == len(logs) else logs[0].filter,
    )


def _best(found: list[tuple[int, Fact]]) -> Fact:
    if len(found) == 1:
        return found[0][1]
    if isinstance(found[0][1], Probes):
        # Each command tried another target: merge them.
        return Probes(results=tuple(result for _, fact in found for result in _results(fact)))
    if isinstance(found[0][1], LineCounts):
        return LineCounts(
            counts=tuple(each for _, fact in found if isinstance(fact, LineCounts) for each in fact.counts)
        )
    if isinstance(found[0][1], RumDetails):
        return RumDetails(
            reports=tuple(each for _, fact in found if isinstance(fact, RumDetails) for each in fact.reports),
            source=found[0][1].source,
        )
    first = found[0][1]
    if all(fact == first for _, fact in found[1:]):  # most pages agree, and need no counting
        return min(found, key=lambda each: each[0])[1]
    return max(found, key=lambda each: (count_values(each[1]), -each[0]))[1]


def _results(fact: Fact) -> tuple[ProbeResult, ...]:
    return fact.results if isinstance(fact, Probes) else ()


def count_values(value: object) -> int:
    """Count the values of a fact."""
    if value is None or value == () or value == "":
        return 0
    if isinstance(value, Sequence) and not isinstance(value, str):
        return sum(map(count_values, value))
    kind: Any = type(value)
    names = _counted(kind)
    return 1 if names is None else sum(count_values(getattr(value, name)) for name in names)


@cache
def _counted(kind: Any) -> tuple[str, ...] | None:
    """Return the fields of a dataclass whose values count; None for any other type."""
    if not is_dataclass(kind):
        return None
    return tuple(field.name for field in fields(kind) if field.name not in _KEPT_AS_PRINTED)
