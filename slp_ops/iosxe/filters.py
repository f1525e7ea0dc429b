r"""Output filters after a bar, as typed: ``| include ACK``, ``| i ACK``, ``| sec call-home``.

An empty output of a filtered command is an answer: no line matches. ``shows`` tells whether a line would have
been printed, so that its absence proves something.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_VERBS: Final = ("begin", "count", "exclude", "include", "section")
# IOS-XE prints it after "| count".
_COUNTED: Final = re.compile(r"^Number of lines which match regexp = (\d{1,9})$", re.ASCII)
# An underscore also matches any delimiter.
_DELIMITER: Final = r"(?:_|^|$|[\s,{}()])"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFilter:
    """Filter of a command: its verb in full, and its regular expression."""

    verb: str
    pattern: str

    def shows(self, line: str) -> bool:
        """Return whether a line passes for certain; after ``begin`` and ``count`` no line does."""
        try:
            found = _compiled(self.pattern).search(line) is not None
        except re.error:
            return False
        return found if self.verb in ("include", "section") else self.verb == "exclude" and not found


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("_", _DELIMITER))


def filter_of(command: str) -> OutputFilter | None:
    """Return the filter of a typed command; None without one."""
    _, bar, rest = command.partition("|")
    word, _, pattern = rest.strip().partition(" ")
    verb = next((verb for verb in _VERBS if word and verb.startswith(word.lower())), None)
    if not bar or verb is None or not pattern.strip():
        return None
    pattern = pattern.strip()
    if verb == "section":
        first, _, tail = pattern.partition(" ")
        if tail and first in ("include", "exclude"):
            verb, pattern = ("section" if first == "include" else "exclude"), tail.strip()
    return OutputFilter(verb=verb, pattern=pattern.strip('"'))


def counted(line: str) -> int | None:
    """Return the number in a line of ``| count``; None for any other line."""
    found = _COUNTED.match(line.strip())
    return None if found is None else int(found[1])
