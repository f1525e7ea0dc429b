"""Do one thing to each device, many at a time. Memory does not grow with what has been done."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

    from slp_ops.model import Device

T = TypeVar("T")

# How long devices get to save what they have when the operator stops the run.
_GRACE = 4.0


async def each(
    devices: Iterable[Device], work: Callable[[Device], Awaitable[T]], *, workers: int
) -> AsyncIterator[tuple[Device, T]]:
    """Yield each device with its result, as they end.

    At most ``workers`` run at once, and at most ``max_sessions`` of a device's site while that device
    starts. ``work`` must give every expected trouble as a result; what it raises ends everything.
    When the caller is cancelled, so is all work, and it is waited for briefly.
    """
    waiting: dict[str, deque[Device]] = {}
    for member in devices:
        waiting.setdefault(member.site, deque()).append(member)
    at_site: Counter[str] = Counter()
    running: dict[asyncio.Task[T], Device] = {}
    ended: asyncio.Queue[asyncio.Task[T]] = asyncio.Queue()

    def end(task: asyncio.Task[T]) -> None:
        if not task.cancelled():
            task.exception()  # the first one ends everything; asyncio would print each of the others
        ended.put_nowait(task)

    try:
        while waiting or running:
            while len(running) < workers and (found := _next(waiting, at_site)) is not None:
                task = asyncio.ensure_future(work(found))
                task.add_done_callback(end)
                running[task] = found
                at_site[found.site] += 1
            task = await ended.get()
            device = running.pop(task)
            at_site[device.site] -= 1
            yield device, task.result()
    finally:
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=_GRACE)


def _next(waiting: dict[str, deque[Device]], at_site: Counter[str]) -> Device | None:
    """The next device whose site has room; each site in its own order."""
    for site, devices in waiting.items():
        limit = devices[0].max_sessions
        if limit is None or at_site[site] < limit:
            device = devices.popleft()
            if not devices:
                del waiting[site]
            return device
    return None
