"""Steps that configure: what the running configuration shows afterwards is what happened."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from slp_ops.errors import ConnectError, DeviceError, SessionLost
from slp_ops.i18n import verbatim
from slp_ops.plan.changes import in_force
from slp_ops.plan.journalled import StepState
from slp_ops.ports import ConfigOrder, ExecOrder, SentStatus
from slp_ops.usecases import steps_texts as say
from slp_ops.usecases.stepnotes import Noting, Result, one_line, words_of

if TYPE_CHECKING:
    from slp_ops.errors import SlpOpsError
    from slp_ops.plan.model import Configure
    from slp_ops.ports import Sent

_CONFIRM: Final = ExecOrder(command="configure confirm")
_REVERT: Final = ExecOrder(command="configure revert now", seconds=180.0)


class ConfigSteps(Noting):
    """Steps with configuration lines, on one switch's line."""

    async def settle(self, number: int, step: Configure) -> Result:
        """Bring a step to its end of which a journal knows the beginning."""
        found = await self._read_back(number, step, None)
        if found.state is not StepState.NOT_DONE:
            return found
        # A line that is in force is not typed again.
        return await self.do(number, replace(step, changes=found.missing))

    async def do(self, number: int, step: Configure) -> Result:
        """Do it from its beginning."""
        try:
            await self._line.open()
        except (ConnectError, SessionLost) as err:
            return Result(state=StepState.NOT_DONE, why=words_of(err))
        self._note(number, StepState.BEGUN, kind="config", lines=list(step.sends), timer=step.timer)
        self._say(f"{len(step.changes)} configuration lines")
        try:
            sent = await self._line.send(ConfigOrder(lines=step.sends, timer=step.timer))
        except SessionLost as err:
            return await self._read_back(number, step, err)
        if sent.status is SentStatus.SILENT:
            return await self._read_back(number, step, SessionLost("the switch fell silent"))
        if sent.status is not SentStatus.DONE:
            return await self._refused_config(number, step, sent)
        return await self._read_back(number, step, None, said=sent.said)

    async def _refused_config(self, number: int, step: Configure, sent: Sent) -> Result:
        """A line was refused. Those before it stand, unless a timer gives the earlier ones back."""
        if step.timer is not None and sent.taken:
            with suppress(DeviceError):  # the timer does the same a little later
                await self._line.send(_REVERT)
        why = say.REFUSED.of(line=sent.line, said=one_line(sent.said), taken=sent.taken)
        return self._note(number, StepState.REFUSED, why, taken=sent.taken)

    async def _read_back(
        self, number: int, step: Configure, lost: SlpOpsError | None, said: str = ""
    ) -> Result:
        """Read the configuration back: what it shows is what happened."""
        if lost is not None or step.timer is not None:
            # With a timer also when all went well: that one can log in is what is to be proven.
            patience = self._work.limits.reconnect + (step.timer or 0) * 60.0
            failure = await self._line.again(patience)
            if failure is not None:
                why = say.NOT_BACK.of(why=failure.message)
                return self._note(number, StepState.UNSETTLED, why)
        try:
            running = await self._line.running()
        except (ConnectError, SessionLost) as err:
            return self._note(number, StepState.UNSETTLED, say.NOT_BACK.of(why=err.message))
        if running is None or not running.whole:
            return self._note(number, StepState.UNSETTLED, say.UNREADABLE)
        there = [change for change in step.changes if in_force(change, running)]
        if len(there) == len(step.changes):
            return await self._confirmed(number, step)
        missing = tuple(change for change in step.changes if change not in there)
        if there:
            why = say.PARTLY.of(count=len(there), total=len(step.changes), said=one_line(said) or "-")
        else:
            why = say.NONE.of(lost=say.NOTHING if lost is None else verbatim(lost.message))
        return replace(self._note(number, StepState.NOT_DONE, why), missing=missing)

    async def _confirmed(self, number: int, step: Configure) -> Result:
        """Everything is in force; with a timer, tell the switch to keep it."""
        if step.timer is None:
            return self._note(number, StepState.DONE)
        try:
            sent = await self._line.send(_CONFIRM)
            running = await self._line.running()
        except (ConnectError, SessionLost) as err:
            return self._note(number, StepState.UNSETTLED, say.NOT_BACK.of(why=err.message))
        if running is not None and all(in_force(change, running) for change in step.changes):
            return self._note(number, StepState.DONE, confirmed=one_line(sent.said))
        return self._note(number, StepState.NOT_DONE, say.REVERTED)
