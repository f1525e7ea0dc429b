"""Descriptions beside the answers of a completion, in Japanese where the language is Japanese."""

from __future__ import annotations

from itertools import pairwise

import click
from click.shell_completion import (
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

from slp_ops.cli.help_context import HelpContext, help_language
from slp_ops.cli.japanese_help import japanese_line, japanese_summary
from slp_ops.i18n import Lang
from slp_ops.messages import translate


class _InLanguage(ShellComplete):
    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """Return the answers, described in the language of the line that is typed, or of the help."""
        found = super().get_completions(args, incomplete)
        context = HelpContext(self.cli)
        typed = [after for before, after in pairwise(args) if before == "--lang"]
        if (typed[-1] if typed else help_language(context).value) == Lang.JA.value:
            below = _commands_of(context, args)
            for item in found:
                item.help = _described(item, below.get(item.value))
        return found


def _commands_of(context: click.Context, args: list[str]) -> dict[str, click.Command]:
    """Return the subcommands of the verb that is typed, by name."""
    group = context.command
    found = (group.get_command(context, word) for word in args) if isinstance(group, click.Group) else ()
    return next((dict(each.commands) for each in found if isinstance(each, click.Group)), {})


def _described(item: CompletionItem, command: click.Command | None) -> str | None:
    if command is not None:
        return japanese_summary(command)
    return translate(japanese_line(item.help), Lang.JA) if item.help else item.help


class _Zsh(_InLanguage, ZshComplete):
    pass


class _Fish(_InLanguage, FishComplete):
    pass


def register() -> None:
    """Let click use these classes, for the shells that show descriptions."""
    for shell in (_Zsh, _Fish):
        add_completion_class(shell)
