"""The evidence of a device as messages: parts under the id of an attempt, then one end that makes it count.

Several workers may hold one task after the broker was killed. Each publishes its parts under an id of its
own; the end is published create-only, so that the first one wins and its evidence is whole.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from slp_ops.cluster.broker_config import EVIDENCE_STREAM
from slp_ops.cluster.messages import EvidenceEnd, InvalidMessage, to_message
from slp_ops.cluster.once import last_of, publish_once
from slp_ops.cluster.subjects import ANY, EVIDENCE, subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.js import JetStreamContext

_PART: Final = 2**20
_MOST_PARTS: Final = 256
END: Final = "end"


def end_subject(site: str, run: str, device: str) -> str:
    """Return the subject of the end."""
    return subject(EVIDENCE, site, run, device, END)


async def stored_ends(js: JetStreamContext, run: str) -> list[str]:
    """Return the subjects of the ends of a run that the broker has. Raises NATS errors."""
    found = f"{subject(EVIDENCE, ANY, run, ANY)}.{END}"
    return list((await js.stream_info(EVIDENCE_STREAM, subjects_filter=found)).state.subjects or {})


async def is_stored(js: JetStreamContext, site: str, run: str, device: str) -> bool:
    """Return whether an attempt counts already."""
    return await last_of(js, EVIDENCE_STREAM, end_subject(site, run, device)) is not None


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
    parts = [data[start : start + _PART] for start in range(0, len(data), _PART)]
    message = to_message(
        EvidenceEnd(
            attempt=attempt,
            parts=len(parts),
            bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            **end,
        )
    )
    for number, part in enumerate(parts):
        await publish_once(js, _part_subject(names, attempt, number), part, full=full)
    await publish_once(js, end_subject(*names), message, full=full)


async def fetch(js: JetStreamContext, names: tuple[str, str, str], end: EvidenceEnd) -> bytes:
    """Return the data of an attempt. Raises InvalidMessage for what is not what its end says."""
    if not (0 <= end.parts <= _MOST_PARTS and 0 <= end.bytes <= end.parts * _PART):
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
    if len(data) != end.bytes or hashlib.sha256(data).hexdigest() != end.sha256:
        raise InvalidMessage("its parts are not what its SHA-256 says")
    return data


def _part_subject(names: tuple[str, str, str], attempt: str, number: int) -> str:
    return subject(EVIDENCE, *names, attempt, str(number))
