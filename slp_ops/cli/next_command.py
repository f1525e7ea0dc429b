"""Commands that messages name, with the options of this call: typed as printed, they work.

A message names a command by its verb and its own arguments, such as ``slp-ops remediate --resume JOURNAL``.
Where it is printed, ``with_options`` inserts behind the verb the options by which this call found its
inventory, sessions, runs and playbooks, as far as that verb has them. A command that starts anew also gets
the selection and the parameters; one that continues a journal, a plan or a run finds them there. One that
resumes gets batches and time limits as well. Consent holds for one call and is never inserted. A command that
is to be typed without a hub is written ``SLP_OPS_HUB= slp-ops ...``, and gets no --hub.
"""

from __future__ import annotations

import re
import shlex
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from slp_ops.cli.help_context import HelpContext
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCES: Final = (
    "--inventory", "--ssh-config", "--offline", "--known-hosts", "--host-key", "--transport",
    "--connect-timeout", "--login-timeout", "--max-output", "--max-time", "--processes", "--hub",
    "--reload-wait",
)  # fmt: skip
_STORED: Final = ("--runs-dir", "--rules", "--playbooks", "--flows", "--secret-file")
_EXECUTION: Final = ("--batch", "--max-fail", "--wait", "--rollback-on-fail", "--revert-timer", "--answers")
_CHANGED: Final = ("--playbook", "--param")  # with --resume: other values than the journal has
_SELECTION: Final = ("--site", "--tag", "--limit", "--failed")
_REQUEST: Final = (
    "--playbook", "--flow", "--param", "--all", "--days", "--to", "--in-band", "--for", "--by-hand",
    "--clean",
)  # fmt: skip
_CONTINUING: Final = frozenset({"--resume", "--rollback", "--plan", "--run"})
_COMMAND: Final = re.compile(r"(\bSLP_OPS_HUB= )?\bslp-ops ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
_END: Final = re.compile(r"\n|\bslp-ops ")
_GIVEN: Final = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)

_call: ContextVar[click.Context | None] = ContextVar("call", default=None)


class CallContext(HelpContext):
    """Context of a verb. The newest one is the call whose options the commands in messages get."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.resilient_parsing:
            _call.set(self)


def use_call_context(command: click.Command) -> None:
    """Let a command and those below it make contexts of this class."""
    command.context_class = CallContext
    if isinstance(command, click.Group):
        for each in command.commands.values():
            use_call_context(each)


def forget_call() -> None:
    """Begin a new call, of which no option is known."""
    _call.set(None)


def newest_call() -> click.Context | None:
    """Return the context of the newest call; None before its verb is known."""
    return _call.get()


def with_options(text: str) -> str:
    """Return a message, each command in it with the options of this call that it needs."""
    context = _call.get()
    if context is None or "slp-ops " not in text:
        return text
    return _COMMAND.sub(lambda found: _complete(found, context), text)


def _complete(found: re.Match[str], context: click.Context) -> str:
    command = _verb(found[2], context.find_root())
    end = found.end(2)
    if isinstance(command, click.Group):
        command = command.commands.get(found[3])
        end = found.end(3)
    if command is None:
        return found[0]
    typed = {word.partition("=")[0] for word in _END.split(found.string[end:], maxsplit=1)[0].split()}
    if found[1]:
        typed.add("--hub")  # with no value
    words = list(_words(context, command, frozenset(typed)))
    inserted = "".join(f" {one_line(shlex.quote(word))}" for word in words)
    return f"{found.string[found.start() : end]}{inserted}{found.string[end : found.end()]}"


def _verb(name: str, root: click.Context) -> click.Command | None:
    """Return the command of a verb, which may have to be imported for it.

    None where it cannot be: a signal in an import leaves half a module, and importing it fails from then on.
    The message about the interruption is printed with its commands as they are.
    """
    if not isinstance(root.command, click.Group):
        return None
    try:
        return root.command.get_command(root, name)
    except (ImportError, NameError, AttributeError):
        return None


def _words(context: click.Context, command: click.Command, typed: frozenset[str]) -> Iterator[str]:
    """Yield the words to insert into a call of the command that has these options already."""
    from slp_ops.cli.settings import CONFIG_FILE

    if file := context.meta.get(CONFIG_FILE):
        yield from ("--config", file)
    wanted = [*(() if "--run" in typed else _SOURCES), *_STORED]
    if "--resume" in typed:
        wanted += _EXECUTION
        wanted += _CHANGED if context.params.get("resume") is not None else ()
    if not typed & _CONTINUING:
        wanted += _SELECTION if not typed.intersection(_SELECTION) else ()
        wanted += _REQUEST if command is context.command else ()
    known = {name for option in command.params for name in option.opts}
    options = {max(option.opts, key=len): option for option in context.command.params}
    for name in wanted:
        if name in options and name in known and not typed.intersection(options[name].opts):
            yield from _given(context, options[name])


def _given(context: click.Context, option: click.Parameter) -> Iterator[str]:
    """Yield an option as this call has it, from its command line or environment."""
    value = context.params.get(option.name or "")
    if value is None or context.get_parameter_source(option.name or "") not in _GIVEN:
        return
    name = min(option.opts, key=len)
    if isinstance(option, click.Option) and option.is_flag:
        yield from [name] if value else []
    else:
        spelled = getattr(option.type, "spelled", str)
        for each in value if isinstance(value, tuple) else (value,):
            yield from (name, spelled(each))
