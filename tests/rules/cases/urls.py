"""URLs of the server."""

from __future__ import annotations

from slp_ops.facts import LicenseConfig, LicenseTransport, TransportKind
from tests.rules.agent_log import UNTRUSTED, log, relay_failed

SMART = LicenseTransport(kind=TransportKind.SMART, type="Smart", url="https://smartreceiver.cisco.com/l")
OFF = LicenseTransport(kind=TransportKind.OFF, type="Transport Off")
REFUSED = log(relay_failed(UNTRUSTED))


def cslu(address: str | None) -> LicenseTransport:
    """Transport cslu with that address."""
    return LicenseTransport(kind=TransportKind.CSLU, type="cslu", cslu_address=address)


CASES = {
    "url-malformed": {
        "pass": [
            [SMART],
            [OFF],
            [cslu(None)],
            [cslu("http://192.0.2.9:8182/cslu/v1/pi")],
            [cslu("https://[2001:db8::9]:8182/cslu/v1/pi")],
            [LicenseConfig(url_cslu="https://ssm.example.net/cslu/v1/pi/T-1")],
            [SMART, LicenseConfig(url_cslu="http:192.0.2.9")],
        ],
        "fail": [
            [cslu("http:192.0.2.9:8182/cslu/v1/pi")],
            [cslu("http:/cslu.example.net:8182/cslu/v1/pi")],
            [cslu("http//cslu.example.net/cslu/v1/pi")],
            [cslu("cslu.example.net:8182/cslu/v1/pi")],
            [LicenseConfig(transport="smart", url_smart="https:smartreceiver.cisco.com/licservice/license")],
            [LicenseConfig(url_cslu="http:\\\\192.0.2.9")],
        ],
        "unknown": [[]],
    },
    "url-host-is-address": {
        "pass": [
            [cslu("http://192.0.2.9:8182/cslu/v1/pi")],
            [cslu("https://ssm.example.net/cslu/v1/pi/T-1")],
        ],
        "fail": [
            [cslu("https://192.0.2.9/cslu/v1/pi/T-1")],
            [cslu("https://192.0.2.9/cslu/v1/pi/T-1"), REFUSED],
            [LicenseConfig(url_cslu="https://[2001:db8::9]/cslu/v1/pi/T-1")],
            [
                LicenseTransport(
                    kind=TransportKind.SMART, type="Smart", url="https://192.0.2.9/SmartTransport"
                )
            ],
        ],
        "unknown": [[]],
        "not_applicable": [[SMART], [OFF], [cslu(None)], [LicenseConfig(transport="smart")]],
    },
    "on-prem-tenant-missing": {
        "pass": [
            [cslu("http://192.0.2.9:8182/cslu/v1/pi")],
            [cslu("https://ssm.example.net/cslu/v1/pi/T-1")],
            [cslu("https://192.0.2.9/cslu/v1/pi/T-1")],
        ],
        "fail": [
            [cslu("https://ssm.example.net/cslu/v1/pi")],
            [cslu("https://192.0.2.9/cslu/v1/pi/")],
            [cslu("http://ssm-onprem.example.net:8182/cslu/v1/pi")],
            [LicenseConfig(url_cslu="http://192.0.2.9/cslu/v1/pi")],
        ],
        "unknown": [[]],
        "not_applicable": [[SMART], [cslu(None)]],
    },
}
