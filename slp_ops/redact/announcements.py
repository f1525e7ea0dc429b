"""Find secrets that a sentence, a table or a log announces: ``Login: admin / X``, ``password -> X``."""

from __future__ import annotations

import re
from typing import Final

from slp_ops.redact import grammar, screen
from slp_ops.redact.prose import is_harmless
from slp_ops.redact.spans import SecretSpan, found_at

_LOGIN_LABELS: Final = "|".join(map(screen.without_marks, ("ログイン", "アカウント", "認証情報")))
LOGINS: Final = frozenset({"login", "creds", "credential", "credentials"})
_ARROW: Final = re.compile(
    r"""\b(?:password|passwd|passphrase|secret|psk|token)\s*->\s*["']?(?P<value>[^\s"']+)""",
    re.ASCII,
)
# "password|X" of a table, and 'Authentication "X"': only with a digit, as the first is also the syntax
# of a command or a filter, and the second names a list.
_BAR: Final = re.compile(
    r"""\b(?:password|passwd|passphrase|secret|psk|token|community)\|"""
    r"""(?P<value>(?=[^\s|"']{0,200}[0-9])[^\s|"']{4,})(?=[\s|"']|$)""",
    re.ASCII,
)
_QUOTED_AUTHENTICATION: Final = re.compile(
    r"""(?<!login\s)(?<!dot1x\s)(?<!ppp\s)\bauthentication\s{1,9}(?P<quote>["'])"""
    r"""(?P<value>(?=[^\s"']{0,200}[0-9])[^\s"']{4,200})(?P=quote)""",
    re.ASCII,
)
# "password changed from X to Y": the introducer finds X.
_CHANGED: Final = re.compile(
    r"""\b(?:password|passwd|passphrase|secret|psk|token|community|key)\s[^"']{0,40}?\bfrom\s+\S+\s+to\s+(?P<value>\S+)""",
    re.ASCII,
)
# "set the enable password to X"; only with a digit or a sign.
_SET_TO: Final = re.compile(
    r"""\b(?:chang|set|reset|rotat|updat)[a-z]{0,4}\s[^"']{0,40}?"""
    r"""\b(?:password|passwd|passphrase|secret|psk|community|key)\s+to\s+["'`]?"""
    r"""(?P<value>(?=[^\s"'`]{0,200}[0-9!$%&+@])[^\s"'`<]{4,200}[^\s"'`<.,;:)])""",
    re.ASCII,
)
# "The password was changed, new value X"; only with a digit or a sign.
_NOUN: Final = re.compile(r"\b(?:password|passwd|passphrase|secret|psk|token|community|key)\b", re.ASCII)
_ITS_VALUE: Final = re.compile(
    r"""\b(?:(?:new|old|previous|former)\s+(?:value|one)\s{0,3}(?:is\s|was\s|[:=])?|it(?:'s|\s+is)\s+(?:now\s+)?)\s{0,3}["'`]?"""
    r"""(?P<value>(?=[^\s"'`]{0,200}[0-9!$%&+@])[^\s"'`<]{4,200}[^\s"'`<.,;:)])""",
    re.ASCII,
)
_FURTHEST_VALUE: Final = 200  # characters behind the noun
# "Login: admin / X": only with a digit, and a capital or a sign.
_USER_AND: Final = re.compile(
    rf"(?:\b(?:login(?::|\s+(?:with|as|using|is|was|for|on|to)(?=\s)|(?=\s+[a-z][\w.-]*\s+/))|creds\b|credentials?\b|(?:ssh|telnet|console):)|(?:{_LOGIN_LABELS})[^\s:]{{0,9}}:)"
    r"[^/|\n]{0,40}?\s[\w.-]{2,32}\s{1,3}/\s{1,3}(?P<value>[!-~]{6,64})"
)
# "creds admin:X", as above, and "login as admin with X": only with a letter, a digit and a sign.
_USER_JOINED: Final = re.compile(
    r"\b(?:login|creds|credentials?)(?::|\s+(?:with|as|using|is|are))?\s+[a-z][\w.-]{1,31}"
    r"(?:(?P<joined>[/:])|,?\s+(?:(?:with|using|and)\s+)?)(?P<value>[!-.0-~]{5,64})",
    re.ASCII,
)
# "ops / X" without a word that announces it.
_USER_SLASH: Final = re.compile(r"(?<![\w./-])[a-z][\w.-]{1,31}\s/\s(?P<value>[!-.0-~]{6,64})", re.ASCII)
_ODD: Final = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])(?=.*[!#$%&*?^~+=]).*", re.ASCII)
_MIXED: Final = re.compile(
    rf"(?!(?:{grammar.INTERFACE})$)(?=.*[0-9])(?=.*[A-Za-z])(?=.*[A-Z!#$%&*+?@^_~]).*", re.ASCII
)
_DIGEST: Final = re.compile(
    r"""authorization:\s*digest\s.{0,1000}?response=["']?(?P<value>[^\s"',]+)""", re.ASCII
)
_LEADER: Final = re.compile(
    r"\b(?:password|passwd|passphrase|secret|psk|token|community)\s{0,9}\.{3,80}\s{0,9}:?\s{0,9}(?P<value>\S+)",
    re.ASCII,
)
_FILTER: Final = re.compile(
    r"\|\s*(?:i|in|inc|incl|include|e|ex|exclude|b|begin|s|sec|section|count)\s", re.ASCII
)
_TABLE_ROW: Final = re.compile(
    r"\s*\|\s*(?:[\w-]+\s+){0,2}(?:password|passwd|passphrase|secret|psk|token|community)\s*\|\s*(?P<value>\S+)\s*\|",
    re.ASCII,
)


def by_announcement(text: str, lowered: str, words: set[str]) -> list[SecretSpan]:
    """Return the values that words before them announce."""
    found: list[SecretSpan] = []
    if "..." in lowered:
        found += _announced(text, lowered, _LEADER)
    if "from" in words:
        found += _announced(text, lowered, _CHANGED)
    if "to" in words:
        found += _announced(text, lowered, _SET_TO)
    if "value" in words or "one" in words or "it" in words:
        found += _changed_values(text, lowered)
    if " / " in lowered or words & LOGINS:
        found += _of_login(text, lowered)
    if "->" in lowered:
        found += _announced(text, lowered, _ARROW)
    if lowered.lstrip()[:1] == "|":
        found += _announced(text, lowered, _TABLE_ROW)
    elif "|" in lowered and not _FILTER.search(lowered):
        found += _announced(text, lowered, _BAR)
    if "authentication" in words:
        found += _announced(text, lowered, _QUOTED_AUTHENTICATION)
    if "authorization" in words and (digest := _DIGEST.search(lowered)):
        found += found_at(text, *digest.span("value"), "password")
    return found


def _of_login(text: str, lowered: str) -> tuple[SecretSpan, ...]:
    """Return the password of "Login: admin / X", "creds admin:X", "login as admin with X"."""
    if pair := _USER_AND.search(lowered):
        looks_random = _MIXED
    elif pair := _USER_JOINED.search(lowered):
        looks_random = _MIXED if pair["joined"] else _ODD
    elif pair := _USER_SLASH.search(lowered):
        looks_random = _ODD
    else:
        return ()
    is_secret = looks_random.fullmatch(text, *pair.span("value"))
    return found_at(text, *pair.span("value"), "password") if is_secret else ()


def _announced(text: str, lowered: str, pattern: re.Pattern[str]) -> list[SecretSpan]:
    """Return the values of labels without a colon: ``password -> X``, ``password|X``."""
    return [
        secret
        for match in pattern.finditer(lowered)
        if not is_harmless(text, lowered, 0, *match.span("value"), plain=False)
        for secret in found_at(text, *match.span("value"), "password")
    ]


def _changed_values(text: str, lowered: str) -> list[SecretSpan]:
    """Return what a sentence says that a secret was and is now: ``the old value X, new value Y``."""
    noun = _NOUN.search(lowered)
    if noun is None:
        return []
    return [
        secret
        for match in _ITS_VALUE.finditer(lowered, noun.end(), noun.end() + _FURTHEST_VALUE)
        if not is_harmless(text, lowered, match.start(), *match.span("value"))
        for secret in found_at(text, *match.span("value"), "password")
    ]
