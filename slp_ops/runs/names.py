"""Names on disk: made from what people and switches wrote, safe as a path, and bounded."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Final

_LONGEST: Final = 80
_UNFIT: Final = re.compile(r"[^a-z0-9._]+", re.ASCII)
_PLAIN: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,79}", re.ASCII)
# A device of this name would look like one of the run's own files.
_OURS: Final = re.compile(r".*\.(?:jsonl?|part)|lock|upload|acks|packs", re.ASCII | re.IGNORECASE)


@lru_cache(maxsize=256)  # the same few commands on every device
def slug(text: str) -> str:
    """A file name for a command: ``show ip route | include 10.`` gives show-ip-route-include-10."""
    name = _UNFIT.sub("-", text.lower()).strip("-.")
    if len(name) > _LONGEST:
        name = f"{name[: _LONGEST - 9].rstrip('-.')}-{_digest(text)}"
    return name or "command"


def folder_name(device: str) -> str:
    """A device's folder: its own name wherever that is fit for a path."""
    if _PLAIN.fullmatch(device) and not _OURS.fullmatch(device):
        return device
    return f"{slug(device)[: _LONGEST - 9]}-{_digest(device)}"


def unique(name: str, taken: set[str]) -> str:
    """The name, with a number when another of that name is there; notes it as taken.

    Upper and lower case count as equal, because some file systems and archives cannot tell them apart.
    """
    chosen = name
    number = 1
    while chosen.lower() in taken:
        number += 1
        chosen = f"{name}-{number}"
    taken.add(chosen.lower())
    return chosen


def is_plain(name: str) -> bool:
    """Return True if a name read from a file is plain: it cannot lead out of its folder."""
    return _PLAIN.fullmatch(name) is not None or (
        re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,120}\.txt", name, re.ASCII) is not None
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
