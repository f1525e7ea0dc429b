"""Logins that neither storm an AAA server nor lock an account out.

A transport around a transport: it spreads logins over time, lets the first login of each credential
go alone, and stops a credential after three refusals in a row. A switch that hangs up on the password
counts as one, until the credential has opened a session: some refuse in silence.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from slp_ops.errors import AuthenticationFailed, CredentialStopped, HungUp
from slp_ops.ports import SECRET_OFFER, SecretOffer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from slp_ops.model import Device
    from slp_ops.ports import ChangingTransport, CopyingTransport, FileTransfer, Reader, Transport, Writer

S = TypeVar("S")

# Lock-out policies commonly allow three to five refusals.
REFUSALS: Final = 3
# Each login waits its turn, give or take this share of it, so that many runs do not march in step.
_JITTER: Final = 0.3
# How long a login may take to come to its secret before others start, in seconds.
_OVERDUE: Final = 3.0


class _Login(SecretOffer):
    """A login in flight."""

    overdue = False

    @property
    def counts(self) -> bool:
        """Return whether it may still end in a refusal."""
        return self.made or not self.overdue


@dataclass(slots=True)
class _Credential:
    """State of one credential in this run."""

    proven: bool = False
    refused: int = 0  # in a row
    logins: list[_Login] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def stopped(self) -> bool:
        return self.refused >= REFUSALS

    @property
    def may_start(self) -> bool:
        """Logins in flight count as refused as long as nothing better is known.

        A switch that was not sent the secret for long, such as one that is silent, counts for nothing.
        """
        in_flight = sum(1 for login in self.logins if login.counts)
        if not self.proven and self.refused == 0:
            return in_flight == 0
        return self.refused == 0 or self.refused + in_flight < REFUSALS


class RateLimited:
    """Paces the logins of another transport. ``rate`` is logins started a second; 0 is unlimited."""

    def __init__(self, transport: Transport, *, rate: float) -> None:
        self._transport = transport
        self._interval = 1 / rate if rate else 0.0
        self._next = 0.0
        self._credentials: dict[str, _Credential] = {}

    def read(self, device: Device) -> AbstractAsyncContextManager[Reader]:
        """Delegate to the inner transport; raises CredentialStopped as well."""
        return self._paced(device, self._transport.read)

    @asynccontextmanager
    async def _paced(
        self, device: Device, opening: Callable[[Device], AbstractAsyncContextManager[S]]
    ) -> AsyncIterator[S]:
        credential = self._credentials.setdefault(device.credential, _Credential())
        async with credential.changed:
            await credential.changed.wait_for(lambda: credential.stopped or credential.may_start)
            if credential.stopped:
                raise CredentialStopped(
                    f"not tried: credential {device.credential!r} was not accepted {REFUSALS} times in a row",
                    hint="correct it and run again; more tries could lock the account out",
                )
            login = _Login()
            credential.logins.append(login)
        entered = False
        overdue: asyncio.Task[None] | None = None
        try:
            await self._turn()
            overdue = asyncio.create_task(_pass_over(credential, login))
            SECRET_OFFER.set(login)
            async with opening(device) as session:
                entered = True
                await self._login_finished(credential, login, refused=False)
                yield session
        except (AuthenticationFailed, HungUp) as err:
            if not entered:
                refused = isinstance(err, AuthenticationFailed) or not credential.proven
                await self._login_finished(credential, login, refused=refused or None)
                entered = True
            raise
        finally:
            if overdue is not None:
                overdue.cancel()
            if not entered:
                await self._login_finished(credential, login, refused=None)

    async def close(self) -> None:
        """Close the inner transport."""
        await self._transport.close()

    async def _turn(self) -> None:
        if not self._interval:
            return
        now = asyncio.get_running_loop().time()
        start = max(now, self._next)
        self._next = start + self._interval
        jitter = random.uniform(-_JITTER, _JITTER) * self._interval  # noqa: S311 - no secret depends on it
        if (wait := start - now + jitter) > 0:
            await asyncio.sleep(wait)

    async def _login_finished(self, credential: _Credential, login: _Login, *, refused: bool | None) -> None:
        async with credential.changed:
            credential.logins.remove(login)
            if refused is True:
                credential.refused += 1
            elif refused is False:
                credential.proven = True
                credential.refused = 0
            credential.changed.notify_all()


async def _pass_over(credential: _Credential, login: _Login) -> None:
    """Let others start where a login has not come to its secret for long."""
    await asyncio.sleep(_OVERDUE)
    async with credential.changed:
        login.overdue = True
        credential.changed.notify_all()


class RateLimitedChanges(RateLimited):
    """Paces a transport that may change switches."""

    def __init__(self, transport: ChangingTransport, *, rate: float) -> None:
        super().__init__(transport, rate=rate)
        self._changing = transport

    def write(self, device: Device) -> AbstractAsyncContextManager[Writer]:
        """Delegate to the inner transport; raises CredentialStopped as well."""
        return self._paced(device, self._changing.write)


class RateLimitedCopies(RateLimitedChanges):
    """Paces a transport that may change switches and copy files: a copy is a login like any other."""

    def __init__(self, transport: CopyingTransport, *, rate: float) -> None:
        super().__init__(transport, rate=rate)
        self._copying = transport

    def files(self, device: Device) -> AbstractAsyncContextManager[FileTransfer]:
        """Delegate to the inner transport; raises CredentialStopped as well."""
        return self._paced(device, self._copying.files)
