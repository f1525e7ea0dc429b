"""Playbook + facts + parameters -> plan, without touching a switch.

``plan_device`` makes it, ``documents`` is its file, ``journal`` records its progress. Other verbs that change
a switch make their own ``Action`` from the same steps.
"""

from __future__ import annotations

from slp_ops.planning.model import (
    Action,
    PlanningResult,
    PlaybookChoice,
    SkippedPlaybook,
    SwitchPlan,
    Trigger,
    what_changed,
)
from slp_ops.planning.planner import TIMER_MINUTES, PlannedSwitch, plan_device, plan_save, serials_of
from slp_ops.planning.running_config import RunningConfig
from slp_ops.planning.values import ParameterSources

__all__ = [
    "TIMER_MINUTES",
    "Action",
    "ParameterSources",
    "PlannedSwitch",
    "PlanningResult",
    "PlaybookChoice",
    "RunningConfig",
    "SkippedPlaybook",
    "SwitchPlan",
    "Trigger",
    "plan_device",
    "plan_save",
    "serials_of",
    "what_changed",
]
