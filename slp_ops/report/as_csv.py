"""One row for each finding, with its switch; a switch without any has one row. For spreadsheets and scripts.

UTF-8 with a byte order mark, since Excel assumes the local code page otherwise.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from slp_ops.report.labels import Words
from slp_ops.sanitize import csv_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slp_ops.commands import Rows
    from slp_ops.i18n import Lang
    from slp_ops.parsing import Facts
    from slp_ops.report.view import DeviceView, FindingView, ReportView

_LONGEST_NAME: Final = 80  # characters of a command in the name of a file
# Names for scripts: the same in every language.
COLUMNS = (
    "device", "site", "verdict", "status", "release", "model", "topology", "last_ack", "ack_deadline",
    "ack_days_left", "rum_backlog", "rule", "root", "severity", "confidence", "summary", "evidence",
)  # fmt: skip


def render(view: ReportView, lang: Lang) -> str:
    """The table as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    words = Words(lang)
    for device in view.devices:
        for row in _rows(device, words):
            writer.writerow([csv_cell(value) for value in row])
    return "\ufeff" + out.getvalue()


def rows_as_csv(devices: Mapping[str, Facts]) -> str:
    """Return the rows of one command on every device as one table, with the columns of its template."""
    return _table(
        [
            (name, each.parsed.rows)
            for name, facts in devices.items()
            for each in facts.captures
            if each.parsed is not None and each.parsed.rows is not None
        ]
    )


def table_files(path: str, view: ReportView) -> Iterator[tuple[str, str]]:
    """Yield a file for each command that was read into rows, with its rows of every switch as one table.

    Beside ``findings.csv`` they are named ``findings.show-interfaces-status.csv``.
    """
    file = PurePath(path)
    seen: Counter[str] = Counter()
    for command in dict.fromkeys(command for each in view.devices for command in each.tables):
        words = re.sub(r"[^A-Za-z0-9._-]+", "-", command)[:_LONGEST_NAME]
        seen[words] += 1
        number = f"-{seen[words]}" if seen[words] > 1 else ""
        found = [(each.name, each.tables[command]) for each in view.devices if command in each.tables]
        yield str(file.with_name(f"{file.stem}.{words}{number}{file.suffix}")), _table(found)


def _table(tables: Sequence[tuple[str, Rows]]) -> str:
    columns = list(dict.fromkeys(column for _, rows in tables for column in rows.columns))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["device", *columns])
    for name, rows in tables:
        for row in rows.rows:
            values = (row.values.get(column, "") for column in columns)
            cells = (value if isinstance(value, str) else " ".join(value) for value in values)
            writer.writerow([csv_cell(value) for value in (name, *cells)])
    return "\ufeff" + out.getvalue()


def _rows(device: DeviceView, words: Words) -> Iterator[tuple[object, ...]]:
    reporting, rum = device.reporting, device.rum
    shared = (
        device.name,
        device.site,
        device.health.value,
        device.status.value,
        device.release_text or "",
        device.model or "",
        device.topology.kind.value if device.topology else "",
        reporting.last_ack.text if reporting and reporting.last_ack else "",
        reporting.deadline.text if reporting and reporting.deadline else "",
        reporting.days_left if reporting and reporting.days_left is not None else "",
        rum.backlog if rum and rum.backlog is not None else "",
    )
    if not device.root_causes:
        yield (*shared, "", "", "", "", words.message(device.failure.message) if device.failure else "", "")
    for story in device.root_causes:
        yield (*shared, *_finding(story.root, "", words))
        for told in story.consequences:
            yield (*shared, *_finding(told, story.root.rule, words))


def _finding(finding: FindingView, root: str, words: Words) -> tuple[str, ...]:
    evidence = "; ".join(
        f"{each.command} {each.line if each.line is not None else '-'}: {each.text.strip()}"
        for each in finding.evidence
    )
    return (
        finding.rule,
        root,
        finding.severity.value,
        finding.confidence.value,
        words.say(finding.summary),
        evidence,
    )
