"""Masked secrets of two looks: equal or different, and never shown.

In the evidence a secret stands as a mask, the same mask for the same secret. The masking key is a user's
own: two users, or two machines, mask the same secret differently.
"""

from __future__ import annotations

import re
from typing import Final

_MASK: Final = re.compile(r"<masked:[0-9a-f]+>", re.ASCII)
_FEW: Final = 3


def hidden(text: str) -> str:
    """The text with every mask as ``<masked>``."""
    return _MASK.sub("<masked>", text)


def is_other_key(old: str, new: str) -> bool:
    """Whether the masks of two texts cannot be compared: several in each, and not one in both."""
    was, now = set(_MASK.findall(old)), set(_MASK.findall(new))
    return min(len(was), len(now)) >= _FEW and not was & now
