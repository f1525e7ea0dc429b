"""Streams that the broker keeps for the hub: limits, sites, and the workers that are alive."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from slp_ops.cluster.broker_config import (
    CONTROL_STREAM,
    EVIDENCE_STREAM,
    FENCE_STREAM,
    HEARTBEAT_STREAM,
    HOST_KEYS_STREAM,
    LEASE_STREAM,
    LIMITS_STREAM,
    TASKS_STREAM,
)
from slp_ops.cluster.messages import Heartbeat, InvalidMessage, from_message
from slp_ops.cluster.site_ledger import LARGEST_LEDGER
from slp_ops.cluster.subjects import (
    APPROVAL,
    CONTROL,
    EVIDENCE,
    FENCE,
    HEARTBEAT,
    HOST_KEY,
    LEASE,
    LIMITS,
    TASK,
    names_in,
    subject,
    token,
)
from slp_ops.json_documents import InvalidJson, parse_json
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Collection

    from nats.js import JetStreamContext

# Shorter waits for an acknowledgement make double reads after a restart of the broker likelier: 122 against
# 12 of 20 restarts at 10 s.
ACK_WAIT: Final = 30.0
_LONGEST_RELEASE: Final = 40
WRONG_CLOCK: Final = 30.0  # seconds: a capture with a time that is further off is misread beside a log
_MOST_EVIDENCE: Final = (
    4_000_000  # messages: a hostile site must not fill the broker's memory with small ones
)
# What a run leaves at the broker when its operator's computer is lost.
_LONGEST_LIFE: Final = 30 * 86400.0
_HEARTBEAT_LIFE: Final = 20.0  # without one for so long, a worker counts as gone
_HEARTBEAT_SHARE: Final = 0.01
# Shares of the disk that the hub may use. What a worker read is by far the largest.
_SHARES: Final = {
    TASKS_STREAM: ((TASK,), 0.08),
    EVIDENCE_STREAM: ((EVIDENCE,), 0.85),
    CONTROL_STREAM: ((CONTROL, APPROVAL), 0.01),
    FENCE_STREAM: ((FENCE,), 0.01),
    LEASE_STREAM: ((LEASE,), 0.01),
    LIMITS_STREAM: ((LIMITS,), 0.01),
    HOST_KEYS_STREAM: ((HOST_KEY,), 0.01),
}
# Streams whose messages are not of a run.
_LASTING: Final = frozenset({LIMITS_STREAM, HOST_KEYS_STREAM})
# Streams in which a message is replaced by the next one of its subject.
_REPLACED: Final = frozenset({CONTROL_STREAM, LEASE_STREAM, LIMITS_STREAM})


async def prepare_streams(js: JetStreamContext, *, disk_bytes: int) -> None:
    """Make the streams, or bring their limits up to date."""
    for name, (families, share) in _SHARES.items():
        await _make_stream(
            js,
            StreamConfig(
                name=name,
                subjects=[f"{family}.>" for family in families],
                storage=StorageType.FILE,
                # One message a subject, and a second one is refused: nothing is submitted or stored twice.
                max_msgs_per_subject=1,
                discard=DiscardPolicy.NEW,
                discard_new_per_subject=name not in _REPLACED,
                # Below the disk's size: a full stream refuses cleanly, a full disk breaks it.
                max_bytes=int(disk_bytes * share),
                max_age=None if name in _LASTING else _LONGEST_LIFE,
                max_msgs=_MOST_EVIDENCE,
                max_msg_size=LARGEST_LEDGER if name == LIMITS_STREAM else -1,
                allow_direct=True,
            ),
        )
    await _make_stream(
        js,
        StreamConfig(
            name=HEARTBEAT_STREAM,
            subjects=[f"{HEARTBEAT}.>"],
            storage=StorageType.FILE,
            max_msgs_per_subject=1,
            discard=DiscardPolicy.OLD,
            max_age=_HEARTBEAT_LIFE,
            max_bytes=int(disk_bytes * _HEARTBEAT_SHARE),
            allow_direct=True,
        ),
    )


async def prepare_site(js: JetStreamContext, site: str, *, max_sessions: int) -> None:
    """Make the consumer of a site's tasks. Its limit holds for all workers of the site together."""
    await js.add_consumer(
        TASKS_STREAM,
        ConsumerConfig(
            durable_name=token(site),
            filter_subject=f"{subject(TASK, site)}.>",
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT,
            max_ack_pending=max_sessions,
            max_deliver=-1,
        ),
    )


async def _make_stream(js: JetStreamContext, config: StreamConfig) -> None:
    try:
        await js.update_stream(config)
    except NotFoundError:
        await js.add_stream(config)


@dataclass(frozen=True, slots=True)
class LiveWorker:
    """A worker whose last heartbeat is not old. ``clock_offset``: seconds by which its clock is fast."""

    site: str
    holder: str
    beat: Heartbeat
    clock_offset: float

    @property
    def is_clock_wrong(self) -> bool:
        """Return whether the clock is so far away that times of captures do not fit."""
        return abs(self.clock_offset) >= WRONG_CLOCK


async def live_workers(js: JetStreamContext) -> list[LiveWorker]:
    """Return the workers that are alive. Raises NATS errors.

    A heartbeat that this release does not understand is that of a worker which knows no work.
    """
    try:
        info = await js.stream_info(HEARTBEAT_STREAM, subjects_filter=">")
    except NotFoundError:
        return []
    subjects: dict[str, Any] = info.state.subjects or {}
    found = []
    for name in sorted(subjects):
        with suppress(NotFoundError, ValueError):
            message = await js.get_msg(HEARTBEAT_STREAM, subject=name, direct=True)
            site, holder = names_in(HEARTBEAT, name)
            received = message.time or datetime.now(UTC)
            beat = _heartbeat(message.data or b"", received)
            if not beat.leaving:
                offset = (_with_zone(beat.clock) - received).total_seconds()
                found.append(LiveWorker(site, holder, beat, offset))
    return found


def _heartbeat(data: bytes, received: datetime) -> Heartbeat:
    """Return a heartbeat whose release is fit to be shown, whatever a worker has sent."""
    try:
        beat = from_message(Heartbeat, data)
    except InvalidMessage:
        version = _release_in(data)
        return Heartbeat(version=version, works=(), clock=received, max_sessions=0, sessions=0)
    return replace(beat, version=one_line(beat.version)[:_LONGEST_RELEASE])


def _release_in(data: bytes) -> str:
    """Return the release that a heartbeat of another schema names; most of them have one."""
    with suppress(InvalidJson):
        value = parse_json(data)
        if isinstance(value, dict) and isinstance(version := value.get("version"), str) and version:
            return one_line(version)[:_LONGEST_RELEASE]
    return "of an unknown release"


def _with_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


async def is_known(js: JetStreamContext, site: str) -> bool:
    """Return whether the hub has a site: it was not revoked. Raises NATS errors."""
    try:
        await js.consumer_info(TASKS_STREAM, token(site))
    except NotFoundError:
        return False
    return True


async def forget_sites(js: JetStreamContext, known: Collection[str]) -> None:
    """Remove what sites have at the broker that are not ``known`` any more. Raises NATS errors.

    Fences stay: they show to a worker that joins later that a change was begun.
    """
    for consumer in await js.consumers_info(TASKS_STREAM):
        try:
            (site,) = names_in(TASK, (consumer.config.filter_subject or "").removesuffix(".>"))
        except ValueError:
            continue
        if site not in known:
            removed = {
                stream: families for stream, (families, _) in _SHARES.items() if stream != FENCE_STREAM
            }
            for stream, families in (*removed.items(), (HEARTBEAT_STREAM, (HEARTBEAT,))):
                for family in families:
                    await js.purge_stream(stream, subject=f"{subject(family, site)}.>")
            await js.delete_consumer(TASKS_STREAM, consumer.name)


async def task_counts(js: JetStreamContext, site: str) -> tuple[int, int]:
    """Return how many tasks of a site wait, and how many its workers hold."""
    try:
        info = await js.consumer_info(TASKS_STREAM, token(site))
    except NotFoundError:
        return 0, 0
    return info.num_pending or 0, info.num_ack_pending or 0


async def disk_used(js: JetStreamContext) -> int:
    """Return the bytes that the streams use."""
    return (await js.account_info()).storage
