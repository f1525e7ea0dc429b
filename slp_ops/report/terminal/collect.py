"""What a run read, for people: a row for each device, then what is missing and why."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from slp_ops.app.fleet import causes, hint
from slp_ops.i18n import counted
from slp_ops.model import CaptureStatus, DeviceStatus
from slp_ops.report.terminal.layout import styled, table_rows, wrapped
from slp_ops.safetext import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slp_ops.app.collect import CollectResult
    from slp_ops.model import DeviceResult

_COLOURS: Final = {"ok": "green", "partial": "yellow", "failed": "red", "skipped": "magenta"}


def render(result: CollectResult) -> str:
    """Return the summary of a run."""
    return "\n".join(_lines(result.devices, str(result.path), result.seconds))


def _lines(results: Sequence[DeviceResult], path: str, seconds: float) -> Iterator[str]:
    rows = []
    for result in results:
        answered = sum(
            capture.status in (CaptureStatus.OK, CaptureStatus.UNSUPPORTED) for capture in result.captures
        )
        sent = sum(capture.status is not CaptureStatus.SKIPPED for capture in result.captures)
        rows.append(
            (
                result.name,
                result.site,
                result.status.value,
                result.release or "",
                f"{answered}/{sent}" if sent else "",
            )
        )
    header = ("DEVICE", "SITE", "STATUS", "RELEASE", "ANSWERED")
    first, *lines = table_rows(header, rows)
    yield f"\n{first}"
    for result, line in zip(results, lines, strict=True):
        yield styled(line, fg=None if result.status is DeviceStatus.OK else _COLOURS[result.status])
    if wrong := [result for result in results if result.status is not DeviceStatus.OK]:
        yield "\nNot complete:"
        for result in wrong:
            for cause in causes(result):
                yield f"  {result.name}: {one_line(cause)}"
            if words := hint(result):
                yield from wrapped(words, "    hint: ")
    totals = Counter(result.status.value for result in results)
    statuses = ", ".join(
        f"{totals[status.value]} {status.value}" for status in DeviceStatus if totals[status.value]
    )
    yield f"\n{counted(len(results), 'device')}: {statuses}, in {seconds:.1f} s"
    yield f"Evidence: {path}"
