"""``slp-ops explain``: paste a syslog line, name a rule, a RUM state, a policy term or a topology."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from slp_ops.cli.calling import call
from slp_ops.cli.completion import complete_rule
from slp_ops.cli.language import notice
from slp_ops.cli.options import json_option, lang_option
from slp_ops.cli.rule_options import rules_option
from slp_ops.cli.streams import read_standard_input
from slp_ops.json_documents import to_json

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.i18n import Lang

_LARGEST: Final = 2**16  # bytes: a line or a term; larger texts are for audit --from


@click.command(name="explain")
@rules_option
@lang_option
@json_option
@click.argument(
    "words", shell_complete=complete_rule, nargs=-1, required=True, metavar="RULE|SYSLOG-LINE|TERM"
)
def command(*, rules_dir: Path | None, lang: Lang, as_json: bool, words: tuple[str, ...]) -> None:
    """Explain a message, rule or term: meaning, cause and remedy.

    Paste a whole %SMART_LIC-... or %CALL_HOME-... line or a failure reason, or name a rule, an advisory,
    a RUM state (UNACK), a policy term or a topology (on-prem). Quotes keep the shell away from it, as does
    - for standard input.
    """
    from slp_ops.app.explain import ExplainRequest, run

    text = " ".join(words)
    if text == "-":
        text = read_standard_input(_LARGEST).decode("utf-8", "replace")
    found = call(run, ExplainRequest(words=text, rules_dir=rules_dir))
    if found.further:
        notice(
            f"note: only the first of {found.further + 1} messages is explained; to judge a whole log: "
            "slp-ops audit FILE"
        )
    if as_json:
        from slp_ops.report.documents.knowledge import explain_document

        asked = " ".join(text.split())
        click.echo(to_json(explain_document(asked, found, lang), indent=2, ascii_only=False))
    else:
        from slp_ops.report.terminal.explain import render

        click.echo(render(found, lang))
