"""``slp-ops explain``: paste a syslog line, name a rule, a RUM state, a policy term or a topology."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from slp_ops.cli.calling import call
from slp_ops.cli.jsontext import json_text
from slp_ops.cli.judging import rules_option
from slp_ops.cli.lang import lang_option
from slp_ops.cli.options import json_option
from slp_ops.rules.text import Lang

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.rules.explaining import Explained
    from slp_ops.rules.rule import Rule


@click.command(name="explain")
@rules_option
@lang_option
@json_option
@click.argument("words", nargs=-1, required=True, metavar="RULE|SYSLOG-LINE|TERM")
def command(*, rules_dir: Path | None, lang: Lang, as_json: bool, words: tuple[str, ...]) -> None:
    """What does it mean, what causes it, what to do?

    Paste a whole %SMART_LIC-... or %CALL_HOME-... line or a failure reason, or name a rule, an advisory,
    a RUM state (UNACK), a policy term or a topology (on-prem). Quotes keep the shell away from it.
    """
    from slp_ops.app.explain import ExplainRequest, run

    asked = " ".join(words).strip()
    found = call(run, ExplainRequest(words=asked, rules_dir=rules_dir))
    if as_json:
        click.echo(json_text(as_record(asked, found, lang), indent=2))
    else:
        _print(found, lang)


def as_record(asked: str, found: Explained, lang: Lang) -> dict[str, Any]:
    """The answer as JSON."""
    return {
        "schema": "slp-ops/explain/1",
        "asked": asked,
        "title": found.title.said(lang),
        "meaning": found.meaning.said(lang),
        "unverified": found.unverified,
        "rules": [
            {
                "id": rule.id,
                "severity": rule.severity.value,
                "title": rule.title.said(lang),
                "cause": rule.cause.said(lang),
                "remedy": [step.said(lang) for step in rule.remedy],
                "links": list(rule.links),
                "playbooks": list(rule.playbooks),
                "explains": list(rule.explains),
            }
            for rule in found.rules
        ],
    }


_WORDS = {
    Lang.EN: {
        "cause": "Cause:",
        "do": "Do:",
        "playbooks": "Playbooks:",
        "links": "Links:",
        "explains": "Leads to:",
        "unverified": "The wording was not seen in a real output; releases may differ.",
    },
    Lang.JA: {
        "cause": "原因:",
        "do": "対処:",
        "playbooks": "プレイブック:",
        "links": "参考リンク:",
        "explains": "影響:",
        "unverified": "実際の出力では未確認のため、リリースにより表記が異なる可能性があります。",
    },
}


def _print(found: Explained, lang: Lang) -> None:
    from slp_ops.cli.wrapping import wrapped

    click.echo(click.style(found.title.said(lang), bold=True))
    for line in wrapped(found.meaning.said(lang), "  "):
        click.echo(line)
    if found.unverified:
        for line in wrapped(_WORDS[lang]["unverified"], "  "):
            click.echo(click.style(line, dim=True))
    for rule in found.rules:
        _print_rule(rule, lang, told=found.meaning == rule.cause)


def _print_rule(rule: Rule, lang: Lang, *, told: bool) -> None:
    """A rule; its cause is left out where it has just been told."""
    from slp_ops.cli.wrapping import wrapped

    words = _WORDS[lang]
    click.echo()
    click.echo(f"{click.style(rule.id, bold=True)} ({rule.severity})  {rule.title.said(lang)}")
    if not told:
        for line in wrapped(rule.cause.said(lang), f"  {words['cause']} "):
            click.echo(line)
    click.echo(f"  {words['do']}")
    for number, step in enumerate(rule.remedy, 1):
        for line in wrapped(step.said(lang), f"    {number}. "):
            click.echo(line)
    for key, values in (("playbooks", rule.playbooks), ("explains", rule.explains)):
        if values:
            for line in wrapped(", ".join(values), f"  {words[key]} "):
                click.echo(line)
    for number, link in enumerate(rule.links):
        click.echo(f"  {words['links'] if number == 0 else ' ' * len(words['links'])} {link}")
