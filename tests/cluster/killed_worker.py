"""A worker whose process is killed in a change: ``python -m tests.cluster.killed_worker``.

    killed_worker MOMENT FILE WORDS...

At the moment (fence, begun, sent, done; imported: an acknowledgement was) it kills itself, once: the FILE is
there afterwards. ``none`` never does. ``held`` waits before it sends until FILE is removed, once. ``deaf``
pulls no task, and does what other workers pass. WORDS are those of ``slp-ops``. What waits for the end of a
lease waits for two seconds.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slp_ops.app import site_changes
from slp_ops.app.change.device_session import DeviceSession
from slp_ops.cli.main import main
from slp_ops.cluster import once
from slp_ops.cluster.task_pull import TaskPull
from slp_ops.runs.journal import JournalFile

if TYPE_CHECKING:
    from slp_ops.planning.journal_state import JournalEvent


def install(moment: str, file: Path) -> None:
    """Watch the change."""

    def at(name: str) -> None:
        if name != moment:
            return
        try:
            file.touch(exist_ok=False)
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)

    holds = moment == "held"
    publish, write, send = once.publish_once, JournalFile.write, DeviceSession.send

    async def publishing(*args: Any, **options: Any) -> Any:
        made = await publish(*args, **options)
        at("fence")
        return made

    def writing(journal: JournalFile, event: JournalEvent) -> None:
        write(journal, event)
        at(str(getattr(event, "state", "")))

    async def sending(session: DeviceSession, *args: Any, **options: Any) -> Any:
        nonlocal holds
        if holds:
            holds = False
            file.touch()
            while file.exists():
                await asyncio.sleep(0.05)
        made = await send(session, *args, **options)
        at("imported" if str(getattr(args[0], "command", "")).startswith("license smart import") else "sent")
        return made

    async def deaf(_: TaskPull) -> None:
        await asyncio.Event().wait()

    if moment == "deaf":
        setattr(TaskPull, "run", deaf)  # noqa: B010
    setattr(site_changes, "publish_once", publishing)  # noqa: B010 - it is imported there
    setattr(site_changes, "_LEASE", 2.0)  # noqa: B010
    setattr(JournalFile, "write", writing)  # noqa: B010
    setattr(DeviceSession, "send", sending)  # noqa: B010


if __name__ == "__main__":
    install(sys.argv[1], Path(sys.argv[2]))
    sys.argv = ["slp-ops", *sys.argv[3:]]
    main()
