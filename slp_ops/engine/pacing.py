"""Logins that neither storm an AAA server nor lock an account out.

A gate spreads logins over time, lets the first login of each credential go alone, and stops a credential
after three refusals in a row. A switch that hangs up on the password counts as one, until the credential has
opened a session: some refuse in silence. A paced transport asks the gate before each login.
"""

from __future__ import annotations

import asyncio
import random
from abc import ABC, abstractmethod
from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from slp_ops.errors import AuthenticationFailed, CredentialStopped, HopFailed, HungUp
from slp_ops.ports import SECRET_OFFER, SecretOffer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from slp_ops.model import Device
    from slp_ops.ports import CopyingTransport, FileTransfer, Reader, Transport, Writer

S = TypeVar("S")

# Lock-out policies commonly allow three to five refusals.
REFUSALS: Final = 3
# Each login waits its turn, give or take this share of it, so that many runs do not march in step.
_JITTER: Final = 0.3
# How long a login may take to come to its secret before others start, in seconds.
OVERDUE: Final = 3.0
# A pass of the event loop, in seconds, in which few sessions had work.
_SHORT_PASS: Final = 0.0005
_LONGEST_TURN: Final = 0.1  # seconds
# Logins of a credential that are admitted before they start, in each process. With one alone, every login
# would wait for the answer of the parent process, and two processes would take a third longer.
_ADMITTED_AHEAD: Final = 4


class LoginEnd(StrEnum):
    """End of a login, for the pacing of those to come."""

    OPENED = "opened"
    REFUSED = "refused"
    HUNG_UP = "hung_up"  # a refusal, unless the credential has opened a session before
    UNKNOWN = "unknown"  # another failure, or stopped


class Login(SecretOffer, ABC):
    """A login that was admitted."""

    @abstractmethod
    async def finish(self, end: LoginEnd) -> None:
        """Report how the login ended."""


class LoginGate(Protocol):
    """Admits logins: one gate for all sessions of a run, wherever they are opened."""

    async def admit(self, credential: str) -> Login:
        """Wait until a login with this credential may start. Raises CredentialStopped."""


def credential_stopped(credential: str) -> CredentialStopped:
    """Return the error of a login with a credential that is stopped."""
    return CredentialStopped(
        f"not tried: credential {credential!r} was not accepted {REFUSALS} times in a row",
        hint="correct it and run again; more tries could lock the account out",
    )


class LoginRate:
    """Spreads logins over time. ``per_second``, which may change, is logins started; 0 is unlimited."""

    def __init__(self, per_second: float) -> None:
        self.per_second = per_second
        self._next = 0.0
        self._turn = asyncio.Lock()  # one waits for its time, the others behind it

    async def turn(self) -> None:
        """Wait until the next login may start."""
        if not self.per_second:
            return
        async with self._turn:
            loop = asyncio.get_running_loop()
            if (wait := self._next - loop.time()) > 0:
                await asyncio.sleep(wait)
            jitter = random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - no secret depends on it
            self._next = max(loop.time(), self._next) + jitter / self.per_second


class _AdmittedLogin(Login):
    """A login in flight."""

    def __init__(self, credential: _Credential) -> None:
        self._credential = credential
        self._overdue = False
        self._timer: asyncio.Task[None] | None = None

    @property
    def counts(self) -> bool:
        """Return whether it may still end in a refusal."""
        return self.made or not self._overdue

    def started(self) -> None:
        """Watch for a switch that is not sent the secret for long."""
        self._timer = asyncio.create_task(self._pass_over())

    async def finish(self, end: LoginEnd) -> None:
        """See ``Login``."""
        if self._timer is not None:
            self._timer.cancel()
        credential = self._credential
        async with credential.changed:
            credential.logins.remove(self)
            if end is LoginEnd.REFUSED or (end is LoginEnd.HUNG_UP and not credential.proven):
                credential.refused += 1
            elif end is LoginEnd.OPENED:
                credential.proven = True
                credential.refused = 0
            credential.changed.notify_all()

    async def _pass_over(self) -> None:
        """Let others start where a login has not come to its secret for long."""
        await asyncio.sleep(OVERDUE)
        async with self._credential.changed:
            self._overdue = True
            self._credential.changed.notify_all()


@dataclass(slots=True)
class _Credential:
    """State of one credential in this run."""

    proven: bool = False
    refused: int = 0  # in a row
    logins: list[_AdmittedLogin] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def stopped(self) -> bool:
        return self.refused >= REFUSALS

    @property
    def may_start(self) -> bool:
        """Logins in flight count as refused as long as nothing better is known.

        A switch that was not sent the secret for long, such as one that is silent, counts for nothing.
        """
        if self.proven and self.refused == 0:
            return True
        in_flight = sum(1 for login in self.logins if login.counts)
        return in_flight == 0 if self.refused == 0 else self.refused + in_flight < REFUSALS


class LoginPacer:
    """The gate of this process. ``rate``: see ``LoginRate``."""

    def __init__(self, *, rate: float) -> None:
        self._rate = LoginRate(rate)
        self._credentials: dict[str, _Credential] = {}

    async def admit(self, credential: str) -> Login:
        """See ``LoginGate``."""
        state = self._credentials.setdefault(credential, _Credential())
        async with state.changed:
            await state.changed.wait_for(lambda: state.stopped or state.may_start)
            if state.stopped:
                raise credential_stopped(credential)
            login = _AdmittedLogin(state)
            state.logins.append(login)
        try:
            await self._rate.turn()
            if state.stopped:  # meanwhile
                raise credential_stopped(credential)
        except BaseException:
            await login.finish(LoginEnd.UNKNOWN)
            raise
        login.started()
        return login


class HopLogin(Login):
    """A login to a jump host that was admitted."""

    def __init__(self, hop: _Hop) -> None:
        self._hop = hop

    async def finish(self, end: LoginEnd) -> None:
        """See ``Login``. The next one may start."""
        self._hop.turn.release()

    async def fail(self, failure: HopFailed) -> None:
        """End the hop for the run, with the failure of the one login that was tried."""
        self._hop.failure = failure
        self._hop.turn.release()


@dataclass(slots=True)
class _Hop:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    failure: HopFailed | None = None


class HopLogins:
    """Logins of several processes to jump hosts: to a hop one at a time, and none after one that failed.

    So a refused password counts once, however many processes and switches need the hop.
    """

    def __init__(self) -> None:
        self._hops: dict[str, _Hop] = {}

    async def admit(self, name: str) -> HopLogin:
        """Wait until a login to this hop may start. Raises HopFailed."""
        hop = self._hops.setdefault(name, _Hop())
        await hop.turn.acquire()
        if hop.failure is not None:
            hop.turn.release()
            raise HopFailed(hop.failure.message, hint=hop.failure.hint)
        return HopLogin(hop)


class LoginTurns:
    """Starts the logins of this process one after another, each when its event loop has little to do.

    Logins that start together stay together: they end in the same moment, and later all their switches send
    the longest output in the same moment. With turns a login under way is served before the next one starts,
    so the sessions stay as far apart as the work for a login takes. No login waits for a clock, and none for
    long: the loop of a process that is always busy starts one every ``_LONGEST_TURN``.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def next(self) -> None:
        """Wait until a login may start."""
        async with self._turn:
            loop = asyncio.get_running_loop()
            began = passed = loop.time()
            while True:
                await asyncio.sleep(0)
                before, passed = passed, loop.time()
                if passed - before < _SHORT_PASS or passed - began >= _LONGEST_TURN:
                    return


class Paced:
    """A transport around a transport: each of its logins passes a gate, and starts in its turn.

    ``before_login`` is called when a login may start, and may end what needs it.
    """

    def __init__(
        self,
        transport: Transport,
        gate: LoginGate,
        *,
        before_login: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._transport = transport
        self._gate = gate
        self._before_login = before_login
        self._turns = LoginTurns()
        self._next = defaultdict[str, asyncio.Semaphore](partial(asyncio.Semaphore, _ADMITTED_AHEAD))

    def read(self, device: Device) -> AbstractAsyncContextManager[Reader]:
        """Delegate to the inner transport; raises CredentialStopped as well."""
        return self._paced(device, self._transport.read)

    @asynccontextmanager
    async def _paced(
        self, device: Device, opening: Callable[[Device], AbstractAsyncContextManager[S]]
    ) -> AsyncIterator[S]:
        login = await self._begin(device.credential)
        is_finished = False
        try:
            if self._before_login is not None:
                await self._before_login()
            SECRET_OFFER.set(login)
            async with opening(device) as session:
                is_finished = True
                await login.finish(LoginEnd.OPENED)
                yield session
        except (AuthenticationFailed, HungUp) as err:
            if not is_finished:
                is_finished = True
                refused = isinstance(err, AuthenticationFailed)
                await login.finish(LoginEnd.REFUSED if refused else LoginEnd.HUNG_UP)
            raise
        finally:
            if not is_finished:
                await login.finish(LoginEnd.UNKNOWN)

    async def _begin(self, credential: str) -> Login:
        """Wait until a login may start. Raises CredentialStopped.

        Of each credential a few logins are between their admission and their start: the others are not
        admitted yet, so that three refusals stop them too, however long they wait for the rate or a turn.
        """
        async with self._next[credential]:
            login = await self._gate.admit(credential)
            try:
                await self._turns.next()
            except BaseException:
                await login.finish(LoginEnd.UNKNOWN)
                raise
        return login

    async def close(self) -> None:
        """Close the inner transport."""
        await self._transport.close()


class RateLimited(Paced):
    """Paces the logins of another transport in this process. ``rate``: see ``LoginPacer``."""

    def __init__(self, transport: Transport, *, rate: float) -> None:
        super().__init__(transport, LoginPacer(rate=rate))


class PacedCopies(Paced):
    """Paces a transport that may change switches and copy files: a copy is a login like any other."""

    def __init__(
        self,
        transport: CopyingTransport,
        gate: LoginGate,
        *,
        before_login: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__(transport, gate, before_login=before_login)
        self._copying = transport

    def write(self, device: Device) -> AbstractAsyncContextManager[Writer]:
        """Delegate to the inner transport; raises CredentialStopped as well."""
        return self._paced(device, self._copying.write)

    def files(self, device: Device) -> AbstractAsyncContextManager[FileTransfer]:
        """Delegate to the inner transport; raises CredentialStopped as well."""
        return self._paced(device, self._copying.files)


class RateLimitedCopies(PacedCopies):
    """Paces the logins of a transport that copies, in this process. ``rate``: see ``LoginPacer``."""

    def __init__(self, transport: CopyingTransport, *, rate: float) -> None:
        super().__init__(transport, LoginPacer(rate=rate))
