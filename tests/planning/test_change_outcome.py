"""Outcome of a switch, in words."""

from __future__ import annotations

from slp_ops.planning.journal_state import ChangeOutcome


def test_no_end_is_told_with_an_underscore() -> None:
    assert ChangeOutcome.NOT_ROLLED_BACK.words == "not rolled back"
    assert not any("_" in end.words for end in ChangeOutcome)
