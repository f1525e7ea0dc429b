"""The one place that reads the YAML of rules: ours from the package, the operator's as texts handed in.

Reading is all or nothing: InputError holds every problem of every file, with line and key.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, TypeVar

from slp_ops.errors import InputError
from slp_ops.inventory.problems import Problems
from slp_ops.inventory.tree import parse
from slp_ops.rules import forms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from slp_ops.errors import Problem
    from slp_ops.inventory.tree import Node
    from slp_ops.rules.advisory import Advisory
    from slp_ops.rules.fixed import Train

T = TypeVar("T")
_DATA: Final = files("slp_ops.rules").joinpath("data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A YAML text and the path that problems are reported with."""

    path: str
    text: str


def packaged(folder: str) -> Iterator[Source]:
    """Our own files of one folder of the data, in order."""
    found = sorted(_DATA.joinpath(folder).iterdir(), key=lambda entry: entry.name)
    for entry in found:
        if entry.name.endswith(".yaml"):
            yield Source(path=f"{folder}/{entry.name}", text=entry.read_text(encoding="utf-8"))


def packaged_file(name: str) -> Source:
    """One of our own files."""
    return Source(path=name, text=_DATA.joinpath(name).read_text(encoding="utf-8"))


@cache
def advisories() -> tuple[Advisory, ...]:
    """Our own advisories."""
    return advisories_of(packaged("advisories"))


def advisories_of(sources: Iterable[Source]) -> tuple[Advisory, ...]:
    """The advisories of these files; raises InputError."""
    return _all_of(sources, lambda node, problems: (forms.advisory(node, problems),))


@cache
def extended_trains() -> tuple[Train, ...]:
    """The trains with extended maintenance: our knowledge, not a switch's."""
    return _all_of(
        [packaged_file("trains.yaml")],
        forms.trains,
    )


def _all_of(sources: Iterable[Source], read: Callable[[Node, Problems], Iterable[T | None]]) -> tuple[T, ...]:
    values: list[T] = []
    found: list[Problem] = []
    for source in sources:
        problems = Problems(source.path)
        node = parse(source.text, problems)
        if node is not None:
            values += (value for value in read(node, problems) if value is not None)
        elif not source.text.strip():
            problems.add(1, "", "is empty")
        try:
            problems.raise_if_any()
        except InputError as err:
            found += err.problems
    if found:
        raise InputError(tuple(found), hint="the forms are described in docs/reference/rules.en.md")
    return tuple(values)
