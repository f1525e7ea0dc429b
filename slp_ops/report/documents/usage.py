"""Documents of ``usage save``, ``usage import`` and ``usage status``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from slp_ops.app.change.plan_file import left_out_files
from slp_ops.app.fleet import causes
from slp_ops.i18n import Text
from slp_ops.json_documents import json_document, json_field, to_json
from slp_ops.planning.documents import LeftOutFile
from slp_ops.planning.journal_state import ChangeOutcome
from slp_ops.report.documents.remediate import ChangedDevice, changed_device
from slp_ops.report.documents.runs import RunFolder
from slp_ops.usage.status import NextStep
from slp_ops.usage.usage_files import UsageFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slp_ops.app.usage import ImportResult, SaveResult, StatusResult
    from slp_ops.facts import DeviceTime
    from slp_ops.model import DeviceResult
    from slp_ops.usage.bundles import Bundle
    from slp_ops.usage.status import UsageStatus


@json_document
class UnreadDevice:
    """A switch that could not be read, and why."""

    name: str
    site: str
    why: str


@json_document
class ReceivedFile:
    """A usage file of a switch; ``path`` is null for one without a report, which is not kept."""

    received: UsageFile = json_field(inline=True)
    path: str | None


@json_document
class SavedDevice:
    """Result of one switch, with its file."""

    device: ChangedDevice = json_field(inline=True)
    file: ReceivedFile | None


@json_document
class BundleFile:
    """A bundle to upload to one Smart Account, and the switches in it."""

    file: str
    path: str
    smart_account: str
    virtual_accounts: tuple[str, ...]
    devices: tuple[str, ...]


@json_document
class UnbundledDevice:
    """A switch whose file is in no bundle, and why."""

    name: str
    file: str
    why: Text


@json_document
class UsageSaveDocument:
    """Result of a fleet, and the files to upload."""

    schema: Literal["slp-ops/usage-save/1"] = "slp-ops/usage-save/1"
    run: RunFolder
    journal: str
    devices: tuple[SavedDevice, ...]
    not_begun: tuple[str, ...]
    totals: Mapping[ChangeOutcome, int]
    folder: str
    index: str | None
    files: tuple[ReceivedFile, ...]
    bundles: tuple[BundleFile, ...]
    unbundled: tuple[UnbundledDevice, ...]
    unread: tuple[UnreadDevice, ...]


@json_document
class ImportedDevice:
    """Result of one switch, with the files that the operator has to copy."""

    device: ChangedDevice = json_field(inline=True)
    copy: tuple[Text, ...]


@json_document
class UsageImportDocument:
    """Result of a fleet, and the files that were not imported."""

    schema: Literal["slp-ops/usage-import/1"] = "slp-ops/usage-import/1"
    run: RunFolder
    journal: str
    devices: tuple[ImportedDevice, ...]
    not_begun: tuple[str, ...]
    totals: Mapping[ChangeOutcome, int]
    left_out: tuple[LeftOutFile, ...]
    unread: tuple[UnreadDevice, ...]


@json_document
class UsageStatusDevice:
    """Exchange status of one switch. Counts are null where the release does not print them (up to 17.6)."""

    name: str
    site: str
    last_save: str | None
    last_ack: str | None
    deadline: str | None
    days_left: int | None
    deadline_cosmetic: bool
    unreported: int | None
    unacknowledged: int | None
    next: NextStep
    why: Text
    upload: str | None
    import_: tuple[str, ...] = json_field(key="import")


@json_document
class UsageStatusDocument:
    """Status of the offline exchange of each switch."""

    schema: Literal["slp-ops/usage-status/1"] = "slp-ops/usage-status/1"
    run: str
    devices: tuple[UsageStatusDevice, ...]
    left_out: tuple[LeftOutFile, ...]
    unread: tuple[UnreadDevice, ...]


def usage_save_document(result: SaveResult) -> UsageSaveDocument:
    """Return the document of ``usage save``."""
    files = {each.host: each for each in result.received}
    change = result.change
    return UsageSaveDocument(
        run=RunFolder(id=change.run, path=change.path),
        journal=change.journal,
        devices=tuple(
            SavedDevice(
                device=changed_device(each),
                file=_file(result, files[each.name]) if each.name in files else None,
            )
            for each in change.devices
        ),
        not_begun=change.not_begun,
        totals=change.totals,
        folder=str(result.folder),
        index=None if result.index is None else str(result.index),
        files=tuple(_file(result, each) for each in result.uploads),
        bundles=tuple(bundle_file(each, str(result.folder)) for each in result.bundles),
        unbundled=tuple(
            UnbundledDevice(name=each.file.host, file=each.file.file, why=each.why)
            for each in result.unbundled
        ),
        unread=_unread(result.unread),
    )


def bundle_file(bundle: Bundle, folder: str) -> BundleFile:
    """Return the entry of a bundle in this folder."""
    return BundleFile(
        file=bundle.name,
        path=f"{folder}/{bundle.name}",
        smart_account=bundle.smart_account,
        virtual_accounts=bundle.virtual_accounts,
        devices=tuple(one.file.host for one in bundle.files),
    )


def stored_usage_save_json(result: SaveResult) -> str:
    """Return the document of ``usage save`` as a run keeps it."""
    return to_json(usage_save_document(result), indent=1, ascii_only=False) + "\n"


def usage_import_document(result: ImportResult) -> UsageImportDocument:
    """Return the document of ``usage import``."""
    change = result.change
    return UsageImportDocument(
        run=RunFolder(id=change.run, path=change.path),
        journal=change.journal,
        devices=tuple(
            ImportedDevice(device=changed_device(each), copy=result.copies.get(each.name, ()))
            for each in change.devices
        ),
        not_begun=change.not_begun,
        totals=change.totals,
        left_out=left_out_files(result.left_out),
        unread=_unread(result.unread),
    )


def stored_usage_import_json(result: ImportResult) -> str:
    """Return the document of ``usage import`` as a run keeps it."""
    return to_json(usage_import_document(result), indent=1, ascii_only=False) + "\n"


def usage_status_document(result: StatusResult) -> UsageStatusDocument:
    """Return the document of ``usage status``."""
    return UsageStatusDocument(
        run=result.run,
        devices=tuple(_device_status(each) for each in result.statuses),
        left_out=left_out_files(result.left_out),
        unread=_unread(result.unread),
    )


def _device_status(each: UsageStatus) -> UsageStatusDevice:
    file = each.before.file
    return UsageStatusDevice(
        name=each.name,
        site=each.site,
        last_save=_text(each.last_save),
        last_ack=_text(each.last_ack),
        deadline=_text(each.deadline),
        days_left=each.days_left,
        deadline_cosmetic=each.cosmetic,
        unreported=each.unreported,
        unacknowledged=each.unacknowledged,
        next=each.next,
        why=each.why,
        upload=f"{each.before.folder}/{file.file}" if file and each.next is NextStep.UPLOAD else None,
        import_=each.acks,
    )


def _text(time: DeviceTime | None) -> str | None:
    return None if time is None else time.text


def _file(result: SaveResult, each: UsageFile) -> ReceivedFile:
    path = result.path(each)
    return ReceivedFile(received=each, path=None if path is None else str(path))


def _unread(results: Iterable[DeviceResult]) -> tuple[UnreadDevice, ...]:
    return tuple(
        UnreadDevice(name=each.name, site=each.site, why="; ".join(causes(each))) for each in results
    )
