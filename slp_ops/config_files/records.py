"""Reads a mapping into a dataclass: the fields' types are the form of the file.

    @dataclass(frozen=True, slots=True, kw_only=True)
    class LogForm:
        at: timedelta
        text: str
        count: int = 1

    read = record(LogForm, {timedelta: span})   # a reader such as those of ``fields``

A field is text, a number, a boolean, a word of a Literal or an enumeration, a list (tuple), a mapping,
another dataclass, or of a type that ``readers`` names; each may be optional. A field without a default
is required.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    Literal,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from slp_ops.config_files.validation_errors import did_you_mean, shown
from slp_ops.config_files.validators import a_kind, between, entries, flag, items, joined, mapped, require
from slp_ops.config_files.yaml_nodes import Node, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from slp_ops.config_files.validation_errors import Problems
    from slp_ops.config_files.validators import Reader

T = TypeVar("T")


def record(
    cls: type[T], readers: Mapping[type, Reader] | None = None
) -> Callable[[Node, str, Problems], T | None]:
    """Return a reader for that dataclass; it returns None, with the problems noted, for anything else."""
    known = dict(readers or {})
    hints = get_type_hints(cls)
    own = {one.name: _reader(hints[one.name], known) for one in fields(cast("Any", cls))}
    required = [
        one.name
        for one in fields(cast("Any", cls))
        if one.default is MISSING and one.default_factory is MISSING
    ]

    def read(node: Node, key: str, problems: Problems) -> T | None:
        found = mapped(node, key, problems, own)
        whole = require(node, key, problems, required)
        return cls(**found) if whole and found.keys() >= set(required) else None

    return read


def _reader(hint: Any, known: Mapping[type, Reader]) -> Reader:
    """The reader of a type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        (hint,) = (each for each in arguments if each is not NoneType)
        return _reader(hint, known)
    if origin is Literal:
        return _word({word: word for word in arguments})
    if origin is tuple:
        return _several(_reader(arguments[0], known))
    if origin is dict:
        return _mapping(*(_reader(each, known) for each in arguments))
    if hint in known:
        return known[hint]
    if is_dataclass(hint):
        return record(cast("type[Any]", hint), known)
    if issubclass(hint, Enum):
        return _word({each.value: each for each in hint})
    return _SIMPLE[hint]


def _word(values: Mapping[str, object]) -> Reader:
    def read(node: Node, key: str, problems: Problems) -> object:
        if isinstance(node, Scalar) and node.kind == "str" and node.text in values:
            return values[node.text]
        words = [word or '""' for word in values]
        message = f"is {a_kind(node)}"
        if isinstance(node, Scalar) and node.kind == "str":
            message = f"'{shown(node.text)}' is not known{did_you_mean(node.text, words)}"
        problems.add(node.line, key, message, f"one of {', '.join(words)}")
        return None

    return read


def _several(one: Reader) -> Reader:
    def read(node: Node, key: str, problems: Problems) -> object:
        nodes = items(node, key, problems, "a list")
        return _without_none(one(item, f"{key}[{index}]", problems) for index, item in enumerate(nodes))

    return read


def _without_none(values: Iterable[object]) -> tuple[object, ...]:
    return tuple(value for value in values if value is not None)


def _mapping(name: Reader, value: Reader) -> Reader:
    def read(node: Node, key: str, problems: Problems) -> object:
        found = {}
        for entry in entries(node, key, problems):
            place = joined(key, entry.key.text)
            found[name(entry.key, place, problems)] = value(entry.value, place, problems)
        return found

    return read


def _text(node: Node, key: str, problems: Problems) -> str | None:
    """Text, which may be empty."""
    if isinstance(node, Scalar) and node.kind == "str":
        return node.text
    problems.add(node.line, key, f"is {a_kind(node)}", "text")
    return None


def _number(node: Node, key: str, problems: Problems) -> float | None:
    if isinstance(node, Scalar) and node.kind in ("int", "float"):
        with suppress(ValueError):  # 1:30 and 0x1F are numbers to YAML alone
            return float(node.text)
    problems.add(node.line, key, f"is {a_kind(node)}", "a number")
    return None


_SIMPLE: Final[dict[type, Reader]] = {
    str: _text,
    int: between(0, 2**31 - 1),
    float: _number,
    bool: flag,
}
