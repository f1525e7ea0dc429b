"""Documents of ``check-version``, ``rules``, ``explain`` and ``commands``: knowledge, without a switch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from slp_ops.errors import InputError, Problem
from slp_ops.json_documents import json_document
from slp_ops.model import Confidence, Severity, Verdict
from slp_ops.playbook import Risk, risks_of
from slp_ops.rules.fixed_releases import AdvisoryStatus
from slp_ops.rules.rule import Group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.app.check_version import ReleaseVerdict
    from slp_ops.app.rule_examples import RulesTestResult
    from slp_ops.commands import ShowCommand
    from slp_ops.i18n import Lang
    from slp_ops.rules.explanation import Explanation
    from slp_ops.rules.fixed_releases import UpgradeTargets
    from slp_ops.rules.ruleset import Ruleset


@json_document
class TargetEntry:
    """Releases to upgrade to: in the same train, and in the next train with extended maintenance."""

    same_train: str | None
    next_em_train: str | None


def target_entry(targets: UpgradeTargets) -> TargetEntry:
    """Return the releases as text."""
    return TargetEntry(
        same_train=None if targets.same_train is None else str(targets.same_train),
        next_em_train=None if targets.next_em_train is None else str(targets.next_em_train),
    )


@json_document
class AdvisoryEntry:
    """The verdict of an advisory on one release."""

    id: str
    verdict: AdvisoryStatus
    listed: bool
    first_fixed: str | None
    because: str


@json_document
class VersionEntry:
    """One release; ``device`` is null for a release that was given as text."""

    device: str | None
    release: str
    advisories: tuple[AdvisoryEntry, ...]
    target: TargetEntry


@json_document
class VersionsDocument:
    """The judged releases, in the order of the request or of the inventory."""

    schema: Literal["slp-ops/check-version/1"] = "slp-ops/check-version/1"
    releases: tuple[VersionEntry, ...]


def versions_document(rows: Sequence[ReleaseVerdict], lang: Lang) -> VersionsDocument:
    """Return the document of ``check-version``."""
    return VersionsDocument(releases=tuple(_version_entry(row, lang) for row in rows))


def _version_entry(row: ReleaseVerdict, lang: Lang) -> VersionEntry:
    return VersionEntry(
        device=row.device,
        release=row.release,
        advisories=tuple(
            AdvisoryEntry(
                id=advisory.id,
                verdict=sign.judged.status,
                listed=sign.judged.listed,
                first_fixed=None if sign.judged.first_fixed is None else str(sign.judged.first_fixed),
                because=sign.judged.because.render(lang),
            )
            for advisory, sign in row.judged
        ),
        target=target_entry(row.target),
    )


@json_document
class RuleEntry:
    """One rule of the list."""

    id: str
    group: Group
    severity: Severity
    confidence: Confidence
    title: str
    playbooks: tuple[str, ...]
    risk: Mapping[str, Risk | None]


@json_document
class RulesDocument:
    """Every rule, and the version of the knowledge."""

    schema: Literal["slp-ops/rules/1"] = "slp-ops/rules/1"
    knowledge: str
    rules: tuple[RuleEntry, ...]


def rules_document(knowledge: Ruleset, lang: Lang) -> RulesDocument:
    """Return the document of ``rules``."""
    return RulesDocument(
        knowledge=knowledge.version,
        rules=tuple(
            RuleEntry(
                id=rule.id,
                group=rule.group,
                severity=rule.severity,
                confidence=rule.confidence,
                title=rule.title.render(lang),
                playbooks=rule.playbooks,
                risk=risks_of(rule.playbooks),
            )
            for rule in knowledge.rules
        ),
    )


@json_document
class ExampleEntry:
    """An example of a rule over rows: its line, and its verdict with the finding or the reason."""

    line: int
    expected: Verdict
    verdict: Verdict
    why: str | None


@json_document
class TestedRuleEntry:
    """A rule over rows; ``missing`` are the verdicts without an example."""

    id: str
    path: str
    proven: bool
    examples: tuple[ExampleEntry, ...]
    missing: tuple[Verdict, ...]


@json_document
class RulesTestDocument:
    """The tested rules of a folder, or the problems of its files."""

    schema: Literal["slp-ops/rules-test/1"] = "slp-ops/rules-test/1"
    proven: bool
    rules: tuple[TestedRuleEntry, ...] = ()
    problems: tuple[Problem, ...] = ()
    hint: str = ""


def rules_test_document(result: RulesTestResult | InputError, lang: Lang) -> RulesTestDocument:
    """Return the document of ``rules test``."""
    if isinstance(result, InputError):
        problems = result.problems or (Problem(path="", message=result.message),)
        return RulesTestDocument(proven=False, problems=problems, hint=result.hint)
    return RulesTestDocument(
        proven=result.is_proven,
        rules=tuple(
            TestedRuleEntry(
                id=rule.id,
                path=rule.path,
                proven=rule.is_proven,
                examples=tuple(
                    ExampleEntry(
                        line=each.line,
                        expected=each.expected,
                        verdict=each.verdict,
                        why=None if each.why is None else each.why.render(lang),
                    )
                    for each in rule.examples
                ),
                missing=rule.missing,
            )
            for rule in result.rules
        ),
    )


@json_document
class ExplainedRule:
    """One rule with its cause and remedy."""

    id: str
    severity: Severity
    title: str
    cause: str
    remedy: tuple[str, ...]
    links: tuple[str, ...]
    playbooks: tuple[str, ...]
    risk: Mapping[str, Risk | None]
    explains: tuple[str, ...]


@json_document
class ExplainDocument:
    """The answer to a question. ``unverified``: the wording was not seen in a real output.

    ``remedy`` contains the steps of a text without a rule of its own.
    """

    schema: Literal["slp-ops/explain/1"] = "slp-ops/explain/1"
    asked: str
    title: str
    meaning: str
    unverified: bool
    rules: tuple[ExplainedRule, ...]
    remedy: tuple[str, ...] = ()


def explain_document(asked: str, found: Explanation, lang: Lang) -> ExplainDocument:
    """Return the document of ``explain``."""
    return ExplainDocument(
        asked=asked,
        title=found.title.render(lang),
        meaning=found.meaning.render(lang),
        unverified=found.unverified,
        rules=tuple(
            ExplainedRule(
                id=rule.id,
                severity=rule.severity,
                title=rule.title.render(lang),
                cause=rule.cause.render(lang),
                remedy=tuple(step.render(lang) for step in rule.remedy),
                links=rule.links,
                playbooks=rule.playbooks,
                risk=risks_of(rule.playbooks),
                explains=rule.explains,
            )
            for rule in found.rules
        ),
        remedy=tuple(step.render(lang) for step in found.remedy),
    )


@json_document
class CommandEntry:
    """One show command; ``since`` and ``until`` are the first and the last release that have it."""

    command: str
    since: str | None
    until: str | None
    sets: tuple[str, ...]
    needs_config: str | None
    timeout: float


@json_document
class CommandsDocument:
    """The show commands, in the order in which a run sends them."""

    schema: Literal[1] = 1
    commands: tuple[CommandEntry, ...]


def commands_document(commands: Sequence[ShowCommand]) -> CommandsDocument:
    """Return the document of ``commands``."""
    return CommandsDocument(
        commands=tuple(
            CommandEntry(
                command=each.command,
                since=None if each.since is None else str(each.since),
                until=None if each.until is None else str(each.until),
                sets=tuple(sorted(each.sets)),
                needs_config=each.needs_config or None,
                timeout=each.timeout,
            )
            for each in commands
        )
    )
