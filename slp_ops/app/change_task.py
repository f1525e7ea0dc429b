"""The works ``change`` and ``usage-import``: a worker near a switch applies an approved plan.

Unlike other works they are done over a hub only: they need a fence, a journal and an approval, see
``site_changes.py``.
"""

from __future__ import annotations

import binascii
import hashlib
import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, Literal

from slp_ops.app.change.apply import DeviceChangeResult
from slp_ops.app.change.before_after import BeforeAfter
from slp_ops.app.change.context import StepDecision
from slp_ops.app.device_work import DeviceWork, EarlierPart
from slp_ops.app.works import USAGE_IMPORT
from slp_ops.errors import ChangeRefused, StoreError
from slp_ops.i18n import Text
from slp_ops.json_documents import encode, json_document, json_field
from slp_ops.model import Capture, Device, DeviceResult, DeviceStatus
from slp_ops.params import ParameterKind
from slp_ops.planning.journal_state import ChangeOutcome, StepState
from slp_ops.planning.model import SwitchPlan
from slp_ops.steps import CheckFile, CheckSpace, Download, Upload

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slp_ops.app.change.options import ChangeOptions
    from slp_ops.app.device_work import DeviceTools
    from slp_ops.planning.journal_state import SwitchState
    from slp_ops.playbook import Playbook
    from slp_ops.rules.ruleset import Ruleset


@json_document
class StageRules:
    """Rules of a stage of a flow: they verify its playbook too.

    A stage is not applied where they pass, unless it is one that ``always`` is.
    """

    done_when: tuple[str, ...]
    always: bool = False


@json_document
class ChangeTask:
    """A plan for one device. What a worker does of it is exactly what its operator has signed.

    ``change`` is the id of the change, ``owner`` the worker that has begun it, empty for a new one. ``rules``
    is the digest of the rules that verify the plan, empty where none do. ``operator`` is USER@HOST, for other
    operators. ``done`` are steps that the operator knows to be done, ``decision`` is the operator's on the
    step that the journal left open. Times are in seconds, ``timer`` has the minutes of the revert timer.
    ``files`` are those that go to the switch, by their names in the plan, in base64: what is signed has their
    bytes. ``stage`` is set in a flow.
    """

    schema: Literal["slp-ops/change-task/1"] = "slp-ops/change-task/1"
    device: Device
    change: str
    plan: SwitchPlan
    rules: str = ""
    owner: str = ""
    operator: str = ""
    back: bool = False
    rollback_on_fail: bool = False
    manual_done: bool = False
    timer: int = 0
    decision: StepDecision | None = None
    done: tuple[int, ...] = ()
    wait: float
    reload_wait: float
    files: Mapping[str, str] | None = json_field(omit_none=True, default=None)
    stage: StageRules | None = json_field(omit_none=True, default=None)
    earlier: EarlierPart = field(default_factory=EarlierPart)

    @classmethod
    def of(
        cls, device: Device, state: SwitchState, change: str, options: ChangeOptions, *, back: bool
    ) -> ChangeTask:
        """Return the task of a switch as far as it is alike for every verb."""
        return cls(
            device=device,
            change=change,
            plan=state.plan,
            owner="" if state.approved is None else state.approved.worker,
            back=back,
            rollback_on_fail=options.rollback_on_fail,
            done=tuple(number for number, step in state.steps.items() if step is StepState.DONE),
            wait=options.wait,
            reload_wait=options.reload_wait,
        )

    @property
    def own_rules(self) -> bool:
        """See ``DeviceTask``: rules are never in a task; ``rules`` compares those of both sides."""
        return False


@json_document
class ChangeReport:
    """Result of a change, see ``DeviceChangeResult``."""

    end: ChangeOutcome
    why: Text | None
    difference: BeforeAfter
    remaining: tuple[str, ...]
    steps_done: int
    steps: int
    regressed: tuple[str, ...]
    refused: bool
    can_repeat: bool
    can_roll_back: bool

    @classmethod
    def of(cls, applied: DeviceChangeResult) -> ChangeReport:
        """Return the part of a result that travels."""
        return cls(
            end=applied.end,
            why=applied.why,
            difference=applied.difference,
            remaining=applied.remaining,
            steps_done=applied.steps_done,
            steps=applied.steps,
            regressed=applied.regressed,
            refused=applied.refused,
            can_repeat=applied.can_repeat,
            can_roll_back=applied.can_roll_back,
        )

    def result_for(self, device: Device) -> DeviceChangeResult:
        """Return the result for a device."""
        return DeviceChangeResult(
            name=device.name,
            site=device.site,
            end=self.end,
            why=self.why,
            difference=self.difference,
            remaining=self.remaining,
            steps_done=self.steps_done,
            steps=self.steps,
            regressed=self.regressed,
            refused=self.refused,
            can_repeat=self.can_repeat,
            can_roll_back=self.can_roll_back,
        )


@json_document
class ChangeAnswer:
    """Result of a change at a worker.

    ``events`` are those of the worker's journal. ``is_whole``: nothing else was sent; otherwise another
    worker has the change, and this one has only read the switch.
    """

    schema: Literal["slp-ops/change-answer/1"] = "slp-ops/change-answer/1"
    worker: str
    device: str
    site: str
    report: ChangeReport
    captures: tuple[Capture, ...]
    events: tuple[Any, ...] = ()
    is_whole: bool = True


async def _elsewhere(task: ChangeTask, tools: DeviceTools) -> ChangeAnswer:
    raise ChangeRefused("a change is made with an approval and a journal, by a worker of its site")


def _device_result(answer: ChangeAnswer) -> DeviceResult:
    end = answer.report.end
    good = end.good or end is ChangeOutcome.ROLLED_BACK
    return DeviceResult(
        name=answer.device,
        site=answer.site,
        status=DeviceStatus.OK if good else DeviceStatus.FAILED,
        captures=answer.captures,
    )


CHANGE: Final = DeviceWork(
    name="change",
    task=ChangeTask,
    result=ChangeAnswer,
    visit=_elsewhere,
    device_result=_device_result,
    needs_params=True,
)
IMPORT: Final = replace(CHANGE, name=USAGE_IMPORT, needs_params=False)
CHANGES: Final = {work.name: work for work in (CHANGE, IMPORT)}


@dataclass(frozen=True, slots=True)
class TaskFiles:
    """The files in a task, a ``ports.FileStore`` for a plan that fetches none."""

    task: ChangeTask

    @property
    def names(self) -> frozenset[str]:
        """Return the names of the files."""
        return frozenset(self.task.files or ())

    def load(self, name: str) -> bytes:
        """See ``ports.FileStore``."""
        try:
            return b64decode((self.task.files or {})[name], validate=True)
        except (KeyError, binascii.Error, ValueError):
            raise StoreError(f"the task has no file {name}") from None

    def save(self, device: Device, name: str, data: bytes) -> Mapping[str, object]:
        """Refuse: what a switch gives does not go back with a change. Raises StoreError."""
        raise StoreError(f"{name} of {device.name} is not kept: a change takes no file from a switch")


def rules_digest(knowledge: Ruleset) -> str:
    """Return the SHA-256 of rules: the version of the packaged ones, and the content of the operator's."""
    own = sorted(
        (PurePath(source.path).name, source.text, None if source.template is None else source.template.text)
        for source in knowledge.sources
    )
    return hashlib.sha256(json.dumps([knowledge.version, own]).encode("ascii")).hexdigest()


def is_whole(sent: Any, task: object) -> bool:
    """Return whether a task has every key of the JSON value that it was read from.

    ``decode`` ignores keys that it does not know; an operator of a newer release has signed them too. One
    without a value means nothing.
    """
    return _has_keys(encode(task), sent)


def _has_keys(known: Any, sent: Any) -> bool:
    if isinstance(sent, dict) and isinstance(known, dict):
        return all(
            _has_keys(known[key], value) if key in known else value is None for key, value in sent.items()
        )
    if isinstance(sent, list) and isinstance(known, list):
        return all(map(_has_keys, known, sent))
    return True


def unfit_for_hub(plan: SwitchPlan, playbooks: Iterable[Playbook]) -> str:
    """Return why a plan is applied by a computer at the site only; empty where it may go over a hub.

    Secrets and files of the operator do not travel.
    """
    files = {
        param.name
        for playbook in playbooks
        for param in playbook.params
        if param.kind is ParameterKind.CERTIFICATE
    }
    for action in plan.actions:
        if action.secrets:
            names = ", ".join(action.secrets)
            return f"{action.playbook} needs a secret ({names}), and no secret goes over a hub"
        if not files.isdisjoint(action.params):
            return f"{action.playbook} needs a file of yours, and no file goes over a hub"
        if any(isinstance(step, CheckSpace | Download | Upload | CheckFile) for step in action.steps):
            return f"{action.playbook} copies files, and no file goes over a hub"
    return ""
