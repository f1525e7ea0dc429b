"""Recording of sessions for --debug: what was sent to a switch, and what came, for both transports."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from slp_ops.errors import SlpOpsError
from slp_ops.ports import SESSION_LOGS
from slp_ops.transport.dialogue import Procedure, Send

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.model import Device
    from slp_ops.ports import Credential, Secret, SessionLog

T = TypeVar("T")


@contextmanager
def session_log(device: Device, transport: str) -> Iterator[SessionLog | None]:
    """Open the log of one session, None without --debug; an error of the session is its last line."""
    open_log = SESSION_LOGS.get()
    if open_log is None:
        yield None
        return
    log = open_log(device)
    log.note(f"{transport} to {device.host}:{device.port}")
    try:
        yield log
    except SlpOpsError as err:
        log.note(f"{err.kind}: {err.message}")
        raise
    finally:
        log.close()


def hide_secrets(log: SessionLog | None, secrets: Iterable[Secret | None]) -> None:
    """Hide the secrets that exist."""
    if log is None:
        return
    for secret in secrets:
        if secret is not None:
            log.hide(secret)


def hide_credential(log: SessionLog | None, credential: Credential) -> None:
    """Hide the secrets of a credential."""
    hide_secrets(log, (credential.password, credential.enable, credential.passphrase))


def recorded(procedure: Procedure[T], log: SessionLog | None) -> Procedure[T]:
    """Return the procedure, with what it sends and receives written to the log."""
    return procedure if log is None else _recorded(procedure, log)


def _recorded(procedure: Procedure[T], log: SessionLog) -> Procedure[T]:
    answer: bytes | None = None
    try:
        while True:
            try:
                request = procedure.send(answer)
            except StopIteration as done:
                result: T = done.value
                return result
            if isinstance(request, Send):
                log.sent(request.data)
            answer = yield request
            if answer is not None:
                log.received(answer)
    finally:
        procedure.close()
