"""Texts of rules in English and Japanese, from a YAML file beside the module that uses them.

    # checks/trust.yaml
    verify:                      # TEXTS["verify"]
      en: Check with 'show license status'.
      ja: 'show license status' で確認します。
    trust-missing:               # the rule of that id
      title: {en: ..., ja: ...}
      cause: {en: ..., ja: ...}
      remedy:
        - verify                 # the text of that id in this file
        - {en: ..., ja: ...}
      summary: {en: ..., ja: ...}   # TEXTS["trust-missing.summary"]

A translator edits this file only. Values are in braces, the same ones in both languages; in English
``{count:switch}`` is a number with its noun.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from slp_ops.config_files.validation_errors import Problems
from slp_ops.config_files.validators import bilingual_text, joined
from slp_ops.config_files.yaml_nodes import Mapping, Node, Scalar, Sequence, parse

if TYPE_CHECKING:
    from slp_ops.i18n import Text

_LANGUAGES = {"en", "ja"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The texts of one module by id, and the lists of steps, whose items are texts."""

    texts: dict[str, Text] = field(default_factory=dict)
    steps: dict[str, tuple[Text, ...]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Text:
        """Return the text of that id; raise KeyError if the file has none."""
        return self.texts[name]


@cache
def texts_of(module: str) -> Texts:
    """Return the texts of a module, such as ``slp_ops.rules.checks.trust``; raise InputError."""
    package, _, name = module.rpartition(".")
    content = files(package).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return read_texts(content, f"{name}.yaml")


def read_texts(content: str, path: str) -> Texts:
    """Return the texts of a file; raise InputError with every problem."""
    problems = Problems(path)
    root = parse(content, problems)
    found = Texts()
    lists: dict[str, Sequence] = {}
    if isinstance(root, Mapping):
        _collect(root, "", found, lists, problems)
    elif root is not None:
        problems.add(root.line, "", "is no mapping", "texts by their ids")
    for name, node in lists.items():
        steps = (_step(item, f"{name}[{index}]", found, problems) for index, item in enumerate(node.items))
        found.steps[name] = tuple(step for step in steps if step is not None)
    problems.raise_if_any()
    return found


def _collect(node: Mapping, key: str, found: Texts, lists: dict[str, Sequence], problems: Problems) -> None:
    """Collect the texts below a mapping; lists wait until every text that they may name is known."""
    for entry in node.entries:
        name, value = joined(key, entry.key.text), entry.value
        if name in found.texts or name in lists:
            problems.add(entry.key.line, name, "occurs twice", "one text for each id")
        elif isinstance(value, Sequence):
            lists[name] = value
        elif isinstance(value, Mapping) and not _is_text(value):
            _collect(value, name, found, lists, problems)
        elif (text := _text(value, name, problems)) is not None:
            found.texts[name] = text


def _is_text(node: Mapping) -> bool:
    return not _LANGUAGES.isdisjoint(entry.key.text for entry in node.entries)


def _text(node: Node, key: str, problems: Problems) -> Text | None:
    if isinstance(node, Mapping):
        if len({entry.key.text for entry in node.entries}) < len(node.entries):
            problems.add(node.line, key, "has a language twice", "{en: ..., ja: ...}")
        return bilingual_text(node, key, problems)
    problems.add(node.line, key, "is no text", "{en: ..., ja: ...}")
    return None


def _step(node: Node, key: str, found: Texts, problems: Problems) -> Text | None:
    if not isinstance(node, Scalar):
        return _text(node, key, problems)
    if node.text not in found.texts:
        problems.add(node.line, key, "names no text of this file", "the id of a text, or {en: ..., ja: ...}")
    return found.texts.get(node.text)
