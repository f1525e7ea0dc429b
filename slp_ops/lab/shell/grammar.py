"""Command grammar: abbreviations, arguments, and the three refusals of IOS.

A grammar is a list of phrases such as ``terminal length <number>``. Words may be abbreviated while
unambiguous; an argument in angle brackets accepts values of its kind:

    <word>  <number>  <line> (the rest)  <interface> (one or two words)  <address>
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_INTERFACES: Final = (
    "Vlan", "Loopback", "GigabitEthernet", "TenGigabitEthernet", "TwentyFiveGigE",
    "FortyGigabitEthernet", "HundredGigE", "TwoGigabitEthernet", "Port-channel", "Tunnel",
    "AppGigabitEthernet", "FastEthernet", "Bluetooth",
)  # fmt: skip
_NUMBERED: Final = re.compile(r"([A-Za-z-]+)(\d+(?:/\d+){0,3})", re.ASCII)
_PLACE: Final = re.compile(r"\d+(?:/\d+){0,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Invalid:
    """The caret's column in the line as typed."""

    column: int


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Ambiguous abbreviation."""


@dataclass(frozen=True, slots=True)
class Incomplete:
    """Incomplete command: more words are needed."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Single unknown word: IOS interprets it as a host name.

    Without name lookup, the caret is at ``column``.
    """

    word: str
    column: int


Refusal = Invalid | Ambiguous | Incomplete | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Parsed command: its phrase, its words in full, its arguments in order."""

    phrase: str
    words: tuple[str, ...]
    arguments: tuple[str, ...]

    @property
    def text(self) -> str:
        """The command in full words."""
        return " ".join(self.words)


@dataclass(slots=True)
class Node:
    """Node of the grammar; ``phrase`` is set where a command may end."""

    words: dict[str, Node] = field(default_factory=dict)
    arguments: dict[str, Node] = field(default_factory=dict)
    phrase: str | None = None


class Grammar:
    """Phrases that can be recognised. ``known`` words exist on a switch but are not simulated.

    They count for ambiguity and are rejected like a misspelling.
    """

    def __init__(self, phrases: Iterable[str] = (), known: Iterable[str] = ()) -> None:
        self.root = Node()
        for phrase in phrases:
            self.add(phrase)
        for phrase in known:
            self._descend(phrase)

    def add(self, phrase: str) -> None:
        """Add a phrase as a command."""
        self._descend(phrase).phrase = phrase

    def _descend(self, phrase: str) -> Node:
        node = self.root
        for word in phrase.split():
            branch = node.arguments if word.startswith("<") else node.words
            node = branch.setdefault(word, Node())
        return node

    def parse(self, line: str) -> Match | Refusal | None:
        """Parse a line; None when it is blank."""
        tokens = [(found.start(), found.group()) for found in re.finditer(r"\S+", line)]
        if not tokens:
            return None
        node, words, arguments = self.root, [], []
        index = 0
        while index < len(tokens):
            column, token = tokens[index]
            step = _take_word(node, token)
            if isinstance(step, tuple):
                word, node = step
                words.append(word)
                index += 1
                continue
            if isinstance(step, Ambiguous):
                return step
            taken = _take_argument(node, line, tokens[index:])
            if taken is None:
                if index == 0 and len(tokens) == 1:
                    return Unknown(token, column + _agreement(node, token))
                return Invalid(column + _agreement(node, token))
            value, node, used = taken
            words.append(value)
            arguments.append(value)
            index += used
        if node.phrase is None:
            if not node.words and not node.arguments:
                # Known to exist, not simulated.
                return Invalid(tokens[-1][0])
            return Incomplete()
        return Match(phrase=node.phrase, words=tuple(words), arguments=tuple(arguments))

    def expected(self, line: str) -> tuple[str, ...]:
        """Return the words that may follow, or that complete the current one: for ``?`` and Tab."""
        *before, begun = line.split(" ") if line else [""]
        node = self.root
        for token in (word for word in before if word):
            step = _take_word(node, token)
            if isinstance(step, tuple):
                node = step[1]
                continue
            taken = _take_argument(node, token, [(0, token)])
            if taken is None:
                return ()
            node = taken[1]
        words = tuple(sorted(word for word in node.words if word.startswith(begun.lower())))
        if begun:
            return words
        ends = ("<cr>",) if node.phrase is not None else ()
        return words + tuple(kind.upper() for kind in node.arguments) + ends


def pick(token: str, words: Iterable[str]) -> tuple[str, ...]:
    """Return the words that a token may abbreviate; a full word matches itself only."""
    lowered = token.lower()
    found = tuple(word for word in words if word.lower().startswith(lowered))
    exact = tuple(word for word in found if word.lower() == lowered)
    return exact or found


def _take_word(node: Node, token: str) -> tuple[str, Node] | Ambiguous | None:
    found = pick(token, node.words)
    if len(found) == 1:
        return found[0], node.words[found[0]]
    if found and not node.arguments:
        return Ambiguous()
    return None


def _take_argument(node: Node, line: str, tokens: list[tuple[int, str]]) -> tuple[str, Node, int] | None:
    for kind, child in node.arguments.items():
        if kind == "<line>":
            return line[tokens[0][0] :].rstrip(), child, len(tokens)
        if kind == "<interface>":
            if taken := _interface(tokens):
                return taken[0], child, taken[1]
            continue
        if (value := _KINDS.get(kind, _any)(tokens[0][1])) is not None:
            return value, child, 1
    return None


def _interface(tokens: list[tuple[int, str]]) -> tuple[str, int] | None:
    """Parse an interface: ``vl100``, ``Vlan 100`` and ``gi1/0/1`` are one interface each."""
    token = tokens[0][1]
    if found := _NUMBERED.fullmatch(token):
        names = pick(found[1], _INTERFACES)
        return (f"{names[0]}{found[2]}", 1) if names else None
    if len(tokens) > 1 and _PLACE.fullmatch(tokens[1][1]):
        names = pick(token, _INTERFACES)
        return (f"{names[0]}{tokens[1][1]}", 2) if names else None
    return None


def _any(token: str) -> str | None:
    return token


def _number(token: str) -> str | None:
    return token if token.isdecimal() and token.isascii() else None


def _address(token: str) -> str | None:
    parts = token.split(".")
    fits = len(parts) == 4 and all(part.isdecimal() and int(part) < 256 for part in parts)
    return token if fits or ":" in token else None


_KINDS: Final[dict[str, Callable[[str], str | None]]] = {
    "<number>": _number,
    "<address>": _address,
}


def _agreement(node: Node, token: str) -> int:
    """Count the matching leading letters of a token: IOS puts the caret under the next one."""
    lowered = token.lower()
    best = 0
    for word in node.words:
        same = 0
        for mine, theirs in zip(lowered, word.lower(), strict=False):
            if mine != theirs:
                break
            same += 1
        best = max(best, same)
    return min(best, len(token) - 1)
