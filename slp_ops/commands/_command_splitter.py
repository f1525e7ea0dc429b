"""Splitter of a terminal log or a show tech into its commands.

    ------------------ show license status ------------------     show tech-support
    tyo-core-01#show license status                               a terminal's log
    tyo-core-01(config)#do show license status                    the same in configuration mode
    show license status                                           an echo without its prompt

A line without a prompt is an echo only if it is a documented command in full. After a prompt at most one
blank is allowed: "Switch#   Role" is a heading.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from slp_ops.commands import find, registry
from slp_ops.commands._capture_text import Page
from slp_ops.iosxe.names import is_host
from slp_ops.iosxe.prompts import PROMPT, hostname_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.commands import ShowCommand

_MARKS: Final = re.compile(
    r"^[ \t]*(?:-{3,60} ?(?P<marker>(?:show|test|more|dir) [^\n]{1,200}?) ?-{3,60}"
    rf"|(?P<prompt>{PROMPT})(?: ?(?:do +)?(?P<typed>\S[^\n]{{0,250}}?))?"
    r"|(?P<bare>(?:show|test license) [a-z][^\n]{1,100}?|(?:telnet|ping) \S[^\n]{1,100}?))[ \t\r]*$",
    re.MULTILINE | re.ASCII,
)


class Section(NamedTuple):
    """Text of one command without its own line, and the number of lines before it."""

    typed: str
    command: ShowCommand | None
    page: Page
    host: str | None = None  # from the prompt


def sections(text: str) -> Iterator[Section]:
    """Return the commands of a text in order; none for a text without marks."""
    known = {command.command for command in registry()}
    begun: _Begun | None = None
    counted = 0
    at = 0
    for mark in _MARKS.finditer(text):
        typed = mark["marker"] or mark["typed"] or mark["bare"] or ""
        if mark["typed"] and typed[0].isupper() and find(typed) is None:
            continue  # a sentence of a banner behind what looks like a prompt
        if mark["bare"] and typed.split("|")[0].strip() not in known and not _is_probe(typed):
            continue
        if begun is not None:
            yield _section(text[begun.at : mark.start()], begun)
            begun = None
        lines = counted + text.count("\n", at, mark.end()) + 1
        counted, at = lines - 1, mark.end()
        if typed:
            begun = _Begun(typed, mark["prompt"], min(mark.end() + 1, len(text)), lines)
    if begun is not None:
        yield _section(text[begun.at :], begun)


def _is_probe(typed: str) -> bool:
    """Return whether an echo without its prompt is a probe of a host: prose has other words."""
    words = typed.split()
    if words[0] == "ping":
        return len(words) == 2 and is_host(words[1]) and "." in words[1]
    return words[0] == "telnet" and len(words) > 2 and is_host(words[1]) and words[2].isdecimal()


class _Begun(NamedTuple):
    """Typed command, its prompt, the place where its text begins, and the number of lines before that."""

    typed: str
    prompt: str | None
    at: int
    before: int


def _section(text: str, begun: _Begun) -> Section:
    typed = " ".join(begun.typed.split())
    host = None if begun.prompt is None else hostname_of(begun.prompt)
    return Section(typed, find(typed), Page(text, command=typed, before=begun.before), host)
