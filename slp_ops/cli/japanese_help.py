"""``--help`` in Japanese: the English help, translated and wrapped where it is rendered.

The catalogue ``help.ja.yaml`` contains each paragraph of a help text, with single spaces, and its
translation. It is read only when Japanese help is shown.
"""

from __future__ import annotations

import inspect
import re
from functools import cache
from typing import TYPE_CHECKING, Final

import click

from slp_ops.cli.help_examples import render_help
from slp_ops.messages import load_catalog

if TYPE_CHECKING:
    from collections.abc import Iterable

CATALOG: Final = "help.ja.yaml"

# Words of the frame that click puts around the help texts.
_USAGE: Final = "使用法: "
_PLACES: Final = {"[OPTIONS]": "[オプション]", "COMMAND [ARGS]...": "コマンド [引数]..."}
_HEADINGS: Final = {"Options": "オプション", "Commands": "コマンド", "Examples": "使用例"}
_NOTES: Final = {"env var: ": "環境変数: ", "default: ": "デフォルト: ", "required": "必須"}
_NOTE: Final = re.compile(r"(?<=\[)env var: |(?<=[\[ ])default: |(?<=[\[ ])required(?=\])")
_WORDS: Final = re.compile(r"(?<=\()[^()]+(?=\))")  # of a default that is no value
# A piece that stays on one line: a word, or a wide character with the punctuation that belongs to it.
_PIECE: Final = re.compile(r" +|[「『(\[\"']*(?:[!-~]+|[^ ])[、。」』)\]ーっゃゅょァィゥェォッャュョ]*")
_SENTENCE: Final = re.compile(r"[^。]*。")


def japanese_help(context: click.Context) -> str:
    """Return the help of the context's command in Japanese."""
    return render_help(context, _Formatter(context))


def japanese_usage(context: click.Context) -> str:
    """Return the usage line of the context's command in Japanese."""
    formatter = _Formatter(context)
    context.command.format_usage(context, formatter)
    return formatter.getvalue().rstrip("\n")


def japanese_line(text: str) -> str:
    """Return a help text of one line in Japanese; one without a translation stays in English."""
    return " ".join(_translated(text))


def japanese_summary(command: click.Command) -> str:
    """Return the first sentence of a command's help in Japanese; empty without a help text."""
    first = _translated(command.help or "")[0]
    found = _SENTENCE.match(first)
    return found[0] if found else first


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a help text with single spaces, as the catalogue has them."""
    return [" ".join(each.split()) for each in inspect.cleandoc(text).split("\n\n")]


@cache
def _catalog() -> dict[str, str]:
    return load_catalog(CATALOG)


def _translated(text: str) -> list[str]:
    """Return the paragraphs in Japanese; one without a translation stays in English."""
    return [_catalog().get(each, each) for each in paragraphs(text)]


class _Formatter(click.HelpFormatter):
    """Translates what click writes, and wraps by the width of the characters on a terminal."""

    def __init__(self, context: click.Context) -> None:
        super().__init__(width=context.terminal_width, max_width=context.max_content_width)
        self._context = context

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        indent = " " * 4
        for english, japanese in _PLACES.items():
            args = args.replace(english, japanese)
        self._write_lines(_wrapped(f"{_USAGE}{prog} {args}", self.width - len(indent)), indent)

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        super().write_heading(_HEADINGS.get(heading, heading))

    def write_text(self, text: str) -> None:
        """Write the paragraphs of a text."""
        indent = " " * self.current_indent
        for number, paragraph in enumerate(_translated(text)):
            self.write("\n" if number else "")
            self.write(indent)
            self._write_lines(_wrapped(paragraph, self.width - self.current_indent), indent)

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write options or commands, each with its help text beside it."""
        rows = list(rows)
        column = min(max(len(name) for name, _ in rows), col_max) + col_spacing
        indent = " " * (self.current_indent + column)
        for name, text in rows:
            begin = f"{' ' * self.current_indent}{name}"
            self.write(f"{begin}\n{indent}" if len(name) > column - col_spacing else begin.ljust(len(indent)))
            self._write_lines(_wrapped(self._described(name, text), self.width - len(indent)), indent)

    def _write_lines(self, lines: Iterable[str], indent: str) -> None:
        """Write lines, the first one where the cursor is."""
        self.write(f"\n{indent}".join(lines) + "\n")

    def _described(self, name: str, text: str) -> str:
        """Return the help of an option or of a command."""
        help_, gap, notes = text.rpartition("  [") if "  [" in text else (text, "", "")
        found = _catalog().get(help_) or self._summary(name) or help_
        return f"{found}  {_notes(f'[{notes}')}" if gap else found

    def _summary(self, name: str) -> str:
        """Return the first sentence about a command below this one; empty for an option."""
        group = self._context.command
        inner = group.get_command(self._context, name) if isinstance(group, click.Group) else None
        return "" if inner is None else japanese_summary(inner)


def _notes(text: str) -> str:
    """Return what click notes of an option: its variable, default and range."""
    text = _NOTE.sub(lambda found: _NOTES[found[0]], text)
    return _WORDS.sub(lambda found: _catalog().get(found[0], found[0]), text)


def _wrapped(text: str, width: int) -> list[str]:
    """Return the text in lines of at most this many columns; a wide character takes two."""
    from rich.cells import cell_len

    lines = []
    line = ""
    for piece in _PIECE.findall(text):
        if line and cell_len(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line = (line + piece) if line else piece.lstrip()
    return [*lines, line.rstrip()]
