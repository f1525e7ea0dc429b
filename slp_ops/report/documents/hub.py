"""Document of ``hub status``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from slp_ops.json_documents import json_document, json_field, rounded

if TYPE_CHECKING:
    from slp_ops.app.hub_status import HubStatus, SiteStatus


@json_document
class HubEntry:
    """The hub: its folder, its release, and the addresses and TCP ports at which it is reached."""

    folder: str
    version: str
    addresses: tuple[str, ...]
    port: int
    join_port: int


@json_document
class HubWorkerEntry:
    """A worker. What it reports itself is null while it is not connected.

    ``clock_offset``: seconds by which its clock is ahead. ``certificate_until`` is null for a worker that the
    hub does not list any more.
    """

    name: str
    connected: bool
    version: str | None
    clock_offset: float | None = json_field(encoder=rounded(1))
    sessions: int | None
    max_sessions: int | None
    works: tuple[str, ...] | None
    certificate_until: datetime | None


@json_document
class HubCredentialEntry:
    """A credential with which no login begins before the next run: it was refused so often.

    ``since`` is by the clock of a worker; null where that is of an older release.
    """

    name: str
    refused: int
    since: datetime | None


@json_document
class HubSiteEntry:
    """A site: sessions that its workers together may open, its tasks, workers and stopped credentials."""

    name: str
    max_sessions: int
    waiting: int
    running: int
    workers: tuple[HubWorkerEntry, ...]
    stopped_credentials: tuple[HubCredentialEntry, ...]


@json_document
class HubStreamEntry:
    """A stream of the broker: its messages and bytes, and the bytes that it may have."""

    name: str
    messages: int
    bytes: int
    max_bytes: int


@json_document
class HubDiskEntry:
    """Bytes on the disk that the broker uses, and that it may use."""

    used: int
    allowed: int


@json_document
class HubRemarkEntry:
    """State that needs attention: ``certificate``, ``clock``, ``credential``, ``disk``, ``no_worker`` or
    ``version``.

    ``site`` and ``worker`` are null where it is not that of one.
    """

    kind: str
    site: str | None
    worker: str | None
    message: str
    hint: str


@json_document
class HubStatusDocument:
    """State of a hub."""

    schema: Literal["slp-ops/hub-status/1"] = "slp-ops/hub-status/1"
    hub: HubEntry
    sites: tuple[HubSiteEntry, ...]
    streams: tuple[HubStreamEntry, ...]
    disk: HubDiskEntry
    remarks: tuple[HubRemarkEntry, ...]


def hub_status_document(found: HubStatus) -> HubStatusDocument:
    """Return the document of ``hub status``."""
    return HubStatusDocument(
        hub=HubEntry(
            folder=str(found.folder.absolute()),
            version=found.version,
            addresses=found.addresses,
            port=found.broker_port,
            join_port=found.join_port,
        ),
        sites=tuple(_site(each) for each in found.sites),
        streams=tuple(
            HubStreamEntry(name=each.name, messages=each.messages, bytes=each.bytes, max_bytes=each.max_bytes)
            for each in found.streams
        ),
        disk=HubDiskEntry(used=found.disk_used, allowed=found.disk_allowed),
        remarks=tuple(
            HubRemarkEntry(
                kind=each.kind,
                site=each.site or None,
                worker=each.worker or None,
                message=each.message.en,
                hint=each.hint.en,
            )
            for each in found.remarks
        ),
    )


def _site(site: SiteStatus) -> HubSiteEntry:
    connected = [
        HubWorkerEntry(
            name=each.holder,
            connected=True,
            version=each.version,
            clock_offset=each.clock_offset,
            sessions=each.sessions,
            max_sessions=each.max_sessions,
            works=each.works,
            certificate_until=each.certificate_until,
        )
        for each in site.workers
    ]
    absent = [
        HubWorkerEntry(
            name=each.holder,
            connected=False,
            version=None,
            clock_offset=None,
            sessions=None,
            max_sessions=None,
            works=None,
            certificate_until=each.certificate_until,
        )
        for each in site.absent
    ]
    return HubSiteEntry(
        name=site.name,
        max_sessions=site.max_sessions,
        waiting=site.waiting,
        running=site.running,
        workers=(*connected, *absent),
        stopped_credentials=tuple(
            HubCredentialEntry(name=each.name, refused=each.refused, since=each.since)
            for each in site.stopped
        ),
    )
