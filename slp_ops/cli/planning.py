"""Reading a fleet and planning for it. Nothing here holds a session that could change a switch."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slp_ops.app.fleet import visit_all
from slp_ops.app.sessions import Connecting, by_name
from slp_ops.cli import shown_plan
from slp_ops.cli.exits import exit_code
from slp_ops.cli.parameters import ask_missing, files_of
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.errors import InputError
from slp_ops.fleet.pacing import Paced
from slp_ops.usecases.remediate import Looked, Wanted, look

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from slp_ops.app.operator import Progress
    from slp_ops.cli.exits import Exit
    from slp_ops.commands import ShowCommand
    from slp_ops.model import Device, DeviceResult
    from slp_ops.plan import SwitchPlan
    from slp_ops.ports import Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRead:
    """Every switch looked at, the run's id, and what was wanted with what was asked for."""

    looked: list[Looked]
    run: str
    wanted: Wanted


def look_all(
    devices: Sequence[Device],
    credentials: Credentials,
    *,
    connecting: Connecting,
    runs_dir: Path,
    selection: Mapping[str, object],
    wanted: Wanted,
    ask: bool,
) -> FleetRead:
    """Read and plan for every device into a run; ``ask`` for parameters that nothing gives."""
    from slp_ops.store import Runs

    transport = Paced(by_name(credentials, connecting), rate=connecting.login_rate)
    commands = commands_to_read()
    seen: dict[str, Looked] = {}
    with Runs(runs_dir).start("remediate-plan", devices, selection=selection) as run:

        async def visit(device: Device, shown: Progress) -> DeviceResult:
            found = await look(
                device,
                transport=transport,
                evidence=run.device(device),
                mask=run.masked,
                commands=commands,
                wanted=wanted,
                on_event=shown.event,
            )
            seen[device.name] = found
            return found.result

        results = visit_all(
            "plan",
            devices,
            visit,
            run=run,
            transport=transport,
            workers=connecting.workers,
            operator=TerminalOperator(),
        )
        looked = [seen.get(result.name) or Looked(result=result) for result in results]
        if ask:
            looked, wanted = _with_missing_asked(looked, wanted)
        plan = json.dumps(shown_plan.as_record(looked, run.id), indent=1, ensure_ascii=True)
        run.attach("plan.json", plan + "\n")
    return FleetRead(looked=looked, run=run.id, wanted=wanted)


def commands_to_read() -> tuple[ShowCommand, ...]:
    """What an audit needs."""
    from slp_ops.commands import registry

    return tuple(command for command in registry() if command.sets & {"baseline", "support"})


def read_code(looked: Sequence[Looked]) -> Exit:
    """4 when a switch could not be read completely."""
    return exit_code([each.result for each in looked])


def those(devices: Iterable[Device], plans: Iterable[SwitchPlan]) -> tuple[Device, ...]:
    """The devices of these plans; raises InputError for one that the inventory's choice does not hold."""
    found = {device.name: device for device in devices}
    names = [plan.name for plan in plans]
    missing = [name for name in names if name not in found]
    if missing:
        raise InputError(f"the inventory's choice holds no {', '.join(missing)}")
    return tuple(found[name] for name in names)


def save_plan(path: Path, text: str) -> None:
    """Write a plan file whole, or not at all; raises StoreError."""
    from slp_ops.store import atomic_files

    with atomic_files.trouble("write", path):
        atomic_files.replace(path, text.encode("utf-8"))


def _with_missing_asked(looked: list[Looked], wanted: Wanted) -> tuple[list[Looked], Wanted]:
    """Ask for what is missing, and plan again with it."""
    missing = [
        name
        for each in looked
        if each.considered is not None
        for spared in each.considered.spared
        for name in spared.missing
    ]
    if not missing:
        return looked, wanted
    options = {**wanted.options, **ask_missing(missing, wanted.playbooks)}
    wanted = replace(wanted, options=options, files=files_of(options, wanted.playbooks))
    again = []
    for each in looked:
        if each.switch is None:
            again.append(each)
            continue
        given = replace(each.switch.given, options=options, files=wanted.files)
        switch = replace(each.switch, given=given)
        again.append(replace(each, switch=switch, considered=wanted.plan(switch)))
    return again, wanted
