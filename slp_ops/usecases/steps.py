"""One step on one switch: written down, sent, proven, written down. What nobody knows is never guessed.

Every step leaves one of the states of ``StepState`` in the journal. A step of which only the beginning
stands there is settled by what the switch shows, and sent again only where that can do no harm.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from slp_ops.errors import ConnectError, DeviceError, SessionLost
from slp_ops.model import CaptureStatus
from slp_ops.plan.changes import in_force
from slp_ops.plan.files import Check, Fetch, Put, Room
from slp_ops.plan.journalled import StepState
from slp_ops.plan.model import Configure, Execute, Instruct
from slp_ops.playbook.model import Repeat
from slp_ops.playbook.named import PROOFS
from slp_ops.playbook.template import secrets_in
from slp_ops.ports import ConfigOrder, Ending, Event, ExecOrder, SentStatus
from slp_ops.rules.text import verbatim
from slp_ops.usecases import steps_texts as say
from slp_ops.usecases.filesteps import FileSteps
from slp_ops.usecases.work import Settled

if TYPE_CHECKING:
    from slp_ops.errors import SlpOpsError
    from slp_ops.plan.changes import Change
    from slp_ops.plan.files import FileStep
    from slp_ops.plan.model import PlannedStep
    from slp_ops.playbook.named import Noted, Proof
    from slp_ops.ports import Sent
    from slp_ops.rules.text import Text
    from slp_ops.usecases.line import Line
    from slp_ops.usecases.work import Work

_CONFIRM: Final = ExecOrder(command="configure confirm")
_REVERT: Final = ExecOrder(command="configure revert now", seconds=180.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a step ended."""

    state: StepState
    why: Text | None = None
    waiting: bool = False  # for a person
    missing: tuple[Change, ...] = ()  # the configuration lines that are not in force

    @property
    def done(self) -> bool:
        """Whether the next step may be begun."""
        return self.state is StepState.DONE


DONE: Final = Result(state=StepState.DONE)


class Steps:
    """The steps of one switch's plan, on its line."""

    def __init__(self, work: Work, line: Line) -> None:
        self._work = work
        self._line = line
        self._files = FileSteps(work, line)

    async def take(self, number: int, step: PlannedStep) -> Result:
        """Do one step from its beginning."""
        match step:
            case Instruct():
                return await self._instruct(number, step)
            case Configure():
                return await self._configure(number, step)
            case Execute():
                return await self._execute(number, step)
            case Room() | Fetch() | Put() | Check():
                return await self._file(number, step)

    async def settle(self, number: int, step: PlannedStep, state: StepState, noted: Any) -> Result:
        """Find out what became of a step that a journal left open, and bring it to its end."""
        match step:
            case Instruct():
                return await self._instruct(number, step)
            case Configure():
                found = await self._settle_config(number, step, None)
                if found.state is not StepState.NOT_DONE:
                    return found
                # A line that is in force is not typed again.
                return await self._configure(number, replace(step, changes=found.missing))
            case Execute():
                found = await self._never_sent(number, step, state, noted) or await self._settle_exec(
                    number, step, noted, None, sent=state is StepState.SENT
                )
                if found.state is StepState.SENT:
                    found = await self._ask(number, step, found)
                return await self._execute(number, step) if found.state is StepState.NOT_DONE else found
            case Room() | Fetch() | Put() | Check():
                return await self._file(number, step)  # done twice is done once

    def _note(self, number: int, state: StepState, why: Text | None = None, **more: object) -> Result:
        said = {} if why is None else {"why": why.en}
        self._work.journal.write(
            {
                "event": "step",
                "device": self._work.device.name,
                "step": number,
                "state": state.value,
                **said,
                **more,
            }
        )
        return Result(state=state, why=why)

    def _say(self, detail: str) -> None:
        self._work.on_event(Event(device=self._work.device.name, what="applying", detail=detail))

    # -- by hand ----------------------------------------------------------------------------------

    async def _instruct(self, number: int, step: Instruct) -> Result:
        self._note(number, StepState.BEGUN, kind="manual", text=step.text.en)
        self._say("waiting for a person")
        # The switch may close an idle session meanwhile: a new one is opened afterwards.
        await self._line.close()
        if await self._work.person.has_done(self._work.device.name, step.text):
            return self._note(number, StepState.DONE, how="operator")
        self._note(number, StepState.NOT_DONE, say.BY_HAND)
        return Result(state=StepState.NOT_DONE, why=say.BY_HAND, waiting=True)

    # -- files ------------------------------------------------------------------------------------

    async def _file(self, number: int, step: FileStep) -> Result:
        self._note(number, StepState.BEGUN, kind=type(step).__name__.lower())
        self._say(f"{type(step).__name__.lower()} {step.system if isinstance(step, Room) else step.path}")
        done = await self._files.do(step)
        if done.why is not None:
            return self._note(number, StepState.NOT_DONE, done.why)
        return self._note(number, StepState.DONE, None, **done.noted)

    # -- configuration ----------------------------------------------------------------------------

    async def _configure(self, number: int, step: Configure) -> Result:
        try:
            await self._line.open()
        except (ConnectError, SessionLost) as err:
            return Result(state=StepState.NOT_DONE, why=_said(err))
        self._note(number, StepState.BEGUN, kind="config", lines=list(step.sends), timer=step.timer)
        self._say(f"{len(step.changes)} configuration lines")
        try:
            sent = await self._line.send(ConfigOrder(lines=step.sends, timer=step.timer))
        except SessionLost as err:
            return await self._settle_config(number, step, err)
        if sent.status is SentStatus.SILENT:
            return await self._settle_config(number, step, SessionLost("the switch fell silent"))
        if sent.status is not SentStatus.DONE:
            return await self._refused_config(number, step, sent)
        return await self._settle_config(number, step, None, said=sent.said)

    async def _refused_config(self, number: int, step: Configure, sent: Sent) -> Result:
        """A line was refused. Those before it stand, unless a timer gives the earlier ones back."""
        if step.timer is not None and sent.taken:
            with suppress(DeviceError):  # the timer does the same a little later
                await self._line.send(_REVERT)
        why = say.REFUSED.of(line=sent.line, said=_one_line(sent.said), taken=sent.taken)
        return self._note(number, StepState.REFUSED, why, taken=sent.taken)

    async def _settle_config(
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
            why = say.PARTLY.of(count=len(there), total=len(step.changes), said=_one_line(said) or "-")
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
            return self._note(number, StepState.DONE, confirmed=_one_line(sent.said))
        return self._note(number, StepState.NOT_DONE, say.REVERTED)

    # -- exec commands ----------------------------------------------------------------------------

    async def _execute(self, number: int, step: Execute) -> Result:
        missing = [name for name in secrets_in(step.command) if name not in self._work.secrets]
        if missing:
            return Result(
                state=StepState.NOT_DONE, why=say.NO_SECRET.of(names=", ".join(missing)), waiting=True
            )
        proof = PROOFS.get(step.done_when)
        try:
            reads = () if proof is None else (*proof.reads, *proof.refusal_reads)
            noted = None if proof is None else proof.note(await self._line.known(reads))
            await self._line.open()
        except (ConnectError, SessionLost) as err:
            return Result(state=StepState.NOT_DONE, why=_said(err))
        self._note(number, StepState.BEGUN, kind="exec", command=step.command, noted=noted)
        self._say(step.command)
        order = ExecOrder(
            command=step.command,
            secrets={name: self._work.secrets[name] for name in secrets_in(step.command)},
            in_config=step.in_config,
            dialogue=tuple((reply.asks, reply.answer) for reply in step.dialogue),
            expects=step.expects,
            paste=step.paste,
            ends_session=step.ends_session,
            seconds=float(step.seconds),
        )
        try:
            sent = await self._line.send(order)
        except SessionLost as err:
            # Not a second time within one go: a switch that loses sessions is looked at by a person.
            return await self._settle_exec(number, step, noted, err, sent=False)
        if sent.status is SentStatus.SILENT:
            silence = SessionLost("the switch fell silent")
            return await self._settle_exec(number, step, noted, silence, sent=False)
        self._keep(order, sent)
        if sent.status in (SentStatus.REFUSED, SentStatus.ASKED):
            words = say.ASKED if sent.status is SentStatus.ASKED else say.EXEC_REFUSED
            return self._note(number, StepState.REFUSED, words.of(said=self._scrubbed(order, sent)))
        if sent.status is SentStatus.UNEXPECTED and proof is None:
            why = say.UNEXPECTED.of(said=self._scrubbed(order, sent))
            return self._note(number, StepState.UNSETTLED, why)
        self._note(number, StepState.SENT)
        return await self._settle_exec(number, step, noted, None, sent=True)

    async def _settle_exec(
        self, number: int, step: Execute, noted: Noted | None, lost: SlpOpsError | None, *, sent: bool
    ) -> Result:
        """By its proof; where that does not come, by what a person says."""
        limits = self._work.limits
        patience = limits.reload if step.ends_session else limits.reconnect
        if lost is not None or step.ends_session:
            failure = await self._line.again(patience)
            if failure is not None:
                return self._note(number, StepState.UNSETTLED, say.NOT_BACK.of(why=failure.message))
        proof = PROOFS.get(step.done_when)
        if proof is not None:
            found = await self._proven(proof, noted, patience)
            if found is True:
                return self._note(number, StepState.DONE, how="proof")
            if found:
                return self._note(number, StepState.REFUSED, say.FAR_END.of(said=found))
            if sent:
                return self._note(number, StepState.SENT, say.NOT_PROVEN.of(proof=proof.name))
        elif sent and lost is None:
            return self._note(number, StepState.DONE)
        elif (file := step.makes or step.removes) and (shown := await self._shown(file)) is not None:
            if shown is bool(step.makes):
                return self._note(number, StepState.DONE, how="dir")
            why = say.NOT_SENT.of(lost=say.NOTHING if lost is None else verbatim(lost.message))
            return self._note(number, StepState.NOT_DONE, why)
        if step.repeat is Repeat.SAFE:
            why = say.NOT_SENT.of(lost=say.NOTHING if lost is None else verbatim(lost.message))
            return self._note(number, StepState.NOT_DONE, why)
        unknown = Result(state=StepState.UNSETTLED, why=say.NOBODY_KNOWS.of(command=step.command))
        return await self._ask(number, step, unknown)

    async def _never_sent(
        self, number: int, step: Execute, state: StepState, noted: Noted | None
    ) -> Result | None:
        """Of a command that was begun and perhaps not sent: whether to wait for its proof (None) or not.

        A proof may take an hour, and that of a command that was never sent does not come at all. So what
        may be sent twice is sent again, and a person who knows may say so before the wait.
        """
        proof = PROOFS.get(step.done_when)
        if proof is None or state is StepState.SENT or step.ends_session:
            return None
        try:
            if proof.holds(noted, await self._line.known(proof.reads)):
                return None
        except (ConnectError, SessionLost):
            return None
        if step.repeat is Repeat.SAFE:
            return self._note(number, StepState.NOT_DONE, say.SENT_AGAIN)
        return await self._told(number, step)

    async def _shown(self, file: str) -> bool | None:
        """Whether a file is on the switch; None when it cannot be asked."""
        try:
            return await self._files.shows(file)
        except (ConnectError, SessionLost):
            return None

    async def _ask(self, number: int, step: Execute, otherwise: Result) -> Result:
        """Let a person say what the switch does not tell."""
        if step.repeat is Repeat.SAFE:
            return self._note(number, StepState.NOT_DONE, otherwise.why)
        return await self._told(number, step) or self._note(number, otherwise.state, otherwise.why)

    async def _told(self, number: int, step: Execute) -> Result | None:
        """What a person says became of a step; None when nobody knows."""
        match await self._work.person.settles(self._work.device.name, step.command):
            case Settled.DONE:
                return self._note(number, StepState.DONE, how="operator")
            case Settled.AGAIN:
                return self._note(number, StepState.NOT_DONE, how="operator")
            case Settled.UNKNOWN:
                return None

    async def _proven(self, proof: Proof, noted: Noted | None, patience: float) -> bool | str:
        """Look until the proof is there, the time is over, or the operator wants to stop.

        A text is the far end's refusal.
        """
        pace, limits = self._work.pace, self._work.limits
        until = pace.now() + limits.wait
        look = limits.first_look
        while True:
            try:
                if proof.holds(noted, await self._line.known(proof.reads)):
                    return True
                if proof.refusal_reads and look > limits.first_look:
                    refusal = proof.refusal(noted, await self._line.known(proof.refusal_reads))
                    if refusal:
                        return refusal
            except (ConnectError, SessionLost):
                if await self._line.again(patience) is not None:
                    return False
            if pace.stopping or pace.now() >= until:
                return False
            self._say(f"waiting for {proof.name}")
            await pace.rest(min(look, max(until - pace.now(), 0.0)))
            look = min(look * 2, limits.slowest_look)

    def _keep(self, order: ExecOrder, sent: Sent) -> None:
        """What a command printed is evidence, unless a secret was in it."""
        if sent.said and not order.secrets:
            capture = self._work.evidence.open(order.command)
            capture.write(sent.said + "\n")
            capture.commit(Ending(status=CaptureStatus.OK))

    def _scrubbed(self, order: ExecOrder, sent: Sent) -> str:
        """The switch's words for the journal; of a command with a secret only what is surely not its echo."""
        said = sent.said
        if order.secrets and sent.status is not SentStatus.REFUSED:
            said = "\n".join(line for line in said.split("\n") if line.lstrip().startswith("%"))
        if order.secrets:
            for secret in order.secrets.values():
                said = said.replace(secret.reveal(), "***")
        return self._work.mask(_one_line(said))


def _one_line(text: str) -> str:
    return " / ".join(line.strip() for line in text.split("\n") if line.strip())[:300]


def _said(err: SlpOpsError) -> Text:
    return verbatim(err.message)
