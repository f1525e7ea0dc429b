"""Choice of the engine: how many processes, and whom the operator's password reaches."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from slp_ops.app.device_work import InProcess
from slp_ops.app.engines import engine_for, number_of_processes
from slp_ops.app.processes import Processes
from slp_ops.app.sessions import ONE_A_CORE, SessionOptions, transport_for
from slp_ops.errors import CredentialError
from slp_ops.inventory import Inventory, Site
from slp_ops.model import Device, JumpHost
from tests.app.conftest import FakeOperator

if TYPE_CHECKING:
    from pathlib import Path

CORES = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("processes", "devices", "workers", "found"),
    [
        (1, 1000, 50, 1),
        (4, 1000, 50, 4),
        (4, 3, 50, 3),
        (4, 1000, 2, 2),  # a process without a session would be idle
        (ONE_A_CORE, 99, 50, 1),
        (ONE_A_CORE, 100, 50, CORES),
        (2, 0, 50, 1),
    ],
)
def test_number_of_processes(processes: int, devices: int, workers: int, found: int) -> None:
    connecting = SessionOptions(processes=processes, workers=workers)
    assert number_of_processes(connecting, devices) == found


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Device, ...]:
    """Two switches behind a jump host with another credential; the environment has no password."""
    for name in [each for each in os.environ if each.startswith("SLP_OPS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    hop = JumpHost(host="192.0.2.9", username="gate", credential="bastion")
    return tuple(
        Device(name=name, site="lab", host="192.0.2.1", username="ro", jump=(hop,)) for name in ("sw1", "sw2")
    )


def engine(devices: tuple[Device, ...], operator: FakeOperator, processes: int) -> Processes | InProcess:
    found = engine_for(
        Inventory(sites=(Site(name="lab"),), devices=devices),
        devices,
        SessionOptions(processes=processes),
        operator,
        transport_for,
    )
    assert isinstance(found, Processes | InProcess)
    return found


@pytest.mark.parametrize(("processes", "kind"), [(1, InProcess), (2, Processes)])
def test_passwords_are_asked_for_once_before_anything_starts(
    devices: tuple[Device, ...], processes: int, kind: type
) -> None:
    asked: list[str] = []

    def ask(question: str, *_: object, **__: object) -> str:
        asked.append(question)
        return "typed"

    made = engine(devices, FakeOperator(ask=ask), processes)
    assert isinstance(made, kind)
    assert len(asked) == len(set(asked)) == 2
    if isinstance(made, Processes):
        given = {each.name: each.password for each in made._credentials}
        assert given == {"default": "typed", "bastion": "typed"}
    asyncio.run(made.close())


@pytest.mark.parametrize("processes", [1, 2])
def test_without_a_password_nothing_starts(devices: tuple[Device, ...], processes: int) -> None:
    with pytest.raises(CredentialError, match="no password"):
        engine(devices, FakeOperator(), processes)
