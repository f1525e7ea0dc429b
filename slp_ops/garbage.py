"""Garbage collection of a process that is slp-ops alone; the public API leaves it to its host."""

from __future__ import annotations

import gc
from typing import Final

# New objects, collections of the young, and of the middle-aged, until the next older ones are traversed.
_THRESHOLDS: Final = (50_000, 20, 50)


def collect_rarely() -> None:
    """Let many objects be made before cycles among them are looked for.

    Sessions and facts live long and leave few cycles. With Python's own thresholds all of them are traversed
    again and again, which takes a sixth of the CPU of an audit.
    """
    gc.set_threshold(*_THRESHOLDS)
