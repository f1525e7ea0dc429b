"""The context of every command, with help in the language of --lang, SLP_OPS_LANG, the file or the locale."""

from __future__ import annotations

import os

import click

from slp_ops.cli.language_choice import locale_language, stated_language, typed_value
from slp_ops.i18n import Lang


class HelpContext(click.Context):
    """Context of a command, with help in two languages."""

    def get_help(self) -> str:
        """Return the help of the command."""
        if help_language(self) is Lang.EN:
            from slp_ops.cli.help_examples import render_help

            return render_help(self, self.make_formatter())
        from slp_ops.cli.japanese_help import japanese_help

        return japanese_help(self)


def help_language(context: click.Context) -> Lang:
    """Return the language of the help. It is printed before --config is applied, so the file is read here."""
    if (stated := stated_language()) is not None:
        return stated
    from slp_ops.paths import config_file

    named = typed_value("--config")
    if named is None and not os.access(config_file(), os.R_OK):
        return locale_language()
    from slp_ops.cli.settings import configured_language

    return configured_language(context, named) or locale_language()
