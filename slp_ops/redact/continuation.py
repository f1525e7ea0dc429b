"""Find secrets in the line after the command: wrapped by a terminal, or the answer of an EEM applet."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

from slp_ops.redact.commands import answers
from slp_ops.redact.spans import SecretSpan, is_hidden


class Expected(Enum):
    """Expected beginning of the next line."""

    VALUE = auto()  # the secret of a command that ended with its keyword
    REST = auto()  # the rest of a secret that reached the edge of the terminal
    ANSWER = auto()  # a command of an EEM applet that answers a question for a password


_TERMINAL_EDGE: Final = 79
_START: Final = r"""(?:^[\s+\-<>!]*|[#>|:"'`]\s*)(?:(?:no|default)\s+)?"""
_KEYWORDS: Final = frozenset(
    {"password", "secret", "masked-secret", "community", "key", "key-string", "pre-shared-key"}
)
_UNFINISHED: Final = re.compile(
    rf"""(?:(?<![\w-])username\s+\S+\s(?:.*\s)?(?:password|secret|masked-secret)|(?<![\w-])enable\s+(?:password|secret)
    (?:\s+level\s+\d+)?|(?<![\w-])snmp-server\s+community|(?<![\w-])(?:radius|tacacs)-server\s.*\bkey
    |{_START}(?:password|secret|key-string|pre-shared-key)(?=\s+\d\s*$))(?:\s+\d)?\s*$""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_QUESTION: Final = re.compile(r'pattern\s+"[^"]*assw(?:or|d)', re.ASCII | re.IGNORECASE)
_OTHER_ACTION: Final = re.compile(r"\s*action\s+\S+\s+(?!cli\s)", re.ASCII | re.IGNORECASE)
_VALUE: Final = re.compile(r"\s*(?:[0-9]\s+)?([^\s!%]\S*)(?:\s+(?:RO|RW|ro|rw)(?:\s.*)?)?\s*$", re.ASCII)
_REST: Final = re.compile(r"(?=\S*[A-Z0-9$./])([^\s!%]{2,})\s*$", re.ASCII)
_NO_VALUE: Final = re.compile(r"\S*[#>]|\S+:|[a-z]+(?:-[a-z]+)+|exit|end|quit", re.ASCII)


def expected(line: str, *, before: Expected | None, ends_in_secret: bool) -> Expected | None:
    """Return what to expect of the next line, given what was expected of this one."""
    if before is Expected.ANSWER and _OTHER_ACTION.match(line):
        return before
    if '"' in line and _QUESTION.search(line):
        return Expected.ANSWER
    if ends_in_secret:
        return Expected.REST if len(line) >= _TERMINAL_EDGE else None
    last = line[-80:].split()[-1:]
    if not last or not (last[0].lower() in _KEYWORDS or (len(last[0]) == 1 and last[0].isdigit())):
        return None
    return Expected.VALUE if _UNFINISHED.search(line[-400:]) else None


def continued(before: Expected, line: str) -> list[SecretSpan]:
    """Return the secret that this line begins with, because of the line before it."""
    if before is Expected.ANSWER:
        return answers(line, line.lower())
    match = (_VALUE if before is Expected.VALUE else _REST).match(line)
    if match is None or _NO_VALUE.fullmatch(match[1]) or is_hidden(match[1]):
        return []
    return [SecretSpan(start=match.start(1), end=match.end(1), kind="password")]
