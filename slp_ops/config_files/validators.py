"""Validators: from a YAML node to a typed value, or a problem with line and key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from slp_ops.config_files.validation_errors import Problems, asks_secret, did_you_mean, first_word, shown
from slp_ops.config_files.yaml_nodes import Entry, Mapping, Node, Scalar, Sequence
from slp_ops.i18n import Text, verbatim

Reader: TypeAlias = Callable[[Node, str, Problems], object]

_LONGEST_TEXT: Final = 1024
# After a comma or full stop, and between two wide characters.
_FOLDED: Final = re.compile(r"(?<=[、。]) | (?<=[ぁ-んァ-ヶー一-龠）」] )(?=[ぁ-んァ-ヶー一-龠（「])")


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueFormat:
    """Format: a test, and its description for the operator."""

    accepts: Callable[[str], bool]
    expected: str


def a_kind(node: Node) -> str:
    """Describe the kind of a node, without its value."""
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Mapping):
        return "a mapping"
    words = {
        "str": "text",
        "int": "a number",
        "float": "a number with a point",
        "bool": "true or false (YAML takes yes, no, on and off for these too)",
        "null": "nothing",
        "timestamp": "a date",
    }
    return words.get(node.kind, "a special YAML word")


def is_null(node: Node) -> bool:
    """Return whether the key has no value."""
    return isinstance(node, Scalar) and node.kind == "null"


def text(node: Node, key: str, problems: Problems, expected: str = "text") -> str | None:
    """Read a text; values of other YAML types must be quoted."""
    if isinstance(node, Scalar) and node.kind == "str" and node.text:
        if len(node.text) <= _LONGEST_TEXT:
            return node.text
        problems.add(node.line, key, f"is longer than {_LONGEST_TEXT} characters", expected)
        return None
    kind = "empty text" if isinstance(node, Scalar) and node.kind == "str" else a_kind(node)
    quote = "; put it in quotes" if isinstance(node, Scalar) and node.kind != "null" else ""
    quote = "" if kind == "empty text" else quote
    problems.add(node.line, key, f"is {kind}{quote}", expected)
    return None


def matching_format(grammar: ValueFormat) -> Callable[[Node, str, Problems], str | None]:
    """Return a reader for a text of that format."""

    def read(node: Node, key: str, problems: Problems) -> str | None:
        value = text(node, key, problems, grammar.expected)
        if value is not None and not grammar.accepts(value):
            problems.add(node.line, key, "is not well formed", grammar.expected)
            return None
        return value

    return read


def one_of(words: Iterable[str]) -> Callable[[Node, str, Problems], str | None]:
    """Return a reader for a closed set of words."""
    known = tuple(words)

    def read(node: Node, key: str, problems: Problems) -> str | None:
        expected = known[0] if len(known) == 1 else f"one of {', '.join(known)}"
        value = text(node, key, problems, expected)
        if value is not None and value not in known:
            message = f"'{shown(value)}' is not known{did_you_mean(value, known)}"
            problems.add(node.line, key, message, expected)
            return None
        return value

    return read


def between(low: int, high: int) -> Callable[[Node, str, Problems], int | None]:
    """Return a reader for a whole number. ``022`` and ``1:30`` are rejected: YAML reads 18 and 90."""

    def read(node: Node, key: str, problems: Problems) -> int | None:
        expected = f"a whole number from {low} to {high}"
        if not isinstance(node, Scalar) or node.kind != "int":
            problems.add(node.line, key, f"is {a_kind(node)}", expected)
            return None
        plain = node.text.isascii() and node.text.isdigit() and len(node.text) <= len(str(high))
        if not plain or node.text != str(int(node.text)) or not low <= int(node.text) <= high:
            problems.add(node.line, key, f"is {shown(node.text)}", expected)
            return None
        return int(node.text)

    return read


def flag(node: Node, key: str, problems: Problems) -> bool | None:
    """Read true or false."""
    if isinstance(node, Scalar) and node.kind == "bool":
        return node.text.lower() in ("true", "yes", "on")
    problems.add(node.line, key, f"is {a_kind(node)}", "true or false")
    return None


def entries(
    node: Node, key: str, problems: Problems, known: Iterable[str] | None = None
) -> tuple[Entry, ...]:
    """Return the entries of a mapping; no value is an empty one. Unknown keys are reported."""
    if is_null(node):
        return ()
    if not isinstance(node, Mapping):
        problems.add(node.line, key, f"is {a_kind(node)}", "a mapping of keys and values")
        return ()
    if known is None:
        return node.entries
    words = tuple(known)
    for entry in node.entries:
        # A key that names a secret is rejected everywhere, see everywhere.py.
        if entry.key.text not in words and not asks_secret(entry.key.text):
            problems.add(
                entry.key.line,
                joined(key, entry.key.text),
                f"is not a known key{did_you_mean(first_word(entry.key.text), words)}",
                f"any of {', '.join(words)}",
            )
    return tuple(entry for entry in node.entries if entry.key.text in words)


def with_first_lines(mapping: Mapping) -> Iterator[tuple[Entry, int | None]]:
    """Yield each entry, with the line of the first one of its key where it repeats that key."""
    first: dict[str, int] = {}
    for entry in mapping.entries:
        yield entry, first.get(entry.key.text)
        first.setdefault(entry.key.text, entry.key.line)


def repeated(entry: Entry, key: str, line: int, problems: Problems) -> None:
    """Report a key that occurs twice, first on this line."""
    problems.add(entry.key.line, key, f"occurs twice, first on line {line}", "one of them")


def unique_keys(node: Node, key: str, problems: Problems) -> None:
    """Report each key that occurs twice: a reader takes one of them, and the other is lost."""
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            unique_keys(item, f"{key}[{index}]", problems)
    elif isinstance(node, Mapping):
        for entry, line in with_first_lines(node):
            place = joined(key, entry.key.text)
            if line is not None:
                repeated(entry, place, line, problems)
            unique_keys(entry.value, place, problems)


def lacks(node: Node, key: str) -> bool:
    """Return whether a mapping lacks that key."""
    return is_null(node) or (isinstance(node, Mapping) and all(one.key.text != key for one in node.entries))


def joined(key: str, name: str) -> str:
    """Return the full key of a mapping's entry."""
    word = first_word(name)
    seen = shown(word) if word == name else f"{shown(word)}..."
    return f"{key}.{seen}" if key else seen


def items(node: Node, key: str, problems: Problems, expected: str) -> tuple[Node, ...]:
    """Return the items of a list; no value is an empty one."""
    if is_null(node):
        return ()
    if not isinstance(node, Sequence):
        problems.add(node.line, key, f"is {a_kind(node)}", expected)
        return ()
    return node.items


def mapped(node: Node, key: str, problems: Problems, readers: dict[str, Reader]) -> dict[str, object]:
    """Read a mapping with these keys and readers."""
    found: dict[str, object] = {}
    for entry in entries(node, key, problems, readers):
        name = entry.key.text  # one of ours: it is shown whole
        value = readers[name](entry.value, f"{key}.{name}" if key else name, problems)
        if value is not None:
            found[name] = value
    return found


def listed(read: Reader, expected: str) -> Callable[[Node, str, Problems], tuple[Any, ...]]:
    """Read a list of values with ``read``."""

    def several(node: Node, key: str, problems: Problems) -> tuple[Any, ...]:
        nodes = items(node, key, problems, expected)
        found = (read(item, f"{key}[{index}]", problems) for index, item in enumerate(nodes))
        return tuple(value for value in found if value is not None)

    return several


def require(node: Node, key: str, problems: Problems, names: Iterable[str]) -> bool:
    """Report each missing required key."""
    missing = [name for name in names if lacks(node, name)]
    for name in missing:
        problems.add(node.line, joined(key, name), "is missing")
    return not missing


def bilingual_text(node: Node, key: str, problems: Problems) -> Text | None:
    """Read a text: ``{en: ..., ja: ...}``, or one for both languages."""
    if isinstance(node, Scalar):
        value = text(node, key, problems, "a text, or {en: ..., ja: ...}")
        return None if value is None else verbatim(value)
    found = mapped(node, key, problems, {"en": text, "ja": _japanese})
    for lang in ("en", "ja"):
        if lacks(node, lang):
            problems.add(node.line, f"{key}.{lang}", "is missing", "a text")
    if len(found) < 2:
        return None
    return Text(str(found["en"]), str(found["ja"]))


def _japanese(node: Node, key: str, problems: Problems) -> str | None:
    """A text without the blanks that folding puts between lines: Japanese has none there."""
    value = text(node, key, problems)
    if value is not None and isinstance(node, Scalar) and node.folded:
        return _FOLDED.sub("", value)
    return value
