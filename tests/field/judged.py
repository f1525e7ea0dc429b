"""Texts as engineers paste them, and the rules that find something in each device of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.app.audit_device import AuditOptions, audit_device
from slp_ops.app.inputs import from_files

if TYPE_CHECKING:
    from slp_ops.app.audit_device import AuditedDevice

TEXTS: Final = Path(__file__).parent / "texts"


def field_text(name: str) -> str:
    """Return a text of the field."""
    return (TEXTS / f"{name}.txt").read_text(encoding="utf-8")


def devices(folder: Path, text: str) -> dict[str, AuditedDevice]:
    """Audit a text as a file and return its devices by name."""
    path = folder / "pasted.txt"
    path.write_bytes(text.encode())
    return {
        found.result.name: audit_device(
            found.result, found.facts, audit_options=AuditOptions(), intent=found.intent
        )
        for found in from_files([path])
    }


def device(folder: Path, text: str) -> AuditedDevice:
    """Audit a text of one device."""
    (found,) = devices(folder, text).values()
    return found


def findings(audited: AuditedDevice) -> set[str]:
    """Return the rules with a finding."""
    return {outcome.rule for outcome in audited.failing}
