"""Running configuration for planning: the printed lines with their modes.

call-home
 profile "CiscoTAC-1"
  active
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# 16.x prints these with a hyphen, and every release takes both.
_SPELLINGS: Final = (("ip domain-lookup", "ip domain lookup"), ("ip domain-name", "ip domain name"))
_HEADING: Final = ("!", "Building configuration", "Current configuration")
# Name servers share a line, and each is added and taken away by itself.
_SHARED: Final = re.compile(r"(ip name-server(?: vrf \S+)?) (?!vrf )(\S+ .+)")
_BANNER: Final = re.compile(r"banner \S+ (\^C|\S)")


def normalize(line: str) -> str:
    """A line in the form in which lines are compared: blanks, quotes and old spellings do not matter."""
    text = " ".join(line.replace('"', "").split())
    for old, new in _SPELLINGS:
        text = re.sub(rf"^(no )?{re.escape(old)}(?= |$)", rf"\g<1>{new}", text)
    # IOS-XE prints IPv6 addresses in capitals.
    return text.lower() if "ip name-server " in text else text


@dataclass(frozen=True, slots=True)
class RunningConfig:
    """Lines with the lines of their mode, outermost first. ``whole`` when the end was read."""

    lines: tuple[tuple[tuple[str, ...], str], ...]
    whole: bool

    @classmethod
    def parse(cls, text: str) -> RunningConfig:
        """Read ``show running-config``: indentation makes the modes, comments and banners are left out."""
        return cls(tuple(_lines(text)), any(line.rstrip() == "end" for line in text.split("\n")))

    def lines_in(self, *mode: str) -> tuple[str, ...]:
        """The lines directly in a mode, as they are printed."""
        wanted = tuple(normalize(line) for line in mode)
        return tuple(line for place, line in self.lines if tuple(map(normalize, place)) == wanted)

    def find(self, line: str, under: tuple[str, ...] = ()) -> str | None:
        """This very line in a mode, as it is printed."""
        wanted = normalize(line)
        return next((each for each in self.lines_in(*under) if normalize(each) == wanted), None)

    def values(self, words: str, under: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The lines of a mode that begin with these words."""
        wanted = normalize(words)
        return tuple(
            each
            for each in self.lines_in(*under)
            if normalize(each) == wanted or normalize(each).startswith(f"{wanted} ")
        )


def _lines(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    path: list[tuple[int, str]] = []
    banner = ""
    for raw in text.split("\n"):
        if banner:
            banner = "" if banner in raw else banner
            continue
        line = raw.strip()
        if not line or line.startswith(_HEADING):
            continue
        depth = len(raw) - len(raw.lstrip(" "))
        while path and path[-1][0] >= depth:
            path.pop()
        for one in _split_shared(line):
            yield tuple(mode for _, mode in path), one
        path.append((depth, line))
        if (found := _BANNER.match(line)) and line.count(found[1]) == 1:
            banner = found[1]


def _split_shared(line: str) -> tuple[str, ...]:
    found = _SHARED.fullmatch(line)
    return tuple(f"{found[1]} {value}" for value in found[2].split()) if found else (line,)
