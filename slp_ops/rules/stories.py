"""Findings that share a cause, told as one story: the root cause, and under it what follows from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slp_ops.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slp_ops.rules.rule import Rule
    from slp_ops.rules.values import Outcome


def tell(rules: Iterable[Rule], outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """The same outcomes, in the same order, each consequence with its root.

    Where several failures explain one, the graver counts, then the one that comes first.
    """
    outcomes = tuple(outcomes)
    failed = {outcome.rule: outcome for outcome in outcomes if outcome.verdict is Verdict.FAIL}
    causes: dict[str, list[str]] = {}
    for rule in rules:
        if rule.id in failed:
            for consequence in rule.explains:
                if consequence in failed and consequence != rule.id:
                    causes.setdefault(consequence, []).append(rule.id)
    roots = {name: root for name in failed if (root := _root(name, causes, failed)) != name}
    return tuple(
        replace(outcome, root=roots[outcome.rule]) if outcome.rule in roots else outcome
        for outcome in outcomes
    )


def _root(name: str, causes: Mapping[str, list[str]], failed: Mapping[str, Outcome]) -> str:
    """Up from a failure to the one that nothing explains; an operator's rules may go in a circle."""
    seen = {name}
    while above := [cause for cause in causes.get(name, ()) if cause not in seen]:
        name = max(above, key=lambda cause: failed[cause].severity.rank)
        seen.add(name)
    return name
