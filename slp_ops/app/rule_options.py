"""Options of every verb that judges: rules of the operator's own, thresholds, which rules are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.app.audit_device import AuditOptions
from slp_ops.config_files.validation_errors import did_you_mean
from slp_ops.errors import InputError, OptionError, Problem
from slp_ops.regular_files import read_text_input
from slp_ops.rules import reference
from slp_ops.rules.loading import RuleFile
from slp_ops.rules.ruleset import Ruleset, extended_ruleset, packaged_ruleset
from slp_ops.rules.settings import Thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from slp_ops.i18n import Lang

_LARGEST: Final = 2**20


def load_audit_options(
    *,
    rules_dir: Path | None = None,
    thresholds: Sequence[str] = (),
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> AuditOptions:
    """Return what an audit asks. A threshold is ``NAME=NUMBER``. Raises InputError, OptionError."""
    knowledge = knowledge_of(rules_dir)
    return AuditOptions(
        knowledge=knowledge,
        thresholds=_thresholds(thresholds),
        select=_known(select, knowledge, "--select"),
        ignore=_known(ignore, knowledge, "--ignore"),
    )


def knowledge_of(rules_dir: Path | None) -> Ruleset:
    """Our rules and those of the folder; raises InputError with every problem of every file."""
    return packaged_ruleset() if rules_dir is None else extended_ruleset(_sources(rules_dir))


def reference_page(knowledge: Ruleset, lang: Lang, marks: Mapping[str, str]) -> str:
    """Return the reference page of all rules, as Markdown. ``marks`` follow the names of playbooks."""
    return reference.render(knowledge, lang, marks)


def _sources(folder: Path) -> Iterator[RuleFile]:
    paths = sorted(folder.rglob("*.yaml")) if folder.is_dir() else []
    if not paths:
        raise InputError((Problem(path=str(folder), message="holds no .yaml file"),))
    for path in paths:
        yield RuleFile(path=str(path), text=read_text_input(path, _LARGEST))


def _thresholds(given: Sequence[str]) -> Thresholds:
    names = Thresholds.names()
    values: dict[str, int] = {}
    for each in given:
        name, _, number = each.partition("=")
        if name not in names or not number.isascii() or not number.isdigit() or len(number) > 7:
            raise OptionError(
                f"{each!r}; expected NAME=NUMBER with one of {', '.join(names)}", option="--threshold"
            )
        values[name.replace("-", "_")] = int(number)
    return Thresholds(**values)


def _known(given: Sequence[str], knowledge: Ruleset, option: str) -> frozenset[str]:
    found = []
    for name in given:
        rule = knowledge.rule(name)
        if rule is None:
            near = did_you_mean(name, [each.id for each in knowledge.rules])
            raise OptionError(f"there is no rule {name!r}{near}; see: slp-ops rules", option=option)
        found.append(rule.id)
    return frozenset(found)
