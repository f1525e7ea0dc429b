"""Give the earlier configuration of one switch back, as far as a plan changed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.app.change.context import SAVE
from slp_ops.errors import ConnectError, SessionLost, StoreError
from slp_ops.i18n import Text, pluralize
from slp_ops.planning.changes import is_reverted
from slp_ops.planning.journal_state import ChangeOutcome, RollbackEvent
from slp_ops.planning.planner import serials_of
from slp_ops.ports import CommandOutcome, ProgressEvent
from slp_ops.steps import ConfigStep, undo_of

if TYPE_CHECKING:
    from slp_ops.app.change.context import ChangeContext
    from slp_ops.app.change.device_session import DeviceSession
    from slp_ops.planning.journal_state import SwitchState


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackResult:
    """Result of a rollback, with the lines that it could not restore."""

    end: ChangeOutcome
    why: Text


async def roll_back(context: ChangeContext, state: SwitchState, session: DeviceSession) -> RollbackResult:
    """Type what gives the earlier lines back, and see that they are back."""
    changes = state.sent_changes
    kept = tuple(
        action.playbook
        for action in state.plan.actions
        if action.no_rollback is not None or action.irreversible
    )
    try:
        failure = await session.reconnect(context.timeouts.reconnect)
        if failure is not None:
            return _not_rolled_back(failure.message)
        if (other := await _other_switch(context, session)) is not None:
            return _not_rolled_back(other)
        running = await session.running()
        if running is None or not running.whole:
            return _not_rolled_back("the running configuration could not be read")
        # Some of them may never have taken effect, or a revert timer may have given them back.
        in_force_still = [change for change in changes if not is_reverted(change, running)]
        was_in_force = not in_force_still
        name = context.device.name
        step = ConfigStep.of(undo_of(in_force_still))
        context.journal.write(RollbackEvent(device=name, lines=step.sends))
        context.on_event(
            ProgressEvent(device=name, what="rolling back", detail=pluralize(len(step.sends), "line"))
        )
        refused: list[str] = []
        while step.changes:
            sent = await session.send(step)
            running = await session.running()
            if running is None:
                return _not_rolled_back("the running configuration could not be read back")
            in_force_still = [change for change in in_force_still if not is_reverted(change, running)]
            if sent.status is not CommandOutcome.REFUSED:
                break
            # A line that IOS-XE took away together with another one is refused: what counts is what the
            # configuration shows, so the others are still tried.
            refused.append(sent.line)
            step = ConfigStep.of(each for each in undo_of(in_force_still) if each.text not in refused)
        if in_force_still:
            return _not_rolled_back(
                f"not rolled back: {'; '.join(str(change.line) for change in in_force_still)}"
            )
        if state.saved:
            saved = await session.send(SAVE)
            if saved.status is not CommandOutcome.DONE:
                return _not_rolled_back(f"rolled back, but not saved: {saved.output}")
    except (ConnectError, SessionLost, StoreError) as err:
        return _not_rolled_back(err.message)
    back = _WAS_BACK if was_in_force else _BACK
    why = _KEPT.format(back=back, playbooks=", ".join(kept)) if kept else back
    return RollbackResult(end=ChangeOutcome.ROLLED_BACK, why=why)


async def _other_switch(context: ChangeContext, session: DeviceSession) -> Text | None:
    """Return why the switch is not that of the plan. A stack that has lost a member still is."""
    planned = context.plan.serials
    found = serials_of(await session.read_facts(_IDENTITY))
    if not planned or set(found) & set(planned):
        return None
    return _OTHER.format(found=", ".join(found) or "-", planned=", ".join(planned))


def _not_rolled_back(why: str | Text) -> RollbackResult:
    return RollbackResult(end=ChangeOutcome.NOT_ROLLED_BACK, why=_FAILED.format(why=why))


_IDENTITY: Final = ("show license udi", "show version")
_OTHER: Final = Text(
    "another switch answers at its address: it has serial {found}, the plan is for {planned}",
    "このアドレスで別のスイッチが応答します: シリアル番号 {found} (プランは {planned})",
)
_BACK: Final = Text("the earlier configuration is restored", "元の設定に戻しました")
_WAS_BACK: Final = Text(
    "the earlier configuration is in force, no line was sent",
    "すでに元の設定になっています (送信した行はありません)",
)
_KEPT: Final = Text(
    "{back}; what {playbooks} did beyond it stays",
    "{back}。{playbooks} の設定以外の操作は元に戻せません",
)
_FAILED: Final = Text("the rollback failed: {why}", "ロールバックに失敗しました: {why}")
