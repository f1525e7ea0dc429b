"""Selection of the value when several commands provide a fact of one type.

The value with more content wins; on a tie ``show license status`` precedes ``all``, which precedes
``tech support``, and each of them precedes the same section of a show tech.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.facts.probes import Probes

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


def _best(found: list[tuple[int, Fact]]) -> Fact:
    if len(found) == 1:
        return found[0][1]
    if isinstance(found[0][1], Probes):
        # Each command tried another target: merge them.
        return Probes(results=tuple(result for _, fact in found for result in _results(fact)))
    return max(found, key=lambda each: (count_values(each[1]), -each[0]))[1]


def _results(fact: Fact) -> tuple[ProbeResult, ...]:
    return fact.results if isinstance(fact, Probes) else ()


def count_values(value: object) -> int:
    """Count the values of a fact."""
    if value is None or value == () or value == "":
        return 0
    if isinstance(value, tuple):
        return sum(map(count_values, value))
    if is_dataclass(value):
        return sum(
            count_values(getattr(value, field.name))
            for field in fields(value)
            if field.name not in _KEPT_AS_PRINTED
        )
    return 1
