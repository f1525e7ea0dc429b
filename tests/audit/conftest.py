"""Saved runs of simulated switches, made without any session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slp_ops.app.read_device import not_sent_because, status_of
from slp_ops.commands import registry
from slp_ops.facts import Software
from slp_ops.iosxe.refusals import outcome
from slp_ops.lab import scenarios
from slp_ops.lab.shell.operator import printed
from slp_ops.model import CaptureStatus, Device, DeviceResult, DeviceStatus
from slp_ops.parsing import read
from slp_ops.ports import CommandEnd
from slp_ops.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slp_ops.runs import Run


def _keep(run: Run, device: Device, scenario: str) -> None:
    folder = run.device(device)
    scenario, _, without = scenario.partition(" without ")
    switch = scenarios.load(scenario).build(name=device.name)
    release = None
    kept = []
    for command in registry():
        if not command.sets & {"baseline", "support"} or command.command == without:
            continue
        if why := not_sent_because(command, release):
            kept.append(folder.record(command.command, CommandEnd(status=CaptureStatus.SKIPPED, reason=why)))
            continue
        text = printed(switch, command.command)
        writer = folder.open(command.command)
        writer.write(text)
        kept.append(writer.commit(CommandEnd(status=outcome(text.split("\n"))[0])))
        if command.command == "show version":
            software = read([(command.command, CaptureStatus.OK, text)]).get(Software)
            release = software.release if software is not None else None
    captures = tuple(kept)
    run.finish_device(
        DeviceResult(
            name=device.name,
            site=device.site,
            status=status_of(captures),
            captures=captures,
            release=None if release is None else str(release),
        )
    )


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., str]:
    """``saved(sw1="healthy", sw2="dns-failure")`` keeps a run of these below ``tmp_path/runs``: its id.

    ``sw1="healthy without show clock"`` leaves out a command; ``saved("usage-status", ...)`` is of
    another verb.
    """

    def keep(verb: str = "collect", /, **named: str) -> str:
        devices = [
            Device(name=name, site="osaka" if name.startswith("osa") else "tokyo", host="192.0.2.1")
            for name in named
        ]
        with Runs(tmp_path / "runs").start(verb, devices) as run:
            for device in devices:
                if named[device.name] == "unread":
                    failed = DeviceResult(name=device.name, site=device.site, status=DeviceStatus.FAILED)
                    run.finish_device(failed)
                else:
                    _keep(run, device, named[device.name])
            return run.id

    return keep
