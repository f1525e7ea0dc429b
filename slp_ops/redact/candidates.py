"""Find the lines that may hold a secret: one cheap question for a text, then a search for what it contains.

Most lines of a fleet differ in their numbers alone: a log line in its time, an interface in its port. So
lines are compared without digits, and those that were seen to hold no stem are known from then on. Of the
others most are the same on every switch: those in which no secret was found are remembered as they are.
"""

from __future__ import annotations

import re
from itertools import compress, count
from operator import not_
from typing import Final

from slp_ops.redact import blocks, grammar

_DIGITS: Final = b"0123456789"
_UNUSUAL: Final = re.compile(r"[^\t\n\r -~]|\r(?!\n)")
# Lower case; a control character becomes NUL.
_FOLDED: Final = bytes(
    code if code in b"\t\n\r" or 32 <= code < 127 else 0 for code in bytes(range(256)).lower()
)
# Lines without a stem that are remembered, and the longest of them in bytes: some megabytes at most.
_MOST_KNOWN: Final = 20_000
_LONGEST_KNOWN: Final = 160
_KNOWN: Final[set[bytes]] = set()
# Lines with a stem that hold no secret and claim no line after them, whatever redactor looks at them.
_CLEARED: Final[set[str]] = set()


def line_starts(text: str) -> list[int]:
    """Return where the lines begin that hold a stem or an unusual character, in order."""
    if text.isascii():
        folded = text.encode("ascii").translate(_FOLDED, _DIGITS)
        has_unusual = b"\0" in folded or ("\r" in text and text.count("\r") != text.count("\r\n"))
    else:
        folded = _lowered(text).encode("utf-8", "surrogatepass").translate(None, _DIGITS)
        has_unusual = True
    lines = folded.split(b"\n")
    starts: set[int] = set()
    if has_unusual:
        starts.update(text.rfind("\n", 0, match.start()) + 1 for match in _UNUSUAL.finditer(text))
    for stem, harmless in _STEMS_OF_DIGITS:
        if stem in text:
            _add_lines(starts, _lowered(text), stem, harmless)
    if unknown := [*compress(count(), map(not_, map(_KNOWN.__contains__, lines)))]:
        whole = text.split("\n")
        if unknown := [number for number in unknown if whole[number] not in _CLEARED]:
            _add_unknown(starts, whole, unknown, {lines[number] for number in unknown})
    return sorted(starts)


def _lowered(text: str) -> str:
    return text.replace("\u0130", "i").lower()  # the one character that grows in lower case


def clear(line: str) -> None:
    """Remember a line, with or without its end, in which nothing was found where no line before it claims it.

    ``line_starts`` leaves it out from then on: only a line before it can make a secret of it.
    """
    if len(line) <= _LONGEST_KNOWN:
        if len(_CLEARED) >= _MOST_KNOWN:
            _CLEARED.clear()
        _CLEARED.add(line.removesuffix("\n"))


def _add_unknown(starts: set[int], whole: list[str], unknown: list[int], new: set[bytes]) -> None:
    """Add the lines of these numbers that hold a stem; learn from ``new``, the same without their digits."""
    some = _lowered("\n".join([whole[number] for number in unknown])) + "\n"
    found: set[int] = set()
    _learn(new, _add_stems(found, some, b"\n".join(new).decode("utf-8", "surrogatepass")))
    if found:
        at = 0
        for number, start in zip(unknown, _places(whole, unknown), strict=True):
            if at in found:
                starts.add(start)
            at += len(whole[number]) + 1


def _places(lines: list[str], numbers: list[int]) -> list[int]:
    """Return where the lines of these numbers, in order, begin."""
    places = []
    at = before = 0
    for number in numbers:
        at += sum(map(len, lines[before:number])) + number - before
        before = number
        places.append(at)
    return places


def _add_stems(starts: set[int], lowered: str, unknown: str) -> list[bytes]:
    """Add the lines with a stem; return what was found. ``unknown`` are the lines without their digits."""
    words = {*unknown.split()}
    vocabulary = "\n".join(words)  # much shorter than the text: most stems are not even in it
    found = []
    for without_digits, forms in _STEMS_OF_WORDS:
        if without_digits in vocabulary:
            found.append(without_digits)
            for whole, harmless in forms:
                _add_lines(starts, lowered, whole, harmless)
    if "@" in vocabulary:
        found.append("@")
        if _has_password_address(lowered):
            starts.update(
                lowered.rfind("\n", 0, at.start()) + 1 for at in grammar.COLON_BEFORE_AT.finditer(lowered)
            )
    for word in grammar.ABBREVIATED_WORDS & words:
        stem = f" {word} "
        if stem in unknown:
            found.append(stem)
            _add_lines(starts, lowered, stem, None)
    if whole_words := _WHOLE & words:
        found.extend(whole_words)
        # "otp5" is no "otp".
        for word in whole_words & {*lowered.split()}:
            if word in grammar.WHOLE_WORDS:
                _add_lines(starts, lowered, word, None)
            if word in grammar.KEYWORD_TAILS:
                starts.update(match.start() for match in re.finditer(rf"^{word} ", lowered, re.MULTILINE))
    return [each.encode() for each in found]


def _learn(lines: set[bytes], found: list[bytes]) -> None:
    """Remember the lines in which nothing of what was found is."""
    if len(_KNOWN) + len(lines) > _MOST_KNOWN:
        _KNOWN.clear()
    is_found = re.compile(b"|".join(map(re.escape, found))).search if found else None
    _KNOWN.update(line for line in lines if len(line) <= _LONGEST_KNOWN and not (is_found and is_found(line)))


def _has_password_address(text: str) -> bool:
    """Return whether a word has the form of ``user:password@host``; looks at the few "@" only."""
    at = text.find("@")
    while at >= 0:
        if grammar.COLON_BEFORE_AT.search(text, max(0, at - 258), at + 1):
            return True
        at = text.find("@", at + 1)
    return False


def _add_lines(starts: set[int], lowered: str, stem: str, harmless: re.Pattern[str] | None) -> None:
    """Add the beginnings of the lines that hold a stem which does not begin a harmless phrase."""
    at = lowered.find(stem)
    while at >= 0:
        if harmless is not None and harmless.match(lowered, at):
            at = lowered.find(stem, at + 1)
            continue
        starts.add(lowered.rfind("\n", 0, at) + 1)
        end = lowered.find("\n", at + 1)
        if end < 0:
            break
        at = lowered.find(stem, end)


_Forms = list[tuple[str, re.Pattern[str] | None]]


def _without_digits(text: str) -> str:
    return re.sub("[0-9]", "", text)


def _stems_by_word() -> tuple[_Forms, list[tuple[str, _Forms]]]:
    """Return the stems of digits alone, and the others by their word, of which the digits are left out."""
    of_digits: _Forms = []
    by_word: dict[str, _Forms] = {}
    for stem, harmless in (*grammar.STEMS, *blocks.STEMS):
        form = (stem, re.compile(harmless) if harmless else None)
        if without_digits := _without_digits(stem.strip()):
            by_word.setdefault(without_digits, []).append(form)
        else:
            of_digits.append(form)
    return of_digits, [*by_word.items()]


_STEMS_OF_DIGITS, _STEMS_OF_WORDS = _stems_by_word()
_WHOLE: Final = grammar.WHOLE_WORDS | grammar.KEYWORD_TAILS
