from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from slp_ops.lab.scenarios import load, names
from slp_ops.lab.screens import lines, render, vocabulary

if TYPE_CHECKING:
    from slp_ops.lab.switch import Switch

_BASELINE = (
    "show clock", "show version", "show running-config", "show logging", "show license all",
    "show license summary", "show license status", "show license usage", "show license eventlog",
    "show license tech support", "show hosts", "show ntp status", "show call-home",
    "show call-home smart-licensing", "show call-home profile all", "show crypto pki trustpool",
    "show crypto pki trustpoints SLA-TrustPoint status", "show processes cpu sorted",
    "show processes memory sorted", "show inventory", "show ip interface brief", "show interfaces",
    "show install summary", "show redundancy", "show vrf", "show ip http client all", "show license udi",
    "show archive", "show flash:", "show tech-support license",
)  # fmt: skip


def page(switch: Switch, command: str) -> str:
    text = render(switch, tuple(command.split()))
    assert text is not None, command
    return text


@pytest.mark.parametrize("name", names())
def test_every_scenario_draws_every_command(name: str) -> None:
    switch = load(name).build()
    for command in _BASELINE:
        text = page(switch, command)
        assert text.strip()
        assert "None" not in text.replace("Request Time: None", "").replace("Attempt: None", "").replace(
            "Reason: None", ""
        ).replace(".. None", "").replace("..... None", "")


def test_the_vocabulary_holds_only_what_can_be_drawn() -> None:
    examples = {"<id>": "1", "<number>": "2", "<interface>": "Vlan100", "<word>": "SLA-TrustPoint"}
    for name in ("healthy-17-3", "healthy", "healthy-17-15", "pre-slp-eval"):
        switch = load(name).build()
        commands = list(vocabulary(switch))
        assert len(commands) == len(set(commands))
        for words in commands:
            assert render(switch, tuple(examples.get(word, word) for word in words)) is not None


@pytest.mark.parametrize(
    ("name", "command", "exists"),
    [
        ("healthy-17-6", "show license rum id all", False),
        ("healthy", "show license rum id all", True),
        ("pre-slp-eval", "show license history message", False),
        ("healthy-17-3", "show license history message", True),
        ("healthy", "show license data conversion", False),
        ("healthy-17-15", "show license data conversion", True),
        ("dual-supervisor", "show switch", False),
        ("healthy", "show licence", False),
    ],
)
def test_a_command_exists_from_its_release_on(name: str, command: str, exists: bool) -> None:
    switch = load(name).build()
    assert (render(switch, tuple(command.split())) is not None) is exists


@pytest.mark.parametrize(
    ("mark", "expected"),
    [("", "10:00:00.000 JST Tue Jun 10 2025"), ("*", "*10:00:00.000 JST Tue Jun 10 2025")],
)
def test_the_clock_is_local_and_carries_its_mark(mark: str, expected: str) -> None:
    switch = load("healthy").build()
    switch.clock.mark = mark
    assert page(switch, "show clock") == expected


@pytest.mark.parametrize(
    ("name", "first", "second", "licensing"),
    [
        (
            "healthy-17-3",
            "Version 17.03.08",
            "Version 17.3.8, RELEASE",
            "Registration Not Applicable/Not Applicable",
        ),
        ("healthy-stack", "Version 17.09.04a", "Version 17.9.4a, RELEASE", "Smart Licensing Using Policy"),
        ("smu-patched", "Version 17.03.06 - SMU-PATCHED", "Version 17.3.6, RELEASE", "Not Applicable"),
        ("pre-slp-eval", "Version 16.12.05b", "Version 16.12.5b, RELEASE", "UNREGISTERED/EVAL MODE"),
        ("pre-slp-registered", "Version 16.12.08", "Version 16.12.8, RELEASE", "REGISTERED/AUTHORIZED"),
        (
            "engineering-build",
            "Version BLD_V1712",
            "Experimental Version 17.12.20240516:071512",
            "Using Policy",
        ),
    ],
)
def test_show_version_writes_the_release_as_ios_does(
    name: str, first: str, second: str, licensing: str
) -> None:
    text = page(load(name).build(), "show version").splitlines()
    assert first in text[0]
    assert second in text[1]
    status = next(line for line in text if line.startswith("Smart Licensing Status: "))
    assert status.endswith(licensing)


def test_show_version_lists_every_member_and_marks_the_active_one() -> None:
    text = page(load("version-mismatch").build(), "show version")
    assert "*    1 41    C9300-24UX         17.09.04a         CAT9K_IOSXE           INSTALL" in text
    assert "     3 65    C9300-48T          17.06.05          CAT9K_IOSXE           INSTALL" in text
    assert "V-Mismatch" in page(load("version-mismatch").build(), "show switch")


def test_logging_follows_the_service_lines() -> None:
    switch = load("timestamps").build()
    switch.say("SYS", 5, "CONFIG_I", "Configured from console by netops on vty0")
    assert page(switch, "show logging").endswith(
        "000010: Jun 10 10:00:00.000 JST: %SYS-5-CONFIG_I: Configured from console by netops on vty0"
    )
    switch.configure("no service sequence-numbers")
    switch.configure("service timestamps log datetime")
    assert page(switch, "show logging").endswith(
        "\nJun 10 01:00:00: %SYS-5-CONFIG_I: Configured from console by netops on vty0"
    )


def test_a_full_buffer_loses_its_oldest_messages() -> None:
    switch = load("log-wrapped").build()
    text = page(switch, "show logging")
    assert "AGENT_ENABLED" not in text
    assert f"{switch.log.logged} messages logged" in text
    assert switch.log.wrapped


def test_the_running_configuration_holds_a_secret_of_every_kind() -> None:
    text = page(load("healthy").build(), "show running-config")
    for line in (
        "enable secret 9 $9$",
        "username netops privilege 15 secret 9 $9$",
        "username backup privilege 15 password 7 ",
        "snmp-server community c4n4ry-",
        " key 7 ",
        "ntp authentication-key 1 md5 ",
        "ip ftp password 7 ",
    ):
        assert line in text
    assert text.splitlines()[0] == "Building configuration..."
    assert text.splitlines()[-1] == "end"


def test_a_change_shows_at_once() -> None:
    switch = load("healthy").build()
    switch.configure("hostname elsewhere")
    switch.configure("shutdown", ("interface Vlan100",))
    assert "hostname elsewhere" in page(switch, "show running-config")
    brief = next(line for line in page(switch, "show ip interface brief").splitlines() if "Vlan100" in line)
    assert "administratively down" in brief
    assert switch.unsaved
    switch.write_memory()
    assert not switch.unsaved


def test_the_trustpool_tells_what_was_imported() -> None:
    assert "cn=IdenTrust Commercial Root CA 1" in page(load("healthy").build(), "show crypto pki trustpool")
    assert "IdenTrust" not in page(load("quovadis").build(), "show crypto pki trustpool")


def test_the_agent_is_seen_to_eat_the_cpu() -> None:
    text = page(load("rum-backlog").build(), "show processes cpu sorted").splitlines()
    assert text[0].startswith("CPU utilization for five seconds: 99%/0%; one minute: 99%; five minutes: 98%")
    assert text[2].split()[-1] == "SAGetRUMIds"
    memory = page(load("rum-backlog").build(), "show processes memory sorted").splitlines()
    assert memory[5].endswith("*MallocLite*")


def test_hosts_remember_what_was_looked_up() -> None:
    switch = load("healthy").build()
    assert "smartreceiver" not in page(switch, "show hosts")
    assert switch.resolve("smartreceiver.cisco.com").found
    assert "smartreceiver.cisco.com" in page(switch, "show hosts")


def test_a_long_page_comes_line_by_line() -> None:
    switch = load("bulky").build()
    found = lines(switch, ("show", "tech-support"))
    assert found is not None
    assert not isinstance(found, str | list | tuple)
    assert sum(len(line) + 1 for line in found) >= 50_000_000


def test_uptime_and_restart_agree_with_the_clock() -> None:
    switch = load("healthy").build()
    switch.booted = switch.now() - timedelta(days=8, hours=1, minutes=1)
    assert "lab-0001 uptime is 1 week, 1 day, 1 hour, 1 minute" in page(switch, "show version")
