"""Messages, errors and usage errors on standard error, in the language of this command."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from io import StringIO
from typing import Final

import click

from slp_ops.cli.help_context import help_language
from slp_ops.cli.language_choice import choose, language
from slp_ops.cli.next_command import newest_call, with_options
from slp_ops.errors import InputError, Interrupted, Problem, SlpOpsError, continuation_of
from slp_ops.i18n import Lang
from slp_ops.messages import translate
from slp_ops.sanitize import printable

# "  hint: ", "error: ", and the indentation of a line below them.
_LABEL: Final = re.compile(r" *(?:(?:hint|error|warning|Error|ヒント|エラー|警告): )?")


def spoken(message: str) -> str:
    """Return the message in the language of this command."""
    return translate(message, language())


def notice(message: str) -> None:
    """Print a notice of slp-ops on standard error; the commands in it get the options of this call."""
    lines = [printable(line) for line in with_options(spoken(message)).split("\n")]
    if sys.stderr.isatty():
        lines = [part for line in lines for part in _fitted(line)]
    click.echo("\n".join(lines), err=True)


def _fitted(line: str) -> list[str]:
    """Return a line in the columns of the terminal, indented behind its label.

    A line with a command stays whole, so that the command can be copied.
    """
    from slp_ops.report.terminal.layout import wrapped

    if "slp-ops " in line:
        return [line]
    label = _LABEL.match(line)
    first = "" if label is None else label[0]
    return wrapped(line[len(first) :], first)


def show_failure(message: str, hint: str = "", *, is_error: bool = True) -> None:
    """Print an error and its hint on standard error."""
    message = "\n".join(spoken(line) for line in message.split("\n"))
    notice(f"error: {message}" if is_error else message)
    if hint:
        notice(f"  hint: {hint}")


def show_error(err: SlpOpsError) -> None:
    """Print an error of slp-ops, each problem of a file in the language of this command."""
    problems = err.problems if isinstance(err, InputError) else ()
    message = "\n".join(str(_spoken_problem(each)) for each in problems) or err.message
    show_failure(message, err.hint, is_error=not isinstance(err, Interrupted))


def show_continuation(err: BaseException) -> None:
    """Print the command that continues, where an error names one."""
    for line in continuation_of(err):
        notice(line)


def _spoken_problem(problem: Problem) -> Problem:
    if language() is Lang.EN:
        return problem
    expected = f" (必要な形式: {spoken(problem.expected)})" if problem.expected else ""
    return replace(problem, message=f"{spoken(problem.message)}{expected}", expected="")


def show_usage_error(err: click.ClickException) -> None:
    """Print what click found wrong with the command line, in the language of its help."""
    context = None
    if isinstance(err, click.UsageError):
        context = err.ctx = err.ctx or newest_call()
    if context is not None:
        choose(help_language(context))
    if isinstance(err, click.exceptions.NoArgsIsHelpError):
        err.show()
        return
    if language() is Lang.EN:
        shown = StringIO()
        err.show(shown)
        click.echo(printable(shown.getvalue()), err=True, nl=False)  # names in it may be of an edited run
        _hint_at_options(err, context)
        return
    if context is not None:
        from slp_ops.cli.japanese_help import japanese_usage

        click.echo(japanese_usage(context), err=True)
        notice(f"Try '{context.command_path} --help' for help.\n")
    notice(f"Error: {err.format_message()}")
    _hint_at_options(err, context)


def _hint_at_options(err: click.ClickException, context: click.Context | None) -> None:
    """Name the options for switches, a release or an inventory, where an argument was given for one."""
    is_argument = isinstance(err, click.BadParameter) and isinstance(err.param, click.Argument)
    if context is None or not (is_argument or err.message.startswith("Got unexpected extra argument")):
        return
    options = {name for each in context.command.params for name in each.opts}
    if "--release" in options:
        notice(
            "  hint: a release is named with --release, switches are selected with --site, --tag and --limit"
        )
    elif "--limit" in options:
        notice("  hint: switches are selected with --site, --tag and --limit")
    elif "--inventory" in options:
        notice("  hint: the inventory is named with -i FILE")
