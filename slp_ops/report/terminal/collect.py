"""Terminal renderer of a run: a row for each device, then missing captures with their reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.i18n import pluralize
from slp_ops.model import DeviceStatus
from slp_ops.report.collect_view import collect_view
from slp_ops.report.terminal.layout import MANY, some_names, styled, table_rows, wrapped
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slp_ops.app.collect import CollectResult
    from slp_ops.report.collect_view import CollectView, ReadDevice

_HEADER: Final = ("DEVICE", "SITE", "STATUS", "RELEASE", "ANSWERED")
_COLOURS: Final = {
    DeviceStatus.OK: None,
    DeviceStatus.PARTIAL: "yellow",
    DeviceStatus.FAILED: "red",
    DeviceStatus.SKIPPED: "magenta",
}


def render(result: CollectResult, *, details: bool = False) -> str:
    """Return the summary of a run.

    Many switches that were read completely are one line, unless ``details`` are wanted.
    """
    view = collect_view(result.devices)
    is_brief = len(view.devices) >= MANY and not details
    lines = list(_lines(view, str(result.path), result.seconds, is_brief=is_brief))
    if view.incomplete:
        lines.append(f"Read only what is missing with: slp-ops collect --resume {result.run_id}")
    return "\n".join(lines)


def _lines(view: CollectView, path: str, seconds: float, *, is_brief: bool) -> Iterator[str]:
    yield ""
    shown = view.incomplete if is_brief else view.devices
    complete = [device.name for device in view.devices if is_brief and device.is_complete]
    if complete:
        yield from wrapped(some_names(complete), f"{pluralize(len(complete), 'device')} read completely: ")
    if shown:
        yield from _table(shown)
    if view.incomplete:
        yield "\nNot complete:"
    for device in view.incomplete:
        for cause in device.causes:
            yield f"  {device.name}: {one_line(cause)}"
        if device.hint:
            yield from wrapped(device.hint, "    hint: ")
    statuses = ", ".join(f"{count} {status.value}" for status, count in view.totals.items() if count)
    yield f"\n{pluralize(len(view.devices), 'device')}: {statuses}, in {seconds:.1f} s"
    yield f"Evidence: {path}"


def _table(devices: Sequence[ReadDevice]) -> Iterator[str]:
    first, *lines = table_rows(
        _HEADER,
        [
            (
                device.name,
                device.site,
                device.status.value,
                device.release or "",
                f"{device.answered}/{device.sent}" if device.sent else "",
            )
            for device in devices
        ],
    )
    yield first
    for device, line in zip(devices, lines, strict=True):
        yield styled(line, fg=_COLOURS[device.status])
