"""An explanation as terminal text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.i18n import Lang
from slp_ops.messages import translate
from slp_ops.report.playbook_marks import all_marked
from slp_ops.report.terminal.layout import styled, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.i18n import Text
    from slp_ops.rules.explanation import Explanation
    from slp_ops.rules.rule import Rule


def render(found: Explanation, lang: Lang) -> str:
    """Return the meaning, then each rule with its cause and remedy."""
    return "\n".join(_lines(found, lang))


_WORDS = {
    Lang.EN: {
        "cause": "Cause:",
        "do": "Do:",
        "command": "Reads:",
        "playbooks": "Playbooks:",
        "links": "Links:",
        "explains": "Leads to:",
        "unverified": "The wording was not seen in a real output; releases may differ.",
    },
    Lang.JA: {
        "cause": "原因:",
        "do": "対処:",
        "command": "対象コマンド:",
        "playbooks": "プレイブック:",
        "links": "参考リンク:",
        "explains": "影響:",
        "unverified": "実際の出力では未確認のため、リリースにより表記が異なる可能性があります。",
    },
}


def _lines(found: Explanation, lang: Lang) -> Iterator[str]:
    yield styled(found.title.render(lang), bold=True)
    yield from wrapped(found.meaning.render(lang), "  ")
    if found.unverified:
        for line in wrapped(_WORDS[lang]["unverified"], "  "):
            yield styled(line, dim=True)
    if found.remedy:
        yield from _steps(found.remedy, lang)
    for rule in found.rules:
        yield from _rule(rule, lang, told=found.meaning == rule.cause)


def _steps(steps: Iterable[Text], lang: Lang) -> Iterator[str]:
    yield f"  {_WORDS[lang]['do']}"
    for number, step in enumerate(steps, 1):
        yield from wrapped(step.render(lang), f"    {number}. ")


def _rule(rule: Rule, lang: Lang, *, told: bool) -> Iterator[str]:
    """A rule; its cause is left out where it has just been told."""
    words = _WORDS[lang]
    yield ""
    yield f"{styled(rule.id, bold=True)} ({translate(rule.severity, lang)})  {rule.title.render(lang)}"
    if not told:
        yield from wrapped(rule.cause.render(lang), f"  {words['cause']} ")
    yield from _steps(rule.remedy, lang)
    for key, names in (
        ("command", rule.command or ""),
        ("playbooks", all_marked(rule.playbooks, lang)),
        ("explains", ", ".join(rule.explains)),
    ):
        if names:
            yield from wrapped(names, f"  {words[key]} ")
    for number, link in enumerate(rule.links):
        yield f"  {words['links'] if number == 0 else ' ' * len(words['links'])} {link}"
