"""Rules of the operator over the rows of a show command.

A rule states what it expects: ``any row``, ``every row`` or ``no row`` meets its conditions on columns. It
fails where the rows do not meet that; a row that cannot be decided makes it unknown, never pass.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from slp_ops.errors import InvalidRelease
from slp_ops.i18n import Text, listing, verbatim
from slp_ops.model import Confidence, Evidence, Severity, Verdict
from slp_ops.parsing import Facts
from slp_ops.release import Release
from slp_ops.rules.dependencies import Dependency
from slp_ops.rules.row_tables import NoTable, RowTables
from slp_ops.rules.rule import Group, Rule
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, Passed, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from slp_ops.commands import Row, RowParser, Value
    from slp_ops.rules.row_tables import Table

TEXTS: Final = texts_of(__name__)
_NUMBER: Final = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_MOST_NAMED: Final = 3  # rows in the summary
_MOST_CITED: Final = 20
_LONGEST_SHOWN: Final = 80  # characters of a value


class Quantifier(StrEnum):
    """Number of rows that must meet the conditions."""

    ANY = "any row"
    EVERY = "every row"
    NO = "no row"


class Comparison(StrEnum):
    """Comparison of a column's value."""

    EQUALS = "equals"
    IN = "in"
    MATCHES = "matches"
    AT_LEAST = "at least"
    AT_MOST = "at most"
    RELEASE_BEFORE = "release before"


Operand: TypeAlias = str | tuple[str, ...] | float | Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Condition on one column: a text, several for ``in``, a number, or a release; its line in the file."""

    column: str
    comparison: Comparison
    operand: Operand
    line: int = field(compare=False)

    def __str__(self) -> str:
        operand = self.operand
        shown = f"[{', '.join(operand)}]" if isinstance(operand, tuple) else operand
        return (
            f"{self.column} {self.comparison} {shown:g}"
            if isinstance(operand, float)
            else (f"{self.column} {self.comparison} {shown}")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RowExample:
    """An output with its expected verdict, and its line in the file."""

    text: str
    verdict: Verdict
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRule:
    """One rule. ``zero_rows`` is the verdict on an output without any row."""

    id: str
    title: Text
    severity: Severity
    cause: Text
    remedy: tuple[Text, ...]
    command: str
    parser: RowParser
    quantifier: Quantifier
    conditions: tuple[Condition, ...]
    zero_rows: Verdict = Verdict.UNKNOWN
    confidence: Confidence = Confidence.HIGH
    links: tuple[str, ...] = ()
    playbooks: tuple[str, ...] = ()
    explains: tuple[str, ...] = ()
    examples: tuple[RowExample, ...] = ()
    path: str = field(default="", compare=False)

    @property
    def patterns(self) -> tuple[tuple[str, str], ...]:
        """Return the regular expressions of its conditions, each with its column."""
        return tuple(
            (each.column, each.operand)
            for each in self.conditions
            if each.comparison is Comparison.MATCHES and isinstance(each.operand, str)
        )

    def rule(self) -> Rule:
        """Return the rule for the engine."""

        def check(facts: Facts, tables: RowTables | None) -> Judgement:
            found = NoTable(why=TEXTS["no-tables"]) if tables is None else tables.of(self, facts)
            if isinstance(found, NoTable):
                return Unknown(why=found.why, is_cut=found.cut)
            return judge_rows(self, found)

        return Rule(
            id=self.id,
            group=Group.OWN,
            severity=self.severity,
            title=self.title,
            cause=self.cause,
            remedy=self.remedy,
            check=check,
            needs=(Dependency(kind=Facts), Dependency(kind=RowTables, optional=True)),
            confidence=self.confidence,
            links=self.links,
            playbooks=self.playbooks,
            explains=self.explains,
            era=None,
            command=self.command,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _JudgedRow:
    """A row. ``meets`` is None where a condition cannot be decided; ``why`` is the reason."""

    row: Row
    meets: bool | None
    why: Text | None = None


def judge_rows(rule: RowRule, table: Table) -> Judgement:
    """Judge the rows of an output by what the rule expects."""
    rows = [_judge_row(rule, table, place) for place in range(len(table.rows.rows))]
    if not rows:
        return _without_rows(rule)
    if rule.quantifier is Quantifier.ANY:
        if any(each.meets for each in rows):
            return Passed()
        bad: list[_JudgedRow] = []
        fails = all(each.meets is False for each in rows)
    else:
        wrong = rule.quantifier is Quantifier.NO
        bad = [each for each in rows if each.meets is wrong]
        fails = bool(bad)
    if fails:
        return Failed(summary=_summary(rule, bad, len(rows)), evidence=tuple(_evidence(rule, table, bad)))
    undecided = next((each for each in rows if each.meets is None), None)
    return Passed() if undecided is None else Unknown(why=undecided.why)


def _without_rows(rule: RowRule) -> Judgement:
    match rule.zero_rows:
        case Verdict.PASS:
            return Passed(why=TEXTS["zero-rows"].format(command=rule.command))
        case Verdict.FAIL:
            summary = TEXTS["fails-without"].format(title=rule.title, command=rule.command)
            return Failed(summary=summary, evidence=(_absence(rule),))
    return Unknown(why=TEXTS["zero-rows"].format(command=rule.command))


def _judge_row(rule: RowRule, table: Table, place: int) -> _JudgedRow:
    row = table.rows.rows[place]
    why: Text | None = None
    for condition in rule.conditions:
        value = row.values.get(condition.column)
        if value is None:
            found: bool | Text = TEXTS["no-column"].format(
                number=place + 1, command=rule.command, column=condition.column
            )
        else:
            found = _meets(condition, value, _matched(condition, table, place), rule.quantifier)
        if found is False:
            return _JudgedRow(row=row, meets=False)
        if isinstance(found, Text) and why is None:
            why = found
    return _JudgedRow(row=row, meets=True if why is None else None, why=why)


def _matched(condition: Condition, table: Table, place: int) -> tuple[bool, ...]:
    if condition.comparison is not Comparison.MATCHES:
        return ()
    return table.matches[condition.column, str(condition.operand)][place]


def _meets(
    condition: Condition, value: Value, matched: tuple[bool, ...], quantifier: Quantifier
) -> bool | Text:
    """Return whether a value meets a condition, or the reason why that cannot be decided.

    Of several values, one that must not occur is enough, and each one that must occur is needed.
    """
    values = (value,) if isinstance(value, str) else value
    if condition.comparison is Comparison.MATCHES:
        found: list[bool | Text] = list(matched)
    else:
        found = [_compare(condition, each) for each in values]
    reason = next((each for each in found if isinstance(each, Text)), None)
    if quantifier is Quantifier.NO:
        return True if any(each is True for each in found) else (reason or False)
    if not found or any(each is False for each in found):
        return False
    return True if reason is None else reason


def _compare(condition: Condition, value: str) -> bool | Text:
    operand = condition.operand
    match condition.comparison:
        case Comparison.EQUALS:
            return value == operand
        case Comparison.IN:
            return isinstance(operand, tuple) and value in operand
        case Comparison.RELEASE_BEFORE:
            return _is_before(condition, value)
    if _NUMBER.fullmatch(value) is None or not isinstance(operand, float):
        return TEXTS["no-number"].format(column=condition.column, value=_shown(value))
    number = float(value)
    return number >= operand if condition.comparison is Comparison.AT_LEAST else number <= operand


def _is_before(condition: Condition, value: str) -> bool | Text:
    operand = condition.operand
    try:
        reached = Release.parse(value).at_least(operand) if isinstance(operand, Release) else None
    except InvalidRelease:
        reached = None
    if reached is None:
        return TEXTS["no-release"].format(column=condition.column, value=_shown(value))
    return not reached


def _summary(rule: RowRule, bad: list[_JudgedRow], count: int) -> Text:
    if rule.quantifier is Quantifier.ANY:
        return TEXTS["none-of"].format(
            title=rule.title, count=count, command=rule.command, conditions=_conditions(rule)
        )
    named: list[Text] = [_named(rule, each.row) for each in bad[:_MOST_NAMED]]
    if len(bad) > _MOST_NAMED:
        named.append(TEXTS["and-more"].format(number=len(bad) - _MOST_NAMED))
    return TEXTS["rows"].format(
        title=rule.title,
        rows=listing(named, separator="; "),
        number=len(bad),
        count=count,
        command=rule.command,
    )


def _named(rule: RowRule, row: Row) -> Text:
    """Return the first column of a row and those of the conditions, each with its value."""
    first = next(iter(row.values), "")
    columns = dict.fromkeys((first, *(each.column for each in rule.conditions)))
    return verbatim(", ".join(f"{each} {_shown(row.values[each])}" for each in columns if each in row.values))


def _shown(value: Value) -> str:
    text = " ".join((value if isinstance(value, str) else " ".join(value)).split())
    if not text:
        return "''"
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _conditions(rule: RowRule) -> str:
    return ", ".join(map(str, rule.conditions))


def _evidence(rule: RowRule, table: Table, bad: Iterable[_JudgedRow]) -> Iterator[Evidence]:
    """Yield the line of each row where a value of it is in exactly one line of the output."""
    if rule.quantifier is Quantifier.ANY:
        yield _absence(rule)
        return
    lines = table.text.split("\n")
    columns = [each.column for each in rule.conditions]
    places = dict.fromkeys(place for each in bad if (place := _place(columns, each.row.lines)) is not None)
    for place in list(places)[:_MOST_CITED]:
        yield Evidence(command=rule.command, line=place + table.before, text=lines[place - 1].rstrip())


def _place(columns: list[str], lines: Mapping[str, int]) -> int | None:
    """Return the line of the first column of the conditions that has one, else of any column."""
    return next((lines[each] for each in (*columns, *lines) if each in lines), None)


def _absence(rule: RowRule) -> Evidence:
    return Evidence(command=rule.command, line=None, text=_conditions(rule))
