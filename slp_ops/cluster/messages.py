"""Messages between operators and workers: JSON with a schema, limited in size, validated by the receiver."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal, TypeVar

from slp_ops.cluster.approval import SignedApproval
from slp_ops.json_documents import (
    InvalidJson,
    ShapeError,
    as_is,
    decode,
    json_document,
    json_field,
    parse_json,
    to_json,
)

T = TypeVar("T")

HEARTBEAT_SECONDS: Final = 5.0
LARGEST_MESSAGE: Final = 2**20


class InvalidMessage(ValueError):
    """A message that no slp-ops sends."""


@json_document
class Heartbeat:
    """A worker that is alive. ``clock`` is its own time; ``works`` are the kinds of tasks that it knows.

    The last one of a worker that ends in order says that it is ``leaving``.
    """

    schema: Literal["slp-ops/heartbeat/1"] = "slp-ops/heartbeat/1"
    version: str
    works: tuple[str, ...]
    clock: datetime
    max_sessions: int
    sessions: int
    leaving: bool = False


@json_document
class TaskMessage:
    """A device to visit. ``task`` is a document of the kind of work, without secrets.

    ``folder`` is the device's folder in the run, ``taken`` are the names of the captures in it, and
    ``earlier`` is an archive of these (base64) where the task has captures that are not read again.
    ``mask_key`` is the id of the key with which the run masks. ``approval`` is that of a task which is
    approved in advance.
    """

    schema: Literal["slp-ops/cluster-task/1"] = "slp-ops/cluster-task/1"
    run: str
    device: str
    work: str
    folder: str
    taken: tuple[str, ...]
    earlier: str = ""
    mask_key: str
    debug: bool
    approval: SignedApproval | None = json_field(omit_none=True, default=None)
    task: Any = json_field(encoder=as_is)


@json_document
class EvidenceEnd:
    """The attempt that counts, published once for each device and run, behind all parts of its evidence.

    Evidence that fits into the message follows it behind a line feed, and has no parts.

    ``outcome`` is the result or the failure; None where the visit was cancelled. ``folder`` is where the
    worker kept the evidence; failures name it. ``sha256`` is of the evidence.
    """

    schema: Literal["slp-ops/evidence-end/1"] = "slp-ops/evidence-end/1"
    worker: str
    attempt: str
    parts: int
    bytes: int
    sha256: str
    mask_key: str
    folder: str
    outcome: Any = json_field(encoder=as_is)


@json_document
class Event:
    """Progress of a visit, see ``ports.ProgressEvent``."""

    schema: Literal["slp-ops/cluster-event/1"] = "slp-ops/cluster-event/1"
    what: str
    detail: str = ""
    bytes: int = 0


@json_document
class FirstKey:
    """The first host key that a worker of a site has met at a host and port. ``key`` is base64."""

    schema: Literal["slp-ops/first-host-key/1"] = "slp-ops/first-host-key/1"
    host: str
    port: int
    type: str
    key: str


@json_document
class RunControl:
    """State of a run at a site: its tasks are not done any more once it is cancelled."""

    schema: Literal["slp-ops/cluster-control/1"] = "slp-ops/cluster-control/1"
    cancelled: bool


@json_document
class HubNotice:
    """Sent by the hub to operators for as long as it is so. With a full disk the broker stores nothing."""

    schema: Literal["slp-ops/hub-notice/1"] = "slp-ops/hub-notice/1"
    disk_full: bool


@json_document
class Fence:
    """The worker that has a change of a device. ``claim`` is a random number of its own."""

    schema: Literal["slp-ops/fence/1"] = "slp-ops/fence/1"
    worker: str
    claim: str


@json_document
class ClaimAnswer:
    """Answer of an operator to a worker: an approval; None where ``owner`` has the change already."""

    schema: Literal["slp-ops/claim-answer/1"] = "slp-ops/claim-answer/1"
    approval: SignedApproval | None
    owner: str


@json_document
class Lease:
    """The change that ``worker`` makes on a switch, for ``operator`` (USER@HOST) in its call ``run``.

    ``timer``: minutes after which the switch may still restore its configuration by itself. ``is_over``: the
    worker sends nothing more; the lease remains as the last change of the switch.
    """

    schema: Literal["slp-ops/switch-lease/1"] = "slp-ops/switch-lease/1"
    worker: str
    change: str
    run: str
    operator: str
    timer: int
    is_over: bool = False


@json_document
class OwnerCall:
    """Question to a worker of the same site: is it at work on a device for a run?

    With an ``order`` also the request to do this task, which is of a ``change`` that it has begun; ``ack`` is
    where the task is acknowledged.
    """

    schema: Literal["slp-ops/owner-call/1"] = "slp-ops/owner-call/1"
    run: str
    change: str
    device: str
    ack: str = ""
    order: TaskMessage | None = None


@json_document
class CallAnswer:
    """Answer of a process that lives: whether it is at work on what it was asked about.

    Without room it has not taken a task that was passed to it, and has to be asked again.
    """

    schema: Literal["slp-ops/call-answer/1"] = "slp-ops/call-answer/1"
    at_work: bool
    has_room: bool = True


def to_message(document: object) -> bytes:
    """Return a document as the content of a message. Raises InvalidMessage for one that is too large."""
    data = to_json(document).encode()
    if len(data) > LARGEST_MESSAGE:
        raise InvalidMessage(f"a message of {len(data)} bytes; at most {LARGEST_MESSAGE} are sent")
    return data


def from_message(kind: type[T], data: bytes) -> T:
    """Return the document in a message. Raises InvalidMessage."""
    if len(data) > LARGEST_MESSAGE:
        raise InvalidMessage(f"a message of {len(data)} bytes; at most {LARGEST_MESSAGE} are read")
    try:
        value: Any = parse_json(data)
        return decode(kind, value)
    except (InvalidJson, ShapeError) as error:
        raise InvalidMessage(str(error)) from error
