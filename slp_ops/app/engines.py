"""Choice of the engine of a run: this process, several worker processes, or workers near the sites."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from slp_ops.app.cluster_extra import require_cluster
from slp_ops.app.device_work import InProcess
from slp_ops.app.sessions import ONE_A_CORE, transport_for

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from slp_ops.app.cluster_engine import Cluster
    from slp_ops.app.device_work import DeviceEngine
    from slp_ops.app.operator import Operator
    from slp_ops.app.sessions import OpenTransport, SessionOptions
    from slp_ops.inventory import Inventory
    from slp_ops.model import Device

_LARGE: Final = 100  # devices; below it, starting processes takes longer than they save


def engine_for(
    inventory: Inventory,
    devices: Sequence[Device],
    connecting: SessionOptions,
    operator: Operator,
    opening: OpenTransport,
) -> DeviceEngine:
    """Return the engine of a run, with the credentials asked for beforehand; raises as ``transport_for``.

    Over a hub no credential is needed here; raises HubError.

    Sessions that the caller opens elsewhere are opened in this process.
    """
    processes = number_of_processes(connecting, len(devices))
    if connecting.hub is not None and opening is transport_for:
        return over_hub(connecting.hub, devices, connecting, operator)
    if processes == 1 or opening is not transport_for:
        return InProcess(opening(inventory, devices, connecting, operator))
    from slp_ops.app.processes import Processes

    return Processes(inventory, devices, connecting, operator, processes=processes)


def over_hub(
    hub: Path,
    devices: Sequence[Device],
    connecting: SessionOptions,
    operator: Operator,
    *,
    approves: bool = False,
) -> Cluster:
    """Return the engine of a hub. ``approves``: it signs tasks that need it. Raises InputError, HubError."""
    require_cluster()
    from slp_ops.app.cluster_engine import Cluster

    return Cluster(hub, devices, connecting, operator, approves=approves)


def number_of_processes(connecting: SessionOptions, devices: int) -> int:
    """Return how many processes read so many devices."""
    wanted = connecting.processes
    if wanted == ONE_A_CORE:
        wanted = len(os.sched_getaffinity(0)) if devices >= _LARGE else 1
    return max(1, min(wanted, devices, connecting.workers))
