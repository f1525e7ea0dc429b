"""Masks that replace secrets."""

from __future__ import annotations

import hmac
import re
from typing import Final

_DIGITS: Final = 12  # 48 bits: no two secrets of a fleet share a mask, and none can be worked back
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
