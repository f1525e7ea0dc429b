"""Sentences in English and Japanese, as pairs, so that both exist."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable


class Lang(StrEnum):
    """Output languages."""

    EN = "en"
    JA = "ja"


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in both languages. Positional: ``Text("English", "日本語")`` reads as a pair."""

    en: str
    ja: str

    def format(self, **values: object) -> Text:
        """Substitute ``{name}``; a value that is itself a Text is rendered in the same language.

        Only sentences of slp-ops are templates. Device text is a value, never a template. In
        English ``{count:switch}`` is the number with its noun, plural unless it is one.
        """
        return Text(
            self.en.format(**{name: _english(value) for name, value in values.items()}),
            self.ja.format(**{name: _render_value(value, Lang.JA) for name, value in values.items()}),
        )

    def render(self, lang: Lang) -> str:
        """Return the sentence in one language."""
        return self.ja if lang is Lang.JA else self.en


class Sentence(str):
    """An English sentence that carries its translation, where an interface takes a string."""

    text: Text

    def __new__(cls, text: Text) -> Self:
        """Make the English sentence of a text."""
        made = super().__new__(cls, text.en)
        made.text = text
        return made


def pluralize(number: int, noun: str) -> str:
    """Format a number with its noun, plural unless it is one."""
    ending = "es" if noun.endswith("ch") else "s"
    return f"{number} {noun}{'' if number == 1 else ending}"


class _Number(int):
    """English number with a noun as its format specification."""

    def __format__(self, spec: str) -> str:
        return pluralize(self, spec) if len(spec) > 1 and spec[0].isalpha() else int(self).__format__(spec)


def _english(value: object) -> object:
    return (
        _Number(value)
        if isinstance(value, int) and not isinstance(value, bool)
        else _render_value(value, Lang.EN)
    )


def _render_value(value: object, lang: Lang) -> object:
    return value.render(lang) if isinstance(value, Text) else value


def verbatim(words: str) -> Text:
    """Return a text that is the same in every language: a name, or device text."""
    return Text(words, words)


def lines_of(texts: Iterable[Text]) -> Text:
    """Return several texts as one, a line for each."""
    texts = tuple(texts)
    return Text("\n".join(text.en for text in texts), "\n".join(text.ja for text in texts))


def listing(texts: Iterable[Text], separator: str = ", ") -> Text:
    """Return several texts as one, with a separator between them; a comma of its own in Japanese."""
    texts = tuple(texts)
    return Text(separator.join(text.en for text in texts), "、".join(text.ja for text in texts))
