"""Telnet and ping from the switch: every outcome, and every way out."""

from __future__ import annotations

from typing import Any

import pytest

from slp_ops.lab import scenarios
from slp_ops.lab.journal import Mode
from slp_ops.lab.shell.actions import Wait
from slp_ops.lab.shell.operator import Operator
from slp_ops.lab.world import Reach, ReachabilityRule, World

TOOLS = "203.0.113.11"
COMMAND = "telnet tools.cisco.com 443 /ipv4"
TRYING = (
    f'{COMMAND}\nTranslating "tools.cisco.com"...domain server (10.10.0.53) [OK]\n\n'
    f"Trying tools.cisco.com ({TOOLS}, 443)... "
)


def at(scenario: str = "healthy", reach: Reach | None = None, **world: Any) -> Operator:
    switch = scenarios.load(scenario).build(name="sw1")
    if reach is not None:
        paths = (ReachabilityRule(reach=reach, address=TOOLS),)
        switch.world = World(names=switch.world.names, paths=paths, **world)
    return Operator(switch)


@pytest.mark.parametrize(
    ("reach", "text", "seconds"),
    [
        (Reach.REFUSED, "\n% Connection refused by remote host\n\nsw1#", 0.2),
        (Reach.UNREACHABLE, "\n% Destination unreachable; gateway or host down\n\nsw1#", 0.2),
        (Reach.TIMED_OUT, "\n% Connection timed out; remote host not responding\n\nsw1#", 30.0),
        (Reach.OPEN, "Open\n\n", 0.2),
        (Reach.SILENT, "Open\n\n", 0.2),
        (Reach.CLOSES, "Open\n\n\n[Connection to tools.cisco.com closed by foreign host]\nsw1#", 0.4),
    ],
)
def test_outcomes(reach: Reach, text: str, seconds: float) -> None:
    operator = at(reach=reach)
    assert operator.line(COMMAND) == TRYING + text
    assert sum(operator.waited) == pytest.approx(seconds)


def test_several_addresses_are_tried_one_after_another() -> None:
    operator = at("two-addresses")
    text = operator.line("telnet smartreceiver.cisco.com 443 /ipv4")
    assert text.endswith(
        "Trying smartreceiver.cisco.com (203.0.113.20, 443)... \n"
        "% Connection timed out; remote host not responding\n"
        "Trying smartreceiver.cisco.com (203.0.113.10, 443)... Open\n\n"
    )
    assert sum(operator.waited) == pytest.approx(30.2)


def test_by_address_there_is_nothing_to_translate() -> None:
    assert at(reach=Reach.OPEN).line(f"telnet {TOOLS} 443").endswith(f"Trying {TOOLS}, 443 ... Open\n\n")


def test_synwait_time_bounds_the_attempt() -> None:
    operator = at(reach=Reach.TIMED_OUT)
    operator.switch.configure("ip tcp synwait-time 5")
    operator.line(COMMAND)
    assert operator.waited == [5.0]


@pytest.mark.parametrize(
    ("scenario", "text"),
    [
        (
            "dns-failure",
            "...domain server (10.10.0.53) (10.10.1.53)\n\n% Bad IP address or host name\nsw1#",
        ),
        ("name-server-missing", "...domain server (255.255.255.255)\n\n% Bad IP address or host name\nsw1#"),
        ("lookup-disabled", "\n\n% Bad IP address or host name\nsw1#"),
    ],
)
def test_names_that_do_not_resolve(scenario: str, text: str) -> None:
    operator = at(scenario)
    answer = operator.line("telnet tools.cisco.com 443")
    assert answer == f'telnet tools.cisco.com 443\nTranslating "tools.cisco.com"{text}'


def test_a_pinned_name_asks_no_server() -> None:
    operator = at()
    operator.switch.configure("ip host tools.cisco.com 192.0.2.9")
    answer = operator.line("telnet tools.cisco.com 443")
    assert "Translating" not in answer
    assert "Trying tools.cisco.com (192.0.2.9, 443)... " in answer


def test_a_vty_may_forbid_telnet() -> None:
    answer = at("telnet-forbidden").line(COMMAND)
    assert answer.endswith("% telnet connections not permitted from this terminal\nsw1#")
    answer = at("access-class-out").line(COMMAND)
    assert answer.endswith("% Connections to that host not permitted from this terminal\nsw1#")


@pytest.mark.parametrize(
    ("options", "wrong"),
    [("443 /vrf NOPE", "NOPE"), ("443 /source-interface Vlan999", "Vlan999"), ("443 /bogus", "/bogus")],
)
def test_wrong_options_get_the_caret(options: str, wrong: str) -> None:
    typed = f"telnet tools.cisco.com {options}"
    lines = at().line(typed).split("\n")
    column = lines[1].index("^") - len("sw1#")
    assert typed.index(wrong) <= column < typed.index(wrong) + len(wrong)


@pytest.mark.parametrize(
    ("options", "opens"),
    [
        ("/vrf MGMT /source-interface Vlan100", True),
        ("/source-interface vl 100 /vrf MGMT", True),
        ("/vrf MGMT", False),
        ("/source-interface Vlan100", False),
        ("", False),
    ],
)
def test_the_path_depends_on_vrf_and_source(options: str, opens: bool) -> None:
    operator = at()
    operator.switch.configure("vrf definition MGMT")
    here = ReachabilityRule(reach=Reach.OPEN, vrf="MGMT", source="Vlan100")
    operator.switch.world = World(paths=(here, ReachabilityRule(reach=Reach.REFUSED)))
    assert ("Open" in operator.line(f"telnet 192.0.2.1 443 {options}")) is opens


def test_a_tls_server_closes_at_garbage() -> None:
    operator = at(reach=Reach.OPEN)
    operator.line(COMMAND)
    assert operator.keys(b"\x03") == ""
    assert operator.keys(b"\r") == "\r\n[Connection to tools.cisco.com closed by foreign host]\r\nsw1#"
    assert "% No connections open" in operator.line("show sessions")


def test_a_silent_server_stays_until_one_leaves() -> None:
    operator = at(reach=Reach.SILENT)
    operator.line(COMMAND)
    assert operator.keys(b"\x03\r\n garbage \r") == ""
    assert operator.keys(b"\x1e") == ""
    assert operator.keys(b"x") == "\r\nsw1#"
    assert "*  1 tools.cisco.com" in operator.line("show sessions")
    assert operator.line("disconnect") == "disconnect\nClosing connection to tools.cisco.com [confirm]"
    assert operator.keys(b"\r") == "\r\nsw1#"
    assert operator.line("show sessions") == "show sessions\n% No connections open\nsw1#"
    assert operator.line("") == "\nsw1#"


def test_an_empty_line_resumes_a_suspended_connection() -> None:
    operator = at(reach=Reach.SILENT)
    operator.line(COMMAND)
    operator.keys(b"\x1ex")
    assert operator.line("") == "\n[Resuming connection 1 to tools.cisco.com ... ]\n"
    assert operator.line("show clock") == ""
    assert operator.keys(b"\x1ex") == "\r\nsw1#"
    telnet = [line for mode, line in operator.typed if mode is Mode.TELNET]
    assert telnet == ["\x1e", "x", "show clock\r", "\x1e", "x"]


def test_what_is_typed_behind_the_escape_is_for_the_switch() -> None:
    operator = at(reach=Reach.SILENT)
    operator.line(COMMAND)
    assert operator.keys(b"\x1exdisconnect\r\rshow sessions\r").endswith("% No connections open\r\nsw1#")


def test_the_escape_key_twice_is_not_an_escape() -> None:
    operator = at(reach=Reach.SILENT)
    operator.line(COMMAND)
    assert operator.keys(b"\x1e\x1ex") == ""


def test_disconnect_can_be_declined_and_named() -> None:
    operator = at(reach=Reach.SILENT)
    operator.line(COMMAND)
    operator.keys(b"\x1ex")
    operator.line("disconnect 1")
    operator.keys(b"n")
    assert "tools.cisco.com" in operator.line("show sessions")
    assert "% Bad connection number" in operator.line("disconnect 7")


def test_exit_asks_about_open_connections() -> None:
    operator = at(reach=Reach.SILENT)
    operator.line(COMMAND)
    operator.keys(b"\x1ex")
    assert operator.line("exit") == "exit\nYou have open connections [confirm]"
    operator.keys(b"\r")
    assert operator.ended is not None


@pytest.mark.parametrize("key", [b"\x1e", b"\x03"])
def test_an_attempt_can_be_broken_off(key: bytes) -> None:
    operator = at(reach=Reach.TIMED_OUT)
    operator.shell.receive(COMMAND.encode() + b"\r")
    assert operator.read(patient=False).endswith("443)... ")
    assert operator.keys(key) == "\r\nsw1#"
    assert operator.line("show sessions").endswith("% No connections open\nsw1#")


def test_looking_up_can_be_broken_off() -> None:
    operator = at("dns-failure")
    operator.shell.receive(COMMAND.encode() + b"\r")
    assert operator.read(patient=False).endswith("(10.10.0.53)")
    assert operator.keys(b"\x1e") == "\r\nsw1#"


def test_a_wait_that_was_cut_short_does_not_end_the_next_one() -> None:
    operator = at(reach=Reach.TIMED_OUT)
    shell = operator.shell
    shell.receive(COMMAND.encode() + b"\r")
    waits = [action for action in shell.outgoing() if isinstance(action, Wait)]
    shell.receive(b"\x1e")
    list(shell.outgoing())
    shell.receive(COMMAND.encode() + b"\r")
    list(shell.outgoing())
    shell.elapsed(waits[0])
    assert list(shell.outgoing()) == []


@pytest.mark.parametrize(
    ("reach", "icmp", "marks", "rate"),
    [
        (Reach.OPEN, True, "!!!!!", "100 percent (5/5), round-trip min/avg/max = 1/2/4 ms"),
        (Reach.OPEN, False, ".....", "0 percent (0/5)"),
        (Reach.TIMED_OUT, True, ".....", "0 percent (0/5)"),
        (Reach.UNREACHABLE, True, "UUUUU", "0 percent (0/5)"),
    ],
)
def test_ping(reach: Reach, icmp: bool, marks: str, rate: str) -> None:
    answer = at(reach=reach, icmp=icmp).line(f"ping {TOOLS}")
    assert answer == (
        f"ping {TOOLS}\nType escape sequence to abort.\n"
        f"Sending 5, 100-byte ICMP Echos to {TOOLS}, timeout is 2 seconds:\n"
        f"{marks}\nSuccess rate is {rate}\nsw1#"
    )


def test_ping_by_a_name_that_does_not_resolve() -> None:
    answer = at("dns-failure").line("ping tools.cisco.com")
    assert answer.endswith("% Unrecognized host or address, or protocol not running.\n\nsw1#")


def test_a_ping_can_be_broken_off() -> None:
    operator = at(reach=Reach.TIMED_OUT)
    operator.shell.receive(f"ping {TOOLS}\r".encode())
    operator.read(patient=False)
    assert operator.keys(b"\x1e") == "\r\nSuccess rate is 0 percent (0/1)\r\nsw1#"
