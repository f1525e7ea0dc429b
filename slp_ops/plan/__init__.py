"""Playbook + facts + parameters -> plan, without touching a switch.

``consider`` makes it, ``record`` and ``plan_of`` write and read it. Other verbs that change a switch make
their own ``Action`` from the same steps, and hand it to the same engine.
"""

from __future__ import annotations

from slp_ops.plan.as_json import SCHEMA, plan_of, record, step_of, step_record
from slp_ops.plan.files import Check, Fetch, FileStep, Put, Room
from slp_ops.plan.make import TIMER_MINUTES, Switch, consider, serials_of
from slp_ops.plan.model import (
    Action,
    Because,
    Choice,
    Configure,
    Considered,
    Execute,
    Instruct,
    PlannedStep,
    Spared,
    SwitchPlan,
    what_changed,
)
from slp_ops.plan.running import Running
from slp_ops.plan.values import Given

__all__ = [
    "SCHEMA",
    "TIMER_MINUTES",
    "Action",
    "Because",
    "Check",
    "Choice",
    "Configure",
    "Considered",
    "Execute",
    "Fetch",
    "FileStep",
    "Given",
    "Instruct",
    "PlannedStep",
    "Put",
    "Room",
    "Running",
    "Spared",
    "Switch",
    "SwitchPlan",
    "consider",
    "plan_of",
    "record",
    "serials_of",
    "step_of",
    "step_record",
    "what_changed",
]
