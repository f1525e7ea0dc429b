"""What an operator may set: thresholds, and how a switch is meant to report."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Where something begins to be a finding. The command line's --threshold names them with dashes."""

    ack_days: int = 30  # an ACK deadline nearer than this is due soon
    flap_pairs: int = 3  # so many failures with recovery ...
    flap_hours: int = 24  # ... within so many hours are no longer noise
    log_days: int = 30  # older messages are history: a report is pushed every 30 days
    rum_reports: int = 1000  # FN72578: about so many are likely trouble; no fixed limit
    agent_cpu: int = 20  # percent of the CPU that the licence agent's processes take
    agent_memory: int = 25  # percent of a pool that *MallocLite* or the agent's processes hold

    @classmethod
    def names(cls) -> dict[str, int]:
        """Each name as it is typed, with its default."""
        return {field.name.replace("_", "-"): int(str(field.default)) for field in fields(cls)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """How the inventory wants a switch to report; None where it does not say."""

    topology: str | None = None
    url: str | None = None
    vrf: str | None = None
    source_interface: str | None = None

    @classmethod
    def of(cls, said: Mapping[str, object]) -> Intent:
        """From an inventory's ``intent``; keys that mean nothing here are left alone."""
        known = {field.name for field in fields(cls)}
        return cls(**{key: str(value) for key, value in said.items() if key in known})

    @property
    def other_side_connects(self) -> bool:
        """Whether CSLU, SSM On-Prem or a controller comes for the reports."""
        return self.topology in ("cslu-initiated", "on-prem-initiated", "controller")
