"""What changes in the licence pages from release to release, and from state to state."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from slp_ops.lab.scenarios import load
from slp_ops.lab.screens import render

if TYPE_CHECKING:
    from slp_ops.lab.switch import Switch


def page(switch: Switch, command: str) -> str:
    text = render(switch, tuple(command.split()))
    assert text is not None, command
    return text


@pytest.mark.parametrize(
    ("name", "account", "vrf", "conversion", "mode", "summary", "telemetry"),
    [
        ("healthy-17-3", False, "", False, False, False, ""),
        ("healthy-17-6", False, "", False, False, False, ""),
        ("healthy", True, "  VRF:\n    Not Configured", False, False, True, ""),
        ("healthy-17-12", True, "  VRF: <empty>", False, False, True, "Device Telemetry Report Summary:"),
        ("healthy-17-15", True, "  VRF: <empty>", True, True, True, "Product Analytics Report Summary:"),
    ],
)
def test_each_release_prints_its_own_blocks(
    name: str, account: bool, vrf: str, conversion: bool, mode: bool, summary: bool, telemetry: str
) -> None:
    text = page(load(name).build(), "show license all")
    assert ("Account Information:" in text) is account
    assert ("  VRF:" in text) is bool(vrf)
    assert vrf in text
    assert ("License Conversion:" in text) is conversion
    assert ("Reporting Mode: STANDARD" in text) is mode
    assert ("Usage Report Summary:" in text) is summary
    assert telemetry in text
    assert ("Report Summary:" in text.replace("Usage Report Summary:", "")) is bool(telemetry)


@pytest.mark.parametrize("name", ["healthy-17-3", "healthy-stack", "healthy-17-12", "healthy-17-15"])
def test_status_and_all_order_the_same_blocks_differently(name: str) -> None:
    status = page(load(name).build(), "show license status")
    everything = page(load(name).build(), "show license all")
    assert status.index("\nPolicy:\n") < status.index("Miscellaneous:")
    assert everything.index("Miscellaneous:") < everything.index("\nPolicy:\n")
    assert "Smart Licensing is ENABLED" not in status
    assert "Smart Licensing is ENABLED" in everything


def test_the_summary_cuts_long_tags_so_that_the_bracket_fits() -> None:
    text = page(load("healthy-stack").build(), "show license summary")
    assert "  network-advantage       (C9300-24 Network Advan...)       2 IN USE" in text
    assert "  dna-advantage           (C9300-48 DNA Advantage)          1 IN USE" in text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("license smart transport off", ["Type: Transport Off"]),
        ("license smart transport callhome", ["Type: Callhome"]),
        (
            "license smart transport smart",
            ["Type: Smart", "URL: https://smartreceiver.cisco.com/licservice/license"],
        ),
        ("no license smart transport", ["Type: cslu", "Cslu address: <empty>"]),
    ],
)
def test_the_transport_is_read_off_the_configuration(line: str, expected: list[str]) -> None:
    switch = load("healthy").build()
    switch.configure(line)
    block = page(switch, "show license status").split("Transport:\n")[1].split("\n\n")[0].splitlines()
    assert [text.strip() for text in block][: len(expected)] == expected


def test_a_proxy_is_printed_with_its_four_lines() -> None:
    text = page(load("proxy").build(), "show license status")
    assert "  Proxy:\n    Address: proxy.example.net\n    Port: 8080\n    Username: <empty>\n" in text


def test_trust_has_a_form_for_one_switch_for_a_stack_and_for_new_releases() -> None:
    assert "\nTrust Code Installed: Feb 10 10:00:00 2025 JST" in page(
        load("healthy").build(), "show license status"
    )
    stack = page(load("healthy-stack").build(), "show license status")
    assert re.search(r"Trust Code Installed:\n  Active: PID:C9300-24UX,SN:\w+\n    INSTALLED on ", stack)
    assert stack.count("INSTALLED on") == 3
    new = page(load("healthy-17-15").build(), "show license status")
    assert "Trust Code Installed:    Trust Code Type: CSSM\n    Attributes: <none>" in new
    assert "    Expired on Jan 01 00:00:00 1970 JST\n" in new
    assert "Trust Code Installed: <none>" in page(load("factory-fresh").build(), "show license status")


def test_a_member_without_trust_is_told() -> None:
    text = page(load("member-without-trust").build(), "show license status")
    assert text.count("    INSTALLED on") == 1
    assert text.count("    NOT INSTALLED") == 2


def test_dual_supervisors_print_the_same_serial_number_twice() -> None:
    text = page(load("dual-supervisor").build(), "show license udi")
    numbers = re.findall(r"(?:Active|Standby):PID:C9407R,SN:(\w+)", text)
    assert len(numbers) == 2
    assert len(set(numbers)) == 1


def test_tech_support_adds_state_jobs_and_statistics() -> None:
    text = page(load("polling-id-invalid").build(), "show license tech support")
    assert "Reporting push interval: 30  days State(4) InPolicy(90)" in text
    assert (
        "Result Polling:\n"
        "  Attempts: Total=2073, Success=1498, Fail=575  Ongoing Failure: Overall=2 Communication=0\n"
        "  Last Response: INVALID STATUS CODE on Jun 10 09:22:00 2025 JST\n"
        "    Failure Reason: Invalid Polling Id 814077312 provided in the polling request\n"
    ) in text
    assert (
        "Retrieve data processing result: Jun 10 10:22:00 2025 JST (22 minutes, 0 seconds remaining)" in text
    )
    assert "Trust Data INSTALLED\n" in text
    assert "Telemetry Reporting" not in text


@pytest.mark.parametrize(
    ("name", "level", "state"),
    [
        ("healthy", "DIRECT", "<empty>"),
        ("factory-fresh", "INDIRECT", "<empty>"),
        ("invalid-token", "INDIRECT", "Insufficient trust for direct communication"),
        ("offline-overdue", "INDIRECT", "Device configured for Offline transport"),
    ],
)
def test_tech_support_tells_what_communication_is_allowed(name: str, level: str, state: str) -> None:
    text = page(load(name).build(), "show license tech support")
    assert f"Communication Level Allowed: {level}\nOverall State: {state}\n" in text


def test_the_rum_table_has_its_columns() -> None:
    text = page(load("instance-removed").build(), "show license rum id all").splitlines()
    assert text[2] == "Report Id,          State,    Flag, Feature Name"
    flagged = [line for line in text if line.split()[1:3] == ["UNACK", "E"]]
    assert len(flagged) == 2
    assert re.fullmatch(r"\d{10}          UNACK     E     [a-z-]+", flagged[0])
    number = flagged[0].split()[0]
    detail = page(load("instance-removed").build(), f"show license rum id {number} detail")
    assert "  Transaction Message: The identity for the instance is not valid" in detail


def test_classic_smart_licensing_has_registration_instead_of_policy() -> None:
    switch = load("pre-slp-eval").build()
    summary = page(switch, "show license summary")
    assert (
        "  Status: EVAL MODE\n  Evaluation Period Remaining: 71 days, 22 hours, 1 minutes, 59 seconds"
        in summary
    )
    assert "                          (C9200L-NW-A-48)                  1 EVAL MODE" in summary
    assert "Using Policy" not in page(switch, "show license all")
    switch.clock.advance(72 * 86400)
    assert "EVAL EXPIRED" in page(switch, "show license summary")
    assert "REGISTERED" in page(load("pre-slp-registered").build(), "show license status")
