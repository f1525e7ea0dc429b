"""``usage import --hub``: the acknowledgements of a switch in a task, and the worker's side of it.

The files travel in the task, so that an operator's approval is for their bytes. A worker plans for the switch
itself: what it sends follows from the digests and sizes of the files, and from the choices of the operator.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from typing import TYPE_CHECKING, ClassVar, Final

from slp_ops.app.change_task import TaskFiles
from slp_ops.app.site_planning import at_site
from slp_ops.app.usage_reports import exchange_commands, observed_switch
from slp_ops.errors import BadFile, ChangeRefused
from slp_ops.runs.file_store import is_exchanged
from slp_ops.steps import Upload
from slp_ops.usage.importing import PLAYBOOK, ImportOptions, replan_import

if TYPE_CHECKING:
    from collections.abc import Callable

    from slp_ops.app.change.context import BufferedEvidence
    from slp_ops.app.change_task import ChangeTask
    from slp_ops.commands import ShowCommand
    from slp_ops.parsing import Facts
    from slp_ops.planning.model import Action, PlanningResult, SwitchPlan
    from slp_ops.rules.values import Outcome

LARGEST_FILES: Final = 2**19  # bytes of the files of one switch: a task is one message of 1 MB, in base64
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MD5: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]{1,18}", re.ASCII)


def size_of_files(plan: SwitchPlan) -> int:
    """Return the bytes of the files that a plan copies to the switch."""
    return sum(step.size for step in _uploads(plan).values())


def files_for(plan: SwitchPlan, load: Callable[[str], bytes]) -> dict[str, str]:
    """Return the files that a plan copies to the switch, by name, in base64.

    Raises BadFile for one that is not as it was planned, StoreError.
    """
    found = {}
    for name, step in _uploads(plan).items():
        data = load(name)
        if not _is_planned(step, data):
            raise BadFile(f"the kept copy of {name} is not what was planned")
        found[name] = b64encode(data).decode("ascii")
    return found


class ImportPlanning:
    """``SitePlanning`` of ``usage import``."""

    verb: ClassVar[str] = "usage import"
    row_commands: ClassVar[tuple[str, ...]] = ()

    @property
    def commands(self) -> tuple[ShowCommand, ...]:
        """See ``SitePlanning``."""
        return exchange_commands()

    def check(self, task: ChangeTask) -> None:
        """See ``SitePlanning``. Every file of the task has the size and the digest of the plan."""
        plan = task.plan
        if task.back or not plan.actions or not all(map(_is_ours, plan.actions)):
            raise ChangeRefused("the task has a plan that usage import does not make")
        if (size := size_of_files(plan)) > LARGEST_FILES:
            raise ChangeRefused(
                f"the files of the task have {size} bytes, and at most {LARGEST_FILES} go over a hub",
                hint=at_site(self.verb),
            )
        files, uploads = TaskFiles(task), _uploads(plan)
        if files.names != uploads.keys():
            raise ChangeRefused("the files of the task are not those of its plan")
        for name, step in uploads.items():
            if not _is_planned(step, files.load(name)):
                raise ChangeRefused(f"the file {name} of the task is not the one of its plan")

    def judge(self, task: ChangeTask, facts: Facts) -> tuple[Outcome, ...]:
        """Return nothing: the switch shows that it received an answer, and no rule is needed for that."""
        return ()

    def replan(
        self, task: ChangeTask, memory: BufferedEvidence, outcomes: tuple[Outcome, ...]
    ) -> PlanningResult:
        """See ``SitePlanning``."""
        return replan_import(observed_switch(task.device, memory), task.plan)


def _uploads(plan: SwitchPlan) -> dict[str, Upload]:
    return {step.name: step for _, step in plan.steps if isinstance(step, Upload)}


def _is_planned(step: Upload, data: bytes) -> bool:
    return len(data) == step.size and hashlib.sha256(data).hexdigest() == step.sha256


def _is_ours(action: Action) -> bool:
    """Return whether an action has what ``usage import`` plans from, each value in its form."""
    try:
        params = action.params
        ImportOptions.of(params)
        return (
            action.playbook == PLAYBOOK
            and is_exchanged(params["file"])
            and _SHA256.fullmatch(params["sha256"]) is not None
            and _MD5.fullmatch(params["md5"]) is not None
            and all(
                _NUMBER.fullmatch(number)
                for number in (params["size"], *filter(None, params["reports"].split(",")))
            )
        )
    except KeyError:
        return False
