"""``--lang``: English or Japanese, by default what the locale says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from slp_ops.rules.text import Lang

if TYPE_CHECKING:
    from collections.abc import Callable


def locale_language() -> Lang:
    """Japanese in a Japanese locale, else English."""
    said = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return Lang.JA if said.lower().startswith("ja") else Lang.EN


def _chosen(context: click.Context, parameter: click.Parameter, value: str | None) -> Lang:
    return locale_language() if value is None else Lang(value)


lang_option: Callable[[Any], Any] = click.option(
    "--lang",
    type=click.Choice([lang.value for lang in Lang]),
    envvar="SLP_OPS_LANG",
    callback=_chosen,
    show_default="from the locale",
    help="The language of findings and advice.",
)
