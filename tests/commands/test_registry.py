from __future__ import annotations

import pytest

from slp_ops.commands import find, registry
from slp_ops.errors import NotReadOnly


def test_everything_that_a_set_sends_is_read_only() -> None:
    for command in registry():
        if command.sets and not command.needs_config:
            assert str(command.read_command()) == command.command


def test_what_needs_configuration_cannot_be_sent() -> None:
    refused = [command for command in registry() if command.needs_config]
    assert refused
    for command in refused:
        with pytest.raises(NotReadOnly):
            command.read_command()


def test_the_clock_comes_first_and_the_heavy_ones_last() -> None:
    order = [command.command for command in registry() if command.sets]
    assert order[:2] == ["show clock", "show version"]
    assert order[-2:] == ["show license tech support", "show tech-support"]


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("show license all", "show license all"),
        ("sh lic all", "show license all"),
        ("SHOW LICENSE STATUS", "show license status"),
        ("show license status | include ACK", "show license status"),
        ("show license eventlog 7", "show license eventlog"),
        ("show license rum id 1700000001 detail", "show license rum id ID detail"),
        ("show license rum id all", "show license rum id all"),
        ("test license smart rum show 1673725840", "test license smart rum show ID"),
        ("show proc cpu", "show processes cpu sorted | include CPU utilization|PID|SA[A-Z]"),
        ("show run", "show running-config"),
        ("sh tech", "show tech-support"),
        ("show tech-support license", "show tech-support"),
    ],
)
def test_commands_are_found_as_people_type_them(typed: str, command: str) -> None:
    found = find(typed)
    assert found is not None
    assert found.command == command


@pytest.mark.parametrize("typed", ["", "show", "show license s", "show vlan", "reload", "| include x"])
def test_what_is_unknown_or_could_be_several_is_none(typed: str) -> None:
    assert find(typed) is None
