"""A switch that is listed twice is a problem of the inventory, with file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slp_ops.errors import InputError
from slp_ops.inventory import load

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "version: 1\nsites:\n  tokyo:\n    devices:\n"


def _load(folder: Path, *devices: str) -> int:
    path = folder / "inventory.yaml"
    path.write_text(HEAD + "".join(f"      {each}\n" for each in devices))
    return len(load(path).devices)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{host: 192.0.2.11}", "{host: 192.0.2.11}"),
        ("{host: 192.0.2.11}", "{host: 192.0.2.11, port: 22}"),
        ("{host: sw.example.net}", "{host: SW.example.net}"),
        ('{host: "2001:db8::1"}', '{host: "2001:DB8:0:0::1"}'),
        ("{host: 192.0.2.11, jump: [{host: b}]}", "{host: 192.0.2.11, jump: [{host: B}]}"),
        ("{host: 192.0.2.11, intent: {vrf: A}}", "{host: 192.0.2.11, intent: {vrf: A}}"),
    ],
)
def test_the_same_switch_under_two_names(first: str, second: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        _load(tmp_path, f"a: {first}", "x: {host: 192.0.2.99}", f"b: {second}")

    (problem,) = caught.value.problems
    assert (problem.line, problem.key) == (7, "sites.tokyo.devices.b.host")
    assert "line 5 has 'a' at this address" in problem.message
    assert str(problem).startswith(f"{tmp_path}/inventory.yaml:7:")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{host: 192.0.2.11}", "{host: 192.0.2.11, port: 2222}"),
        ("{host: 192.0.2.11}", "{host: 192.0.2.11, jump: [{host: b}]}"),
        (
            "{host: 192.0.2.11, jump: [{host: b}, {host: c}]}",
            "{host: 192.0.2.11, jump: [{host: c}, {host: b}]}",
        ),
        ("{host: 192.0.2.11, jump: [{host: b}]}", "{host: 192.0.2.11, jump: [{host: b, port: 2222}]}"),
        ("{host: 192.0.2.11}", "{host: 192.0.2.11, intent: {vrf: A}}"),
    ],
)
def test_what_differs_is_another_switch(first: str, second: str, tmp_path: Path) -> None:
    assert _load(tmp_path, f"a: {first}", f"b: {second}") == 2


def test_across_sites_and_in_a_table(tmp_path: Path) -> None:
    path = tmp_path / "inventory.csv"
    path.write_text("name,site,host\na,tokyo,192.0.2.11\nb,osaka,192.0.2.12\nc,osaka,192.0.2.11\n")

    with pytest.raises(InputError, match=r"inventory\.csv:4: sites\.osaka\.devices\.c\.host: line 2 has 'a'"):
        load(path)
