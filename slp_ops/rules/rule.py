"""A rule: its identity, the facts that it needs, and the function that judges them.

    @rule("domain-lookup-disabled", group=Group.NAMES, severity=Severity.ERROR, ...)
    def domain_lookup_disabled(names: NameConfig, way: Way | None) -> Judgement: ...

The parameters' types are the facts that the rule needs. One that is missing makes the verdict unknown,
unless the type is ``| None``. Title, cause and remedy are in the YAML file beside the function's module,
see ``texts``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from slp_ops.model import Confidence, Severity
from slp_ops.rules.dependencies import Dependency, dependencies_of
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Judgement

if TYPE_CHECKING:
    from slp_ops.i18n import Text

Check: TypeAlias = Callable[..., Judgement]


class Group(StrEnum):
    """Topic of a rule, in the order of troubleshooting."""

    TRANSPORT = "transport"
    NAMES = "names"
    COMMUNICATION = "communication"
    TRUST = "trust"
    REPORTING = "reporting"
    LICENCES = "licences"
    ENVIRONMENT = "environment"
    INFORMATION = "information"
    PROBES = "probes"
    SYSLOG = "syslog"
    ADVISORIES = "advisories"
    OWN = "own"


class Era(StrEnum):
    """Licensing model of a rule; outputs and remedies differ between the two."""

    SLP = "slp"  # 17.3.2 and later
    SL = "sl"  # registration, 16.9.1 to 17.3.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. ``explains`` names the rules whose failure is a consequence of this one.

    ``era`` is its licensing model, None for both. ``command`` is that of an operator's rule over rows.
    """

    id: str
    group: Group
    severity: Severity
    title: Text
    cause: Text
    remedy: tuple[Text, ...]
    check: Check
    needs: tuple[Dependency, ...]
    confidence: Confidence = Confidence.HIGH
    links: tuple[str, ...] = ()
    playbooks: tuple[str, ...] = ()
    explains: tuple[str, ...] = ()
    era: Era | None = Era.SLP
    command: str | None = None


def rule(
    id_: str,
    *,
    group: Group,
    severity: Severity,
    confidence: Confidence = Confidence.HIGH,
    links: tuple[str, ...] = (),
    playbooks: tuple[str, ...] = (),
    explains: tuple[str, ...] = (),
    era: Era | None = Era.SLP,
) -> Callable[[Check], Rule]:
    """Turn the decorated function into a rule."""

    def make(check: Check) -> Rule:
        texts = texts_of(check.__module__)
        return Rule(
            id=id_,
            group=group,
            severity=severity,
            title=texts[f"{id_}.title"],
            cause=texts[f"{id_}.cause"],
            remedy=texts.steps[f"{id_}.remedy"],
            check=check,
            needs=dependencies_of(check),
            confidence=confidence,
            links=links,
            playbooks=playbooks,
            explains=explains,
            era=era,
        )

    return make
