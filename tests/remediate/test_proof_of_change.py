"""A change is called done, or rolled back, only where the switch shows it at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.errors import ConnectionRefused
from slp_ops.lab.journal import Mode
from slp_ops.planning.journal_state import ChangeOutcome
from slp_ops.ports import CommandOutcome, CommandResult, Secret
from tests.remediate.conftest import WritingVty

if TYPE_CHECKING:
    from collections.abc import Callable

SECOND = "ip name-server 10.10.7.53"


def planned(bench: Callable[..., Any]) -> tuple[Any, Any]:
    """A switch whose rules pass with and without the lines that the operator wants."""
    found = bench("healthy", params={"name_servers": "10.10.0.53,10.10.7.53"})
    plan = found.plan("name-server").plan
    assert plan is not None
    assert SECOND in [str(change.line) for change in plan.lasting_changes]
    found.typed.clear()
    return found, plan


class AtVerifying(list[Any]):
    """Progress of a change that does something when the verification begins."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self.act = act

    def append(self, event: Any) -> None:
        super().append(event)
        if event.what == "verifying":
            self.act()


def test_lines_that_are_gone_before_the_verification_are_no_success(bench: Callable[..., Any]) -> None:
    found, plan = planned(bench)
    found.shown = AtVerifying(lambda: found.switch.configure(f"no {SECOND}"))
    applied = found.apply(plan)
    assert applied.end is ChangeOutcome.UNVERIFIED
    assert applied.why is not None
    assert SECOND in applied.why.en
    assert "write memory" not in found.sent(Mode.EXEC)


def test_a_configuration_that_is_denied_after_the_change_verifies_nothing(bench: Callable[..., Any]) -> None:
    found, plan = planned(bench)
    found.shown = AtVerifying(lambda: found.deny("show running-config"))
    assert found.apply(plan).end is ChangeOutcome.UNVERIFIED
    assert "write memory" not in found.sent(Mode.EXEC)


def test_another_switch_does_not_verify_a_change(bench: Callable[..., Any]) -> None:
    found, plan = planned(bench)
    others = bench("healthy").switch.members

    def replace_switch() -> None:
        found.switch.members = tuple(
            type(member)(**{**_fields(member), "serial": "FOC9999Z0ZZ"}) for member in others[:1]
        )

    found.shown = AtVerifying(replace_switch)
    applied = found.apply(plan)
    assert applied.end is ChangeOutcome.UNSETTLED
    assert applied.why is not None
    assert "FOC9999Z0ZZ" in applied.why.en
    assert "write memory" not in found.sent(Mode.EXEC)


def _fields(member: Any) -> dict[str, Any]:
    return {name: getattr(member, name) for name in member.__dataclass_fields__}


def refusing(found: Any, number: int) -> None:
    """Have no vty free for the ``number``-th session that may change the switch."""
    write, opened = found.transport.write, iter(range(1, 1000))

    def refused(device: Any) -> Any:
        if next(opened) == number:
            raise ConnectionRefused("no vty is free")
        return write(device)

    found.transport.write = refused


@pytest.mark.parametrize("number", [1, 2], ids=["to change", "to save"])
def test_a_vty_that_is_free_some_seconds_later_is_waited_for(bench: Callable[..., Any], number: int) -> None:
    found, plan = planned(bench)
    refusing(found, number)
    assert found.apply(plan).end is ChangeOutcome.DONE
    assert not found.switch.unsaved


@pytest.mark.parametrize("number", [2, 1000], ids=["while no vty is free", "at once"])
def test_a_switch_that_lost_the_lines_before_the_save_is_not_saved(
    bench: Callable[..., Any], number: int
) -> None:
    found, plan = planned(bench)

    write, opened = found.transport.write, iter(range(1, 1000))

    def opening(device: Any) -> Any:
        at = next(opened)
        if at == 2:
            found.switch.configure(f"no {SECOND}")
        if at == number:
            raise ConnectionRefused("no vty is free")
        return write(device)

    found.transport.write = opening
    applied = found.apply(plan)
    assert applied.end is ChangeOutcome.FAILED
    assert applied.why is not None
    assert SECOND in applied.why.en
    assert "write memory" not in found.sent(Mode.EXEC)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_save_of_which_the_end_is_unknown_is_undone_too(bench: Callable[..., Any], when: str) -> None:
    found, plan = planned(bench)
    found.cut = lambda mode, line: when if line == "write memory" else None
    applied = found.apply(plan)
    assert applied.end is ChangeOutcome.UNSETTLED
    found.cut = lambda mode, line: None
    found.typed.clear()
    assert found.roll_back().end is ChangeOutcome.ROLLED_BACK
    assert "write memory" in found.sent(Mode.EXEC)
    assert SECOND not in found.config()
    assert not found.switch.unsaved


@pytest.mark.parametrize("resumed", [False, True])
def test_a_save_in_which_the_process_was_killed_is_undone_too(
    bench: Callable[..., Any], resumed: bool
) -> None:
    found, plan = planned(bench)
    with pytest.raises(found.Killed):
        found.apply(plan, kill_before=[event["event"] for event in journal_of(bench)].index("saved") - 1)
    assert "write memory" in found.sent(Mode.EXEC)
    if resumed:
        found.deny("write memory")
        assert found.resume().end is ChangeOutcome.FAILED
        found.deny()
    found.typed.clear()
    assert found.roll_back().end is ChangeOutcome.ROLLED_BACK
    assert "write memory" in found.sent(Mode.EXEC)
    assert not found.switch.unsaved


def test_what_is_known_not_to_be_saved_is_rolled_back_without_a_save(bench: Callable[..., Any]) -> None:
    found, plan = planned(bench)
    found.deny("write memory")
    assert found.apply(plan).end is ChangeOutcome.FAILED
    found.deny()
    found.typed.clear()
    assert found.roll_back().end is ChangeOutcome.ROLLED_BACK
    assert "write memory" not in found.sent(Mode.EXEC)


def journal_of(bench: Callable[..., Any]) -> list[dict[str, Any]]:
    """Return the journal of the change where nothing goes wrong."""
    found, plan = planned(bench)
    assert found.apply(plan).end is ChangeOutcome.DONE
    events: list[dict[str, Any]] = found.events()
    return events


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("Overwrite the trust code? [yes/no]: ", True), ("sw#license smart trust idtoken LAB-:", False)],
)
def test_a_question_is_shown_and_an_echo_with_a_secret_is_not(
    bench: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, asked: str, shown: bool
) -> None:
    found = bench("invalid-token")
    found.secrets = {"token": Secret("LAB-VALID-TOKEN")}
    plan = found.plan("trust-token").plan
    send = WritingVty.send

    async def sent(vty: WritingVty, step: Any, **more: Any) -> CommandResult:
        if "idtoken" in getattr(step, "command", ""):
            return CommandResult(status=CommandOutcome.ASKED, output=asked, line=step.command)
        return await send(vty, step, **more)

    monkeypatch.setattr(WritingVty, "send", sent)
    applied = found.apply(plan)
    assert applied.end is ChangeOutcome.FAILED
    assert applied.why is not None
    assert (asked.strip() in applied.why.en) is shown


# -- rolling back


def applied(bench: Callable[..., Any]) -> Any:
    found, plan = planned(bench)
    assert found.apply(plan).end is ChangeOutcome.DONE
    found.typed.clear()
    return found


def test_a_rollback_on_a_switch_that_refuses_configuration_mode_ends(bench: Callable[..., Any]) -> None:
    found = applied(bench)
    found.deny("configure terminal")
    back = found.roll_back()
    assert back.end is ChangeOutcome.NOT_ROLLED_BACK
    assert SECOND in back.why.en
    assert "configure terminal" in back.why.en
    assert found.sent(Mode.EXEC).count("configure terminal") == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_rollback_goes_on_after_a_session_that_was_lost_once(bench: Callable[..., Any], when: str) -> None:
    found = applied(bench)
    cuts = iter([when])
    found.cut = lambda mode, line: next(cuts, None) if line == f"no {SECOND}" else None
    assert found.roll_back().end is ChangeOutcome.ROLLED_BACK
    assert SECOND not in found.config()


def test_a_rollback_that_loses_every_session_ends(bench: Callable[..., Any]) -> None:
    found = applied(bench)
    found.cut = lambda mode, line: "before" if line == f"no {SECOND}" else None
    assert found.roll_back().end is ChangeOutcome.NOT_ROLLED_BACK
    assert found.sent(Mode.CONFIG).count(f"no {SECOND}") == 2
