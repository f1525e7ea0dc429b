"""The states of RUM reports in both spellings: ``UNACK``, ``SmartAgentRumStateUnacknowledged``."""

from __future__ import annotations

from typing import Final

from slp_ops.facts.rum import RumState

_WORDS: Final = {
    "OPEN": RumState.OPEN,
    "CLOSED": RumState.CLOSED,
    "PENDING": RumState.PENDING,
    "UNACK": RumState.UNACK,
    "UNACKNOWLEDGED": RumState.UNACK,
    "ACK": RumState.ACK,
    "ACKNOWLEDGED": RumState.ACK,
    "DELETED": RumState.DELETED,
}


def state(word: str) -> RumState:
    """The state that a word names; OTHER for one that is not known."""
    return _WORDS.get(word.removeprefix("SmartAgentRumState").upper(), RumState.OTHER)
