"""Publish once, and read the last message of a subject, over a connection that may break at any moment."""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TypeVar

from nats.errors import Error as NatsError
from nats.js.errors import APIError, BadRequestError, NotFoundError, ServerError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from nats.aio.client import Client
    from nats.js import JetStreamContext

Answer = TypeVar("Answer")

# A stream that is full gives the code of "exists already" too, unless the publisher names what it expects.
_EXPECTED: Final = "Nats-Expected-Last-Subject-Sequence"
_EXISTS: Final = 10071
_FULL: Final = frozenset({10077, 10047, 10023})  # bytes, storage, resources
_DELETE: Final = "$JS.API.STREAM.MSG.DELETE.{}"
_FIRST_WAIT: Final = 0.1
_LONGEST_WAIT: Final = 2.0
_ANSWER_SECONDS: Final = 10.0


async def publish_once(
    js: JetStreamContext,
    subject: str,
    data: bytes,
    *,
    after: int = 0,
    full: Callable[[], None] | None = None,
) -> int | None:
    """Publish on a subject that has no message, and wait until the broker has stored it.

    ``after`` is the sequence of a message that is replaced. Return the sequence; None where the subject had
    another message: an earlier one, or this one whose answer was lost. ``full`` is called each time that the
    broker has no room; it is tried again for ever, as without a connection.
    """
    wait = _FIRST_WAIT
    while True:
        try:
            with _heeding_cancellation():
                stored = await js.publish(
                    subject, data, headers={_EXPECTED: str(after)}, timeout=_ANSWER_SECONDS
                )
            return stored.seq
        except APIError as error:
            if error.err_code == _EXISTS:
                return None
            if error.err_code in _FULL and full is not None:
                full()
        except (NatsError, OSError):
            pass  # no connection, or no answer: the next one tells
        await asyncio.sleep(wait)
        wait = min(2 * wait, _LONGEST_WAIT)


async def publish_last(js: JetStreamContext, subject: str, data: bytes) -> None:
    """Publish what replaces the last message of a subject, and wait until the broker has stored it."""
    await _answer(lambda: js.publish(subject, data, timeout=_ANSWER_SECONDS))


async def last_of(js: JetStreamContext, stream: str, subject: str) -> bytes | None:
    """Return the last message of a subject; None without one. Without a connection it waits for one."""
    found = await last_with_sequence(js, stream, subject)
    return None if found is None else found[0]


async def last_with_sequence(js: JetStreamContext, stream: str, subject: str) -> tuple[bytes, int] | None:
    """Return what ``last_of`` does, and the sequence of the message."""
    try:
        message = await _answer(lambda: js.get_msg(stream, subject=subject, direct=True))
    except NotFoundError:
        return None
    return message.data or b"", message.seq or 0


async def remove_tasks(client: Client, stream: str, tasks: Mapping[str, int | None]) -> None:
    """Remove the messages of subjects, whose sequences are looked up unless they are known.

    The broker does what one connection asks for in its order, so that its answer to the last of them is one
    for all; behind a connection that was made again meanwhile, each is removed with an answer of its own.
    """
    known = [name for name, sequence in tasks.items() if sequence is not None]
    unanswered, last = known[:-1], known[-1:]
    connection = client.stats["reconnects"]
    is_sent = False
    with suppress(NatsError, OSError):
        for name in unanswered:
            await client.publish(_DELETE.format(stream), _deletion(tasks[name]))
        is_sent = True
    for name in last:
        await _remove_task(client, stream, name, tasks[name])
    if is_sent and client.stats["reconnects"] == connection:
        unanswered = []
    left = [name for name, sequence in tasks.items() if sequence is None]
    await asyncio.gather(*(_remove_task(client, stream, name, tasks[name]) for name in unanswered + left))


async def _remove_task(client: Client, stream: str, subject: str, sequence: int | None) -> None:
    """Remove the message of a subject, and wait for the answer.

    A purge by subject would move the acknowledged part of a consumer past other messages that are at work,
    and they would not be delivered again when their worker dies. The message is not overwritten on the disk,
    which costs the broker three times the rest of a task; a task has no secrets.
    """

    async def delete() -> None:
        number = sequence
        if number is None:
            number = (await client.jetstream().get_msg(stream, subject=subject, direct=True)).seq
        answer = await client.request(_DELETE.format(stream), _deletion(number), timeout=_ANSWER_SECONDS)
        if (error := json.loads(answer.data).get("error")) is not None:
            raise APIError.from_error(error)

    # The server says in several ways that a message is not there any more.
    with suppress(NotFoundError, BadRequestError, ServerError):
        await _answer(delete, answers=(NotFoundError, BadRequestError, ServerError))


def _deletion(sequence: int | None) -> bytes:
    return json.dumps({"seq": sequence, "no_erase": True}).encode()


async def remove(js: JetStreamContext, stream: str, subject: str) -> None:
    """Remove the messages of a subject, which may have wildcards, from a stream that is not of tasks."""
    with suppress(NotFoundError):
        await _answer(lambda: js.purge_stream(stream, subject=subject))


async def remove_before(js: JetStreamContext, stream: str, subject: str, sequence: int) -> None:
    """Remove what ``remove`` does of the messages before a sequence. It is tried once.

    Behind a connection that was made again, the sequence may be of another stream: that of a broker whose
    folder was deleted.
    """
    with suppress(NatsError, OSError):
        await js.purge_stream(stream, subject=subject, seq=sequence)


async def _answer(
    ask: Callable[[], Awaitable[Answer]], *, answers: tuple[type[APIError], ...] = (NotFoundError,)
) -> Answer:
    """Return what the broker answers. Raises ``answers``; after any other error it is asked again.

    Such errors are those of a connection that is being made again, and of a broker that is starting.
    """
    while True:
        try:
            with _heeding_cancellation():
                return await ask()
        except answers:
            raise
        except (NatsError, OSError):
            await asyncio.sleep(_FIRST_WAIT)


@contextmanager
def _heeding_cancellation() -> Iterator[None]:
    """Raise a cancellation that the client has swallowed.

    It waits with ``asyncio.wait_for``, which before Python 3.12 loses a cancellation that comes at once with
    an answer (python/cpython#86296). A loop under ``asyncio.timeout`` would never end.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task is not None else 0
    try:
        yield
    finally:
        if task is not None and task.cancelling() > before:
            raise asyncio.CancelledError
