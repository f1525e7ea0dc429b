"""Tested rules of the operator in a terminal: what is judged otherwise than its file expects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text
from slp_ops.report.terminal.layout import styled, wrapped
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.app.rule_examples import RulesTestResult, TestedRule
    from slp_ops.i18n import Lang

_AS_EXPECTED: Final = Text(
    "{path}: {rule}: {count:example}, judged as expected", "{path}: {rule}: 例 {count} 件、期待どおりです"
)
_OTHERWISE: Final = Text(
    "{path}:{line}: {rule}: is judged {verdict} (expected {expected})",
    "{path}:{line}: {rule}: 判定は {verdict} です (期待する判定: {expected})",
)
_MISSING: Final = Text(
    "{path}: {rule}: has no example with the verdict {verdict}",
    "{path}: {rule}: 判定が {verdict} となる例がありません",
)
_TOTAL: Final = Text(
    "{count:rule} over rows, {examples:example}: {bad} not proven; {others:other rule} checked",
    "行によるルール {count} 件、例 {examples} 件: 未確認 {bad} 件。その他のルール {others} 件は検証済み",
)


def render(result: RulesTestResult, lang: Lang) -> str:
    """Return the text."""
    return "\n".join(_lines(result, lang))


def _lines(result: RulesTestResult, lang: Lang) -> Iterator[str]:
    for rule in result.rules:
        yield from _rule(rule, lang)
    total = _TOTAL.format(
        count=len(result.rules),
        examples=sum(len(each.examples) for each in result.rules),
        bad=sum(not each.is_proven for each in result.rules),
        others=result.others,
    )
    yield total.render(lang)


def _rule(rule: TestedRule, lang: Lang) -> Iterator[str]:
    path = one_line(rule.path)
    if rule.is_proven:
        said = _AS_EXPECTED.format(path=path, rule=rule.id, count=len(rule.examples))
        yield said.render(lang)
    for example in rule.examples:
        if not example.is_as_expected:
            said = _OTHERWISE.format(
                path=path, line=example.line, rule=rule.id, verdict=example.verdict, expected=example.expected
            )
            yield styled(said.render(lang), bold=True)
            if example.why is not None:
                yield from wrapped(one_line(example.why.render(lang)), "  ")
    for verdict in rule.missing:
        yield styled(_MISSING.format(path=path, rule=rule.id, verdict=verdict).render(lang), bold=True)
