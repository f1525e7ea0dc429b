"""Sequences whose values are parsed when they are asked for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Iterator

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
