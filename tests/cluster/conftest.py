"""A hub of its own with real workers, on the switches of a lab."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner, Result

from slp_ops.app import hub as service
from slp_ops.app import site_changes
from slp_ops.app.hub_status import SiteStatus, status
from slp_ops.app.operator import NonInteractive
from slp_ops.cli.main import cli
from slp_ops.errors import HubError
from tests.cluster.desk import SERVERS, Broker, Desk
from tests.remediate.conftest import Bench

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_PATIENCE = 120.0  # of a machine that is busy; what hangs ends with it
_SLP_OPS = (sys.executable, "-m", "slp_ops")


class Silent(NonInteractive):
    """An operator who sees nothing."""

    def notice(self, text: str) -> None:
        pass


class Rig:
    """A hub in a folder, its broker, and workers: all of them processes that a test may kill."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.hub_folder = folder / "hub"
        self.port = free_pair()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        service.init(
            service.NewHub(
                folder=self.hub_folder,
                addresses=("127.0.0.1",),
                listen="127.0.0.1",
                port=self.port,
                disk_bytes=2**30,
            )
        )

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "SLP_OPS_PASSWORD": "netops",
            "SLP_OPS_ENABLE": "netops",
            "SLP_OPS_SSH_CONFIG": "none",
            "SLP_OPS_LOGIN_RATE": "0",
        }

    def start(self, name: str, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start ``slp-ops`` with these words; ``name`` is that of its log."""
        return self.start_program(name, [*_SLP_OPS, *words], **environment)

    def start_program(self, name: str, words: Sequence[str], **environment: str) -> subprocess.Popen[bytes]:
        """Start a program with the environment of the rig."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**self.environment, **environment},
                cwd=Path(__file__).parents[2],
            )
        self.processes[name] = process
        return process

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8")

    def up(self) -> None:
        """Start the hub, and wait until it works."""
        self.start("hub", "hub", "up", "--folder", str(self.hub_folder))
        self.wait_for(lambda: "workers join on port" in self.log("hub"), "hub")

    def join(self, site: str, folder: Path | None = None, max_sessions: int | None = None) -> Path:
        """Join a worker of a site; return the folder of its key."""
        _, code = service.add_site(self.hub_folder, site, max_sessions)
        access = folder or self.folder / f"access-{site}"
        done = subprocess.run(
            [*_SLP_OPS, "worker", "join", f"127.0.0.1:{self.port + 1}"],
            input=f"{code}\n",
            env={**self.environment, "XDG_STATE_HOME": str(access)},
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return access / "slp-ops" / "workers" / site

    def worker(
        self, site: str, access: Path, inventory: Path, *words: str, name: str = "", **environment: str
    ) -> subprocess.Popen[bytes]:
        """Start a worker, and wait until the hub knows it."""
        name = name or f"worker-{site}"
        before = self._connections(name)
        process = self.start(
            name,
            "worker",
            "--site",
            site,
            "--access",
            str(access),
            "-i",
            str(inventory),
            *words,
            **environment,
        )
        self.wait_for(lambda: self._connections(name) > before, name)
        self.wait_for(lambda: site in {each.name for each in self.status() if each.workers}, name)
        return process

    def _connections(self, name: str) -> int:
        try:
            return self.log(name).count("connected to")
        except FileNotFoundError:
            return 0

    def status(self) -> tuple[SiteStatus, ...]:
        return status(self.hub_folder).sites

    def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    @staticmethod
    def kill_process(pid: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def broker(self) -> int:
        """Return the process id of nats-server."""
        found = self.broker_or_none()
        assert found is not None, "the broker does not run"
        return found

    def broker_or_none(self) -> int | None:
        """Return the process id of nats-server, if it runs."""
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                if f"{self.hub_folder}/broker.json".encode() in path.read_bytes():
                    return int(path.parent.name)
        return None

    def wait_for(self, condition: Any, name: str, patience: float = _PATIENCE) -> None:
        end = time.monotonic() + patience
        while not self._holds(condition):
            process = self.processes.get(name)
            assert process is None or process.poll() is None, self.log(name)
            assert time.monotonic() < end, self.log(name)
            time.sleep(0.05)

    @staticmethod
    def _holds(condition: Any) -> bool:
        try:
            return bool(condition())
        except HubError:  # of the status: a busy computer takes its time to start a broker again
            return False

    def close(self) -> None:
        for name, process in reversed(list(self.processes.items())):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise AssertionError(f"{name} did not end: {self.log(name)}") from None

    def collect(
        self, inventory: Path, *words: str, verb: str = "collect", runs: str = "runs", **environment: str
    ) -> Result:
        """Run a verb here, over the hub unless the words name another way."""
        return CliRunner().invoke(
            cli,
            [verb, *words, "-i", str(inventory), "--runs-dir", str(self.folder / runs)],
            env={**self.environment, "SLP_OPS_HUB": str(self.hub_folder), **environment},
        )


def free_pair() -> int:
    """Return a port that is free together with the next one; no two processes of tests get the same.

    Until its hub listens, which takes seconds, another process would find them free as well.
    """
    for port in range(20000 + os.getpid() % 2000 * 4, 32000, 2):
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0slp-ops-tests-{port}")  # a name without a file
            for each in (port, port + 1):
                with socket.socket() as tried:
                    tried.bind(("127.0.0.1", each))
        except OSError:
            claim.close()
            continue
        claim.detach()  # it holds until the process ends
        return port
    raise AssertionError("no free port")


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """A hub that runs."""
    made = Rig(tmp_path)
    try:
        made.up()
        yield made
    finally:
        made.close()


def write_inventory(path: Path, running: Any, sites: Mapping[str, Sequence[str]], **defaults: Any) -> Path:
    """Write an inventory of the switches of a lab, and return its path."""
    path.write_text(
        yaml.safe_dump(
            {
                "version": 1,
                "defaults": {"username": "netops", "transport": "asyncssh", **defaults},
                "sites": {
                    site: {
                        "devices": {
                            name: {"host": "127.0.0.1", "port": running.rack[name].port} for name in names
                        }
                    }
                    for site, names in sites.items()
                },
            }
        )
    )
    return path


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An operator with a plan for a switch; what waits does so for a moment only."""
    monkeypatch.setattr(site_changes, "_LOOK_AGAIN", 0.01)
    monkeypatch.setattr(site_changes, "_LEASE", 0.05)
    return Desk(Bench(tmp_path, "name-server-missing", params=SERVERS), Broker())
