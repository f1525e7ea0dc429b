"""Addresses of servers as they are written in a configuration."""

from __future__ import annotations

import pytest

from slp_ops.iosxe.servers import CSLU_PORT, Endpoint, endpoint, is_cisco


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("http://192.0.2.40:8182/cslu/v1/pi", "192.0.2.40", 8182),
        ("http://cslu.example.net/cslu/v1/pi", "cslu.example.net", 80),
        ("HTTPS://SSM.example.net/cslu/v1/pi/example-1", "ssm.example.net", 443),
        ("192.0.2.40:8182", "192.0.2.40", 8182),
        ("192.0.2.40/cslu/v1/pi", "192.0.2.40", CSLU_PORT),
        ("cslu.example.net", "cslu.example.net", CSLU_PORT),
        ("http://[2001:db8::40]:8182/cslu/v1/pi", "2001:db8::40", 8182),
        ("2001:db8::40", "2001:db8::40", CSLU_PORT),
        ("http://192.0.2.40:99999/", "http://192.0.2.40:99999/", CSLU_PORT),
        ("http://[2001:db8::40/", "http://[2001:db8::40/", CSLU_PORT),
    ],
)
def test_host_and_port_of_an_address(address: str, host: str, port: int) -> None:
    assert endpoint(address, CSLU_PORT) == Endpoint(host, port)


def test_an_endpoint_is_printed_as_it_is_typed() -> None:
    assert str(Endpoint("2001:db8::40", 443)) == "[2001:db8::40]:443"
    assert str(Endpoint("cslu-local", None)) == "cslu-local"


def test_only_cisco_is_cisco() -> None:
    assert is_cisco("tools.cisco.com")
    assert not is_cisco("cisco.com.example.net")
    assert not is_cisco("notcisco.com")
