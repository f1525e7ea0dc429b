"""The licence audit workbook: one sheet for each thing that people count, filter and hand on.

Numbers are numbers and dates are dates; everything a switch printed is written as text by ``write_string``
and can never become a formula or a link. Dates are the switch's own, with the zone word beside them.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter

from slp_ops.report.labels import Words
from slp_ops.report.playbook_marks import mark
from slp_ops.report.sentences import dues_text, headline, lead
from slp_ops.report.view import Health
from slp_ops.sanitize import text_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from slp_ops.facts import DeviceTime, PolicyClass
    from slp_ops.i18n import Lang
    from slp_ops.report.view import DeviceView, ReportView

Row = tuple[Any, ...]
_WIDEST: Final = 60
_COLOURS: Final = {
    "critical": "#F8D7E6",
    "error": "#FBDAD7",
    "warning": "#FDEBC8",
    "unread": "#E3E7ED",
    "not_enough_to_judge": "#DCE7F5",
    "unclear": "#E6DFF5",
    "fine": "#D6EEDF",
    "info": "#DCE7F5",
}


def render(view: ReportView, lang: Lang) -> bytes:
    """The workbook's bytes."""
    out = io.BytesIO()
    words = Words(lang)
    # The defaults would turn a switch's "=..." into a formula and "http://..." into a link.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd hh:mm",
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": words["title"], "created": view.generated.replace(tzinfo=None)})
        pen = Pen(book, words)
        _summary(pen, view, words)
        for title, head, rows in _sheets(view, words):
            pen.sheet(title, head, rows)
    return out.getvalue()


def _summary(pen: Pen, view: ReportView, words: Words) -> None:
    sheet = pen.page(words["overview"])
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 60)
    sheet.write_string(0, 0, words["title"], pen.bold)
    rows: list[tuple[str, object]] = [
        (words["summary"], lead(view, words)),
        (words["run"], view.run.id),
        (words["collected"], view.run.started.replace(tzinfo=None)),
        (words["generated"], view.generated.replace(tzinfo=None)),
        (words["zone"], "UTC"),
        (words["knowledge"], view.knowledge),
        (words["chart_dues"], dues_text(view, words)),
        (words["devices"], len(view.devices)),
    ]
    if view.run.state != "complete":
        rows.append((words["state"], words["incomplete"]))
    at = 2
    for at, (name, value) in enumerate(rows, start=2):
        pen.cell(sheet, at, 0, name)
        pen.cell(sheet, at, 1, value)
    for health, count in view.healths.items():
        at += 1
        pen.cell(sheet, at, 0, Graded(health.value))
        pen.cell(sheet, at, 1, count)
    pen.cell(sheet, at + 2, 0, words["about"])
    pen.cell(sheet, at + 2, 1, f"{words['about_text']} {words['dues_note']}")


def _sheets(view: ReportView, words: Words) -> Iterator[tuple[str, list[str], Iterator[Row]]]:
    def heads(*names: str) -> list[str]:
        return [words[name] for name in names]

    devices = view.devices
    yield (
        words["devices"],
        heads(
            "switch", "site", "verdict", "read", "cause", "release", "model", "topology", "target",
            "smart_account", "virtual_account", "agent", "uptime", "last_ack", "deadline", "zone",
            "days_left", "backlog", "host",
        ),
        (_device(each, words) for each in devices),
    )  # fmt: skip
    yield (
        words["udis"],
        heads("switch", "site", "position", "role", "pid", "sn", "trust", "release"),
        (
            (
                each.name,
                each.site,
                unit.position + 1,
                unit.role,
                unit.pid,
                unit.sn,
                unit.trusted,
                unit.release,
            )
            for each in devices
            for unit in each.units
        ),
    )
    yield (
        words["licences"],
        heads("switch", "site", "licence", "tag", "count", "status", "licence_type", "enforcement"),
        (
            (
                each.name, each.site, item.name, item.tag or item.description, item.count, item.status,
                item.license_type, item.enforcement,
            )
            for each in devices
            for item in each.licences
        ),
    )  # fmt: skip
    yield (
        words["deadlines"],
        heads(
            "switch", "site", "policy", "policy_class", "first_report", "frequency", "on_change", "last_ack",
            "last_push", "next_push", "deadline", "zone", "days_left", "cosmetic",
        ),
        (row for each in devices for row in _deadlines(each)),
    )  # fmt: skip
    yield (
        words["findings"],
        heads(
            "switch", "site", "severity", "rule", "finding", "cause", "remedy", "evidence", "root_cause",
            "confidence", "playbooks", "links",
        ),
        (row for each in devices for row in _findings(each, words)),
    )  # fmt: skip
    yield (
        words["advisories"],
        heads(
            "switch",
            "site",
            "release",
            "advisory",
            "status",
            "first_fixed",
            "because",
            "on_switch",
            "upgrade_same",
            "upgrade_em",
        ),
        (row for each in devices for row in _advisories(each, words)),
    )
    yield (
        words["unjudged"],
        heads("switch", "site", "rule", "finding", "why"),
        (
            (each.name, each.site, rule.rule, words.say(rule.title), words.say(rule.why) if rule.why else "")
            for each in devices
            for rule in each.unjudged
        ),
    )
    yield from _tables(devices, words)


def _tables(devices: Sequence[DeviceView], words: Words) -> Iterator[tuple[str, list[str], Iterator[Row]]]:
    """Yield a sheet for each command that was read into rows, with the columns of its template."""
    commands = dict.fromkeys(command for each in devices for command in each.tables)
    for command in commands:
        with_rows = [(each, each.tables[command]) for each in devices if command in each.tables]
        columns = list(dict.fromkeys(column for _, rows in with_rows for column in rows.columns))
        yield (
            command,
            [words["switch"], words["site"], *columns],
            (
                (each.name, each.site, *(_joined(row.values.get(column)) for column in columns))
                for each, rows in with_rows
                for row in rows.rows
            ),
        )


def _joined(value: str | tuple[str, ...] | None) -> str | None:
    return ", ".join(value) if isinstance(value, tuple) else value


def _reading(each: DeviceView, words: Words) -> str:
    if each.health is Health.UNREAD:
        return words.health(each.health.value)
    return words["partly_read" if each.is_partial else "fully_read"]


def _device(each: DeviceView, words: Words) -> Row:
    reporting, rum = each.reporting, each.rum
    deadline = reporting.deadline if reporting else None
    last = reporting.last_ack if reporting else None
    return (
        each.name,
        each.site,
        Graded(each.health.value),
        _reading(each, words),
        headline(each, words),
        each.release_text,
        each.model,
        words.topology(each.topology.kind.value) if each.topology else None,
        each.target,
        each.smart_account,
        each.virtual_account,
        each.agent,
        each.uptime,
        _at(last),
        _at(deadline),
        _zone(deadline or last),
        reporting.days_left if reporting else None,
        rum.backlog if rum else None,
        each.host,
    )


def _deadlines(each: DeviceView) -> Iterator[Row]:
    reporting, policy = each.reporting, each.policy
    if reporting is None and policy is None:
        return
    name = policy.name or policy.in_use if policy else None
    dates: Row = (None,) * 7
    if reporting is not None:
        dates = (
            _at(reporting.last_ack),
            _at(reporting.last_push),
            _at(reporting.next_push),
            _at(reporting.deadline),
            _zone(reporting.deadline or reporting.last_ack),
            reporting.days_left,
            reporting.cosmetic,
        )
    classes: tuple[PolicyClass | None, ...] = policy.classes if policy and policy.classes else (None,)
    for kind in classes:
        days = (None,) * 3 if kind is None else (kind.first_report, kind.frequency, kind.on_change)
        yield (
            each.name,
            each.site,
            name,
            kind.heading if kind else None,
            *(value.days if value else None for value in days),
            *dates,
        )


def _findings(each: DeviceView, words: Words) -> Iterator[Row]:
    for story in each.root_causes:
        for told in (story.root, *story.consequences):
            yield (
                each.name,
                each.site,
                Graded(told.severity.value),
                told.rule,
                words.say(told.summary),
                words.say(told.cause),
                "\n".join(f"{number}. {words.say(step)}" for number, step in enumerate(told.remedy, start=1)),
                "\n".join(
                    f"{line.command} {line.line if line.line is not None else '-'}: {line.text.strip()}"
                    for line in told.evidence
                ),
                story.root.rule if told is not story.root else None,
                words.confidence(told.confidence.value),
                ", ".join(book.id + mark(book.risk, words.lang) for book in told.playbooks),
                "\n".join(told.links),
            )


def _advisories(each: DeviceView, words: Words) -> Iterator[Row]:
    same = each.upgrade.same_train if each.upgrade else None
    later = each.upgrade.next_em_train if each.upgrade else None
    for found in each.advisories:
        yield (
            each.name,
            each.site,
            each.release_text,
            found.id,
            words.status_label(found.status.value, listed=found.listed),
            found.first_fixed,
            words.say(found.because),
            None if found.verdict is None else words.on_switch(found.verdict.value),
            None if same is None else str(same),
            None if later is None else str(later),
        )


def _at(time: DeviceTime | None) -> datetime | str | None:
    """A date where it is one that Excel knows, the printed words otherwise."""
    if time is None:
        return None
    return time.at if time.at is not None and time.at.year > 1900 else time.text


def _zone(time: DeviceTime | None) -> str | None:
    return None if time is None else time.zone


@dataclass(frozen=True, slots=True)
class Graded:
    """A verdict or a severity: a word with its colour."""

    kind: str


class Pen:
    """Writes rows, each cell by its type."""

    def __init__(self, book: Any, words: Words) -> None:
        self._book = book
        self._words = words
        self._names: set[str] = set()
        self._head = book.add_format(
            {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "valign": "top"}
        )
        self._text = book.add_format({"valign": "top", "text_wrap": True})
        self._number = book.add_format({"valign": "top", "num_format": "0"})
        self._date = book.add_format({"valign": "top", "num_format": "yyyy-mm-dd hh:mm"})
        self._graded = {
            kind: book.add_format({"valign": "top", "bold": True, "bg_color": colour})
            for kind, colour in _COLOURS.items()
        }
        self.bold = book.add_format({"bold": True, "font_size": 14})

    def page(self, title: str) -> Any:
        """A sheet without a table. Its name follows the rules of Excel and is used once."""
        plain = re.sub(r"[\[\]:*?/\\]", " ", title).strip("' ")
        name, number = plain[:31], 1
        while name.casefold() in self._names:
            number += 1
            name = f"{plain[: 30 - len(str(number))]} {number}"
        self._names.add(name.casefold())
        return self._book.add_worksheet(name)

    def sheet(self, title: str, head: Sequence[str], rows: Iterable[Row]) -> None:
        """A sheet with a heading that stays, a filter in each column, and columns as wide as their text."""
        sheet = self.page(title)
        widths = [_width(name) + 3 for name in head]
        for column, name in enumerate(head):
            sheet.write_string(0, column, name, self._head)
        last = 0
        for last, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                widths[column] = max(widths[column], min(self.cell(sheet, last, column, value), _WIDEST))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(last, 1), len(head) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def cell(self, sheet: Any, row: int, column: int, value: object) -> int:
        """Write one value and say how wide it is."""
        match value:
            case None | "":
                return 0
            case bool():
                word = self._words["yes" if value else "no"]
                sheet.write_string(row, column, word, self._text)
                return _width(word)
            case int() | float():
                sheet.write_number(row, column, value, self._number)
                return len(str(value))
            case Graded(kind):
                word = self._words.health(kind)
                sheet.write_string(row, column, word, self._graded[kind])
                return _width(word) + 2
            case str():
                text = text_cell(value)
                sheet.write_string(row, column, text, self._text)
                return max(_width(line) for line in text.split("\n")) + 1
            case _:
                sheet.write_datetime(row, column, value, self._date)
                return 17


def _width(text: str) -> int:
    """Japanese characters take two columns."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)
