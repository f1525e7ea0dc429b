"""A worker whose switches are files: ``python -m tests.cluster.campaign_worker``.

    campaign_worker FOLDER LEASE APPROVAL WORDS...

Each switch is one of the lab with the configuration lines in FOLDER/NAME, which every session adds to: the
switch, and the count of what was typed, outlive a worker that is killed. A line is in the file at once, and
its answer comes after a while, so that kills leave changes half done. LEASE and APPROVAL are the seconds for
which another worker waits for the owner, and an owner for the operator; WORDS are those of ``slp-ops``.
"""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from slp_ops.app import run_worker, site_changes
from slp_ops.cli.main import main
from slp_ops.lab import scenarios
from slp_ops.lab.journal import Mode
from tests.cluster.stub_worker import add_line
from tests.remediate.conftest import WritingVty

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from slp_ops.model import Device

SCENARIO: Final = "name-server-missing"
_LINE_SECONDS: Final = 0.1
_SHOW_SECONDS: Final = 0.02


class FileSwitch:
    """A switch as a session finds it. ``cut`` and ``typed`` are what ``Vty`` tells a bench."""

    def __init__(self, device: Device, folder: Path) -> None:
        self._lines = folder / device.name
        self.switch = scenarios.load(SCENARIO).build(int(device.name[2:]), name=device.name)
        self.typed: list[tuple[Mode, str]] = []
        for line in typed_lines(self._lines):
            self.switch.config.apply(line)

    def cut(self, mode: Mode, line: str) -> None:
        """Note a configuration line; the switch has it, whatever becomes of the session."""
        if mode is Mode.CONFIG and line != "end":
            add_line(self._lines, line)
            time.sleep(_LINE_SECONDS)


def typed_lines(path: Path) -> list[str]:
    """Return the configuration lines that were typed on a switch, in their order."""
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


class Session(WritingVty):
    """A session whose commands take a little, and whose configuration lines are typed in a thread."""

    async def show(self, *args: Any, **options: Any) -> Any:
        await asyncio.sleep(_SHOW_SECONDS)
        return await super().show(*args, **options)

    async def send(self, *args: Any, **options: Any) -> Any:
        return await asyncio.to_thread(lambda: asyncio.run(super(Session, self).send(*args, **options)))


class Transport:
    """Opens sessions to the switches of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @asynccontextmanager
    async def read(self, device: Device) -> AsyncIterator[Session]:
        session = Session(FileSwitch(device, self._folder))  # type: ignore[arg-type]
        session.log_in()
        yield session

    write = read

    async def close(self) -> None:
        pass


if __name__ == "__main__":
    transport = Transport(Path(sys.argv[1]))
    setattr(run_worker, "by_name", lambda *_, **__: transport)  # noqa: B010 - it is imported there
    setattr(site_changes, "_LEASE", float(sys.argv[2]))  # noqa: B010
    setattr(site_changes, "_APPROVAL_SECONDS", float(sys.argv[3]))  # noqa: B010
    sys.argv = ["slp-ops", *sys.argv[4:]]
    main()
