"""The operator's configuration file: values of options, each with its line.

    lang: ja
    workers: 100
    remediate:
      wait: 1800

The keys are those of the caller. The file is in the user's configuration folder; another one is read only if
it is named. It holds no secret and no consent.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.config_files.validation_errors import Problems
from slp_ops.config_files.validators import a_kind, entries, flag, is_null, items, joined, text
from slp_ops.config_files.yaml_nodes import Mapping, Scalar, Sequence, parse
from slp_ops.errors import InputError
from slp_ops.inventory import forbid_secrets
from slp_ops.paths import config_file
from slp_ops.regular_files import read_text_input

if TYPE_CHECKING:
    from collections import abc
    from collections.abc import Callable

    from slp_ops.config_files.yaml_nodes import Node

NO_FILE: Final = "none"  # as the name of the file
_LARGEST: Final = 2**20
_WORDS_FOR_PATHS: Final = ("none", "-")  # of options that take a path or one of these


class ValueKind(StrEnum):
    """The kind of a setting's value in the file."""

    FLAG = "flag"
    NUMBER = "number"
    NUMBER_OR_WORD = "number or word"
    TEXT = "text"
    PATH = "path"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """One key of the file. ``check`` returns why the option refuses a value, or nothing."""

    kind: ValueKind
    several: bool
    check: Callable[[object], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileValue:
    """The value of a key, and its line."""

    value: object
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The values of a file by key, such as ``remediate.wait``. ``path`` is None without a file."""

    path: Path | None
    values: abc.Mapping[str, FileValue]


def load_configuration(
    named: str | None,
    known: Callable[[], abc.Mapping[str, KnownKey]],
    refused: Callable[[], abc.Mapping[str, str]],
) -> Configuration:
    """Read the named file, or the user's if there is one. Raises InputError with every problem.

    ``refused`` gives a reason for each key that may not be in a file. Both are called for a file that exists.
    """
    if named == NO_FILE:
        return Configuration(path=None, values={})
    path = config_file() if named is None else Path(named)
    try:
        content = read_text_input(path, _LARGEST)
    except InputError as error:
        if named is None and isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
            return Configuration(path=None, values={})
        raise
    problems = Problems(str(path))
    root = parse(content, problems)
    reader = _Reader(problems, known(), refused(), path.expanduser().absolute().parent)
    hint = ""
    if root is not None and not is_null(root):
        forbid_secrets.check(root, "", problems)
        hint = forbid_secrets.HINT if forbid_secrets.holds_secret(root) else ""
        reader.read(root, "")
    problems.raise_if_any(hint=hint)
    return Configuration(path=path, values=reader.found)


class _Reader:
    def __init__(
        self,
        problems: Problems,
        known: abc.Mapping[str, KnownKey],
        refused: abc.Mapping[str, str],
        folder: Path,
    ) -> None:
        self._problems = problems
        self._known = known
        self._refused = refused
        self._folder = folder
        self.found: dict[str, FileValue] = {}

    def read(self, node: Node, key: str) -> None:
        for entry in entries(self._without_refused(node, key), key, self._problems, self._names(key)):
            name = joined(key, entry.key.text)
            if name in self._known:
                self._value(entry.value, name, entry.key.line)
            else:
                self.read(entry.value, name)

    def _without_refused(self, node: Node, key: str) -> Node:
        """Report the refused keys of a mapping, and return the others."""
        if not isinstance(node, Mapping):
            return node
        kept = []
        for entry in node.entries:
            name = joined(key, entry.key.text)
            if name in self._refused:
                self._problems.add(entry.key.line, name, self._refused[name])
            else:
                kept.append(entry)
        return replace(node, entries=tuple(kept))

    def _names(self, key: str) -> tuple[str, ...]:
        prefix = f"{key}." if key else ""
        inside = (each.removeprefix(prefix) for each in self._known if each.startswith(prefix))
        return tuple(dict.fromkeys(name.partition(".")[0] for name in inside))

    def _value(self, node: Node, key: str, line: int) -> None:
        known = self._known[key]
        listed = known.several and isinstance(node, Sequence)
        nodes = items(node, key, self._problems, "a list") if listed else (node,)
        values = tuple(self._one(each, key, known) for each in nodes)
        if None in values:
            return  # a problem was recorded
        if not values:
            self._problems.add(line, key, "is an empty list", "a value, or no such key")
            return
        value = values if known.several else values[0]
        if reason := known.check(value):
            self._problems.add(line, key, reason)
        self.found[key] = FileValue(value=value, line=line)

    def _one(self, node: Node, key: str, known: KnownKey) -> object:
        match known.kind:
            case ValueKind.FLAG:
                return flag(node, key, self._problems)
            case ValueKind.NUMBER:
                return self._number(node, key)
            case ValueKind.NUMBER_OR_WORD if isinstance(node, Scalar) and node.kind == "int":
                return self._number(node, key)
            case ValueKind.TEXT | ValueKind.NUMBER_OR_WORD:
                # 'off' without quotes is a boolean to YAML
                if isinstance(node, Scalar) and node.kind == "bool" and (reason := known.check(node.text)):
                    self._problems.add(node.line, key, reason)
                    return None
                return text(node, key, self._problems)
            case ValueKind.PATH:
                return self._path(text(node, key, self._problems, "a path"))

    def _number(self, node: Node, key: str) -> float | None:
        if isinstance(node, Scalar) and node.kind in ("int", "float"):
            with suppress(ValueError):  # 1:30 and 0x1F are numbers to YAML alone
                return int(node.text) if node.kind == "int" else float(node.text)
        self._problems.add(node.line, key, f"is {a_kind(node)}", "a number")
        return None

    def _path(self, value: str | None) -> str | None:
        """Return the path, relative to the folder of the file."""
        if value is None or value in _WORDS_FOR_PATHS:
            return value
        return str(self._folder / Path(value).expanduser())
