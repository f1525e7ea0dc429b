"""Terminal renderer of a run: a row for each device, then missing captures with their reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Lang, Text
from slp_ops.messages import translate
from slp_ops.model import DeviceStatus
from slp_ops.report.collect_view import collect_view
from slp_ops.report.terminal.layout import styled, table_rows, wrapped
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.app.collect import CollectResult
    from slp_ops.report.collect_view import CollectView

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
_INCOMPLETE: Final = Text("Not complete:", "取得が完了していないスイッチ:")
_TOTAL: Final = Text(
    "{count:device}: {statuses}, in {seconds:.1f} s", "{count} 台: {statuses} ({seconds:.1f} 秒)"
)
_EVIDENCE: Final = Text("Evidence: {path}", "証跡: {path}")
_COLOURS: Final = {
    DeviceStatus.OK: None,
    DeviceStatus.PARTIAL: "yellow",
    DeviceStatus.FAILED: "red",
    DeviceStatus.SKIPPED: "magenta",
}


def render(result: CollectResult, lang: Lang) -> str:
    """Return the summary of a run."""
    view = collect_view(result.devices)
    lines = list(_lines(view, str(result.path), result.seconds, lang))
    if view.incomplete:
        lines.append(_RESUME.format(run=result.run_id).render(lang))
    return "\n".join(lines)


def _lines(view: CollectView, path: str, seconds: float, lang: Lang) -> Iterator[str]:
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
            for device in view.devices
        ],
    )
    yield f"\n{first}"
    for device, line in zip(view.devices, lines, strict=True):
        yield styled(line, fg=_COLOURS[device.status])
    if view.incomplete:
        yield f"\n{_INCOMPLETE.render(lang)}"
    for device in view.incomplete:
        for cause in device.causes:
            yield f"  {device.name}: {one_line(translate(cause, lang))}"
        if device.hint:
            yield from wrapped(translate(device.hint, lang), f"    {translate('hint:', lang)} ")
    statuses = ", ".join(
        f"{count} {translate(status.value, lang)}" for status, count in view.totals.items() if count
    )
    total = _TOTAL.format(count=len(view.devices), statuses=statuses, seconds=seconds)
    yield f"\n{total.render(lang)}"
    yield _EVIDENCE.format(path=path).render(lang)
