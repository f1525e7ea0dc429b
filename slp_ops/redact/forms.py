"""A small language for the forms of commands, compiled to regular expressions.

    ntp authentication-key # * WORD         a number, any word, the secret
    username * ... password|secret REST     alternatives; any words between; a secret to the end of the line
    ^ key !chain|config-key REST            at the start of a command; a word that may not follow

``[ ]`` encloses what may be missing. ``WORD`` and ``REST`` accept a type digit before the secret, ``TYPED``
needs one. ``WORD?`` and ``REST?`` are no secret if they are harmless: a setting, or a word of a sentence.
``CODE`` is a secret only if it is six to ten digits; ``CODED`` needs a character that words lack. ``END`` is
the end of the line. Forms are matched in lower case and in linear time: no part of them looks at more than a
fixed number of words.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

# The encryption type before a secret. An access right after a digit shows that the digit is the secret.
TYPE: Final = r"(?:encrypt(?:ed\s+|(?:ion-type)?\s+(?=[0-9]\s)))?(?:[0-9]\s+(?!(?:ro|rw|view)(?!\S))(?=\S))?"
VALUE: Final = r'("[^"\n]*"|\S+)'
_PART: Final = re.compile(r"[\[\]]|[^\s\[\]]+")
_PLACEHOLDERS: Final = {"*": r"\S++", "#": r"\d++"}
_PATTERNS: Final = {
    "[": "(?:",
    "]": ")?",
    "...": r"(?:\S++\s++){0,16}?",
    "WORD": TYPE + VALUE + r"(?:\s+|$)",
    "TYPED": r"[05-9]\s+" + VALUE + r"(?:\s+|$)",
    "REST": TYPE + r"(\S.*)",
    "CODE": r"([0-9]{6,10})(?:\s+|$)",
    "CODED": r"""((?=\S{8})(?=\S*[0-9+/=_.~]|\S{20})[^\s"']+)""",
    "END": "$",
}


@cache
def compiled(form: str) -> re.Pattern[str]:
    """Compile a form, when it is first needed, to a pattern that matches where its first word begins."""
    parts = _PART.findall(form.removeprefix("^ ").replace("?", ""))
    return re.compile("".join(map(_pattern, parts)), re.ASCII)


def heads(form: str) -> tuple[str, ...]:
    """Return the words with which the form may start, without a colon."""
    return tuple(word.rstrip(":") for word in form.removeprefix("^ ").split(None, 1)[0].split("|"))


def _pattern(part: str) -> str:
    if part in _PATTERNS:
        return _PATTERNS[part]
    if part.startswith("!"):
        return rf"(?!(?:{_alternatives(part[1:])})(?!\S))"
    return rf"(?:{_alternatives(part)})(?:\s+|$)"


def _alternatives(part: str) -> str:
    return "|".join(
        _PLACEHOLDERS.get(word) or re.escape(word).replace(r"\*", r"\S*") for word in part.split("|")
    )
