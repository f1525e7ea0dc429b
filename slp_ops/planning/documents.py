"""The plan file: complete, diffable, without a secret."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from slp_ops.errors import InputError
from slp_ops.i18n import Text
from slp_ops.json_documents import (
    InvalidJson,
    ShapeError,
    decode,
    invalid_document,
    json_document,
    json_field,
    parse_json,
    seconds,
)
from slp_ops.planning.model import SkippedPlaybook, SwitchPlan
from slp_ops.playbook import Risk
from slp_ops.steps import unsendable

SCHEMA: Final = "slp-ops/plan/1"
_HINT: Final = "save a new plan: slp-ops remediate --dry-run --out new-plan.json"


@json_document
class DeviceChoice:
    """A rule of one switch that several playbooks remedy; ``risk`` of one of the operator's own is null."""

    name: str
    rule: str
    playbooks: tuple[str, ...]
    risk: Mapping[str, Risk | None]


@json_document
class Mention:
    """Playbooks that would help one switch and are planned only when they are named.

    ``risk`` of one of the operator's own is null.
    """

    name: str
    playbooks: tuple[str, ...]
    risk: Mapping[str, Risk | None]


@json_document
class UnreadSwitch:
    """A switch that could not be read."""

    name: str
    site: str
    kind: str | None
    why: str


@json_document
class UnplannedFindings:
    """Rules that fail at warning or above on a switch for which nothing is planned."""

    name: str
    rules: tuple[str, ...]


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
    unplanned_findings: tuple[UnplannedFindings, ...] | None = json_field(omit_none=True, default=None)
    seal: str | None = json_field(omit_none=True, default=None)


def read_plans(text: str | bytes, file: str) -> tuple[object, tuple[SwitchPlan, ...]]:
    """Return the JSON value of a plan file, for its seal, and its plans. Raises InputError."""
    try:
        found = parse_json(text)
    except InvalidJson as err:
        raise invalid_document(file, text, err, hint=_HINT) from err
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise InputError(f"{file} is no plan of this slp-ops: its schema is not {SCHEMA}", hint=_HINT)
    devices = found.get("devices", [])
    if not isinstance(devices, list):
        raise invalid_document(file, text, ShapeError("devices", "a list", devices), hint=_HINT)
    return found, tuple(
        plan_of(each, file, text=text, place=f"devices[{number}]") for number, each in enumerate(devices)
    )


def plan_of(found: object, file: str, *, text: str | bytes = "", place: str = "") -> SwitchPlan:
    """Return the plan of one switch, read back from its JSON value. Raises InputError.

    ``place`` is where it is in the JSON ``text``, for the line in the message.
    """
    try:
        plan = decode(SwitchPlan, found)
    except ShapeError as err:
        raise invalid_document(file, text, err, inside=place, hint=_HINT) from err
    if not isinstance(found, Mapping) or found.get("digest") != plan.digest:
        raise InputError(
            f"{file}: the digest of {plan.name} does not fit its fields; the file was edited", hint=_HINT
        )
    for _, step in plan.steps:
        if (line := unsendable(step)) is not None:
            raise InputError(
                f"{file}: a line for {plan.name} has a control character: {line[:80]!r}; nothing was sent",
                hint=_HINT,
            )
    return plan
