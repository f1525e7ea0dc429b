"""Builders of the blocks that Smart Licensing had before SLP, and of what is left of them.

Registration:
  Status: REGISTERED
  Initial Registration: SUCCEEDED on Mar 13 08:09:24 2021 UTC
License Authorization:
  Status: OUT OF COMPLIANCE on Mar 13 08:09:28 2021 UTC
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.commands._values import dated, device_time, flag, present
from slp_ops.facts.licensing import Authorization, Conversion, ExportAuthorization, Registration
from slp_ops.facts.values import Source

if TYPE_CHECKING:
    from slp_ops.commands._outline import Block


def registration(block: Block) -> Registration:
    """``Registration:``, before SLP."""
    return Registration(
        status=block.take("status", "status"),
        export_controlled=block.take("export_controlled", "export-controlled functionality"),
        initial=dated(block.take("initial", "initial registration")),
        last_renewal=dated(block.take("last_renewal", "last renewal attempt")),
        next_renewal=device_time(block.take("next_renewal", "next renewal attempt")),
        expires=device_time(block.take("expires", "registration expires")),
        other=block.rest(),
        source=block.source(),
    )


def authorization(block: Block) -> Authorization:
    """``License Authorization:``, before SLP."""
    return Authorization(
        status=dated(block.take("status", "status")),
        evaluation_remaining=block.take("evaluation_remaining", "evaluation period remaining"),
        last_communication=dated(block.take("last_communication", "last communication attempt")),
        next_communication=device_time(block.take("next_communication", "next communication attempt")),
        communication_deadline=device_time(block.take("communication_deadline", "communication deadline")),
        other=block.rest(),
        source=block.source(),
    )


def conversion(block: Block) -> Conversion:
    """``License Conversion:``."""
    return Conversion(
        automatic=flag(block.take("automatic", "automatic conversion enabled")),
        status=block.take("status", "status"),
        last_data_push=device_time(block.take("last_data_push", "last data push")),
        last_file_export=device_time(block.take("last_file_export", "last file export")),
        other=block.rest(),
        source=block.source(),
    )


def export_authorization(block: Block) -> ExportAuthorization:
    """``Export Authorization Key:``: a feature a line, or ``<none>``."""
    features: list[str] = []
    line = block.line
    for item in block.items:
        item.used = True
        if item.label == "features authorized":
            line = item.line
            text = present(item.value)
        else:
            text = present(item.text)
        if text is not None:
            features.append(text)
    return ExportAuthorization(features=tuple(features), source=Source(block.command, line=line))
