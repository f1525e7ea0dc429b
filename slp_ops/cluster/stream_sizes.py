"""Sizes of the broker's streams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nats.js import JetStreamContext


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSize:
    """A stream, such as ``tasks`` or ``evidence``, with what is in it and the bytes that it may have."""

    name: str
    messages: int
    bytes: int
    max_bytes: int


async def stream_sizes(js: JetStreamContext) -> tuple[StreamSize, ...]:
    """Return the size of each stream, by name. Raises NATS errors."""
    found = [
        StreamSize(
            name=(info.config.name or "").lower(),
            messages=info.state.messages,
            bytes=info.state.bytes,
            max_bytes=info.config.max_bytes or 0,
        )
        for info in await js.streams_info()
    ]
    return tuple(sorted(found, key=lambda each: each.name))
