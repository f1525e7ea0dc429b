"""The entry point: finds the verb, imports only that verb, and is the one place that catches all.

``slp-ops --help`` imports no verb, so that it is fast; the one-line help of the verbs is here.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
import warnings
from importlib import import_module
from typing import TYPE_CHECKING

import click

from slp_ops.cli.exits import Exit
from slp_ops.cli.help_context import HelpContext
from slp_ops.cli.language import show_continuation, show_error, show_failure, show_usage_error
from slp_ops.cli.language_choice import choose
from slp_ops.cli.next_command import forget_call, use_call_context
from slp_ops.cli.streams import is_unanswered, prepare_streams
from slp_ops.cli.verbosity import with_verbosity
from slp_ops.errors import Interrupted, SlpOpsError, continuation_of
from slp_ops.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from click.shell_completion import CompletionItem

# verb -> (module with a click command named `command`, one line of help)
VERBS: dict[str, tuple[str, str]] = {
    "bundle": ("bundle", "Collect the files for a support case in one masked zip; check such a zip."),
    "audit": ("audit", "Judge switches, saved runs or files: what is wrong, why, and what to do."),
    "check-reachability": (
        "check_reachability",
        "Test whether each switch reaches the server it reports to; show which step fails.",
    ),
    "check-version": ("check_version", "Judge releases against field notices and bugs; name the upgrade."),
    "collect": ("collect", "Run the documented show commands on each switch and keep the evidence."),
    "commands": ("commands", "List the show commands, their sets and the releases that have them."),
    "config": ("config", "Show each setting with its value and source."),
    "diff": ("diff", "Show what differs between two runs: findings, facts, configuration."),
    "explain": ("explain", "Explain a rule, a syslog message, a RUM state or a licensing term."),
    "facts": ("facts", "Show the captures of a run as typed facts."),
    "history": ("history", "Show the state of one switch in every run, and its changes."),
    "hub": ("hub", "Run the hub to which workers near the sites connect."),
    "init": ("init", "Write a commented inventory to start from."),
    "inventory": ("inventory", "Check an inventory: every problem at once, with file and line."),
    "lab": ("lab", "Simulated switches on this machine, to try everything safely."),
    "parse": ("parse", "Read one saved command output, terminal log or show tech."),
    "rules": ("rules", "List every rule with its severity; test rules of your own."),
    "remediate": ("remediate", "Fix what the audit finds: plan, apply, verify, roll back."),
    "report": ("report", "Report a run as a page, workbook, JSON, CSV, JUnit, Markdown, metrics, calendar."),
    "runs": ("runs", "List, show, verify, export and prune the runs on disk."),
    "usage": ("usage", "Exchange usage reports with CSSM by files: save, import, status."),
    "trend": ("trend", "Show where the fleet is heading: RUM reports, ACKs, failing communication."),
    "worker": ("worker", "Read the switches of a site for a hub, close to them."),
    "watch": ("watch", "Audit periodically; print changes, run a program for new findings."),
}


_KEPT = "runs that had begun are kept, see: slp-ops runs list; the same command begins again"
CONFIG_HELP = "The configuration file, or 'none'. [default: the user's, if any]"

# What the disk behind standard output refuses. Of files that slp-ops writes, it is a StoreError.
_FULL_OR_FAILED = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO})
# What a name that an operator gives may be, wherever it is first looked at: no defect.
_UNFIT_NAMES = frozenset({errno.ENAMETOOLONG, errno.EACCES})


class LazyGroup(click.Group):
    """A group that knows its verbs by name and imports one only when it is used."""

    context_class = HelpContext

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every verb, in alphabetical order."""
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb's module and give its command."""
        if cmd_name not in VERBS:
            return None
        module = import_module(f"slp_ops.cli.{VERBS[cmd_name][0]}")
        command: click.Command = module.command
        from slp_ops.cli.settings import add_config_option

        add_config_option(command, CONFIG_HELP)
        use_call_context(command)
        return with_verbosity(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve the verb; suggest verbs with a similar name for one that does not exist."""
        word = args[0]
        if word in VERBS or word.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches

        holding = [verb for verb in sorted(VERBS) if len(word) > 2 and word.lower() in verb]
        similar = dict.fromkeys([*holding, *get_close_matches(word.lower(), VERBS)])
        suggestion = f" Did you mean: {', '.join(similar)}?" if word and similar else ""
        raise click.UsageError(f"No such command {word!r}.{suggestion}", ctx)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a verb from the table, without importing any of them."""
        from click.shell_completion import CompletionItem

        found = [CompletionItem(verb, help=VERBS[verb][1]) for verb in self.list_commands(ctx)]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(each for each in found if each.value.startswith(incomplete)), *options]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs' one-liners from the table, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(verb, VERBS[verb][1]) for verb in self.list_commands(ctx)])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: " + "; ".join(f"{code.value} {code.meaning}" for code in Exit) + ".",
)
@click.version_option(__version__, prog_name="slp-ops")
@click.option("--config", metavar="FILE", help=CONFIG_HELP)
@click.pass_context
def cli(ctx: click.Context, config: str | None) -> None:
    """Find out why Catalyst 9000 switches do not report their licences, and fix it.

    Reading never changes a switch. Start with slp-ops init for your own switches, or
    slp-ops lab up for simulated ones.
    """
    ctx.color = _is_coloured(os.environ)  # click.echo strips what a renderer coloured, or keeps it in a pipe


with_verbosity(cli)


def _is_coloured(variables: Mapping[str, str]) -> bool | None:
    """Return whether the environment asks for colours; None leaves it to the terminal.

    An empty variable counts as unset: https://no-color.org, https://force-color.org. NO_COLOR outranks
    FORCE_COLOR, and both outrank TERM=dumb.
    """
    if variables.get("NO_COLOR"):
        return False
    if variables.get("FORCE_COLOR"):
        return True
    return False if variables.get("TERM") == "dumb" else None


def main() -> None:
    """Run the command line and exit with one of the documented codes."""
    prepare_streams()
    choose(None)
    forget_call()
    if not sys.warnoptions:
        # Libraries warn of their own future on stderr; that is for us, not for the operator.
        warnings.simplefilter("ignore")
    try:
        code = int(_run() or 0)
    except KeyboardInterrupt as stopped:  # also while an error is shown
        hint = "" if continuation_of(stopped) else _KEPT
        show_failure("interrupted", hint, is_error=False)
        show_continuation(stopped)
        code = Exit.INTERRUPTED
    if code == Exit.INTERRUPTED:
        # A thread may still hang in the system's resolver; everything is saved, so it is not waited for.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _run() -> int | None:
    """Run the command line; show an error. Return the exit code."""
    if "_SLP_OPS_COMPLETE" in os.environ:
        from slp_ops.cli import completion_language

        completion_language.register()
    try:
        code: int | None = cli.main(standalone_mode=False)
        sys.stdout.flush()  # at exit it is too late to report
    except click.exceptions.Exit as ended:
        code = ended.exit_code
    except click.ClickException as err:
        show_usage_error(err)
        show_continuation(err)
        code = Exit.USAGE
    except click.Abort as aborted:
        if not is_unanswered(aborted):
            raise KeyboardInterrupt from aborted
        show_failure("a question has no answer: the standard input is at its end")
        show_continuation(aborted)
        code = Exit.USAGE
    except (SystemExit, BrokenPipeError):
        # The reader (head, less) is gone, of a verb without a result in its exit code. Click ends the
        # process itself for a closed pipe alone.
        _discard_output()
        code = Exit.FINE
    except SlpOpsError as err:
        show_error(err)
        show_continuation(err)
        code = Exit.INTERRUPTED if isinstance(err, Interrupted) else Exit.USAGE
    except Exception as err:  # noqa: BLE001 - the catch-all: a defect must not end in a bare traceback
        if isinstance(err, OSError) and err.errno in _FULL_OR_FAILED:
            _discard_output()
            show_failure(f"cannot write to standard output: {err.strerror}")
            code = Exit.USAGE
        elif isinstance(err, OSError) and err.errno in _UNFIT_NAMES and err.filename is not None:
            show_failure(f"cannot read {os.fsdecode(err.filename)}: {err.strerror}")
            code = Exit.USAGE
        else:
            code = _report_bug()
        show_continuation(err)
    return code


def _discard_output() -> None:
    from slp_ops.cli.writing import discard_output

    discard_output()


def _report_bug() -> Exit:
    """Save the traceback, and name its file: it is for the maintainers."""
    from slp_ops.app.traceback_file import save_traceback

    try:
        path = save_traceback(f"slp-ops {__version__}\n{traceback.format_exc()}")
        where = f"the traceback is in {path}"
    except OSError as err:
        where = f"and the traceback could not be saved ({err.strerror})"
    show_failure(f"this is a defect of slp-ops; {where}")
    return Exit.BUG
