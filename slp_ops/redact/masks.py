"""Masks that replace secrets."""

from __future__ import annotations

import hmac
import re
from bisect import bisect_right
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIGITS: Final = 12  # 48 bits: no two secrets of a fleet share a mask, and none can be worked back
MASK_LENGTH: Final = len("<masked:>") + _DIGITS
_MASK: Final = re.compile(rf"<masked:[0-9a-f]{{{_DIGITS}}}>", re.ASCII)


def mask(secret: str, key: bytes) -> str:
    """The mask of a secret: without blanks, so that the words of its line keep their places."""
    return as_mask(hmac.digest(key, secret.encode("utf-8", "surrogatepass"), "sha256"))


def as_mask(digest: bytes) -> str:
    """The mask that a digest gives."""
    return f"<masked:{digest.hex()[:_DIGITS]}>"


def is_mask(text: str) -> bool:
    """Return True if the text is exactly a mask; it is not masked again."""
    return _MASK.fullmatch(text) is not None


def outside_masks(text: str, start: int, end: int, masks: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the parts between ``start`` and ``end`` that are in no mask and have letters or digits."""
    place = bisect_right(masks, (start - MASK_LENGTH, end))
    inside = takewhile(lambda span: span[0] < end, islice(masks, place, None))
    for mask_start, mask_end in (*inside, (end, end)):
        part = text[start : max(start, mask_start)]
        if any(map(str.isalnum, part)):
            yield start + len(part) - len(part.lstrip()), start + len(part.rstrip())
        start = max(start, mask_end)


def mask_spans(text: str) -> list[tuple[int, int]]:
    """Return where the masks of a text are."""
    return [found.span() for found in _MASK.finditer(text)]


def alike(text: str) -> str:
    """Return a text in which all masks are the same one."""
    return _MASK.sub(as_mask(bytes(32)), text)
