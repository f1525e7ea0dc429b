"""Collects what is wrong with a file, so that all of it is reported at once.

Values from the file are not repeated in messages (one of them may be a password that landed in the
wrong place); the line and the key say where to look.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from slp_ops.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN: Final = 100  # problems; whoever has more has named the wrong file
_LONGEST: Final = 60
_SECRET: Final = re.compile(
    r"(?i)(.*[_-])?(password|passwd|passphrase|pass|pwd|secret|enable|token|idtoken|api_?key|"
    r"private_?key|community)"
)
# Control, format (bidi marks, zero width), line and paragraph separators, lone surrogates.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})


def is_hidden(character: str) -> bool:
    """Whether a character acts on a terminal or on the reading order without being seen."""
    return unicodedata.category(character) in _HIDDEN


def shown(text: str) -> str:
    """A text as it may be printed: hidden characters escaped, its length bounded."""
    if text.isprintable() and len(text) <= _LONGEST:
        return text
    seen = "".join(f"\\u{ord(c):04x}" if is_hidden(c) else c for c in text[:_LONGEST])
    return seen if len(text) <= _LONGEST else f"{seen}..."


def first_word(key: str) -> str:
    """A key up to the first blank, colon or equals sign: the part that may be repeated in a message.

    Of ``password:hunter2`` (no blank) YAML makes one key, with the password in it.
    """
    return re.split(r"[:=\s]", key, maxsplit=1)[0]


def asks_secret(key: str) -> bool:
    """Whether a key is the name of something that must not stand in a file."""
    return _SECRET.fullmatch(first_word(key)) is not None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A suffix for a message about an unknown word, empty when nothing is near."""
    near = difflib.get_close_matches(word.lower(), tuple(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""


class Problems:
    """The problems of one file, in the order of its lines."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._found: list[Problem] = []

    def add(self, line: int | None, key: str, message: str, expected: str = "") -> None:
        """Note one problem."""
        self._found.append(Problem(path=self.path, line=line, key=key, message=message, expected=expected))

    def raise_if_any(self, *, hint: str = "") -> None:
        """Raise InputError with everything that was noted."""
        if self._found:
            raise self.error(hint=hint)

    def error(self, *, hint: str = "") -> InputError:
        """Everything that was noted, each once."""
        found = sorted(dict.fromkeys(self._found), key=lambda problem: problem.line or 0)
        rest = len(found) - _SHOWN
        if rest > 0:
            found = [*found[:_SHOWN], Problem(path=self.path, message=f"and {rest} more problems")]
        return InputError(tuple(found), hint=hint)
