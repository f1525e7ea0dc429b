"""Loader of the YAML of rules: packaged files, and the operator's files as texts.

Loading is all or nothing: InputError contains every problem of every file, with line and key.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, TypeVar

from slp_ops.config_files.validation_errors import Problems
from slp_ops.config_files.validators import unique_keys
from slp_ops.config_files.yaml_nodes import parse
from slp_ops.errors import InputError, Problem
from slp_ops.json_documents import json_document
from slp_ops.rules.fixed_releases import Advisory
from slp_ops.rules.message_catalog import MessagesFile
from slp_ops.rules.row_rules import RowRule
from slp_ops.rules.row_schema import TemplateFile, is_row_rule, row_rule, template_name
from slp_ops.rules.schema import advisory, defined, is_messages, messages, referred, release_knowledge, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from slp_ops.config_files.yaml_nodes import Node
    from slp_ops.rules.fixed_releases import ReleaseKnowledge
    from slp_ops.rules.message_catalog import Term

T = TypeVar("T")
_DATA: Final = files("slp_ops.rules").joinpath("data")
_HINT: Final = "the forms are described in docs/reference/rules.en.md, under Rules of your own"


@json_document
class RuleFile:
    """YAML text with its path for problem reports. ``template`` is the file that its parser names."""

    path: str
    text: str
    template: TemplateFile | None = None

    @property
    def template_name(self) -> str | None:
        """Return the file that the parser of a rule over rows names; None without one."""
        node = parse(self.text, Problems(self.path)) if "parser" in self.text else None
        return None if node is None else template_name(node)


def packaged(folder: str) -> Iterator[RuleFile]:
    """Return the packaged files of one data folder, in order."""
    found = sorted(_DATA.joinpath(folder).iterdir(), key=lambda entry: entry.name)
    for entry in found:
        if entry.name.endswith(".yaml"):
            yield RuleFile(path=f"{folder}/{entry.name}", text=entry.read_text(encoding="utf-8"))


def packaged_file(name: str) -> RuleFile:
    """Return one packaged file."""
    return RuleFile(path=name, text=_DATA.joinpath(name).read_text(encoding="utf-8"))


@cache
def advisories() -> tuple[Advisory, ...]:
    """Return the packaged advisories."""
    found = advisories_of(packaged("advisories"))
    # Field notices first: they are more detailed than bugs.
    return tuple(sorted(found, key=lambda each: (not each.id.startswith("FN"), each.id)))


def advisories_of(sources: Iterable[RuleFile]) -> tuple[Advisory, ...]:
    """Read the advisories of these files; raises InputError."""
    return _all_of(sources, lambda node, problems: (advisory(node, problems),))


@cache
def message_files() -> tuple[MessagesFile, ...]:
    """Return the packaged messages, and the texts of failures."""
    return messages_of([packaged_file("messages.yaml"), packaged_file("error_texts.yaml")])


def messages_of(sources: Iterable[RuleFile]) -> tuple[MessagesFile, ...]:
    """Read the messages of these files; raises InputError."""
    return _all_of(sources, lambda node, problems: (messages(node, problems),))


@cache
def known_terms() -> tuple[Term, ...]:
    """Return the packaged terms."""
    return _all_of([packaged_file("terms.yaml")], terms)


def packaged_record(name: str, read: Callable[[Node, str, Problems], T | None]) -> T:
    """Read a packaged file of one record."""
    (found,) = _all_of([packaged_file(name)], lambda node, problems: (read(node, "", problems),))
    return found


@cache
def known_releases() -> ReleaseKnowledge:
    """Return the packaged data on upgrade targets."""
    (found,) = _all_of(
        [packaged_file("upgrade_targets.yaml")],
        lambda node, problems: (release_knowledge(node, problems),),
    )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRules:
    """Rules of the operator's own files."""

    advisories: tuple[Advisory, ...] = ()
    messages: tuple[MessagesFile, ...] = ()
    rows: tuple[RowRule, ...] = ()


def operators(sources: Iterable[RuleFile], taken: frozenset[str]) -> OperatorRules:
    """Read the rules in these files. ``taken`` are the ids of existing rules.

    Raises InputError with every problem of every file.
    """

    sources = tuple(sources)
    templates = {source.path: source.template for source in sources}

    def read(node: Node, problems: Problems) -> tuple[Advisory | MessagesFile | RowRule | None, ...]:
        own = ids.setdefault(problems.path, [])
        if is_messages(node):
            own += defined(node, "messages")
            pointers.extend((problems.path, *each) for each in referred(node))
            return (messages(node, problems),)
        own += defined(node, None)
        if is_row_rule(node):
            return (row_rule(node, problems, templates[problems.path]),)
        return (advisory(node, problems),)

    ids: dict[str, list[tuple[str, int]]] = {}
    pointers: list[tuple[str, str, int]] = []
    found = _all_of(sources, read)
    problems = list(_clashes(ids, pointers, taken))
    if problems:
        raise InputError(tuple(problems), hint=_HINT)
    return OperatorRules(
        advisories=tuple(each for each in found if isinstance(each, Advisory)),
        messages=tuple(each for each in found if isinstance(each, MessagesFile)),
        rows=tuple(each for each in found if isinstance(each, RowRule)),
    )


def _clashes(
    ids: dict[str, list[tuple[str, int]]], pointers: list[tuple[str, str, int]], taken: frozenset[str]
) -> Iterator[Problem]:
    """Report duplicate ids, and messages that support an unknown rule."""
    seen = set(taken)
    for path, own in ids.items():
        for name, line in own:
            if name in seen:
                yield Problem(path=path, line=line, key="id", message=f"{name} is the id of another rule")
            seen.add(name)
    for path, name, line in pointers:
        if name not in seen:
            yield Problem(path=path, line=line, key="rule", message=f"there is no rule {name}")


def _all_of(
    sources: Iterable[RuleFile], read: Callable[[Node, Problems], Iterable[T | None]]
) -> tuple[T, ...]:
    values: list[T] = []
    found: list[Problem] = []
    for source in sources:
        problems = Problems(source.path)
        node = parse(source.text, problems)
        if node is not None:
            unique_keys(node, "", problems)
            values += (value for value in read(node, problems) if value is not None)
        try:
            problems.raise_if_any()
        except InputError as err:
            found += err.problems
        else:
            if node is None:  # comments only, or empty
                found.append(Problem(path=source.path, line=1, message="contains no rule"))
    if found:
        raise InputError(tuple(found), hint=_HINT)
    return tuple(values)
