"""Cells by their types, and sheets as people expect them: the one place that writes into a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from slp_ops.report.cells import text_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slp_ops.report.words import Words

Row = tuple[Any, ...]
_WIDEST: Final = 60
_COLOURS: Final = {
    "critical": "#F8D7E6",
    "error": "#FBDAD7",
    "warning": "#FDEBC8",
    "unread": "#E3E7ED",
    "unclear": "#DCE7F5",
    "fine": "#D6EEDF",
    "info": "#DCE7F5",
}


@dataclass(frozen=True, slots=True)
class Graded:
    """A verdict or a severity: a word with its colour."""

    kind: str


class Pen:
    """Writes rows, each cell by its type."""

    def __init__(self, book: Any, words: Words) -> None:
        self._book = book
        self._words = words
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
        """A sheet without a table."""
        return self._book.add_worksheet(title[:31])

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
