"""Options of every verb that judges: rules of the operator's own, thresholds, which rules are asked."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.app.audit_device import AuditOptions
from slp_ops.commands import LARGEST_TEMPLATE, ParserKind, TemplateFailed
from slp_ops.config_files.validation_errors import did_you_mean
from slp_ops.errors import InputError, OptionError, Problem
from slp_ops.regular_files import read_regular, read_text_input, reason_of
from slp_ops.rules import reference
from slp_ops.rules.loading import RuleFile
from slp_ops.rules.row_schema import TemplateFile
from slp_ops.rules.row_tables import TableRequest
from slp_ops.rules.ruleset import Ruleset, extended_ruleset, packaged_ruleset
from slp_ops.rules.settings import Thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slp_ops.i18n import Lang

_LARGEST: Final = 2**20


def load_audit_options(
    *,
    rules_dir: Path | None = None,
    thresholds: Sequence[str] = (),
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> AuditOptions:
    """Return what an audit asks. A threshold is ``NAME=NUMBER``. Raises InputError, OptionError."""
    knowledge = knowledge_of(rules_dir)
    return AuditOptions(
        knowledge=knowledge,
        thresholds=_thresholds(thresholds),
        select=_known(select, knowledge, "--select"),
        ignore=_known(ignore, knowledge, "--ignore"),
    )


def knowledge_of(rules_dir: Path | None) -> Ruleset:
    """Our rules and those of the folder; raises InputError with every problem of every file."""
    if rules_dir is None:
        return packaged_ruleset()
    knowledge = extended_ruleset(_sources(rules_dir))
    _check_templates(knowledge)
    return knowledge


def reference_page(knowledge: Ruleset, lang: Lang, marks: Mapping[str, str]) -> str:
    """Return the reference page of all rules, as Markdown. ``marks`` follow the names of playbooks."""
    return reference.render(knowledge, lang, marks)


def _sources(folder: Path) -> Iterator[RuleFile]:
    paths = sorted(folder.rglob("*.yaml")) if folder.is_dir() else []
    if not paths:
        why = "contains no .yaml file" if folder.is_dir() else "there is no such folder"
        raise InputError((Problem(path=str(folder), message=why),))
    for path in paths:
        source = RuleFile(path=str(path), text=read_text_input(path, _LARGEST))
        name = source.template_name
        yield source if name is None else replace(source, template=_template(path, name))


def _template(rule: Path, name: str) -> TemplateFile:
    """Read a template that a rule names; it must be in the folder of the rule's file."""
    folder = rule.parent.resolve()
    try:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder):
            return TemplateFile(problem="it is outside the folder of the rule")
        return TemplateFile(text=read_regular(path, LARGEST_TEMPLATE).decode("utf-8-sig"))
    except FileNotFoundError:
        return TemplateFile(problem="there is no such file")
    except UnicodeDecodeError:
        return TemplateFile(problem="it is not text in UTF-8")
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: links in a circle
        return TemplateFile(problem=f"cannot be read: {reason_of(error)}")


def _check_templates(knowledge: Ruleset) -> None:
    """Let each template of the operator read an empty text. Raises InputError for one that is wrong."""
    rules = {each.parser: each for each in knowledge.row_rules if each.parser.file}
    if not rules:
        return
    from slp_ops.app.bounded_tables import bounded_tables

    if any(parser.kind is ParserKind.TTP for parser in rules) and find_spec("ttp") is None:
        raise InputError(
            "a rule has a template of TTP, and the library ttp is not installed",
            hint="python -m pip install 'slp-ops[ttp]'",
        )
    problems = []
    for parser, rule in rules.items():
        try:
            bounded_tables()(TableRequest(command=rule.command, parser=parser, text=""))
        except TemplateFailed as failed:
            path = str(Path(rule.path).parent / parser.file)
            expected = f"a template of {parser.kind}"
            problems.append(Problem(path=path, message=f"is no template: {failed}", expected=expected))
    if problems:
        raise InputError(tuple(problems))


def _thresholds(given: Sequence[str]) -> Thresholds:
    names = Thresholds.names()
    values: dict[str, int] = {}
    for each in given:
        name, _, number = each.partition("=")
        if name not in names or not number.isascii() or not number.isdigit() or len(number) > 7:
            raise OptionError(
                f"{each!r}; expected NAME=NUMBER with one of {', '.join(names)}", option="--threshold"
            )
        values[name.replace("-", "_")] = int(number)
    return Thresholds(**values)


def _known(given: Sequence[str], knowledge: Ruleset, option: str) -> frozenset[str]:
    found = []
    for name in given:
        rule = knowledge.rule(name)
        if rule is None:
            near = did_you_mean(name, [each.id for each in knowledge.rules])
            raise OptionError(f"there is no rule {name!r}{near}; see: slp-ops rules", option=option)
        found.append(rule.id)
    return frozenset(found)
