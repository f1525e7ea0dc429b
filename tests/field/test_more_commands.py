"""Classes 7, 8, 20 and 21: further commands and spellings, and probes that were refused or not answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slp_ops.app.flagged_reports import flagged_reports
from slp_ops.facts import (
    Entitlements,
    LicenseAuthorizations,
    RumReports,
    RumState,
    SyslogBuffer,
    TrustpointStatuses,
)
from slp_ops.parsing import Facts, read, split
from tests.field.judged import device, field_text, findings

if TYPE_CHECKING:
    from pathlib import Path

STATUS = """\
brs-sw13#show license status
Transport:
  Type: {transport}

Trust Code Installed: Sep 02 10:00:00 2024 BST
"""
LISTED = "Smart Licensing Usage Report:\nReport Id,          State,    Flag, Feature Name\n"


def facts_of(text: str) -> Facts:
    """Parse a pasted text."""
    return read(split(text))


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("21-flag-e-with-detail", "rum-error-flag"),
        ("54-call-home-disabled", "callhome-profile-inactive"),
        ("55-ping-unresolved", "target-unresolved"),
    ],
)
def test_a_text_of_the_field(tmp_path: Path, name: str, rule: str) -> None:
    assert rule in findings(device(tmp_path, field_text(name)))


def test_a_count_of_reports_is_a_backlog(tmp_path: Path) -> None:
    (found,) = (
        each
        for each in device(tmp_path, field_text("19-count-rumreport-812")).root_causes
        if each.rule == "FN72578"
    )
    assert found.finding is not None
    assert any("regexp = 812" in each.text for each in found.finding.evidence)


@pytest.mark.parametrize("typed", ["test license smart rum id-list", "test license smart rum-report id"])
@pytest.mark.parametrize(
    "row",
    [
        "report id:1673810011 state:SmartAgentRumStateClosed",
        '"report_id:1673810011" state:SmartAgentRumStateClosed',
        "report_id: 1673810011, state: SmartAgentRumStateClosed",
        "Report ID: 1673810011  State: CLOSED",
    ],
)
def test_reports_are_listed_in_every_spelling(typed: str, row: str) -> None:
    reports = facts_of(f"sw#{typed}\n{row}\nsw#\n").get(RumReports)
    assert reports is not None
    assert [(each.id, each.state) for each in reports.reports] == [(1673810011, RumState.CLOSED)]


def test_the_detail_explains_the_flag(tmp_path: Path) -> None:
    found = device(tmp_path, field_text("21-flag-e-with-detail")).root_causes
    (flagged,) = (each for each in found if each.rule == "rum-error-flag")
    assert flagged.finding is not None
    assert "Data and signature do not match" in flagged.finding.summary.en


@pytest.mark.parametrize(("release", "read_in_detail"), [("17.09.03", 10), ("17.06.05", 0)])
def test_at_most_ten_flagged_reports_are_read_in_detail(release: str, read_in_detail: int) -> None:
    rows = "".join(
        f"17000000{number:02}          UNACK     E     network-advantage\n" for number in range(12)
    )
    text = f"sw#show version\nCisco IOS XE Software, Version {release}\n"
    commands = flagged_reports(facts_of(f"{text}sw#show license rum id all\n{LISTED}{rows}sw#\n"))
    assert len(commands) == read_in_detail
    assert all(command.command.endswith(" detail") for command in commands)


@pytest.mark.parametrize(
    "page",
    [
        "    call home feature : disable\n    Smart licensing messages: enabled\n",
        "    call home feature : enable\n    Smart licensing messages: disabled\n",
        "    call home feature : enable\n    Smart licensing messages: enabled\n"
        "    Profile: CiscoTAC-1 (status: INACTIVE)\n",
        "    call home feature : enable\n    Profile: other (status: ACTIVE)\n"
        "Profiles:\n    Profile Name: CiscoTAC-1\n    Profile status: INACTIVE\n",
    ],
)
@pytest.mark.parametrize("echo", ["brs-sw13#show call-home\n", "brs-sw13#sh call\n"])
def test_call_home_that_sends_nothing(tmp_path: Path, page: str, echo: str) -> None:
    status = STATUS.format(transport="Callhome")
    text = f"{status}{echo}Current call home settings:\n{page}brs-sw13#\n"
    assert "callhome-profile-inactive" in findings(device(tmp_path, text))


def test_call_home_that_sends(tmp_path: Path) -> None:
    page = (
        "    call home feature : enable\n    Profile: other (status: INACTIVE)\n"
        "    Smart licensing messages: enabled\n    Profile: CiscoTAC-1 (status: ACTIVE)\n"
    )
    text = (
        f"{STATUS.format(transport='Callhome')}brs-sw13#show call-home\nCurrent call home settings:\n{page}"
    )
    assert "callhome-profile-inactive" not in findings(device(tmp_path, text))


@pytest.mark.parametrize(
    "probe",
    [
        'brs-sw13#ping cslu-local\nTranslating "cslu-local"...domain server (192.0.2.53)\n'
        "% Unrecognized host or address, or protocol not running.\n",
        'brs-sw13#telnet cslu-local 8182\nTranslating "cslu-local"...domain server (255.255.255.255)\n'
        "% Unknown command or computer name, or unable to find computer address\n",
        'sw#telnet tools.cisco.com 443\nTranslating "tools.cisco.com"\n% Bad IP address or host name\n',
        'ping tools.cisco.com\nTranslating "tools.cisco.com"...domain server (192.0.2.53)\n'
        "% Unrecognized host or address, or protocol not running.\n",
    ],
)
def test_a_probe_whose_name_did_not_resolve(tmp_path: Path, probe: str) -> None:
    assert "target-unresolved" in findings(device(tmp_path, probe))


@pytest.mark.parametrize(
    "probe",
    [
        "brs-sw13#telnet tools.cisco.com 443\nTrying tools.cisco.com (198.51.100.7, 443)...\nbrs-sw13#\n",
        "sw#telnet 192.0.2.80 8182 /source-interface Vlan20\nTrying 192.0.2.80, 8182 ...\n\nsw#\n",
        "telnet 192.0.2.80 8182\nTrying 192.0.2.80, 8182 ... \n",
        "Trying 192.0.2.80, 8182 ... \n% Connection timed out; remote host not responding\n",
    ],
)
def test_a_probe_with_nothing_after_trying(tmp_path: Path, probe: str) -> None:
    assert "target-timed-out" in findings(device(tmp_path, probe))


def test_a_nameless_licence_keeps_count_and_status() -> None:
    usage = "sw#show license usage\n(C9300-NW-A-24):\n  Description: \n  Count: 3\n  Status: EVAL MODE\nsw#\n"
    for text in (field_text("56-nameless-entitlement"), usage):
        found = facts_of(text).get(Entitlements)
        assert found is not None
        assert [(each.name, each.tag, each.count, each.status) for each in found.items] == [
            (None, "C9300-NW-A-24", 3, "EVAL MODE")
        ]


def test_features_of_classic_licensing() -> None:
    text = "sw#show license\nIndex 1 Feature: ipbasek9\n        License State: Active, In Use\n"
    text += "Index 2 Feature: appxk9\n        License State: Active, Not in Use\nsw#\n"
    found = facts_of(text).get(Entitlements)
    assert found is not None
    assert [(each.name, each.in_use) for each in found.items] == [("ipbasek9", True), ("appxk9", False)]


def test_a_reservation_is_no_licence_in_use() -> None:
    text = "sw#show license reservation\nLicense reservation: ENABLED\n\nOverall status:\n"
    text += "  Active: PID:C9500-24Y4C,SN:FOC0000A0AA\n      Reservation status: SPECIFIC INSTALLED\n"
    facts = facts_of(
        f"{text}\nSpecified license reservations:\n  C9K (C9K):\n    Total reserved count: 2\nsw#\n"
    )
    found = facts.get(LicenseAuthorizations)
    assert found is not None
    assert (found.reservation, found.features[0].total) == ("ENABLED", 2)
    assert facts.get(Entitlements) is None


@pytest.mark.parametrize("typed", ["trustpoints status", "trustpoint SLA-TrustPoint status"])
def test_the_status_of_trustpoints(typed: str) -> None:
    text = f"sw#show crypto pki {typed}\nTrustpoint SLA-TrustPoint:\n  State:\n"
    found = facts_of(f"{text}    Issuing CA authenticated ....... No\nsw#\n").get(TrustpointStatuses)
    assert found is not None
    assert [(each.name, each.authenticated) for each in found.trustpoints] == [("SLA-TrustPoint", False)]


def test_the_last_lines_of_a_log() -> None:
    text = "sw#show logging last 3\nJan  5 08:00:02.000: %SMART_LIC-6-AGENT_READY: Smart Agent\nsw#\n"
    found = facts_of(text).get(SyslogBuffer)
    assert found is not None
    assert [each.name for each in found.messages] == ["SMART_LIC-AGENT_READY"]
