"""State of a hub as terminal text, at most 80 columns wide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text
from slp_ops.messages import translate
from slp_ops.report.terminal.layout import styled, table, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slp_ops.app.hub_status import HubRemark, HubStatus, SiteStatus
    from slp_ops.i18n import Lang

_HUB: Final = Text(
    "hub: {addresses}, TCP ports {port} and {join_port}, slp-ops {version}",
    "ハブ: {addresses}、TCP ポート {port} と {join_port}、slp-ops {version}",
)
_NO_SITE: Final = Text(
    "no site yet; slp-ops hub site add SITE makes one",
    "サイトがありません。slp-ops hub site add SITE で追加できます",
)
_ABSENT: Final = Text("offline", "未接続")
_DISK: Final = Text("disk: {used} of {allowed}", "ディスク: {used} / {allowed}")


def render_hub_status(found: HubStatus, lang: Lang) -> str:
    """Return sites, workers, streams and disk as tables, then what needs attention."""
    head = _HUB.format(
        addresses=", ".join(found.addresses),
        port=found.broker_port,
        join_port=found.join_port,
        version=found.version,
    )
    parts = ["\n".join(wrapped(head.render(lang), "", "  "))]
    if found.sites:
        parts += [_sites(found, lang), _workers(found, lang)]
    else:
        parts.append(_NO_SITE.render(lang))
    parts.append(_streams(found, lang))
    parts += ["\n".join(_remark(each, lang)) for each in found.remarks]
    return "\n\n".join(part for part in parts if part)


def _table(lang: Lang, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    return table([translate(word, lang) for word in header], rows)


def _sites(found: HubStatus, lang: Lang) -> str:
    rows = [
        (
            site.name,
            f"{len(site.workers)}/{len(site.workers) + len(site.absent)}",
            f"{sum(worker.sessions for worker in site.workers)}/{site.max_sessions}",
            f"{site.running:,}",
            f"{site.waiting:,}",
        )
        for site in found.sites
    ]
    return _table(lang, ("SITE", "WORKERS", "SESSIONS", "TASKS RUNNING", "TASKS WAITING"), rows)


def _workers(found: HubStatus, lang: Lang) -> str:
    rows = [row for site in found.sites for row in _rows(site, lang)]
    header = ("WORKER", "SITE", "RELEASE", "SESSIONS", "CLOCK", "CERT UNTIL")
    return _table(lang, header, rows) if rows else ""


def _rows(site: SiteStatus, lang: Lang) -> Iterator[tuple[str, ...]]:
    for worker in site.workers:
        yield (
            worker.holder,
            site.name,
            worker.version,
            f"{worker.sessions}/{worker.max_sessions}",
            f"{round(worker.clock_offset):+} s",
            "" if worker.certificate_until is None else f"{worker.certificate_until:%Y-%m-%d}",
        )
    for absent in site.absent:
        until = f"{absent.certificate_until:%Y-%m-%d}"
        yield absent.holder, site.name, _ABSENT.render(lang), "", "", until


def _streams(found: HubStatus, lang: Lang) -> str:
    rows = [
        (each.name, f"{each.messages:,}", _size(each.bytes), _size(each.max_bytes)) for each in found.streams
    ]
    disk = _DISK.format(used=_size(found.disk_used), allowed=_size(found.disk_allowed)).render(lang)
    return f"{_table(lang, ('QUEUE', 'MESSAGES', 'SIZE', 'AT MOST'), rows)}\n{disk}"


def _size(count: int) -> str:
    return f"{count / 2**20:,.0f} MB" if count >= 2**20 else f"{count:,} B"


def _remark(each: HubRemark, lang: Lang) -> Iterator[str]:
    first, *rest = wrapped(each.message.render(lang), "! ", "  ")
    yield from (styled(line, fg="yellow") for line in (first, *rest))
    yield from wrapped(each.hint.render(lang), "  ")
