"""Apply an approved plan to one switch, or resume one from a journal.

Read the switch and refuse a stale plan; execute the steps; audit again until the rules pass; save the
configuration. The journal records the progress in every case, and the result names the remaining work.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from slp_ops.app.change.before_after import BeforeAfter, Snapshot, difference, not_passing, regressions
from slp_ops.app.change.context import SAVE, BufferedEvidence
from slp_ops.app.change.device_session import DeviceSession
from slp_ops.app.change.rollback import other_switch, roll_back
from slp_ops.app.change.steps import Steps, still_reloading
from slp_ops.app.read_device import collect
from slp_ops.errors import ConnectError, SessionLost, StoreError
from slp_ops.i18n import Text
from slp_ops.messages import message_text
from slp_ops.planning.changes import in_force
from slp_ops.planning.journal_state import ChangeOutcome, EndEvent, SavedEvent, StepState, VerifiedEvent
from slp_ops.planning.model import plan_differences, what_changed
from slp_ops.planning.planner import serials_of
from slp_ops.ports import CommandOutcome, ProgressEvent
from slp_ops.rules.dependencies import FactContext
from slp_ops.steps import ConfigStep, ExecStep

if TYPE_CHECKING:
    from slp_ops.app.change.context import ChangeContext
    from slp_ops.app.change.steps import StepResult
    from slp_ops.errors import SlpOpsError
    from slp_ops.planning.journal_state import SwitchState
    from slp_ops.planning.running_config import RunningConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChangeResult:
    """Result of one switch: the differences that the change made, and the rules that fail after it.

    ``remaining`` are those at warning or above. ``after`` is the last look at the switch.
    """

    name: str
    site: str
    end: ChangeOutcome
    why: Text | None = None
    difference: BeforeAfter = field(default_factory=BeforeAfter)
    remaining: tuple[str, ...] = ()
    after: Snapshot | None = None
    steps_done: int = 0
    steps: int = 0
    regressed: tuple[str, ...] = ()  # rules that passed before and fail now
    refused: bool = False  # the switch refused a step
    can_repeat: bool = False  # the refused step had no effect: resuming sends it again
    can_roll_back: bool = False  # lines were sent that a rollback restores

    @property
    def touched(self) -> bool:
        """Return whether something may have been sent to the switch."""
        return self.end not in (ChangeOutcome.NOTHING, ChangeOutcome.UNREAD, ChangeOutcome.STALE)


class _Stopped(Exception):
    """End of the change on this switch: outcome and reason."""

    def __init__(self, end: ChangeOutcome, why: Text) -> None:
        super().__init__(why.en)
        self.end, self.why = end, why


async def apply(
    context: ChangeContext, state: SwitchState, *, rollback_on_fail: bool = False
) -> DeviceChangeResult:
    """Bring a switch to the end of its plan; whatever prevents it is part of the result."""
    session = DeviceSession(context)
    applying = _Applying(context, state, session)
    try:
        try:
            await applying.run()
            end, why = ChangeOutcome.DONE, None
        except _Stopped as stopped:
            end, why = stopped.end, stopped.why
        except StoreError as err:
            # Nothing is sent that the journal does not have; what came before is not known to be complete.
            end, why = ChangeOutcome.UNSETTLED, message_text(err.message)
        if rollback_on_fail and end in (ChangeOutcome.FAILED, ChangeOutcome.UNVERIFIED) and state.touched:
            note_end(context, end, why)
            rolled = await roll_back(context, state, session)
            end, why = rolled.end, _ROLLED.format(why=why or _NOTHING, how=rolled.why)
        end, why = note_end(context, end, why)
    finally:
        await session.close()
    last = applying.after or applying.before
    return DeviceChangeResult(
        name=context.device.name,
        site=context.device.site,
        end=end,
        why=why,
        difference=difference(applying.before, applying.after),
        remaining=() if last is None else tuple(last.failing),
        after=applying.after,
        steps_done=state.next_step,
        steps=len(context.plan.steps),
        regressed=applying.regressed,
        refused=StepState.REFUSED in state.steps.values(),
        can_repeat=state.can_repeat,
        can_roll_back=state.can_roll_back,
    )


async def revert(context: ChangeContext, state: SwitchState) -> DeviceChangeResult:
    """Roll a switch back, as a change of its own; whatever prevents it is part of the result."""
    session = DeviceSession(context)
    try:
        rolled = await roll_back(context, state, session)
    finally:
        await session.close()
    end, why = note_end(context, rolled.end, rolled.why)
    return DeviceChangeResult(name=context.device.name, site=context.device.site, end=end, why=why)


def note_end(
    context: ChangeContext, end: ChangeOutcome, why: Text | None
) -> tuple[ChangeOutcome, Text | None]:
    """Write down how a switch ended, and return it; an end that the journal does not have is none."""
    try:
        context.journal.write(
            EndEvent(
                device=context.device.name,
                state=end,
                why="" if why is None else why.en,
                why_ja=None if why is None else why.ja,
            )
        )
    except StoreError as err:
        return ChangeOutcome.UNSETTLED, _NOT_NOTED.format(end=end.words, why=message_text(err.message))
    return end, why


class _Applying:
    """One switch while its plan is applied."""

    def __init__(self, context: ChangeContext, state: SwitchState, session: DeviceSession) -> None:
        self.before: Snapshot | None = None
        self.after: Snapshot | None = None
        self._context = context
        self._state = state
        self._session = session

    @property
    def regressed(self) -> tuple[str, ...]:
        """Return the rules that passed before and fail now."""
        if self.before is None or self.after is None:
            return ()
        meant = {rule for action in self._context.plan.actions for rule in action.worsens or ()}
        return tuple(rule for rule in regressions(self.before, self.after) if rule not in meant)

    async def run(self) -> None:
        """Run all phases, from the first snapshot to the saved configuration; raises _Stopped."""
        await self._check_before()
        steps = Steps(self._context, self._session)
        for number, (_, step) in enumerate(self._context.plan.steps):
            state = self._state.steps.get(number)
            if state is StepState.DONE:
                continue
            if self._context.stop_controller.stopping:
                raise self._stopped(_BEFORE_STEP.format(number=number + 1))
            if state is StepState.REFUSED and not isinstance(step, ExecStep):
                raise _Stopped(ChangeOutcome.FAILED, _WAS_REFUSED.format(number=number + 1))
            half = state is StepState.NOT_DONE and isinstance(step, ConfigStep)
            open_ = (StepState.BEGUN, StepState.SENT, StepState.UNSETTLED)
            if state is not None and (half or state in open_):
                result = await steps.reconcile(number, step, state, self._state.noted.get(number))
            else:
                result = await steps.execute(number, step)
            self._state.steps[number] = result.state
            if not result.done:
                raise self._stopped_at(number, result)
        if self._context.stop_controller.stopping and not self._state.verified:
            raise self._stopped(_BEFORE_VERIFYING)
        await self._verify()
        await self._save()

    def _stopped(self, place: Text) -> _Stopped:
        why = self._context.stop_controller.why
        return _Stopped(
            ChangeOutcome.STOPPED, place if why is None else _BECAUSE.format(place=place, why=why)
        )

    def _stopped_at(self, number: int, result: StepResult) -> _Stopped:
        place = _STEP.format(
            number=number + 1, total=len(self._context.plan.steps), why=result.why or _NOTHING
        )
        if result.waiting:
            return _Stopped(ChangeOutcome.WAITING, place)
        if result.state in (StepState.UNSETTLED, StepState.SENT):
            return _Stopped(ChangeOutcome.UNSETTLED, place)
        return _Stopped(ChangeOutcome.FAILED, place)

    # -- snapshots --------------------------------------------------------------------------------

    async def _take_snapshot(self) -> tuple[BufferedEvidence, Snapshot] | Text:
        """Read the switch and audit it; return the reason if it could not be read."""
        context = self._context
        memory = BufferedEvidence(context.evidence, context.mask, context.row_commands)
        result = await collect(
            context.device,
            transport=context.transport,
            evidence=memory,
            commands=context.commands,
            on_event=context.on_event,
        )
        if result.error is not None and not memory.any_read:
            return message_text(result.error.message)
        facts = memory.facts
        return memory, Snapshot(outcomes=context.judge(facts), facts=facts, running=memory.running)

    async def _wait_for_switch(self) -> None:
        """Wait for a switch that may still be reloading since the change was interrupted."""
        steps = self._context.plan.steps
        at = self._state.next_step
        step = steps[at][1] if at < len(steps) else None
        timeouts = self._context.timeouts
        reloading = isinstance(step, ExecStep) and step.ends_session
        failure = await self._session.reconnect(timeouts.reload if reloading else timeouts.reconnect)
        if failure is not None:
            why = (
                still_reloading(timeouts, failure)
                if reloading
                else _UNREAD.format(why=message_text(failure.message))
            )
            raise _Stopped(ChangeOutcome.UNSETTLED, why)

    async def _check_before(self) -> None:
        fresh = not self._state.touched
        if not fresh:
            await self._wait_for_switch()
        snapshot = await self._take_snapshot()
        if isinstance(snapshot, Text):
            raise _Stopped(
                ChangeOutcome.UNREAD if fresh else ChangeOutcome.UNSETTLED, _UNREAD.format(why=snapshot)
            )
        memory, self.before = snapshot
        serials = serials_of(FactContext(memory.facts))
        if serials != self._context.plan.serials:
            words = _OTHER.format(
                found=", ".join(serials) or "-", planned=", ".join(self._context.plan.serials)
            )
            raise _Stopped(ChangeOutcome.STALE if fresh else ChangeOutcome.UNSETTLED, words)
        if not fresh:
            return
        considered = self._context.replan(memory, self.before.outcomes)
        again = considered.plan
        if again is None:
            others = [skipped.why for skipped in considered.skipped if not skipped.needless]
            if not others and not self._context.plan.steps:
                return  # everything is in force; the verification and the save are what is left
            raise (
                _Stopped(ChangeOutcome.STALE, others[0])
                if others
                else _Stopped(ChangeOutcome.NOTHING, _NOT_NEEDED)
            )
        changed = what_changed(self._context.plan.fields, again.fields)
        if changed:
            raise _Stopped(ChangeOutcome.STALE, _CHANGED.format(fields="; ".join(changed)))
        differences = plan_differences(self._context.plan, again)
        if differences:
            raise _Stopped(ChangeOutcome.STALE, _DIFFERS.format(parts="; ".join(differences)))

    async def _verify(self) -> None:
        """Audit until the lines are in force and the rules pass, or the time is over; raises _Stopped.

        The rules alone do not prove the change: named by the operator, a playbook may remedy none that fails.
        """
        context, stop_controller, timeouts = (
            self._context,
            self._context.stop_controller,
            self._context.timeouts,
        )
        rules = tuple(rule for action in context.plan.actions for rule in action.verify)
        await self._session.close()
        deadline = stop_controller.now() + timeouts.wait
        interval = timeouts.first_interval
        why = _NOTHING
        while True:
            context.on_event(
                ProgressEvent(device=context.device.name, what="verifying", detail=", ".join(rules))
            )
            snapshot = await self._take_snapshot()
            if isinstance(snapshot, Text):
                why = _UNREAD.format(why=snapshot)
            else:
                memory, self.after = snapshot
                known = FactContext(memory.facts)
                if serials_of(known) and (other := other_switch(known, context.plan.serials)) is not None:
                    raise _Stopped(ChangeOutcome.UNSETTLED, other)
                failing = not_passing(rules, self.before, self.after)
                worse = self.regressed
                gone = self._not_in_force(memory.running)
                if gone is None and not failing and not worse:
                    self._note_verified(passed=True)
                    return
                why = gone or _NOT_PASSING.format(
                    rules=", ".join((*failing, *(rule for rule in worse if rule not in failing)))
                )
            if stop_controller.stopping:
                raise self._stopped(_WHILE_VERIFYING.format(why=why))
            if stop_controller.now() >= deadline:
                self._note_verified(passed=False)
                raise _Stopped(ChangeOutcome.UNVERIFIED, why)
            await stop_controller.wait_or_stop(min(interval, max(deadline - stop_controller.now(), 0.0)))
            interval = min(interval * 2, timeouts.max_interval)

    def _note_verified(self, *, passed: bool) -> None:
        self._state.verified = passed
        self._context.journal.write(VerifiedEvent(device=self._context.device.name, passed=passed))

    def _not_in_force(self, running: RunningConfig | None) -> Text | None:
        """Return why the running configuration does not prove the lines of the plan; None when it does."""
        lasting = self._context.plan.lasting_changes
        if not lasting:
            return None
        if running is None or not running.whole:
            return _UNREADABLE
        gone = [str(change.line) for change in lasting if not in_force(change, running)]
        return _GONE.format(lines="; ".join(gone)) if gone else None

    async def _save(self) -> None:
        if not any(action.save for action in self._context.plan.actions) or self._state.saved:
            return
        await self._open_to_save()
        try:
            sent = await self._session.send(SAVE)
        except (ConnectError, SessionLost) as err:
            raise self._may_be_saved(err) from None
        if sent.status is CommandOutcome.SILENT:
            raise self._may_be_saved(SessionLost("the switch stopped answering"))
        if sent.status is not CommandOutcome.DONE:
            raise _Stopped(
                ChangeOutcome.FAILED, _NOT_SAVED.format(said=" / ".join(sent.output.split("\n"))[:200])
            )
        self._state.saved = True
        self._context.journal.write(SavedEvent(device=self._context.device.name))

    async def _open_to_save(self) -> None:
        """Open a session for the save, and read that the lines are in force still; raises _Stopped.

        Since the verification the switch may have reloaded, or another user or a controller replaced its
        configuration.
        """
        failure = await self._session.connect(self._context.timeouts.reconnect)
        if failure is not None:
            raise _Stopped(ChangeOutcome.FAILED, _NOT_SAVED.format(said=message_text(failure.message)))
        if not self._context.plan.lasting_changes:
            return
        try:
            gone = self._not_in_force(await self._session.running())
        except (ConnectError, SessionLost) as err:
            gone = message_text(err.message)
        if gone is not None:
            raise _Stopped(ChangeOutcome.FAILED, _NOT_SAVED.format(said=gone))

    @staticmethod
    def _may_be_saved(err: SlpOpsError) -> _Stopped:
        return _Stopped(ChangeOutcome.UNSETTLED, _MAY_BE_SAVED.format(why=message_text(err.message)))


_NOTHING: Final = Text("no reason is known", "理由不明")
_UNREAD: Final = Text("the switch could not be read: {why}", "スイッチを読み取れません: {why}")
_OTHER: Final = Text(
    "this is not the switch of the plan: it has serial {found}, the plan is for {planned}",
    "プランの対象と異なるスイッチです: シリアル番号 {found} (プランは {planned})",
)
_NOT_NEEDED: Final = Text("nothing is needed any more", "対処は不要になりました")
_CHANGED: Final = Text("not as it was planned: {fields}", "プラン作成時から変化しています: {fields}")
_DIFFERS: Final = Text(
    "planning again yields another plan ({parts}): plan again",
    "作り直したプランと一致しません ({parts})。プランを作り直してください",
)
_BECAUSE: Final = Text("{place}; {why}", "{place}。{why}")
_BEFORE_STEP: Final = Text("stopped before step {number}", "ステップ {number} の前で停止しました")
_BEFORE_VERIFYING: Final = Text(
    "stopped before the verification: nothing is saved yet", "確認の前に停止しました。設定は未保存です"
)
_WHILE_VERIFYING: Final = Text(
    "stopped during the verification: nothing is saved yet ({why})",
    "確認の途中で停止しました。設定は未保存です ({why})",
)
_WAS_REFUSED: Final = Text(
    "step {number} was refused by the switch: roll back, or plan again",
    "ステップ {number} は拒否されました。ロールバックするか、プランを作り直してください",
)
_STEP: Final = Text("step {number} of {total}: {why}", "ステップ {number}/{total}: {why}")
_NOT_PASSING: Final = Text(
    "applied, but not verified in time: {rules}", "適用しましたが、時間内に確認できませんでした: {rules}"
)
_NOT_NOTED: Final = Text(
    "{end}, which the journal does not have: {why}", "{end} (ジャーナルに記録できませんでした: {why})"
)
_NOT_SAVED: Final = Text(
    "applied and verified, but the configuration was not saved: {said}",
    "適用と確認は完了しましたが、設定を保存できませんでした: {said}",
)
_MAY_BE_SAVED: Final = Text(
    "applied and verified, but the session was lost while the configuration was saved: {why}",
    "適用と確認は完了しましたが、設定の保存中にセッションが切れました: {why}",
)
_UNREADABLE: Final = Text(
    "applied, but the running configuration could not be read to verify it",
    "適用しましたが、確認のために running-config を読み取れませんでした",
)
_GONE: Final = Text(
    "these lines are not in the running configuration any more: {lines}",
    "次の行が running-config からなくなっています: {lines}",
)
_ROLLED: Final = Text("{why}; {how}", "{why}; {how}")
