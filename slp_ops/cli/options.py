"""Options that several verbs share, as decorators; each has a help text and an environment variable."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from slp_ops.app.selection import Selection, SourceOptions, is_location
from slp_ops.cli.completion import complete_limit, complete_site, complete_tag
from slp_ops.cli.language_choice import choose, locale_language
from slp_ops.i18n import Lang

_Command = TypeVar("_Command", bound=Callable[..., Any])
_LARGEST_NUMBER: Final = 1e9


class NamedPath(click.Path):
    """A path that the operator names. An empty text, as of an unset variable, is not the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; fail for an empty text."""
        if isinstance(value, str) and not value.strip():
            self.fail("it is empty; give a value, or leave it out", param, ctx)
        return super().convert(value, param, ctx)


class InventoryPath(NamedPath):
    """A file, as a path; or an inventory of another system, as the text that names it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a Path or, for a location such as ``ansible:hosts.ini``, the text."""
        if isinstance(value, str) and is_location(value):
            return value
        return super().convert(value, param, ctx)


class SelectingOption(click.Option):
    """An option that selects devices, runs, rules or commands.

    An empty value is an error, on the command line and in the environment: a script whose variable is unset
    would otherwise select everything.
    """

    def consume_value(
        self, ctx: click.Context, opts: Mapping[str, Any]
    ) -> tuple[Any, click.core.ParameterSource]:
        """Return the value and its source; raise BadParameter for an empty one."""
        value, source = super().consume_value(ctx, opts)
        variables = [self.envvar] if isinstance(self.envvar, str) else list(self.envvar or ())
        empty = next((name for name in variables if not os.environ.get(name, name).strip()), None)
        if ctx.resilient_parsing:
            return value, source  # a completion prints no error
        if source is click.core.ParameterSource.COMMANDLINE:
            values = value if isinstance(value, tuple | list) else (value,)
            if any(isinstance(each, str) and not each.strip() for each in values):
                raise click.BadParameter("it is empty; give a value, or leave the option out", ctx, self)
        elif empty is not None:
            raise click.BadParameter(
                "it is set, but empty; give it a value, or unset it", ctx, param_hint=empty
            )
        return value, source


inventory_option = click.option(
    "-i",
    "--inventory",
    "inventory_path",
    cls=SelectingOption,
    type=InventoryPath(path_type=Path),
    envvar="SLP_OPS_INVENTORY",
    default=Path("inventory.yaml"),
    show_default="inventory.yaml",
    show_envvar=True,
    metavar="FILE|SOURCE",
    help="The inventory file, or another system's: netbox+https://HOST?FILTER=VALUE, ansible:FILE, "
    "nornir:FILE, csv:FILE, netmiko:FILE.",
)

_offline_option = click.option(
    "--offline",
    is_flag=True,
    envvar="SLP_OPS_OFFLINE",
    help="Read no source of the inventory; take its last reading, whatever its age.",
)
_refresh_option = click.option(
    "--refresh",
    is_flag=True,
    envvar="SLP_OPS_REFRESH",
    help="Read the sources of the inventory again, even where a reading is a few minutes old.",
)


def source_options(command: _Command) -> _Command:
    """Add --offline and --refresh; the command receives them as ``sources``."""

    @wraps(command)
    def with_sources(*args: Any, offline: bool, refresh: bool, **kwargs: Any) -> Any:
        return command(*args, sources=SourceOptions(offline=offline, refresh=refresh), **kwargs)

    return _offline_option(_refresh_option(with_sources))  # type: ignore[return-value]  # as given


runs_dir_option = click.option(
    "--runs-dir",
    type=NamedPath(path_type=Path),
    envvar="SLP_OPS_RUNS_DIR",
    default=Path("runs"),
    show_default="runs",
    show_envvar=True,
    help="Folder of the runs, one subfolder per run.",
)

json_option = click.option(
    "--json", "as_json", is_flag=True, envvar="SLP_OPS_JSON", help="Print JSON on stdout."
)

details_option = click.option(
    "--details",
    is_flag=True,
    envvar="SLP_OPS_DETAILS",
    help="Print every switch on its own. Without it switches with the same result are one entry.",
)


def variable_without_verb(option: click.Option) -> str:
    """Return the variable of an option's name alone, such as SLP_OPS_MAX_FAIL."""
    return f"SLP_OPS_{max(option.opts, key=len).lstrip('-').upper().replace('-', '_')}"


class VerbOption(click.Option):
    """An option that means something else in another verb: its variable is SLP_OPS_<VERB>_<OPTION>.

    The variable without the verb is ambiguous; one that is set is an error that names the other.
    """

    def consume_value(
        self, ctx: click.Context, opts: Mapping[str, Any]
    ) -> tuple[Any, click.core.ParameterSource]:
        """Return the value and its source; raise UsageError for the ambiguous variable."""
        ambiguous = variable_without_verb(self)
        if os.environ.get(ambiguous) and not ctx.resilient_parsing:
            raise click.UsageError(
                f"{ambiguous} is set, but verbs differ in its meaning; unset it, and set {self.envvar} for "
                f"{ctx.command_path}",
                ctx,
            )
        return super().consume_value(ctx, opts)


class SelectingVerbOption(VerbOption, SelectingOption):
    """An option that selects, and means something else in another verb."""


class ConsentOption(click.Option):
    """An option by which the operator consents: on the command line only, never from a variable or file."""

    def consume_value(
        self, ctx: click.Context, opts: Mapping[str, Any]
    ) -> tuple[Any, click.core.ParameterSource]:
        """Return the value and its source; raise UsageError for a variable of this name."""
        variable = variable_without_verb(self)
        if os.environ.get(variable) and not ctx.resilient_parsing:
            raise click.UsageError(
                f"{variable} is set: {CONSENT_RULE}; unset it, and type {self.opts[0]}", ctx
            )
        return super().consume_value(ctx, opts)


CONSENT_RULE: Final = "consent is never taken from the environment or a file"


class FiniteRange(click.FloatRange):
    """Range without infinities and NaN, which pass other ranges, and without spans beyond every date."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        number = float(super().convert(value, param, ctx))
        if not number <= _LARGEST_NUMBER:
            self.fail(f"{value} is not a valid {self.name}.", param, ctx)
        return number


class NumberOrAuto(click.ParamType[int]):
    """A number from 1, or ``auto``, which is another number here."""

    name = "number or auto"

    def __init__(self, *, auto: int, largest: int) -> None:
        self._auto = auto
        self._number = click.IntRange(min=1, max=largest)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        if value == "auto":
            return self._auto
        try:
            number: int = self._number.convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is neither auto nor a number from 1 to {self._number.max}.", param, ctx)
        return number

    def spelled(self, value: int) -> str:
        """Return a value as it is typed."""
        return "auto" if value == self._auto else str(value)


class HostKeyOption(click.Option):
    """The check of host keys; ``off`` is a consent, on the command line only."""

    def consume_value(
        self, ctx: click.Context, opts: Mapping[str, Any]
    ) -> tuple[Any, click.core.ParameterSource]:
        """Return the value and its source; raise UsageError for ``off`` from elsewhere."""
        value, source = super().consume_value(ctx, opts)
        if ctx.resilient_parsing:
            return value, source
        if source is not click.core.ParameterSource.COMMANDLINE and str(value).lower() == "off":
            raise click.UsageError(
                f"{self.envvar} is off: {CONSENT_RULE}; unset it, and type --host-key off", ctx
            )
        return value, source


def selection_options(command: _Command) -> _Command:
    """Add --site, --tag and --limit; the command receives them as ``selection``."""

    @wraps(command)
    def with_selection(
        *args: Any, sites: tuple[str, ...], tags: tuple[str, ...], limit: str, **kwargs: Any
    ) -> Any:
        return command(*args, selection=Selection(sites=sites, tags=tags, limit=limit), **kwargs)

    for option in (
        click.option(
            "--limit",
            cls=SelectingOption,
            envvar="SLP_OPS_LIMIT",
            show_envvar=True,
            default="",
            metavar="PATTERN",
            shell_complete=complete_limit,
            help="Only devices with these names, such as 'tyo-*:!tyo-acc-02' (':' or ',' adds, '!' removes, "
            "'&' intersects), or @FILE with one name per line.",
        ),
        click.option(
            "--tag",
            "tags",
            cls=SelectingOption,
            multiple=True,
            envvar="SLP_OPS_TAG",
            show_envvar=True,
            metavar="TAG",
            shell_complete=complete_tag,
            help="Only devices with this tag; repeatable (any of them).",
        ),
        click.option(
            "--site",
            "sites",
            cls=SelectingOption,
            multiple=True,
            envvar="SLP_OPS_SITE",
            show_envvar=True,
            metavar="SITE",
            shell_complete=complete_site,
            help="Only devices of this site; repeatable.",
        ),
    ):
        with_selection = option(with_selection)
    return with_selection  # type: ignore[return-value]  # click returns its argument


def _choose(context: click.Context, parameter: click.Parameter, value: str | None) -> Lang:
    lang = locale_language() if value is None else Lang(value)
    choose(lang)
    return lang


def _language(*, is_argument: bool) -> Callable[[_Command], _Command]:
    return click.option(
        "--lang",
        type=click.Choice([lang.value for lang in Lang]),
        envvar="SLP_OPS_LANG",
        callback=_choose,
        is_eager=True,
        expose_value=is_argument,
        show_default="from the locale",
        help="Language of what is printed.",
    )


lang_option = _language(is_argument=True)
# For verbs that print messages only.
message_lang_option = _language(is_argument=False)

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def span(
    units: str, examples: str
) -> Callable[[click.Context, click.Parameter, str | None], timedelta | None]:
    """A callback for an option that takes a number with one of these units."""

    def parse(ctx: click.Context, param: click.Parameter, value: str | None) -> timedelta | None:
        if value is None:
            return None
        found = re.fullmatch(rf"(\d{{1,5}})([{units}])", value, re.ASCII)
        if found is None:
            raise click.BadParameter(f"{value!r} is no span of time; give one such as {examples}")
        return timedelta(**{_UNITS[found[2]]: int(found[1])})

    return parse


age = span("hdw", "36h, 90d, 12w")
