"""Rows of commands that slp-ops has no reader for, by the TextFSM templates of ntc-templates for IOS.

A template is used where it is made for the whole command; the index of ntc-templates by itself takes the
beginning (``show license all`` would be read by the template of classic licences). A template that stops at a
line gives no rows, and every line counts as unread. Columns are those of the template, in small letters.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, TypeAlias

from slp_ops.commands._rows import Rows, cited_rows
from slp_ops.commands._textfsm import read_textfsm

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from slp_ops.commands._rows import Value

NTC_TEMPLATES: Final = "ntc-templates"
_PLATFORM: Final = "cisco_ios"
_OPTIONAL: Final = re.compile(r"\[\[(.+?)\]\]")
_ABBREVIATED: Final = re.compile(r"([\w-]+)\[\[(.+?)\]\]")


def read_rows(command: str, text: str) -> Rows | None:
    """Return the rows of an output; None without a template. Raises TemplateFailed."""
    templates = template_texts(command)
    if not templates:
        return None
    columns: dict[str, None] = {}
    values: list[dict[str, Value]] = []
    for template in templates:
        header, found = read_textfsm(template, text)
        columns |= dict.fromkeys(header)
        values += found
    return cited_rows(NTC_TEMPLATES, columns, values, text)


def template_texts(command: str) -> tuple[str, ...]:
    """Return the texts of the templates that are made for a command; none without any."""
    return tuple(_folder().joinpath(name).read_text(encoding="utf-8") for name in templates_of(command))


@cache
def templates_of(command: str) -> tuple[str, ...]:
    """Return the templates that are made for a command, complete or abbreviated; none for licences."""
    found = _entry(command)
    return () if found is None else found[1]


def complete_words(command: str) -> str | None:
    """Return the command with its abbreviated words in full; None where no template is made for it."""
    found = _entry(command)
    if found is None:
        return None
    return " ".join(
        next((full for short, full in found[2] if full.startswith(word) and word.startswith(short)), word)
        for word in _words(command).split()
    )


def is_licence_command(command: str) -> bool:
    """Return whether a command shows a page of the licence agent, in full or abbreviated."""
    return re.match(r"sh(o|ow)? li(c|ce|cen|cens|cense)?\b", _words(command)) is not None


@cache
def _entry(command: str) -> _Entry | None:
    words = _words(command)
    if is_licence_command(words):
        return None  # the licensing pages have readers of their own, which know what a template reads wrongly
    return next((each for each in _index() if each[0].fullmatch(words)), None)


def _words(command: str) -> str:
    return " ".join(command.lower().split())


# The pattern of a command, its templates, and its words: the shortest form of each, and the full one.
_Entry: TypeAlias = tuple[re.Pattern[str], tuple[str, ...], tuple[tuple[str, str], ...]]


@cache
def _index() -> tuple[_Entry, ...]:
    """Return the index of IOS."""
    found = []
    for line in _folder().joinpath("index").read_text(encoding="utf-8").split("\n"):
        fields = [field.strip() for field in line.split(",", 3)]
        if len(fields) == 4 and fields[2] == _PLATFORM:
            pattern = _OPTIONAL.sub(lambda optional: _completed(optional[1]), fields[3])
            words = tuple((short, short + rest) for short, rest in _ABBREVIATED.findall(fields[3]))
            found.append((re.compile(pattern, re.IGNORECASE), tuple(fields[0].split(":")), words))
    return tuple(found)


def _completed(letters: str) -> str:
    """Return the pattern of optional letters: ``ow`` becomes ``(?:o(?:w)?)?``."""
    pattern = ""
    for letter in reversed(letters):
        pattern = f"(?:{letter}{pattern})?"
    return pattern


@cache
def _folder() -> Traversable:
    return files("ntc_templates") / "templates"
