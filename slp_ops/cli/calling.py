"""Call a service of the application layer for a verb."""

from __future__ import annotations

from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from slp_ops.app.operator import Declined
from slp_ops.cli.exits import Result
from slp_ops.cli.language import show_continuation
from slp_ops.cli.language_choice import language
from slp_ops.errors import OptionError
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")


def call(service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return the service's result; an option that it does not accept is shown as click shows one.

    Where the operator declines, the command ends without an error.
    """
    try:
        return service(*args, **kwargs)
    except Declined as declined:
        click.echo(one_line(declined.text.render(language())), err=True)
        show_continuation(declined)
        raise click.exceptions.Exit(Result.DECLINED.code) from None
    except OptionError as err:
        if err.option:
            raise click.BadParameter(err.message, param_hint=err.option) from err
        raise click.UsageError(err.message) from err
