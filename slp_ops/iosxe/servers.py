"""The servers that licensing connects to: default hosts and ports, and how their addresses are written.

A URL without a port means the port of its scheme, also for CSLU: that is where the HTTP client of the switch
connects, and CSLU, which listens on 8182, does not answer there. An address without a scheme is no URL; the
port is then the one in the address, or else the usual port of that server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from slp_ops.iosxe.names import is_address


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host and its TCP port; ``port`` is None where none is set and none is usual."""

    host: str
    port: int | None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


HTTPS_PORT: Final = 443
CSLU_PORT: Final = 8182
SMART: Final = Endpoint("smartreceiver.cisco.com", HTTPS_PORT)
CALLHOME: Final = Endpoint("tools.cisco.com", HTTPS_PORT)
CSLU: Final = Endpoint("cslu-local", CSLU_PORT)  # looked up when no address is set
TRUSTPOOL: Final = Endpoint("www.cisco.com", 80)  # http://www.cisco.com/security/pki/trs/ios_core.p7b
_TENANT: Final = re.compile(r"^/cslu/v\d+/pi/[^/]+", re.IGNORECASE)
_SCHEMES: Final = {"https": HTTPS_PORT, "http": 80}


def endpoint(address: str, usual_port: int | None) -> Endpoint:
    """Return host and port of a URL or of an address without a scheme.

    Text that is neither becomes the host as it is; the grammar of hosts refuses it wherever it is used.
    """
    if is_address(address):
        return Endpoint(address, usual_port)
    try:
        parts = _split(address)
        port = parts.port or _SCHEMES.get(parts.scheme.lower(), usual_port)
        return Endpoint(parts.hostname or address, port)
    except ValueError:
        return Endpoint(address, usual_port)


def path_of(address: str) -> str:
    """Return the path of a URL or of an address without a scheme; empty for text that is neither."""
    try:
        return _split(address).path
    except ValueError:
        return ""


def is_on_prem(address: str) -> bool:
    """Return whether an address for transport cslu is one of SSM On-Prem: its path ends in a tenant."""
    return _TENANT.match(path_of(address)) is not None


def is_cisco(host: str) -> bool:
    """Return whether a host belongs to Cisco."""
    return host == "cisco.com" or host.endswith(".cisco.com")


def is_smart_receiver(host: str) -> bool:
    """Return whether a host takes reports by smart transport: CSSM, or a stage of it."""
    return is_cisco(host) and host.startswith("smartreceiver")


def _split(address: str) -> SplitResult:
    return urlsplit(address if "://" in address else f"//{address}")
