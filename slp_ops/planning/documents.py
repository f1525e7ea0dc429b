"""The plan file: complete, diffable, without a secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from slp_ops.errors import InputError
from slp_ops.i18n import Text
from slp_ops.json_documents import ShapeError, decode, json_document, json_field, seconds
from slp_ops.planning.model import SkippedPlaybook, SwitchPlan
from slp_ops.steps import unsendable

SCHEMA: Final = "slp-ops/plan/1"
_HINT: Final = "make it anew with: slp-ops remediate --dry-run --out"


@json_document
class DeviceChoice:
    """A rule of one switch that several playbooks remedy."""

    name: str
    rule: str
    playbooks: tuple[str, ...]


@json_document
class Mention:
    """Playbooks that would help one switch and are planned only when they are named."""

    name: str
    playbooks: tuple[str, ...]


@json_document
class UnreadSwitch:
    """A switch that could not be read."""

    name: str
    site: str
    kind: str | None
    why: str


@json_document
class LeftOutFile:
    """A file of CSSM that is not imported, and why."""

    path: str
    reason: str
    why: Text


@json_document
class PlanDocument:
    """Plans of a fleet. Made twice from the same switches, only ``created``, ``run`` and ``seal`` differ.

    ``verb`` and ``left_out`` are part of the plans of ``slp-ops usage``. A plan in a file has a ``seal``.
    """

    schema: Literal["slp-ops/plan/1"] = "slp-ops/plan/1"
    created: datetime = json_field(encoder=seconds)
    slp_ops: str
    run: str
    devices: tuple[SwitchPlan, ...]
    nothing_planned: tuple[SkippedPlaybook, ...] = ()
    choices: tuple[DeviceChoice, ...] = ()
    mentioned: tuple[Mention, ...] = ()
    unread: tuple[UnreadSwitch, ...] = ()
    verb: str | None = json_field(omit_none=True, default=None)
    left_out: tuple[LeftOutFile, ...] | None = json_field(omit_none=True, default=None)
    seal: str | None = json_field(omit_none=True, default=None)


def read_plans(text: str, file: str) -> tuple[SwitchPlan, ...]:
    """Return the plans of a plan file. Raises InputError."""
    try:
        found = json.loads(text)
    except ValueError as err:
        raise InputError(f"{file} cannot be read as a plan: {err}") from err
    if not isinstance(found, dict):
        raise InputError(f"{file} holds no plan")
    if found.get("schema") != SCHEMA:
        raise InputError(f"{file} is no plan of this slp-ops", hint=f"expected schema {SCHEMA}")
    devices = found.get("devices", [])
    if not isinstance(devices, list):
        raise InputError(
            f"{file} holds no plan that this slp-ops understands: devices is no list", hint=_HINT
        )
    return tuple(plan_of(each, file) for each in devices)


def plan_of(found: object, file: str) -> SwitchPlan:
    """Return the plan of one switch, read back from its JSON value. Raises InputError."""
    try:
        plan = decode(SwitchPlan, found)
    except ShapeError as err:
        raise InputError(f"{file} holds no plan that this slp-ops understands: {err}", hint=_HINT) from err
    if not isinstance(found, Mapping) or found.get("digest") != plan.digest:
        raise InputError(
            f"{file}: the digest of {plan.name} does not fit its fields; the file was edited", hint=_HINT
        )
    for _, step in plan.steps:
        if (text := unsendable(step)) is not None:
            raise InputError(
                f"{file}: a line for {plan.name} has a control character: {text[:80]!r}; nothing was sent",
                hint=_HINT,
            )
    return plan
