"""Mappings read into dataclasses by the types of their fields."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal

import pytest

import slp_ops
from slp_ops.config_files.records import record
from slp_ops.config_files.validation_errors import Problems
from slp_ops.config_files.yaml_nodes import parse
from slp_ops.errors import InputError


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    name: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    title: str
    count: int = 0
    ready: bool = False
    colour: Colour | None = None
    mark: Literal["", "*"] = ""
    words: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    by_number: dict[int, Part] = field(default_factory=dict)


def _read(text: str) -> Thing | None:
    problems = Problems("x.yaml")
    node = parse(text, problems)
    assert node is not None
    found = record(Thing)(node, "", problems)
    problems.raise_if_any()
    return found


def test_every_kind_of_field_is_read() -> None:
    text = (
        "title: ''\ncount: 3\nready: true\ncolour: red\nmark: '*'\nwords: [a, b]\n"
        "parts: [{name: wheel, weight: 2}]\nby_number: {1: {name: axle, weight: 0.5}}\n"
    )
    assert _read(text) == Thing(
        title="",
        count=3,
        ready=True,
        colour=Colour.RED,
        mark="*",
        words=("a", "b"),
        parts=(Part(name="wheel", weight=2.0),),
        by_number={1: Part(name="axle", weight=0.5)},
    )


def test_what_is_not_given_has_its_default() -> None:
    assert _read("title: x\n") == Thing(title="x")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("count: 1\n", "x.yaml:1: title: is missing"),
        ("title: x\ncuont: 1\n", r"x.yaml:2: cuont: is not a known key; did you mean count\?"),
        ("title: 5\n", "x.yaml:1: title: is a number"),
        ("title: x\ncount: 022\n", "x.yaml:2: count: is 022"),
        ("title: x\ncolour: rde\n", r"x.yaml:2: colour: 'rde' is not known; did you mean red\?"),
        ("title: x\ncolour: 1\n", "x.yaml:2: colour: is a number"),
        ("title: x\nwords: a\n", "x.yaml:2: words: is text"),
        ("title: x\nparts:\n  - {weight: 1}\n", r"x.yaml:3: parts\[0\].name: is missing"),
        ("title: x\nparts:\n  - {name: a, weight: 1:30}\n", r"x.yaml:3: parts\[0\].weight: is a number"),
        ("title: x\nby_number: {a: {name: b}}\n", "x.yaml:2: by_number.a: is text"),
    ],
)
def test_a_mistake_is_named_with_line_and_key(text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        _read(text)


def test_yaml_is_read_by_the_tree_alone() -> None:
    package = Path(str(slp_ops.__file__)).parent
    readers = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(
            r"yaml\.(safe_load|load|unsafe_load|parse|compose)|import pydantic|from pydantic",
            path.read_text(),
        )
    }
    # No operator writes the catalogue of messages, nor the inventories that labs write for the demo.
    assert readers == {"config_files/yaml_nodes.py", "messages.py", "lab/cluster_demo.py"}
