from __future__ import annotations

import pytest

from slp_ops.commands._topology import topology
from slp_ops.facts import LicenseTransport, TopologyKind, TransportKind
from slp_ops.model import Confidence


@pytest.mark.parametrize(
    ("kind", "url", "expected", "confidence"),
    [
        (TransportKind.SMART, "https://smartreceiver.cisco.com/licservice/license", "smart", "high"),
        (TransportKind.SMART, None, "smart", "medium"),
        (TransportKind.SMART, "https://ssm.example.net/Transportgateway", "smart", "low"),
        (TransportKind.SMART, "https://cisco.com.example.net/x", "smart", "low"),
        (TransportKind.CALLHOME, None, "callhome", "high"),
        (TransportKind.CSLU, None, "cslu", "low"),
        (TransportKind.CSLU, "http://192.0.2.30:8182/cslu/v1/pi", "cslu", "high"),
        (TransportKind.CSLU, "http://cslu.example.net/cslu/v1/pi", "cslu", "high"),
        (TransportKind.CSLU, "https://ssm.example.net/cslu/v1/pi/example-1", "on-prem", "high"),
        (TransportKind.CSLU, "http://ssm.example.net/cslu/v1/pi/Example%20Corp-1", "on-prem", "high"),
        (TransportKind.CSLU, "http://192.0.2.30:port/x", "cslu", "low"),
        (TransportKind.CSLU, "http://192.0.2.30/other", "cslu", "medium"),
        (TransportKind.SMART, "smartreceiver.cisco.com/licservice/license", "smart", "high"),
        (TransportKind.CSLU, "192.0.2.30:8182", "cslu", "high"),
        (TransportKind.CSLU, "ssm.example.net/cslu/v1/pi/example-1", "on-prem", "high"),
        (TransportKind.OFF, None, "offline", "medium"),
        (TransportKind.AUTOMATIC, None, "unknown", "low"),
        (TransportKind.OTHER, None, "unknown", "low"),
    ],
)
def test_the_topology_follows_from_type_and_address(
    kind: TransportKind, url: str | None, expected: str, confidence: str
) -> None:
    cslu = kind is TransportKind.CSLU
    transport = LicenseTransport(kind=kind, url=None if cslu else url, cslu_address=url if cslu else None)
    found = topology(transport)
    assert (found.kind, found.confidence) == (TopologyKind(expected), Confidence(confidence))
    assert found.because
