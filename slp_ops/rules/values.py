"""Results of rules: the verdict, with sentences and evidence.

A check returns one of ``Passed``, ``Failed``, ``Unknown`` and ``NotApplicable``; the engine builds the
``Outcome`` from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from slp_ops.i18n import Text
from slp_ops.json_documents import json_document
from slp_ops.model import Confidence, Evidence, Severity, Verdict

if TYPE_CHECKING:
    from slp_ops.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """The condition is not met."""

    why: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The condition is met. None uses the general text of the rule."""

    summary: Text
    evidence: tuple[Evidence, ...]
    severity: Severity | None = None
    confidence: Confidence | None = None
    cause: Text | None = None
    remedy: tuple[Text, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Not decidable: these facts are missing, or for the given reason.

    ``is_cut``: an output is incomplete.
    """

    missing: tuple[type[Fact], ...] = ()
    why: Text | None = None
    is_cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplicable:
    """The rule does not apply to this device."""

    why: Text


Judgement: TypeAlias = Passed | Failed | Unknown | NotApplicable


@json_document
class Finding:
    """A met condition: summary, cause, remedy, and quotations from the device."""

    summary: Text
    cause: Text
    remedy: tuple[Text, ...]
    evidence: tuple[Evidence, ...]
    links: tuple[str, ...] = ()
    playbooks: tuple[str, ...] = ()


@json_document
class Outcome:
    """Evaluate one rule on one device.

    ``finding`` is set when the verdict is fail, ``why`` explains any other. ``root`` is the rule
    whose failure causes this one. ``incomplete``: the rule is unknown because an output was cut.
    """

    rule: str
    verdict: Verdict
    severity: Severity
    confidence: Confidence
    finding: Finding | None = None
    why: Text | None = None
    root: str | None = None
    incomplete: bool = False

    @property
    def is_problem(self) -> bool:
        """Return whether the rule fails at warning or above."""
        return self.counts >= Severity.WARNING.rank

    @property
    def counts(self) -> int:
        """Return the rank of its severity, -1 when the condition is not met."""
        return self.severity.rank if self.verdict is Verdict.FAIL else -1
