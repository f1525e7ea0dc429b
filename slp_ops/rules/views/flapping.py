"""How often an exchange failed and came back: pairs of messages in the densest stretch of a log."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime

    from slp_ops.rules.views.log import Seen

Pair: TypeAlias = "tuple[Seen, Seen]"

_FAILED = "SMART_LIC-COMM_FAILED"


def busiest(seen: tuple[Seen, ...], *, hours: int) -> tuple[Pair, ...]:
    """The pairs of the stretch of so many hours that holds most; the later stretch where two hold as many.

    Messages without a usable time cannot be placed and do not count.
    """
    pairs = _pairs(seen)
    best: tuple[Pair, ...] = ()
    begin = 0
    for end, (_, restored) in enumerate(pairs):
        while begin <= end and _at(restored) - _at(pairs[begin][0]) > timedelta(hours=hours):
            begin += 1
        if end + 1 - begin >= len(best):
            best = pairs[begin : end + 1]
    return best


def _pairs(seen: tuple[Seen, ...]) -> tuple[Pair, ...]:
    """Each recovery with the failure just before it."""
    found: list[Pair] = []
    failed: Seen | None = None
    for each in seen:
        if each.at is None:
            continue
        if each.match.entry.message == _FAILED:
            failed = each
        elif failed is not None:
            found.append((failed, each))
            failed = None
    return tuple(found)


def _at(seen: Seen) -> datetime:
    assert seen.at is not None  # noqa: S101 - _pairs took none without a time
    return seen.at
