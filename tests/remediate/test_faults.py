"""Every fault at every step: never a second application of what must not repeat, never a silent half state.

What is expected of each: the journal tells the truth, the result says what is left to be done, and going on
afterwards either brings the switch to its end or says why not.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app.change.context import BufferedEvidence, EvidenceRecord, StepDecision
from slp_ops.errors import StoreError
from slp_ops.i18n import Text
from slp_ops.lab import archive
from slp_ops.lab.journal import Mode
from slp_ops.model import Capture, CaptureStatus
from slp_ops.planning.journal_state import ChangeOutcome
from slp_ops.ports import CommandEnd, Secret

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = "LAB-VALID-TOKEN"
TRUST = f"license smart trust idtoken {TOKEN} all"
# What does harm, or cannot be taken back, when it is sent twice.
ONCE = (
    TRUST,
    f"{TRUST} force",
    "license smart factory reset",
    "reload",
    "license smart import flash:ACK_rum.txt",
)


class Desk:
    """Operator who has done the manual steps, and cannot resolve open steps."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def has_done(self, device: str, text: Text) -> bool:
        return True

    async def resolve_outcome(self, device: str, command: str, again: Text | None) -> StepDecision:
        self.asked.append(command)
        return StepDecision.UNKNOWN


class Looked(Desk):
    """Operator who has checked the switch and answers correctly."""

    def __init__(self, found: Any, booted: Any) -> None:
        super().__init__()
        self.found, self.booted = found, booted

    async def resolve_outcome(self, device: str, command: str, again: Text | None) -> StepDecision:
        switch = self.found.switch
        switch.settle()
        licensing = switch.licensing
        carried_out = {
            "reload": switch.booted != self.booted,
            "license smart factory reset": licensing.reset_pending or switch.booted != self.booted,
            "license smart trust idtoken {token} all": licensing.trust_due is not None
            or bool(licensing.trust),
        }
        return StepDecision.DONE if carried_out[command] else StepDecision.AGAIN


def sound(bench: Callable[..., Any], scenario: str, playbook: str, **settings: Any) -> tuple[Any, Any]:
    """A switch and its plan."""
    found = bench(scenario, **settings)
    found.secrets = {"token": Secret(TOKEN)}
    found.operator = Desk()
    plan = found.plan(playbook).plan
    assert plan is not None
    found.typed.clear()
    return found, plan


def typed_once(found: Any) -> None:
    for line in ONCE:
        assert found.sent(Mode.EXEC).count(line) <= 1, line


Case = tuple[str, str, dict[str, Any]]
CONFIG: Case = ("name-server-missing", "name-server", {"params": {"name_servers": "10.10.0.53,10.10.1.53"}})
EXEC: Case = ("invalid-token", "trust-token", {})
RESET: Case = ("polling-id-invalid", "factory-reset", {})


# -- a session that is lost, before and after the switch took each line


def lines_of(found: Any, plan: Any, **how: Any) -> list[tuple[Mode, str]]:
    """Everything that is typed from the first step to the saved configuration, when nothing goes wrong."""
    assert found.apply(plan, **how).end is ChangeOutcome.DONE
    typed = found.typed
    begin = next(n for n, (mode, line) in enumerate(typed) if line.startswith(("configure", "license smart")))
    return [(mode, line) for mode, line in typed[begin:] if not line.startswith(("terminal ", "show "))]


def cut_at(at: int, when: str) -> Callable[[Mode, str], str | None]:
    """Lose the session at the ``at``-th line that is typed since the first step."""
    seen = iter(range(10_000))
    begun = False

    def cut(mode: Mode, typed: str) -> str | None:
        nonlocal begun
        begun = begun or typed.startswith(("configure", "license smart"))
        if not begun or typed.startswith(("terminal ", "show ")):
            return None
        return when if next(seen) == at else None

    return cut


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("scenario", "playbook", "settings"), [CONFIG, EXEC, RESET], ids=lambda v: str(v)[:20]
)
def test_a_session_lost_at_any_line(
    bench: Callable[..., Any], scenario: str, playbook: str, settings: dict[str, Any], when: str
) -> None:
    found, plan = sound(bench, scenario, playbook, **settings)
    everything = lines_of(found, plan)
    assert len(everything) > 3
    for at, (_, line) in enumerate(everything):
        found, plan = sound(bench, scenario, playbook, **settings)
        booted = found.switch.booted
        found.cut = cut_at(at, when)
        applied = found.apply(plan)
        found.cut = lambda mode, typed: None
        typed_once(found)
        events = [(each["event"], each.get("state")) for each in found.events()]
        assert events[-1] == ("end", applied.end.value), (line, applied.why)
        if applied.end is ChangeOutcome.DONE:
            continue
        # It did not go well, and it says so; going on brings it to its end, or asks.
        assert applied.why is not None
        found.operator = Looked(found, booted)
        resumed = found.resume()
        assert resumed.end is ChangeOutcome.DONE, (line, applied.why, resumed.why)


# -- kill -9 before and after each event of the journal


@pytest.mark.slow
@pytest.mark.parametrize("how", ["kill_before", "kill_after"])
@pytest.mark.parametrize(
    ("scenario", "playbook", "settings"), [CONFIG, EXEC, RESET], ids=lambda v: str(v)[:20]
)
def test_killed_at_any_event(
    bench: Callable[..., Any], scenario: str, playbook: str, settings: dict[str, Any], how: str
) -> None:
    found, plan = sound(bench, scenario, playbook, **settings)
    found.apply(plan)
    count = len(found.events()) - 1
    for number in range(count):
        found, plan = sound(bench, scenario, playbook, **settings)
        booted = found.switch.booted
        with pytest.raises(found.Killed):
            found.apply(plan, **{how: number})
        resumed = found.resume()
        if resumed.end is ChangeOutcome.UNSETTLED:
            # A step that nothing proves: nothing was sent, and the operator is asked.
            assert found.operator.asked, (number, resumed.why, found.events()[-4:])
            found.operator = Looked(found, booted)
            resumed = found.resume()
        assert resumed.end is ChangeOutcome.DONE, (number, resumed.why)
        typed_once(found)


@pytest.mark.parametrize("step", [0, 1])
def test_a_command_that_was_never_sent_is_not_waited_for(bench: Callable[..., Any], step: int) -> None:
    """The first may not be sent twice, and the operator answers that it was not sent; the second may."""
    found, plan = sound(bench, *EXEC[:2])
    found.apply(plan)
    whole = [(each.get("step"), each.get("state")) for each in found.events()]
    found, plan = sound(bench, *EXEC[:2])
    with pytest.raises(found.Killed):
        found.apply(plan, kill_after=whole.index((step, "begun")) - 1)
    found.operator = Looked(found, found.switch.booted)
    waited: list[float] = []  # until something is known of the open step
    taken_up = len(found.events()) + 1
    found.waited = lambda seconds: waited.append(seconds) if len(found.events()) <= taken_up else None
    assert found.resume().end is ChangeOutcome.DONE
    assert waited == []
    typed_once(found)


def test_a_torn_last_line_of_the_journal_is_a_step_to_be_settled(bench: Callable[..., Any]) -> None:
    found, plan = sound(bench, *CONFIG[:2], **CONFIG[2])
    found.apply(plan)
    lines = found.journal_path.read_bytes().splitlines(keepends=True)
    done = next(n for n, line in enumerate(lines) if b'"state":"done"' in line)
    found.journal_path.write_bytes(b"".join(lines[:done]) + lines[done][:40])
    found.typed.clear()
    assert found.resume().end is ChangeOutcome.DONE
    # The configuration shows it: not a line was typed again.
    assert "ip name-server 10.10.0.53" not in found.sent(Mode.CONFIG)


# -- the switch says no


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_refused_line_stops_that_switch_and_says_which(bench: Callable[..., Any], number: int) -> None:
    found, plan = sound(
        bench, "factory-fresh", "transport-smart", intent={"topology": "smart", "source_interface": "Vlan1"}
    )
    lines = [change.plus for change in plan.actions[0].difference]
    before = found.config()
    found.deny(lines[number])
    applied = found.apply(plan)
    assert applied.end is ChangeOutcome.FAILED
    assert applied.why is not None
    assert lines[number] in applied.why.en
    assert "Command authorization failed." in applied.why.en
    assert f"lines taken before it: {number}" in applied.why.en
    # Nothing behind it was typed, and it is not tried again by going on.
    assert not set(lines[number + 1 :]) & set(found.sent(Mode.CONFIG))
    found.deny()
    assert found.resume().end is ChangeOutcome.FAILED
    assert found.roll_back().end is ChangeOutcome.ROLLED_BACK
    assert set(before) <= set(found.config())


def test_an_exec_command_that_is_denied_is_sent_again_only_by_resuming(bench: Callable[..., Any]) -> None:
    found, plan = sound(bench, *EXEC[:2])
    found.deny("license smart trust")
    applied = found.apply(plan)
    assert applied.end is ChangeOutcome.FAILED
    assert applied.why is not None
    assert "Command authorization failed." in applied.why.en
    assert TOKEN not in found.journal_path.read_text()
    typed_once(found)
    found.deny()
    found.typed.clear()
    assert found.resume().end is ChangeOutcome.DONE
    typed_once(found)


def test_a_question_that_the_playbook_does_not_know_is_left(bench: Callable[..., Any]) -> None:
    found, plan = sound(bench, *RESET[:2])
    unsaved = iter([False])

    def cut(mode: Mode, line: str) -> str | None:
        # Another user configures meanwhile: reload asks whether to save.
        if line == "license smart factory reset" and next(unsaved, True) is False:
            found.switch.configure("ntp server 10.10.9.9")
        return None

    found.cut = cut
    applied = found.apply(plan)
    assert applied.end is ChangeOutcome.FAILED
    assert applied.why is not None
    assert "Save? [yes/no]" in applied.why.en
    assert not found.switch.is_down
    assert not any(found.sent(Mode.DIALOGUE))


# -- not the switch, or not as it was planned


def test_another_switch_is_left_alone(bench: Callable[..., Any]) -> None:
    found, plan = sound(bench, *CONFIG[:2], **CONFIG[2])
    found.switch.members = (replace(found.switch.members[0], serial="FOC9999Z0ZZ"),)
    applied = found.apply(plan)
    assert (applied.end, found.sent(Mode.CONFIG)) == (ChangeOutcome.STALE, [])
    assert applied.why is not None
    assert "FOC9999Z0ZZ" in applied.why.en


def test_facts_that_changed_refuse_the_plan_and_say_which(bench: Callable[..., Any]) -> None:
    found, plan = sound(bench, "factory-fresh", "transport-smart", intent={"topology": "smart"})
    found.switch.configure("license smart transport off")
    applied = found.apply(plan)
    assert (applied.end, found.sent(Mode.CONFIG)) == (ChangeOutcome.STALE, [])
    assert applied.why is not None
    assert (
        "running-config: license smart transport: was nothing, is license smart transport off"
        in applied.why.en
    )


def test_clocks_counters_and_logs_do_not_make_a_plan_stale(bench: Callable[..., Any]) -> None:
    found, plan = sound(bench, *CONFIG[:2], **CONFIG[2])
    found.switch.clock.advance(6 * 3600)
    found.switch.say("SYS", 5, "CONFIG_I", "Configured from console by another on vty1")
    found.switch.configure("logging host 10.10.0.99")
    assert found.apply(plan).end is ChangeOutcome.DONE


def test_what_was_put_right_meanwhile_is_left_alone(bench: Callable[..., Any]) -> None:
    found, plan = sound(bench, *EXEC[:2])
    found.switch.licensing.trust.update({m.serial: found.switch.now() for m in found.switch.members})
    found.switch.licensing.exchanges["Trust Establishment"].succeed(found.switch.now())
    applied = found.apply(plan)
    assert (applied.end, found.sent(Mode.CONFIG)) == (ChangeOutcome.NOTHING, [])
    typed_once(found)


def test_a_switch_that_does_not_answer_is_unread_and_nothing_is_sent(bench: Callable[..., Any]) -> None:
    found, plan = sound(bench, *CONFIG[:2], **CONFIG[2])
    found.unreachable = True
    assert found.apply(plan).end is ChangeOutcome.UNREAD


def test_a_privilege_that_is_too_low_for_a_change_is_told_before_one(bench: Callable[..., Any]) -> None:
    found, plan = sound(bench, *CONFIG[:2], **CONFIG[2])
    found.transport.privilege_to_write = 7
    applied = found.apply(plan)
    assert applied.end is ChangeOutcome.FAILED
    assert applied.why is not None
    assert "privilege level 7" in applied.why.en
    assert found.sent(Mode.CONFIG) == []


# -- the revert timer


def guarded(bench: Callable[..., Any]) -> tuple[Any, Any]:
    found = bench("pull-access-missing", intent={"topology": "cslu-initiated"})
    found.switch.configure("archive")
    found.switch.configure("path flash:archive", ("archive",))
    found.switch.write_memory()
    found.operator = Desk()
    plan = found.plan("pull-access").plan
    assert plan.actions[0].steps[1].timer == 10
    found.typed.clear()
    return found, plan


def test_the_timer_is_confirmed_after_logging_in_again_and_before_any_wait(bench: Callable[..., Any]) -> None:
    found, plan = guarded(bench)
    logins = found.transport.logins
    assert found.apply(plan).end is ChangeOutcome.DONE
    exec_lines = found.sent(Mode.EXEC)
    assert "configure terminal revert timer 10" in exec_lines
    assert exec_lines.count("configure confirm") == 1
    assert found.switch.revert is None
    assert found.transport.logins >= logins + 3


def test_locked_out_until_the_timer_runs_out(bench: Callable[..., Any]) -> None:
    found, plan = guarded(bench)
    before = found.config()

    def cut(mode: Mode, line: str) -> str | None:
        if line == "restconf":
            found.unreachable = True  # this line locks everybody out
            return "after"
        return None

    def waited(seconds: float) -> None:
        if found.switch.revert is None or found.switch.now() >= found.switch.revert.due:
            found.switch.settle()
            found.unreachable = False

    found.cut, found.waited = cut, waited
    applied = found.apply(plan)
    assert applied.end is ChangeOutcome.FAILED
    assert applied.why is not None
    assert found.config() == before
    assert "configure confirm" not in found.sent(Mode.EXEC)


def test_a_timer_that_somebody_else_started_is_not_touched(bench: Callable[..., Any]) -> None:
    found, plan = guarded(bench)
    archive.start_revert(found.switch, 30)
    applied = found.apply(plan)
    assert applied.end is ChangeOutcome.FAILED
    assert applied.why is not None
    assert "already pending" in applied.why.en
    assert found.switch.revert is not None
    assert found.sent(Mode.CONFIG) == []


def test_killed_with_the_timer_running_confirms_or_says_that_it_ran_out(bench: Callable[..., Any]) -> None:
    for minutes, confirmed in ((1, True), (30, False)):
        found, plan = guarded(bench)

        def cut(mode: Mode, line: str, killed: type[BaseException] = found.Killed) -> str | None:
            if line == "configure confirm":
                raise killed
            return None

        found.cut = cut
        with pytest.raises(found.Killed):
            found.apply(plan)
        found.cut = lambda mode, line: None
        found.switch.clock.advance(minutes * 60)
        resumed = found.resume()
        assert resumed.end is ChangeOutcome.DONE, resumed.why
        assert found.switch.config.has("netconf-yang")
        assert found.switch.revert is None
        assert found.sent(Mode.CONFIG).count("netconf-yang") == (1 if confirmed else 2)


# -- verification


def test_a_proof_that_does_not_come_is_not_called_done(bench: Callable[..., Any]) -> None:
    found, plan = sound(bench, "invalid-token", "trust-token")
    # The path to CSSM breaks: no answer comes.
    found.switch.world = replace(found.switch.world, paths=())
    applied = found.apply(plan)
    assert applied.end is ChangeOutcome.UNSETTLED
    assert applied.why is not None
    assert "a new trust code is installed" in applied.why.en
    typed_once(found)
    # The token is not sent again by going on.
    assert found.resume().end is ChangeOutcome.UNSETTLED
    typed_once(found)


def test_a_token_that_cssm_refuses_is_told_soon(bench: Callable[..., Any]) -> None:
    found, plan = sound(bench, "invalid-token", "trust-token")
    found.switch.licensing.backend.valid_tokens = frozenset()
    began = found.switch.now()
    applied = found.apply(plan)
    assert applied.end is ChangeOutcome.FAILED
    assert applied.why is not None
    assert "is not valid" in applied.why.en
    assert TOKEN not in applied.why.en
    assert TOKEN not in found.journal_path.read_text()
    assert (found.switch.now() - began).total_seconds() < 180


def test_a_failed_verification_is_rolled_back_where_that_is_wanted(bench: Callable[..., Any]) -> None:
    found, plan = sound(bench, *CONFIG[:2], **CONFIG[2])
    before = found.config()

    def cut(mode: Mode, line: str) -> str | None:
        if line == "ip name-server 10.10.1.53":
            # Another fault comes with the change.
            found.switch.configure("no ip domain lookup")
        return None

    found.cut = cut
    applied = found.apply(plan, rollback_on_fail=True)
    assert applied.end is ChangeOutcome.ROLLED_BACK
    assert applied.regressed == ("domain-lookup-disabled",)
    assert set(before) <= set(found.config())


@pytest.mark.parametrize(
    ("why", "shown"),
    [
        (None, "stopped before step 2"),
        (Text("another has it", "別の変更"), "stopped before step 2; another has it"),
    ],
)
def test_a_change_is_stopped_between_two_steps(
    bench: Callable[..., Any], why: Text | None, shown: str
) -> None:
    found, plan = sound(bench, *RESET[:2])

    def cut(mode: Mode, line: str) -> str | None:
        if line.startswith("license smart save usage"):
            found.pace.stop(why)
        return None

    found.cut = cut
    applied = found.apply(plan)
    # The current step was finished, and no other was begun.
    assert (applied.end, applied.steps_done) == (ChangeOutcome.STOPPED, 1)
    assert applied.why is not None
    assert applied.why.en == shown
    assert "license smart factory reset" not in found.sent(Mode.EXEC)


def test_the_configuration_is_saved_only_when_it_is_verified(bench: Callable[..., Any]) -> None:
    found, plan = sound(bench, *CONFIG[:2], **CONFIG[2])
    found.deny("write memory")
    applied = found.apply(plan)
    assert applied.end is ChangeOutcome.FAILED
    assert applied.why is not None
    assert "not saved" in applied.why.en
    found.deny()
    assert found.resume().end is ChangeOutcome.DONE
    assert not found.switch.unsaved


# -- a disk that is full


@pytest.mark.slow
@pytest.mark.parametrize(("scenario", "playbook", "settings"), [CONFIG, RESET], ids=lambda v: str(v)[:20])
def test_a_journal_without_room_at_any_event_can_be_resumed(
    bench: Callable[..., Any], scenario: str, playbook: str, settings: dict[str, Any]
) -> None:
    found, plan = sound(bench, scenario, playbook, **settings)
    assert found.apply(plan).end is ChangeOutcome.DONE
    for at in range(len(found.events()) - 1):
        found, plan = sound(bench, scenario, playbook, **settings)
        found.operator = Looked(found, found.switch.booted)
        applied = found.apply(plan, full_from=at)
        assert applied.end is ChangeOutcome.UNSETTLED, at
        assert applied.why is not None
        assert "No space left" in applied.why.en
        assert found.resume().end is ChangeOutcome.DONE, at
        typed_once(found)
        assert not found.switch.unsaved


class FullDisk:
    """Evidence that a disk refuses from the Nth write on."""

    def __init__(self, room: int) -> None:
        self.room = room

    def open(self, command: str) -> Any:
        self._take()
        return self

    def write(self, text: str) -> None:
        self._take()

    def commit(self, ending: CommandEnd) -> Capture:
        self._take()
        return Capture(command="show clock", status=ending.status, file="show-clock.txt")

    def record(self, command: str, ending: CommandEnd) -> Capture:
        self._take()
        return Capture(command=command, status=ending.status)

    def keep_traceback(self, text: str) -> Path:
        self._take()
        return Path("defect-sw1.txt")

    def _take(self) -> None:
        self.room -= 1
        if self.room < 0:
            raise StoreError("cannot write show-clock.txt: No space left on device")


@pytest.mark.parametrize("room", range(8))
def test_evidence_that_the_disk_refuses_does_not_stop_a_change(room: int) -> None:
    evidence = EvidenceRecord(FullDisk(room))
    ending = CommandEnd(status=CaptureStatus.OK)
    memory = BufferedEvidence(evidence, lambda text: text)
    for _ in range(2):
        writer = memory.open("show clock")
        writer.write("12:00:00")
        assert writer.commit(ending).status is CaptureStatus.OK
    assert memory.record("show version", ending).status is CaptureStatus.OK
    # What is kept in memory is whole, and the record lists only what is on the disk.
    assert memory.captures["show clock"] == (CaptureStatus.OK, "12:00:00")
    assert [each.file for each in evidence.captures] == ["show-clock.txt"] * min(room // 3, 2) + [None] * (
        room >= 7
    )
    assert bool(evidence.lost) is (room < 7)


@pytest.mark.slow
@pytest.mark.parametrize("error", [TypeError, asyncio.CancelledError, SystemExit])
@pytest.mark.parametrize(
    ("scenario", "playbook", "settings"), [CONFIG, EXEC, RESET], ids=lambda v: str(v)[:20]
)
def test_an_exception_of_any_type_at_any_line(
    bench: Callable[..., Any],
    scenario: str,
    playbook: str,
    settings: dict[str, Any],
    error: type[BaseException],
) -> None:
    found, plan = sound(bench, scenario, playbook, **settings)
    for at in range(len(lines_of(found, plan))):
        found, plan = sound(bench, scenario, playbook, **settings)
        booted = found.switch.booted
        reached = cut_at(at, "before")

        def cut(mode: Mode, typed: str, reached: Any = reached) -> None:
            if reached(mode, typed):
                raise error

        found.cut = cut
        applied = found.apply(plan)
        found.cut = lambda mode, typed: None
        typed_once(found)
        if applied.end is not ChangeOutcome.DONE:
            found.operator = Looked(found, booted)
            assert found.resume().end is ChangeOutcome.DONE, (at, applied.why)
