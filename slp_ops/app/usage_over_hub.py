"""``usage save --hub``: workers near the switches save the reports; journal and files are kept here."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from slp_ops.app.change.apply import DeviceChangeResult
from slp_ops.app.device_work import VisitFailed
from slp_ops.app.usage_save_task import SAVING, UsageSaveTask
from slp_ops.errors import BadFile, ChangeRefused, SlpOpsError, StoreError
from slp_ops.i18n import Text
from slp_ops.json_documents import ShapeError, decode, encode
from slp_ops.messages import message_text
from slp_ops.planning.journal_state import (
    ChangeOutcome,
    EndEvent,
    StepEvent,
    StepState,
    VerifiedEvent,
    event_of,
)
from slp_ops.steps import Download

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.app.change.at_worker import ChangeAtWorker
    from slp_ops.app.usage_save_task import UsageSaveAnswer
    from slp_ops.planning.journal_state import JournalEvent

# Refusals of a worker, which come before a session is opened; the engine's own begin with "not tried".
_REFUSALS: Final = frozenset({"not_permitted", "not_at_site", "unknown_task", ChangeRefused.kind})


async def save_over_hub(change: ChangeAtWorker) -> DeviceChangeResult:
    """Have a worker save the reports of a switch. What it sent is in the journal, its file in the store.

    Raises StoreError.
    """
    task = UsageSaveTask(device=change.device, plan=change.plan)
    try:
        answer = await change.engine.visit(SAVING, task, change.run, change.on_event)
    except VisitFailed as err:
        is_unread = err.failure.kind in _REFUSALS or err.failure.message.startswith("not tried")
        end = ChangeOutcome.UNREAD if is_unread else ChangeOutcome.UNSETTLED
        return _ended(change, end, message_text(_with_hint(err.failure.message, err.failure.hint)))
    except SlpOpsError as err:
        return _ended(change, ChangeOutcome.UNSETTLED, message_text(err.message))
    change.evidence.captures.extend(answer.captures)
    try:
        for event in _events(change, answer):
            change.journal.write(event)
    except (ShapeError, BadFile, StoreError) as err:
        words = str(err) if isinstance(err, ShapeError) else err.message
        return _ended(change, ChangeOutcome.FAILED, _NOT_KEPT.format(why=message_text(words)))
    with suppress(OSError):  # what is left is found by no verb
        shutil.rmtree(change.run.device(change.device).exchanged.path, ignore_errors=True)
    return _ended(change, answer.end, answer.why, steps_done=answer.steps_done)


def _events(change: ChangeAtWorker, answer: UsageSaveAnswer) -> Iterator[JournalEvent]:
    """Yield the events of a worker that belong to this plan, with its file as it is found here.

    Raises ShapeError, BadFile, StoreError.
    """
    steps = [step for _, step in change.plan.steps]
    for value in answer.events:
        event = event_of(value)
        if isinstance(event, EndEvent):
            continue
        if not isinstance(event, StepEvent | VerifiedEvent) or event.device != change.device.name:
            raise ShapeError("events", "steps of this switch", value)
        if isinstance(event, StepEvent) and event.step not in range(len(steps)):
            raise ShapeError("events", "steps of this plan", value)
        if isinstance(event, StepEvent) and event.state is StepState.DONE:
            step = steps[event.step]
            event = replace(event, received=None)
            if isinstance(step, Download):
                data = change.run.device(change.device).exchanged.load(step.name)
                noted = change.files.save(change.device, step.name, data)
                event = decode(StepEvent, {**encode(event), **noted})
        yield event


def _ended(
    change: ChangeAtWorker, end: ChangeOutcome, why: Text | None, *, steps_done: int = 0
) -> DeviceChangeResult:
    """Note how a switch ended, and return it. Raises StoreError."""
    change.journal.write(
        EndEvent(
            device=change.device.name,
            state=end,
            why="" if why is None else why.en,
            why_ja=None if why is None else why.ja,
        )
    )
    return DeviceChangeResult(
        name=change.device.name,
        site=change.device.site,
        end=end,
        why=why,
        steps_done=steps_done,
        steps=len(change.plan.steps),
    )


def _with_hint(message: str, hint: str) -> str:
    return f"{message} ({hint})" if hint else message


_NOT_KEPT: Final = Text(
    "what the worker sent is not kept: {why}; slp-ops usage save --resume repeats it",
    "ワーカから届いた内容を保存できませんでした: {why}。slp-ops usage save --resume で再実行できます",
)
