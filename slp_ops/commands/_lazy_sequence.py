"""Sequences whose values are parsed when they are asked for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")


class LazySequence(Sequence[T], ABC):
    """Values of a text. Equal to any sequence of the same values."""

    __slots__ = ()

    @abstractmethod
    def _value(self, place: int) -> T:
        """Return the value at a place, counted from 0."""

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        """Parse the value at a place."""
        if isinstance(index, slice):
            return tuple(self._value(place) for place in range(*index.indices(len(self))))
        return self._value(index if 0 <= index < len(self) else range(len(self))[index])

    def __iter__(self) -> Iterator[T]:
        return map(self._value, range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(one == two for one, two in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


class DeferredSequence(LazySequence[T]):
    """Values that are made together when the first of them is asked for."""

    def __init__(self, make: Callable[[], Iterable[T]]) -> None:
        self._make = make

    @cached_property
    def _values(self) -> tuple[T, ...]:
        return tuple(self._make())

    def __len__(self) -> int:
        return len(self._values)

    def _value(self, place: int) -> T:
        return self._values[place]

    def __reduce__(self) -> tuple[type[tuple[T, ...]], tuple[tuple[T, ...]]]:
        return tuple, (self._values,)
