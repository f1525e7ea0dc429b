"""Messages between a process and its worker processes: JSON objects with a length in front, over a socket.

    00 00 00 2b {"kind": "login", "login": 7, "credential": "ro"}

Each message has its type here and is validated when it arrives. Tasks, results and the configuration of a
worker are JSON of the application layer, of which the engine knows nothing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from slp_ops.engine.pacing import LoginEnd
from slp_ops.json_documents import (
    InvalidJson,
    ShapeError,
    as_is,
    decode,
    encode,
    json_document,
    json_field,
    parse_json,
)
from slp_ops.ports import StandingNotice

if TYPE_CHECKING:
    from asyncio import StreamReader

SCHEMA: Final = "slp-ops/worker-messages/1"
LARGEST: Final = 16 << 20  # bytes of a message
_LENGTH: Final = 4


class InvalidMessage(ValueError):
    """A message that is too large, no JSON, or of no known form."""


@json_document
class Configure:
    """Parent to worker, first: the configuration, credentials included. Never written to a file."""

    kind: Literal["configure"] = "configure"
    schema: Literal["slp-ops/worker-messages/1"] = SCHEMA
    configuration: Any = json_field(encoder=as_is)


@json_document
class RunTask:
    """Parent to worker: do a task and report its result under this number."""

    kind: Literal["task"] = "task"
    number: int
    task: Any = json_field(encoder=as_is)


@json_document
class CancelTask:
    """Parent to worker: stop a task. What was read of it is kept."""

    kind: Literal["cancel"] = "cancel"
    number: int


@json_document
class LoginAdmitted:
    """Parent to worker: a login may start, or is refused with a message and a hint."""

    kind: Literal["admitted"] = "admitted"
    login: int
    refusal: str = ""
    hint: str = ""


@json_document
class Stop:
    """Parent to worker: close every session and end."""

    kind: Literal["stop"] = "stop"


@json_document
class TaskEnded:
    """Worker to parent: the result of a task; None for one that was cancelled.

    ``problem`` is why a result was not sent.
    """

    kind: Literal["result"] = "result"
    number: int
    result: Any = json_field(default=None, encoder=as_is)
    problem: str = ""


@json_document
class TaskProgress:
    """Worker to parent: progress of a task."""

    kind: Literal["progress"] = "progress"
    number: int
    what: str
    detail: str = ""
    bytes: int = 0


@json_document
class LoginWanted:
    """Worker to parent: a login waits to be admitted, to a switch or to a jump host."""

    kind: Literal["login"] = "login"
    login: int
    credential: str = ""
    hop: str = ""


@json_document
class SecretOffered:
    """Worker to parent: a switch is about to receive the secret of a login."""

    kind: Literal["offered"] = "offered"
    login: int


@json_document
class LoginFinished:
    """Worker to parent: the end of a login, also of one that was not admitted yet."""

    kind: Literal["login_end"] = "login_end"
    login: int
    end: LoginEnd


@json_document
class HopLoginFailed:
    """Worker to parent: the end of a login to a jump host that failed."""

    kind: Literal["hop_failed"] = "hop_failed"
    login: int
    message: str
    hint: str = ""


@json_document
class Notice:
    """Worker to parent: a sentence for the operator; a standing one is about a state that stays."""

    kind: Literal["notice"] = "notice"
    text: str
    is_standing: bool = False

    @classmethod
    def of(cls, text: str) -> Notice:
        """Return the message of a notice."""
        return cls(text=str(text), is_standing=isinstance(text, StandingNotice))

    def notice(self) -> str:
        """Return the notice."""
        return StandingNotice(self.text) if self.is_standing else self.text


@json_document
class HostKeyLearned:
    """Worker to parent: a first host key was added to the file; the text names switch and key."""

    kind: Literal["host_key"] = "host_key"
    text: str


ToWorker: TypeAlias = Configure | RunTask | CancelTask | LoginAdmitted | Stop
FromWorker: TypeAlias = (
    TaskEnded
    | TaskProgress
    | LoginWanted
    | SecretOffered
    | LoginFinished
    | HopLoginFailed
    | Notice
    | HostKeyLearned
)


def frame(message: ToWorker | FromWorker) -> bytes:
    """Return a message as it is sent. Raises InvalidMessage for one that is too large."""
    data = json.dumps(encode(message), separators=(",", ":")).encode("ascii")
    if len(data) > LARGEST:
        raise InvalidMessage(f"a message of {len(data)} bytes; at most {LARGEST} are sent")
    return len(data).to_bytes(_LENGTH, "big") + data


async def read_to_worker(stream: StreamReader) -> ToWorker:
    """Read one message of a parent. Raises InvalidMessage, and IncompleteReadError at the end."""
    message: ToWorker = await _read(stream, ToWorker)
    return message


async def read_from_worker(stream: StreamReader) -> FromWorker:
    """Read one message of a worker. Raises InvalidMessage, and IncompleteReadError at the end."""
    message: FromWorker = await _read(stream, FromWorker)
    return message


async def _read(stream: StreamReader, kind: Any) -> Any:
    size = int.from_bytes(await stream.readexactly(_LENGTH), "big")
    if size > LARGEST:
        raise InvalidMessage(f"a message of {size} bytes; at most {LARGEST} are read")
    try:
        return decode(kind, parse_json(await stream.readexactly(size)))
    except (InvalidJson, ShapeError) as err:
        raise InvalidMessage(str(err)) from None
