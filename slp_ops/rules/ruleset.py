"""Ruleset: packaged rules and those of the operator, validated as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Final

from slp_ops.commands import command_key
from slp_ops.model import Confidence, Severity
from slp_ops.rules import checks, loading
from slp_ops.rules.advisories import advisory_rule
from slp_ops.rules.dependencies import Dependency
from slp_ops.rules.derived.communication import Communication
from slp_ops.rules.derived.log import LicenceLog, latest
from slp_ops.rules.fixed_releases import upgrade_targets
from slp_ops.rules.message_catalog import Catalogue
from slp_ops.rules.rule import Group, Rule
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, Passed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from slp_ops.release import Release
    from slp_ops.rules.fixed_releases import Advisory, ReleaseKnowledge, UpgradeTargets
    from slp_ops.rules.loading import RuleFile
    from slp_ops.rules.message_catalog import Message
    from slp_ops.rules.row_rules import RowRule


TEXTS = texts_of(__name__)


# Version of the ruleset (year, month, number), independent of the program's version.
VERSION: Final = "2026.11.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """Rules in the order of troubleshooting, with their messages, terms and trains.

    ``sources`` are the operator's files in it. Two rulesets of the same version and sources are equal, and
    one is pickled as its sources: checks are code.
    """

    rules: tuple[Rule, ...] = field(compare=False)
    advisories: tuple[Advisory, ...] = field(compare=False)
    catalogue: Catalogue = field(compare=False)
    releases: ReleaseKnowledge = field(compare=False)
    row_rules: tuple[RowRule, ...] = field(default=(), compare=False)
    sources: tuple[RuleFile, ...] = ()
    version: str = VERSION

    def __reduce__(self) -> tuple[Callable[..., Ruleset], tuple[object, ...]]:
        return (extended_ruleset, (self.sources,)) if self.sources else (packaged_ruleset, ())

    def rule(self, name: str) -> Rule | None:
        """Return the rule of that id, case-insensitively."""
        return next((rule for rule in self.rules if rule.id.lower() == name.lower()), None)

    @property
    def row_commands(self) -> tuple[str, ...]:
        """Return the commands of the operator's rules over rows, each once."""
        return tuple({command_key(rule.command): rule.command for rule in self.row_rules}.values())

    def upgrade_targets(self, release: Release | None) -> UpgradeTargets:
        """Return the releases to upgrade to."""
        return upgrade_targets(release, self.advisories, self.releases)


@cache
def packaged_ruleset() -> Ruleset:
    """Return the packaged ruleset."""
    return _build_ruleset(loading.advisories(), Catalogue(loading.message_files()))


def extended_ruleset(sources: Iterable[RuleFile]) -> Ruleset:
    """Return the packaged ruleset extended by these files; raises InputError with every problem of every
    file."""
    return _extended_ruleset(tuple(sources))


@lru_cache(maxsize=2)  # the tasks of a run have the same ones
def _extended_ruleset(sources: tuple[RuleFile, ...]) -> Ruleset:
    own = loading.operators(sources, frozenset(rule.id for rule in packaged_ruleset().rules))
    return _build_ruleset(
        (*loading.advisories(), *own.advisories),
        Catalogue([*loading.message_files(), *own.messages]),
        own.rows,
        sources,
    )


def _build_ruleset(
    advisories: tuple[Advisory, ...],
    catalogue: Catalogue,
    row_rules: tuple[RowRule, ...] = (),
    sources: tuple[RuleFile, ...] = (),
) -> Ruleset:
    rules = [
        *_checks(),
        *(message_rule(entry) for entry in catalogue.messages if entry.severity is not None),
        *(advisory_rule(advisory) for advisory in advisories),
        *(each.rule() for each in row_rules),
    ]
    order = list(Group)
    return Ruleset(
        rules=tuple(sorted(rules, key=lambda rule: order.index(rule.group))),
        advisories=advisories,
        catalogue=catalogue,
        releases=loading.known_releases(),
        row_rules=row_rules,
        sources=sources,
    )


def _checks() -> Iterator[Rule]:
    """Return every rule of every module of ``checks``, in source order."""
    for module in iter_modules(checks.__path__):
        if not module.name.startswith("_"):
            found = import_module(f"{checks.__name__}.{module.name}")
            for value in vars(found).values():
                if isinstance(value, Rule) and value.check.__module__ == found.__name__:
                    yield value


def message_rule(entry: Message) -> Rule:
    """Build the rule of a message with a severity."""

    def check(log: LicenceLog, communication: Communication | None) -> Judgement:
        seen = log.active_messages(entry.id)
        if not seen or not _concerns(entry, communication):
            return Passed()
        return Failed(
            summary=TEXTS["seen"].format(title=entry.title, count=len(seen), when=seen[-1].when),
            evidence=latest(seen),
        )

    default = Confidence.MEDIUM if entry.unverified else Confidence.HIGH
    return Rule(
        id=entry.id,
        group=Group.SYSLOG,
        severity=entry.severity or Severity.INFO,
        title=entry.title,
        cause=entry.meaning,
        remedy=entry.remedy,
        check=check,
        needs=(Dependency(kind=LicenceLog), Dependency(kind=Communication, optional=True)),
        confidence=entry.confidence or default,
        links=entry.links,
        playbooks=entry.playbooks,
        explains=entry.explains,
        era=entry.era,
    )


def _concerns(entry: Message, communication: Communication | None) -> bool:
    """Return whether a message concerns licensing; some do only while the exchange fails."""
    if not entry.only_with:
        return True
    if communication is None or not communication.failing:
        return False
    return not communication.is_explained or any(rule in communication.reasons for rule in entry.only_with)
