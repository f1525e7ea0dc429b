"""The ledgers of the sites at the broker: read, and replace the version that was read."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError

from slp_ops.cluster.broker_config import LIMITS_STREAM
from slp_ops.cluster.messages import InvalidMessage, to_message
from slp_ops.cluster.site_ledger import SiteLedger
from slp_ops.cluster.subjects import LEDGER, LIMITS, subject
from slp_ops.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.js import JetStreamContext

_EXPECTED: Final = "Nats-Expected-Last-Subject-Sequence"
_ANSWER_SECONDS: Final = 5.0
_PAUSE: Final = 0.1
_PATIENCE: Final = 15.0


async def read_ledger(js: JetStreamContext, site: str) -> tuple[bytes, int] | None:
    """Return the site's ledger as it was written, and its version; None where there is none.

    Raises NatsError without an answer.
    """
    try:
        message = await js.get_msg(LIMITS_STREAM, subject=_subject(site), direct=True)
    except NotFoundError:
        return None
    return message.data or b"", message.seq or 0


async def replace_ledger(js: JetStreamContext, site: str, ledger: SiteLedger, version: int) -> int:
    """Replace a version, 0 for none, and return the new one.

    Raises NatsError: another was faster, or the answer is lost.
    """
    stored = await js.publish(
        _subject(site), to_message(ledger), headers={_EXPECTED: str(version)}, timeout=_ANSWER_SECONDS
    )
    return stored.seq


async def prepare_ledger(js: JetStreamContext, site: str, max_sessions: int) -> None:
    """Make the ledger of a site, or bring its limit up to date. Raises NatsError."""
    await _change(
        js,
        site,
        lambda ledger: (
            SiteLedger.new(max_sessions) if ledger is None else replace(ledger, max_sessions=max_sessions)
        ),
    )


async def begin_counts(js: JetStreamContext, site: str) -> None:
    """Give the credentials of a site all their tries: a run begins.

    Raises HubError where the broker does not answer for longer than it takes to be started again.
    """
    loop = asyncio.get_running_loop()
    give_up = loop.time() + _PATIENCE
    while True:
        try:
            await _change(js, site, lambda ledger: None if ledger is None else ledger.without_counts())
        except (NatsError, OSError):
            if loop.time() > give_up:
                raise HubError(
                    f"the hub does not answer with the limits of site {site}",
                    hint="if it is of an older release, start 'slp-ops hub up' again with this one",
                ) from None
            await asyncio.sleep(_PAUSE)
        else:
            return


async def _change(
    js: JetStreamContext, site: str, change: Callable[[SiteLedger | None], SiteLedger | None]
) -> None:
    """Change a ledger; one that nothing can read counts as none."""
    while True:
        found = await read_ledger(js, site)
        data, version = found or (b"", 0)
        try:
            ledger = SiteLedger.read(data) if found else None
        except InvalidMessage:
            ledger = None
        changed = change(ledger)
        if changed is None or changed == ledger:
            return
        try:
            await replace_ledger(js, site, changed, version)
        except NatsError:
            await asyncio.sleep(_PAUSE)  # a worker was faster, or the next read raises
        else:
            return


def _subject(site: str) -> str:
    return subject(LIMITS, site, LEDGER)
