"""Settings of the operator: thresholds, and the intended topology of a switch."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from slp_ops.json_documents import json_document

if TYPE_CHECKING:
    from collections.abc import Mapping


@json_document
class Thresholds:
    """Thresholds of findings. The option --threshold spells their names with dashes."""

    ack_days: int = 30  # an ACK deadline nearer than this is due soon
    flap_pairs: int = 3  # this many failures with recovery ...
    flap_hours: int = 24  # ... within this many hours are no longer noise
    log_days: int = 30  # older messages are history: a report is pushed every 30 days
    rum_reports: int = 1000  # FN72578: about this many cause trouble; no fixed limit
    agent_cpu: int = 20  # percent of the CPU used by the licence agent's processes
    agent_memory: int = 25  # percent of a pool used by *MallocLite* or the agent's processes

    @classmethod
    def names(cls) -> dict[str, int]:
        """Return each name as spelled for --threshold, with dashes, and its default."""
        return {field.name.replace("_", "-"): int(str(field.default)) for field in fields(cls)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Intended topology of a switch and its accounts, from the inventory; None where unspecified."""

    topology: str | None = None
    url: str | None = None
    vrf: str | None = None
    source_interface: str | None = None
    smart_account: str | None = None
    virtual_account: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Intent:
        """Build from an inventory's ``intent``; other keys are ignored."""
        known = {field.name for field in fields(cls)}
        return cls(**{key: str(value) for key, value in values.items() if key in known})

    @property
    def other_side_connects(self) -> bool:
        """Return whether CSLU, SSM On-Prem or a controller fetches the reports."""
        return self.topology in ("cslu-initiated", "on-prem-initiated", "controller")
