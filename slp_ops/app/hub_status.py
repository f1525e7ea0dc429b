"""State of a hub: sites, workers, tasks, the broker's streams and disk, and what needs attention."""

from __future__ import annotations

import asyncio
import shlex
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from nats.errors import Error as NatsError

from slp_ops.app.hub import INIT_HINT
from slp_ops.app.hub_broker import DISK_FULL, free_bytes
from slp_ops.cluster.access_folder import read_address
from slp_ops.cluster.authority import CERTIFICATE_LIFE, ENDS_SOON
from slp_ops.cluster.broker import WRONG_CLOCK, disk_used, live_workers, task_counts
from slp_ops.cluster.broker_config import CONTROL_STREAM, FENCE_STREAM, HEARTBEAT_STREAM, LEASE_STREAM
from slp_ops.cluster.connection import connected
from slp_ops.cluster.hub_folder import HubFolder
from slp_ops.cluster.ledger_store import read_ledger
from slp_ops.cluster.messages import InvalidMessage
from slp_ops.cluster.site_ledger import SiteLedger, StoppedCredential
from slp_ops.cluster.stream_sizes import StreamSize, stream_sizes
from slp_ops.engine.pacing import REFUSALS
from slp_ops.errors import HubError
from slp_ops.i18n import Text
from slp_ops.paths import HUB_FOLDER
from slp_ops.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from nats.js import JetStreamContext

    from slp_ops.cluster.broker import LiveWorker
    from slp_ops.cluster.hub_folder import SiteEntry, WorkerEntry

_STATUS_SECONDS: Final = 15.0
_LOOK_AGAIN: Final = 0.2
_DISK_SHARE: Final = 0.8
_STREAM_SHARE: Final = 0.9
_RENEWED: Final = frozenset({HEARTBEAT_STREAM.lower()})  # new messages take the room of old ones


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStatus:
    """A worker that is connected. ``clock_offset`` in seconds: how far its clock is ahead of the hub's.

    ``certificate_until`` is None for a worker that the hub does not list, such as one of a revoked site.
    """

    site: str
    holder: str
    version: str
    works: tuple[str, ...]
    clock_offset: float
    sessions: int
    max_sessions: int
    certificate_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsentWorker:
    """A worker that is not connected, and whose certificate is still valid."""

    site: str
    holder: str
    certificate_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStatus:
    """A site with its workers, its tasks that wait and that are done, its credentials that are stopped."""

    name: str
    max_sessions: int
    waiting: int
    running: int
    workers: tuple[WorkerStatus, ...]
    absent: tuple[AbsentWorker, ...]
    stopped: tuple[StoppedCredential, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HubRemark:
    """State that needs attention: of a worker, of a site (``worker`` is empty), or of the hub (both are)."""

    kind: str
    site: str = ""
    worker: str = ""
    message: Text
    hint: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class HubStatus:
    """State of a hub. ``disk_used`` and ``disk_allowed`` are bytes of the broker's streams."""

    folder: Path
    version: str
    addresses: tuple[str, ...]
    broker_port: int
    join_port: int
    sites: tuple[SiteStatus, ...]
    streams: tuple[StreamSize, ...]
    disk_used: int
    disk_allowed: int
    remarks: tuple[HubRemark, ...]


def status(folder: Path) -> HubStatus:
    """Return the state of the hub. Raises InputError, HubError."""

    async def in_time() -> HubStatus:
        try:
            async with asyncio.timeout(_STATUS_SECONDS):
                while True:
                    try:
                        return await _status(folder)
                    except NatsError:  # the broker reads its configuration again, or is started again
                        await asyncio.sleep(_LOOK_AGAIN)
        except TimeoutError:
            raise HubError(f"the hub did not answer within {_STATUS_SECONDS:g} s") from None

    return asyncio.run(in_time())


async def _status(folder: Path) -> HubStatus:
    state = HubFolder(folder).read()
    now = datetime.now(UTC)
    address = read_address(folder / "hub", hint=INIT_HINT)
    async with connected(folder / "hub", address) as client:
        js = client.jetstream()
        alive = await live_workers(js)
        counts = {site.name: await task_counts(js, site.name) for site in state.sites}
        stopped = {site.name: await _stopped(js, site.name) for site in state.sites}
        streams = await stream_sizes(js)
        used = await disk_used(js)
    sites = tuple(
        replace(_site_status(site, alive, counts[site.name], now), stopped=stopped[site.name])
        for site in state.sites
    )
    return HubStatus(
        folder=folder,
        version=__version__,
        addresses=state.addresses,
        broker_port=state.broker_port,
        join_port=state.join_port,
        sites=sites,
        streams=streams,
        disk_used=used,
        disk_allowed=state.disk_bytes,
        remarks=(
            *remarks_on(sites, now, folder),
            *_remarks_on_own_certificates(HubFolder(folder), now),
            *_remarks_on_disk(used, state.disk_bytes, free_bytes(folder)),
            *_remarks_on_streams(streams),
        ),
    )


async def _stopped(js: JetStreamContext, site: str) -> tuple[StoppedCredential, ...]:
    found = await read_ledger(js, site)
    with suppress(InvalidMessage):  # the hub makes another one
        return SiteLedger.read(found[0]).stopped(REFUSALS) if found else ()
    return ()


def _site_status(
    site: SiteEntry, alive: Sequence[LiveWorker], counts: tuple[int, int], now: datetime
) -> SiteStatus:
    joined = {worker.holder: worker for worker in site.workers}
    connected_ones = [worker for worker in alive if worker.site == site.name]
    names = {worker.holder for worker in connected_ones}
    return SiteStatus(
        name=site.name,
        max_sessions=site.max_sessions,
        waiting=counts[0],
        running=counts[1],
        workers=tuple(_worker_status(worker, joined) for worker in connected_ones),
        absent=tuple(
            AbsentWorker(site=site.name, holder=worker.holder, certificate_until=until)
            for worker in site.workers
            if worker.holder not in names and (until := _end_of(worker)) > now
        ),
    )


def _worker_status(worker: LiveWorker, joined: Mapping[str, WorkerEntry]) -> WorkerStatus:
    entry = joined.get(worker.holder)
    return WorkerStatus(
        site=worker.site,
        holder=worker.holder,
        version=worker.beat.version,
        works=worker.beat.works,
        clock_offset=worker.clock_offset,
        sessions=worker.beat.sessions,
        max_sessions=worker.beat.max_sessions,
        certificate_until=None if entry is None else _end_of(entry),
    )


def _end_of(worker: WorkerEntry) -> datetime:
    """Return when the certificate ends that the worker got when it joined."""
    return worker.joined + CERTIFICATE_LIFE


def remarks_on(sites: Sequence[SiteStatus], now: datetime, folder: Path) -> Iterator[HubRemark]:
    """Yield what needs attention at the sites of the hub in a folder, at this time."""
    for site in sites:
        yield from _remarks_on_site(site, folder)
        for worker in site.workers:
            yield from _remarks_on_worker(worker)
        add = _adding(site.name, folder)
        # A worker that joined again is another holder: what it was before is not connected any more.
        holders: list[WorkerStatus | AbsentWorker] = [*(site.workers or site.absent)]
        for each in holders:
            if each.certificate_until is not None and each.certificate_until - now < ENDS_SOON:
                yield HubRemark(
                    kind="certificate",
                    site=site.name,
                    worker=each.holder,
                    message=_CERTIFICATE.format(
                        worker=each.holder, site=site.name, until=f"{each.certificate_until:%Y-%m-%d}"
                    ),
                    hint=_JOIN_AGAIN.format(add=add),
                )


def _adding(site: str, folder: Path) -> str:
    """Return the command that makes a code for a worker of a site."""
    words = ["slp-ops", "hub", "site", "add", site]
    return shlex.join(words if folder == HUB_FOLDER else [*words, "--folder", str(folder)])


def _remarks_on_site(site: SiteStatus, folder: Path) -> Iterator[HubRemark]:
    for each in site.stopped:
        words = _STOPPED if each.since is None else _STOPPED_SINCE
        since = "" if each.since is None else f"{each.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        message = words.format(site=site.name, name=each.name, count=each.refused, since=since)
        yield HubRemark(kind="credential", site=site.name, message=message, hint=_CORRECT)
    if site.workers:
        return
    message = _NO_WORKER.format(site=site.name, count=site.waiting + site.running)
    hint = (
        _START.format(site=shlex.quote(site.name))
        if site.absent
        else _JOIN.format(add=_adding(site.name, folder))
    )
    yield HubRemark(kind="no_worker", site=site.name, message=message, hint=hint)


def _remarks_on_worker(worker: WorkerStatus) -> Iterator[HubRemark]:
    about = {"site": worker.site, "worker": worker.holder}
    if abs(worker.clock_offset) >= WRONG_CLOCK:
        seconds = f"{abs(worker.clock_offset):.0f}"
        words = _AHEAD if worker.clock_offset > 0 else _BEHIND
        yield HubRemark(
            kind="clock", message=words.format(seconds=seconds, **about), hint=_SET_CLOCK, **about
        )
    if worker.version != __version__:
        yield HubRemark(
            kind="version",
            message=_VERSION.format(version=worker.version, own=__version__, **about),
            hint=_SAME_RELEASE,
            **about,
        )


def _remarks_on_own_certificates(hub: HubFolder, now: datetime) -> Iterator[HubRemark]:
    for name, until in hub.certificates():
        if until - now < ENDS_SOON:
            message = _OWN_CERTIFICATE.format(name=name, until=f"{until:%Y-%m-%d}")
            yield HubRemark(kind="certificate", message=message, hint=_START_AGAIN)
    until = hub.authority_until()
    if until - now < CERTIFICATE_LIFE:
        message = _OWN_CERTIFICATE.format(name="ca.pem", until=f"{until:%Y-%m-%d}")
        yield HubRemark(kind="certificate", message=message, hint=_NEW_HUB)


def _remarks_on_disk(used: int, allowed: int, free: int) -> Iterator[HubRemark]:
    if free < DISK_FULL:
        yield HubRemark(kind="disk", message=_DISK_FULL, hint=_FREE_SPACE)
    if used > allowed * _DISK_SHARE:
        yield HubRemark(kind="disk", message=_DISK.format(percent=100 * used // allowed), hint=_MORE_DISK)


def _remarks_on_streams(streams: Sequence[StreamSize]) -> Iterator[HubRemark]:
    """Yield the streams that have hardly room, with what does not work when they have none."""
    for each in streams:
        message, hint = _FULL_STREAMS.get(each.name.upper(), (_STREAM, _MORE_DISK))
        if each.max_bytes and each.bytes > each.max_bytes * _STREAM_SHARE and each.name not in _RENEWED:
            percent = 100 * each.bytes // each.max_bytes
            yield HubRemark(kind="stream", message=message.format(name=each.name, percent=percent), hint=hint)


_CERTIFICATE: Final = Text(
    "{worker} of site {site}: its certificate ends on {until}",
    "サイト {site} の {worker}: 証明書の有効期限は {until} です",
)
_JOIN_AGAIN: Final = Text(
    "make a code with '{add}', and join again with it on the worker's computer: "
    "slp-ops worker join; then restart the worker",
    "'{add}' でコードを作成し、ワーカのコンピュータで slp-ops worker join を実行して"
    "再度参加させ、ワーカを再起動してください",
)
_OWN_CERTIFICATE: Final = Text(
    "the certificate {name} of the hub ends on {until}", "ハブの証明書 {name} の有効期限は {until} です"
)
_START_AGAIN: Final = Text(
    "start 'slp-ops hub up' again, which renews it or names what prevents that; that of 'operator' is then "
    "copied to the operator's computer",
    "'slp-ops hub up' を再起動してください。証明書を更新するか、更新できない理由を表示します。"
    "'operator' の証明書は更新後に操作者のコンピュータへコピーしてください",
)
_NEW_HUB: Final = Text(
    "what it signed ends with it: make a new hub in another folder with slp-ops hub init, which all workers "
    "join",
    "署名した証明書も同時に失効します。slp-ops hub init で別のフォルダに新しいハブを作成し、すべてのワーカを"
    "参加させてください",
)
_NO_WORKER: Final = Text(
    "site {site}: no worker is connected; {count:task} open",
    "サイト {site}: 接続中のワーカがありません (未完了のタスク {count} 件)",
)
_STOPPED: Final = Text(
    "site {site}: credential {name} was refused {count} times, and no switch is tried with it",
    "サイト {site}: 認証情報 {name} は {count} 回拒否されたため、どのスイッチにも使用しません",
)
_STOPPED_SINCE: Final = Text(
    "site {site}: credential {name} was refused {count} times, and no switch is tried with it since {since}",
    "サイト {site}: 認証情報 {name} は {count} 回拒否されたため、{since} 以降はどのスイッチにも使用しません",
)
_CORRECT: Final = Text(
    "correct it at each worker of the site, restart these, and run again: a run begins with all tries; more "
    "tries could lock the account out",
    "サイトの各ワーカで認証情報を修正し、ワーカを再起動して再実行してください。試行回数は実行ごとに"
    "数え直されます。試行を続けるとアカウントがロックされるおそれがあります",
)
_START: Final = Text(
    "on a computer near the site: slp-ops worker --site {site}",
    "サイトに近いコンピュータで次を実行してください: slp-ops worker --site {site}",
)
_JOIN: Final = Text(
    "make a code with '{add}'; on a computer near the site: slp-ops worker join",
    "'{add}' でコードを作成し、サイトに近いコンピュータで slp-ops worker join を実行してください",
)
_AHEAD: Final = Text(
    "{worker} of site {site}: its clock is {seconds} s ahead",
    "サイト {site} の {worker}: 時計が {seconds} 秒進んでいます",
)
_BEHIND: Final = Text(
    "{worker} of site {site}: its clock is {seconds} s behind",
    "サイト {site} の {worker}: 時計が {seconds} 秒遅れています",
)
_SET_CLOCK: Final = Text(
    "set the clock of the worker's computer, or of the hub, by NTP: times in the evidence are wrong",
    "ワーカまたはハブのコンピュータの時計を NTP で合わせてください (証跡の時刻が正しくありません)",
)
_VERSION: Final = Text(
    "{worker} of site {site} is slp-ops {version}; the hub is {own}",
    "サイト {site} の {worker} は slp-ops {version} です (ハブは {own})",
)
_SAME_RELEASE: Final = Text(
    "use the same release everywhere; upgrade the workers first",
    "すべて同じリリースにしてください。ワーカを先に更新します",
)
_DISK_FULL: Final = Text(
    "the hub's disk is full: the broker stores nothing, and results wait at the workers",
    "ハブのディスクに空きがありません。ブローカは何も保存できず、結果はワーカで待っています",
)
_FREE_SPACE: Final = Text(
    "free some space on it: 'slp-ops hub up' then starts the broker again by itself",
    "ディスクを空けてください。'slp-ops hub up' がブローカを自動的に再起動します",
)
_DISK: Final = Text(
    "{percent} % of the broker's disk is used: at 100 % results wait at the workers",
    "ブローカのディスクの {percent} % を使用しています。100 % になると結果はワーカで待ちます",
)
_MORE_DISK: Final = Text(
    "take the results of runs that were left: VERB --resume RUN; or raise disk_bytes in hub.json, and start "
    "the hub again",
    "残された実行の結果を VERB --resume RUN で取り込むか、hub.json の disk_bytes を増やして"
    "ハブを再起動してください",
)
_STREAM: Final = Text(
    "the stream {name} is {percent} % full: at 100 % tasks and results wait",
    "ストリーム {name} の使用率は {percent} % です。100 % になるとタスクと結果は待機します",
)
_STREAM_OF_CHANGES: Final = Text(
    "the stream {name} is {percent} % full: at 100 % changes over the hub are refused",
    "ストリーム {name} の使用率は {percent} % です。100 % になるとハブ経由の変更は拒否されます",
)
_ROOM_FOR_CHANGES: Final = Text(
    "raise disk_bytes in hub.json, and start the hub again; what is older than 30 days is removed by itself. "
    "A worker that was taken over may have filled it: slp-ops hub site revoke",
    "hub.json の disk_bytes を増やしてハブを再起動してください。30 日より古いものは自動的に削除されます。"
    "乗っ取られたワーカが埋めた可能性がある場合は slp-ops hub site revoke を実行してください",
)
_FULL_STREAMS: Final = dict.fromkeys(
    (FENCE_STREAM, LEASE_STREAM, CONTROL_STREAM), (_STREAM_OF_CHANGES, _ROOM_FOR_CHANGES)
)
