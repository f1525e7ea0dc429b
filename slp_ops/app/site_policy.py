"""Limits of a worker for changes: whose approval, up to which risk, and what each approval has to fit.

Nothing is sent here: tasks are compared with the worker's own settings, and refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from slp_ops.app.change_task import is_whole
from slp_ops.app.site_planning import at_site
from slp_ops.cluster.approval import InvalidApproval, differing_field, digest_of, verified
from slp_ops.errors import ChangeRefused

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.app.remediate import Wanted
    from slp_ops.cluster.approval import Approval, SignedApproval
    from slp_ops.cluster.messages import TaskMessage
    from slp_ops.planning.model import SwitchPlan
    from slp_ops.playbook import Risk


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePolicy:
    """A worker's own side of changes.

    ``approvers`` are the keys of its joining, ``allow`` is the highest risk, ``wanted`` has its rules and
    playbooks, ``folder`` has its journals. ``imports_usage`` permits ``usage import``.
    """

    approvers: tuple[str, ...]
    allow: Risk
    wanted: Wanted
    folder: Path
    imports_usage: bool = False

    def check(self, task: object, sent: Any, plan: SwitchPlan, verb: str) -> None:
        """Refuse what no approval permits. ``sent`` is the task as it came. Raises ChangeRefused."""
        if not is_whole(sent, task):
            raise ChangeRefused(
                "the task of a change has parts that the worker does not know",
                hint="use the same release at every worker and here",
            )
        if not self.approvers:
            raise ChangeRefused(
                "this worker knows no operator who may approve changes",
                hint="join again, with a new code of 'slp-ops hub site add'",
            )
        if plan.risk.rank > self.allow.rank:
            raise ChangeRefused(
                f"the worker does not permit what is {plan.risk.value}",
                hint=f"start it with --allow {plan.risk.value}, or {at_site(verb)}",
            )

    def check_in_advance(self, order: TaskMessage, task: object, plan: SwitchPlan) -> None:
        """Refuse a task that its operator has not approved in advance. Raises ChangeRefused."""
        self.check(task, order.task, plan, order.work.replace("-", " "))
        if order.approval is None:
            raise ChangeRefused("the task has no approval of an operator")
        approval = self.verified(order.approval)
        if other := differing_field(
            approval,
            site=plan.site,
            device=plan.name,
            run=order.run,
            claim="",
            worker="",
            task=digest_of(order.work, order.task, debug=order.debug),
        ):
            raise ChangeRefused(f"the approval is for another {other}")
        check_expiry(approval.expires)

    def verified(self, signed: SignedApproval) -> Approval:
        """Return the approval that an operator has signed. Raises ChangeRefused."""
        try:
            return verified(signed, self.approvers)
        except InvalidApproval as error:
            raise ChangeRefused(f"the approval is not valid: {error}") from None


def check_expiry(expires: datetime) -> None:
    """Refuse an approval that has expired, by the clock of the worker. Raises ChangeRefused."""
    now = datetime.now(UTC)
    if expires < now:
        raise ChangeRefused(
            f"the approval expired at {expires:%Y-%m-%dT%H:%M:%SZ}; the clock of the worker shows "
            f"{now:%Y-%m-%dT%H:%M:%SZ}"
        )
