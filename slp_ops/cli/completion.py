"""Completion of values in the shell: sites, tags, devices, runs, rules, playbooks.

Click calls these functions when the operator presses Tab: with ``_SLP_OPS_COMPLETE`` set the process prints
the answers and ends.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from click.shell_completion import CompletionItem

from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click

_PLAIN: Final = re.compile(r"[A-Za-z0-9._-]*")  # what names consist of; every shell reads it as one word
# What joins names in --limit, and what removes or intersects.
_OF_PATTERN: Final = re.compile(r"^.*[:,!&]")


def complete_site(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete a site of the inventory."""
    from slp_ops.app.completion import sites

    return _items(sites(_inventory(context)), begun)


def complete_tag(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete a tag of the inventory."""
    from slp_ops.app.completion import tags

    return _items(tags(_inventory(context)), begun)


def complete_limit(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete the last name of a pattern of devices."""
    from slp_ops.app.completion import devices

    found = _OF_PATTERN.match(begun)
    before = found[0] if found else ""
    names = devices(_inventory(context))
    return _items(((before + name, site) for name, site in names), begun)


def complete_device(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete a device of the run that is named, or of the newest."""
    from slp_ops.app.completion import devices_of_run

    # Behind an option without its value click leaves the arguments in ``args``.
    typed = context.args[-1] if context.args else None
    reference = typed or context.params.get("ref") or context.params.get("new") or "last"
    return _items(devices_of_run(_folder(context), str(reference)), begun)


def complete_run(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete a run, the newest first."""
    from slp_ops.app.completion import runs

    return _items([("last", "the newest run"), *runs(_folder(context))], begun)


def complete_rule(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete a rule."""
    from slp_ops.app.completion import rules

    return _items(rules(context.params.get("rules_dir")), begun)


def complete_playbook(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete a playbook."""
    from slp_ops.app.completion import playbooks

    return _items(playbooks(context.params.get("playbooks_dir")), begun)


def _items(values: Iterable[tuple[str, str]], begun: str) -> list[CompletionItem]:
    """Return what the shell may add to the line: no name of an edited run is a command or an option there."""
    return [
        CompletionItem(value, help=one_line(" ".join(words.split())) or None)
        for value, words in values
        if value.startswith(begun) and not value.startswith("-") and _PLAIN.fullmatch(value[len(begun) :])
    ]


def _inventory(context: click.Context) -> Path | str:
    location: Path | str = context.params.get("inventory_path") or Path("inventory.yaml")
    return location


def _folder(context: click.Context) -> Path:
    return Path(context.params.get("runs_dir") or "runs")
