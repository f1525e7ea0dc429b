"""YAML's traps cost neither memory nor time, and what cannot be read is reported with its line."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from slp_ops.errors import InputError, Problem
from slp_ops.inventory import load

if TYPE_CHECKING:
    from pathlib import Path

BOUND = 30.0  # seconds of CPU; what is not bounded takes hours, or all memory


def problem_of(tmp_path: Path, text: str) -> Problem:
    path = tmp_path / "inventory.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(path)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("version: 1\nsites: {a: [}\n", 2, "not readable as YAML"),
        ("version: 1\nsites:\n\ta: {}\n", 3, "spaces, not tabs, in front of a key"),
        ("version: 1\nsites: 'open\n\n", 2, "not readable as YAML"),
        ("version: 1\nsites: *nowhere\n", 2, "not defined above"),
        ("version: 1\nsites: &s {a: *s}\n", 2, "not defined above"),
        ("version: 1\nsites: !!python/object:os.system {}\n", 2, "a YAML tag"),
        ("version: 1\nsites: !vault x\n", 2, "a YAML tag"),
        ("version: 1\nsites: {}\n---\nversion: 1\n", 3, "a second document"),
        ("version: 1\nsites: {? [a] : b}\n", 2, "is used as a key"),
        ("version: 1\nsites: {<<: text}\n", 2, "merges mappings only"),
        (f"version: 1\nsites: {'[' * 5000}\n", 2, "nested too deeply"),
        (f"version: 1\nsites: {'{a: ' * 5000}\n", 2, "nested too deeply"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    problem = problem_of(tmp_path, text)
    assert problem.line == line
    assert message in f"{problem.message} {problem.expected}"


@pytest.mark.parametrize("level", ["l{n}: &l{n} [{nine}]", "l{n}: &l{n} {{a: {one}, b: [{nine}]}}"])
def test_aliases_that_explode_are_refused_at_once(tmp_path: Path, level: str) -> None:
    lines = ["l0: &l0 [x]"]
    for number in range(1, 40):
        one = f"*l{number - 1}"
        lines.append(level.format(n=number, one=one, nine=", ".join([one] * 9)))
    started = time.process_time()
    problem = problem_of(tmp_path, "\n".join(lines))
    assert "too large, aliases expanded" in problem.message
    assert time.process_time() - started < BOUND


def test_aliases_that_nest_without_end_are_refused(tmp_path: Path) -> None:
    lines = ["d0: &d0 []", *(f"d{number}: &d{number} [*d{number - 1}]" for number in range(1, 3000))]
    problem = problem_of(tmp_path, "\n".join(lines))
    assert problem.message == "nested too deeply"
    assert problem.line is not None
    assert problem.line < 40


def test_merges_that_explode_are_refused_at_once(tmp_path: Path) -> None:
    lines = ["m0: &m0 {a0: 1}"]
    for number in range(1, 60):
        nine = ", ".join([f"*m{number - 1}"] * 9)
        lines.append(f"m{number}: &m{number} {{<<: [{nine}], a{number}: 1}}")
    started = time.process_time()
    assert "too large, aliases expanded" in problem_of(tmp_path, "\n".join(lines)).message
    assert time.process_time() - started < BOUND


def test_the_largest_that_is_read_costs_seconds_at_most(tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    lists = ", ".join(["*many"] * 400)
    path.write_text(f"many: &many [{', '.join(['password'] * 1000)}]\nx: [{lists}]\n", encoding="utf-8")
    started = time.process_time()
    with pytest.raises(InputError):
        load(path)
    assert time.process_time() - started < BOUND


def test_a_huge_file_is_refused_without_reading_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    with path.open("wb") as file:
        file.truncate(2**40)  # sparse
    with pytest.raises(InputError, match="larger than 16 MB"):
        load(path)


def test_a_fleet_of_two_thousand_is_read_in_a_moment(tmp_path: Path) -> None:
    rows = "".join(
        f"      sw-{number}: {{host: 10.0.{number // 250}.{number % 250}, tags: [access]}}\n"
        for number in range(2000)
    )
    path = tmp_path / "inventory.yaml"
    path.write_text(f"version: 1\nsites:\n  t:\n    devices:\n{rows}", encoding="utf-8")
    started = time.process_time()
    assert len(load(path).devices) == 2000
    assert time.process_time() - started < BOUND
