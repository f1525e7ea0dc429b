"""Characters that no switch prints: of word processors, of Japanese input methods, and of OCR.

“Vlan100”                         Vlan100 in quotes of a word processor
％SMART_LIC－3－COMM_FAILED：      full-width signs
%SMART_L1C-3-C0MM_FAlLED:         a digit for a letter
  Cs1u address: <empty>           the same in a licensing page
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

_LIKE_ASCII: Final = {
    "\u00a0": " ",
    "\u202f": " ",
    "\u2007": " ",
    "\u3000": " ",
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u201e": '"',
    "\u2010": "-",
    "\u2011": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2212": "-",
    "\u2026": "...",
    "\u200b": None,
    "\u00ad": None,
    "\u2060": None,
    "\ufeff": None,
}
_FULL_WIDTH: Final = {0xFEE0 + code: code for code in range(0x21, 0x7F)}
_PLAIN: Final = str.maketrans(_LIKE_ASCII) | _FULL_WIDTH

# A tag of the licence agent or of call-home, with signs that OCR confuses.
_TAG: Final = re.compile(
    r"%(?P<facility>[A-Za-z0-9|]{2,6}_[A-Za-z0-9|]{3,5})-(?P<severity>[0-7])-"
    r"(?P<name>[A-Za-z0-9_|]{4,60})(?=:| :|\s|$)",
    re.ASCII,
)
_FACILITIES: Final = ("SMART_LIC", "CALL_HOME")
_WORD: Final = re.compile(r"[A-Za-z0-9|]{4,20}", re.ASCII)
# Words of the messages, in their mnemonics and in the reasons of failed exchanges.
_WORDS: Final = """
aborted agent auth authorization call cert certificate cisco code comm communication communications
compliance connection domain empty enabled error eval expired fail failed failure from gateway home
host hostname http id install lic license licensing manager message name not of out platform policy
process ready received reg removed renew reporting request required resolution resolve response
restored send server sl smart software start success supported time trust unable utility with
"""


# Labels of licensing pages that decide a verdict, and kinds of transport.
_LABELS: Final = (
    *(
        "Communication Statistics:",
        "Cslu address:",
        "Failure Reason:",
        "Last ACK received:",
        "Last Response:",
    ),
    *("Last report file write:", "Last report push:", "Next ACK deadline:", "Next report push:"),
    *("Reporting push interval:", "Smart Licensing Using Policy:", "Transport:", "Trust Code Installed:"),
    *("Type: Callhome", "Type: Transport Off", "Type: cslu", "Usage Reporting:"),
)


def plain(text: str) -> str:
    """Return a text with the ASCII characters that a switch prints in place of those that only look alike."""
    return text if text.isascii() else text.translate(_PLAIN)


def without_ocr_errors(text: str) -> str:
    """Repair the messages and labels that OCR has misread; other lines stay unchanged."""
    text = _misread_label().sub(_label_as_spelled, text)
    if all(_spelled(found[0]) == found[0] for found in _TAG.finditer(text)):
        return text
    return "\n".join(_repaired(line) if "%" in line else line for line in text.split("\n"))


def _label_as_spelled(found: re.Match[str]) -> str:
    return found[1] + _labels()[_shape(found[2])]


@cache
def _labels() -> dict[str, str]:
    return {_shape(label): label for label in _LABELS}


@cache
def _misread_label() -> re.Pattern[str]:
    """Return the pattern of each label at the beginning of a line, with the signs that OCR prints for it."""
    signs = {sign: f"[{group}]" for group in ("l1iI|", "oO0", "sS5", "bB8") for sign in group}
    labels = ("".join(signs.get(sign, re.escape(sign)) for sign in label) for label in _LABELS)
    return re.compile(rf"^([ \t]*)({'|'.join(labels)})", re.MULTILINE | re.ASCII)


def _repaired(line: str) -> str:
    """Return a line with the words of its message as they are spelled, if its tag is misread."""
    found = _TAG.search(line)
    if found is None or (tag := _spelled(found[0])) == found[0]:
        return line
    rest = _WORD.sub(lambda word: _known(word[0]), line[found.end() :])
    return f"{line[: found.start()]}{tag}{rest}"


@lru_cache(maxsize=1024)  # a log repeats its messages
def _spelled(tag: str) -> str:
    """Return a tag as it is spelled; that of another facility unchanged."""
    found = _TAG.match(tag)
    if found is None:
        return tag
    facility = next((each for each in _FACILITIES if _shape(each) == _shape(found["facility"])), None)
    if facility is None:
        return tag
    name = "_".join(_known(word).upper() for word in found["name"].split("_"))
    return f"%{facility}-{found['severity']}-{name}"


def _known(word: str) -> str:
    """Return the known word that looks like this one, with its capital letter; without one, the word."""
    known = _by_shape().get(_shape(word))
    if known is None or known == word.lower():
        return word
    return known.capitalize() if word[:1].isupper() else known


@cache
def _by_shape() -> dict[str, str]:
    return {_shape(word): word for word in _WORDS.split()}


def _shape(word: str) -> str:
    """Return a word with one sign for all that OCR takes for one another."""
    same = word.replace("rn", "m").lower().translate(_SAME)
    return same.replace("vv", "w")


_SAME: Final = str.maketrans({"1": "l", "i": "l", "|": "l", "0": "o", "5": "s", "8": "b"})
