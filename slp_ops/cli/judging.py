"""The options of every verb that judges: rules of the operator's own, thresholds, which rules to ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from slp_ops.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.rules.knowledge import Knowledge
    from slp_ops.rules.loading import Source
    from slp_ops.rules.settings import Thresholds

_Command = TypeVar("_Command", bound=Callable[..., Any])
_LARGEST = 2**20

rules_option = click.option(
    "--rules",
    "rules_dir",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="SLP_OPS_RULES",
    metavar="DIR",
    help="Rules of your own: every .yaml file below DIR is an advisory or a list of syslog messages.",
)
_select = click.option(
    "--select",
    "select",
    multiple=True,
    envvar="SLP_OPS_SELECT",
    metavar="RULE",
    help="Ask this rule only; repeat it for several.",
)


def judging_options(command: _Command) -> _Command:
    """Add --rules, --threshold, --select and --ignore; the command receives them as ``asked``."""

    @wraps(command)
    def with_asked(
        *args: Any,
        rules_dir: Path | None,
        threshold: tuple[str, ...],
        select: tuple[str, ...],
        ignore: tuple[str, ...],
        **kwargs: Any,
    ) -> Any:
        from slp_ops.app.audit_device import Asked

        knowledge = knowledge_of(rules_dir)
        asked = Asked(
            knowledge=knowledge,
            thresholds=_thresholds(threshold),
            select=_known(select, knowledge, "--select"),
            ignore=_known(ignore, knowledge, "--ignore"),
        )
        return command(*args, asked=asked, **kwargs)

    for option in (
        click.option(
            "--threshold",
            multiple=True,
            envvar="SLP_OPS_THRESHOLD",
            metavar="NAME=NUMBER",
            help="Where something begins to be a finding; repeat it for several. Names and defaults: "
            "ack-days=30, flap-pairs=3, flap-hours=24, log-days=30, rum-reports=1000, agent-cpu=20, "
            "agent-memory=25.",
        ),
        click.option(
            "--ignore",
            multiple=True,
            envvar="SLP_OPS_IGNORE",
            metavar="RULE",
            help="Do not ask this rule; repeat it for several.",
        ),
        _select,
        rules_option,
    ):
        with_asked = option(with_asked)
    return with_asked  # type: ignore[return-value]  # click gives back what it was given


def knowledge_of(rules_dir: Path | None) -> Knowledge:
    """Our rules and those of the folder; raises InputError with every problem of every file."""
    from slp_ops.rules.knowledge import ours, with_operators

    return ours() if rules_dir is None else with_operators(_sources(rules_dir))


def _sources(folder: Path) -> Iterator[Source]:
    from slp_ops.rules.loading import Source

    paths = sorted(folder.rglob("*.yaml")) if folder.is_dir() else []
    if not paths:
        raise InputError((Problem(path=str(folder), message="holds no .yaml file"),))
    for path in paths:
        try:
            with path.open(encoding="utf-8") as file:
                text = file.read(_LARGEST + 1)
        except (OSError, UnicodeDecodeError) as err:
            why = getattr(err, "strerror", None) or "it is not UTF-8"
            raise InputError((Problem(path=str(path), message=f"cannot be read: {why}"),)) from err
        if len(text) > _LARGEST:
            raise InputError((Problem(path=str(path), message="is too large to be rules"),))
        yield Source(path=str(path), text=text)


def _thresholds(given: tuple[str, ...]) -> Thresholds:
    from slp_ops.rules.settings import Thresholds

    names = Thresholds.names()
    values: dict[str, int] = {}
    for each in given:
        name, _, number = each.partition("=")
        if name not in names or not number.isascii() or not number.isdigit() or len(number) > 7:
            raise click.BadParameter(
                f"{each!r}; expected NAME=NUMBER with one of {', '.join(names)}", param_hint="--threshold"
            )
        values[name.replace("-", "_")] = int(number)
    return Thresholds(**values)


def _known(given: tuple[str, ...], knowledge: Knowledge, option: str) -> frozenset[str]:
    from slp_ops.written.problems import did_you_mean

    found = []
    for name in given:
        rule = knowledge.rule(name)
        if rule is None:
            near = did_you_mean(name, [each.id for each in knowledge.rules])
            raise click.BadParameter(
                f"there is no rule {name!r}{near}; see: slp-ops rules", param_hint=option
            )
        found.append(rule.id)
    return frozenset(found)
