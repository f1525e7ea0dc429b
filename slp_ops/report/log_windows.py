"""The lines of a log around each failure, as support wants to see them first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.facts import SyslogBuffer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.reading import Facts
    from slp_ops.rules.catalogue import Catalogue

_AROUND: Final = 15  # lines before and after


def failures(facts: Facts, catalogue: Catalogue) -> tuple[int, ...]:
    """The numbers of the lines that tell of a failure of licensing."""
    log = facts.get(SyslogBuffer)
    found: list[int] = []
    for message in () if log is None else log.messages:
        match = catalogue.find_wrapped(message.name, message.text, message.more)
        line = message.source.first()
        if match is not None and match.rule is not None and line is not None:
            found.append(line.number)
    return tuple(found)


def windows(text: str, numbers: Iterable[int]) -> Iterator[str]:
    """What stands around these lines; windows that touch become one. ``>`` marks the lines themselves."""
    lines = text.replace("\r\n", "\n").split("\n")
    marked = sorted({number for number in numbers if 1 <= number <= len(lines)})
    begin = end = 0
    for number in marked:
        first, last = max(1, number - _AROUND), min(len(lines), number + _AROUND)
        if begin and first <= end + 1:
            end = last
            continue
        if begin:
            yield _window(lines, begin, end, marked)
        begin, end = first, last
    if begin:
        yield _window(lines, begin, end, marked)


def _window(lines: list[str], begin: int, end: int, marked: list[int]) -> str:
    shown = (
        f"{'>' if number in marked else ' '} {number:>6}  {lines[number - 1]}"
        for number in range(begin, end + 1)
    )
    return "\n".join((f"--- show logging, lines {begin} to {end} ---", *shown))
