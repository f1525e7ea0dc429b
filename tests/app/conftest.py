"""Fakes of the ports of the application layer: an operator, and switches without a network."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from slp_ops.app.operator import StopChoice
from slp_ops.app.selection import DeviceSelection
from slp_ops.inventory import Inventory, Site
from slp_ops.iosxe.refusals import outcome
from slp_ops.lab import scenarios
from slp_ops.lab.shell.operator import printed
from slp_ops.model import Device
from slp_ops.ports import USUAL_LIMITS, CommandEnd, ReadLimits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from slp_ops.app.operator import Operator
    from slp_ops.app.sessions import SessionOptions
    from slp_ops.credentials import Ask
    from slp_ops.lab.switch import Switch
    from slp_ops.ports import ProbeEnd, ProgressEvent, Reader, Sink
    from slp_ops.readonly import ProbeStep, ReadCommand


@dataclass
class FakeOperator:
    """Record the notices, and answer nothing."""

    ask: Ask | None = None
    notices: list[str] = field(default_factory=list)
    ended: list[tuple[str, str]] = field(default_factory=list)

    def notice(self, text: str) -> None:
        self.notices.append(text)

    status = notice

    @contextmanager
    def progress(self, verb: str, total: int) -> Iterator[FakeOperator]:
        yield self

    def event(self, event: ProgressEvent) -> None:
        pass

    def done(self, device: str, status: str, detail: str) -> None:
        self.ended.append((device, status))

    async def choose_stop(self, tasks: int) -> StopChoice:
        return StopChoice.CANCEL


class FakeReader:
    """A session with a simulated switch, without a terminal."""

    alive = True

    def __init__(self, switch: Switch, sent: list[str]) -> None:
        self.hostname = switch.name
        self._switch = switch
        self._sent = sent

    async def show(
        self, command: ReadCommand, *, timeout: float, sink: Sink, limits: ReadLimits = USUAL_LIMITS
    ) -> CommandEnd:
        self._sent.append(str(command))
        text = printed(self._switch, str(command))
        sink.write(text)
        return CommandEnd(status=outcome(text.split("\n"))[0])

    async def probe(self, step: ProbeStep, *, timeout: float, sink: Sink) -> ProbeEnd:
        raise NotImplementedError  # a fake port for tests that send no probe


@dataclass
class FakeNetwork:
    """Opens sessions with simulated switches; ``errors`` are raised instead of a session, by name."""

    switches: dict[str, Switch]
    errors: dict[str, Exception] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    closed: int = 0

    def __call__(
        self, inventory: Inventory, devices: Sequence[Device], connecting: SessionOptions, operator: Operator
    ) -> FakeNetwork:
        return self

    @asynccontextmanager
    async def read(self, device: Device) -> AsyncIterator[Reader]:
        if (error := self.errors.get(device.name)) is not None:
            raise error
        yield FakeReader(self.switches[device.name], self.sent)

    async def close(self) -> None:
        self.closed += 1


@dataclass
class Fleet:
    """An inventory whose switches are simulated."""

    target: DeviceSelection
    network: FakeNetwork
    operator: FakeOperator
    runs_dir: Path


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """Three switches: one is healthy, one cannot resolve names, one may not look up names."""
    named = {"sw1": "healthy", "sw2": "dns-failure", "sw3": "lookup-disabled"}
    devices = tuple(Device(name=name, site="tokyo", host="192.0.2.1") for name in named)
    return Fleet(
        target=DeviceSelection(
            inventory_path=Path("inventory.yaml"),
            inventory=Inventory(sites=(Site(name="tokyo"),), devices=devices),
        ),
        network=FakeNetwork({name: scenarios.load(one).build(name=name) for name, one in named.items()}),
        operator=FakeOperator(),
        runs_dir=tmp_path / "runs",
    )


@pytest.fixture
def inventory_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """``inventory_of(running, "sw1")`` writes an inventory of the lab's switches; their password is set."""

    def write(running: Any, *names: str) -> Path:
        devices = {
            name: {"host": "127.0.0.1", "port": running.rack[name].port, "username": "netops"}
            for name in names
        }
        path = tmp_path / "inventory.yaml"
        path.write_text(yaml.safe_dump({"version": 1, "sites": {"tokyo": {"devices": devices}}}))
        monkeypatch.setenv("SLP_OPS_PASSWORD", "netops")
        return path

    return write
