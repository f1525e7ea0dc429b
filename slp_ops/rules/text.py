"""A sentence in English and in Japanese, side by side, so that neither can be forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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

        Only our own sentences are templates. What a device printed is a value, never a template.
        """
        return Text(
            self.en.format(**{name: _said(value, Lang.EN) for name, value in values.items()}),
            self.ja.format(**{name: _said(value, Lang.JA) for name, value in values.items()}),
        )

    def said(self, lang: Lang) -> str:
        """The words of one language."""
        return self.ja if lang is Lang.JA else self.en


def _said(value: object, lang: Lang) -> object:
    return value.said(lang) if isinstance(value, Text) else value


def verbatim(words: str) -> Text:
    """Words that are the same in every language: a name, a device's own text."""
    return Text(words, words)
