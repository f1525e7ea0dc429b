"""Tell a secret from a setting, a number, and a word of a sentence."""

from __future__ import annotations

import re
from typing import Final

from slp_ops.redact import grammar
from slp_ops.redact.spans import QUOTES

PUNCTUATION: Final = ".,:;!?()[]{}=`"
_CLOSING: Final = re.compile(r"[\"`,;|<>”」』】]|'(?!\w)")
_END_OF_TEXT: Final = re.compile(
    r"""["'][,\])}]|(?<=.)`|</|(?<=\w)\*\*"""
)  # of a string, of code in a page or a note
_MARK: Final = re.compile(r"""(?s:.*)(?:[:#|"'`“「『]|> |cmd=)""")  # a command may follow
_ATTRIBUTE: Final = re.compile(r"[\w:.-]+=[\"']", re.ASCII)
_PLAIN_WORD: Final = re.compile(r"[A-Za-z]?[a-z]*(?:[-'/][a-z]+)*|[A-Z]{1,4}", re.ASCII)
_DIGITS: Final = re.compile(r"[0-9]{6,}", re.ASCII)  # a secret, too many for a count
COUNT: Final = re.compile(r"[0-9.,%/:-]+(?:ms|s|kb|mb)?|0x[0-9a-f]+", re.ASCII)
_HEX_OR_ADDRESS: Final = re.compile(r"(?:[0-9a-f]{1,4}[.:]){2,}[0-9a-f:.]*", re.ASCII)
_NEXT_WORD: Final = re.compile(r"\s+([a-z]+(?![^\s.,;])|:(?=\s))", re.ASCII)
_LOWER_WORD: Final = re.compile(r"[a-z]+", re.ASCII)
_COMMAND_PREFIX: Final = re.compile(r"[a-z][\w./:\\+@,*\"-]*", re.ASCII)


def is_harmless(
    text: str, lowered: str, at: int, start: int, end: int, *, weak: bool = False, plain: bool = True
) -> bool:
    """Return whether the word after an introducer is a setting, a number or part of a sentence.

    After ``weak`` introducers a secret must look like one everywhere, after ``plain`` ones in sentences only.
    """
    word = _END_OF_TEXT.split(lowered[start:end].removesuffix("^c"), maxsplit=1)[0].strip(
        QUOTES + PUNCTUATION
    )
    if (
        not any(character.isalnum() and character.isascii() for character in word)
        or word.partition(",")[0] in grammar.SETTINGS  # a cell: "password policy,enabled"
        or word in grammar.PROSE
        or _ATTRIBUTE.match(word)
    ):
        return True
    if text[start] in "(<[{" and end - start < 24:
        return True
    if _is_continued(text, lowered, start, end):
        return True
    if not plain:
        return _is_count(word)
    if not weak and not is_sentence(text, lowered, at):
        return False
    shown = _CLOSING.split(text[start:end].removesuffix("^C"))[0].strip(QUOTES + PUNCTUATION)
    return text[start] not in QUOTES and bool(
        not shown.isascii()
        or _PLAIN_WORD.fullmatch(shown)
        or (_is_count(word) if not weak and "token" not in lowered[at:start] else COUNT.fullmatch(word))
        or _HEX_OR_ADDRESS.fullmatch(word)
    )


def _is_count(word: str) -> bool:
    return COUNT.fullmatch(word) is not None and not _DIGITS.fullmatch(word)


def is_passphrase(text: str, lowered: str, at: int, start: int) -> bool:
    """Return whether a command that takes a line has several words from ``start``, and no sentence.

    In a sentence about a password most words are settings or words of sentences; only a noun's article or
    adjective never follows "password".
    """
    words = [word.strip(QUOTES + PUNCTUATION) for word in lowered[start : start + 400].split()[:12]]
    if (
        len(words) < 2
        or not text[start].isalnum()
        or words[0] in grammar.SETTINGS
        or lowered[start - 2 : start].isspace()
    ):
        return False
    if is_sentence(text, lowered, at):
        return False
    if words[0] in grammar.OWNED_BY and words[1] in grammar.OWNERS:
        return False
    if words[0] in grammar.BEFORE_NOUNS or (words[0] in grammar.ADJECTIVES and not is_known(words[1])):
        return True
    return 2 * sum(map(is_known, words)) < len(words)


def is_known(word: str) -> bool:
    """Return whether sentences about a secret contain the word."""
    return (
        word in grammar.PROSE
        or word in grammar.SETTINGS
        or word in grammar.CONJUNCTIONS
        or COUNT.fullmatch(word) is not None
    )


def _is_continued(text: str, lowered: str, start: int, end: int) -> bool:
    """Return whether what follows a word shows that it is none: "authentication is", "PSK Support : on"."""
    after = _NEXT_WORD.match(lowered, end)
    if after is None:
        return False
    if after[1] == ":":
        return _PLAIN_WORD.fullmatch(text, start, end) is not None
    return after[1] in grammar.CONJUNCTIONS and _LOWER_WORD.fullmatch(text, start, end) is not None


def is_sentence(text: str, lowered: str, at: int) -> bool:
    """Return whether the text before ``at`` is free text, not the beginning of a command."""
    if grammar.FREE_TEXT.match(lowered):
        return True
    before = text[max(0, at - 200) : at]
    if mark := _MARK.match(before):
        before = before[mark.end() :]
    words = before.lstrip("+-<>! ").split()
    if words and words[0].lower() in {"no", "default", "do"}:
        del words[0]
    head = words[0] if words else text[at : at + 40].split(None, 1)[0]
    if head.isupper():  # a command in capitals
        return any(word.strip(PUNCTUATION).lower() in grammar.PROSE for word in words) or head[0] == "%"
    return (
        not _COMMAND_PREFIX.fullmatch(head.lstrip("+-<>!"))
        or head[:1].isupper()
        or any(word.strip(PUNCTUATION).lower() in grammar.PROSE or word[-1] in ":.;" for word in words)
    )
