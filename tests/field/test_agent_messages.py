"""Classes 10 and 12: messages of the licence agent and of certificates, as engineers paste them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.field.test_failures import Audited, explained, log, status, text_of

if TYPE_CHECKING:
    from pathlib import Path

EXPIRED = (
    "%PKI-3-CERTIFICATE_INVALID_EXPIRED: Certificate chain validation has failed.  "
    "The certificate (SN: 4C11D0) has expired."
)
REQUIRED = "%SMART_LIC-6-REPORTING_REQUIRED: A Usage report acknowledgement will be required in {} days."
RENEWED = "%SMART_LIC-6-ID_CERT_RENEW_SUCCESS: Identity certificate renewal for this device was successful."
EVENT = '2025-06-04 06:11:02.120 UTC SAEVT_COMM_FAIL error="Communications failure"'
ABORTED = (
    "%CALL_HOME-5-SL_MESSAGE_FAILED: Fail to send out Smart Licensing message to: "
    "https://tools.cisco.com/its/service/oddce/services/DDCEService (ERR 205 : Request Aborted)"
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(text_of("31-platform-error"), {"SMART_LIC-PLATFORM_ERROR": "error"}, id="31"),
        pytest.param(text_of("32-config-out-of-sync"), {"SMART_LIC-CONFIG_OUT_OF_SYNC": "warning"}, id="32"),
        pytest.param(text_of("33-reporting-in-5-days"), {"reporting-required": "warning"}, id="33"),
        pytest.param(
            log("%SMART_LIC-3-HOT_STANDBY_OUT_OF_SYNC: Smart Licensing agent on hot standby is out of sync"),
            {"SMART_LIC-HOT_STANDBY_OUT_OF_SYNC": "warning"},
            id="12-standby",
        ),
        pytest.param(
            log(
                "%SMART_LIC-3-HOT_STANDBY_OUT_OF_SYNC: Smart Licensing agent on hot standby is out of sync",
                "%SMART_LIC-6-HOT_STANDBY_IN_SYNC: Smart Licensing agent on hot standby is in sync",
            ),
            {},
            id="12-standby-resolved",
        ),
        pytest.param(
            log("%SMART_LIC-1-STORE_LOST: The trusted store is gone"),
            {"unknown-agent-message": "error"},
            id="12-unknown-alert",
        ),
        pytest.param(
            log("%SMART_LIC-3-IMPORT_FAILED: The file is no ACK", "%SMART_LIC-6-IMPORT_SUCCESS: done"),
            {},
            id="12-unknown-resolved",
        ),
        pytest.param(log("%SMART_LIC-6-SOMETHING_NEW: harmless"), {}, id="12-unknown-informational"),
        pytest.param(
            "mai-sw2#show version\nCisco IOS XE Software, Version 17.09.05\n"
            + log("%SMART_LIC-3-AGENT_REG_FAILED: Smart Agent for Licensing Registration failed: no token"),
            {"unknown-agent-message": "warning"},
            id="12-of-the-other-model",
        ),
        pytest.param(
            log("%SMART_LIC-3-EVAL_EXPIRED: Evaluation period expired"),
            {"SMART_LIC-EVAL_EXPIRED": "warning"},
            id="12-eval-expired",
        ),
        pytest.param(
            log(REQUIRED.format(210)),
            {},
            id="12-many-days",
        ),
        pytest.param(
            log(
                REQUIRED.format(12),
                more="mai-sw2#show clock\n09:00:00.000 UTC Fri Jun 20 2025",
            ),
            {"reporting-required": "error"},
            id="12-days-are-over",
        ),
        pytest.param(log(EXPIRED), {}, id="10-certificate-alone"),
        pytest.param(
            log(EXPIRED.replace("failed.", "failed for trustpoint CISCO_IDEVID_SUDI."), ABORTED),
            {"http-aborted": "error"},
            id="10-other-trustpoint",
        ),
        pytest.param(
            log(EXPIRED, ABORTED),
            {"http-aborted": "error", "PKI-CERTIFICATE_INVALID_EXPIRED": "warning"},
            id="10-certificate-and-abort",
        ),
        pytest.param(log("%PKI-3-CRL_FETCH_FAIL: CRL fetch for trustpoint CORP-CA failed"), {}, id="10-crl"),
        pytest.param(
            log(RENEWED),
            {},
            id="10-id-renewed",
        ),
    ],
)
def test_what_a_message_leads_to(tmp_path: Path, text: str, found: dict[str, str]) -> None:
    audited = Audited(tmp_path, text)
    severities = {rule: audited.outcomes[rule]["severity"] for rule in audited.graver}
    assert {rule: severity for rule, severity in severities.items() if rule != "comm-failing-now"} == found
    for rule in found:
        assert "%" in audited.evidence(rule)


def test_a_healthy_switch_with_an_expired_certificate_of_an_access_point(tmp_path: Path) -> None:
    assert Audited(tmp_path, text_of("26-mic-expired-healthy")).graver == {}


def test_a_page_with_the_deadline_takes_the_place_of_the_countdown(tmp_path: Path) -> None:
    text = log(
        REQUIRED.format(5),
        more=status("Type: Transport Off", ack="Jun 04 09:00:00 2025 UTC"),
    )
    assert "reporting-required" not in Audited(tmp_path, text).outcomes


@pytest.mark.parametrize(
    ("text", "rules", "word"),
    [
        (text_of("25-explain-id-cert-renewed"), [], "renew"),
        (text_of("34-explain-saevt-ha"), [], "switchover"),
        (
            '2025-06-04 06:11:02.120 UTC SAEVT_COMM_FAIL error="Communications failure"',
            ["comm-failing-now", "event-log-failures"],
            "CSSM",
        ),
        ("SAEVT_SOMETHING_NEW", [], "event"),
        ("%PKI-6-CERTRET: Certificate received from Certificate Authority", [], "Good news"),
        ("%SMART_LIC-2-PLATFORM_ERROR: Contact TAC: no UDI", ["SMART_LIC-PLATFORM_ERROR"], "TAC"),
        ("%SMART_LIC-3-STORE_LOST: The certificate is gone", ["unknown-agent-message"], "TAC"),
        ("%SMART_LIC-6-REPORTING_REQUIRED: A Usage report ...", ["reporting-required"], "countdown"),
    ],
)
def test_explain_agrees(text: str, rules: list[str], word: str) -> None:
    found = explained(text)
    assert [rule["id"] for rule in found["rules"]] == rules
    assert word in str(found)
