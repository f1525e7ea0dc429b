"""Steps that send an exec command: proven by what the switch shows, or by what a person says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.errors import ConnectError, SessionLost
from slp_ops.i18n import verbatim
from slp_ops.model import CaptureStatus
from slp_ops.plan.journalled import StepState
from slp_ops.playbook.model import Repeat
from slp_ops.playbook.named import PROOFS
from slp_ops.playbook.template import secrets_in
from slp_ops.ports import Ending, ExecOrder, SentStatus
from slp_ops.usecases import steps_texts as say
from slp_ops.usecases.filesteps import FileSteps
from slp_ops.usecases.stepnotes import Noting, Result, one_line, words_of
from slp_ops.usecases.work import Settled

if TYPE_CHECKING:
    from slp_ops.errors import SlpOpsError
    from slp_ops.plan.model import Execute
    from slp_ops.playbook.named import Noted, Proof
    from slp_ops.ports import Sent


class ExecSteps(Noting):
    """Steps with an exec command, on one switch's line."""

    async def settle(self, number: int, step: Execute, state: StepState, noted: Noted | None) -> Result:
        """Bring a step to its end that a journal left in that state."""
        found = await self._never_sent(number, step, state, noted) or await self._proof_or_person(
            number, step, noted, None, sent=state is StepState.SENT
        )
        if found.state is StepState.SENT:
            found = await self._ask(number, step, found)
        return await self.do(number, step) if found.state is StepState.NOT_DONE else found

    async def do(self, number: int, step: Execute) -> Result:
        """Do it from its beginning."""
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
            return Result(state=StepState.NOT_DONE, why=words_of(err))
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
            return await self._proof_or_person(number, step, noted, err, sent=False)
        if sent.status is SentStatus.SILENT:
            silence = SessionLost("the switch fell silent")
            return await self._proof_or_person(number, step, noted, silence, sent=False)
        self._keep(order, sent)
        if sent.status in (SentStatus.REFUSED, SentStatus.ASKED):
            words = say.ASKED if sent.status is SentStatus.ASKED else say.EXEC_REFUSED
            return self._note(number, StepState.REFUSED, words.of(said=self._scrubbed(order, sent)))
        if sent.status is SentStatus.UNEXPECTED and proof is None:
            why = say.UNEXPECTED.of(said=self._scrubbed(order, sent))
            return self._note(number, StepState.UNSETTLED, why)
        self._note(number, StepState.SENT)
        return await self._proof_or_person(number, step, noted, None, sent=True)

    async def _proof_or_person(
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
            return await FileSteps(self._work, self._line).shows(file)
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
        return self._work.mask(one_line(said))
