"""The options of every verb that judges: own rules and playbooks, thresholds, which rules to ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from slp_ops.cli.calling import call
from slp_ops.cli.completion import complete_rule
from slp_ops.cli.options import NamedPath, SelectingOption

_Command = TypeVar("_Command", bound=Callable[..., Any])

rules_option = click.option(
    "--rules",
    "rules_dir",
    type=NamedPath(path_type=Path, file_okay=False),
    envvar="SLP_OPS_RULES",
    metavar="DIR",
    help="Rules of your own: every .yaml file below DIR is an advisory, a list of syslog messages, or a rule "
    "over the rows of a show command.",
)
playbooks_option = click.option(
    "--playbooks",
    "playbooks_dir",
    type=NamedPath(path_type=Path, file_okay=False),
    envvar="SLP_OPS_PLAYBOOKS",
    metavar="DIR",
    help="Your own playbooks: every .yaml file in DIR.",
)
_select = click.option(
    "--select",
    "select",
    cls=SelectingOption,
    multiple=True,
    envvar="SLP_OPS_SELECT",
    metavar="RULE",
    shell_complete=complete_rule,
    help="Evaluate only this rule; repeatable.",
)


def with_audit_options(command: _Command) -> _Command:
    """Add --rules, --threshold, --select and --ignore; the command receives them as ``audit_options``."""

    @wraps(command)
    def wrapper(
        *args: Any,
        rules_dir: Path | None,
        threshold: tuple[str, ...],
        select: tuple[str, ...],
        ignore: tuple[str, ...],
        **kwargs: Any,
    ) -> Any:
        from slp_ops.app.rule_options import load_audit_options

        audit_options = call(
            load_audit_options, rules_dir=rules_dir, thresholds=threshold, select=select, ignore=ignore
        )
        return command(*args, audit_options=audit_options, **kwargs)

    for option in (
        click.option(
            "--threshold",
            multiple=True,
            envvar="SLP_OPS_THRESHOLD",
            metavar="NAME=NUMBER",
            help="Threshold of a finding; repeatable. Names and defaults: "
            "ack-days=30, flap-pairs=3, flap-hours=24, log-days=30, rum-reports=1000, agent-cpu=20, "
            "agent-memory=25.",
        ),
        click.option(
            "--ignore",
            cls=SelectingOption,
            multiple=True,
            envvar="SLP_OPS_IGNORE",
            metavar="RULE",
            shell_complete=complete_rule,
            help="Skip this rule; repeatable.",
        ),
        _select,
        rules_option,
    ):
        wrapper = option(wrapper)
    return wrapper  # type: ignore[return-value]  # click returns its argument
