"""One step on one switch: written down, sent, proven, written down. What nobody knows is never guessed.

Every step leaves one of the states of ``StepState`` in the journal. A step of which only the beginning
stands there is settled by what the switch shows, and sent again only where that can do no harm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slp_ops.plan.files import Check, Fetch, Put, Room
from slp_ops.plan.journalled import StepState
from slp_ops.plan.model import Configure, Execute, Instruct
from slp_ops.usecases import steps_texts as say
from slp_ops.usecases.configsteps import ConfigSteps
from slp_ops.usecases.execsteps import ExecSteps
from slp_ops.usecases.filesteps import FileSteps
from slp_ops.usecases.stepnotes import Noting, Result

if TYPE_CHECKING:
    from slp_ops.plan.files import FileStep
    from slp_ops.plan.model import PlannedStep
    from slp_ops.usecases.line import Line
    from slp_ops.usecases.work import Work


class Steps(Noting):
    """The steps of one switch's plan, on its line."""

    def __init__(self, work: Work, line: Line) -> None:
        super().__init__(work, line)
        self._config = ConfigSteps(work, line)
        self._exec = ExecSteps(work, line)
        self._files = FileSteps(work, line)

    async def take(self, number: int, step: PlannedStep) -> Result:
        """Do one step from its beginning."""
        match step:
            case Instruct():
                return await self._instruct(number, step)
            case Configure():
                return await self._config.do(number, step)
            case Execute():
                return await self._exec.do(number, step)
            case Room() | Fetch() | Put() | Check():
                return await self._file(number, step)

    async def settle(self, number: int, step: PlannedStep, state: StepState, noted: Any) -> Result:
        """Find out what became of a step that a journal left open, and bring it to its end."""
        match step:
            case Configure():
                return await self._config.settle(number, step)
            case Execute():
                return await self._exec.settle(number, step, state, noted)
            case _:
                return await self.take(number, step)  # asked or done once more, it is the same

    async def _instruct(self, number: int, step: Instruct) -> Result:
        self._note(number, StepState.BEGUN, kind="manual", text=step.text.en)
        self._say("waiting for a person")
        # The switch may close an idle session meanwhile: a new one is opened afterwards.
        await self._line.close()
        if await self._work.person.has_done(self._work.device.name, step.text):
            return self._note(number, StepState.DONE, how="operator")
        self._note(number, StepState.NOT_DONE, say.BY_HAND)
        return Result(state=StepState.NOT_DONE, why=say.BY_HAND, waiting=True)

    async def _file(self, number: int, step: FileStep) -> Result:
        self._note(number, StepState.BEGUN, kind=type(step).__name__.lower())
        self._say(f"{type(step).__name__.lower()} {step.system if isinstance(step, Room) else step.path}")
        done = await self._files.do(step)
        if done.why is not None:
            return self._note(number, StepState.NOT_DONE, done.why)
        return self._note(number, StepState.DONE, None, **done.noted)
