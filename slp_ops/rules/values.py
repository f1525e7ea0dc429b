"""What a rule says of one device: the verdict, and behind it words and evidence.

A check gives one of ``Passed``, ``Failed``, ``Unknown`` and ``NotApplicable``; the engine makes the
``Outcome`` of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from slp_ops.model import Severity, Verdict

if TYPE_CHECKING:
    from slp_ops.facts import Fact
    from slp_ops.i18n import Text
    from slp_ops.model import Confidence, Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """The condition is not met."""

    why: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The condition is met. What is None is as the rule says it in general."""

    summary: Text
    evidence: tuple[Evidence, ...]
    severity: Severity | None = None
    confidence: Confidence | None = None
    cause: Text | None = None
    remedy: tuple[Text, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """It cannot be told: for want of these facts, or for the reason given."""

    missing: tuple[type[Fact], ...] = ()
    why: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplicable:
    """The rule does not concern this device."""

    why: Text


Judgement: TypeAlias = Passed | Failed | Unknown | NotApplicable


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A condition that is met: in one line, why, what to do, and the device's own words."""

    summary: Text
    cause: Text
    remedy: tuple[Text, ...]
    evidence: tuple[Evidence, ...]
    links: tuple[str, ...] = ()
    playbooks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one rule says of one device.

    ``finding`` is there when the verdict is fail, ``why`` explains any other. ``root`` is the rule of
    the failure of which this one is a consequence.
    """

    rule: str
    verdict: Verdict
    severity: Severity
    confidence: Confidence
    finding: Finding | None = None
    why: Text | None = None
    root: str | None = None

    @property
    def counts(self) -> int:
        """How much it matters: the rank of its severity, -1 when the condition is not met."""
        return self.severity.rank if self.verdict is Verdict.FAIL else -1
