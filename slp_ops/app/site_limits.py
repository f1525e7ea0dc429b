"""Limits that the workers of a site keep together: refused logins, the login rate, sessions.

They are in the site's ledger at the broker (``cluster/site_ledger.py``). A worker begins a login only on a
version that it has just read; without the broker none begins, so that a worker that is cut off does
not exceed what it was granted.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from nats.errors import Error as NatsError

from slp_ops.cluster.ledger_store import read_ledger, replace_ledger
from slp_ops.cluster.messages import InvalidMessage
from slp_ops.cluster.site_ledger import LoginsInFlight, Member, SiteLedger
from slp_ops.engine.pacing import OVERDUE, REFUSALS, Login, LoginEnd, LoginRate, credential_stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nats.js import JetStreamContext

# All in seconds. A version as old as this is read again before a login begins.
_FRESH: Final = 0.1
_LOOK_WAITING: Final = 0.2  # while logins wait for another worker
_LOOK_BUSY: Final = 1.0
_LOOK_IDLE: Final = 2.0
_BEAT: Final = 5.0
_DEAD: Final = 20.0  # without a beat for so long, a worker counts as dead
_REMEMBERED: Final = 10.0  # without a login for so long, a worker says that it has none
_MISSING: Final = 10.0
_WRITES: Final = 5  # tries of a look; the next one follows
_LEAVE_SECONDS: Final = 1.0


class SessionSlots:
    """The sessions that a worker may have open. ``limit`` may change at any time."""

    def __init__(self) -> None:
        self.limit = 0
        self.used = 0
        self._changed = asyncio.Event()

    async def acquire(self) -> None:
        """Wait for a free one."""
        while self.used >= self.limit:
            self._changed.clear()
            await self._changed.wait()
        self.used += 1

    def take_free(self, most: int) -> int:
        """Take what is free, at most so many; return how many."""
        taken = max(0, min(most, self.limit - self.used))
        self.used += taken
        return taken

    def release(self, number: int = 1) -> None:
        """Give so many back."""
        self.used -= number
        self._changed.set()

    def set_limit(self, limit: int) -> None:
        """Change the limit. Sessions above it stay open."""
        self.limit = limit
        self._changed.set()


class _SiteLogin(Login):
    """A login that was admitted."""

    def __init__(self, limits: SiteLimits, credential: str) -> None:
        self.credential = credential
        self.started: float | None = None
        self.is_counted = False  # as refused: this worker was taken for dead
        self._limits = limits

    @property
    def counts(self) -> bool:
        """Return whether it may still end in a refusal; see ``engine/pacing.py``."""
        now = asyncio.get_running_loop().time()
        return self.made or self.started is None or now - self.started < OVERDUE

    async def finish(self, end: LoginEnd) -> None:
        """See ``Login``."""
        self._limits.finished(self, end)


@dataclass(slots=True)
class _Seen:
    """The beat of another worker, and since when it has been the same."""

    beat: int
    since: float


@dataclass(slots=True)
class _Ends:
    """Ends of logins that are not in the ledger yet, and those that each write contained.

    An answer that is lost leaves open whether the write was stored; the beat in the next version tells.
    """

    waiting: list[tuple[str, LoginEnd, datetime]] = field(default_factory=list)
    done: int = 0
    written: dict[int, int] = field(default_factory=dict)

    def write(self, beat: int) -> None:
        self.written[beat] = self.done + len(self.waiting)

    def stored(self, beat: int) -> None:
        if (number := self.written.get(beat)) is not None:
            del self.waiting[: max(0, number - self.done)]
            self.done = max(self.done, number)
            self.written.clear()


class SiteLimits:
    """A ``LoginGate`` for one worker of a site, and its part of the site's sessions.

    ``login_rate`` is that of all workers together. ``secret_ids`` name the secrets of credentials; without
    one a secret counts as different from those of other workers.
    """

    def __init__(
        self,
        js: JetStreamContext,
        site: str,
        *,
        max_sessions: int,
        login_rate: float,
        secret_ids: Mapping[str, str],
        notice: Callable[[str], None],
    ) -> None:
        self.slots = SessionSlots()
        self._js = js
        self._site = site
        self._wanted = max_sessions
        self._login_rate = login_rate
        self._rate = LoginRate(0)
        self._secrets = secret_ids
        self._notice = notice
        self._process = secrets.token_hex(8)
        self._ledger: SiteLedger | None = None
        self._version = 0
        self._read_at = float("-inf")
        self._written_at = float("-inf")
        self._missing_since: float | None = None
        self._is_current = False
        self._lost: SiteLedger | None = None  # an earlier ledger, until its counts are in this one
        self._returning: set[str] = set()  # workers of an earlier ledger that are not in this one yet
        self._returning_until = float("-inf")
        self._joined = ""  # the id of the ledger that this worker is in
        self._beat = 0
        self._ends = _Ends()
        self._logins: list[_SiteLogin] = []
        self._used_at: dict[str, float] = {}  # when a credential's last login began
        self._seen: dict[str, _Seen] = {}
        self._lock = asyncio.Lock()
        self._woken = asyncio.Event()
        self._changed = asyncio.Condition()

    async def admit(self, credential: str) -> Login:
        """See ``LoginGate``. Without the broker it waits."""
        login = _SiteLogin(self, credential)
        while True:
            while not await self._admitted(login):
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_WAITING), self._changed:
                        await self._changed.wait()
            try:
                await self._rate.turn()
            except BaseException:
                await login.finish(LoginEnd.UNKNOWN)
                raise
            if not self._is_stopped(credential):
                login.started = asyncio.get_running_loop().time()
                return login
            await login.finish(LoginEnd.UNKNOWN)  # it is asked for again, as a run may have begun meanwhile

    def finished(self, login: _SiteLogin, end: LoginEnd) -> None:
        """Take the end of a login; it is in the ledger before another one is admitted here."""
        self._logins.remove(login)
        is_accepted = self._is_accepted(login.credential)
        is_refusal = end in (LoginEnd.REFUSED, LoginEnd.HUNG_UP) and not login.is_counted
        if is_refusal or (end is LoginEnd.OPENED and not is_accepted):
            self._ends.waiting.append((login.credential, end, datetime.now(UTC)))
        if is_refusal or not is_accepted:
            self._woken.set()

    async def run(self) -> None:
        """Keep this worker in the ledger, and take what others write, until cancelled."""
        while True:
            async with self._lock:
                if await self._read():
                    await self._settle()
            async with self._changed:
                self._changed.notify_all()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pause):
                    await self._woken.wait()
            self._woken.clear()

    async def leave(self) -> None:
        """Take this worker out of the ledger, unless logins are still in flight."""
        with suppress(TimeoutError, NatsError, OSError):  # it counts as dead then
            async with asyncio.timeout(_LEAVE_SECONDS), self._lock:
                if await self._read() and self._ledger is not None and not self._logins:
                    left = self._with_ends(self._ledger)
                    members = tuple(each for each in left.members if each.process != self._process)
                    await replace_ledger(self._js, self._site, replace(left, members=members), self._version)

    @property
    def _pause(self) -> float:
        """Return how long the ledger may go unread."""
        own = self._ledger.member(self._process) if self._ledger else None
        if self._ledger is None or own is None or (self._login_rate and not own.rate):
            return _LOOK_WAITING
        if own.sessions < self._ledger.sessions_for(self._process):
            return _LOOK_WAITING  # the others are about to give sessions back
        return _LOOK_BUSY if self._logins else _LOOK_IDLE

    def _secret(self, credential: str) -> str:
        return self._secrets.get(credential, self._process)

    def _is_stopped(self, credential: str) -> bool:
        """Return whether the credential is stopped, as far as this worker knows."""
        return self._ledger is not None and self._with_ends(self._ledger).refused(credential) >= REFUSALS

    def _is_accepted(self, credential: str) -> bool:
        return self._ledger is not None and self._ledger.is_accepted(credential, self._secret(credential))

    async def _admitted(self, login: _SiteLogin) -> bool:
        """Return whether a login may begin now, and count it then. Raises CredentialStopped."""
        name = login.credential
        is_read = False
        async with self._lock:
            for _ in range(_WRITES):
                if not await self._is_fresh() or self._ledger is None:
                    return False
                base = self._next(self._ledger)
                if base.refused(name) >= REFUSALS:
                    if is_read:
                        raise credential_stopped(name)
                    is_read = await self._read()  # a run that has just begun counts anew
                    if is_read:
                        continue
                    return False
                own = base.member(self._process)
                if own is None or (self._login_rate and not own.rate):
                    return False
                if self._returning and asyncio.get_running_loop().time() < self._returning_until:
                    return False  # their refusals and logins in flight were lost with the ledger
                if not base.may_log_in(self._process, name, self._secret(name), REFUSALS):
                    return False
                self._logins.append(login)
                self._used_at[name] = asyncio.get_running_loop().time()
                if self._is_unlimited(name) and not self._ends.waiting:
                    return True
                try:
                    stored = await self._write(self._next(self._ledger))
                except BaseException:
                    self._logins.remove(login)
                    raise
                if stored:
                    return True
                self._logins.remove(login)
        return False

    def _is_unlimited(self, credential: str) -> bool:
        """Return whether the ledger has it that this worker's logins are not counted."""
        own = self._ledger.member(self._process) if self._ledger else None
        return self._is_accepted(credential) and any(
            each.unlimited and (each.credential, each.secret) == (credential, self._secret(credential))
            for each in (own.logins if own else ())
        )

    async def _is_fresh(self) -> bool:
        age = asyncio.get_running_loop().time() - self._read_at
        return (self._is_current and age < _FRESH) or await self._read()

    async def _settle(self) -> None:
        """Write what has changed here, or that this worker is alive."""
        for _ in range(_WRITES):
            if self._ledger is None:
                return
            wanted = self._next(self._ledger)
            age = asyncio.get_running_loop().time() - self._written_at
            if wanted == self._ledger and not self._ends.waiting and age < _BEAT:
                return
            if await self._write(wanted) or not self._is_current:
                return

    async def _read(self) -> bool:
        """Read the ledger. Return whether there is an answer."""
        now = asyncio.get_running_loop().time()
        try:
            found = await read_ledger(self._js, self._site)
            ledger = SiteLedger.read(found[0]) if found else None
        except (NatsError, OSError, InvalidMessage):
            found = ledger = None
        if found is None or ledger is None:
            self._is_current = False
            self._tell_missing(now)
            return False
        self._missing_since = None
        self._take(ledger, found[1])
        return True

    def _tell_missing(self, now: float) -> None:
        if self._missing_since is None:
            self._missing_since = now
        elif now - self._missing_since > _MISSING:
            self._missing_since = float("inf")  # once
            self._notice(
                f"the hub does not answer with the limits of site {self._site}: no login begins. If it runs, "
                "start 'slp-ops hub up' again, with the release of this worker"
            )

    def _take(self, ledger: SiteLedger, version: int) -> None:
        """Take a version that is at the broker."""
        now = asyncio.get_running_loop().time()
        is_late = now - self._read_at > _BEAT  # what others did meanwhile was not seen
        earlier, self._ledger, self._version = self._ledger, ledger, version
        self._read_at, self._is_current = now, True
        self._seen = {
            each.process: seen
            if not is_late and (seen := self._seen.get(each.process)) and seen.beat == each.beat
            else _Seen(each.beat, now)
            for each in ledger.members
        }
        if earlier is not None and earlier.id != ledger.id:
            self._lost = earlier
            self._returning = {each.process for each in earlier.members if each.process != self._process}
            self._returning_until = now + _DEAD
        self._returning -= {each.process for each in ledger.members}
        own = ledger.member(self._process)
        if own is None:
            self.slots.set_limit(0)
            if self._joined == ledger.id:
                for login in self._logins:
                    login.is_counted = True
            self._joined = ""
            return
        self._joined, self._lost = ledger.id, None
        self._ends.stored(own.beat)
        self.slots.set_limit(min(own.sessions, ledger.sessions_for(self._process)))
        if self._login_rate and own.rate:
            self._rate.per_second = self._login_rate * own.rate

    def _next(self, ledger: SiteLedger) -> SiteLedger:
        """Return the version that this worker would write."""
        now = asyncio.get_running_loop().time()
        if self._lost is not None:
            ledger = ledger.with_counts_of(self._lost)
        for process, seen in self._seen.items():
            if process != self._process and now - seen.since > _DEAD:
                ledger = ledger.without_member(process, datetime.now(UTC))
        ledger = self._with_ends(ledger)
        own = Member(
            process=self._process, beat=self._beat, wanted=self._wanted, sessions=0, rate=0.0, logins=()
        )
        ledger = ledger.with_member(own)
        part = min(ledger.sessions_for(self._process), ledger.sessions_left(self._process))
        return ledger.with_member(
            replace(
                own,
                sessions=max(part, self.slots.used),
                rate=ledger.rate_for(self._process) if self._login_rate else 0.0,
                logins=tuple(self._in_flight(ledger, name, now) for name in self._names(now)),
            )
        )

    def _with_ends(self, ledger: SiteLedger) -> SiteLedger:
        for name, end, at in self._ends.waiting:
            secret = self._secret(name)
            if end is LoginEnd.OPENED:
                ledger = ledger.with_session(name, secret)
            elif end is LoginEnd.REFUSED or not ledger.is_proven(name, secret):
                ledger = ledger.with_refusals(name, secret, at)
        return ledger

    def _names(self, now: float) -> list[str]:
        """Return the credentials of which logins are in flight, or were a moment ago."""
        recent = {name for name, used in self._used_at.items() if now - used < _REMEMBERED}
        return sorted(recent | {login.credential for login in self._logins})

    def _in_flight(self, ledger: SiteLedger, name: str, now: float) -> LoginsInFlight:
        secret = self._secret(name)
        if ledger.is_accepted(name, secret):
            return LoginsInFlight(credential=name, secret=secret, unlimited=True)
        mine = [each for each in self._logins if each.credential == name and not each.is_counted]
        return LoginsInFlight(credential=name, secret=secret, count=sum(each.counts for each in mine))

    async def _write(self, ledger: SiteLedger) -> bool:
        """Write a version. Return whether it is stored; otherwise the next version has been read."""
        own = ledger.member(self._process)
        if own is None:
            return False
        self._beat += 1
        ledger = ledger.with_member(replace(own, beat=self._beat))
        self.slots.set_limit(min(self.slots.limit, own.sessions))
        self._ends.write(self._beat)
        self._is_current = False
        try:
            version = await replace_ledger(self._js, self._site, ledger, self._version)
        except (NatsError, OSError):
            if not await self._read() or self._ledger is None:
                return False
            stored = self._ledger.member(self._process)
            if stored is None or stored.beat != self._beat:
                return False
        else:
            self._take(ledger, version)
        self._written_at = asyncio.get_running_loop().time()
        return True
