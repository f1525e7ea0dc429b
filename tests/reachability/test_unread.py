"""A switch that was not read: its failure is the cause, in both languages."""

from __future__ import annotations

from slp_ops.i18n import Lang
from slp_ops.model import DeviceFailure
from slp_ops.reachability.verdict import ReachVerdict, conclude_unread


def test_a_failure_of_the_device_is_the_cause_in_both_languages() -> None:
    found = conclude_unread(
        DeviceFailure(
            kind="lost",
            message="the switch stopped answering",
            hint="the switch is down, or a firewall drops the packets",
        )
    )
    assert found.verdict is ReachVerdict.CANNOT_TELL
    assert found.cause is not None
    assert found.cause.render(Lang.EN) == "the switch stopped answering"
    assert found.cause.render(Lang.JA) == "スイッチからの応答が途絶えました"
    (step,) = found.next_steps
    assert step.render(Lang.EN) == "the switch is down, or a firewall drops the packets"
    assert step.render(Lang.JA) != step.render(Lang.EN)
