"""Find secrets in the line after the command: wrapped by a terminal, or the answer of an EEM applet."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

from slp_ops.redact import grammar
from slp_ops.redact.labels import is_no_value, kind_of
from slp_ops.redact.localized import is_announcement
from slp_ops.redact.programs import answers
from slp_ops.redact.spans import SecretSpan, found_at, is_hidden


class Expected(Enum):
    """Expected beginning of the next line."""

    VALUE = auto()  # the secret of a command that ended with its keyword
    REST = auto()  # the rest of a secret that reached the edge of the terminal
    ANSWER = auto()  # a command of an EEM applet or a script that answers a question for a password
    TYPED = auto()  # what an EEM applet types after "enable", which asks for a password
    NAME = auto()  # the name in a list of SNMP communities
    TYPED_KEY = auto()  # the value of which this line has the encryption type
    SCALAR = auto()  # the value of an XML element on a line of its own
    PARAGRAPH = auto()  # the secret that a sentence announces, on a line of its own, perhaps after empty ones
    ENABLE = auto()  # the password of the privileged mode after that of a user: ``enable = X``


_TERMINAL_EDGE: Final = 79
_LONGEST_SENTENCE: Final = 400
_COLONS: Final = frozenset(":：。")
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
_QUESTION: Final = re.compile(
    r"(?:\bexpect|\bwait|\bread_until|WaitForStrings?)\b[^\"']{0,40}[\"'][^\"']*assw(?:or|d)|"
    r'pattern\s+"[^"]*assw(?:or|d)|DEBUG\(cli_lib\)[\s:]+OUT\s*:.*assword:\s*$',
    re.ASCII | re.IGNORECASE,
)
_ENABLE: Final = re.compile(
    r'cli\s+command\s+"en(?:able)?"|DEBUG\(cli_lib\)[\s:]+IN\s*:\s*\S+[#>]\s*en(?:able)?\s*$',
    re.ASCII | re.IGNORECASE,
)
_LIST: Final = re.compile(
    r"""\s*(?:["'][\w:.-]*community(?:-config)?["']\s*:\s*[\[{\s]*|<[\w:.-]*community(?:-config)?>)\s*$""",
    re.ASCII,
)
_OPENING: Final = re.compile(r"\s*[\[{\s]+$", re.ASCII)
_NAME: Final = re.compile(
    r"""\s*(?:["']name["']\s*:\s*["']([^"'\n]{1,200})["']|<name>\s*([^<>]{1,200}?)\s*</name>)""", re.ASCII
)
_KEY_TYPE: Final = re.compile(
    r"""\s*(?:["'](?:encryption|enctype)["']\s*:\s*["']?[0-9]["']?\s*,|<(?P<tag>encryption|enctype)>\s*[0-9]\s*</(?P=tag)>)\s*$""",
    re.ASCII,
)
_KEY: Final = re.compile(
    r"""\s*(?:["'][\w-]+["']\s*:\s*["']([^"'\n]{1,1000})["']|<[\w:.-]+>\s*([^<>]{1,1000}?)\s*</[\w:.-]+>)""",
    re.ASCII,
)
_PARENT: Final = re.compile(r"\s*<(?:[\w.-]+:)?([\w.-]+)>\s*$", re.ASCII)
_SCALAR: Final = re.compile(r"\s*([^\s<>|{}\[\]][^<>]*?)\s*$", re.ASCII)
# "The password is:", "Here is the PSK of site B:"; "password:" alone is a prompt.
_NOUN: Final = (
    r"(?:password|passphrase|passcode|passwd|secret|psk|token|community(?:\s+string)?"
    r"|(?:pre-?shared|shared|api|tacacs|radius|encryption)\s+key)"
)
_ANNOUNCEMENT: Final = re.compile(
    rf".*\b(?:{_NOUN}\b(?:\s+[^\s:]+){{0,8}}?\s+(?:is|below|now|follows|this)"
    rf"|(?:here\s+is|here's|this\s+is|below\s+is)\s.*\b{_NOUN}\b[^:]{{0,60}})\s*:\s*",
    re.ASCII | re.IGNORECASE,
)
# A word that is no name, address, prompt or interface.
_ALONE: Final = re.compile(
    rf"""[\s>*`"'「-]*(?=[!-~]*[A-Za-z])(?=[!-~]*[0-9!#$%&*^~])(?!(?:{grammar.INTERFACE})\s*$)(?![a-z]+://)(?![\w.-]+\.[a-z]{{2,}}\s*$)"""
    r"""(?P<value>[!-.0-~][!-~]{3,63}?)(?<![#>:|])[\s`"'」]*"""
)
_LABELLED: Final = re.compile(
    r"""\s*["']?[\w-]*(?:pass\w{0,6}|secret|pwd|pw)["']?\s*[:=]""", re.ASCII | re.IGNORECASE
)
_ONLY_A_NAME: Final = re.compile(r"\s*[a-z]+:\s*", re.ASCII)  # of the fields below: "vars:"
_ENABLE_VALUE: Final = re.compile(
    r"""\s*["']?enable["']?\s*[:=]\s*(?:"(?P<double>[^"]+)"|'(?P<single>[^']+)'|(?P<bare>(?:[^\s"',]|'(?=\w))+))[\s,]*""",
    re.ASCII | re.IGNORECASE,
)
_OTHER_ACTION: Final = re.compile(r"\s*action\s+\S+\s+(?!cli\s)", re.ASCII | re.IGNORECASE)
_VALUE: Final = re.compile(r"\s*(?:[0-9]\s+)?([^\s!%]\S*)(?:\s+(?:RO|RW|ro|rw)(?:\s.*)?)?\s*$", re.ASCII)
_VALUES: Final = {Expected.NAME: _NAME, Expected.TYPED_KEY: _KEY, Expected.SCALAR: _SCALAR}
_REST: Final = re.compile(
    r"(?=\S*[A-Z0-9$./])([^\s!%]{2,})(?:\s+(?:address|hostname|local|all|force|priv|access|view|r[ow]|R[OW]|udp-port|timeout|level)\b.*)?\s*$",
    re.ASCII,
)
_NO_VALUE: Final = re.compile(r"\S*[#>]|\S+:|[a-z]+(?:-[a-z]+)+|exit|end|quit", re.ASCII)


def expected(line: str, *, before: Expected | None, ends_in_secret: bool) -> Expected | None:
    """Return what to expect of the next line, given what was expected of this one."""
    if before is Expected.ANSWER and _OTHER_ACTION.match(line):
        return before
    if ("assw" in line or "ASSW" in line) and _QUESTION.search(line):
        return Expected.ANSWER
    if (structured := _structured(line, before)) is not None:
        return structured
    if line.rstrip()[-1:] in _COLONS and _announces(line):
        return Expected.PARAGRAPH
    if before is Expected.PARAGRAPH and not line.strip():
        return before
    if before is Expected.ENABLE and _ONLY_A_NAME.fullmatch(line):
        return before
    if ends_in_secret:
        if len(line) >= _TERMINAL_EDGE:
            return Expected.REST
        return Expected.ENABLE if _LABELLED.match(line) else None
    last = line[-80:].split()[-1:]
    if not last or not (last[0].lower() in _KEYWORDS or (len(last[0]) == 1 and last[0].isdigit())):
        return None
    return Expected.VALUE if _UNFINISHED.search(line[-400:]) else None


def _announces(line: str) -> bool:
    return len(line) <= _LONGEST_SENTENCE and bool(_ANNOUNCEMENT.fullmatch(line) or is_announcement(line))


def _structured(line: str, before: Expected | None) -> Expected | None:
    """Return what a line of JSON, XML or an applet leads to."""
    if ('"' in line or ")" in line) and "en" in line.lower() and _ENABLE.search(line):
        return Expected.TYPED
    if before is Expected.NAME and _OPENING.fullmatch(line):
        return before
    if "communit" in line and _LIST.fullmatch(line):
        return Expected.NAME
    if ("encryption" in line or "enctype" in line) and _KEY_TYPE.fullmatch(line):
        return Expected.TYPED_KEY
    if line.rstrip()[-1:] == ">" and (parent := _PARENT.fullmatch(line)):
        return Expected.SCALAR if kind_of(parent[1]) else None
    return None


def continued(before: Expected, line: str) -> list[SecretSpan]:
    """Return the secret that this line begins with, because of the line before it."""
    if before is Expected.ANSWER:
        return answers(line, line.lower())
    if before is Expected.TYPED:
        return answers(line, line.lower(), only_odd=True)
    if before in _VALUES:
        match = _VALUES[before].match(line)
        return list(found_at(line, *match.span(match.lastindex or 0), "key")) if match else []
    if before is Expected.ENABLE:
        match = _ENABLE_VALUE.fullmatch(line)
        if match is None or is_no_value(match[match.lastgroup or 0].lower(), "password"):
            return []
        return list(found_at(line, *match.span(match.lastgroup or 0), "password"))
    if before is Expected.PARAGRAPH:
        match = _ALONE.fullmatch(line[:_LONGEST_SENTENCE])
        return list(found_at(line, *match.span("value"), "password")) if match else []
    match = (_VALUE if before is Expected.VALUE else _REST).match(line)
    if match is None or _NO_VALUE.fullmatch(match[1]) or is_hidden(match[1]):
        return []
    return [SecretSpan(start=match.start(1), end=match.end(1), kind="password")]
