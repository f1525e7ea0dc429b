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
from slp_ops.ports import CommandOutcome, CommandResult, ProgressEvent
from slp_ops.steps import ConfigStep, undo_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.app.change.context import ChangeContext
    from slp_ops.app.change.device_session import DeviceSession
    from slp_ops.planning.journal_state import SwitchState
    from slp_ops.rules.dependencies import FactContext
    from slp_ops.steps import ConfigChange


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
        facts = await session.read_facts(_IDENTITY)
        if (other := other_switch(facts, state.plan.serials)) is not None:
            return _not_rolled_back(other)
        # Some of them may never have taken effect, or a revert timer may have given them back.
        in_force_still = await _not_reverted(changes, session)
        if in_force_still is None:
            return _not_rolled_back("the running configuration could not be read")
        was_in_force = not in_force_still
        name = context.device.name
        step = ConfigStep.of(undo_of(in_force_still))
        context.journal.write(RollbackEvent(device=name, lines=step.sends))
        context.on_event(
            ProgressEvent(device=name, what="rolling back", detail=pluralize(len(step.sends), "line"))
        )
        refused: set[str] = set()
        lost = False
        sent = None
        while step.changes:
            sent = await _type(step, session)
            if sent is None and (failure := await session.reconnect(context.timeouts.reconnect)) is not None:
                return _not_rolled_back(failure.message)
            in_force_still = await _not_reverted(in_force_still, session)
            if in_force_still is None:
                return _not_rolled_back("the running configuration could not be read back")
            # A line that IOS-XE took away together with another one is refused: what counts is what the
            # configuration shows, so the others are still tried, and the same ones after a lost session.
            if sent is not None and sent.status is CommandOutcome.REFUSED:
                refused.add(sent.line)
            left = ConfigStep.of(
                line for line in undo_of(in_force_still) if refused.isdisjoint((*line.under, line.text))
            )
            again = sent is None and not lost
            lost = lost or sent is None
            if left == step and not again:
                break
            step = left
        if in_force_still:
            lines = "; ".join(str(change.line) for change in in_force_still)
            if sent is not None and sent.status is not CommandOutcome.DONE:
                return _not_rolled_back(_REFUSED.format(lines=lines, line=sent.line, said=sent.output))
            return _not_rolled_back(f"not rolled back: {lines}")
        if state.may_be_saved:
            saved = await session.send(SAVE)
            if saved.status is not CommandOutcome.DONE:
                return _not_rolled_back(f"rolled back, but not saved: {saved.output}")
    except (ConnectError, SessionLost, StoreError) as err:
        return _not_rolled_back(err.message)
    back = _WAS_BACK if was_in_force else _BACK
    why = _KEPT.format(back=back, playbooks=", ".join(kept)) if kept else back
    return RollbackResult(end=ChangeOutcome.ROLLED_BACK, why=why)


def other_switch(known: FactContext, planned: Sequence[str]) -> Text | None:
    """Return why a switch is not that of the plan. A stack that has lost a member still is."""
    found = serials_of(known)
    if not planned or set(found) & set(planned):
        return None
    return _OTHER.format(found=", ".join(found) or "-", planned=", ".join(planned))


async def _type(step: ConfigStep, session: DeviceSession) -> CommandResult | None:
    """Type lines; None where the session was lost, or the switch stopped answering. Raises ConnectError."""
    try:
        sent = await session.send(step)
    except SessionLost:
        return None
    return None if sent.status is CommandOutcome.SILENT else sent


async def _not_reverted(
    changes: Sequence[ConfigChange], session: DeviceSession
) -> tuple[ConfigChange, ...] | None:
    """Return the changes that the running configuration still shows; None where it was not read whole."""
    running = await session.running()
    if running is None or not running.whole:
        return None
    return tuple(change for change in changes if not is_reverted(change, running))


def _not_rolled_back(why: str | Text) -> RollbackResult:
    return RollbackResult(end=ChangeOutcome.NOT_ROLLED_BACK, why=_FAILED.format(why=why))


_IDENTITY: Final = ("show license udi", "show version")
_OTHER: Final = Text(
    "another switch answers at its address: it has serial {found}, the plan is for {planned}",
    "このアドレスで別のスイッチが応答します: シリアル番号 {found} (プランは {planned})",
)
_REFUSED: Final = Text(
    "not rolled back: {lines}; the switch refused '{line}': {said}",
    "ロールバックされていません: {lines}。スイッチが '{line}' を拒否しました: {said}",
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
