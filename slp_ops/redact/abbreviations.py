"""Spell out abbreviated configuration commands, so that the forms of whole commands match them.

Operators type ``en sec X`` and ``snmp-s comm X``, and paste a command behind that of its mode on one line:
``line vty 0 4 pass X``. IOS accepts each prefix of a keyword that no other keyword has; the shortest prefixes
here are long enough to be no words of a sentence.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from slp_ops.redact import grammar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.redact.spans import SecretSpan

_MOST_WORDS: Final = 20  # of a command, up to its secret
_FURTHEST: Final = 512  # characters of a line in which a command may begin
_START: Final = re.compile(r"(?:^|[#>|:\"'`])[\s+\-!]{0,40}(?:(?:no|do|default)\s+)?", re.ASCII)
_WORD: Final = re.compile(r"\S+")
# Commands that enter a mode; the command of the mode follows on the same line.
_MODE: Final = re.compile(
    r"(?:conf\w*\s+t\w*"
    r"|lin?e?\s+(?:vty|con\w*|aux|tty)\s+\d+(?:\s+\d+)?"
    r"|int\w*\s+[a-z][\w/.-]*(?:\s+\d[\d/.]*)?"
    r"|router\s+(?:bgp|ospf|ospfv3|eigrp|isis|rip)(?:\s+[\w.]+)?"
    r"|(?:tacacs|radius)\s+ser\w*\s+\S+"
    r"|aaa\s+gr\w*\s+ser\w*\s+\S+\s+\S+"
    r"|key\s+ch\w*\s+\S+(?:\s+key\s+\d+)?"
    r"|template\s+\S+"
    r"|cry\w*\s+keyr\w*\s+\S+"
    r"|cry\w*\s+ikev2\s+keyr\w*\s+\S+(?:\s+peer\s+\S+)?"
    r")\s+(?=\S)",
    re.ASCII,
)
# The password of a line in a configuration: one blank before it; two are before actions of a class.
_OF_A_LINE: Final = re.compile(r" pass? (?!(?:log|through|traffic)\b)\S+\s*", re.ASCII)
_CONFIG_PROMPT: Final = re.compile(r"\(config[\w-]*\)#\s*(?:(?:no|do|default)\s+)?$", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Keyword:
    name: str
    before_secret: bool  # words that follow it are no keywords


@dataclass(frozen=True, slots=True)
class _Command:
    head: _Keyword
    keywords: Mapping[str, _Keyword]  # by each of their prefixes
    first: int  # the word behind the head that may be a keyword; 2 if a name precedes the keywords


def _by_prefix(text: str) -> dict[str, _Keyword]:
    name, _, shortest = text.rstrip("!").partition(":")
    keyword = _Keyword(name, text.endswith("!"))
    return {name[:length]: keyword for length in range(int(shortest or len(name)), len(name) + 1)}


def _commands() -> dict[str, _Command]:
    """Return the commands by each prefix of their first word."""
    found: dict[str, _Command] = {}
    for line in grammar.ABBREVIATED.strip().splitlines():
        head, *rest = line.split()
        keywords: dict[str, _Keyword] = {}
        for each in rest:
            keywords = {**_by_prefix(each), **keywords} if each != "*" else keywords
        for prefix, keyword in _by_prefix(head).items():
            found[prefix] = _Command(keyword, keywords, 2 if "*" in rest else 1)
    return found


_COMMANDS: Final = _commands()
# Heads that are words of a sentence when they are shorter: then only a type and a key may follow the keyword.
_SHORT_HEAD: Final = {"tacacs-server": 7, "radius-server": 7}
_MOST_OF_A_KEY: Final = 3
# In the mode of a line, "pass" is a command and no word of a sentence.
_CONFIG_COMMANDS: Final = {**dict.fromkeys(("pas", "pass"), _COMMANDS["password"]), **_COMMANDS}


@dataclass(frozen=True, slots=True)
class SpelledOut:
    """A command with whole keywords. ``places`` maps its parts to the line, as (place here, shift)."""

    text: str
    places: tuple[tuple[int, int], ...]

    def in_line(self, secret: SecretSpan) -> SecretSpan:
        """Return a secret of the command at its place in the line."""
        part = bisect_right(self.places, secret.start, key=lambda place: place[0]) - 1
        shift = self.places[part][1]
        return replace(secret, start=secret.start + shift, end=secret.end + shift)


def spelled_out(text: str, lowered: str) -> SpelledOut | None:
    """Return the command of a line spelled out; None where it is so already, or there is none."""
    is_in_mode = _OF_A_LINE.fullmatch(lowered) is not None
    for start in _START.finditer(lowered, 0, _FURTHEST):
        at = start.end()
        while mode := _MODE.match(lowered, at, at + _FURTHEST):
            at = mode.end()
        if found := _command_at(text, lowered, at, is_in_mode=is_in_mode or at > start.end()):
            return found
    return None


def _command_at(text: str, lowered: str, at: int, *, is_in_mode: bool) -> SpelledOut | None:
    head = _WORD.match(lowered, at)
    command = None if head is None else _CONFIG_COMMANDS.get(head[0])
    if command is None:
        return None
    words = [(match.start(), match[0]) for match in _WORD.finditer(lowered, at, at + _FURTHEST)][:_MOST_WORDS]
    if words[0][1] not in _COMMANDS and not (
        is_in_mode or _CONFIG_PROMPT.search(lowered, max(0, at - 40), at)
    ):
        return None
    first = words[command.first][1] if len(words) > command.first else ""
    if not (command.head.before_secret or first in command.keywords or first.isdigit()):
        return None
    full = {0: command.head.name}
    for number, (_, word) in enumerate(words[command.first :], command.first):
        if command.head.before_secret:
            break
        if keyword := command.keywords.get(word):
            full[number] = keyword.name
            if keyword.before_secret:
                if len(words[0][1]) < _SHORT_HEAD.get(full[0], 0) and len(words) - number > _MOST_OF_A_KEY:
                    return None  # "tac key contact is ..."
                break
    if not is_in_mode and all(words[number][1] == name for number, name in full.items()):
        return None
    return _joined(text, at, [(*words[number], name) for number, name in sorted(full.items())])


def _joined(text: str, at: int, full: list[tuple[int, str, str]]) -> SpelledOut:
    """Return the command from ``at``; each (place, word, name) is spelled as the name."""
    pieces, places, length = [], [], 0
    for place, word, name in full:
        before = text[at:place]
        places.append((length, at - length))
        pieces += [before, name]
        length += len(before) + len(name)
        at = place + len(word)
    places.append((length, at - length))
    return SpelledOut("".join((*pieces, text[at:])), tuple(places))
