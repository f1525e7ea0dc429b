"""Classes 13 and 17: URLs of the server, and advice that works."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.field.test_failures import CSLU, TLS, Audited, explained, log, status, text_of

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = (
    "mai-sw2#show running-config\nversion 17.9\nhostname mai-sw2\n!\n"
    "{}\nlicense smart transport cslu\nend\nmai-sw2#\n"
)


@pytest.mark.parametrize(
    ("text", "rule", "severity", "confidence", "line"),
    [
        (text_of("35-url-without-slashes"), "url-malformed", "error", "high", "url cslu http:192"),
        (
            status("Type: cslu", "Cslu address: http:/cslu.mai.example:8182/cslu/v1/pi"),
            "url-malformed",
            "error",
            "high",
            "Cslu address: http:/cslu",
        ),
        (
            CONFIG.format("license smart url cslu cslu.mai.example:8182/cslu/v1/pi"),
            "url-malformed",
            "warning",
            "medium",
            "url cslu cslu.mai",
        ),
        (text_of("36-https-by-address"), "url-host-is-address", "error", "high", "https://198.51.100.24"),
        (
            status("Type: cslu", "Cslu address: https://203.0.113.9/cslu/v1/pi/MAI-1"),
            "url-host-is-address",
            "warning",
            "medium",
            "https://203.0.113.9",
        ),
        (
            status("Type: Smart", "URL: https://203.0.113.9/SmartTransport"),
            "url-host-is-address",
            "warning",
            "medium",
            "https://203.0.113.9",
        ),
        (
            status("Type: cslu", "Cslu address: https://ssm-01.mai.example/cslu/v1/pi"),
            "on-prem-tenant-missing",
            "warning",
            "medium",
            "https://ssm-01",
        ),
        (
            CONFIG.format("license smart url cslu http://10.9.8.7/cslu/v1/pi"),
            "on-prem-tenant-missing",
            "warning",
            "low",
            "http://10.9.8.7",
        ),
    ],
)
def test_a_url(tmp_path: Path, text: str, rule: str, severity: str, confidence: str, line: str) -> None:
    audited = Audited(tmp_path, text)
    found = audited.outcomes[rule]
    assert (found["severity"], found["confidence"]) == (severity, confidence)
    assert line in audited.evidence(rule)


def test_an_address_leads_where_its_certificate_was_refused(tmp_path: Path) -> None:
    text = log(CSLU + TLS, more=status("Type: cslu", "Cslu address: https://203.0.113.9/cslu/v1/pi/MAI-1"))
    audited = Audited(tmp_path, text)
    assert audited.outcomes["relay-certificate-refused"]["root"] == "url-host-is-address"
    assert "IdenTrust" not in audited.printed


@pytest.mark.parametrize(
    ("text", "words", "never"),
    [
        (
            text_of("46-explain-periodic-shows"),
            ["no service call-home", "no active"],
            "Smart transport avoids it",
        ),
        ("ciscoConfigManEvent", ["no service call-home"], "Smart transport avoids it"),
        (text_of("47-explain-cslu-cve"), ["CVE-2024-20439", "CVE-2024-20440"], "CVE-2023"),
        ("cslu-address-missing", ["CVE-2024-20439"], "CVE-2023"),
        ("CVE-2024-20440", ["static credential"], "CVE-2023"),
    ],
)
def test_advice(text: str, words: list[str], never: str) -> None:
    said = json.dumps(explained(text.strip()))
    for word in words:
        assert word in said
    assert never not in said
