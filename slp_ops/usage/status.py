"""Status of a switch in the offline exchange, and its next step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from slp_ops.facts import RumReports, RumState, RumSummary, UsageReporting
from slp_ops.i18n import Text
from slp_ops.rules.derived.deadline import Deadline
from slp_ops.usage.switch import automatic_transport

if TYPE_CHECKING:
    from slp_ops.facts import DeviceTime
    from slp_ops.rules.dependencies import FactContext
    from slp_ops.usage.switch import ExchangeSwitch
    from slp_ops.usage.usage_files import UsageFile

# As the audit: a deadline nearer than this is due soon.
SOON: Final = 30


class NextStep(StrEnum):
    """Next step of the operator."""

    IMPORT = "import"  # an answer for it is here
    UPLOAD = "upload"  # a file was saved, and no acknowledgement has come since
    SAVE = "save"
    NOTHING = "nothing"
    ITSELF = "itself"  # it reports without our help
    UNFIT = "unfit"  # it takes no part


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousExchanges:
    """Earlier exchanges of a switch, by the positions of their runs in the runs folder."""

    saved: tuple[int, str] = (0, "")
    imported: tuple[int, str] = (0, "")
    file: UsageFile | None = None
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageStatus:
    """One switch. Counts are None where the release does not show them (up to 17.6)."""

    name: str
    site: str
    next: NextStep
    why: Text
    last_save: DeviceTime | None = None
    last_ack: DeviceTime | None = None
    deadline: DeviceTime | None = None
    days_left: int | None = None
    cosmetic: bool = False
    unreported: int | None = None
    unacknowledged: int | None = None
    before: PreviousExchanges = PreviousExchanges()
    acks: tuple[str, ...] = ()


def usage_status(seen: ExchangeSwitch, before: PreviousExchanges, acks: tuple[str, ...] = ()) -> UsageStatus:
    """Determine the status of a switch; ``acks`` are its answers that are not imported yet."""
    reporting, deadline = seen.known.get(UsageReporting), seen.known.get(Deadline)
    days = None if deadline is None or deadline.left is None else deadline.left.days
    unreported, unacknowledged, closed = _counts(seen.known)
    cosmetic = deadline is not None and deadline.cosmetic
    next_, why = _next(seen, before, acks, None if cosmetic else days, closed)
    return UsageStatus(
        name=seen.name,
        site=seen.site,
        next=next_,
        why=why,
        last_save=None if reporting is None else reporting.last_report_file_write,
        last_ack=None if reporting is None else reporting.last_ack,
        deadline=None if deadline is None else deadline.time,
        days_left=days,
        cosmetic=cosmetic,
        unreported=unreported,
        unacknowledged=unacknowledged,
        before=before,
        acks=acks,
    )


def _next(
    seen: ExchangeSwitch,
    before: PreviousExchanges,
    acks: tuple[str, ...],
    days: int | None,
    closed: int | None,
) -> tuple[NextStep, Text]:
    if (why := seen.exclusion_reason) is not None:
        return NextStep.UNFIT, why
    if acks:
        return NextStep.IMPORT, _IMPORT.format(files=", ".join(acks))
    if _waits(seen, before):
        return NextStep.UPLOAD, _UPLOAD.format(file=before.file.file) if before.file else _UPLOAD_UNKNOWN
    if (transport := automatic_transport(seen.known)) is not None:
        return NextStep.ITSELF, _ITSELF.format(transport=transport)
    if days is not None and days <= SOON:
        return NextStep.SAVE, _DUE.format(days=days) if days >= 0 else _OVERDUE.format(days=-days)
    if closed:
        return NextStep.SAVE, _CLOSED.format(count=closed)
    return NextStep.NOTHING, _NOTHING


def _waits(seen: ExchangeSwitch, before: PreviousExchanges) -> bool:
    """Return whether a file was saved and not acknowledged yet."""
    reporting = seen.known.get(UsageReporting)
    saved = None if reporting is None else reporting.last_report_file_write
    acked = None if reporting is None else reporting.last_ack
    if saved is not None and saved.at is not None and not saved.is_unset:
        # Both are the switch's own times. A file that was never fetched by us is waited for as well.
        return acked is None or acked.at is None or acked.at < saved.at
    return before.saved > before.imported


def _counts(known: FactContext) -> tuple[int | None, int | None, int | None]:
    """Unreported, unacknowledged, and of the unreported those that collect no more."""
    listed, summary = known.get(RumReports), known.get(RumSummary)
    if listed is not None:
        closed = listed.count(RumState.CLOSED)
        waiting = listed.count(RumState.UNACK) + listed.count(RumState.PENDING)
        return closed + listed.count(RumState.OPEN), waiting, closed + waiting
    if summary is None:
        return None, None, None
    waiting_ = None if summary.waiting is None else summary.waiting.count
    if summary.available is None or summary.collecting is None:
        return summary.available, waiting_, None
    return summary.available, waiting_, max(summary.available - summary.collecting, 0) + (waiting_ or 0)


_IMPORT: Final = Text("its acknowledgement is here: {files}", "確認応答があります: {files}")
_UPLOAD: Final = Text(
    "{file} waits for its acknowledgement: upload it to CSSM, then import the ACK file from CSSM",
    "{file} の確認応答待ちです。CSSM へアップロードし、ACK を取り込んでください",
)
_UPLOAD_UNKNOWN: Final = Text(
    "a file was saved on the switch, and nothing was acknowledged since; no run here has fetched it",
    "スイッチで保存されたファイルの確認応答がありません。取得した実行記録はここにはありません",
)
_ITSELF: Final = Text("it reports by itself: {transport}", "スイッチ自身が報告します: {transport}")
_DUE: Final = Text("the ACK deadline is in {days:day}", "ACK 期限まで {days} 日です")
_OVERDUE: Final = Text("the ACK deadline passed {days:day} ago", "ACK 期限を {days} 日過ぎています")
_CLOSED: Final = Text(
    "{count:report}, complete and not acknowledged", "未確認のレポートが {count} 件あります"
)
_NOTHING: Final = Text("nothing is due", "必要な作業はありません")
