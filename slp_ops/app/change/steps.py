"""One step on one switch: written down, sent, proven, written down. An unknown outcome is never guessed.

Every step leaves one of the states of ``StepState`` in the journal. A step whose end is not in the journal is
resolved by what the switch shows, and sent again only where that can do no harm.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from slp_ops.app.change.context import StepDecision
from slp_ops.errors import (
    BadFile,
    ConnectError,
    CopyFailed,
    CredentialError,
    DeviceError,
    SessionLost,
    StoreError,
)
from slp_ops.i18n import Text
from slp_ops.messages import message_text
from slp_ops.model import CaptureStatus
from slp_ops.planning.changes import in_force
from slp_ops.planning.journal_state import StepEvent, StepState
from slp_ops.playbook.guards import PROOFS
from slp_ops.playbook.template import secrets_in
from slp_ops.ports import CommandEnd, CommandOutcome, ProgressEvent
from slp_ops.steps import CheckFile, CheckSpace, ConfigStep, Download, ExecStep, ManualStep, Repeat, Upload
from slp_ops.usage.hexdump import InvalidDump, read_dump

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.app.change.context import ChangeContext, FileCopying, Timeouts
    from slp_ops.app.change.device_session import DeviceSession
    from slp_ops.errors import SlpOpsError
    from slp_ops.playbook.guards import Proof, ProofNote
    from slp_ops.ports import CommandResult, Secret
    from slp_ops.steps import ConfigChange, FileStep, Step

_CONFIRM: Final = ExecStep(command="configure confirm")
_REVERT: Final = ExecStep(command="configure revert now", seconds=180)
_FREE: Final = re.compile(r"\d{1,20} bytes total \((\d{1,20}) bytes free\)")
_MD5: Final = re.compile(r"\)\s*=\s*([0-9a-fA-F]{32})\b", re.ASCII)
_NO_FILE: Final = re.compile(r"no such file|file not found", re.IGNORECASE)
# A stack's flash answers slowly, and an MD5 of some megabytes takes its time.
_SECONDS: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """Result of a step."""

    state: StepState
    why: Text | None = None
    waiting: bool = False  # for the operator
    missing: tuple[ConfigChange, ...] = ()  # the configuration lines that are not in force

    @property
    def done(self) -> bool:
        """Return whether the next step may start."""
        return self.state is StepState.DONE


class _JournalledSteps:
    """Steps of one kind in the session of one switch: what becomes of them goes into the journal."""

    def __init__(self, context: ChangeContext, session: DeviceSession) -> None:
        self._context = context
        self._session = session

    def _note(self, number: int, state: StepState, why: Text | None = None, **more: Any) -> StepResult:
        words = None if why is None else why.en
        self._context.journal.write(
            StepEvent(device=self._context.device.name, step=number, state=state, why=words, **more)
        )
        return StepResult(state=state, why=why)

    def _say(self, detail: str) -> None:
        self._context.on_event(
            ProgressEvent(device=self._context.device.name, what="applying", detail=detail)
        )


class Steps(_JournalledSteps):
    """The steps of one switch's plan, in its session."""

    def __init__(self, context: ChangeContext, session: DeviceSession) -> None:
        super().__init__(context, session)
        self._config = ConfigSteps(context, session)
        self._exec = ExecSteps(context, session)
        self._files = FileSteps(context, session)

    async def execute(self, number: int, step: Step) -> StepResult:
        """Do one step from its beginning."""
        match step:
            case ManualStep():
                return await self._instruct(number, step)
            case ConfigStep():
                return await self._config.do(number, step)
            case ExecStep():
                return await self._exec.do(number, step)
            case CheckSpace() | Download() | Upload() | CheckFile():
                return await self._file(number, step)

    async def reconcile(
        self, number: int, step: Step, state: StepState, noted: ProofNote | None
    ) -> StepResult:
        """Find out what became of a step that a journal left open, and bring it to its end."""
        match step:
            case ConfigStep():
                return await self._config.reconcile(number, step)
            case ExecStep():
                return await self._exec.reconcile(number, step, state, noted)
            case _:
                return await self.execute(number, step)  # asked or done once more, it is the same

    async def _instruct(self, number: int, step: ManualStep) -> StepResult:
        self._note(number, StepState.BEGUN, kind=step.kind, text=step.text.en)
        self._context.on_event(
            ProgressEvent(device=self._context.device.name, what="waiting for a manual step")
        )
        # The switch may close an idle session meanwhile: a new one is opened afterwards.
        await self._session.close()
        if await self._context.operator.has_done(self._context.device.name, step.text):
            return self._note(number, StepState.DONE, how="operator")
        self._note(number, StepState.NOT_DONE, _BY_HAND)
        return StepResult(state=StepState.NOT_DONE, why=_BY_HAND, waiting=True)

    async def _file(self, number: int, step: FileStep) -> StepResult:
        self._note(number, StepState.BEGUN, kind=step.kind)
        self._say(f"{step.kind} {step.system if isinstance(step, CheckSpace) else step.path}")
        if isinstance(step, CheckFile) and step.waits and await self._files.shows(step.path) is False:
            why = _NO_FILE_YET.format(path=step.path)
            return replace(self._note(number, StepState.NOT_DONE, why), waiting=True)
        done = await self._files.do(step)
        if done.why is not None:
            return self._note(number, StepState.NOT_DONE, done.why)
        return self._note(number, StepState.DONE, None, **done.noted)


# -- configuration ------------------------------------------------------------------------------------


class ConfigSteps(_JournalledSteps):
    """Steps with configuration lines, in the session of one switch."""

    async def reconcile(self, number: int, step: ConfigStep) -> StepResult:
        """Bring a step to its end of which a journal knows the beginning."""
        found = await self._read_back(number, step, None)
        if found.state is not StepState.NOT_DONE:
            return found
        # A line that is in force is not typed again.
        return await self.do(number, replace(step, changes=found.missing))

    async def do(self, number: int, step: ConfigStep) -> StepResult:
        """Do it from its beginning."""
        failure = await self._session.connect(self._context.timeouts.reconnect)
        if failure is not None:
            return StepResult(state=StepState.NOT_DONE, why=_words_of(failure))
        self._note(number, StepState.BEGUN, kind=step.kind, lines=step.sends, timer=step.timer)
        self._say(f"{len(step.changes)} configuration lines")
        try:
            sent = await self._session.send(step)
        except SessionLost as err:
            return await self._read_back(number, step, err)
        if sent.status is CommandOutcome.SILENT:
            return await self._read_back(number, step, SessionLost("the switch stopped answering"))
        if sent.status is not CommandOutcome.DONE:
            return await self._refused_config(number, step, sent)
        return await self._read_back(number, step, None, output=sent.output)

    async def _refused_config(self, number: int, step: ConfigStep, sent: CommandResult) -> StepResult:
        """A line was refused. Those before it stand, unless a timer gives the earlier ones back."""
        if step.timer is not None and sent.taken:
            with suppress(DeviceError):  # the timer does the same a little later
                await self._session.send(_REVERT)
        why = _REFUSED.format(line=sent.line, said=_one_line(sent.output), taken=sent.taken)
        return self._note(number, StepState.REFUSED, why, taken=sent.taken)

    async def _read_back(
        self, number: int, step: ConfigStep, lost: SlpOpsError | None, output: str = ""
    ) -> StepResult:
        """Read the configuration back: what it shows is what happened."""
        if lost is not None or step.timer is not None:
            # With a timer also when all went well: that one can log in is what is to be proven.
            patience = self._context.timeouts.reconnect + (step.timer or 0) * 60.0
            failure = await self._session.reconnect(patience)
            if failure is not None:
                why = _NOT_BACK.format(why=message_text(failure.message))
                return self._note(number, StepState.UNSETTLED, why)
        try:
            running = await self._session.running()
        except (ConnectError, SessionLost) as err:
            return self._note(number, StepState.UNSETTLED, _NOT_BACK.format(why=message_text(err.message)))
        if running is None or not running.whole:
            return self._note(number, StepState.UNSETTLED, _UNREADABLE)
        there = [change for change in step.changes if in_force(change, running)]
        if len(there) == len(step.changes):
            return await self._confirm(number, step)
        missing = tuple(change for change in step.changes if change not in there)
        if there:
            said = _one_line(output) or ("-" if lost is None else message_text(lost.message))
            why = _PARTLY.format(count=len(there), total=len(step.changes), said=said)
        else:
            why = _NONE.format(lost=_NOTHING if lost is None else message_text(lost.message))
        return replace(self._note(number, StepState.NOT_DONE, why), missing=missing)

    async def _confirm(self, number: int, step: ConfigStep) -> StepResult:
        """Everything is in force; with a timer, tell the switch to keep it."""
        if step.timer is None:
            return self._note(number, StepState.DONE)
        try:
            sent = await self._session.send(_CONFIRM)
            running = await self._session.running()
        except (ConnectError, SessionLost) as err:
            return self._note(number, StepState.UNSETTLED, _NOT_BACK.format(why=message_text(err.message)))
        if running is not None and all(in_force(change, running) for change in step.changes):
            return self._note(number, StepState.DONE, confirmed=_one_line(sent.output))
        return self._note(number, StepState.NOT_DONE, _REVERTED)


# -- exec commands ------------------------------------------------------------------------------------


class ExecSteps(_JournalledSteps):
    """Steps with an exec command, in the session of one switch."""

    async def reconcile(
        self, number: int, step: ExecStep, state: StepState, noted: ProofNote | None
    ) -> StepResult:
        """Bring a step to its end that a journal left in that state."""
        found = await self._never_sent(number, step, state, noted) or await self._prove_or_ask(
            number, step, noted, None, sent=state is StepState.SENT
        )
        if found.state is StepState.SENT:
            found = await self._ask(number, step, found)
        return await self.do(number, step) if found.state is StepState.NOT_DONE else found

    async def do(self, number: int, step: ExecStep) -> StepResult:
        """Do it from its beginning."""
        missing = [name for name in secrets_in(step.command) if name not in self._context.secrets]
        if missing:
            return StepResult(
                state=StepState.NOT_DONE, why=_NO_SECRET.format(names=", ".join(missing)), waiting=True
            )
        proof = PROOFS.get(step.done_when)
        failure = await self._session.connect(self._context.timeouts.reconnect)
        if failure is not None:
            return StepResult(state=StepState.NOT_DONE, why=_words_of(failure))
        try:
            if step.reads and await self._is_on_flash(step.reads) is False:
                return StepResult(
                    state=StepState.NOT_DONE, why=_NO_FILE_YET.format(path=step.reads), waiting=True
                )
            reads = () if proof is None else (*proof.reads, *proof.refusal_reads)
            noted = None if proof is None else proof.note(await self._session.read_facts(reads))
            await self._session.open()
        except (ConnectError, SessionLost) as err:
            return StepResult(state=StepState.NOT_DONE, why=_words_of(err))
        self._note(number, StepState.BEGUN, kind=step.kind, command=step.command, noted=noted)
        self._say(step.command)
        secrets = {name: self._context.secrets[name] for name in secrets_in(step.command)}
        try:
            sent = await self._session.send(step, secrets=secrets)
        except SessionLost as err:
            # Not a second time in one call: a switch that loses sessions needs the operator.
            return await self._prove_or_ask(number, step, noted, err, sent=False)
        if sent.status is CommandOutcome.SILENT:
            silence = SessionLost("the switch stopped answering")
            return await self._prove_or_ask(number, step, noted, silence, sent=False)
        result = self._note_sent(number, sent, secrets, proof)
        self._keep(step, sent, secrets)
        if result.state is not StepState.SENT:
            return result
        return await self._prove_or_ask(number, step, noted, None, sent=True)

    def _note_sent(
        self, number: int, sent: CommandResult, secrets: Mapping[str, Secret], proof: Proof | None
    ) -> StepResult:
        """Write down what became of a command, before anything else is written to the disk."""
        if sent.status in (CommandOutcome.REFUSED, CommandOutcome.ASKED):
            words = _ASKED if sent.status is CommandOutcome.ASKED else _EXEC_REFUSED
            return self._note(
                number, StepState.REFUSED, words.format(said=self._without_secrets(sent, secrets))
            )
        if sent.status is CommandOutcome.UNEXPECTED and proof is None:
            why = _UNEXPECTED.format(said=self._without_secrets(sent, secrets))
            return self._note(number, StepState.UNSETTLED, why)
        return self._note(number, StepState.SENT)

    async def _prove_or_ask(
        self, number: int, step: ExecStep, noted: ProofNote | None, lost: SlpOpsError | None, *, sent: bool
    ) -> StepResult:
        """Resolve by its proof, or else by the operator's decision."""
        timeouts = self._context.timeouts
        patience = timeouts.reload if step.ends_session else timeouts.reconnect
        if lost is not None or step.ends_session:
            failure = await self._session.reconnect(patience)
            if failure is not None:
                back = still_reloading(timeouts, failure) if step.ends_session else None
                return self._note(
                    number, StepState.UNSETTLED, back or _NOT_BACK.format(why=message_text(failure.message))
                )
        proof = PROOFS.get(step.done_when)
        if proof is not None:
            found = await self._proven(proof, noted, patience)
            if found is True:
                return self._note(number, StepState.DONE, how="proof")
            if found:
                return self._note(number, StepState.REFUSED, _FAR_END.format(said=found))
            if sent:
                words = _NOT_PROVEN_YET if step.repeat is Repeat.SAFE else _NOT_PROVEN
                return self._note(number, StepState.SENT, words.format(proof=message_text(proof.words)))
        elif sent and lost is None:
            return self._note(number, StepState.DONE)
        elif (file := step.makes or step.removes) and (shown := await self._is_on_flash(file)) is not None:
            if shown is bool(step.makes):
                return self._note(number, StepState.DONE, how="dir")
            why = _NOT_SENT.format(lost=_NOTHING if lost is None else message_text(lost.message))
            return self._note(number, StepState.NOT_DONE, why)
        if step.repeat is Repeat.SAFE:
            why = _NOT_SENT.format(lost=_NOTHING if lost is None else message_text(lost.message))
            return self._note(number, StepState.NOT_DONE, why)
        why = _NOBODY_KNOWS.format(command=step.command)
        if step.again is not None:
            why = _KNOWN_OF_IT.format(why=why, again=step.again)
        return await self._ask(number, step, StepResult(state=StepState.UNSETTLED, why=why))

    async def _never_sent(
        self, number: int, step: ExecStep, state: StepState, noted: ProofNote | None
    ) -> StepResult | None:
        """Resolve a command that was started and perhaps not sent; None waits for its proof.

        A proof may take an hour, and that of a command that was never sent does not come at all. So what
        is repeatable is sent again, and the operator may decide before the wait.
        """
        proof = PROOFS.get(step.done_when)
        if proof is None or state is StepState.SENT or step.ends_session:
            return None
        try:
            if proof.holds(noted, await self._session.read_facts(proof.reads)):
                return None
        except (ConnectError, SessionLost):
            return None
        if step.repeat is Repeat.SAFE:
            return self._note(number, StepState.NOT_DONE, _SENT_AGAIN)
        return await self._ask_operator(number, step)

    async def _is_on_flash(self, file: str) -> bool | None:
        """Return whether a file is on the switch; None when unknown."""
        try:
            return await FileSteps(self._context, self._session).shows(file)
        except (ConnectError, SessionLost):
            return None

    async def _ask(self, number: int, step: ExecStep, otherwise: StepResult) -> StepResult:
        """Ask the operator for what the switch does not show."""
        if step.repeat is Repeat.SAFE:
            return self._note(number, StepState.NOT_DONE, otherwise.why)
        return await self._ask_operator(number, step) or self._note(number, otherwise.state, otherwise.why)

    async def _ask_operator(self, number: int, step: ExecStep) -> StepResult | None:
        """Return the operator's decision on a step; None when unknown."""
        name = self._context.device.name
        match await self._context.operator.resolve_outcome(name, step.command, step.again):
            case StepDecision.DONE:
                return self._note(number, StepState.DONE, how="operator")
            case StepDecision.AGAIN:
                return self._note(number, StepState.NOT_DONE, how="operator")
            case StepDecision.UNKNOWN:
                return None

    async def _proven(self, proof: Proof, noted: ProofNote | None, patience: float) -> bool | str:
        """Look until the proof is there, the time is over, or the operator wants to stop.

        A text is the far end's refusal.
        """
        stop_controller, timeouts = self._context.stop_controller, self._context.timeouts
        deadline = stop_controller.now() + timeouts.wait
        interval = timeouts.first_interval
        while True:
            try:
                if proof.holds(noted, await self._session.read_facts(proof.reads)):
                    return True
                if proof.refusal_reads and interval > timeouts.first_interval:
                    refusal = proof.refusal(noted, await self._session.read_facts(proof.refusal_reads))
                    if refusal:
                        return refusal
            except (ConnectError, SessionLost):
                if await self._session.reconnect(patience) is not None:
                    return False
            if stop_controller.stopping or stop_controller.now() >= deadline:
                return False
            self._context.on_event(
                ProgressEvent(device=self._context.device.name, what=f"waiting until {proof.words}")
            )
            await stop_controller.wait_or_stop(min(interval, max(deadline - stop_controller.now(), 0.0)))
            interval = min(interval * 2, timeouts.max_interval)

    def _keep(self, step: ExecStep, sent: CommandResult, secrets: Mapping[str, Secret]) -> None:
        """Keep what a command printed as evidence, unless a secret was in it."""
        if sent.output and not secrets:
            capture = self._context.evidence.open(step.command)
            capture.write(sent.output + "\n")
            capture.commit(CommandEnd(status=CaptureStatus.OK))

    def _without_secrets(self, sent: CommandResult, secrets: Mapping[str, Secret]) -> str:
        """Return the switch's words for the journal, without the echo of a command with secrets."""
        text = sent.output
        # An echo has the prompt's "#", or the "$" of a scrolled line: a question has no secret.
        asked = sent.status is CommandOutcome.ASKED and not {"#", "$"} & set(text)
        if secrets and not asked and sent.status is not CommandOutcome.REFUSED:
            text = "\n".join(line for line in text.split("\n") if line.lstrip().startswith("%"))
        for secret in secrets.values():
            text = text.replace(secret.reveal(), "***")
        return self._context.mask(_one_line(text))


# -- files --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDone:
    """Result: ``why`` on failure, and the record for the journal."""

    why: Text | None = None
    noted: Mapping[str, object] = field(default_factory=dict)


class FileSteps:
    """Steps with files, in the session of one switch."""

    def __init__(self, context: ChangeContext, session: DeviceSession) -> None:
        self._context = context
        self._session = session

    async def do(self, step: FileStep) -> FileDone:
        """Do one; a session that is lost in the middle is opened once more."""
        try:
            return await self._do_again(step)
        except StoreError as err:
            return FileDone(why=message_text(err.message))

    async def _do_again(self, step: FileStep) -> FileDone:
        try:
            return await self._do(step)
        except SessionLost as err:
            failure = await self._session.reconnect(self._context.timeouts.reconnect)
            if failure is not None:
                return FileDone(
                    why=_LOST.format(why=message_text(err.message), again=message_text(failure.message))
                )
        except (ConnectError, CredentialError) as err:
            return FileDone(why=_with_hint(err))
        try:
            return await self._do(step)
        except (SessionLost, ConnectError, CredentialError) as err:
            return FileDone(why=_with_hint(err))

    async def shows(self, path: str) -> bool | None:
        """Return whether a file exists; None when the switch does not show it. Raises ConnectError or
        SessionLost."""
        sent = await self._send(f"dir {path}")
        if sent.status is CommandOutcome.DONE and not _NO_FILE.search(sent.output):
            return True
        return False if _NO_FILE.search(sent.output) else None

    async def _do(self, step: FileStep) -> FileDone:
        match step:
            case CheckSpace():
                return await self._room(step)
            case Download():
                return await self._fetch(step)
            case Upload():
                return await self._put(step)
            case CheckFile():
                md5 = await self._md5(step.path)
                if isinstance(md5, Text):
                    return FileDone(why=md5)
                return FileDone() if md5 == step.md5 else FileDone(why=_OTHER_MD5.format(path=step.path))

    async def _room(self, step: CheckSpace) -> FileDone:
        sent = await self._send(step.command)
        found = _FREE.findall(sent.output)
        if sent.status is not CommandOutcome.DONE or not found:
            return FileDone(why=_NO_ROOM_KNOWN.format(said=_tail(sent.output)))
        free = int(found[-1])
        if free < step.bytes:
            return FileDone(why=_FULL.format(free=free, needed=step.bytes, system=step.system))
        return FileDone(noted={"free": free})

    async def _fetch(self, step: Download) -> FileDone:
        try:
            data = await (self._in_band(step.path) if step.in_band else self._by_scp(step.path))
        except (CopyFailed, InvalidDump) as err:
            return FileDone(why=_with_hint(err) if isinstance(err, CopyFailed) else message_text(str(err)))
        md5 = await self._md5(step.path)
        if isinstance(md5, Text):
            return FileDone(why=md5)
        if hashlib.md5(data, usedforsecurity=False).hexdigest() != md5:
            return FileDone(why=_NOT_SAME.format(path=step.path, size=len(data)))
        try:
            noted = self._copying.file_store.save(self._context.device, step.name, data)
        except BadFile as err:
            return FileDone(why=_with_hint(err))
        return FileDone(noted={"md5": md5, "in_band": step.in_band, **noted})

    async def _put(self, step: Upload) -> FileDone:
        data = self._copying.file_store.load(step.name)
        if hashlib.sha256(data).hexdigest() != step.sha256:
            return FileDone(why=_CHANGED.format(name=step.name))
        try:
            async with self._copying.transport.files(self._context.device) as files:
                await files.put(step.path, data)
        except CopyFailed as err:
            return FileDone(why=_with_hint(err))
        return FileDone()

    async def _by_scp(self, path: str) -> bytes:
        async with self._copying.transport.files(self._context.device) as files:
            return await files.fetch(path)

    async def _in_band(self, path: str) -> bytes:
        lines = _Lines()
        sent = await self._session.send(
            ExecStep(command=f"more /binary {path}", seconds=_SECONDS), sink=lines
        )
        if sent.status is CommandOutcome.SILENT:
            raise SessionLost("the switch stopped answering in the middle of the file")
        if sent.status is not CommandOutcome.DONE:
            raise CopyFailed(f"the switch does not print {path}: {_tail(sent.output)}")
        return read_dump(lines.finished())

    async def _md5(self, path: str) -> str | Text:
        sent = await self._send(f"verify /md5 {path}")
        found = _MD5.findall(sent.output)
        if sent.status is not CommandOutcome.DONE or not found:
            return _NO_MD5.format(path=path, said=_tail(sent.output))
        return str(found[-1]).lower()

    async def _send(self, command: str) -> CommandResult:
        """Send a command that reads flash, and keep what it prints as evidence."""
        sent = await self._session.send(ExecStep(command=command, seconds=_SECONDS))
        if sent.status is CommandOutcome.SILENT:
            raise SessionLost(f"the switch stopped answering at '{command}'")
        capture = self._context.evidence.open(command)
        capture.write(f"{sent.output}\n")
        status = CaptureStatus.OK if sent.status is CommandOutcome.DONE else CaptureStatus.UNSUPPORTED
        capture.commit(CommandEnd(status=status))
        return sent

    @property
    def _copying(self) -> FileCopying:
        copying = self._context.copying
        assert copying is not None  # noqa: S101 - only the verbs that copy make such steps
        return copying


class _Lines:
    """A sink that gives lines. See ``ports.Sink``."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def write(self, text: str) -> None:
        self._pieces.append(text)

    def finished(self) -> list[str]:
        return "".join(self._pieces).split("\n")


def _with_hint(err: SlpOpsError) -> Text:
    message = message_text(err.message)
    return _HINT.format(why=message, hint=message_text(err.hint)) if err.hint else message


def _tail(output: str) -> str:
    return " / ".join(line.strip() for line in output.split("\n")[-3:] if line.strip())[:200] or "-"


def _one_line(text: str) -> str:
    """Quote the switch's message as a part of a sentence."""
    return " / ".join(line.strip() for line in text.split("\n") if line.strip())[:300]


def _words_of(err: SlpOpsError) -> Text:
    """Return an error's message."""
    return message_text(err.message)


def still_reloading(timeouts: Timeouts, failure: SlpOpsError) -> Text:
    """Return why a change waits for a switch that reloads, and how to wait for longer."""
    return _STILL_RELOADING.format(minutes=f"{timeouts.reload / 60:.0f}", why=message_text(failure.message))


_HINT: Final = Text("{why} ({hint})", "{why} ({hint})")
_NOTHING: Final = Text("no line is shown", "設定が反映されていません")
_BY_HAND: Final = Text("a manual step must be done first", "手作業が必要です")
_REFUSED: Final = Text(
    "the switch refused '{line}': {said} (lines taken before it: {taken})",
    "スイッチが '{line}' を拒否しました: {said} (それより前の {taken} 行は反映済み)",
)
_NOT_BACK: Final = Text("the switch does not answer any more: {why}", "スイッチに再接続できません: {why}")
_UNREADABLE: Final = Text(
    "the running configuration could not be read back", "running-config を読み戻せませんでした"
)
_NONE: Final = Text("nothing of it took effect: {lost}", "反映されていません: {lost}")
_PARTLY: Final = Text(
    "only {count} of {total:line} are in force: {said}",
    "{total} 行中 {count} 行のみ反映されています: {said}",
)
_REVERTED: Final = Text(
    "the revert timer restored the earlier configuration", "revert timer により元の設定に戻りました"
)
_NO_SECRET: Final = Text("the secret {names} is needed", "秘密パラメータ {names} が必要です")
_NO_FILE_YET: Final = Text(
    "{path} is not on the switch: copy it there; the command is sent when it is there",
    "{path} がスイッチにありません。コピーしてください。コマンドはファイルを確認してから送信します",
)
_ASKED: Final = Text(
    "the switch asked a question that the playbook does not answer, and got no answer: {said}",
    "プレイブックに回答のない質問のため中断しました: {said}",
)
_EXEC_REFUSED: Final = Text("the switch refused it: {said}", "スイッチが拒否しました: {said}")
_FAR_END: Final = Text("the licence server refused it: {said}", "ライセンスサーバが拒否しました: {said}")
_UNEXPECTED: Final = Text("unexpected output of the switch: {said}", "想定した応答がありません: {said}")
_NOT_PROVEN: Final = Text(
    "it was sent, and this has not been seen in time: {proof}; --resume looks again without sending it again",
    "送信済みですが、時間内に確認できませんでした: {proof}。--resume で再確認します (再送はしません)",
)
_NOT_PROVEN_YET: Final = Text(
    "it was sent, and this has not been seen in time: {proof}; --resume looks again, and sends it again if "
    "that is still not seen, which is harmless",
    "送信済みですが、時間内に確認できませんでした: {proof}。--resume で再確認し、それでも確認できない場合は"
    "再送します (再送しても問題ありません)",
)
_NOT_SENT: Final = Text("it did not happen: {lost}", "実行されていません: {lost}")
_SENT_AGAIN: Final = Text(
    "it may not have been sent; sending it again may send it twice",
    "送信されていない可能性があり、再送しても問題ありません",
)
_NOBODY_KNOWS: Final = Text(
    "the switch does not show whether '{command}' was carried out",
    "'{command}' が実行されたかどうかスイッチから判断できません",
)
_KNOWN_OF_IT: Final = Text("{why}. {again}", "{why}。{again}")
_STILL_RELOADING: Final = Text(
    "the switch does not answer {minutes} minutes after the reload: {why}; --resume waits again, "
    "--reload-wait MINUTES for longer",
    "reload の {minutes} 分後も応答がありません: {why}。--resume で再度待機します"
    " (--reload-wait で待機時間を分単位で指定)",
)
_LOST: Final = Text("{why}; and then: {again}", "{why}。その後: {again}")
_NO_ROOM_KNOWN: Final = Text(
    "the free space on flash could not be read: {said}", "flash の空き容量を読み取れません: {said}"
)
_FULL: Final = Text(
    "{system} has {free} bytes free, and {needed} are needed: delete what is not used (old images: install "
    "remove inactive), then continue with --resume",
    "{system} の空き容量は {free} バイトで、{needed} バイト必要です。不要なファイルを削除してください "
    "(古いイメージは install remove inactive)。その後 --resume で続行してください",
)
_NOT_SAME: Final = Text(
    "the {size} bytes received are not those of {path}: their MD5 differs from the switch's",
    "受信した {size} バイトは {path} の内容と異なります (スイッチの MD5 と不一致)",
)
_OTHER_MD5: Final = Text(
    "{path} on the switch is not the file that was sent: its MD5 differs",
    "スイッチ上の {path} は送信したファイルと異なります (MD5 不一致)",
)
_NO_MD5: Final = Text("the switch prints no MD5 of {path}: {said}", "{path} の MD5 を取得できません: {said}")
_CHANGED: Final = Text(
    "the kept copy of {name} is not what was planned", "保存済みの {name} が計画時と異なります"
)
