"""A command of a playbook with places for values, as one writes it in a syntax description.

    ip name-server [vrf {vrf}] {servers}

``{name}`` is a value, put in as one whole word. A part in square brackets is left out when a value in it
is not given; outside of brackets a missing value leaves the whole command out. A value that is a list
makes one command for each. A secret stays ``{name}``: it is put in only where the command is sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# None is not given; a tuple is a list.
Value: TypeAlias = "str | tuple[str, ...] | None"

_TOKENS: Final = re.compile(
    r"\{(?P<slot>[^{}]*)\}|(?P<open>\[)|(?P<close>\])|(?P<text>[^{}\[\]]+)|(?P<bad>.)"
)
_SLOT: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_PRINTABLE: Final = re.compile(r"[\x20-\x7e]+", re.ASCII)
_LONGEST: Final = 240


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text, or the name of a value; ``group`` numbers its brackets, 0 for none."""

    text: str
    slot: bool
    group: int


class NoTemplate(ValueError):
    """A text that is no command with places for values; the message says why."""


@dataclass(frozen=True, slots=True)
class Template:
    """One command. ``str()`` gives it as it is written."""

    text: str
    pieces: tuple[_Piece, ...]

    @classmethod
    def parse(cls, text: str) -> Template:
        """Read a command; raises NoTemplate."""
        if not _PRINTABLE.fullmatch(text) or text != " ".join(text.split()):
            raise NoTemplate(
                "contains a control character, a line break, double blanks or non-ASCII characters"
            )
        if len(text) > _LONGEST:
            raise NoTemplate(f"is longer than {_LONGEST} characters")
        if "?" in text:
            raise NoTemplate("contains '?', which asks IOS for help and leaves half a line behind")
        return cls(text, tuple(_pieces(text)))

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of its values, in order, each once."""
        return tuple(dict.fromkeys(piece.text for piece in self.pieces if piece.slot))

    @property
    def needed(self) -> tuple[str, ...]:
        """The names of the values without which there is no command."""
        return tuple(dict.fromkeys(piece.text for piece in self.pieces if piece.slot and not piece.group))

    def render(self, values: Mapping[str, Value], secrets: Iterable[str] = ()) -> tuple[str, ...]:
        """The commands, none when a needed value is not given."""
        hidden = frozenset(secrets)
        if any(name not in hidden and not values.get(name) for name in self.needed):
            return ()
        many = [name for name in self.slots if isinstance(values.get(name), tuple)]
        if not many:
            return (self._one(values, hidden),)
        listed = values[many[0]] or ()
        return tuple(self._one({**values, many[0]: each}, hidden) for each in listed)

    def _one(self, values: Mapping[str, Value], hidden: frozenset[str]) -> str:
        left_out = {
            piece.group
            for piece in self.pieces
            if piece.slot and piece.group and piece.text not in hidden and not values.get(piece.text)
        }
        words = []
        for piece in self.pieces:
            if piece.group in left_out:
                continue
            if not piece.slot:
                words.append(piece.text)
            else:
                words.append(f"{{{piece.text}}}" if piece.text in hidden else str(values[piece.text]))
        return " ".join("".join(words).split())

    def __str__(self) -> str:
        return self.text


def _pieces(text: str) -> Iterator[_Piece]:
    group = 0
    inside = False
    for found in _TOKENS.finditer(text):
        kind = found.lastgroup
        if kind == "open" and not inside:
            group, inside = group + 1, True
        elif kind == "close" and inside:
            inside = False
        elif kind == "slot":
            if not _SLOT.fullmatch(found["slot"]):
                raise NoTemplate(f"'{{{found['slot'][:40]}}}' names no value: small letters, digits and '_'")
            yield _Piece(found["slot"], True, group if inside else 0)
        elif kind == "text":
            yield _Piece(found["text"], False, group if inside else 0)
        else:
            raise NoTemplate("has brackets or braces that do not match")
    if inside:
        raise NoTemplate("has a bracket that is not closed")


def secrets_in(command: str) -> tuple[str, ...]:
    """The names of the secrets that a rendered command still waits for."""
    return tuple(re.findall(r"\{([a-z][a-z0-9_]*)\}", command))
