"""Give the earlier configuration of one switch back, as far as a plan changed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.app.change.context import SAVE
from slp_ops.errors import ConnectError, SessionLost
from slp_ops.i18n import Text, counted
from slp_ops.planning.changes import as_before
from slp_ops.planning.journal_state import ChangeOutcome, RollbackEvent
from slp_ops.ports import CommandOutcome, ProgressEvent
from slp_ops.steps import ConfigStep, undo_of

if TYPE_CHECKING:
    from slp_ops.app.change.context import ChangeContext
    from slp_ops.app.change.device_session import DeviceSession
    from slp_ops.planning.journal_state import SwitchState
    from slp_ops.steps import ConfigChange


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackResult:
    """Result of a rollback, with the lines that it could not restore."""

    end: ChangeOutcome
    why: Text


async def roll_back(work: ChangeContext, state: SwitchState, line: DeviceSession) -> RollbackResult:
    """Type what gives the earlier lines back, and see that they are back; raises StoreError only."""
    changes = _touched(state)
    kept = tuple(
        action.playbook
        for action in state.plan.actions
        if action.no_rollback is not None or action.irreversible
    )
    try:
        failure = await line.again(work.limits.reconnect)
        if failure is not None:
            return _failed(failure.message)
        running = await line.running()
        if running is None or not running.whole:
            return _failed("the running configuration could not be read")
        # Some of them may never have taken effect, or a revert timer may have given them back.
        standing = [change for change in changes if not as_before(change, running)]
        name = work.device.name
        step = ConfigStep.of(undo_of(standing))
        work.journal.write(RollbackEvent(device=name, lines=step.sends))
        work.on_event(
            ProgressEvent(device=name, what="rolling back", detail=counted(len(step.sends), "line"))
        )
        refused: list[str] = []
        while step.changes:
            sent = await line.send(step)
            running = await line.running()
            if running is None:
                return _failed("the running configuration could not be read back")
            standing = [change for change in standing if not as_before(change, running)]
            if sent.status is not CommandOutcome.REFUSED:
                break
            # A line that IOS-XE took away together with another one is refused: what counts is what the
            # configuration shows, so the others are still tried.
            refused.append(sent.line)
            step = ConfigStep.of(each for each in undo_of(standing) if each.text not in refused)
        if standing:
            return _failed(f"not rolled back: {'; '.join(str(change.line) for change in standing)}")
        if state.saved:
            saved = await line.send(SAVE)
            if saved.status is not CommandOutcome.DONE:
                return _failed(f"rolled back, but not saved: {saved.said}")
    except (ConnectError, SessionLost) as err:
        return _failed(err.message)
    why = _KEPT.of(playbooks=", ".join(kept)) if kept else _BACK
    return RollbackResult(end=ChangeOutcome.ROLLED_BACK, why=why)


def _touched(state: SwitchState) -> tuple[ConfigChange, ...]:
    """The changes of every configuration step that may have been sent, in their order."""
    return tuple(
        change
        for number, (action, step) in enumerate(state.plan.steps)
        if isinstance(step, ConfigStep) and number in state.steps and not step.gives_back
        if action.no_rollback is None
        for change in step.changes
    )


def _failed(why: str) -> RollbackResult:
    return RollbackResult(end=ChangeOutcome.NOT_ROLLED_BACK, why=_FAILED.of(why=why))


_BACK: Final = Text("the earlier configuration is back", "元の設定に戻しました")
_KEPT: Final = Text(
    "the earlier configuration is back; what {playbooks} did beyond it stays",
    "元の設定に戻しました。{playbooks} の設定以外の操作は元に戻せません",
)
_FAILED: Final = Text("the rollback failed: {why}", "ロールバックに失敗しました: {why}")
