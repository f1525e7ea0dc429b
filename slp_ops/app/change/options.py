"""Options of a change."""

from __future__ import annotations

from dataclasses import dataclass

from slp_ops.playbook import Risk


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOptions:
    """Options of a change, including prior consent.

    ``sizes`` are the batches, each with whether it is percent. ``wait`` seconds are given to proofs and to
    the rules that verify a change, ``reload_wait`` seconds to a switch that reloads. ``confirmed`` are the
    names of switches for what is disruptive.
    """

    yes: bool = False
    allow: Risk = Risk.CHANGE
    confirmed: frozenset[str] = frozenset()
    sizes: tuple[tuple[int, bool], ...] = ((1, False), (10, True), (100, True))
    max_fail: int = 0
    wait: float = 3600.0
    reload_wait: float = 1800.0
    rollback_on_fail: bool = False
