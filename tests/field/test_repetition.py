"""Classes 3, 4 and 6: the record of polls, repeated failures, and the messages of FN72323."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.field.test_failures import Audited, log, status, text_of

if TYPE_CHECKING:
    from pathlib import Path

CSSM = "Cisco Smart Software Manager (CSSM)"
SENT = (
    "%CALL_HOME-5-SL_MESSAGE_FAILED: Fail to send out Smart Licensing message to: "
    "https://tools.cisco.com/its/service/oddce/services/DDCEService"
)
ERR_205 = f"{SENT} (ERR 205 : Request Aborted)"
ERR_207 = f"{SENT} (ERR 207 : Connection time out)"
SMART = status("Type: Smart", "URL: https://smartreceiver.cisco.com/licservice/license")
CALLHOME = status("Type: Callhome")


def release(version: str) -> str:
    """Return the first lines of ``show version``."""
    return f"mai-sw2#show version\nCisco IOS XE Software, Version {version}\n"


def pairs(*days: str, time: str = "03:10", reason: str = "HTTP Server Error 503: Service Unavailable") -> str:
    """Return a log with a failure and its recovery on each of these days."""
    lines = []
    for day in days:
        failure = f"%SMART_LIC-3-COMM_FAILED: Communications failure with the {CSSM} : {reason}"
        lines.append(f"{day} {time}:11.315: {failure}")
        recovery = f"%SMART_LIC-5-COMM_RESTORED: Communications with the {CSSM} restored"
        recovery = f"%SMART_LIC-5-COMM_RESTORED: Communications with the {CSSM} restored"
        lines.append(f"{day} {time[:3]}55:20.114: {recovery}")
    return "\n".join(("mai-sw2#show logging", "Log Buffer (8192 bytes):", "", *lines, "mai-sw2#\n"))


CLOCK = "mai-sw2#show clock\n16:00:00.000 UTC Wed Jun 4 2025\n"
WEEKS = pairs("Apr 15", "Apr 22", "Apr 29", "May  6", "May 13", "May 20", "May 27", "Jun  3")
NIGHTS = pairs("May 30", "May 31", "Jun  1", "Jun  2", "Jun  3", "Jun  4")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(text_of("08-pair-every-night"), ["Day after day", "on 10 days", "about 02:11"], id="08"),
        pytest.param(text_of("09-pair-every-sunday"), ["Every week, on Sundays", "about 04:0"], id="09"),
        pytest.param(NIGHTS + CLOCK, ["Day after day", "on 6 days", "about 03:10"], id="nights"),
        pytest.param(NIGHTS, ["Day after day", "on 6 days"], id="nights-log-alone"),
        pytest.param(
            pairs("Jun  1", "Jun  2", "Jun  4"), ["Day after day", "on 3 days"], id="nearly-every-day"
        ),
        pytest.param(WEEKS + CLOCK, ["Every week, on Tuesdays", "8 failures"], id="weeks"),
        pytest.param(WEEKS, ["Every week:", "8 failures"], id="weeks-log-alone"),
        pytest.param(pairs("Mar  3", "Apr  3", "May  3", "Jun  3") + CLOCK, ["Every month"], id="months"),
    ],
)
def test_a_repetition_is_named(tmp_path: Path, text: str, words: list[str]) -> None:
    audited = Audited(tmp_path, text)
    found = audited.outcomes["comm-flapping"]
    assert found["severity"] == "warning"
    for word in words:
        assert word in audited.printed
    assert "COMM_RESTORED" in audited.evidence("comm-flapping")


@pytest.mark.parametrize(
    "text",
    [
        text_of("10-one-pair"),
        pairs("Jun  4"),
        pairs("Jun  3", "Jun  4") + CLOCK,
        pairs("May 20", "Jun  3") + CLOCK,
        pairs("Jan 11", "Jan 12", "Jan 13", "Jan 14") + CLOCK,  # history
    ],
)
def test_a_few_pairs_are_normal(tmp_path: Path, text: str) -> None:
    assert "comm-flapping" not in Audited(tmp_path, text).outcomes


def statistics(total: int, failed: int, reason: str = "<none>") -> str:
    """Return the record of Result Polling, which works at the moment."""
    return (
        "mai-sw2#show license tech support | section Result Polling\n"
        "Result Polling:\n"
        f"  Attempts: Total={total}, Success={total - failed}, Fail={failed}  "
        "Ongoing Failure: Overall=0 Communication=0\n"
        "  Last Response: OK on Jun 04 03:40:02 2025 UTC\n"
        f"    Failure Reason: {reason}\n"
        "mai-sw2#\n"
    )


@pytest.mark.parametrize(
    ("text", "words", "confidence"),
    [
        pytest.param(
            text_of("06-polling-record-overall-0"), ["529 of 1830 polls", "Invalid Polling"], "high", id="06"
        ),
        pytest.param(text_of("07-polling-record-and-pairs"), ["229 of 940 polls", "repeat"], "high", id="07"),
        pytest.param(
            release("17.3.3") + CALLHOME + statistics(2073, 575),
            ["575 of 2073 polls failed (28 %)"],
            "medium",
            id="ratio",
        ),
        pytest.param(
            release("17.7.1")
            + SMART
            + statistics(900, 12, "Invalid Polling Id 8 provided in the polling request"),
            ["Invalid Polling Id"],
            "medium",
            id="reason",
        ),
        pytest.param(
            release("17.6.1") + SMART + NIGHTS, ["failures and recoveries repeat"], "medium", id="pairs"
        ),
    ],
)
def test_the_record_of_polls_is_weighed(tmp_path: Path, text: str, words: list[str], confidence: str) -> None:
    audited = Audited(tmp_path, text)
    found = audited.outcomes["CSCwa11048"]
    assert (found["severity"], found["confidence"]) == ("error", confidence)
    for word in words:
        assert word in audited.printed
    assert "no sign" not in audited.printed


def test_a_record_without_a_release_is_a_finding(tmp_path: Path) -> None:
    text = statistics(900, 120, "Invalid Polling Id 8 provided in the polling request")
    found = Audited(tmp_path, text).outcomes["polling-id-invalid"]
    assert (found["severity"], found["confidence"]) == ("warning", "medium")
    assert "120 of 900 polls failed (13 %)" in found["summary"]
    assert "polling-id-invalid" not in Audited(tmp_path, statistics(900, 120)).outcomes


@pytest.mark.parametrize(
    "text",
    [
        release("17.3.3") + SMART + statistics(1200, 9),
        release("17.3.3")
        + SMART
        + statistics(900, 1, "Invalid Polling Id 8 provided in the polling request"),
        release("17.9.4") + SMART + statistics(2073, 575),
        release("17.3.3")
        + status("Type: cslu", "Cslu address: http://192.0.2.7:8182/cslu/v1/pi")
        + statistics(90, 50),
    ],
)
def test_a_good_record_a_fixed_release_and_another_transport_acquit(tmp_path: Path, text: str) -> None:
    assert Audited(tmp_path, text).outcomes.get("CSCwa11048", {"severity": "info"})["severity"] == "info"


RELAY = (
    "%SMART_LIC-3-COMM_FAILED: Communications failure with the Cisco Smart License Utility (CSLU) : "
    "Connection reset"
)
RENEWAL = f"%SMART_LIC-3-AUTH_RENEW_FAILED: Authorization renewal with the {CSSM} : message send error"
REGISTRATION = (
    f"%SMART_LIC-3-AGENT_REG_FAILED: Smart Agent for Licensing Registration with the {CSSM} failed: "
    "Fail to send out Call Home HTTP message."
)
IDENTRUST = "mai-sw2#show crypto pki trustpool | include Subject:|cn=\n  Subject:\n    cn={}\nmai-sw2#\n"


@pytest.mark.parametrize(
    ("text", "severity", "confidence"),
    [
        pytest.param(text_of("14-fn72323-205-no-trustpool"), "error", "medium", id="14"),
        pytest.param(text_of("15-fn72323-auth-renew-empty-include"), "error", "high", id="15"),
        pytest.param(release("17.3.3") + CALLHOME + log(ERR_205), "error", "medium", id="205"),
        pytest.param(
            release("17.4.1") + CALLHOME + log(ERR_207, ERR_205, ERR_207), "error", "medium", id="both"
        ),
        pytest.param(release("16.12.4") + log(ERR_207, RENEWAL), "error", "medium", id="renewal"),
        pytest.param(release("16.9.5") + log(REGISTRATION), "error", "medium", id="registration"),
        pytest.param(release("17.3.2a") + CALLHOME + log(ERR_207), "warning", "low", id="207"),
        pytest.param(
            release("17.3.3") + CALLHOME + log(ERR_207) + IDENTRUST.format("QuoVadis Root CA 2"),
            "error",
            "high",
            id="pool",
        ),
        pytest.param(
            release("17.3.3") + CALLHOME + log(ERR_205) + IDENTRUST.format("IdenTrust Commercial Root CA 1"),
            None,
            None,
            id="root",
        ),
        pytest.param(text_of("16-fn72323-acquitted"), None, None, id="16"),
        pytest.param(release("17.3.4") + CALLHOME + log(ERR_205), None, None, id="fixed"),
        pytest.param(
            release("17.3.3") + (CALLHOME + log(ERR_205)).replace("2025", "2021"),
            "info",
            "high",
            id="before-the-change",
        ),
        pytest.param(
            release("17.3.3")
            + status("Type: cslu", "Cslu address: https://ssm.mai.example/cslu/v1/pi/MAI-1")
            + log(RELAY),
            "info",
            "high",
            id="on-prem",
        ),
    ],
)
def test_fn72323_by_its_own_messages(
    tmp_path: Path, text: str, severity: str | None, confidence: str | None
) -> None:
    audited = Audited(tmp_path, text)
    found = audited.outcomes.get("FN72323", {"severity": None, "confidence": None})
    assert (found["severity"], found["confidence"]) == (severity, confidence)
    if severity == "error":
        assert "FN72323" in audited.roots
    if severity == "info":  # without a symptom it explains nothing
        assert all(root != "FN72323" for root in audited.graver.values())
    if severity == "warning":  # a candidate: the failure itself leads
        assert audited.roots[0] == "http-timeout"
