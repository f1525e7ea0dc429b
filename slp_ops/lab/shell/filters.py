r"""Output filters after a bar: ``include``, ``exclude``, ``begin``, ``section``, ``count``, and redirects.

Regular expressions are those of IOS: ``_`` matches a blank, a delimiter or an end of the line,
and later bars belong to the expression.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.lab.shell.grammar import Ambiguous, Incomplete, Invalid, Refusal, pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_VERBS: Final = ("append", "begin", "count", "exclude", "format", "include", "redirect", "section", "tee")
_WRITING: Final = ("append", "redirect", "tee")
_DELIMITER: Final = r"(?:^|$|[\s,{}()])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A pipe as typed: its verb in full and the expression or file behind it."""

    verb: str
    argument: str

    @property
    def writes(self) -> bool:
        """Return whether the output goes to a file."""
        return self.verb in _WRITING


def parse(line: str) -> tuple[str, Filter | Refusal | None]:
    """Split a command line into the command and its filter."""
    command, bar, rest = line.partition("|")
    if not bar:
        return command, None
    stripped = rest.lstrip(" ")
    column = len(line) - len(stripped)
    word, _, argument = stripped.partition(" ")
    if not word:
        return command, Incomplete()
    found = pick(word, _VERBS)
    if not found:
        return command, Invalid(column)
    if len(found) > 1:
        return command, Ambiguous()
    if not argument.strip():
        return command, Incomplete()
    verb = found[0]
    if verb == "section":
        # "section include X" is the long form, "section exclude X" its opposite.
        first, _, tail = argument.partition(" ")
        if tail.strip() and first in ("include", "exclude"):
            verb, argument = ("section" if first == "include" else "section exclude"), tail
    return command, Filter(verb=verb, argument=argument)


def apply(chosen: Filter, lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines that pass the filter."""
    if chosen.writes or chosen.verb == "format":
        yield from lines
        return
    try:
        matches = re.compile(_translated(chosen.argument)).search
    except re.error:
        yield "% Failed to compile regular expression."
        return
    match chosen.verb:
        case "include":
            yield from (line for line in lines if matches(line))
        case "exclude":
            yield from (line for line in lines if not matches(line))
        case "begin":
            begun = False
            for line in lines:
                begun = begun or matches(line) is not None
                if begun:
                    yield line
        case "count":
            number = sum(1 for line in lines if matches(line))
            yield f"Number of lines which match regexp = {number}"
        case "section":
            yield from _sections(lines, matches, wanted=True)
        case "section exclude":
            yield from _sections(lines, matches, wanted=False)


def _sections(lines: Iterable[str], matches: object, *, wanted: bool) -> Iterator[str]:
    """Yield matching lines with the lines indented below them."""
    assert callable(matches)  # noqa: S101
    depth: int | None = None
    for line in lines:
        indent = len(line) - len(line.lstrip(" "))
        if depth is None or indent <= depth or not line.strip():
            depth = indent if matches(line) else None
        if (depth is not None) is wanted:
            yield line


def _translated(expression: str) -> str:
    out: list[str] = []
    bracket = escaped = False
    for letter in expression:
        if letter == "_" and not bracket and not escaped:
            out.append(_DELIMITER)
        else:
            out.append(letter)
        bracket = bracket and letter != "]" if not escaped else bracket
        if letter == "[" and not escaped:
            bracket = True
        escaped = letter == "\\" and not escaped
    return "".join(out)
