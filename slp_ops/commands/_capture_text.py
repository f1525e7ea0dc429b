"""Text of a command without its envelope: line ends, echo, prompt, timestamp headers, paging, log lines.

Switch# show license summary
Load for five secs: 1%/0%; one minute: 0%; five minutes: 0%
Time source is NTP, 11:43:15.743 UTC Wed Nov 17 2021
...
Switch#
"""

from __future__ import annotations

import re
from functools import partial
from itertools import islice, repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from slp_ops.commands import Parsed
from slp_ops.commands._lazy_sequence import DeferredSequence
from slp_ops.commands._text_lines import lines_of
from slp_ops.facts.values import SourceLine
from slp_ops.iosxe.prompts import PROMPT, PROMPT_ENDS, is_prompt, without_more
from slp_ops.iosxe.syslog import is_log_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slp_ops.facts.values import Fact


class Page(str):
    """Text with its command and the number of preceding lines in a larger file.

    Parsers accept any str; with a Page their facts cite the line numbers of the file. ``console``: lines that
    a terminal showed between other outputs, not the output of a command. ``fragment``: a part of an output,
    without its command: headings may be missing, and an absent line proves nothing.
    """

    command: str
    before: int
    console: bool
    fragment: bool

    def __new__(
        cls, text: str, *, command: str, before: int = 0, console: bool = False, fragment: bool = False
    ) -> Page:
        """Create the text with its origin."""
        page = super().__new__(cls, text)
        page.command = command
        page.before = before
        page.console = console
        page.fragment = fragment
        return page


class Row(SourceLine):
    """Numbered line without trailing blanks."""

    __slots__ = ()

    @property
    def line(self) -> SourceLine:
        """Return it as evidence."""
        return self


class Body(NamedTuple):
    """Lines with content that the command itself printed."""

    command: str
    rows: list[Row]


_ECHO: Final = re.compile(
    rf"^\s*(?:{PROMPT}\s*)?(?:do\s+)?((?:(?:sh|sho|show)\s+[a-z]|test\s+lic).*)$", re.ASCII | re.IGNORECASE
)
_HEADERS: Final = ("Load for five secs:", "Time source is ", "No time source,")
_RULERS: Final = "-=! \t"
_ENVELOPE: Final = 6  # a header, an echo and a stray prompt occur in the first lines only


def body(text: str, command: str = "", *, log: bool = False) -> Body:
    """Return the lines of a text, numbered from 1, without the envelope and without blank lines.

    ``log`` keeps syslog lines: elsewhere they come from the console, in the middle of the output.
    """
    before = text.before if isinstance(text, Page) else 0
    command = text.command if isinstance(text, Page) else command
    text = without_more(text)
    # Plain "\n" only: other Unicode line ends may occur inside a banner or a description.
    numbered = enumerate(map(str.rstrip, lines_of(text)), before + 1)
    rows = list(islice(_rows(numbered), _ENVELOPE))
    if log or "%" not in text:
        rows += _rows(numbered)
    else:
        rows += (row for row in _rows(numbered) if "%" not in row.text or not is_log_line(row.text))
    start = _envelope(rows)
    end = len(rows)
    while end > start and is_prompt(rows[end - 1].text.lstrip()):
        end -= 1
    head = rows[start : min(end, _ENVELOPE)]
    if not log:
        head = [row for row in head if "%" not in row.text or not is_log_line(row.text)]
    return Body(command, [*head, *rows[max(start, _ENVELOPE) : end]])


def output_text(text: str, command: str) -> Page:
    """Return what the command itself printed, each line at its place; lines of the envelope are blank."""
    before = text.before if isinstance(text, Page) else 0
    found = body(text, command, log=command.startswith("show logging"))
    lines = [""] * (text.count("\n") + 1)
    for row in found.rows:
        lines[row.number - before - 1] = row.text
    return Page("\n".join(lines), command=command, before=before)


# Row(number, text) of a pair, for the many thousands of lines of a capture.
_row_of: Final = partial(tuple.__new__, Row)
_text_of: Final = itemgetter(1)


def _rows(numbered: Iterator[tuple[int, str]]) -> Iterator[Row]:
    """Yield the lines with content; the lines come without trailing blanks."""
    return map(_row_of, filter(_text_of, numbered))


def _envelope(rows: list[Row]) -> int:
    """Return the number of rows before the output itself: headers, the echo, a stray prompt."""
    start = 0
    for place, row in enumerate(rows[:_ENVELOPE]):
        stripped = row.text.lstrip()
        if _ECHO.match(row.text):
            start = place + 1
        elif place == start and (stripped.startswith(_HEADERS) or is_prompt(stripped)):
            start += 1
    return start


class NumberedLines:
    """Lines of a log without its envelope, one after the other: a file of a server need not fit in as rows.

    ``text`` is what the places refer to; ``total`` is the number of lines with content so far.
    """

    def __init__(self, text: str, command: str) -> None:
        self.command = text.command if isinstance(text, Page) else command
        self._before = text.before if isinstance(text, Page) else 0
        self.text = without_more(text)
        self.total = 0

    def __iter__(self) -> Iterator[tuple[Row, int]]:
        """Yield each line with content, and where it begins."""
        head = self._head()
        prompts: list[tuple[Row, int]] = []  # at the end of the text they belong to the envelope
        for row, start in self._rows():
            if row.number < head:
                continue
            if row.text.endswith(PROMPT_ENDS) and is_prompt(row.text.lstrip()):
                prompts.append((row, start))
                continue
            if prompts:
                self.total += sum(says_something(each) for each, _ in prompts)
                yield from prompts
                prompts.clear()
            self.total += says_something(row)
            yield row, start

    def _head(self) -> int:
        """Return the number of the first line after the header, the echo and a stray prompt."""
        rows = [row for row, _ in islice(self._rows(), _ENVELOPE + 1)]
        start = _envelope(rows)
        if start < len(rows):
            return rows[start].number
        return rows[-1].number + 1 if rows else 0

    def _rows(self) -> Iterator[tuple[Row, int]]:
        at = 0
        for number, raw in enumerate(lines_of(self.text), self._before + 1):
            if line := raw.rstrip():
                yield _row_of((number, line)), at
            at += len(raw) + 1


def parsed(page: Body, facts: Iterable[Fact | None], unread: Iterable[Row]) -> Parsed:
    """Build the result of a page; lines of dashes do not count.

    Unread lines that are not known yet are asked for when the unparsed ones are.
    """
    if isinstance(unread, DeferredSequence):
        unparsed: Sequence[Row] = DeferredSequence(lambda: filter(says_something, unread))
    else:
        unparsed = tuple(filter(says_something, unread))
    return Parsed(
        facts=tuple(fact for fact in facts if fact is not None),
        unparsed=unparsed,
        total=sum(map(bool, map(str.strip, map(_text_of, page.rows), repeat(_RULERS)))),
    )


def says_something(row: Row) -> bool:
    """Return False for a line of dashes or equal signs, and for the "!" between parts of a configuration."""
    return bool(row.text.strip(_RULERS))
