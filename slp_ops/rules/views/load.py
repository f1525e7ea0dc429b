"""How much of the CPU the licence agent takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from slp_ops.facts import CpuLoad, CpuProcess

# SAGetRUMIds, SAUtilRepSave, SAUtilReport, SAMain: the agent's own; SASL and the like are not.
_AGENT: Final = re.compile(r"SA(?:[A-Z][a-z]|RUM|Rum)\w*|Smart Agent\b.*", re.ASCII)


def agent_share(cpu: CpuLoad) -> tuple[float, tuple[CpuProcess, ...]]:
    """Percent of the last five minutes, and the processes, the busiest first."""
    found = sorted(
        (process for process in cpu.processes if _AGENT.match(process.name)),
        key=lambda process: -process.five_minutes,
    )
    return sum(process.five_minutes for process in found), tuple(found)
