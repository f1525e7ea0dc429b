"""The pages under ``docs/reference`` that are made from the program itself; ``make reference`` writes them.

A test compares the files with the output of this module.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from docs import architecture, inventory_keys, schemas
from slp_ops.cli.exits import Exit, Result
from slp_ops.cli.help_examples import examples
from slp_ops.cli.main import VERBS, cli
from slp_ops.commands import registry
from slp_ops.i18n import Lang, Text
from slp_ops.lab import scenarios
from slp_ops.playbook.loading import packaged
from slp_ops.playbook.model import ConfigTemplate, ExecTemplate
from slp_ops.report.labels import Words
from slp_ops.report.playbook_marks import marks
from slp_ops.rules import reference
from slp_ops.rules.loading import known_terms
from slp_ops.rules.ruleset import packaged_ruleset

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.playbook.model import AnyTemplate, Playbook

HERE: Final = Path(__file__).parent
_NOTE: Final = "Made from the program itself by `make reference`; do not edit."


def pages() -> dict[str, str]:
    """Every generated file by its path below ``docs/reference``."""
    found = {
        "commands.md": "\n".join(_commands()) + "\n",
        "exit-codes.md": "\n".join(_exit_codes()) + "\n",
        "show-commands.md": "\n".join(_show_commands()) + "\n",
        "scenarios.md": "\n".join(_scenarios()) + "\n",
        "architecture.md": "\n".join(architecture.page(_NOTE)) + "\n",
        "architecture.svg": architecture.picture(),
        "decisions.md": "\n".join(_decisions()) + "\n",
        "inventory.md": "\n".join(inventory_keys.page(_NOTE)) + "\n",
        "glossary.md": "\n".join(_glossary()) + "\n",
    }
    for lang in Lang:
        found[f"playbooks.{lang.value}.md"] = "\n".join(_playbooks(lang)) + "\n"
        found[f"rules.{lang.value}.md"] = reference.render(packaged_ruleset(), lang, marks(lang))
    made = dict(schemas.every())
    found["schemas.md"] = "\n".join(schemas.page(made, _NOTE)) + "\n"
    for name, schema in made.items():
        found[f"schemas/{name}.json"] = json.dumps(schema, indent=1, sort_keys=True) + "\n"
    return found


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _glossary() -> Iterator[str]:
    yield "# Glossary, 用語集"
    yield ""
    yield f"{_NOTE} `slp-ops explain WORD` prints an entry, with the rules that it belongs to."
    yield ""
    yield "| English | 日本語 | meaning | 意味 |"
    yield "| --- | --- | --- | --- |"
    for term in sorted(known_terms(), key=lambda each: each.title.render(Lang.EN).casefold()):
        cells = (text.render(lang) for text in (term.title, term.meaning) for lang in (Lang.EN, Lang.JA))
        yield f"| {' | '.join(map(_cell, cells))} |"


def _commands() -> Iterator[str]:
    yield "# Commands and options"
    yield ""
    yield f"{_NOTE} The command line outranks the environment. An option that differs between verbs has the"
    yield "verb in the name of its variable; an option by which the operator consents has none."
    yield ""
    for verb in sorted(VERBS):
        command = cli.get_command(click.Context(cli), verb)
        assert command is not None
        yield from _command(command, f"slp-ops {verb}", 2)


def _command(command: click.Command, path: str, level: int) -> Iterator[str]:
    yield f"{'#' * level} {path}"
    yield ""
    context = click.Context(command, info_name=path)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"    {path} {usage}"
    yield ""
    yield "\n\n".join(" ".join(part.split()) for part in (command.help or "").split("\n\n")).replace(
        "<", "&lt;"
    )
    yield ""
    options = [
        each
        for each in command.get_params(context)
        if isinstance(each, click.Option) and not each.hidden and "--help" not in each.opts
    ]
    if options:
        yield "| option | environment | what it does |"
        yield "| --- | --- | --- |"
        for each in options:
            words = each.get_help_record(context)
            assert words is not None, f"{path} {each.opts} has no help"
            variable = each.envvar if isinstance(each.envvar, str) else ""
            help_ = words[1].replace(f"[env var: {variable}; ", "[").replace(f"[env var: {variable}]", "")
            yield f"| `{_cell(words[0])}` | {f'`{variable}`' if variable else ''} | {_cell(help_)} |"
        yield ""
    if lines := examples().get(path.removeprefix("slp-ops ")):
        yield "Examples:"
        yield ""
        yield from (f"- `{line}` {_cell(meaning)}" for line, meaning in lines.items())
        yield ""
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _command(inner, f"{path} {name}", level + 1)


def _exit_codes() -> Iterator[str]:
    yield "# Exit codes"
    yield ""
    yield f"{_NOTE} Where several apply, 5 outranks 4 and 4 outranks 3."
    yield ""
    yield "| code | meaning |"
    yield "| ---: | --- |"
    for code in Exit:
        yield f"| {code.value} | {code.meaning} |"
    yield ""
    yield "## Results of each command"
    yield ""
    yield "A live call and one of a saved run have the same code. Where standard output closes early, as by"
    yield "`| head`, the code is that of the result."
    yield ""
    yield "| code | command | result |"
    yield "| ---: | --- | --- |"
    for result in Result:
        yield f"| {result.code.value} | {_cell(result.verbs)} | {_cell(result.when)} |"


def _show_commands() -> Iterator[str]:
    yield "# Show commands"
    yield ""
    yield f"{_NOTE} In the order in which a run sends them. A set is chosen with `slp-ops collect --set`; a"
    yield "command without a set is read where it is found, in a show tech or a file, and never sent."
    yield ""
    yield "| command | releases | sets | gives |"
    yield "| --- | --- | --- | --- |"
    for each in registry():
        since = f"from {each.since}" if each.since else ""
        until = f"up to {each.until}" if each.until else ""
        releases = " ".join(filter(None, (since, until))) or "all"
        facts = ", ".join(kind.__name__ for kind in each.provides)
        yield f"| `{_cell(each.command)}` | {releases} | {', '.join(sorted(each.sets))} | {facts} |"


def _scenarios() -> Iterator[str]:
    yield "# Scenarios of the lab"
    yield ""
    yield f"{_NOTE} `slp-ops lab up --scenario NAME` starts such a switch; the rules are those that fail."
    yield ""
    yield "| scenario | what is wrong | rules |"
    yield "| --- | --- | --- |"
    for name in scenarios.names():
        scenario = scenarios.load(name)
        rules = ", ".join(f"`{rule}`" for rule in (*scenario.expect, *scenario.informs))
        yield f"| `{name}` | {_cell(scenario.title)} | {rules} |"


def _decisions() -> Iterator[str]:
    yield "# Decisions"
    yield ""
    yield f"{_NOTE} What was decided, why, and at what price."
    yield ""
    for path in sorted((HERE / "adr").glob("*.md")):
        title = path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")
        yield f"- [{title}](../adr/{path.name})"


_BOOK: Final = {
    "title": Text("Playbooks", "プレイブック"),
    "note": Text(
        "Made from the playbooks themselves by `make reference`; do not edit. A playbook is planned and "
        "applied with `slp-ops remediate`; planning changes nothing.",
        "プレイブックから `make reference` で生成しています (編集しないでください)。"
        "`slp-ops remediate` で計画し適用します。計画だけでは何も変更しません。",
    ),
    "risk": Text("Risk", "リスク"),
    "remedies": Text("Remedies", "対象ルール"),
    "params": Text("Parameters", "パラメータ"),
    "steps": Text("Steps", "手順"),
    "verify": Text("Verified by", "確認に使うルール"),
    "rollback": Text("Rollback", "ロールバック"),
    "undone": Text("the earlier configuration is restored", "設定を元に戻します"),
    "lost": Text("What is lost", "失われるもの"),
    "consent": Text("Before it is applied", "適用前の確認"),
    "configure": Text("configure", "設定"),
    "type": Text("type", "実行"),
    "person": Text("by hand", "手作業"),
    "optional": Text("optional", "任意"),
    "secret": Text("secret, asked for when it is applied", "機密情報、適用時に入力"),
}


def _playbooks(lang: Lang) -> Iterator[str]:
    said = {name: text.render(lang) for name, text in _BOOK.items()}
    yield f"# {said['title']}"
    yield ""
    yield said["note"]
    yield ""
    for book in sorted(packaged(), key=lambda each: each.id):
        yield from _playbook(book, said, lang)


def _playbook(book: Playbook, said: dict[str, str], lang: Lang) -> Iterator[str]:
    yield f"## {book.id}"
    yield ""
    yield f"**{book.title.render(lang)}**"
    yield ""
    yield f"{said['risk']}: {Words(lang).risk(book.risk.value)}. {said['remedies']}: " + ", ".join(
        f"[`{rule}`](rules.{lang.value}.md#{rule.lower()})" for rule in book.remedies
    )
    yield ""
    for name, text in (("consent", book.consent), ("lost", book.irreversible)):
        if text is not None:
            yield f"{said[name]}: {text.render(lang)}"
            yield ""
    if book.params:
        yield f"{said['params']}:"
        yield ""
        for param in book.params:
            marks = [said["optional"]] if param.optional else []
            marks += [said["secret"]] if param.secret else []
            more = f" ({', '.join(marks)})" if marks else ""
            yield f"- `{param.name}`, {param.kind.value}{more}: {_cell(param.title.render(lang))}"
        yield ""
    yield f"{said['steps']}:"
    yield ""
    for number, step in enumerate(book.steps, start=1):
        yield f"{number}. {_step(step, said, lang)}"
    yield ""
    rollback = said["undone"] if book.no_rollback is None else book.no_rollback.render(lang)
    verified = ", ".join(f"`{rule}`" for rule in book.verify)
    yield f"{said['verify']}: {verified}. {said['rollback']}: {rollback}"
    yield ""


def _step(step: AnyTemplate, said: dict[str, str], lang: Lang) -> str:
    only = f" ({', '.join(step.only_if)})" if step.only_if else ""
    if isinstance(step, ConfigTemplate):
        lines = "; ".join(f"`{_cell(' / '.join((*each.under, each.line.text)))}`" for each in step.settings)
        return f"{said['configure']}{only}: {lines}"
    if isinstance(step, ExecTemplate):
        return f"{said['type']}{only}: `{_cell(step.command.text)}`"
    return f"{said['person']}{only}: {_cell(step.step.text.render(lang))}"


def changed(found: dict[str, str]) -> Iterable[str]:
    """The files that do not say what they should."""
    for path, text in found.items():
        file = HERE / "reference" / path
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            yield path


def main() -> None:
    """Write what has changed."""
    found = pages()
    for path in changed(found):
        file = HERE / "reference" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(found[path], encoding="utf-8")
        sys.stdout.write(f"wrote {file.relative_to(HERE.parent)}\n")


if __name__ == "__main__":
    main()
