"""Search of masked text for secrets, without code or rules of ``slp_ops.redact``.

The redactor knows the grammar of each command. This scanner knows no command: it looks for a keyword with a
value that looks like a secret, for forms that secrets have in any text, and for random text. What the grammar
lacks is found by its looks; a plain word (``secret 0 cisco``) only after a keyword with a type.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

METHODS: Final = ("keywords", "forms of secrets", "entropy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """A line that seems to hold a secret, which is not repeated here. ``why`` names the method."""

    line: int
    why: str


# Only lines with one of these are looked at in detail.
_HINTS: Final = tuple(
    hint.encode("ascii")
    for hint in (
        *(
            "passw",
            "passph",
            "secret",
            "communit",
            "securityname",
            "psk",
            "shared",
            "key",
            "token",
            "authent",
        ),
        *(
            "-string",
            "nthash",
            "cak",
            "pmk",
            "pin",
            "pgpass",
            "pwd",
            "md5",
            "priv",
            "pass:",
            "pass=",
            "pw=",
            "_pw",
        ),
        *("cred", "cookie", "bearer", "trust_code", "://", "$1$", "$5$", "$6$", "$8$", "$9$", "$14$"),
        *("eyj", "akia", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "xox", "-----begin"),
    )
)
# A keyword, and the words after it that may be its value: a type, an algorithm or a peer may come first.
_STRONG: Final = re.compile(
    r"(?i)(?:password|passwd|passphrase|secret|community|securityname|psk|pre-?shared?-?key"
    r"|(?:key|auth|server|session|wep|set|digest|api|config)[_-]?(?:key|string)|token|authentication(?:-key)?"
    r"|nthash|cak|pmk|user-pin|pgpass|pwd|md5(?!\W?\s*[:=])|priv|isakmp\s+key)(?![a-z0-9])"
)
_NEAR: Final = 4
# Short or common words: only the next word is looked at, or the one after a type.
_WEAK: Final = re.compile(
    r"(?i)(?<![a-z0-9-])(?:[a-z]{0,10}_)?(?:key|pass|pw|pin|cred|cookie|bearer|trust_code)(?![a-z0-9_-])"
)
_TOKENS: Final = re.compile(r"""[^\s"'<>,;(){}\[\]|=:\0]{1,200}(?:[:=][^\s"'<>,;(){}\[\]|\0]+)*""")
_TYPES: Final = frozenset("0678")
_TYPED: Final = re.compile(
    r"(?i)\b(?:password|secret)\s+[07]\s+[^\s\0\x1b]|\bcommunity\s+[^\s\0]+\s+(?:ro|rw)\b"
)
_FORMS: Final = (
    ("a password hash of IOS", re.compile(r"\$(?:1|5|6|8|9|14)\$[./A-Za-z0-9]{2,20}\$[./A-Za-z0-9]{10,}")),
    (
        "credentials in a URL",
        re.compile(r"(?i)[a-z]{2,10}://[^\s/@:\0]{1,64}:(?!\d{1,5}[@/])[^\s@\0]{2,128}@"),
    ),
    ("a JSON web token", re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.")),
    (
        "a key of a cloud service",
        re.compile(r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{30,}|xox[abprs]-[\w-]{10,})"),
    ),
)
_PEM: Final = re.compile(rb"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[ \t\r]*\n\s*(?!\0|-----)\S")
_RANDOM: Final = re.compile(rb"[A-Za-z0-9+/_-]{28,}={0,2}")
_MOST_BITS: Final = 4.2  # a character; English words joined by signs have less
_MOST_CHANGES: Final = 0.35
# What stands before random text that is no secret.
_PUBLIC: Final = re.compile(
    r"(?i)sign|hash|sha-?\d|md5|digest|fingerprint|checksum|cert|public|udi|serial|version|image|boot|flash:"
    r"|http|.value.:"
)
# JSON writes characters beyond ASCII as escapes, which look like mixed words.
_ESCAPE: Final = re.compile(rb"\\u([0-9a-fA-F]{4})")
_MASKS: Final = re.compile(rb"<masked:[0-9a-f]{12}>")
# Values that look mixed and are none: addresses, times, releases, interfaces, products, algorithms, paths.
_HARMLESS: Final = re.compile(
    r"(?ix)(?: [0-9a-f:.]*[:.][0-9a-f:./]* | \d[\d.:/-]*[a-z]{0,3} | [a-z]+\d+(?:/\d+)+(?:\.\d+)?"
    r"| (?:rsa|ssh|ecdsa|sha|md|aes|3?des|hmac|dsa|dh|tls|ipv|v)-?\d[a-z0-9_./-]* | hmac-sha[0-9-]*"
    r"| (?:ms)?chap(?:v2)? | eap-?[a-z0-9]+"
    r"| regid\.[a-z0-9_.,-]+ | (?:https?|(?:boot)?flash):[a-z0-9_./:-]* | sla-[a-z0-9]+ | (?:vlan|group)\d+"
    r"| c9\d{3}[a-z0-9-]* | cs[a-z]{2}\d+ | fn\d+ | 0x[0-9a-f]+ )"
)
_SIGNS: Final = re.compile(r"[!#$%^&*?@\\~`]")
_LONGEST: Final = 2048  # characters of a line; a longer one is searched in parts
_REACH: Final = 240  # characters from a keyword to its value
_NEWLINE: Final = ord("\n")


def scan(data: bytes) -> Iterator[Suspicion]:
    """Yield the suspicious lines of a text, each once, in order. The time is linear in its length."""
    data = _MASKS.sub(b"\0", _ESCAPE.sub(_unescaped, data))
    number, counted = 1, 0
    last = 0
    for start in sorted(_places(data)):
        number += data.count(b"\n", counted, start)
        counted = start
        end = data.find(b"\n", start, start + 2 * _LONGEST)
        is_part = start > 0 and data[start - 1] != _NEWLINE
        line = data[start - _REACH * is_part : end if end >= 0 else start + 2 * _LONGEST]
        if number != last and (why := _why(line.decode("utf-8", "replace")) or _why_private_key(data, start)):
            last = number
            yield Suspicion(line=number, why=why)


def _unescaped(found: re.Match[bytes]) -> bytes:
    """Return the character of an escape; a blank for a control character, which would begin another line."""
    code = int(found[1], 16)
    return chr(code).encode("utf-8", "replace") if code >= 0x20 else b" "


def _places(data: bytes) -> set[int]:
    """Return the beginnings of the lines to look at; of a long line, of its parts."""
    lowered = data.lower()
    found: set[int] = set()

    def note(at: int) -> None:
        begin = data.rfind(b"\n", max(0, at - _LONGEST), at) + 1
        found.add(begin or (at - at % _LONGEST if at > _LONGEST else 0))

    for hint in _HINTS:
        at = lowered.find(hint)
        while at >= 0:
            note(at)
            end = data.find(b"\n", at, at + _LONGEST)
            at = lowered.find(hint, end if end >= 0 else at + _LONGEST)
    for run in _RANDOM.finditer(data):
        if _is_random(run[0][:_REACH].decode("ascii")):
            note(run.start())
    return found


def _why(line: str) -> str:
    """Return why a line is suspicious; empty if it is not."""
    for name, form in _FORMS:
        if form.search(line):
            return f"forms of secrets: {name}"
    if _TYPED.search(line):
        return "keywords: a value after its type"
    for found in _STRONG.finditer(line):
        if any(map(_looks_secret, _words_after(line, found.end()))):
            return f"keywords: a value after '{found[0][-24:]}'"
    for found in _WEAK.finditer(line):
        first, second, *_ = (*_words_after(line, found.end()), "", "")
        if _looks_secret(second if first in _TYPES else first):
            return f"keywords: a value after '{found[0][-24:]}'"
    for run in _RANDOM.finditer(line.encode("utf-8", "replace")):
        if _is_random(run[0].decode("ascii")) and not _PUBLIC.search(line):
            return "entropy: random text"
    return ""


def _why_private_key(data: bytes, place: int) -> str:
    end = data.find(b"\n", place, place + _LONGEST)
    at = data.find(b"-----BEGIN ", place, end if end >= 0 else place + _LONGEST)
    return "forms of secrets: a private key" if at >= 0 and _PEM.match(data, at) else ""


def _words_after(line: str, at: int) -> list[str]:
    """Return the words after a keyword, up to a mask."""
    mask = line.find("\0", at, at + _REACH)
    return [word[0] for word in islice(_TOKENS.finditer(line, at, mask if mask >= 0 else at + _REACH), _NEAR)]


def _looks_secret(value: str) -> bool:
    """Return whether a value after a keyword has the looks of a secret: letters with digits or signs."""
    value = value.strip(".:")
    if len(value) < 4 or _HARMLESS.fullmatch(value):
        return False
    letters = any(map(str.isalpha, value))
    digits = any(map(str.isdigit, value))
    return letters and (digits or _SIGNS.search(value) is not None)


def _is_random(text: str) -> bool:
    """Return whether a text has the entropy of a base64 key; hexadecimal text is a hash or a certificate."""
    has_kinds = any(map(str.islower, text)) and any(map(str.isupper, text)) and any(map(str.isdigit, text))
    return has_kinds and _bits(text) >= _MOST_BITS and _changes(text) >= _MOST_CHANGES


def _changes(text: str) -> float:
    """Return how often the kind of character changes: seldom in a path of words, often in random text."""
    kinds = [character.isdigit() + 2 * character.isupper() + 4 * character.islower() for character in text]
    return sum(one != other for one, other in pairwise(kinds)) / len(text)


def _bits(text: str) -> float:
    counts = Counter(text)
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())
