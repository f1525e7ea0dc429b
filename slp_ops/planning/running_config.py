"""Running configuration for planning: the printed lines with their modes.

call-home
 profile "CiscoTAC-1"
  active
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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


@dataclass(frozen=True)  # no slots: it keeps its index
class RunningConfig:
    """Lines with the lines of their mode, outermost first. ``whole`` when the end was read."""

    lines: tuple[tuple[tuple[str, ...], str], ...]
    whole: bool

    @classmethod
    def parse(cls, text: str) -> RunningConfig:
        """Read ``show running-config``: indentation makes the modes, comments and banners are left out."""
        return cls(tuple(_lines(text)), any(line.rstrip() == "end" for line in text.split("\n")))

    def find(self, line: str, under: tuple[str, ...] = ()) -> str | None:
        """This very line in a mode, as it is printed."""
        return self._lines_in(under).get(normalize(line))

    def values(self, words: str, under: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The lines of a mode that begin with these words."""
        wanted = normalize(words)
        return tuple(
            printed
            for line, printed in self._lines_in(under).items()
            if line == wanted or line.startswith(f"{wanted} ")
        )

    def _lines_in(self, mode: tuple[str, ...]) -> Mapping[str, str]:
        return self._index.get(tuple(map(normalize, mode)), {})

    @cached_property
    def _index(self) -> Mapping[tuple[str, ...], Mapping[str, str]]:
        """Return the lines directly in each mode, normalized, each with the first that is printed so.

        Looked up once for each line of a playbook, which may have thousands.
        """
        index: dict[tuple[str, ...], dict[str, str]] = {}
        for mode, line in self.lines:
            lines = index.setdefault(tuple(map(normalize, mode)), {})
            lines.setdefault(normalize(line), line)
        return index


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
