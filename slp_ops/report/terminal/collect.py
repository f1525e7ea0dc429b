"""Terminal renderer of a run: a row for each device, then missing captures with their reasons."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Lang, Text, listing
from slp_ops.messages import message_text, translate
from slp_ops.model import DeviceStatus
from slp_ops.report.collect_view import collect_view
from slp_ops.report.terminal.layout import MANY, some_names, styled, table_rows, wrapped
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slp_ops.app.collect import CollectResult
    from slp_ops.report.collect_view import CollectView, ReadDevice

_HEADER: Final = (
    Text("DEVICE", "スイッチ"),
    Text("SITE", "サイト"),
    Text("STATUS", "状態"),
    Text("RELEASE", "リリース"),
    Text("ANSWERED", "応答"),
)
_RESUME: Final = Text(
    "Read only what is missing with: slp-ops collect --resume {run}",
    "不足分のみを取得するコマンド: slp-ops collect --resume {run}",
)
_COMPLETE: Final = Text("{count:device} read completely", "取得完了 {count} 台")
_INCOMPLETE: Final = Text("Not complete:", "取得が完了していないスイッチ:")
_TOTAL: Final = Text(
    "{count:device}: {statuses}, in {seconds:.1f} s", "{count} 台: {statuses} ({seconds:.1f} 秒)"
)
_COUNT: Final = Text("{count} {status}", "{status} {count} 台")
_EVIDENCE: Final = Text("Evidence: {path}", "証跡: {path}")
_COLOURS: Final = {
    DeviceStatus.OK: None,
    DeviceStatus.PARTIAL: "yellow",
    DeviceStatus.FAILED: "red",
    DeviceStatus.SKIPPED: "magenta",
}


def render(result: CollectResult, lang: Lang, *, details: bool = False) -> str:
    """Return the summary of a run.

    Many switches that were read completely are one line, unless ``details`` are wanted.
    """
    view = collect_view(result.devices)
    is_brief = len(view.devices) >= MANY and not details
    lines = list(_lines(view, str(result.path), result.seconds, lang, is_brief=is_brief))
    if view.incomplete:
        lines.append(_RESUME.format(run=result.run_id).render(lang))
    return "\n".join(lines)


def _lines(view: CollectView, path: str, seconds: float, lang: Lang, *, is_brief: bool) -> Iterator[str]:
    yield ""
    shown = view.incomplete if is_brief else view.devices
    complete = [device.name for device in view.devices if is_brief and device.is_complete]
    if complete:
        words = _COMPLETE.format(count=len(complete)).render(lang)
        yield from wrapped(some_names(complete, lang), f"{words}: ")
    if shown:
        yield from _table(shown, lang)
    if view.incomplete:
        yield f"\n{_INCOMPLETE.render(lang)}"
    for hint, devices in groupby(view.incomplete, key=lambda device: device.hint):
        for device in devices:
            for cause in device.causes:
                yield f"  {device.name}: {one_line(translate(cause, lang))}"
        if hint:
            yield from wrapped(translate(hint, lang), f"    {translate('hint:', lang)} ")
    statuses = listing(
        _COUNT.format(count=count, status=message_text(status.value))
        for status, count in view.totals.items()
        if count
    )
    total = _TOTAL.format(count=len(view.devices), statuses=statuses, seconds=seconds)
    yield f"\n{total.render(lang)}"
    yield _EVIDENCE.format(path=path).render(lang)


def _table(devices: Sequence[ReadDevice], lang: Lang) -> Iterator[str]:
    first, *lines = table_rows(
        [word.render(lang) for word in _HEADER],
        [
            (
                device.name,
                device.site,
                translate(device.status.value, lang),
                device.release or "",
                f"{device.answered}/{device.sent}" if device.sent else "",
            )
            for device in devices
        ],
    )
    yield first
    for device, line in zip(devices, lines, strict=True):
        yield styled(line, fg=_COLOURS[device.status])
