"""slp-ops with its usual behaviour, impatient: a lab is ready sooner than a switch.

``SLP_OPS_KILL_LOG`` names a file: the process is killed behind each step that ends, once, and behind the
beginning of a rollback; the file contains these places, so that no later call is killed there again.
"""

from __future__ import annotations

import functools
import json
import os
import signal
from pathlib import Path

from slp_ops.__main__ import main
from slp_ops.app import change_session
from slp_ops.app.change.context import Timeouts
from slp_ops.planning.journal_state import JournalEvent, RollbackEvent, StepEvent, StepState
from slp_ops.runs.journal import JournalFile

KILL_LOG = "SLP_OPS_KILL_LOG"
_write = JournalFile.write


def place(path: Path, event: JournalEvent) -> tuple[str, str, int] | None:
    """Return the journal, the switch and the number of a step that ended; -1 for a rollback."""
    if isinstance(event, StepEvent) and event.state in (StepState.SENT, StepState.DONE):
        return str(path.absolute()), event.device, event.step
    return (str(path.absolute()), event.device, -1) if isinstance(event, RollbackEvent) else None


def killing_write(log: Path, file: JournalFile, event: JournalEvent) -> None:
    """Write an event, and die behind it where no earlier call did."""
    _write(file, event)
    found = place(file.path, event)
    line = json.dumps(found)
    if found is not None and line not in log.read_text().splitlines():
        with log.open("a") as out:
            out.write(line + "\n")
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    impatient = functools.partial(Timeouts, first_interval=0.5, max_interval=2.0)
    vars(change_session)["Timeouts"] = impatient
    if name := os.environ.pop(KILL_LOG, None):
        JournalFile.write = functools.partialmethod(  # type: ignore[method-assign, assignment]  # as a method
            lambda file, event: killing_write(Path(name), file, event)
        )
    main()
