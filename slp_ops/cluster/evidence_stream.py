"""The ends of a run's evidence as the broker stores them, in its order, across its restarts."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NothingCame
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from slp_ops.cluster.broker_config import EVIDENCE_STREAM
from slp_ops.cluster.evidence_parts import ends_of
from slp_ops.cluster.subjects import EVIDENCE, names_in

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from nats.aio.client import Client
    from nats.aio.msg import Msg

_AT_ONCE: Final = 64  # of at most 1 MB each
_WAIT: Final = 5.0
_PAUSE: Final = 0.2
_GATHER: Final = 0.05  # so that a request, a write to the disk and a removal are for more than one end
_IDLE: Final = 60.0  # without a request for so long, the broker forgets the consumer


class StoredEnd(NamedTuple):
    """The message of an end, and its place in the stream.

    A ``sequence`` is that of one connection: behind it, the broker may have made the stream again.
    ``connection`` is the number of reconnections before it.
    """

    site: str
    device: str
    connection: int
    sequence: int
    data: bytes


async def stored_ends(client: Client, run: str) -> AsyncGenerator[list[StoredEnd], None]:
    """Yield the ends that are stored, those of before first; an empty batch where none comes for a while.

    Behind a connection that was broken, all that the broker still has are yielded again.
    """
    js = client.jetstream()
    config = ConsumerConfig(
        ack_policy=AckPolicy.NONE, deliver_policy=DeliverPolicy.ALL, inactive_threshold=_IDLE
    )
    while True:
        connection = client.stats["reconnects"]
        try:
            pulled = await js.pull_subscribe(ends_of(run), stream=EVIDENCE_STREAM, config=config)
        except (NatsError, OSError):
            yield []
            await asyncio.sleep(_PAUSE)
            continue
        try:
            while client.stats["reconnects"] == connection and client.is_connected:
                try:
                    messages = await pulled.fetch(_AT_ONCE, timeout=_WAIT)
                except NothingCame:
                    await pulled.consumer_info()  # raises where the broker has lost it
                    messages = []
                yield [end for each in messages if (end := _end(each, connection)) is not None]
                if len(messages) < _AT_ONCE:
                    await asyncio.sleep(_GATHER)
        except (NatsError, OSError):
            await asyncio.sleep(_PAUSE)
        finally:
            with suppress(NatsError, OSError):
                await pulled.unsubscribe()


def _end(message: Msg, connection: int) -> StoredEnd | None:
    """Return an end; None for a subject that no worker of ours gives."""
    try:
        site, _, device, _ = names_in(EVIDENCE, message.subject)
    except ValueError:
        return None
    return StoredEnd(site, device, connection, message.metadata.sequence.stream, message.data)
