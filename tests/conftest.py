"""What every test has: a clean environment, and simulated switches on loopback when it asks for them."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

import pytest
from hypothesis import HealthCheck, settings

from slp_ops.credentials import ShellCredentials
from slp_ops.engine.pacing import RateLimited
from slp_ops.lab.fleet import Place
from slp_ops.lab.hostkeys import HostKeys as LabKeys
from slp_ops.lab.rack import Rack
from slp_ops.model import CaptureStatus, Device, DeviceResult, DeviceStatus
from slp_ops.ports import CommandEnd
from slp_ops.runs import Runs
from slp_ops.transport.factory import TransportSelector
from slp_ops.transport.hostkeys import HostKeyMode, HostKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slp_ops.lab.switch import Switch
    from slp_ops.runs import Run

# An example may take as long as the machine needs: time is measured where it is what a test is about.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(scope="session", autouse=True)
def _default_signals() -> None:
    """Undo what nohup and a background shell pass on: ignored signals, which children inherit."""
    for number, default in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, default)


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield folders for tests without ``tmp_path``. They are not made: each costs a look at all."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _clean_environment(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, _homes: Iterator[Path]
) -> None:
    """Isolate tests from the user: no SLP_OPS_ variable, no state directory, no keyring."""
    home: Path = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else next(_homes)
    for name in list(os.environ):
        if name.startswith("SLP_OPS_") and name != "SLP_OPS_SAMPLES":
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


@pytest.fixture(scope="session")
def lab_keys(tmp_path_factory: pytest.TempPathFactory) -> LabKeys:
    """The lab's host keys, made once a session since RSA keys take their time."""
    return LabKeys.load(tmp_path_factory.mktemp("lab-keys"))


class Lab:
    """Switches that listen, served by a thread of their own so that any client can be tested on them."""

    def __init__(
        self, keys: LabKeys, scale: float, scenarios: dict[str, str], clock: datetime | None = None
    ) -> None:
        self._clock = clock
        self._keys = keys
        self._scale = scale
        self._scenarios = scenarios
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lab")

    def __enter__(self) -> Self:
        self._thread.start()
        self.call(self._start)
        return self

    def __exit__(self, *exc: object) -> None:
        self.call(self.rack.close)
        self.call(lambda: None)  # aborted connections are closed in the next turn
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    @property
    def names(self) -> list[str]:
        """The names of the switches."""
        return list(self._scenarios)

    def _start(self) -> None:
        self.rack = Rack(keys=self._keys, scale=self._scale, clock=self._clock)
        places = [
            Place(name=name, site="tokyo", scenario=scenario, offset=number)
            for number, (name, scenario) in enumerate(self._scenarios.items())
        ]
        self.rack.start(places, None)

    def call(self, work: Callable[[], Any]) -> Any:
        """Do something in the lab's own loop and give its result."""

        async def run() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(timeout=60)

    def switch(self, name: str) -> Switch:
        """The state of a switch; change it through ``change`` when sessions are open."""
        state: Switch = self.call(lambda: self.rack[name].host.switch)
        return state

    def change(self, name: str, change: Callable[[Switch], object]) -> None:
        """Change a switch in the lab's own thread."""
        self.call(lambda: change(self.rack[name].host.switch))

    def fault(self, name: str, **faults: Any) -> None:
        """Let sessions to a switch go wrong in these ways."""
        self.change(name, lambda switch: setattr(switch, "faults", replace(switch.faults, **faults)))

    def access(self, name: str, **access: Any) -> None:
        """Change who may do what on a switch."""
        self.change(name, lambda switch: setattr(switch, "access", replace(switch.access, **access)))

    def device(self, name: str, **settings: Any) -> Device:
        """The switch as an inventory has it."""
        device = Device(
            name=name, site="tokyo", host="127.0.0.1", port=self.rack[name].port, username="netops"
        )
        return replace(device, **settings)

    def lines(self, name: str, mode: str | None = None) -> list[str]:
        """What a switch was sent, in order, optionally of one mode only."""
        return [
            entry.line
            for entry in self.rack.journal.entries
            if entry.switch == name and (mode is None or entry.mode == mode)
        ]


@pytest.fixture
def lab(lab_keys: LabKeys) -> Iterator[Callable[..., Lab]]:
    """``lab(sw1="healthy", sw2="drop")`` starts these switches; they end with the test.

    With ``clock`` their time stands still.
    """
    running: list[Lab] = []

    def start(scale: float = 1.0, clock: datetime | None = None, **scenarios: str) -> Lab:
        started = Lab(lab_keys, scale, scenarios, clock).__enter__()
        running.append(started)
        return started

    yield start
    for each in running:
        each.__exit__()


@pytest.fixture
def opening(tmp_path: Path) -> Callable[..., RateLimited]:
    """A transport as the command line makes it, with the lab's password."""

    def make(
        *,
        password: str = "netops",
        enable: str | None = "netops",
        host_key: HostKeyMode = HostKeyMode.TOFU,
        known_hosts: Path | None = None,
        timeout: float = 30.0,
        rate: float = 0,
        workers: int = 20,
        keys: dict[str, Any] | None = None,
    ) -> RateLimited:
        environ = {"SLP_OPS_PASSWORD": password}
        if enable is not None:
            environ["SLP_OPS_ENABLE"] = enable
        credentials = ShellCredentials(keys or {}, environ=environ, keyring=lambda entry: None)
        return RateLimited(
            TransportSelector(
                credentials=credentials,
                host_keys=HostKeys(known_hosts or tmp_path / "known_hosts", host_key),
                workers=workers,
                connect_timeout=timeout,
            ),
            rate=rate,
        )

    return make


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """A folder for runs whose clock moves on by a minute at each look."""
    minutes = itertools.count(1)  # threads may look at the same time
    began = datetime(2026, 11, 24, 4, 11, 31, tzinfo=UTC)
    return Runs(tmp_path / "runs", key=b"k" * 32, now=lambda: began + timedelta(minutes=next(minutes)))


@pytest.fixture
def good_run(runs: Runs) -> Callable[..., Run]:
    """``good_run("sw1", "sw2")`` makes a complete run in which each of them gave its clock."""

    def make(*names: str, status: DeviceStatus = DeviceStatus.OK, verb: str = "collect") -> Run:
        devices = [Device(name=name, site="tokyo", host="192.0.2.11") for name in names]
        with runs.start(verb, devices) as run:
            for device in devices:
                writer = run.device(device).open("show clock")
                writer.write(f"{device.name}\n")
                kept = writer.commit(CommandEnd(status=CaptureStatus.OK))
                run.finish_device(
                    DeviceResult(
                        name=device.name, site=device.site, status=status, captures=(kept,), release="17.9.4a"
                    )
                )
        return run

    return make
