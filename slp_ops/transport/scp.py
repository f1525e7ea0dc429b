"""Files to and from a switch by SCP, whichever transport its terminal is driven with.

IOS-XE serves SCP where ``ip scp server enable`` is configured and the user logs in at privilege 15. A
connection carries one copy: IOS gives a connection one channel. The way and the checks are those of every
session, so jump hosts and host keys work the same.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import asyncssh

from slp_ops.errors import CopyFailed
from slp_ops.ports import ReadLimits
from slp_ops.temporary_files import temporary_folder
from slp_ops.transport.async_ssh import log_in_to

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from slp_ops.model import Device
    from slp_ops.ports import Credentials
    from slp_ops.transport.connector import Connector
    from slp_ops.transport.hostkeys import HostKeys

# The longest time without a byte: a busy switch reads its flash slowly.
_SILENCE: Final = 120.0
# What the library says when the switch answers in words instead of SCP and hangs up: they are not handed on.
_NO_SCP: Final = ("Unknown request", "Connection lost")
_WITHOUT: Final = "or go without SCP: usage save --in-band, usage import --by-hand"
_PRIVILEGED: Final = f"SCP needs a user who logs in at privilege level 15; {_WITHOUT}"
_HINTS: Final = {
    "does not serve scp": f"is 'ip scp server enable' configured? {_PRIVILEGED}",
    "administratively disabled": f"configure 'ip scp server enable', {_WITHOUT}",
    "privilege denied": _PRIVILEGED,
    "no space left": "free some space on flash",
}


class ScpFiles:
    """Opens connections for copies."""

    def __init__(self, *, way: Connector, credentials: Credentials, host_keys: HostKeys) -> None:
        self._way = way
        self._credentials = credentials
        self._host_keys = host_keys

    @asynccontextmanager
    async def open(self, device: Device) -> AsyncIterator[Scp]:
        """Log in for one copy; raises ConnectError or CredentialError."""
        _, connection, _, _ = await log_in_to(
            device, way=self._way, credentials=self._credentials, host_keys=self._host_keys
        )
        try:
            yield Scp(connection, ReadLimits.of(device))
        finally:
            connection.abort()


class Scp:
    """One connection for one copy. See ``ports.Files``."""

    def __init__(self, connection: asyncssh.SSHClientConnection, limits: ReadLimits) -> None:
        self._connection = connection
        self._limits = limits

    async def fetch(self, path: str) -> bytes:
        """See ``ports.Files``."""
        with temporary_folder() as folder:
            target = folder / "fetched"
            await self._copy((self._connection, path), str(target), path)
            return target.read_bytes()

    async def put(self, path: str, data: bytes) -> None:
        """See ``ports.Files``."""
        with temporary_folder() as folder:
            source = folder / path.rpartition(":")[2].rpartition("/")[2]
            source.write_bytes(data)
            await self._copy(str(source), (self._connection, path), path)

    async def _copy(
        self,
        source: str | tuple[asyncssh.SSHClientConnection, str],
        target: str | tuple[asyncssh.SSHClientConnection, str],
        path: str,
    ) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + self._limits.max_seconds
        begun = ended = False
        try:
            async with asyncio.timeout(min(_SILENCE, self._limits.max_seconds)) as deadline:

                def progress(of: bytes, to: bytes, copied: int, size: int) -> None:
                    nonlocal begun, ended
                    if ended:
                        raise CopyFailed(f"SCP of {path}: the switch sends more than this one file")
                    begun, ended = True, copied >= size
                    if size > self._limits.max_bytes:
                        raise CopyFailed(
                            f"{path} has {size} bytes, and at most {self._limits.max_bytes} are copied",
                            hint="no licence file is that large; --max-output MB allows more",
                        )
                    deadline.reschedule(min(loop.time() + _SILENCE, until))

                await asyncssh.scp(source, target, progress_handler=progress)
        except TimeoutError:
            if loop.time() >= until:
                raise CopyFailed(
                    f"SCP of {path}: it did not end within {self._limits.max_seconds:g} s",
                    hint="--max-time SECONDS allows more",
                ) from None
            raise CopyFailed(f"SCP of {path}: no data for {_SILENCE:g} s") from None
        except (OSError, asyncssh.Error) as err:
            words = " ".join(str(err).split()) or type(err).__name__
            if not begun and words in _NO_SCP:
                words = f"the switch does not serve SCP ({words})"
            hint = next((hint for said, hint in _HINTS.items() if said in words.lower()), "")
            raise CopyFailed(f"SCP of {path}: {words}", hint=hint) from None
