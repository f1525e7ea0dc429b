"""Usage file from a switch: its validation, its owner, and its entry in the index."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from slp_ops.errors import BadFile
from slp_ops.json_documents import decode, json_document
from slp_ops.planning.journal_state import StepEvent, StepState
from slp_ops.usage.accounts import UNKNOWN, Account
from slp_ops.usage.rumfile import InvalidUsageFile, read_reports

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from slp_ops.model import Device
    from slp_ops.planning.journal_state import JournalEvent
    from slp_ops.usage.udi import UnitId


@json_document
class UsageFile:
    """One file, as the index and the journal have it. Without a report in it nothing is to be uploaded."""

    host: str
    site: str
    file: str
    bytes: int
    sha256: str
    reports: int
    units: tuple[str, ...]  # the switch that the reports are of, and its members
    first: str = ""  # when the first measurement began, and the last one ended; UTC
    last: str = ""
    strange: tuple[str, ...] = ()  # units in it that are not, or no longer, in this switch
    smart_account: str = ""  # "" where unknown
    virtual_account: str = ""

    @property
    def account(self) -> Account:
        """The account that its reports are of."""
        return Account(smart=self.smart_account, virtual=self.virtual_account)


def received(
    device: Device, name: str, data: bytes, units: Collection[UnitId], account: Account = UNKNOWN
) -> UsageFile:
    """Look at a file that a switch of these units gave; raises BadFile."""
    try:
        found = read_reports(data)
    except InvalidUsageFile as err:
        raise BadFile(f"{name} is no usage file: {err}") from None
    if found.reports and not set(found.all_units) & set(units):
        named = ", ".join(map(str, found.all_units[:4])) or "no unit"
        raise BadFile(
            f"{name} is of {named}, and this switch is {', '.join(map(str, units))}",
            hint="find the device that uses this address",
        )
    return UsageFile(
        host=device.name,
        site=device.site,
        file=name,
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        reports=len(found.reports),
        units=tuple(map(str, found.all_units)),
        first=_stamp(found.start),
        last=_stamp(found.end),
        strange=tuple(str(unit) for unit in found.all_units if unit not in units),
        smart_account=account.smart,
        virtual_account=account.virtual,
    )


def received_in(events: Iterable[JournalEvent]) -> tuple[UsageFile, ...]:
    """Return what arrived according to a journal, the last of each file. Raises ShapeError."""
    found = {}
    for event in events:
        if isinstance(event, StepEvent) and event.state is StepState.DONE and event.received is not None:
            each = decode(UsageFile, event.received)
            found[each.file] = each
    return tuple(found.values())


def _stamp(time: datetime | None) -> str:
    return "" if time is None else f"{time:%Y-%m-%dT%H:%M:%SZ}"
