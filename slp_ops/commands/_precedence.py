"""Which value counts when several commands give a fact of one type.

The one that says more; where they say equally much, ``show license status`` before ``all`` before
``tech support``, and any of them before the same section of a show tech.
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
    """Lower counts first."""
    return _RANKS.get(command, _OTHER)


def chosen(candidates: Iterable[tuple[int, Fact]]) -> dict[type[Fact], Fact]:
    """One value a type, from (rank, fact) in the order in which they were read."""
    by_type: dict[type[Fact], list[tuple[int, Fact]]] = {}
    for each in candidates:
        by_type.setdefault(type(each[1]), []).append(each)
    return {kind: _best(found) for kind, found in by_type.items()}


def _best(found: list[tuple[int, Fact]]) -> Fact:
    if len(found) == 1:
        return found[0][1]
    if isinstance(found[0][1], Probes):
        # Each command tried another target: they add up.
        return Probes(results=tuple(result for _, fact in found for result in _results(fact)))
    return max(found, key=lambda each: (said(each[1]), -each[0]))[1]


def _results(fact: Fact) -> tuple[ProbeResult, ...]:
    return fact.results if isinstance(fact, Probes) else ()


def said(value: object) -> int:
    """How many values a fact holds."""
    if value is None or value == () or value == "":
        return 0
    if isinstance(value, tuple):
        return sum(map(said, value))
    if is_dataclass(value):
        return sum(
            said(getattr(value, field.name)) for field in fields(value) if field.name not in _KEPT_AS_PRINTED
        )
    return 1
