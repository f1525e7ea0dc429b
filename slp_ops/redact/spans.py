"""Places of secrets in a line, and what all detectors share."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

from slp_ops.redact import grammar
from slp_ops.redact.masks import is_mask


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSpan:
    """A secret in a line: characters ``start`` to ``end``."""

    start: int
    end: int
    kind: str


class Spans:
    """Parts of a line without overlap, found quickly however many they are."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, start: int, end: int) -> None:
        """Add a part that overlaps no other."""
        place = bisect_left(self._starts, start)
        self._starts.insert(place, start)
        self._ends.insert(place, end)

    def overlap(self, start: int, end: int) -> bool:
        """Return whether a part has characters in common with ``start`` to ``end``."""
        place = bisect_left(self._starts, end)
        return place > 0 and self._ends[place - 1] > start

    def end_of(self, at: int) -> int:
        """Return the end of the part that contains ``at``, or ``at`` itself."""
        place = bisect_left(self._starts, at + 1)
        return max(at, self._ends[place - 1]) if place else at


QUOTES: Final = "\"'"
_AFTER_HIDDEN: Final = re.compile(r"(?<=>)(?:</[\w.-]+>|`+)$", re.ASCII)


def found_at(text: str, start: int, end: int, kind: str) -> tuple[SecretSpan, ...]:
    """Return the secret between ``start`` and ``end``, unless nothing or a mask is there."""
    start, end = _trimmed(text, start, end)
    if start < 0 or start >= end or text[start:end] in QUOTES or is_hidden(text[start:end]):
        return ()
    if end - start == 1 and text[start].isdigit() and kind != "snmp-community":  # a type without its secret
        return ()
    return (SecretSpan(start=start, end=end, kind=kind),)


def is_hidden(value: str) -> bool:
    """Return whether the value is masked already, by the switch or by an earlier redaction."""
    word = _AFTER_HIDDEN.sub("", value.split(None, 1)[0].rstrip(QUOTES)) if value[:1] in "<*(" else value
    return is_mask(word) or grammar.HIDDEN.fullmatch(word.lower()) is not None


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Cut off the blanks and quotes around a value: ``"two words"`` keeps its quotes."""
    while end > start and text[end - 1].isspace():
        end -= 1
    if end - start > 1 and text[start] in QUOTES:
        start += 1
    if text.find("」", start, end) > start:
        end = text.find("」", start, end)
    while end - start > 1 and (text[end - 1] in QUOTES or text.endswith("^C", start, end)):
        end -= 1 if text[end - 1] in QUOTES else 2
    return start, end


def merged(found: list[SecretSpan]) -> list[SecretSpan]:
    """Join overlapping secrets; the earlier detector names the kind."""
    joined: list[SecretSpan] = []
    for each in sorted(found, key=lambda one: one.start):  # stable: detectors keep their order
        if joined and each.start < joined[-1].end:
            last = joined[-1]
            joined[-1] = SecretSpan(start=last.start, end=max(last.end, each.end), kind=last.kind)
        else:
            joined.append(each)
    return joined
