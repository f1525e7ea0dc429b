"""Class 18: filtered outputs are read without their headings, and an empty one is an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slp_ops.parsing import read, split
from tests.field.judged import device, field_text, findings

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.app.audit_device import AuditedDevice

VERSION = """\
brs-sw9#show clock
08:00:00.000 GMT Mon Jan 6 2025
brs-sw9#show version | include Version 17
Cisco IOS Software [Cupertino], Catalyst L3 Switch Software (CAT9K_IOSXE), Version 17.9.5, RELEASE
"""
SMART = "license smart transport smart\nlicense smart url default\n"


def audited(folder: Path, *outputs: str) -> AuditedDevice:
    """Audit outputs below a release and a clock."""
    return device(folder, VERSION + "".join(f"brs-sw9#{output}" for output in outputs) + "brs-sw9#\n")


def unknown(found: AuditedDevice) -> set[str]:
    """Return the rules without a verdict."""
    return {outcome.rule for outcome in found.unjudged}


def test_dates_without_their_heading(tmp_path: Path) -> None:
    found = findings(device(tmp_path, field_text("48-include-ack-never")))
    assert {"ack-overdue", "trust-missing"} & found >= {"ack-overdue"}


@pytest.mark.parametrize("verb", ["include", "i", "inc", "section", "sec include", "begin", "b"])
def test_the_verb_of_a_filter_does_not_matter(tmp_path: Path, verb: str) -> None:
    pasted = (
        f"show license status | {verb} ACK\n  Last ACK received: <none>\n"
        "  Next ACK deadline: Dec 20 11:02:50 2024 GMT\n"
    )
    assert "ack-overdue" in findings(audited(tmp_path, pasted))


def test_a_page_that_begins_late() -> None:
    facts = read(split(field_text("49-begin-usage-reporting")))
    printed = {type(fact).__name__: fact for fact in facts.all()}
    assert "UsageReporting" in printed
    assert "TrustCodes" in printed


def test_the_state_of_the_agent_without_its_heading(tmp_path: Path) -> None:
    lines = (
        "Communication Level Allowed: INDIRECT\nOverall State: Insufficient trust for direct communication\n"
    )
    found = audited(tmp_path, f"show license tech support | include Level|State\n{lines}")
    assert "insufficient-trust" in findings(found)
    assert "comm-failing-now" in unknown(found)


def test_lines_of_a_configuration(tmp_path: Path) -> None:
    assert "domain-lookup-disabled" in findings(device(tmp_path, field_text("50-include-config")))


@pytest.mark.parametrize(
    ("pasted", "rule"),
    [
        ("show license status | include Type\n  Type: cslu\n", "cslu-address-missing"),
        ("show license status | include Trust\nTrust Code Installed:\n", "trust-missing"),
        ("show license status | include Last ACK\n  Last ACK received: <none>\n", "ack-overdue"),
        (f"show run | include license smart\n{SMART}", "name-server-missing"),
        (f"show run | include license smart\n{SMART}", "domain-lookup-disabled"),
    ],
)
def test_a_line_that_the_filter_hid_is_no_absence(tmp_path: Path, pasted: str, rule: str) -> None:
    found = audited(tmp_path, pasted)
    assert rule not in findings(found)
    assert rule in unknown(found)


@pytest.mark.parametrize(
    ("pasted", "rule"),
    [
        ("show license status | include Type|address\n  Type: cslu\n", "cslu-address-missing"),
        (
            "show license status | include Type|address\n  Type: cslu\n  Cslu address: <empty>\n",
            "cslu-address-missing",
        ),
        ("show run | include license smart\n", "cslu-address-missing"),
        (f"show run | include license smart|name-server\n{SMART}", "name-server-missing"),
        (
            f"show run | i license smart\n{SMART}brs-sw9#show run | i name-server\n",
            "name-server-missing",
        ),
        (
            "show license status | i Type|URL\n  Type: Smart\n  URL: https://ssm.example.net/SmartTransport\n",
            "smart-url-unexpected",
        ),
        (
            f"show run | i license smart\n{SMART}brs-sw9#show crypto pki trustpool | include IdenTrust\n",
            "identrust-root-missing",
        ),
    ],
)
def test_an_empty_output_is_an_answer(tmp_path: Path, pasted: str, rule: str) -> None:
    assert rule in findings(audited(tmp_path, pasted))


@pytest.mark.parametrize(
    "pasted",
    [
        "show crypto pki trustpool | include IdenTrust\n    cn=IdenTrust Commercial Root CA 1\n",
        "show crypto pki trustpool | include cn=Quo\n    cn=QuoVadis Root CA 2\n",
        "show crypto pki trustpool | include QuoVadis\n",
    ],
)
def test_another_root_says_nothing_of_this_one(tmp_path: Path, pasted: str) -> None:
    configured = f"show run | i license smart\n{SMART}"
    assert "identrust-root-missing" not in findings(audited(tmp_path, configured, pasted))


def test_a_summary_without_its_heading(tmp_path: Path) -> None:
    facts = read(
        split(
            "sw#show license summary | include IN USE\n"
            "network-advantage       (C9300-24 Network Advan...)       2 IN USE\n"
            "dna-advantage           (C9300-24 DNA Advantage)          2 IN USE\nsw#\n"
        )
    )
    (found,) = (fact for fact in facts.all() if type(fact).__name__ == "Entitlements")
    assert [(item.name, item.count) for item in found.items] == [  # type: ignore[attr-defined]
        ("network-advantage", 2),
        ("dna-advantage", 2),
    ]


def test_a_report_summary_without_its_heading() -> None:
    text = "sw#show license all | include Total|Ack\nTotal: 968,  Purged: 0\n"
    text += "Total Acknowledged Received: 0,  Waiting for Ack: 930\nsw#\n"
    (found,) = (fact for fact in read(split(text)).all() if type(fact).__name__ == "RumSummary")
    assert (found.total, found.acknowledged, found.waiting.count) == (968, 0, 930)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("typed", "of", "pattern"),
    [
        ("show logging | count SMART_LIC", "show logging", "SMART_LIC"),
        ("show license rum id all | count UNACK", "show license rum id all", "UNACK"),
        ("more flash:rum.txt | c RUMReport", "more flash:rum.txt", "RUMReport"),
    ],
)
def test_a_count_is_a_fact_of_its_own(typed: str, of: str, pattern: str) -> None:
    facts = read(split(f"sw#{typed}\nNumber of lines which match regexp = 812\nsw#\n"))
    (found,) = facts.all()
    (count,) = found.counts  # type: ignore[attr-defined]
    assert (count.of, count.pattern, count.count) == (of, pattern, 812)


def test_several_filters_of_one_command_make_one_fact(tmp_path: Path) -> None:
    pasted = (
        f"show run | i license smart\n{SMART}",
        "show run | i name-server\nip name-server 192.0.2.53\n",
        "show run | i domain lookup\nno ip domain lookup\n",
    )
    found = findings(audited(tmp_path, *pasted))
    assert "domain-lookup-disabled" in found
    assert "name-server-missing" not in found


def test_logs_of_several_filters_are_one_log(tmp_path: Path) -> None:
    failed = "%SMART_LIC-3-COMM_FAILED: Communications failure with the Cisco Smart Software Manager (CSSM) :"
    pasted = (
        f"show log | i SMART_LIC\nJan  5 08:00:02.000: {failed} Fail to send out Call Home HTTP message.\n",
        "show log | i CALL_HOME\nJan  5 08:00:01.000: %CALL_HOME-5-SL_MESSAGE_FAILED: Fail to send out Smart "
        "Licensing message to: https://tools.cisco.com/its/service/oddce/services/DDCEService "
        "(ERR 207 : Connection time out)\n",
    )
    assert {"http-timeout", "comm-failing-now"} <= findings(audited(tmp_path, *pasted))
