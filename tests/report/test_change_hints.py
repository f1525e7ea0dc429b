"""Every end of a change names the command that continues, as text and beside the JSON."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slp_ops.app.change.apply import DeviceChangeResult
from slp_ops.app.change.results import ChangeResult
from slp_ops.i18n import Lang
from slp_ops.planning.journal_state import ChangeOutcome
from slp_ops.report.terminal.change import change_hints, render_change
from slp_ops.report.terminal.exchange import exchange_hints

SW1 = DeviceChangeResult(name="sw1", site="tokyo", end=ChangeOutcome.DONE)
RESUME, ROLL_BACK = "slp-ops remediate --resume j", "slp-ops remediate --rollback j"


def change(end: ChangeOutcome, *, refused: bool = False, back: bool = False) -> ChangeResult:
    ended = replace(SW1, end=end, refused=refused)
    return ChangeResult(journal="j", run="r", path="p", devices=(ended,), back=back)


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (change(ChangeOutcome.FAILED), RESUME),
        (change(ChangeOutcome.FAILED, refused=True), ROLL_BACK),
        (change(ChangeOutcome.UNSETTLED), RESUME),
        (change(ChangeOutcome.STOPPED), RESUME),
        (change(ChangeOutcome.WAITING), RESUME),
        (change(ChangeOutcome.STALE), "slp-ops remediate --dry-run"),
        (change(ChangeOutcome.UNSETTLED, back=True), ROLL_BACK),
        (change(ChangeOutcome.NOT_ROLLED_BACK, back=True), ROLL_BACK),
        (replace(change(ChangeOutcome.DONE), not_begun=("sw2",)), RESUME),
        (replace(change(ChangeOutcome.ROLLED_BACK, back=True), not_begun=("sw2",)), ROLL_BACK),
    ],
)
def test_the_command_that_continues(given: ChangeResult, expected: str, lang: Lang) -> None:
    assert expected in render_change(given, lang)
    assert any(expected in hint for hint in change_hints(given, lang))


@pytest.mark.parametrize("end", [ChangeOutcome.DONE, ChangeOutcome.NOTHING])
def test_what_is_done_needs_no_command(end: ChangeOutcome) -> None:
    assert change_hints(change(end), Lang.EN) == []
    assert list(exchange_hints(change(end), Lang.EN, "usage save")) == []


def test_an_exchange_continues_with_its_own_verb() -> None:
    (hint,) = exchange_hints(change(ChangeOutcome.FAILED), Lang.EN, "usage save")
    assert "slp-ops usage save --resume j" in hint
