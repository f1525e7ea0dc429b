"""Facts for people and scripts: rows of a table, and the JSON of ``parse`` and ``facts``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slp_ops.facts.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.commands import Parsed
    from slp_ops.facts import Fact, Line

_HIDDEN = frozenset(
    {"printed", "smart_printed", "status_printed", "state_printed", "mac_printed", "position"}
)
# A dict with a text and one of these is a fact; without them it is a printed value and what it means.
_MORE_THAN_A_TEXT = frozenset({"facility", "host", "label", "name", "pid"})


def facts_record(facts: Iterable[Fact]) -> dict[str, Any]:
    """One value a type, by the type's name."""
    return {type(fact).__name__: plain(fact) for fact in facts}


def lines_record(parsed: Iterable[Parsed]) -> dict[str, int]:
    """How many lines said something, and how many of them were understood."""
    every = tuple(parsed)
    total = sum(each.total for each in every)
    return {"total": total, "read": total - sum(len(each.unparsed) for each in every)}


def unparsed_record(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The lines that nobody understood."""
    return [{"line": line.number, "text": line.text} for line in lines]


def rows(facts: Iterable[Fact]) -> Iterator[tuple[str, str, str]]:
    """(fact, field, value) for a table; what is missing has no row."""
    for fact in facts:
        name = type(fact).__name__
        leaves = tuple(_leaves(plain(fact), ""))
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
