"""``show license rum id N detail``; one line may contain several pairs.

Report Id: 1700000001
  Metric Name: ENTITLEMENT
  Previous Report Id: 0,    Next Report Id: 1700000009
  State: ACK,      State Change Reason: ACKED
  Start Time: Jan 02 03:04:05 2024 UTC,      End Time: Jan 02 03:19:05 2024 UTC
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands._section_parser import split_label
from slp_ops.commands._values import device_time, integer, present, rum_state
from slp_ops.facts.rum import RumDetail, RumDetails
from slp_ops.facts.values import LabelledValue, Source, SourceLine
from slp_ops.release import Release

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

# A second pair begins after a comma and at least two blanks.
_NEXT: Final = re.compile(r",\s{2,}(?=[A-Z][A-Za-z ]{0,40}:)")
_FIELDS: Final = {
    "report id": "id",
    "metric name": "metric_name",
    "feature name": "feature",
    "metric value": "metric_value",
    "udi": "udi",
    "previous report id": "previous_id",
    "next report id": "next_id",
    "state": "state",
    "state change reason": "reason",
    "close reason": "reason",
    "start time": "start",
    "end time": "end",
    "storage state": "storage_state",
    "transaction id": "transaction_id",
    "transaction message": "transaction_message",
}


class _Report:
    """Pairs of one report."""

    def __init__(self) -> None:
        self.values: dict[str, str | None] = {}
        self.lines: dict[str, SourceLine] = {}
        self.printed: list[LabelledValue] = []
        self.other: list[LabelledValue] = []

    def read(self, row: Row) -> bool:
        """Read the pairs of a line; False without any."""
        parts = _NEXT.split(row.text.strip())
        pairs = [pair for part in parts if (pair := split_label(part))]
        for label, value in pairs:
            field = _FIELDS.get(label.lower())
            if field is not None and field not in self.values:
                self.values[field], self.lines[field] = present(value), row.line
            else:
                self.other.append(LabelledValue(label=label, value=value))
        if len(pairs) > 1:
            whole = split_label(row.text)
            self.printed += [LabelledValue(label=whole[0], value=whole[1])] if whole else []
        return bool(pairs)

    def detail(self, command: str) -> RumDetail:
        """Return the report of these pairs."""
        get = self.values.get
        word = get("state")
        return RumDetail(
            id=integer(get("id")),
            metric_name=get("metric_name"),
            feature=get("feature"),
            metric_value=get("metric_value"),
            udi=get("udi"),
            previous_id=integer(get("previous_id")),
            next_id=integer(get("next_id")),
            state=rum_state(word) if word else None,
            state_printed=word,
            reason=get("reason"),
            start=device_time(get("start")),
            end=device_time(get("end")),
            storage_state=get("storage_state"),
            transaction_id=integer(get("transaction_id")),
            transaction_message=get("transaction_message"),
            printed=tuple(self.printed),
            other=tuple(self.other),
            source=Source(command, self.lines),
        )


def parse(text: str) -> Parsed:
    """Return every report; each begins at its id."""
    page = body(text, "show license rum id detail")
    reports: list[_Report] = []
    unread: list[Row] = []
    for row in page.rows:
        printed = row.text.strip()
        if printed.startswith("Smart Licensing Usage Report Detail") or not printed.strip("="):
            continue
        if printed.startswith("Report Id:") or not reports:
            reports.append(_Report())
        if not reports[-1].read(row):
            unread.append(row)
    details = tuple(report.detail(page.command) for report in reports if report.values)
    fact = RumDetails(reports=details, source=Source(page.command)) if details else None
    return parsed(page, (fact,), unread)


COMMAND = ShowCommand(
    command="show license rum id ID detail",
    since=Release.parse("17.7.1"),
    parse=parse,
    provides=(RumDetails,),
)
