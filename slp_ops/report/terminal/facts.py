"""Facts as terminal text: a table of fact, field and value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.i18n import pluralize
from slp_ops.json_documents import encode
from slp_ops.report.terminal.layout import styled, table
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from slp_ops.commands import Parsed
    from slp_ops.facts import Fact
    from slp_ops.parsing import Facts

_HIDDEN = frozenset(
    {"printed", "smart_printed", "status_printed", "state_printed", "mac_printed", "position"}
)
# A dict with a text and one of these is a fact; without them it is a printed value and what it means.
_MORE_THAN_A_TEXT = frozenset({"facility", "host", "label", "name", "pid"})


_SHOWN: Final = 20  # unparsed lines on a terminal; --json gives all


def render_facts(devices: Mapping[str, Facts]) -> str:
    """Return the facts of each device, and the captures that were not read completely."""
    return "\n".join(line for name, facts in devices.items() for line in _device(name, facts))


def render_parsed(commands: Iterable[tuple[str, Parsed]]) -> str:
    """Return the facts of each command's output, and the lines that were not read."""
    return "\n".join(line for name, parsed in commands for line in _command(name, parsed))


def _device(name: str, facts: Facts) -> Iterator[str]:
    yield styled(one_line(name), bold=True)
    if facts.all():
        yield table(("FACT", "FIELD", "VALUE"), _rows(facts.all()))
    for each in facts.captures:
        if each.parsed is None:
            yield f"{one_line(each.command)}: {each.status}, nothing read"
        elif each.parsed.rows is not None or each.parsed.reason:
            yield f"{one_line(each.command)}:"
            yield from _table(each.parsed)
        elif each.parsed.unparsed:
            total = each.parsed.total
            yield f"{one_line(each.command)}: {each.read_lines} of {pluralize(total, 'line')} read"
    yield ""


def _command(name: str, parsed: Parsed) -> Iterator[str]:
    read = parsed.total - len(parsed.unparsed)
    yield f"{one_line(name)}: {read} of {pluralize(parsed.total, 'line')} read"
    if parsed.facts:
        yield table(("FACT", "FIELD", "VALUE"), _rows(parsed.facts))
    yield from _table(parsed)
    if parsed.unparsed:
        yield "not read:"
    for line in parsed.unparsed[:_SHOWN]:
        yield f"  {line.number}: {one_line(line.text)}"
    if len(parsed.unparsed) > _SHOWN:
        yield f"  and {len(parsed.unparsed) - _SHOWN} more; --json lists them all"
    yield ""


def _table(parsed: Parsed) -> Iterator[str]:
    """Yield the rows of a command that slp-ops has no reader for; a column without a value is left out."""
    if parsed.reason:
        yield f"not parsed: {one_line(parsed.reason)}"
    if parsed.rows is None:
        return
    cells = [{name: _cell(value) for name, value in each.values.items()} for each in parsed.rows.rows]
    columns = [name for name in parsed.rows.columns if any(each.get(name) for each in cells)]
    if columns:
        rows = [[each.get(name, "") for name in columns] for each in cells]
        yield table(tuple(name.upper().replace("_", " ") for name in columns), rows)
    yield f"{pluralize(len(cells), 'row')}, read by {parsed.rows.parser}"


def _cell(value: str | tuple[str, ...]) -> str:
    return one_line(value if isinstance(value, str) else ", ".join(value))


def _rows(facts: Iterable[Fact]) -> Iterator[tuple[str, str, str]]:
    """(fact, field, value) for a table; what is missing has no row."""
    for fact in facts:
        name = type(fact).__name__
        leaves = tuple(_leaves(encode(fact), ""))
        yield from ((name, field, value) for field, value in leaves)
        if not leaves:
            yield (name, "", "nothing set")


def _leaves(value: object, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case None | []:
            return
        case {"label": str(label), "value": text}:
            yield f"{path.rpartition('[')[0]} {label}".strip(), str(text)
        case {"text": str(text), **rest} if not _MORE_THAN_A_TEXT & rest.keys():
            # A time, a number of days, a flag: what was printed says it all.
            yield path, text
        case dict():
            for key, each in value.items():
                if key not in _HIDDEN:
                    yield from _leaves(each, f"{path}.{key}" if path else str(key))
        case list():
            if all(isinstance(each, str | int | float) for each in value):
                yield path, ", ".join(map(str, value))
                return
            for number, each in enumerate(value, 1):
                yield from _leaves(each, f"{path}[{number}]")
        case bool():
            yield path, "yes" if value else "no"
        case _:
            yield path, str(value)
