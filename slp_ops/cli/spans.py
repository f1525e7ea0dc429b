"""Spans of time as people type them: 30s, 15m, 36h, 90d, 12w."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable

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


age = span("hdw", "36h, 90d or 12w")
