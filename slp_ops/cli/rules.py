"""``slp-ops rules``: every rule, the version of the knowledge, and the tests of the operator's own rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from slp_ops.app.rule_options import knowledge_of, reference_page
from slp_ops.cli.exits import Result, code_of
from slp_ops.cli.language import spoken
from slp_ops.cli.options import NamedPath, json_option, lang_option
from slp_ops.cli.rule_options import rules_option
from slp_ops.errors import InputError
from slp_ops.i18n import pluralize
from slp_ops.json_documents import to_json

if TYPE_CHECKING:
    from slp_ops.app.rule_examples import RulesTestResult
    from slp_ops.i18n import Lang


class _Rules(click.Group):
    """A group whose list is meant where no command of it is named: ``slp-ops rules --json``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``list`` in front of options that are those of the list."""
        words = [word for word in args if word not in _OF_THE_GROUP]
        is_list = words[0] not in self.commands if words else not {*args} & {*ctx.help_option_names}
        return super().parse_args(ctx, ["list", *args] if is_list else args)


_OF_THE_GROUP: Final = ("-q", "--quiet", "-v", "--verbose", "-h", "--help")


@click.group(name="rules", cls=_Rules)
def command() -> None:
    """List every rule, or test rules of your own. Without a command it is the list."""


@command.command(name="list")
@rules_option
@click.option("--markdown", is_flag=True, help="Print the reference page of all rules.")
@lang_option
@json_option
def list_rules(*, rules_dir: Path | None, markdown: bool, lang: Lang, as_json: bool) -> None:
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


@command.command(name="test")
@click.argument("rules_dir", metavar="DIR", type=NamedPath(path_type=Path, file_okay=False, exists=True))
@lang_option
@json_option
def test(*, rules_dir: Path, lang: Lang, as_json: bool) -> None:
    """Check the rules of your own below DIR, and judge the examples in those over rows.

    Exit code 3 when an example is judged otherwise than its file expects, or a rule over rows has no example
    of a finding or none without; 2 when a file has a problem.
    """
    from slp_ops.app.rule_examples import run

    try:
        result = run(rules_dir)
    except InputError as error:
        if not as_json:
            raise
        _print_test(error, lang)
        raise click.exceptions.Exit(Result.WRONG_INPUT.code) from error
    if as_json:
        _print_test(result, lang)
    else:
        from slp_ops.report.terminal.rule_examples import render

        click.echo(render(result, lang))
    raise click.exceptions.Exit(code_of(Result.DONE if result.is_proven else Result.RULE_NOT_PROVEN))


def _print_test(result: RulesTestResult | InputError, lang: Lang) -> None:
    from slp_ops.report.documents.knowledge import rules_test_document

    click.echo(to_json(rules_test_document(result, lang), indent=2, ascii_only=False))
