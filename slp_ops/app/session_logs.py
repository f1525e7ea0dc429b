"""Session logs of a pass over the fleet, for --debug."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from slp_ops.ports import SESSION_LOGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.app.sessions import SessionOptions
    from slp_ops.runs import Run


@contextmanager
def session_logs(run: Run, connecting: SessionOptions) -> Iterator[None]:
    """Keep a log of each session in the run, if the operator asks for it."""
    if not connecting.debug:
        yield
        return
    token = SESSION_LOGS.set(run.session_log)
    try:
        yield
    finally:
        SESSION_LOGS.reset(token)
