"""Playbook + facts + parameters -> plan, without touching a switch.

``consider`` makes it, ``documents`` is its file, ``journal`` records its progress. Other verbs that change
a switch make their own ``Action`` from the same steps.
"""

from __future__ import annotations

from slp_ops.plan.make import TIMER_MINUTES, Switch, consider, serials_of
from slp_ops.plan.model import (
    Action,
    Because,
    Choice,
    Considered,
    Spared,
    SwitchPlan,
    what_changed,
)
from slp_ops.plan.running import Running
from slp_ops.plan.values import Given

__all__ = [
    "TIMER_MINUTES",
    "Action",
    "Because",
    "Choice",
    "Considered",
    "Given",
    "Running",
    "Spared",
    "Switch",
    "SwitchPlan",
    "consider",
    "serials_of",
    "what_changed",
]
