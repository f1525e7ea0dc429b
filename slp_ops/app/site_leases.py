"""Leases of switches: one change at a time on each, of whichever operator and worker of its site.

A worker that is at work on a change has the lease of the switch, and answers the other workers. Another
change takes a lease over when its worker has not answered for as long as it may still send, and the switch
may still restore its configuration by a revert timer. The switch is read and planned for again after that,
and the change that had the lease is not continued.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from slp_ops.cluster.broker_config import LEASE_STREAM
from slp_ops.cluster.calls import LONGEST_GAP
from slp_ops.cluster.messages import InvalidMessage, Lease, OwnerCall, from_message, to_message
from slp_ops.cluster.once import last_with_sequence, publish_once
from slp_ops.cluster.subjects import LEASE, OWNER, subject, token
from slp_ops.errors import ChangeRefused
from slp_ops.i18n import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nats.js import JetStreamContext

    from slp_ops.app.change.context import StopController
    from slp_ops.cluster.calls import Calls

_LOOK_AGAIN: Final = 1.0
_ANSWER_SECONDS: Final = 60.0
_LONGEST_TIMER: Final = 120  # minutes that a switch accepts
# Its operator may have approved it, or an earlier call: what is known there is that it has begun.
NOTHING_SENT: Final = (
    "this call sent nothing; with a journal of the change --resume, else run the command again"
)


class SwitchLease:
    """The lease of a device for the change in ``mine``. ``silence``: seconds until a worker has stopped."""

    def __init__(
        self,
        js: JetStreamContext,
        calls: Calls,
        site: str,
        device: str,
        mine: Lease,
        *,
        stop: StopController,
        silence: float,
    ) -> None:
        self._js = js
        self._calls = calls
        self._site = site
        self._device = device
        self._mine = mine
        self._stop = stop
        self._silence = silence
        self._before: Lease | None = None
        self._is_held = False
        self._lock = asyncio.Lock()

    async def take(self, *, is_owner: bool, has_begun: bool = False) -> str:
        """Take the lease, unless it is held; one whose worker is silent is waited for.

        ``is_owner``: this worker has the journal of the change. Otherwise the lease is not taken from a
        worker that has it for the same change; return that one, or nothing. ``has_begun``: steps may have
        been sent. Raises ChangeRefused while the switch is being changed, and where it was since the change
        was begun.
        """
        if self._is_held:
            return ""
        since = last = float("-inf")
        waited_for: Lease | None = None
        while not self._stop.stopping:
            before, sequence = await self._read()
            other = None if before is None or before.change == self._mine.change else before
            if other is None and before and not (is_owner or before.is_over or self._is_own(before)):
                return before.worker
            if other is not None and not other.is_over:
                if await self._is_at_work(other):
                    raise _refused(
                        f"{self._device} is being changed by {_named(other)}",
                        "wait until that change has ended, then run the command again",
                    )
                now = self._stop.now()
                if other != waited_for or now - last > LONGEST_GAP:
                    since = now
                waited_for, last = other, now
                timer = min(max(other.timer, 0), _LONGEST_TIMER)
                if now - since < self._silence + 60.0 * timer:
                    await self._stop.wait_or_stop(min(_LOOK_AGAIN, self._silence))
                    continue
            if other is not None and has_begun:
                raise _refused(
                    f"{self._device} was changed since by {_named(other)}: the rest is not sent",
                    "plan again: slp-ops remediate --dry-run",
                )
            if await self._write(self._mine, sequence):
                self._is_held = True
                self._before = None if before is None or self._is_own(before) else before
                return ""
        raise _refused("it was stopped before it was approved", NOTHING_SENT)

    async def confirm(self) -> None:
        """Write the lease again where the broker has lost it; stop before the next step if another has it."""
        async with self._lock:
            if not self._is_held:
                return
            other, sequence = await self._read()
            if other is None:
                await self._write(self._mine, sequence)
            elif not self._is_own(other):
                self._stop.stop(_LEASE_TAKEN)

    async def give_back(self, *, is_sent: bool) -> None:
        """End the lease. If nothing was sent, it is again that of the change before.

        Where the hub does not take that, the worker counts as silent for the next change.
        """
        async with self._lock:
            if not self._is_held:
                return
            self._is_held = False
            with suppress(ChangeRefused):
                other, sequence = await self._read()
                if other is not None and self._is_own(other):
                    before = None if is_sent else self._before
                    await self._write(before or replace(self._mine, is_over=True), sequence)

    def _is_own(self, lease: Lease) -> bool:
        return (lease.worker, lease.change) == (self._mine.worker, self._mine.change)

    async def _is_at_work(self, other: Lease) -> bool:
        call = OwnerCall(run=other.run, change=other.change, device=self._device)
        answer = await self._calls.ask(subject(OWNER, self._site, other.worker), to_message(call))
        return answer is not None and answer.at_work

    async def _read(self) -> tuple[Lease | None, int]:
        """Return the lease at the broker, and its sequence; one that no slp-ops wrote is none.

        Raises ChangeRefused without an answer.
        """
        with _in_time():
            async with asyncio.timeout(_ANSWER_SECONDS):
                found = await last_with_sequence(self._js, LEASE_STREAM, self._name)
        if found is None:
            return None, 0
        try:
            lease = from_message(Lease, found[0])
            token(lease.worker)
        except (InvalidMessage, ValueError):
            return None, found[1]
        return lease, found[1]

    async def _write(self, lease: Lease, sequence: int) -> bool:
        """Replace a version; return whether it was the last one. Raises ChangeRefused without an answer."""
        with _in_time():
            async with asyncio.timeout(_ANSWER_SECONDS):
                stored = await publish_once(
                    self._js, self._name, to_message(lease), after=sequence, full=refuse_full
                )
        return stored is not None or (await self._read())[0] == lease

    @property
    def _name(self) -> str:
        return subject(LEASE, self._site, self._device)


@contextmanager
def _in_time() -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise _refused(
            f"the hub has not answered with the lease of the switch within {_ANSWER_SECONDS:g} s",
            "start the hub with the release of the worker, and its slp-ops hub up again",
        ) from None


def refuse_full() -> None:
    """Refuse a change for which the hub has no room. Raises ChangeRefused."""
    raise _refused(
        "the hub's disk for claims and leases of changes is full",
        "slp-ops hub status, on the hub, names the stream and what to do",
    )


def _refused(message: str, hint: str) -> ChangeRefused:
    return ChangeRefused(message, hint=hint)


def _named(lease: Lease) -> str:
    return f"{lease.operator or 'another operator'} (run {lease.run}, worker {lease.worker})"


_LEASE_TAKEN: Final = Text(
    "another change has this switch now", "このスイッチでは現在、別の変更が実行されています"
)
