"""Dependencies of a function, declared by the types of its parameters, and their values for one device.

A need is a fact, a value derived from facts, a setting, or ``Facts`` (all of them). A derived type has
a class method ``derive`` whose parameters are its own needs; it is derived once per device.
If all of them are optional, ``needs_any_of`` names the facts without which it returns None.
"""

from __future__ import annotations

import inspect
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from slp_ops.facts import Fact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from slp_ops.parsing import Facts

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One parameter: its type, and whether it is optional."""

    kind: type
    optional: bool = False


@cache
def dependencies_of(function: Callable[..., object]) -> tuple[Dependency, ...]:
    """Return the needs of a function, in the order of its parameters."""
    hints = get_type_hints(function)
    return tuple(_need(hints[name]) for name in inspect.signature(function).parameters)


def _need(hint: Any) -> Dependency:
    if get_origin(hint) in (Union, UnionType):
        kinds = [kind for kind in get_args(hint) if kind is not NoneType]
        if len(kinds) != 1:
            raise TypeError(f"a parameter needs one type of fact, not {hint}")
        return Dependency(kind=kinds[0], optional=True)
    return Dependency(kind=hint)


def _derivation(kind: type) -> Callable[..., Any] | None:
    return getattr(kind, "derive", None)


class FactContext:
    """Everything known about one device: facts, settings, and values derived from them.

    A value that depends on a command whose output was cut is unknown, also if another command provides
    a part of it; ``watch`` records these dependencies.
    """

    def __init__(self, facts: Facts, settings: Iterable[object] = ()) -> None:
        self.facts = facts
        self._found: dict[type, Any] = {type(setting): setting for setting in (facts, *settings)}
        self._cut: dict[type, frozenset[type[Fact]]] = {}
        self._touched: set[type[Fact]] = set()

    def get(self, kind: type[T]) -> T | None:
        """Return the value of that type; None when unknown."""
        if kind not in self._found:
            with self.watch() as cut:
                found = self._find(kind)
            self._found[kind] = None if cut else found
            self._cut[kind] = frozenset(cut)
        if cut_off := self._cut.get(kind):
            self._touched |= cut_off
        value: T | None = self._found[kind]
        return value

    @contextmanager
    def watch(self) -> Iterator[set[type[Fact]]]:
        """Collect the types that are asked for inside the block and whose output was cut."""
        outer, self._touched = self._touched, set()
        try:
            yield self._touched
        finally:
            self._touched = outer

    def arguments(self, needs: Iterable[Dependency]) -> list[Any] | None:
        """Return the values of these needs; None when a required one is missing."""
        values: list[Any] = []
        for need in needs:
            value: Any = self.get(need.kind)
            if value is None and not need.optional:
                return None
            values.append(value)
        return values

    def missing(self, needs: Iterable[Dependency]) -> tuple[type[Fact], ...]:
        """Return the facts that these needs lack, each once."""
        return tuple(dict.fromkeys(self._missing(needs)))

    def _missing(self, needs: Iterable[Dependency]) -> Iterator[type[Fact]]:
        for need in needs:
            if need.optional or self.get(need.kind) is not None:
                continue
            if issubclass(need.kind, Fact):
                yield need.kind
            else:
                yield from self._missing(dependencies_of(need.kind.derive))  # type: ignore[attr-defined]  # as _find has seen
                yield from getattr(need.kind, "needs_any_of", ())

    def _find(self, kind: type) -> Any:
        if issubclass(kind, Fact):
            if self.facts.cut(kind):
                self._touched.add(kind)
            return self.facts.get(kind)
        derive = _derivation(kind)
        if derive is None:
            raise TypeError(f"{kind.__name__} is no fact, no setting, and has no derive()")
        arguments = self.arguments(dependencies_of(derive))
        return None if arguments is None else derive(*arguments)
