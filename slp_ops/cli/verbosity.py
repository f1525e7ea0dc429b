"""The options -q and -v of every verb: how much of the work is shown on standard error."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import click
from click.core import ParameterSource

from slp_ops.cli.language import notice


class Verbosity(StrEnum):
    """Amount of status lines on standard error; results, warnings and errors are always printed."""

    QUIET = "quiet"
    USUAL = "usual"
    VERBOSE = "verbose"


_KEY: Final = "slp_ops.verbosity"


def verbosity() -> Verbosity:
    """Return the verbosity of the command that runs."""
    context = click.get_current_context(silent=True)
    return Verbosity.USUAL if context is None else context.meta.get(_KEY, (Verbosity.USUAL, False))[0]


def status(text: str) -> None:
    """Print a line about the work on standard error, unless -q is given."""
    if verbosity() is not Verbosity.QUIET:
        notice(text)


def set_verbosity(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    """Keep the verbosity that an option asks for. What is typed outranks the environment.

    Raises UsageError where both -q and -v are typed.
    """
    if not value or context.resilient_parsing:
        return
    wanted = Verbosity.QUIET if parameter.name == "quiet" else Verbosity.VERBOSE
    typed = context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
    chosen, was_typed = context.meta.get(_KEY, (wanted, False))
    if chosen is not wanted and typed and was_typed:
        raise click.UsageError("-q and -v (or --debug) exclude each other", context)
    if typed or not was_typed:
        context.meta[_KEY] = (wanted, typed)


_OPTIONS: Final = (
    click.Option(
        ["-q", "--quiet"],
        is_flag=True,
        expose_value=False,
        envvar="SLP_OPS_QUIET",
        callback=set_verbosity,
        help="Print the result, warnings and errors only.",
    ),
    click.Option(
        ["-v", "--verbose"],
        is_flag=True,
        expose_value=False,
        envvar="SLP_OPS_VERBOSE",
        callback=set_verbosity,
        help="Print each step of the work on standard error.",
    ),
)


def with_verbosity(command: click.Command) -> click.Command:
    """Add -q and -v to a command and to those below it. Nothing happens the second time."""
    if _OPTIONS[0] in command.params:
        return command
    command.params.extend(_OPTIONS)
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            with_verbosity(inner)
    return command
