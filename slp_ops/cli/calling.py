"""Call a service of the application layer for a verb."""

from __future__ import annotations

from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from slp_ops.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")


def call(service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return the service's result; an option that it does not accept is shown as click shows one."""
    try:
        return service(*args, **kwargs)
    except OptionError as err:
        if err.option:
            raise click.BadParameter(err.message, param_hint=err.option) from err
        raise click.UsageError(err.message) from err
