"""Configuration of a switch: an ordered tree of lines that can be edited and printed.

Lines are stored as IOS prints them, in full words. The shell expands abbreviations; this module
decides whether a line replaces, adds or removes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slp_ops.lab.config_order import (
    as_printed,
    on_by_default,
    place,
    printed_both_ways,
    replaces,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class Line:
    """Line with the lines indented under it."""

    text: str
    under: list[Line] = field(default_factory=list)

    def copy(self) -> Line:
        """Return an independent copy of the tree."""
        return Line(self.text, [line.copy() for line in self.under])


@dataclass(slots=True)
class Config:
    """The whole configuration, without the header and the ``end`` that ``show`` adds."""

    lines: list[Line] = field(default_factory=list)

    @classmethod
    def parse(cls, text: str) -> Config:
        """Read printed configuration: indentation makes the tree, ``!`` lines are left out."""
        config = cls()
        path: list[tuple[int, Line]] = []
        banner: Line | None = None
        for raw in text.splitlines():
            if banner is not None:
                banner.text += "\n" + raw
                if "^C" in raw:
                    banner = None
                continue
            stripped = raw.strip(" ")
            if not stripped or stripped.startswith("!") or stripped == "end":
                continue
            depth = len(raw) - len(raw.lstrip(" "))
            while path and path[-1][0] >= depth:
                path.pop()
            line = Line(stripped)
            (path[-1][1].under if path else config.lines).append(line)
            path.append((depth, line))
            if stripped.startswith("banner ") and stripped.count("^C") == 1:
                banner = line
        return config

    def copy(self) -> Config:
        """Return an independent copy."""
        return Config([line.copy() for line in self.lines])

    def apply(self, text: str, under: tuple[str, ...] = ()) -> None:
        """Apply one full line in the mode that ``under`` names by its lines, outermost first.

        ``no X`` removes every line that is X or begins with it; where IOS prints the ``no`` form
        itself, that form is stored instead. ``default X`` removes both.
        """
        for depth, header in enumerate(under):
            if self._block(under[: depth + 1]) is None:
                self._add(header, under[:depth])
        for line in as_printed(text, self._lines(under)) if not under else (text,):
            self._apply_one(line, under)

    def _apply_one(self, text: str, under: tuple[str, ...]) -> None:
        lines = self._lines(under)
        verb, _, rest = text.partition(" ")
        if verb in ("no", "default") and rest:
            off = on_by_default(rest, under)
            _take_away(lines, rest, whole=off)
            _take_away(lines, f"no {rest}")
            if verb == "no" and off:
                self._add(text, under)
            return
        _take_away(lines, f"no {text}")
        if not on_by_default(text, under) or printed_both_ways(text):
            self._add(text, under)

    def find(self, prefix: str, under: tuple[str, ...] = ()) -> str | None:
        """Return the text after ``prefix`` on the first line that begins with it; "" without one."""
        return next(self.each(prefix, under), None)

    def each(self, prefix: str, under: tuple[str, ...] = ()) -> Iterator[str]:
        """Return the text after ``prefix`` for every line that begins with these words."""
        for line in self._lines(under):
            if line.text == prefix:
                yield ""
            elif line.text.startswith(prefix + " "):
                yield line.text[len(prefix) + 1 :]

    def has(self, text: str, under: tuple[str, ...] = ()) -> bool:
        """Return whether the configuration contains this exact line."""
        return any(line.text == text for line in self._lines(under))

    def section(self, *under: str) -> tuple[str, ...]:
        """Return the lines directly under a block; empty without such a block."""
        return tuple(line.text for line in self._lines(under))

    def render(self) -> str:
        """Return the lines as printed, with ``!`` between the parts."""
        return "\n".join(_print(self.lines))

    def _block(self, under: tuple[str, ...]) -> Line | None:
        lines, block = self.lines, None
        for header in under:
            block = next((line for line in lines if line.text == header), None)
            if block is None:
                return None
            lines = block.under
        return block

    def _lines(self, under: tuple[str, ...]) -> list[Line]:
        if not under:
            return self.lines
        block = self._block(under)
        return [] if block is None else block.under

    def _add(self, text: str, under: tuple[str, ...]) -> None:
        lines = self._lines(under)
        if any(line.text == text for line in lines):
            return
        key = replaces(text, under)
        for index, line in enumerate(lines):
            if key and (line.text == key or line.text.startswith(key + " ")):
                lines[index] = Line(text, line.under)
                return
        if under:
            lines.append(Line(text))
            return
        rank = place(text)
        index = next((n for n, line in enumerate(lines) if place(line.text) > rank), len(lines))
        lines.insert(index, Line(text))


def _take_away(lines: list[Line], prefix: str, *, whole: bool = False) -> None:
    lines[:] = [
        line for line in lines if line.text != prefix and (whole or not line.text.startswith(prefix + " "))
    ]


def _print(lines: list[Line]) -> Iterator[str]:
    previous: int | None = None
    for line in lines:
        rank = place(line.text)
        if previous is not None and _apart(line, rank, previous):
            yield "!"
        yield line.text
        yield from _print_under(line.under, 1)
        previous = rank
    if lines:
        yield "!"


def _apart(line: Line, rank: int, previous: int) -> bool:
    if line.text.startswith("line vty"):
        return False
    return rank != previous or bool(line.under) or line.text.startswith("interface ")


def _print_under(lines: list[Line], depth: int) -> Iterator[str]:
    for line in lines:
        yield " " * depth + line.text
        yield from _print_under(line.under, depth + 1)
