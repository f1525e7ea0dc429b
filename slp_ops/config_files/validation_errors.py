"""Validation errors of a file, collected and reported together.

Messages do not repeat values of the file (one of them may be a misplaced password); the line and the
key show the position.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from slp_ops.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN: Final = 100  # maximum number of problems; more indicate the wrong file
_LONGEST: Final = 60
_SECRET: Final = re.compile(
    r"(?i)(.*[_-])?(password|passwd|passphrase|pass|pwd|secret|enable|token|idtoken|api_?key|"
    r"private_?key|community)"
)
# Control, format (bidi marks, zero width), line and paragraph separators, lone surrogates.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})


def is_hidden(character: str) -> bool:
    """Return whether a character is invisible and affects a terminal or the reading order."""
    return unicodedata.category(character) in _HIDDEN


def shown(text: str) -> str:
    """Return a printable text: hidden characters escaped, length limited."""
    if text.isprintable() and len(text) <= _LONGEST:
        return text
    seen = "".join(f"\\u{ord(c):04x}" if is_hidden(c) else c for c in text[:_LONGEST])
    return seen if len(text) <= _LONGEST else f"{seen}..."


def first_word(key: str) -> str:
    """Return a key up to the first blank, colon or equals sign: the part that may appear in a message.

    YAML reads ``password:hunter2`` (no blank) as one key, with the password in it.
    """
    return re.split(r"[:=\s]", key, maxsplit=1)[0]


def asks_secret(key: str) -> bool:
    """Return whether a key names a secret."""
    return _SECRET.fullmatch(first_word(key)) is not None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a suggestion for a message about an unknown word, empty without a near match."""
    if len(word) > 4 * _LONGEST:
        return ""  # the comparison is quadratic
    names = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.6)
    return f"; did you mean {names[near[0]]}?" if near else ""


class Problems:
    """Problems of one file, in the order of its lines."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._found: list[Problem] = []

    def add(self, line: int | None, key: str, message: str, expected: str = "") -> None:
        """Record one problem."""
        self._found.append(Problem(path=self.path, line=line, key=key, message=message, expected=expected))

    def raise_if_any(self, *, hint: str = "") -> None:
        """Raise InputError with every recorded problem."""
        if self._found:
            raise self.error(hint=hint)

    def error(self, *, hint: str = "") -> InputError:
        """Return the error with every recorded problem, each once."""
        found = sorted(dict.fromkeys(self._found), key=lambda problem: problem.line or 0)
        rest = len(found) - _SHOWN
        if rest > 0:
            found = [*found[:_SHOWN], Problem(path=self.path, message=f"and {rest} more problems")]
        return InputError(tuple(found), hint=hint)
