"""Run the examples in the operator's rules over rows: is each output judged as the file expects?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.app.audit_device import AuditOptions
from slp_ops.app.rule_options import knowledge_of
from slp_ops.model import CaptureStatus, Verdict
from slp_ops.parsing import read
from slp_ops.rules.engine import judge
from slp_ops.rules.settings import Intent

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.i18n import Text
    from slp_ops.rules.row_rules import RowExample, RowRule
    from slp_ops.rules.ruleset import Ruleset

_NEEDED = (Verdict.FAIL, Verdict.PASS)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedExample:
    """An example with its verdict and the finding, or the reason of another verdict."""

    line: int
    expected: Verdict
    verdict: Verdict
    why: Text | None

    @property
    def is_as_expected(self) -> bool:
        """Return whether the verdict is the expected one."""
        return self.verdict is self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class TestedRule:
    """A rule with its examples. ``missing`` are the verdicts, of fail and pass, without any example."""

    id: str
    path: str
    examples: tuple[JudgedExample, ...]
    missing: tuple[Verdict, ...]

    @property
    def is_proven(self) -> bool:
        """Return whether it has both kinds of examples, and each is judged as expected."""
        return not self.missing and all(each.is_as_expected for each in self.examples)


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesTestResult:
    """The rules over rows of a folder. ``others`` counts its other rules, which are checked when read."""

    rules: tuple[TestedRule, ...]
    others: int

    @property
    def is_proven(self) -> bool:
        """Return whether every rule is proven."""
        return all(each.is_proven for each in self.rules)


def run(rules_dir: Path) -> RulesTestResult:
    """Test the rules of a folder. Raises InputError with every problem of every file."""
    knowledge = knowledge_of(rules_dir)
    packaged = len(knowledge_of(None).rules)
    return RulesTestResult(
        rules=tuple(_tested(each, knowledge) for each in knowledge.row_rules),
        others=len(knowledge.rules) - packaged - len(knowledge.row_rules),
    )


def _tested(rule: RowRule, knowledge: Ruleset) -> TestedRule:
    given = {each.verdict for each in rule.examples}
    return TestedRule(
        id=rule.id,
        path=rule.path,
        examples=tuple(_judged(rule, each, knowledge) for each in rule.examples),
        missing=tuple(each for each in _NEEDED if each not in given),
    )


def _judged(rule: RowRule, example: RowExample, knowledge: Ruleset) -> JudgedExample:
    facts = read([(rule.command, CaptureStatus.OK, example.text)], keep=[rule.command])
    outcome = judge(rule.rule(), AuditOptions(knowledge=knowledge).known(facts, Intent()))
    return JudgedExample(
        line=example.line,
        expected=example.verdict,
        verdict=outcome.verdict,
        why=outcome.why if outcome.finding is None else outcome.finding.summary,
    )
