"""The one place that reads the YAML of rules: ours from the package, the operator's as texts handed in.

Reading is all or nothing: InputError holds every problem of every file, with line and key.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, TypeVar

from slp_ops.errors import InputError, Problem
from slp_ops.rules.catalogue import MessagesFile
from slp_ops.rules.fixed import Advisory
from slp_ops.rules.forms import advisory, defined, is_messages, messages, referred, terms, trains
from slp_ops.written.problems import Problems
from slp_ops.written.tree import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from slp_ops.rules.catalogue import Term
    from slp_ops.rules.fixed import Train
    from slp_ops.written.tree import Node

T = TypeVar("T")
_DATA: Final = files("slp_ops.rules").joinpath("data")
_HINT: Final = "the forms are described in docs/reference/rules.en.md, under Rules of your own"


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
    found = advisories_of(packaged("advisories"))
    # Field notices first: they say more than a bug.
    return tuple(sorted(found, key=lambda each: (not each.id.startswith("FN"), each.id)))


def advisories_of(sources: Iterable[Source]) -> tuple[Advisory, ...]:
    """The advisories of these files; raises InputError."""
    return _all_of(sources, lambda node, problems: (advisory(node, problems),))


@cache
def message_file() -> MessagesFile:
    """Our own messages."""
    (found,) = messages_of([packaged_file("messages.yaml")])
    return found


def messages_of(sources: Iterable[Source]) -> tuple[MessagesFile, ...]:
    """The messages of these files; raises InputError."""
    return _all_of(sources, lambda node, problems: (messages(node, problems),))


@cache
def known_terms() -> tuple[Term, ...]:
    """Our own terms."""
    return _all_of([packaged_file("terms.yaml")], terms)


@cache
def extended_trains() -> tuple[Train, ...]:
    """The trains with extended maintenance: our knowledge, not a switch's."""
    return _all_of(
        [packaged_file("trains.yaml")],
        trains,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Operators:
    """What an operator's own files add."""

    advisories: tuple[Advisory, ...] = ()
    messages: tuple[MessagesFile, ...] = ()


def operators(sources: Iterable[Source], taken: frozenset[str]) -> Operators:
    """The rules in these files. ``taken`` are the ids of the rules that there are already.

    Raises InputError with every problem of every file.
    """

    def read(node: Node, problems: Problems) -> tuple[Advisory | MessagesFile | None, ...]:
        own = ids.setdefault(problems.path, [])
        if is_messages(node):
            own += defined(node, "messages")
            pointers.extend((problems.path, *each) for each in referred(node))
            return (messages(node, problems),)
        own += defined(node, None)
        return (advisory(node, problems),)

    ids: dict[str, list[tuple[str, int]]] = {}
    pointers: list[tuple[str, str, int]] = []
    found = _all_of(sources, read)
    problems = list(_clashes(ids, pointers, taken))
    if problems:
        raise InputError(tuple(problems), hint=_HINT)
    return Operators(
        advisories=tuple(each for each in found if isinstance(each, Advisory)),
        messages=tuple(each for each in found if isinstance(each, MessagesFile)),
    )


def _clashes(
    ids: dict[str, list[tuple[str, int]]], pointers: list[tuple[str, str, int]], taken: frozenset[str]
) -> Iterator[Problem]:
    """Ids that occur twice, and messages that are evidence for a rule that does not exist."""
    seen = set(taken)
    for path, own in ids.items():
        for name, line in own:
            if name in seen:
                yield Problem(path=path, line=line, key="id", message=f"{name} is the id of another rule")
            seen.add(name)
    for path, name, line in pointers:
        if name not in seen:
            yield Problem(path=path, line=line, key="rule", message=f"there is no rule {name}")


def _all_of(sources: Iterable[Source], read: Callable[[Node, Problems], Iterable[T | None]]) -> tuple[T, ...]:
    values: list[T] = []
    found: list[Problem] = []
    for source in sources:
        problems = Problems(source.path)
        node = parse(source.text, problems)
        if node is not None:
            values += (value for value in read(node, problems) if value is not None)
        try:
            problems.raise_if_any()
        except InputError as err:
            found += err.problems
        else:
            if node is None:  # comments alone, or nothing
                found.append(Problem(path=source.path, line=1, message="holds no rule"))
    if found:
        raise InputError(tuple(found), hint=_HINT)
    return tuple(values)
