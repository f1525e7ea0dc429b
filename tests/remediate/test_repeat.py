"""A refused step that had no effect is repeated by resuming, with another token or file, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app.change.context import StepDecision
from slp_ops.i18n import Lang
from slp_ops.lab import cssm
from slp_ops.lab.journal import Mode
from slp_ops.planning.journal_state import ChangeOutcome
from slp_ops.planning.repeat import repeatable_step
from slp_ops.ports import Secret
from slp_ops.rules.dependencies import FactContext
from slp_ops.runs.journal import JournalFile, read
from slp_ops.steps import ManualStep

if TYPE_CHECKING:
    from collections.abc import Callable

    from slp_ops.i18n import Text

TOKEN = "LAB-VALID-TOKEN"
IMPORT = "license smart import flash:ACK_rum.txt"


class Desk:
    """Operator who does what is demanded, and notes it."""

    def __init__(self) -> None:
        self.demanded: list[str] = []

    async def has_done(self, device: str, text: Text) -> bool:
        self.demanded.append(text.en)
        return True

    async def resolve_outcome(self, device: str, command: str, again: Text | None) -> Any:
        raise AssertionError(f"no question about {command} was expected")


def exchange(bench: Callable[..., Any]) -> tuple[Any, Any]:
    found = bench("rum-backlog")
    found.operator = Desk()
    plan = found.plan("rum-manual-exchange", ack_file="flash:ACK_rum.txt").plan
    return found, plan


def answer(found: Any, name: str = "ACK_rum.txt") -> None:
    (saved,) = [
        each for each in found.switch.flash if each.startswith("slp-ops") and each.endswith("_rum.txt")
    ]
    found.switch.flash[name] = cssm.acknowledge(found.switch.flash[saved])


def resumed_with(found: Any, **options: str) -> Any:
    """Resume as ``--resume --param NAME=VALUE`` does."""
    file, recorded = JournalFile.resume(found.journal_path)
    with file:
        step = repeatable_step(recorded.states[found.device.name], found.playbooks)
        assert step is not None
        event = step.changed(options, FactContext(found.look().facts))
        if event is not None:
            file.write(event)
    return found.resume()


def test_a_missing_file_pauses_the_change_and_is_looked_for_again(bench: Callable[..., Any]) -> None:
    found, plan = exchange(bench)
    applied = found.apply(plan)
    assert applied.end is ChangeOutcome.WAITING
    assert "flash:ACK_rum.txt is not on the switch" in applied.why.en
    assert "dir flash:ACK_rum.txt" in found.sent(Mode.EXEC)
    assert IMPORT not in found.sent(Mode.EXEC)
    demanded = list(found.operator.demanded)
    assert found.resume().end is ChangeOutcome.WAITING
    answer(found)
    assert found.resume().end is ChangeOutcome.DONE
    assert found.sent(Mode.EXEC).count(IMPORT) == 1
    assert found.operator.demanded == demanded


def test_a_refused_file_is_imported_again_and_no_earlier_step_is_repeated(bench: Callable[..., Any]) -> None:
    found, plan = exchange(bench)
    found.switch.flash["ACK_rum.txt"] = b"<html>Sign in</html>"
    applied = found.apply(plan)
    assert (applied.end, applied.can_repeat, applied.can_roll_back) == (ChangeOutcome.FAILED, True, True)
    demanded = list(found.operator.demanded)
    answer(found)
    found.typed.clear()
    assert found.resume().end is ChangeOutcome.DONE
    assert found.sent(Mode.EXEC).count(IMPORT) == 1
    assert "license smart transport off" not in found.sent(Mode.CONFIG)
    assert found.operator.demanded == demanded


@pytest.mark.parametrize("refused", [True, False])
def test_another_file_is_named_when_resuming(bench: Callable[..., Any], *, refused: bool) -> None:
    found, plan = exchange(bench)
    if refused:
        found.switch.flash["ACK_rum.txt"] = b"PK\x03\x04"
    assert found.apply(plan).end is (ChangeOutcome.FAILED if refused else ChangeOutcome.WAITING)
    answer(found, "ACK_2.txt")
    found.typed.clear()
    assert resumed_with(found, ack_file="flash:ACK_2.txt").end is ChangeOutcome.DONE
    assert IMPORT not in found.sent(Mode.EXEC)
    assert "license smart import flash:ACK_2.txt" in found.sent(Mode.EXEC)


@pytest.mark.parametrize("value", ["flash:ACK_2.txt\nreload", "bootflash:/a b", "", "http://192.0.2.1/a"])
def test_a_value_that_does_not_fit_changes_nothing(bench: Callable[..., Any], value: str) -> None:
    found, plan = exchange(bench)
    assert found.apply(plan).end is ChangeOutcome.WAITING
    assert resumed_with(found, ack_file=value).end is ChangeOutcome.WAITING
    assert found.sent(Mode.EXEC)[-1] == "dir flash:ACK_rum.txt"


def test_a_refused_token_is_followed_by_another_one(bench: Callable[..., Any]) -> None:
    found = bench("invalid-token")
    found.secrets = {"token": Secret("EXPIRED-TOKEN")}
    plan = found.plan("trust-token").plan
    applied = found.apply(plan)
    assert (applied.end, applied.can_repeat, applied.can_roll_back) == (ChangeOutcome.FAILED, True, False)
    found.secrets = {"token": Secret(TOKEN)}
    resumed = found.resume()
    assert resumed.end is ChangeOutcome.DONE, resumed.why
    assert [line for line in found.sent(Mode.EXEC) if "idtoken" in line][-1].split()[4] == TOKEN


def test_a_report_that_cssm_refuses_fails_soon_and_can_be_repeated(bench: Callable[..., Any]) -> None:
    found = bench("instance-removed")
    plan = found.plan("usage-sync").plan
    began = found.switch.now()
    applied = found.apply(plan)
    assert (applied.end, applied.can_repeat) == (ChangeOutcome.FAILED, True)
    assert "re-register" in applied.why.en
    assert (found.switch.now() - began).total_seconds() < 180
    found.switch.licensing.backend.knows_instance = True
    assert found.resume().end is ChangeOutcome.DONE


def a_sign_in_page(found: Any) -> None:
    found.switch.flash["ACK_rum.txt"] = b"<html>Sign in</html>"


def an_expired_token(found: Any) -> None:
    found.secrets = {"token": Secret("EXPIRED-TOKEN")}


def a_report_to_be_refused(found: Any) -> None:
    """CSSM forgets the instance just before the report that follows the new trust."""
    found.secrets = {"token": Secret(TOKEN)}

    def forget(mode: Mode, line: str) -> None:
        if line == "license smart sync all":
            found.switch.licensing.backend.knows_instance = False

    found.cut = forget


def a_valid_token(found: Any) -> None:
    found.secrets = {"token": Secret(TOKEN)}


def an_instance_that_is_known(found: Any) -> None:
    found.cut = lambda mode, line: None
    found.switch.licensing.backend.knows_instance = True


@pytest.mark.parametrize(
    ("scenario", "playbook", "params", "refuse", "mend", "repeated"),
    [
        (
            "rum-backlog",
            "rum-manual-exchange",
            {"ack_file": "flash:ACK_rum.txt"},
            a_sign_in_page,
            answer,
            "license smart import",
        ),
        (
            "polling-id-invalid",
            "factory-reset",
            {},
            an_expired_token,
            a_valid_token,
            "license smart trust",
        ),
        (
            "polling-id-invalid",
            "factory-reset",
            {},
            a_report_to_be_refused,
            an_instance_that_is_known,
            "license smart sync",
        ),
    ],
    ids=["import", "trust", "sync"],
)
@pytest.mark.parametrize("refusals", [1, 3])
def test_a_refusal_never_leads_back_to_the_removal_of_the_instance(
    bench: Callable[..., Any],
    scenario: str,
    playbook: str,
    params: dict[str, str],
    refuse: Callable[[Any], None],
    mend: Callable[[Any], None],
    repeated: str,
    refusals: int,
) -> None:
    found = bench(scenario)
    found.operator = Desk()
    refuse(found)
    applied = found.apply(found.plan(playbook, **params).plan)
    for _ in range(refusals - 1):
        assert (applied.end, applied.can_repeat) == (ChangeOutcome.FAILED, True), applied.why
        applied = found.resume()
    assert (applied.end, applied.can_repeat) == (ChangeOutcome.FAILED, True), applied.why
    # A new plan would demand the removal again: this change blocks it.
    assert read(found.journal_path).states[found.device.name].blocks
    demanded = list(found.operator.demanded)
    assert len([each for each in demanded if "remove the product instance" in each]) == 1
    mend(found)
    found.typed.clear()
    resumed = found.resume()
    assert resumed.end in (ChangeOutcome.DONE, ChangeOutcome.UNVERIFIED), resumed.why
    assert found.operator.demanded == demanded
    sent = found.sent(Mode.EXEC)
    assert any(line.startswith(repeated) for line in sent)
    assert not {"reload", "license smart factory reset"} & set(sent)


def test_a_change_with_a_manual_step_behind_it_blocks_a_new_plan(bench: Callable[..., Any]) -> None:
    found, plan = exchange(bench)
    found.switch.flash["ACK_rum.txt"] = b"nothing"
    found.apply(plan)
    assert JournalFile.resume(found.journal_path)[1].states[found.device.name].blocks
    found = bench("invalid-token")
    found.secrets = {"token": Secret("EXPIRED-TOKEN")}
    found.apply(found.plan("trust-token").plan)
    assert not JournalFile.resume(found.journal_path)[1].states[found.device.name].blocks


@pytest.mark.parametrize(
    ("scenario", "cause"),
    [("gateway-timeout", "server-timeout-504"), ("polling-id-invalid", "polling-id-invalid")],
)
def test_a_sync_is_planned_where_the_audit_recommends_it(
    bench: Callable[..., Any], scenario: str, cause: str
) -> None:
    found = bench(scenario)
    plan = found.plan("usage-sync").plan
    assert plan is not None
    assert cause in {each.rule for each in plan.actions[0].because}


def test_a_token_is_not_demanded_for_a_message_of_the_past(bench: Callable[..., Any]) -> None:
    found = bench("healthy")
    found.switch.say(
        "SMART_LIC",
        3,
        "TRUST_CODE_INSTALL_FAILED",
        "The install of a new licensing trust code has failed on P:C9300-48P,S:FJC241806UX: x.",
    )
    skipped = found.plan("trust-token").skipped
    assert [each.needless for each in skipped] == [True]


def test_a_manual_step_names_the_units_and_files_and_the_transport_comes_back(
    bench: Callable[..., Any],
) -> None:
    found, plan = exchange(bench)
    before = found.config()
    texts = [step.text for _, step in plan.steps if isinstance(step, ManualStep)]
    for lang in Lang:
        words = " ".join(text.render(lang) for text in texts)
        assert f"PID:{found.switch.active.pid},SN:{found.switch.active.serial}" in words
        assert f"flash:slp-ops_{found.switch.hostname}_rum.txt" in words
        assert "flash:ACK_rum.txt" in words
        assert "{" not in words
    found.apply(plan)
    assert "license smart transport off" in found.config()
    answer(found)
    assert found.resume().end is ChangeOutcome.DONE
    assert found.config() == before


def test_a_reason_is_japanese_after_it_was_read_back_and_the_words_of_the_server_are_not(
    bench: Callable[..., Any],
) -> None:
    found = bench("invalid-token")
    found.secrets = {"token": Secret("EXPIRED")}
    applied = found.apply(found.plan("trust-token").plan)
    assert applied.why is not None
    state = read(found.journal_path).states[found.device.name]
    assert state.why is not None
    assert state.why == applied.why
    assert "ライセンスサーバが拒否しました" in state.why.ja
    assert "is not valid" in state.why.ja


def test_a_slow_reload_names_the_option_that_waits_for_longer(bench: Callable[..., Any]) -> None:
    found = bench("polling-id-invalid")
    found.operator = Desk()
    found.secrets = {"token": Secret(TOKEN)}
    plan = found.plan("factory-reset").plan
    found.waited = lambda seconds: setattr(
        found, "unreachable", any(line == "reload" for _, line in found.typed)
    )
    applied = found.apply(plan)
    assert applied.end is ChangeOutcome.UNSETTLED
    for text in (applied.why.en, applied.why.ja):
        assert "--reload-wait" in text
        assert "30" in text


@pytest.mark.parametrize("decision", [StepDecision.DONE, StepDecision.UNKNOWN])
def test_a_reset_without_an_answer_asks_with_what_the_switch_shows(
    bench: Callable[..., Any], decision: StepDecision
) -> None:
    class Asked(Desk):
        async def resolve_outcome(self, device: str, command: str, again: Text | None) -> Any:
            assert command == "license smart factory reset"
            assert again is not None
            self.demanded += [again.en, again.ja]
            return decision

    found = bench("polling-id-invalid")
    found.operator = Asked()
    found.secrets = {"token": Secret(TOKEN)}
    plan = found.plan("factory-reset").plan
    found.cut = lambda mode, line: "after" if line == "license smart factory reset" else None
    applied = found.apply(plan)
    english, japanese = found.operator.demanded[:2]
    assert "Last ACK received is <none>" in english
    assert "反映済み" in japanese
    if decision is StepDecision.UNKNOWN:
        assert applied.end is ChangeOutcome.UNSETTLED
        assert english in applied.why.en
    assert found.sent("exec").count("license smart factory reset") == 1
