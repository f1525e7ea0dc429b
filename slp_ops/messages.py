"""Messages of slp-ops in Japanese: errors, hints, notices, questions, which code raises in English.

An error is raised, stored in a run and written to JSON in English; where it is shown to an operator it is
translated. The catalogue ``messages.ja.yaml`` contains each message with ``{}`` for each value, ``{#}`` for a
number, and its translation with ``{0}``, ``{1}`` for the same values. A value that is a message of the
catalogue is translated too, as a reason within a sentence. It may also be text of a switch: a message that
begins with a value and has few words, such as ``{} is not {}``, is not recognized there. A message without an
entry stays in English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from slp_ops.i18n import Lang, Text

_DEEPEST: Final = 4
# Words that a message beginning with a value needs, to be recognized within another one.
_SPECIFIC: Final = 3
_COMMON: Final = frozenset(
    (
        *("a", "an", "and", "are", "at", "by", "for", "has", "in", "is", "it", "no", "none", "not", "of"),
        *("on", "or", "the", "to", "was", "with"),
    )
)
_LONGEST: Final = 4000  # characters of a message; longer ones are device text


def translate(message: str, lang: Lang) -> str:
    """Return the message in the language."""
    if lang is Lang.EN or not message:
        return message
    found = _japanese(message, _DEEPEST)
    if found is None:
        found = "; ".join(_japanese(part, _DEEPEST - 1) or part for part in message.split("; "))
    return found


def message_text(message: str) -> Text:
    """Return the message in both languages."""
    return Text(message, translate(message, Lang.JA))


@dataclass(frozen=True, slots=True)
class _Template:
    """A message with values, and its translation."""

    pattern: re.Pattern[str]
    pieces: tuple[str, ...]
    japanese: str
    is_specific: bool

    def match(self, message: str) -> tuple[str, ...] | None:
        """Return the values of the message, or None where it is another one."""
        if not (message.startswith(self.pieces[0]) and message.endswith(self.pieces[-1])):
            return None
        if not all(piece in message for piece in self.pieces):
            return None
        found = self.pattern.fullmatch(message)
        return None if found is None else found.groups()


def _japanese(message: str, depth: int) -> str | None:
    exact, templates = _catalog()
    if (found := exact.get(message)) is not None:
        return found
    if not depth or len(message) > _LONGEST:
        return None
    for template in templates:
        values = template.match(message) if depth == _DEEPEST or template.is_specific else None
        if values is not None:
            return template.japanese.format(*(_value(value, depth - 1) for value in values))
    return None


def _value(value: str, depth: int) -> str:
    """Return a value within a message, or a list of counts. A single word is a name: it stays as it is."""
    if " " not in value:
        return value
    if _COUNTS.fullmatch(value):
        return "、".join(_japanese(each, depth) or each for each in value.split(", "))
    return _japanese(value, depth) or value


@cache
def _catalog() -> tuple[dict[str, str], tuple[_Template, ...]]:
    """Return the messages without values, and those with values, the most specific first."""
    exact: dict[str, str] = {}
    templates: list[tuple[int, _Template]] = []
    for english, japanese in load_catalog().items():
        pieces = tuple(piece.replace("{{", "{").replace("}}", "}") for piece in _VALUE.split(english))
        values = _VALUE.findall(english)
        if len(pieces) == 1:
            exact[pieces[0]] = japanese.replace("{{", "{").replace("}}", "}")
            continue
        groups = (r"(\d[\d,.]*)" if value == _NUMBER else "(.*?)" for value in values)
        pattern = re.compile(
            "".join(re.escape(piece) + group for piece, group in zip(pieces, (*groups, ""), strict=True)),
            re.DOTALL,
        )
        words = [word for word in _WORD.findall(" ".join(pieces)) if word not in _COMMON]
        is_specific = bool(_WORD.search(pieces[0])) or len(words) >= _SPECIFIC or _NUMBER in values
        templates.append((sum(map(len, pieces)), _Template(pattern, pieces, japanese, is_specific)))
    templates.sort(key=lambda each: -each[0])
    return exact, tuple(template for _, template in templates)


_NUMBER: Final = "{#}"
_COUNTS: Final = re.compile(r"\d+ [^,]+(, \d+ [^,]+)+")  # 2 another platform, 1 no address
_WORD: Final = re.compile(r"[A-Za-z]{2,}")
_VALUE: Final = re.compile(r"(?<!\{)\{#?\}(?!\})")


def load_catalog(name: str = "messages.ja.yaml") -> dict[str, str]:
    """Return a catalogue of the package: text in English, translation."""
    import yaml

    text = files("slp_ops").joinpath(name).read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, str] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader
    return found
