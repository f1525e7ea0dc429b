"""How a switch reports: derived from what its agent says, with how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from slp_ops.facts.values import Fact

if TYPE_CHECKING:
    from slp_ops.model import Confidence


class TopologyKind(StrEnum):
    """The supported topologies."""

    SMART = "smart"  # direct to CSSM, smart transport
    CALLHOME = "callhome"  # direct to CSSM, call-home
    CSLU = "cslu"
    ON_PREM = "on-prem"
    CONTROLLER = "controller"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology(Fact):
    """The topology, and in ``because`` the words for why."""

    kind: TopologyKind
    confidence: Confidence
    because: str = ""
