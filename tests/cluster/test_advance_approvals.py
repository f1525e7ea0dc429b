"""A task that may be repeated, such as ``usage save``, is approved in advance: signed, for a day."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app.audit_device import AuditOptions
from slp_ops.app.remediate import Wanted
from slp_ops.app.site_policy import ChangePolicy
from slp_ops.app.usage_save_task import UsageSaveTask
from slp_ops.app.works import USAGE_SAVE
from slp_ops.cluster.approval import Approval, SignedApproval, digest_of, new_signing_key, public_key_of, sign
from slp_ops.cluster.messages import TaskMessage
from slp_ops.errors import ChangeRefused
from slp_ops.json_documents import encode
from slp_ops.playbook import Risk, packaged
from tests.cluster.desk import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.desk import Desk


class Save:
    """A task of ``usage save`` with the approval of its operator, as it comes to a worker."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.task = UsageSaveTask(device=desk.bench.device, plan=desk.plan)
        self.document = json.loads(json.dumps(encode(self.task)))
        self.folder = folder

    def approval(self, **other: Any) -> Approval:
        fields: dict[str, Any] = {
            "id": "0",
            "change": "",
            "run": "run1",
            "site": self.task.plan.site,
            "device": self.task.plan.name,
            "serials": self.task.plan.serials,
            "task": digest_of(USAGE_SAVE, self.document, debug=False),
            "claim": "",
            "worker": "",
            "number": 0,
            "expires": datetime.now(UTC) + timedelta(days=1),
        }
        return Approval(**{**fields, **other})

    def check(
        self, signed: SignedApproval | None, policy: dict[str, Any] | None = None, **order: Any
    ) -> None:
        """Let a worker look at it. Raises ChangeRefused."""
        message: dict[str, Any] = {
            "run": "run1",
            "device": self.task.plan.name,
            "work": USAGE_SAVE,
            "folder": "sw",
            "taken": (),
            "mask_key": "",
            "debug": False,
            "approval": signed,
            "task": self.document,
        }
        settings: dict[str, Any] = {
            "approvers": (public_key_of(KEY),),
            "allow": Risk.CHANGE,
            "wanted": Wanted(playbooks=packaged(), audit_options=AuditOptions()),
            "folder": self.folder,
        }
        worker = ChangePolicy(**{**settings, **(policy or {})})
        worker.check_in_advance(TaskMessage(**{**message, **order}), self.task, self.task.plan)


@pytest.fixture
def save(desk: Desk, tmp_path: Path) -> Save:
    return Save(desk, tmp_path)


def test_what_an_operator_has_approved_is_permitted_and_again(save: Save) -> None:
    signed = sign(save.approval(), KEY)
    save.check(signed)
    save.check(signed)


def test_without_an_approval_nothing_is_permitted(save: Save) -> None:
    with pytest.raises(ChangeRefused, match="no approval of an operator"):
        save.check(None)
    with pytest.raises(ChangeRefused, match="knows no operator"):
        save.check(sign(save.approval(), KEY), {"approvers": ()})


def test_a_forged_one_is_refused(save: Save) -> None:
    with pytest.raises(ChangeRefused, match="is not signed by an operator"):
        save.check(sign(save.approval(), new_signing_key()))
    signed = sign(save.approval(device="other"), KEY)
    text = signed.text.replace("other", save.task.plan.name)
    with pytest.raises(ChangeRefused, match="is not signed by an operator"):
        save.check(SignedApproval(text=text, signature=signed.signature))


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"site": "osaka"}, "for another site"),
        ({"device": "sw-9"}, "for another device"),
        ({"run": "run2"}, "for another run"),
        ({"task": "0" * 64}, "for another task"),
        # That of a change is for one claim of one worker, and for nothing else.
        ({"claim": "ab"}, "for another claim"),
        ({"worker": "worker-1"}, "for another worker"),
        ({"expires": datetime(2026, 1, 1, tzinfo=UTC)}, "expired"),
    ],
)
def test_one_for_anything_else_is_refused(save: Save, other: dict[str, Any], message: str) -> None:
    with pytest.raises(ChangeRefused, match=message):
        save.check(sign(save.approval(**other), KEY))


@pytest.mark.parametrize("order", [{"debug": True}, {"work": "usage-import"}])
def test_what_was_changed_on_the_way_is_refused(save: Save, order: dict[str, Any]) -> None:
    with pytest.raises(ChangeRefused, match="for another task"):
        save.check(sign(save.approval(), KEY), **order)


def test_a_part_that_the_worker_does_not_know_is_refused(save: Save) -> None:
    save.document["only_if"] = "it is night"
    with pytest.raises(ChangeRefused, match="parts that the worker does not know"):
        save.check(sign(save.approval(), KEY))
