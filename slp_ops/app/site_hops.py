"""Logins of a site's workers to jump hosts, of which the refused ones count together."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from slp_ops.engine.pacing import LoginEnd
from slp_ops.errors import AuthenticationFailed, CredentialStopped, HopFailed, HungUp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from slp_ops.engine.pacing import LoginGate

# A worker runs for months: a jump host that did not answer is tried again after so many seconds.
_REMEMBERED: Final = 60.0


class SiteHops:
    """A ``HopGate``. ``gate`` is that of the site's logins, set when the worker is connected to its hub.

    A chain of jump hosts is a credential of its own there: three refusals stop it at every worker until the
    next run. A failure of another kind is this worker's, and for a minute.
    """

    def __init__(self) -> None:
        self.gate: LoginGate | None = None
        self._failed: dict[str, tuple[HopFailed, float]] = {}

    @asynccontextmanager
    async def hop_login(self, hop: str) -> AsyncIterator[None]:
        """See ``HopGate``."""
        failed = self._failed.get(hop)
        if failed is not None and asyncio.get_running_loop().time() < failed[1]:
            raise HopFailed(failed[0].message, hint=failed[0].hint)
        if self.gate is None:
            raise AssertionError("a worker that is not connected logs in nowhere")
        try:
            login = await self.gate.admit(f"jump host {hop}")
        except CredentialStopped as error:
            raise HopFailed(error.message, hint=error.hint) from None
        login.made = True
        end = LoginEnd.UNKNOWN
        try:
            yield
            end = LoginEnd.OPENED
        except HopFailed as error:
            self._failed[hop] = (error, asyncio.get_running_loop().time() + _REMEMBERED)
            match error.__cause__:
                case AuthenticationFailed():
                    end = LoginEnd.REFUSED
                case HungUp():
                    end = LoginEnd.HUNG_UP
            raise
        finally:
            await login.finish(end)
