"""A worker of a site whose sessions open nothing: ``python -m tests.cluster.stub_worker``.

    stub_worker SITE ACCESS INVENTORY SESSIONS SECONDS READS [MOMENT DEVICE TARGET]

The file READS gets a line "read DEVICE SECONDS" when a visit begins, and "stored DEVICE SECONDS" when the
broker has answered the end of its evidence; the seconds are those of the machine's monotonic clock. With
``STUB_REFUSED``, the name of a file, no login is accepted, and each that comes to its password adds a line
there. At a moment of the visit of a device the process with the id in the file TARGET is killed, once.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slp_ops.app import site_worker
from slp_ops.app.selection import read_inventory
from slp_ops.app.site_hops import SiteHops
from slp_ops.app.site_worker import WorkerSettings, serve
from slp_ops.cluster import evidence_parts, once
from slp_ops.cluster.access_folder import read_address
from slp_ops.cluster.subjects import EVIDENCE, names_in
from slp_ops.errors import AuthenticationFailed, HubError
from slp_ops.model import CaptureStatus
from slp_ops.ports import SECRET_OFFER, CommandEnd
from slp_ops.runs.mask_key import mask_key
from tests.cluster.conftest import Silent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from slp_ops.model import Device

TEXTS = {
    "show version": "Cisco IOS XE Software, Version 17.09.04a\n{name} uptime is 3 weeks\n",
    "show clock": "*04:11:31.000 UTC Tue Nov 24 2026\n",
}


class Kill:
    """Kills a process at a moment of a device's visit, once over all processes."""

    def __init__(self, moment: str = "", device: str = "", target: str = "") -> None:
        self.moment, self.device = moment, device
        self.target = Path(target) if target else None

    def at(self, moment: str, device: str) -> None:
        if moment != self.moment or self.device not in ("*", device) or self.target is None:
            return
        try:
            self.target.with_suffix(".killed").touch(exist_ok=False)
        except FileExistsError:
            return
        own = self.target.name == "self"
        with suppress(ProcessLookupError, ValueError):  # it has ended, or its id is being written
            os.kill(os.getpid() if own else int(self.target.read_text()), signal.SIGKILL)


class Reader:
    """A session that prints a little for two commands, and knows no other."""

    hostname = "stub"
    alive = True

    def __init__(self, device: Device, seconds: float, kill: Kill) -> None:
        self._device, self._seconds, self._kill = device, seconds, kill

    async def show(self, command: Any, *, sink: Any, **_: Any) -> CommandEnd:
        text = TEXTS.get(str(command))
        if text is None:
            return CommandEnd(status=CaptureStatus.UNSUPPORTED, reason="unknown")
        sink.write(text.format(name=self._device.name))
        self._kill.at("in the read", self._device.name)
        await asyncio.sleep(self._seconds)
        return CommandEnd(status=CaptureStatus.OK)

    async def probe(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError  # collect, which these workers do, probes nothing


def add_line(path: Path, text: str) -> None:
    """Add a line to a file that several processes extend."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(fd, f"{text}\n".encode())
    os.close(fd)


def note(path: Path, what: str, device: str) -> None:
    """Add a line with the time to the file of reads."""
    add_line(path, f"{what} {device} {time.monotonic():.4f}")


class Transport:
    """Opens sessions of ``Reader``."""

    def __init__(self, seconds: float, reads: Path, kill: Kill) -> None:
        self._seconds, self._reads, self._kill = seconds, reads, kill
        self._refused = os.environ.get("STUB_REFUSED")

    @asynccontextmanager
    async def read(self, device: Device) -> AsyncIterator[Reader]:
        if self._refused is not None:
            offer = SECRET_OFFER.get()
            assert offer is not None, "a login that no gate has admitted"
            offer.made = True
            add_line(Path(self._refused), device.name)
            self._kill.at("in the login", device.name)
            await asyncio.sleep(self._seconds)
            raise AuthenticationFailed("the password was refused", hint="")
        self._kill.at("before the read", device.name)
        note(self._reads, "read", device.name)
        yield Reader(device, self._seconds, self._kill)

    async def close(self) -> None:
        pass


def install(kill: Kill, reads: Path) -> None:
    """Watch what is published and acknowledged."""
    publish, acknowledge = once.publish_once, site_worker._acknowledge
    stored: list[str] = []

    async def publishing(js: Any, subject: str, data: bytes, **options: Any) -> int | None:
        device = names_in(EVIDENCE, subject)[2]
        sending = asyncio.ensure_future(publish(js, subject, data, **options))
        await asyncio.sleep(0)
        kill.at("evidence sent", device)
        made = await sending
        note(reads, "stored", device)
        stored.append(device)
        kill.at("answered", device)
        return made

    async def acknowledging(message: Any) -> None:
        if stored:
            await asyncio.sleep(0.2)  # the store has it now
            kill.at("stored", stored[-1])
        await acknowledge(message)

    setattr(evidence_parts, "publish_once", publishing)  # noqa: B010 - it is imported there
    if kill.moment == "stored":
        site_worker._acknowledge = acknowledging


def main(site: str, access: str, inventory: str, sessions: str, seconds: str, reads: str, *kill: str) -> None:
    """Serve until this process is ended."""
    killing = Kill(*kill)
    install(killing, Path(reads))
    devices = {each.name: each for each in read_inventory(Path(inventory), Path("none"), Silent()).devices}
    settings = WorkerSettings(
        site=site,
        devices=devices,
        transport=Transport(float(seconds), Path(reads), killing),
        claimed_keys={},
        hops=SiteHops(),
        login_rate=float(os.environ["SLP_OPS_LOGIN_RATE"]),
        secret_ids={"default": "of the site"},
        mask_key=mask_key(),
        max_sessions=int(sessions),
        notice=lambda text: print(text, flush=True),  # noqa: T201 - its log, which the test reads
    )
    try:
        asyncio.run(serve(Path(access), read_address(Path(access), hint=""), settings))
    except HubError as err:
        sys.exit(f"{err.message}\n{err.hint}")


if __name__ == "__main__":
    main(*sys.argv[1:])
