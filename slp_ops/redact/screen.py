"""Lines as a reader sees them: without escape sequences, backspaces, invisible and full-width characters.

A secret keyword is recognized by how it looks, not by its bytes. A line with characters other than printable
ASCII therefore has several views: as a terminal draws it, as the parts between its carriage returns, and with
the control characters dropped. Each view maps its characters to their places in the line.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SEQUENCE: Final = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\r]{0,1024}(?:\x07|\x1b\\)"
    r"|[PX^_][^\x1b\r]{0,1024}\x1b\\|[ -/]*[0-~])?"
)
_MOVE: Final = re.compile(r"\x1b\[([0-9]{0,4})([CDGKP])")
_DRAWN: Final = re.compile(r"[\x08\r]|\x1b\[[0-9]{0,4}[CDGKP]")
_WIDEST: Final = 4096  # columns of a line that is drawn
# Letters that no font draws, although Unicode does not count them as marks or format characters.
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u3164\uffa0")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One reading of a line. ``lowered`` has the length of ``text``; ``places`` maps both to the line."""

    text: str
    lowered: str
    places: Sequence[int]


def is_plain(line: str) -> bool:
    """Return whether a line consists of printable ASCII and tabs."""
    return line.isascii() and (line.isprintable() or line.replace("\t", " ").isprintable())


def views(line: str) -> Iterator[View]:
    """Yield the views of a line, the most faithful first."""
    if is_plain(line):
        yield View(text=line, lowered=line.lower(), places=range(len(line)))
        return
    if len(line) <= _WIDEST and _DRAWN.search(line):
        yield _view(_drawn(line))
    for start, end in _parts(line):
        yield _view(_without_sequences(line, start, end))


def seen(line: str) -> str:
    """Return the text of the most faithful view of a line."""
    return line if is_plain(line) else next((view.text for view in views(line)), "")


def last_view(line: str) -> View | None:
    """Return the line with nothing but control characters dropped, if the line has control sequences."""
    if "\x1b" not in line and "\r" not in line:
        return None
    return _view(list(enumerate(line)))


def without_invisible(text: str) -> str:
    """Return a text without escape sequences and invisible characters."""
    return "".join(character for _, character in _without_sequences(text, 0, len(text)) if _look(character))


def without_marks(text: str) -> str:
    """Return how a view shows a text: accents, voicing marks and widths of letters are dropped."""
    return "".join(shown for character in text for shown, _ in _look(character))


def _view(characters: list[tuple[int, str]]) -> View:
    text: list[str] = []
    lowered: list[str] = []
    places: list[int] = []
    for place, character in characters:
        for shown, low in _look(character):
            text.append(shown)
            lowered.append(low)
            places.append(place)
    return View(text="".join(text), lowered="".join(lowered), places=places)


@lru_cache(maxsize=4096)
def _look(character: str) -> tuple[tuple[str, str], ...]:
    """Return what a character looks like, each with its lower case; nothing if it is invisible."""
    if character == "\t" or " " <= character <= "~":
        return ((character, character.lower()),)
    looks = []
    for shown in unicodedata.normalize("NFKD", character):
        category = unicodedata.category(shown)
        if category[0] == "Z":
            looks.append((" ", " "))
        elif category not in {"Cc", "Cf", "Mn", "Me"} and shown not in _BLANK_LETTERS:
            looks.append((shown, shown.lower()[:1]))
    return tuple(looks)


def _parts(line: str) -> Iterator[tuple[int, int]]:
    start = 0
    while (end := line.find("\r", start)) >= 0:
        if end > start:
            yield start, end
        start = end + 1
    if start < len(line):
        yield start, len(line)


def _without_sequences(line: str, start: int, end: int) -> list[tuple[int, str]]:
    characters: list[tuple[int, str]] = []
    for sequence in _SEQUENCE.finditer(line, start, end):
        characters.extend((place, line[place]) for place in range(start, sequence.start()))
        start = sequence.end()
    characters.extend((place, line[place]) for place in range(start, end))
    return characters


def _drawn(line: str) -> list[tuple[int, str]]:
    """Return the characters that stay on a terminal, with their places in the line."""
    cells: list[tuple[int, str]] = []
    column = at = 0
    while at < len(line):
        character = line[at]
        if character == "\x1b" and (sequence := _SEQUENCE.match(line, at)):
            if move := _MOVE.fullmatch(sequence[0]):
                column = _moved(cells, column, int(move[1] or 0), move[2])
            at = sequence.end()
            continue
        if character == "\x08":
            column = max(0, column - 1)
        elif character == "\r":
            column = 0
        elif character == "\t" or _look(character):
            cells.extend((at, " ") for _ in range(column - len(cells)))
            cells[column : column + 1] = [(at, character)]
            column += 1
        at += 1
    return cells


def _moved(cells: list[tuple[int, str]], column: int, count: int, command: str) -> int:
    """Carry out a cursor command; return the new column."""
    match command:
        case "C":
            return min(column + max(count, 1), max(_WIDEST, len(cells)))
        case "D":
            return max(0, column - max(count, 1))
        case "G":
            return min(max(count, 1), max(_WIDEST, len(cells))) - 1
        case "P":
            del cells[column : column + max(count, 1)]
        case _ if count == 0:
            del cells[column:]
        case _:
            cells[: len(cells) if count == 2 else column + 1] = [
                (place, " ") for place, _ in cells[: len(cells) if count == 2 else column + 1]
            ]
    return column
