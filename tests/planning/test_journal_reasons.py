"""The reason at the end of a change: both languages as they were written, and never a translation."""

from __future__ import annotations

from slp_ops.i18n import Text
from slp_ops.json_documents import decode, encode
from slp_ops.planning.journal_state import ChangeOutcome, EndEvent

REASON = Text(
    "the licence server refused it: The token X is not valid",
    "ライセンスサーバが拒否しました: The token X is not valid",
)


def test_a_reason_is_read_as_it_was_written() -> None:
    event = EndEvent(device="sw1", state=ChangeOutcome.FAILED, why=REASON.en, why_ja=REASON.ja)
    assert encode(event)["why"] == REASON.en
    assert decode(EndEvent, encode(event)).reason == REASON


def test_the_reason_of_an_old_journal_stays_in_english() -> None:
    old = {"event": "end", "device": "sw1", "state": "failed", "why": "The token X is not valid"}
    assert decode(EndEvent, old).reason == Text(old["why"], old["why"])
    assert decode(EndEvent, {"event": "end", "device": "sw1", "state": "done"}).reason is None
