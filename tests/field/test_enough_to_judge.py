"""Class 15: a device is clean only when the inputs that decide were read; one function decides its state."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from slp_ops.cli.main import cli
from tests.field.audited import HEALTHY, TEXTS, Audited, healthy_but, pasted

if TYPE_CHECKING:
    from pathlib import Path

STATISTICS = """\
Smart Licensing Tech Support info

Communication Statistics:
=======================
Communication Level Allowed: DIRECT
Overall State: <empty>
Trust Establishment:
  Attempts: Total=2, Success=2, Fail=0  Ongoing Failure: Overall=0 Communication=0
  Last Response: OK on Jan 14 09:12:40 2025 CET
    Failure Reason: <none>
  Last Success Time: Jan 14 09:12:40 2025 CET
  Last Failure Time: <none>
"""


@pytest.mark.parametrize(
    ("name", "state", "code"),
    [
        ("63-healthy-direct", "clean", 0),
        ("40-summary-only", "not_enough_to_judge", 4),
        ("42-clock-and-version-only", "not_enough_to_judge", 4),
        ("41-nxos", "unread", 4),
        ("57-authorization-denied", "findings", 4),
    ],
)
def test_a_text_of_the_field(tmp_path: Path, name: str, state: str, code: int) -> None:
    audited = Audited(tmp_path, (TEXTS / f"{name}.txt").read_text(encoding="utf-8"))
    assert (audited.state, audited.code) == (state, code)


@pytest.mark.parametrize(
    ("software", "state"),
    [
        ("Catalyst L3 Switch Software (CAT9K_LITE_IOSXE)", "clean"),
        ("C9800 Software (C9800_IOSXE-K9)", "not_enough_to_judge"),
        ("ISR Software (X86_64_LINUX_IOSD-UNIVERSALK9-M)", "not_enough_to_judge"),
        ("Catalyst 8000V Software (CAT8K_IOSXE)", "not_enough_to_judge"),
    ],
)
def test_a_router_or_controller_is_never_clean(tmp_path: Path, software: str, state: str) -> None:
    version = HEALTHY["show version"].replace("Catalyst L3 Switch Software (CAT9K_IOSXE)", software)
    audited = Audited(tmp_path, healthy_but(show_version=version))
    assert audited.state == state
    assert ("another platform" in " ".join(audited.printed.split())) is (state != "clean")


def test_with_the_transport_off_the_log_is_not_needed(tmp_path: Path) -> None:
    status = HEALTHY["show license status"]
    begin, end = status.index("  Type: Smart"), status.index("\nUsage Reporting")
    off = f"{status[:begin]}  Type: Transport Off\n{status[end:]}"
    audited = Audited(tmp_path, healthy_but(show_license_status=off, show_logging=None))
    assert (audited.missing, audited.state, audited.code) == ([], "information", 0)


def test_a_healthy_switch_is_clean(tmp_path: Path) -> None:
    audited = Audited(tmp_path, healthy_but())
    assert (audited.state, audited.code, audited.missing) == ("clean", 0, [])
    assert "nothing found" in audited.printed


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("show version", ["release"]),
        ("show clock", ["clock"]),
        ("show license status", ["transport", "trust", "ACK and its deadline"]),
        ("show license usage", ["licences in use"]),
        ("show logging", ["log or Communication Statistics"]),
    ],
)
@pytest.mark.parametrize("how", ["never supplied", "refused", "denied", "empty"])
def test_one_missing_input_is_named_and_is_not_clean(
    tmp_path: Path, command: str, missing: list[str], how: str
) -> None:
    words = {
        "never supplied": None,
        "refused": "                 ^\n% Invalid input detected at '^' marker.\n",
        "denied": "% Authorization failed.\n",
        "empty": "",
    }
    audited = Audited(tmp_path, healthy_but(**{command.replace(" ", "_"): words[how]}))
    assert audited.code == 4
    if how != "denied":  # a denied command is a finding of its own
        assert audited.state == "not_enough_to_judge"
        assert "not enough to judge" in audited.printed
    assert audited.missing == missing
    assert command.rsplit(" ", 1)[0] in json.dumps(audited.device["missing"])
    assert "clean" not in audited.printed.splitlines()[-1]


def test_communication_statistics_replace_the_log(tmp_path: Path) -> None:
    parts = {name: text for name, text in HEALTHY.items() if name != "show logging"}
    audited = Audited(tmp_path, pasted({**parts, "show license tech support": STATISTICS}))
    assert (audited.state, audited.code) == ("clean", 0)
    for rule in ("PKI-CERTIFICATE_INVALID_EXPIRED", "SMART_LIC-POLICY_INSTALL_FAILED", "comm-flapping"):
        assert audited.verdict(rule) == "unknown"


@pytest.mark.parametrize(
    "log",
    [
        pytest.param(
            "*Mar  6 11:20:12.001: %SYS-5-CONFIG_I: Configured from console by netops on vty0", id="one"
        ),
        pytest.param(
            "Mar  6 11:19:58.870 CET: %LINK-3-UPDOWN: Interface GigabitEthernet1/0/4, changed state to up\n"
            "Mar  6 11:20:12.001 CET: %SYS-5-CONFIG_I: Configured from console by netops on vty0",
            id="two",
        ),
    ],
)
def test_single_lines_of_the_console_are_no_log(tmp_path: Path, log: str) -> None:
    parts = {name: text for name, text in HEALTHY.items() if name != "show logging"}
    audited = Audited(tmp_path, f"{pasted(parts)}\n{log}\nlyn-acc-4#\n")
    assert audited.missing == ["log or Communication Statistics"]
    rules = (
        "PKI-CERTIFICATE_INVALID_EXPIRED",
        "SMART_LIC-POLICY_INSTALL_FAILED",
        "comm-flapping",
        "token-invalid",
    )
    assert {audited.verdict(rule) for rule in rules} == {"unknown"}


def test_a_filtered_log_proves_the_absence_of_what_passes_the_filter(tmp_path: Path) -> None:
    parts = {name: text for name, text in HEALTHY.items() if name != "show logging"}
    line = (
        "Mar  6 07:00:00.001 CET: %SMART_LIC-5-COMM_RESTORED: Communications with the Cisco Smart Software "
        "Manager (CSSM) restored"
    )
    audited = Audited(tmp_path, pasted({**parts, "show logging | include SMART_LIC": line}))
    assert audited.state == "clean"
    assert audited.verdict("SMART_LIC-POLICY_INSTALL_FAILED") == "pass"
    assert audited.verdict("PKI-CERTIFICATE_INVALID_EXPIRED") == "unknown"


@pytest.mark.parametrize(
    ("passed", "state"),
    [
        ("include SMART_LIC", "clean"),
        ("i COMM_FAILED|CALL_HOME", "clean"),
        ("exclude LINK", "clean"),
        ("include CALL_HOME", "not_enough_to_judge"),
        ("include COMM_RESTORED", "not_enough_to_judge"),
        ("exclude SMART", "not_enough_to_judge"),
    ],
)
def test_an_empty_filtered_log_decides_what_its_filter_shows(tmp_path: Path, passed: str, state: str) -> None:
    parts = {name: text for name, text in HEALTHY.items() if name != "show logging"}
    audited = Audited(tmp_path, pasted({**parts, f"show logging | {passed}": ""}))
    assert audited.state == state
    assert ("without its filter" in " ".join(audited.printed.split())) is (passed != "exclude LINK")
    assert audited.verdict("comm-failing-now") == ("pass" if state == "clean" else "unknown")


def test_what_is_not_judged_for_lack_of_inputs_is_one_line(tmp_path: Path) -> None:
    log = "%SMART_LIC-6-AGENT_READY: Smart Agent for Licensing is initialized\n"
    short, long = Audited(tmp_path, log), Audited(tmp_path, log, "--details")
    assert short.printed.count("not judged:") == 1
    assert "--details" in short.printed
    assert long.printed.count("not judged:") > 5
    assert "trust-missing" in long.printed
    assert "trust-missing" not in short.printed


def test_another_platform_in_japanese(tmp_path: Path) -> None:
    path = tmp_path / "pasted.txt"
    path.write_text((TEXTS / "41-nxos.txt").read_text())
    printed = CliRunner().invoke(cli, ["audit", "--lang", "ja", str(path)]).output
    assert "NX-OS (Nexus) の出力です" in printed
    assert "judged" not in printed


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        (
            "RP/0/RP0/CPU0:edge-1#show license status\nSmart Licensing Using Policy:\n  Status: ENABLED\n",
            "IOS XR",
        ),
        (
            "RP/0/RSP0/CPU0:Mar 3 07:41:30.118 : smartlicserver[412]: %LICENSE-SMART_LIC-3-COMM_FAILED : "
            "Communications failure with the Cisco Smart Software Manager (CSSM) : Fail to send\n",
            "IOS XR",
        ),
        (
            "leaf-7# show license summary\nSmart Licensing using Policy:\n    Status: ENABLED\n",
            "NX-OS (Nexus)",
        ),
        ("leaf-7# show license usage\n(NXOS_ADVANTAGE_XF):\n  Count: 1\n  Status: IN USE\n", "NX-OS (Nexus)"),
        ("Cisco IOS XR Software, Version 7.5.2\nCopyright (c) 2013-2022 by Cisco Systems, Inc.\n", "IOS XR"),
        (
            "2025 Mar  3 07:41:30 leaf-7 %LICMGR-3-LOG_SMART_LIC_COMM_FAILED: Communications failure with "
            "the Cisco Smart Software Manager (CSSM)\n",
            "NX-OS (Nexus)",
        ),
    ],
)
def test_the_text_of_another_platform_is_named_and_not_judged(
    tmp_path: Path, text: str, platform: str
) -> None:
    audited = Audited(tmp_path, text)
    assert (audited.state, audited.code) == ("unread", 4)
    assert platform in audited.printed
    assert not audited.record["outcomes"]


def test_a_neighbour_of_another_platform_changes_nothing(tmp_path: Path) -> None:
    neighbour = (
        "Device ID: leaf-7\nVersion :\nCisco Nexus Operating System (NX-OS) Software, Version 10.3(4a)\n"
    )
    audited = Audited(tmp_path, pasted({**HEALTHY, "show cdp neighbors detail": neighbour}))
    assert (audited.state, audited.code) == ("clean", 0)


def test_a_finding_outranks_what_is_missing_at_its_threshold_only(tmp_path: Path) -> None:
    parts = {name: text for name, text in HEALTHY.items() if name != "show logging"}
    parts["show clock"] = "*11:20:41.003 CET Thu Mar 6 2025"  # clock-not-trusted, a warning
    audited = Audited(tmp_path, pasted(parts))
    assert (audited.state, audited.code) == ("findings", 3)
    assert audited.missing == ["log or Communication Statistics"]
    assert Audited(tmp_path, pasted(parts), "--fail-on", "error").code == 4
