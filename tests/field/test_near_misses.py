"""Class 22: outputs beside a finding's usual one, where it must not be made, and where it must."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slp_ops.model import Confidence, Severity
from tests.field.audited import HEALTHY, pasted
from tests.field.judged import device, findings

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.rules.values import Finding, Outcome

STATUS = "show license status"


def failed(folder: Path, text: str, rule: str) -> tuple[Outcome, Finding]:
    """Return the failure of a rule in a text of one device, and its finding."""
    (found,) = (each for each in device(folder, text).failing if each.rule == rule)
    assert found.finding is not None
    return found, found.finding


def lines(found: Finding) -> str:
    """Return the evidence of a finding."""
    return "\n".join(each.text for each in found.evidence)


def test_a_policy_without_ack_needs_none(tmp_path: Path) -> None:
    status = (
        HEALTHY[STATUS]
        .replace("Feb 13 09:30:12 2025 CET", "<none>")
        .replace("May 14 09:30:12 2025 CEST", "<none>")
    )
    required = status.replace(
        "Usage Reporting:",
        "Policy:\n  Policy in use: Installed On Jan 14 11:37:52 2025 CET\n  Policy name: SLE Policy\n"
        "  Reporting ACK required: yes (Customer Policy)\n\nUsage Reporting:",
    )

    _, found = failed(tmp_path, pasted({**HEALTHY, STATUS: required}), "never-acknowledged")
    assert "No report was ever acknowledged" in found.summary.en
    released = pasted({**HEALTHY, STATUS: required.replace("required: yes", "required: no")})
    assert "never-acknowledged" not in findings(device(tmp_path, released))


@pytest.mark.parametrize(
    ("target", "is_found"), [("22", False), ("49", False), ("443", True), ("8080", True)]
)
def test_a_refused_telnet_to_another_service_is_no_finding(
    target: str, is_found: bool, tmp_path: Path
) -> None:
    probe = f"Trying 198.51.100.7, {target} ... \n% Connection refused by remote host\n"
    text = pasted({**HEALTHY, f"telnet 198.51.100.7 {target}": probe})

    assert ("target-refused" in findings(device(tmp_path, text))) is is_found


ON_PREM = (
    HEALTHY[STATUS]
    .replace(
        "  Type: Smart\n  URL: https://smartreceiver.cisco.com/licservice/license",
        "  Type: cslu\n  Cslu address: https://ssm.example.net/cslu/v1/pi/corp-1",
    )
    .replace("Feb 13 09:30:12 2025 CET", "Sep 02 09:30:12 2024 CEST")
    .replace("May 14 09:30:12 2025 CEST", "Dec 01 09:30:12 2024 CET")
)


def test_on_prem_that_takes_reports_has_to_be_synchronised(tmp_path: Path) -> None:
    outcome, found = failed(tmp_path, pasted({**HEALTHY, STATUS: ON_PREM}), "ack-overdue")

    assert outcome.severity is Severity.ERROR
    assert "SSM On-Prem has taken the last report" in found.cause.en
    assert "synchronise" in found.remedy[0].en
    assert "Last report push: Feb 13 09:12:41 2025 CET" in lines(found)


def test_on_prem_without_a_push_is_not_blamed(tmp_path: Path) -> None:
    status = ON_PREM.replace(
        "Last report push: Feb 13 09:12:41 2025", "Last report push: Sep 02 09:12:41 2024"
    )

    _, found = failed(tmp_path, pasted({**HEALTHY, STATUS: status}), "ack-overdue")

    assert "On-Prem" not in found.cause.en


@pytest.mark.parametrize("host", ["smartreciever.cisco.com", "tools.cisco.com"])
def test_a_misspelled_receiver_is_not_cssm(host: str, tmp_path: Path) -> None:
    status = HEALTHY[STATUS].replace("smartreceiver.cisco.com", host)

    outcome, found = failed(tmp_path, pasted({**HEALTHY, STATUS: status}), "smart-url-unexpected")

    assert outcome.severity is Severity.WARNING
    assert host in found.summary.en
    assert host in lines(found)


EXPIRED = """\
Smart Licensing is ENABLED

Transport:
  Type: Callhome

Registration:
  Status: REGISTERED
  Smart Account: example
  Virtual Account: LAN
  Initial Registration: SUCCEEDED on Feb 01 10:00:00 2021 CET

License Authorization:
  Status: AUTHORIZATION EXPIRED on May 01 10:00:00 2024 CEST
  Last Communication Attempt: FAILED on Mar 06 09:00:00 2025 CET
    Failure reason: Fail to send out Call Home HTTP message.
  Next Communication Attempt: Mar 06 12:00:00 2025 CET
"""


@pytest.mark.parametrize(("release", "is_found"), [("16.12.4", True), ("16.12.8", False)])
def test_the_page_before_slp_shows_the_notice_too(release: str, is_found: bool, tmp_path: Path) -> None:
    version = HEALTHY["show version"].replace("17.9.5", release).replace("17.09.05", f"16.12.0{release[-1]}")
    text = pasted({"show version": version, "show clock": HEALTHY["show clock"], STATUS: EXPIRED})
    audited = device(tmp_path, text)

    assert "sl-authorization-expired" in findings(audited)
    assert ("FN72323" in findings(audited)) is is_found
    if is_found:
        outcome, found = failed(tmp_path, text, "FN72323")
        assert outcome.severity is Severity.WARNING
        assert outcome.confidence is Confidence.LOW
        assert "Fail to send out Call Home HTTP message." in lines(found)


def listed(*rows: tuple[int, str]) -> str:
    """Return ``show license rum id all`` with these reports."""
    head = "Smart Licensing Usage Report:\n====================================\n"
    return f"{head}Report Id,          State,    Flag, Feature Name\n" + "".join(
        f"{number:<20}{state:<10}N     network-advantage\n" for number, state in rows
    )


DAY = 86_400
NEWEST = 1_741_000_000


@pytest.mark.parametrize(("count", "days", "is_found"), [(12, 40, True), (9, 40, False), (12, 1, False)])
def test_reports_that_wait_for_months_are_told_by_their_ids(
    count: int, days: int, is_found: bool, tmp_path: Path
) -> None:
    rows = [(NEWEST - (days + number) * DAY, "UNACK") for number in range(count)]
    if days == 1:
        rows = [(NEWEST - DAY - number, "UNACK") for number in range(count)]
    text = pasted({**HEALTHY, "show license rum id all": listed(*sorted(rows), (NEWEST, "OPEN"))})

    assert ("rum-backlog" in findings(device(tmp_path, text))) is is_found
    if is_found:
        outcome, found = failed(tmp_path, text, "rum-backlog")
        assert outcome.confidence is Confidence.LOW
        assert "12 RUM reports were sent more than 30 days" in found.summary.en
        assert "UNACK" in lines(found)


REFUSED = """\
Communication Statistics:
=======================
Communication Level Allowed: DIRECT
Overall State: <empty>
Usage Reporting:
  Attempts: Total=40, Success=40, Fail=0  Ongoing Failure: Overall=0 Communication=0
  Last Response: OK_POLL on Feb 13 09:12:41 2025 CET
    Failure Reason: <none>
Authorization Request:
  Attempts: Total=3, Success=0, Fail=3  Ongoing Failure: Overall={row} Communication=0
  Last Response: INVALID STATUS CODE on Mar 06 10:01:03 2025 CET
    Failure Reason: {reason}
"""


@pytest.mark.parametrize(
    ("row", "reason", "is_found"),
    [
        (3, "Not authorized because all counts are in use.", True),
        (0, "Not authorized because all counts are in use.", False),
        (3, "Null pointer Error", False),
    ],
)
def test_an_authorization_code_is_refused_without_a_licence(
    row: int, reason: str, is_found: bool, tmp_path: Path
) -> None:
    text = pasted({**HEALTHY, "show license tech support": REFUSED.format(row=row, reason=reason)})

    assert ("hseck9-not-authorized" in findings(device(tmp_path, text))) is is_found
    if is_found:
        _, found = failed(tmp_path, text, "hseck9-not-authorized")
        assert "no HSECK9 licence left" in found.summary.en
        assert "all counts are in use" in lines(found)


BEFORE = "  Type: cslu\n  Cslu address: <empty>"
AFTER = "  Type: Smart\n  URL: https://smartreceiver.cisco.com/licservice/license"


@pytest.mark.parametrize("filters", [("Type|URL|Cslu",) * 2, ("Type|URL|Cslu", "Type|address|URL|Trust")])
def test_of_two_filtered_outputs_the_later_holds(filters: tuple[str, str], tmp_path: Path) -> None:
    first, second = filters
    text = (
        f"sw1#show license status | include {first}\n{BEFORE}\n"
        f"sw1#show license status | include {second}\n{AFTER}\nsw1#\n"
    )

    assert "cslu-address-missing" not in findings(device(tmp_path, text))
    turned = text.replace(BEFORE, "?").replace(AFTER, BEFORE).replace("?", AFTER)
    found = failed(tmp_path, turned, "cslu-address-missing")[1]
    assert "Type: cslu" in lines(found)


def test_of_two_filtered_summaries_the_later_counts(tmp_path: Path) -> None:
    one = "Usage Report Summary:\nTotal: {total},  Purged: 0\n"
    one += "Total Acknowledged Received: 0,  Waiting for Ack: {waiting}\n"
    one += "Available to Report: 0  Collecting Data: 2\n"
    command = "sw1#show license all | section Usage Report Summary\n"
    text = command + one.format(total=120, waiting=100) + command + one.format(total=320, waiting=300)

    found = failed(tmp_path, text, "rum-backlog")[1]

    assert "300 RUM reports were sent" in found.summary.en
    assert "Waiting for Ack: 300" in lines(found)


@pytest.mark.parametrize(
    ("reason", "rule"),
    [
        ("Couldn't resolve host name", "dns-failure"),
        ("SSL peer certificate or SSH remote key was not OK", "relay-certificate-refused"),
        ("certificate verify failed", "relay-certificate-refused"),
        ("Timeout was reached", "http-timeout"),
        ("Server returned nothing (no headers, no data)", "empty-response"),
    ],
)
def test_the_reasons_of_common_http_clients_are_known(reason: str, rule: str, tmp_path: Path) -> None:
    message = "Nov 11 08:10:03.100: %SMART_LIC-3-COMM_FAILED: Communications failure with the "
    text = f"{message}Cisco Smart License Utility (CSLU) : {reason}\n"

    assert rule in findings(device(tmp_path, text))


LOOKUP = (
    "%SMART_LIC-3-COMM_FAILED: Communications failure with the Cisco Smart Software Manager (CSSM) : "
    "Unable to resolve server hostname/domain name"
)
RESTORED = "%SMART_LIC-5-COMM_RESTORED: Communications with the Cisco Smart Software Manager (CSSM) restored"


@pytest.mark.parametrize(
    ("rows", "is_failing"),
    [
        # the newest first
        ([("Nov 11 09:30:00", RESTORED), ("Nov 11 09:00:00", LOOKUP), ("Nov 11 08:00:00", LOOKUP)], False),
        ([("Nov 11 09:30:00", LOOKUP), ("Nov 11 09:00:00", RESTORED), ("Nov 11 08:00:00", LOOKUP)], True),
        # the oldest first: as a buffer, over the turn of the year, and after a start without a clock
        ([("Nov 11 08:00:00", LOOKUP), ("Nov 11 09:30:00", RESTORED)], False),
        ([("Dec 31 23:50:00", RESTORED), ("Jan  1 00:10:00", LOOKUP)], True),
        ([("Nov 11 08:00:00", RESTORED), ("*Nov  1 00:01:00", LOOKUP)], True),
        ([("Nov 11 08:00:00", RESTORED), ("Nov 11 08:00:00", LOOKUP)], True),
    ],
)
def test_the_last_message_is_the_newest(
    rows: list[tuple[str, str]], is_failing: bool, tmp_path: Path
) -> None:
    text = "".join(f"{when}.000: {message}\n" for when, message in rows)

    found = findings(device(tmp_path, text))

    assert ("dns-failure" in found) is is_failing
    assert ("comm-failing-now" in found) is is_failing


@pytest.mark.parametrize(
    ("command", "head"),
    [("show logging", "Log Buffer (8192 bytes):\n\n"), ("show logging | include SMART", "")],
)
def test_a_buffer_is_in_order_whatever_its_clock(command: str, head: str, tmp_path: Path) -> None:
    rows = f"Nov 11 09:30:00.000: {RESTORED}\nNov 11 08:31:00.000: {LOOKUP}\n"

    assert "dns-failure" in findings(device(tmp_path, f"sw1#{command}\n{head}{rows}sw1#\n"))


DETAIL = """\
Smart Licensing Usage Report Detail:
====================================
Report Id: 1740000001
  Metric Name: ENTITLEMENT
  Feature Name: dna-advantage
  State: {state},      State Change Reason: REPORTED
  Transaction ID: 77
  Transaction Message: {message}
"""
REFUSAL = "Signature verification failed for the report"


@pytest.mark.parametrize(
    ("state", "message", "is_found"),
    [("UNACK", REFUSAL, True), ("UNACK", "<none>", False), ("ACK", REFUSAL, False)],
)
def test_a_report_in_detail_shows_its_refusal(
    state: str, message: str, is_found: bool, tmp_path: Path
) -> None:
    detail = DETAIL.format(state=state, message=message)
    text = f"sw1#show license rum id 1740000001 detail\n{detail}sw1#\n"

    assert ("rum-error-flag" in findings(device(tmp_path, text))) is is_found
    if is_found:
        outcome, found = failed(tmp_path, text, "rum-error-flag")
        assert outcome.severity is Severity.WARNING
        assert outcome.confidence is Confidence.MEDIUM
        assert f"answered without an ACK: {REFUSAL}" in found.summary.en
        assert REFUSAL in lines(found)


SUPPORT = """\
Smart Licensing Tech Support info

Smart Licensing Using Policy:
  Status: ENABLED

Transport:
  Type: {kind}
  {server}

Usage Reporting:
  Last ACK received: <none>

Other Info
==========
Software ID: regid.2017-05.com.cisco.C9300,v1_x
Agent State: authorized
Overall Trust: No ID
P:C9300-24T,S:FOC2512L0BB: {trust}
"""
STORED = "P:C9300-24T,S:FOC2512L0BB, state[2], Trust Data INSTALLED  TrustId:69"
TO_SMART = ("Smart", "URL: https://smartreceiver.cisco.com/licservice/license")
TO_RELAY = ("cslu", "Cslu address: http://192.0.2.40:8182/cslu/v1/pi")


@pytest.mark.parametrize(
    ("way", "trust", "is_found"),
    [(TO_SMART, "No Trust Data", True), (TO_SMART, STORED, False), (TO_RELAY, "No Trust Data", False)],
)
def test_the_tech_support_of_older_agents_shows_trust_among_other_information(
    way: tuple[str, str], trust: str, is_found: bool, tmp_path: Path
) -> None:
    page = SUPPORT.format(kind=way[0], server=way[1], trust=trust)
    text = f"sw1#show license tech support\n{page}sw1#\n"

    assert ("trust-missing" in findings(device(tmp_path, text))) is is_found
    if is_found:
        outcome, found = failed(tmp_path, text, "trust-missing")
        assert outcome.severity is Severity.ERROR
        assert "No Trust Data" in lines(found)
