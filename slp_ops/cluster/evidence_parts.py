"""The evidence of a device as messages: parts under the id of an attempt, then one end that makes it count.

Several workers may hold one task after the broker was killed. Each publishes its parts under an id of its
own; the end is published create-only, so that the first one wins and its evidence is whole. Evidence that
fits into the end, as that of nearly every device, is in it: one message to store, to read and to remove.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from slp_ops.cluster.broker_config import EVIDENCE_STREAM, TASKS_STREAM
from slp_ops.cluster.messages import (
    LARGEST_MESSAGE,
    EvidenceEnd,
    InvalidMessage,
    from_message,
    to_message,
)
from slp_ops.cluster.once import last_of, publish_once
from slp_ops.cluster.subjects import ANY, EVIDENCE, TASK, subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.js import JetStreamContext

_PART: Final = LARGEST_MESSAGE - 2**12  # the broker counts a message's headers
_MOST_PARTS: Final = 256
END: Final = "end"


def end_subject(site: str, run: str, device: str) -> str:
    """Return the subject of the end."""
    return subject(EVIDENCE, site, run, device, END)


def ends_of(run: str) -> str:
    """Return the subjects of the ends of a run, whatever site and device."""
    return f"{subject(EVIDENCE, ANY, run, ANY)}.{END}"


async def is_stored(js: JetStreamContext, site: str, run: str, device: str) -> bool:
    """Return whether an attempt counts already."""
    return await last_of(js, EVIDENCE_STREAM, end_subject(site, run, device)) is not None


async def is_answered(js: JetStreamContext, site: str, run: str, device: str) -> bool:
    """Return whether a task needs no visit: an attempt counts, or the run has taken one and removed the task.

    In this order: the run removes the evidence after the task.
    """
    if await is_stored(js, site, run, device):
        return True
    return await last_of(js, TASKS_STREAM, subject(TASK, site, run, device)) is None


async def send(
    js: JetStreamContext,
    names: tuple[str, str, str],
    data: bytes,
    *,
    attempt: str,
    full: Callable[[], None],
    **end: Any,
) -> None:
    """Publish the evidence of a device, ``names`` being site, run and device, until it is stored.

    ``end`` are the fields of ``EvidenceEnd`` that describe the visit. Raises InvalidMessage.
    """
    digest = hashlib.sha256(data).hexdigest()

    def message(parts: int) -> bytes:
        return to_message(EvidenceEnd(attempt=attempt, parts=parts, bytes=len(data), sha256=digest, **end))

    whole = b"\n".join((message(0), data))
    if len(whole) > _PART:
        parts = [data[start : start + _PART] for start in range(0, len(data), _PART)]
        for number, part in enumerate(parts):
            await publish_once(js, _part_subject(names, attempt, number), part, full=full)
        whole = message(len(parts))
    await publish_once(js, end_subject(*names), whole, full=full)


def parse_end(message: bytes) -> tuple[EvidenceEnd, bytes]:
    """Return an end, and the evidence in its message. Raises InvalidMessage."""
    head, _, data = message.partition(b"\n")
    end = from_message(EvidenceEnd, head)
    if end.parts == 0:
        _check(end, data)
    return end, data


async def fetch(js: JetStreamContext, names: tuple[str, str, str], end: EvidenceEnd) -> bytes:
    """Return the data of an attempt with parts. Raises InvalidMessage for what is not what its end says."""
    if not (0 < end.parts <= _MOST_PARTS and 0 <= end.bytes <= end.parts * _PART):
        raise InvalidMessage("more evidence than is accepted")
    pieces = []
    left = end.bytes
    for number in range(end.parts):
        part = await last_of(js, EVIDENCE_STREAM, _part_subject(names, end.attempt, number))
        if part is None:
            raise InvalidMessage(f"part {number + 1} of {end.parts} is missing")
        left -= len(part)
        if left < 0:
            raise InvalidMessage("its parts are larger than its end says")
        pieces.append(part)
    data = b"".join(pieces)
    _check(end, data)
    return data


def _check(end: EvidenceEnd, data: bytes) -> None:
    if len(data) != end.bytes or hashlib.sha256(data).hexdigest() != end.sha256:
        raise InvalidMessage("it is not what its SHA-256 says")


def _part_subject(names: tuple[str, str, str], attempt: str, number: int) -> str:
    return subject(EVIDENCE, *names, attempt, str(number))
