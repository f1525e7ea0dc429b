"""A sentence in English and in Japanese, side by side, so that neither can be forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Lang(StrEnum):
    """The languages that everything is said in."""

    EN = "en"
    JA = "ja"


@dataclass(frozen=True, slots=True)
class Text:
    """The same words twice. Not keyword-only: ``Text("English", "日本語")`` reads as a pair."""

    en: str
    ja: str

    def of(self, **values: object) -> Text:
        """With ``{name}`` replaced; a value that is itself a Text is said in the same language.

        Only our own sentences are templates. What a device printed is a value, never a template. In
        English ``{count:switch}`` is the number with its noun, in the plural where it is not one.
        """
        return Text(
            self.en.format(**{name: _english(value) for name, value in values.items()}),
            self.ja.format(**{name: _said(value, Lang.JA) for name, value in values.items()}),
        )

    def said(self, lang: Lang) -> str:
        """The words of one language."""
        return self.ja if lang is Lang.JA else self.en


def counted(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it is not one."""
    ending = "es" if noun.endswith("ch") else "s"
    return f"{number} {noun}{'' if number == 1 else ending}"


class _Number(int):
    """An English number, which takes a noun for its format."""

    def __format__(self, spec: str) -> str:
        return counted(self, spec) if len(spec) > 1 and spec[0].isalpha() else int(self).__format__(spec)


def _english(value: object) -> object:
    return _Number(value) if isinstance(value, int) and not isinstance(value, bool) else _said(value, Lang.EN)


def _said(value: object, lang: Lang) -> object:
    return value.said(lang) if isinstance(value, Text) else value


def verbatim(words: str) -> Text:
    """Words that are the same in every language: a name, a device's own text."""
    return Text(words, words)


def listing(texts: Iterable[Text], separator: str = ", ") -> Text:
    """Return several texts as one, with a separator between them; a comma of its own in Japanese."""
    texts = tuple(texts)
    return Text(separator.join(text.en for text in texts), "、".join(text.ja for text in texts))
