"""``slp-ops rules``: every rule, and the version of the knowledge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from slp_ops.app.rule_options import knowledge_of, reference_page
from slp_ops.cli.language import spoken
from slp_ops.cli.options import json_option, lang_option
from slp_ops.cli.rule_options import rules_option
from slp_ops.i18n import pluralize
from slp_ops.json_documents import to_json

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.i18n import Lang


@click.command(name="rules")
@rules_option
@click.option("--markdown", is_flag=True, help="Print the reference page of all rules.")
@lang_option
@json_option
def command(*, rules_dir: Path | None, markdown: bool, lang: Lang, as_json: bool) -> None:
    """List every rule with its severity; 'slp-ops explain RULE' tells more of one."""
    from slp_ops.report.terminal.layout import table

    knowledge = knowledge_of(rules_dir)
    if markdown:
        from slp_ops.report.playbook_marks import marks

        click.echo(reference_page(knowledge, lang, marks(lang)), nl=False)
        return
    if as_json:
        from slp_ops.report.documents.knowledge import rules_document

        click.echo(to_json(rules_document(knowledge, lang), indent=2, ascii_only=False))
        return
    rows = [
        (rule.id, spoken(rule.severity.value), rule.group.value, rule.title.render(lang))
        for rule in knowledge.rules
    ]
    click.echo(table([spoken(word) for word in ("RULE", "SEVERITY", "GROUP", "TITLE")], rows))
    click.echo("\n" + spoken(f"{pluralize(len(rows), 'rule')}; knowledge {knowledge.version}"))
