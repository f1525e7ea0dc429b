"""TTP templates: lines with ``{{ column | PATTERN }}``, and nothing of TTP that runs code or reads files.

    <group>
    {{ mark | re("[*#+]") }}~{{ peer | IP }} {{ clock | WORD }} {{ stratum | DIGIT }} {{ ignore("ROW") }}
    </group>

TTP evaluates the arguments of its functions as Python, and its tags run macros, load files and write results.
Only what is in the lists below reaches it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from slp_ops.commands._rows import TemplateFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.commands._rows import Value

_GROUP: Final = re.compile(r'\s*(?:<group(?: name="\w+")?>|</group>)\s*', re.ASCII)
_PLACE: Final = re.compile(r"\{\{(.*?)\}\}")
_COLUMN: Final = re.compile(r"[A-Za-z]\w{0,63}", re.ASCII)
# One literal without a quotation mark inside: nothing can end it early.
_PART: Final = re.compile(r'(\w+)(?:\("([^"\n]*)"\))?', re.ASCII)
_PATTERNS: Final = (
    "WORD", "PHRASE", "ORPHRASE", "ROW", "DIGIT", "IP", "PREFIX", "IPV6", "PREFIXV6", "MAC", "_line_",
)  # fmt: skip
_MARKS: Final = ("_start_", "_end_", "_exact_", "_exact_space_")
_FUNCTIONS: Final = ("re", "ignore", "default", "contains", "exclude")
_ALLOWED: Final = ", ".join((*_PATTERNS, *_MARKS, *(f'{name}("...")' for name in _FUNCTIONS)))


class TemplateProblem(NamedTuple):
    """A line of a template that is refused."""

    line: int
    message: str
    expected: str


def ttp_columns(template: str) -> tuple[str, ...]:
    """Return the columns that a template names, in small letters."""
    names = (place[1].split("|")[0].strip() for place in _PLACE.finditer(template))
    return tuple(dict.fromkeys(name.lower() for name in names if _is_column(name)))


def ttp_problems(template: str) -> Iterator[TemplateProblem]:
    """Yield what a template must not contain."""
    is_open = False
    for number, line in enumerate(template.split("\n"), 1):
        if _GROUP.fullmatch(line):
            if is_open == ("<group" in line):
                yield TemplateProblem(number, "is a group within a group, or its end without one", "")
            is_open = "<group" in line
            continue
        if sign := re.search(r"[<&]", line):
            expected = "lines with {{ column | PATTERN }}, and <group> around them"
            yield TemplateProblem(
                number, f"contains {sign[0]!r}: tags and entities of TTP are not read", expected
            )
        places = _PLACE.findall(line)
        if line.count("{{") != len(places) or line.count("}}") != len(places):
            yield TemplateProblem(number, "has braces that do not match", "{{ column | PATTERN }}")
        for place in places:
            first, *others = place.split("|")
            yield from (TemplateProblem(number, *found) for found in _objections(first.strip(), others))
    if is_open:
        yield TemplateProblem(template.count("\n") + 1, "has a group without its end", "</group>")


def _is_column(name: str) -> bool:
    return _COLUMN.fullmatch(name) is not None and name != "ignore"


def _objections(first: str, others: list[str]) -> Iterator[tuple[str, str]]:
    if not _is_column(first):
        others = [first, *others]
    for each in others:
        part = _PART.fullmatch(each.strip())
        is_allowed = part is not None and (
            part[1] in _FUNCTIONS if part[2] is not None else part[1] in (*_PATTERNS, *_MARKS, "ignore")
        )
        if not is_allowed:
            yield (
                f"uses {each.strip()[:40]!r}, which is not one of the functions that are read here",
                _ALLOWED,
            )


def read_ttp(template: str, text: str) -> tuple[tuple[str, ...], list[dict[str, Value]]]:
    """Return the columns and the rows of an output. Raises TemplateFailed; ImportError without TTP."""
    from ttp import ttp

    for problem in ttp_problems(template):
        raise TemplateFailed(f"line {problem.line} {problem.message}")
    # TTP takes a text that is the name of a file for that file: a line break in front prevents it.
    try:
        parser = ttp(data=f"\n{text}\n", template=f"\n{template}\n", log_level="CRITICAL")
        parser.parse(one=True)
        found = parser.result(structure="flat_list")
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the edge of TTP: it exits where a template is wrong
        raise TemplateFailed(f"TTP does not read it: {type(error).__name__}") from None
    return ttp_columns(template), list(_rows(found))


def _rows(found: object) -> Iterator[dict[str, Value]]:
    """Yield the rows in a result of TTP: the innermost mappings."""
    if isinstance(found, list):
        for each in found:
            yield from _rows(each)
    elif isinstance(found, dict):
        inner = [each for each in found.values() if isinstance(each, dict) or _holds_rows(each)]
        for each in inner:
            yield from _rows(each)
        if found and not inner:
            yield {name.lower(): _value(value) for name, value in found.items()}


def _holds_rows(found: object) -> bool:
    return isinstance(found, list) and any(isinstance(each, dict) for each in found)


def _value(found: object) -> Value:
    return tuple(map(str, found)) if isinstance(found, list) else str(found)
