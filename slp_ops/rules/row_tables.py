"""Tables of a device's outputs for the operator's rules: each command read once for all rules that use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from slp_ops.commands import TemplateFailed, command_key
from slp_ops.messages import message_text
from slp_ops.model import CaptureStatus
from slp_ops.parsing import CUT
from slp_ops.rules.engine import needs_command
from slp_ops.rules.texts import texts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.commands import RowParser, Rows
    from slp_ops.i18n import Text
    from slp_ops.parsing import Facts, ParsedCapture

TEXTS: Final = texts_of(__name__)
LARGEST_OUTPUT: Final = 16 * 2**20  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRequest:
    """An output to read. ``patterns`` are the regular expressions to search for, each with its column."""

    command: str
    parser: RowParser
    text: str
    patterns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of an output. ``matches`` has, for each pattern and row, whether each value of the column matches.

    ``before`` counts the lines in front of the output in the operator's file.
    """

    rows: Rows
    matches: Mapping[tuple[str, str], tuple[tuple[bool, ...], ...]]
    text: str = ""
    before: int = 0


class ReadTable(Protocol):
    """Read a table within bounds of time and memory. Raises TemplateFailed."""

    def __call__(self, request: TableRequest) -> Table:
        """Return the rows of an output."""


class UsesTable(Protocol):
    """A rule over rows."""

    @property
    def command(self) -> str:
        """Return the command."""

    @property
    def parser(self) -> RowParser:
        """Return the parser."""

    @property
    def patterns(self) -> tuple[tuple[str, str], ...]:
        """Return the regular expressions of its conditions, each with its column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTable:
    """The reason why there are no rows. ``cut``: the output is incomplete."""

    why: Text
    cut: bool = False


class RowTables:
    """The tables of one device. Rules with the same command, parser and patterns share one."""

    def __init__(self, read: ReadTable) -> None:
        self._read = read
        self._found: dict[tuple[object, ...], Table | NoTable] = {}

    def of(self, rule: UsesTable, facts: Facts) -> Table | NoTable:
        """Return the table of a rule, or the reason why there is none."""
        key = (command_key(rule.command), rule.parser, rule.patterns)
        if key not in self._found:
            self._found[key] = self._table(rule, facts)
        return self._found[key]

    def _table(self, rule: UsesTable, facts: Facts) -> Table | NoTable:
        capture = _capture(rule.command, facts)
        if capture is None:
            return NoTable(why=needs_command(rule.command, None))
        if capture.status is not CaptureStatus.OK or capture.text is None:
            is_cut = capture.status in CUT
            return NoTable(why=needs_command(rule.command, capture.status), cut=is_cut)
        text = capture.text
        if len(text) > LARGEST_OUTPUT:
            size = LARGEST_OUTPUT // 2**20
            return NoTable(why=TEXTS["too-large"].format(command=rule.command, size=f"{size} MB"))
        request = TableRequest(
            command=rule.command, parser=rule.parser, text=str(text), patterns=rule.patterns
        )
        try:
            table = self._read(request)
        except TemplateFailed as failed:
            why = message_text(str(failed))
            return NoTable(why=TEXTS["not-read"].format(command=rule.command, parser=rule.parser, why=why))
        return Table(rows=table.rows, matches=table.matches, text=text, before=getattr(text, "before", 0))


def _capture(command: str, facts: Facts) -> ParsedCapture | None:
    """Return the latest capture of a command, in full or abbreviated."""
    wanted = command_key(command)
    found = [each for each in facts.captures if command_key(each.command) == wanted]
    return found[-1] if found else None
