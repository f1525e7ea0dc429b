"""Read text that is encoded for a page or an address: ``&quot;token&quot;:&quot;X&quot;``, ``password%3DX``.

Pages, logs of proxies and bodies of requests are pasted as they are. What was encoded twice is decoded
as well.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from slp_ops.redact.spans import SecretSpan

_UNIT: Final = re.compile(
    r"&(?:amp;)*(?P<entity>quot|apos|lt|gt|nbsp|#[0-9]{2,3}|#x[0-9a-f]{1,2});|%(?:25)*(?P<code>[2-7][0-9a-f]|0[ad])",
    re.ASCII | re.IGNORECASE,
)
_ENDS: Final = "\r\n"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text without its encoding. ``places`` maps its parts to the line, as (place here, shift)."""

    text: str
    places: tuple[tuple[int, int], ...]

    def in_line(self, secret: SecretSpan) -> SecretSpan:
        """Return a secret of the text at its place in the line; it ends where the next character begins."""
        return replace(secret, start=self._place(secret.start), end=self._place(secret.end))

    def _place(self, at: int) -> int:
        part = bisect_right(self.places, at, key=lambda place: place[0]) - 1
        return at + self.places[part][1]


def decoded(text: str) -> Decoded | None:
    """Return the text of a line that holds encoded characters; None where there are none."""
    if "%" not in text and "&" not in text:
        return None
    pieces: list[str] = []
    places = [(0, 0)]
    at = length = 0
    for unit in _UNIT.finditer(text):
        pieces += (text[at : unit.start()], _character(unit))
        length += unit.start() - at + 1
        at = unit.end()
        places.append((length, at - length))
    return Decoded("".join((*pieces, text[at:])), tuple(places)) if pieces else None


def _character(unit: re.Match[str]) -> str:
    character = chr(int(unit["code"], 16)) if unit["code"] else html.unescape(f"&{unit['entity']};")[:1]
    if character in _ENDS:
        return "\n"
    return character if " " <= character <= "~" else " "
