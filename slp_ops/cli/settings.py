"""Options whose value may come from a variable or from the configuration file.

An option reads SLP_OPS_<OPTION>, and the key ``option`` of the file. Where verbs differ in its meaning, it
reads SLP_OPS_<VERB>_<OPTION>, and the key below the verb. What belongs to one call has a
variable, but no key.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from slp_ops.cli.options import (
    CONSENT_RULE,
    ConsentOption,
    HostKeyOption,
    NumberOrAuto,
    variable_without_verb,
)
from slp_ops.errors import SlpOpsError
from slp_ops.i18n import Lang

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slp_ops.app.configuration import Configuration, KnownKey
    from slp_ops.report.documents.config import ConfigDocument, SettingEntry

# Runs, journals, plans, parameters, files and answers of one call; the simulated switches; a hub's folder.
_ONE_CALL: Final = frozenset(
    f"SLP_OPS_{name}"
    for name in (
        "RUN", "AGAINST", "PLAN", "OUT", "ROLLBACK", "PLAYBOOK", "PARAM", "SECRET_FILE", "RELEASE", "FOR",
        "TO", "ANEW", "BUNDLE", "BUNDLE_DEVICE", "NORMAL", "CASE", "TRIGGER", "WORK_DONE", "FREQUENCY",
        "SCOPE", "ERROR_TIME", "CONDITIONS", "CONNECTION", "TOPOLOGY", "BUNDLE_ANSWERS",
        "REMEDIATE_ANSWERS", "FLOW", "RELAY", "BY_HAND",
        "PARSE_COMMAND", "CHECK_REACHABILITY_JUNIT", "COLLECT_RESUME", "AUDIT_RESUME",
        "CHECK_REACHABILITY_RESUME", "REMEDIATE_RESUME",
        "USAGE_SAVE_RESUME", "USAGE_IMPORT_RESUME", "HUB_FOLDER",
    )
)  # fmt: skip
CONFIG_FILE: Final = "slp_ops.config_file"  # in a context: the value of --config
_CONFIGURATION: Final = "slp_ops.configuration"  # in a context
_SECRET: Final = re.compile(r"_(PASSWORD|ENABLE|PASSPHRASE|USERNAME)$|^SLP_OPS_(PASSWORD|ENABLE|PARAM_)")
_OTHER_CALLS: Final = ("SLP_OPS_LAB_", "SLP_OPS_REPORT_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """An option of a verb, with its variable and its key in the file."""

    verb: tuple[str, ...]
    option: click.Option
    variable: str
    key: str

    @property
    def in_file(self) -> bool:
        """Return whether the file may set it."""
        return self.variable not in _ONE_CALL and not self.variable.startswith(_OTHER_CALLS)


def settings_of(command: click.Command, verb: tuple[str, ...]) -> Iterator[Setting]:
    """Yield the settings of a command and its subcommands."""
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from settings_of(each, (*verb, name))
    for option in command.params:
        if isinstance(option, click.Option) and isinstance(option.envvar, str):
            yield Setting(
                verb=verb, option=option, variable=option.envvar, key=key_of(option, option.envvar, verb)
            )


def key_of(option: click.Option, variable: str, verb: tuple[str, ...]) -> str:
    """Return the key of an option in the file: below its verb where its variable has the verb."""
    plain = variable_without_verb(option)
    name = plain.removeprefix("SLP_OPS_").lower()
    return name if variable == plain else ".".join((*verb, name))


def every_command(ctx: click.Context) -> Iterator[tuple[str, click.Command]]:
    """Import every verb of the program; yields its name and its command."""
    root = ctx.find_root()
    if isinstance(root.command, click.Group):
        for verb in root.command.list_commands(root):
            command = root.command.get_command(root, verb)
            if command is not None:
                yield verb, command


def every_setting(ctx: click.Context) -> list[Setting]:
    """Return the settings of all verbs."""
    return [each for verb, command in every_command(ctx) for each in settings_of(command, (verb,))]


def apply_file(ctx: click.Context, param: click.Parameter, named: str | None) -> None:
    """Make the values of the file the defaults of the verb's options."""
    try:
        configuration = _load(ctx, _named(ctx, named))
    except SlpOpsError:
        if ctx.resilient_parsing:
            return  # a completion prints no error
        raise
    ctx.meta[_CONFIGURATION] = configuration
    ctx.meta[CONFIG_FILE] = _named(ctx, named)
    ctx.default_map = {
        each.option.name: configuration.values[each.key].value
        for each in settings_of(ctx.command, _verb(ctx))
        if each.option.name and each.key in configuration.values
    }


def configured_language(ctx: click.Context, named: str | None) -> Lang | None:
    """Return the language that the named file sets, or the user's; None where it has none or has problems."""
    from slp_ops.app.configuration import load_configuration

    try:
        values = load_configuration(named, lambda: _keys_of_call(ctx), dict).values
    except SlpOpsError:
        return None
    return next((lang for lang in Lang if "lang" in values and values["lang"].value == lang.value), None)


def _load(ctx: click.Context, path: str | None) -> Configuration:
    """Read the file. Other verbs are imported only to name every problem, and to show their settings.

    The values of other verbs are checked by their kind; their ranges where they are used.
    """
    from slp_ops.app.configuration import load_configuration

    if _verb(ctx)[:1] != ("config",):
        try:
            return load_configuration(path, lambda: _keys_of_call(ctx), dict)
        except SlpOpsError:
            if ctx.resilient_parsing:
                raise
    return load_configuration(path, lambda: _known_keys(ctx), lambda: _refused_keys(ctx))


def _keys_of_call(ctx: click.Context) -> Mapping[str, KnownKey]:
    """Return every key; only those of the running verb check their values."""
    from slp_ops.app.configuration import KnownKey
    from slp_ops.cli.setting_keys import KEYS

    others = {
        key: KnownKey(kind=kind, several=several, check=lambda value: "")
        for kind, several, keys in KEYS
        for key in keys.split()
    }
    own = (each for each in settings_of(ctx.command, _verb(ctx)) if each.in_file)
    return others | {each.key: _known(each) for each in own}


def _verb(ctx: click.Context) -> tuple[str, ...]:
    return () if ctx.parent is None else (*_verb(ctx.parent), str(ctx.info_name))


def add_config_option(command: click.Command, words: str) -> None:
    """Add --config to a command that lacks it, and to its subcommands."""
    only_a_group = False
    if isinstance(command, click.Group):
        only_a_group = not command.invoke_without_command
        for each in command.commands.values():
            add_config_option(each, words)
    if not only_a_group and all(option.name != "config" for option in command.params):
        command.params.append(
            click.Option(
                ["--config"],
                metavar="FILE",
                help=words,
                is_eager=True,
                expose_value=False,
                callback=apply_file,
            )
        )


def _named(ctx: click.Context, named: str | None) -> str | None:
    """Return the file that --config names, behind the verb or before it."""
    if named is not None:
        return named
    before: str | None = ctx.find_root().params.get("config")
    return before


def _known_keys(ctx: click.Context) -> Mapping[str, KnownKey]:
    return {each.key: _known(each) for each in every_setting(ctx) if each.in_file}


def _known(setting: Setting) -> KnownKey:
    from slp_ops.app.configuration import KnownKey, ValueKind

    option = setting.option
    kind = ValueKind.TEXT
    if option.is_flag:
        kind = ValueKind.FLAG
    elif isinstance(option.type, click.types.IntParamType | click.types.FloatParamType):
        kind = ValueKind.NUMBER
    elif isinstance(option.type, NumberOrAuto):
        kind = ValueKind.NUMBER_OR_WORD
    elif isinstance(option.type, click.Path):
        kind = ValueKind.PATH

    def check(value: object) -> str:
        if isinstance(option, HostKeyOption) and str(value).lower() == "off":
            return f"is off: {CONSENT_RULE}; type --host-key off"
        try:
            option.process_value(click.Context(click.Command("")), value)
        except click.BadParameter as err:
            return f"is refused: {err.message}"
        return ""

    return KnownKey(kind=kind, several=option.multiple, check=check)


def _refused_keys(ctx: click.Context) -> Mapping[str, str]:
    below_verbs: dict[str, list[str]] = {}
    for key in _known_keys(ctx):
        if "." in key:
            below_verbs.setdefault(key.rpartition(".")[2], []).append(key)
    differing = {
        name: f"differs between verbs; put it below one: {' or '.join(keys)}"
        for name, keys in below_verbs.items()
    }
    return differing | {
        key: f"{CONSENT_RULE}; type {option.opts[0]}"
        for verb, option in consent_options(ctx)
        for name in (variable_without_verb(option).removeprefix("SLP_OPS_").lower(),)
        for key in (name, ".".join((*verb, name)))
    }


def consent_options(ctx: click.Context) -> Iterator[tuple[tuple[str, ...], click.Option]]:
    """Yield each option by which the operator consents, with its verb."""
    for verb, command in every_command(ctx):
        yield from _consent_options(command, (verb,))


def _consent_options(
    command: click.Command, verb: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Option]]:
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from _consent_options(each, (*verb, name))
    yield from ((verb, option) for option in command.params if isinstance(option, ConsentOption))


def current_settings(ctx: click.Context) -> ConfigDocument:
    """Return every setting with its value and source, without secrets."""
    from slp_ops.paths import config_file
    from slp_ops.report.documents.config import ConfigDocument

    configuration: Configuration = ctx.meta[_CONFIGURATION]
    settings = every_setting(ctx)
    first = {each.key: each for each in reversed(settings)}
    entries = (
        _entry(first[key], configuration)
        for key in sorted(first, key=lambda key: ("." in key, key))
        if first[key].in_file or os.environ.get(first[key].variable)
    )
    read = {each.variable for each in settings}
    consents = {variable_without_verb(option) for _, option in consent_options(ctx)}
    ambiguous = {variable_without_verb(each.option) for each in settings} - read
    present = sorted(name for name, value in os.environ.items() if name.startswith("SLP_OPS_") and value)
    secrets = [name for name in present if name not in read and _SECRET.search(name)]
    refused = [name for name in present if name in consents | ambiguous]
    return ConfigDocument(
        file=None if configuration.path is None else str(configuration.path),
        usual_file=str(config_file()),
        settings=tuple(entries),
        secrets=tuple(secrets),
        refused=tuple(refused),
        unknown=tuple(name for name in present if name not in {*read, *secrets, *refused}),
    )


def _entry(setting: Setting, configuration: Configuration) -> SettingEntry:
    from slp_ops.report.documents.config import SettingEntry

    in_file = configuration.values.get(setting.key)
    variable = os.environ.get(setting.variable)
    line = None
    if variable:
        # A parameter may have been given as a value that is a secret: --param refuses it later.
        value = "(not shown)" if setting.variable == "SLP_OPS_PARAM" else variable
        source = f"variable {setting.variable}"
    elif in_file is not None:
        value, line = _shown(in_file.value), in_file.line
        source = f"{configuration.path}:{line}"
    else:
        default, note = setting.option.to_info_dict()["default"], setting.option.show_default
        value = _shown(note if default is None and isinstance(note, str) else default)
        source = "default"
    return SettingEntry(
        key=setting.key,
        variable=setting.variable,
        in_file=setting.in_file,
        value=value,
        source=source,
        line=line,
    )


def _shown(value: object) -> str:
    if value is None or value in ((), ""):
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
