"""Record of Result Polling: polls since the boot, whatever the exchange does at the moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from slp_ops.facts import CommunicationStatistics
    from slp_ops.model import Evidence
    from slp_ops.rules.message_catalog import Catalogue

_MANY: Final = 10  # percent; a healthy switch fails now and then
_ENOUGH: Final = 30  # polls
_REPEATED: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRecord:
    """Counts of polls. ``unknown_id``: the last failure names a poll id that CSSM does not know."""

    total: int
    failed: int
    unknown_id: bool
    evidence: tuple[Evidence, ...]

    @property
    def share(self) -> int:
        """Return the percentage of failed polls."""
        return round(100 * self.failed / self.total)

    @property
    def many_failed(self) -> bool:
        """Return whether more polls failed than on a healthy switch."""
        return self.total >= _ENOUGH and 100 * self.failed >= _MANY * self.total


def poll_record(statistics: CommunicationStatistics, catalogue: Catalogue) -> PollRecord | None:
    """Return the record; None where it was not printed, or nothing was polled."""
    polling = statistics.of("Result Polling")
    attempts = None if polling is None else polling.attempts
    if polling is None or attempts is None or not attempts.total or attempts.fail is None:
        return None
    reason = catalogue.reason(polling.failure_reason)
    unknown_id = reason is not None and reason.rule == "polling-id-invalid" and attempts.fail >= _REPEATED
    fields = ("attempts", "failure_reason") if unknown_id else ("attempts",)
    return PollRecord(
        total=attempts.total, failed=attempts.fail, unknown_id=unknown_id, evidence=polling.cite(*fields)
    )
