"""Differences of configuration lines between two readings of one switch.

Evidence contains secrets as masks, the same mask for the same secret. They are compared here, and not
shown: a line that differs in its mask only is reported as a changed secret.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from slp_ops.iosxe.prompts import is_prompt
from slp_ops.iosxe.syslog import is_log_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_MASK: Final = re.compile(r"<masked:[0-9a-f]+>", re.ASCII)
_FEW: Final = 3


def hidden(text: str) -> str:
    """Return the text with every mask as ``<masked>``."""
    return _MASK.sub("<masked>", text)


def is_other_key(old: str, new: str) -> bool:
    """Return whether the masks of two texts come from different keys: several in each, none in common."""
    was, now = set(_MASK.findall(old)), set(_MASK.findall(new))
    return min(len(was), len(now)) >= _FEW and not was & now


# The heading, comments, and values that change by themselves.
_NO_LINE: Final = ("!", "Building configuration", "Current configuration", "ntp clock-period")
_BANNER: Final = re.compile(r"banner \S+ (\^C|\S)")
# Beyond this many comparisons the order of lines is ignored.
_MOST: Final = 25_000_000

_Placed = tuple[tuple[str, ...], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """Added or removed line. ``under`` are the lines of its mode, outermost first.

    ``secret``: it differs only in a secret from a line removed or added at the same position.
    """

    under: tuple[str, ...]
    line: str
    added: bool
    secret: bool = False


def line_changes(old: str, new: str) -> tuple[LineChange, ...]:
    """Return the differences of two outputs of ``show running-config``, in the order of the configuration."""
    was, now = list(_lines(old)), list(_lines(new))
    gone, come = [], []
    changes: list[tuple[_Placed, bool]] = []
    for begin, end, start, stop in _differences(was, now):
        gone += was[begin:end]
        come += now[start:stop]
        changes += ((placed, False) for placed in was[begin:end])
        changes += ((placed, True) for placed in now[start:stop])
    secrets = {_hide_secrets(placed) for placed in gone} & {_hide_secrets(placed) for placed in come}
    return tuple(
        LineChange(under=shown[0], line=shown[1], added=added, secret=shown in secrets)
        for placed, added in changes
        for shown in (_hide_secrets(placed),)
    )


def _hide_secrets(placed: _Placed) -> _Placed:
    under, line = placed
    return tuple(hidden(each) for each in under), hidden(line)


def _lines(text: str) -> Iterator[_Placed]:
    """Return each line with its parents, by indentation. The text of a banner belongs to the banner."""
    path: list[tuple[int, str]] = []
    banner, end = "", ""
    for raw in text.replace("\r\n", "\n").split("\n"):
        line = raw.strip()
        if end:
            if end in raw:
                end = ""
            elif line:
                yield (banner,), line
            continue
        if not line or line.startswith(_NO_LINE) or is_log_line(line) or is_prompt(line):
            continue
        depth = len(raw) - len(raw.lstrip(" "))
        while path and path[-1][0] >= depth:
            path.pop()
        yield tuple(mode for _, mode in path), line
        path.append((depth, line))
        if (found := _BANNER.match(line)) and line.count(found[1]) == 1:
            banner, end = line, found[1]


def _differences(was: Sequence[_Placed], now: Sequence[_Placed]) -> Iterator[tuple[int, int, int, int]]:
    """Return the differing ranges, as (begin, end) in the old lines and in the new ones."""
    same = 0
    while same < min(len(was), len(now)) and was[same] == now[same]:
        same += 1
    tail = 0
    while tail < min(len(was), len(now)) - same and was[-1 - tail] == now[-1 - tail]:
        tail += 1
    before, after = was[same : len(was) - tail], now[same : len(now) - tail]
    if len(before) * len(after) > _MOST:
        yield from _unordered(before, after, same)
        return
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    for tag, begin, end, start, stop in matcher.get_opcodes():
        if tag != "equal":
            yield begin + same, end + same, start + same, stop + same


def _unordered(
    before: Sequence[_Placed], after: Sequence[_Placed], offset: int
) -> Iterator[tuple[int, int, int, int]]:
    there, here = set(after), set(before)
    for number, placed in enumerate(before, offset):
        if placed not in there:
            yield number, number + 1, offset, offset
    for number, placed in enumerate(after, offset):
        if placed not in here:
            yield offset, offset, number, number + 1
