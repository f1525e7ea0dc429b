"""Names."""

from __future__ import annotations

from slp_ops.facts import (
    ConfigInfo,
    HostEntry,
    Hosts,
    LicenseTransport,
    NameConfig,
    NameServer,
    PinnedHost,
    Proxy,
    SyslogBuffer,
    SyslogMessage,
    TransportKind,
)
from slp_ops.facts.communication import Attempts, CommunicationStatistics, ExchangeStatistics
from slp_ops.facts.config import LicenseConfig
from slp_ops.facts.log import LogTime

SMART = LicenseTransport(
    kind=TransportKind.SMART, type="Smart", url="https://smartreceiver.cisco.com/licservice/license"
)
BY_ADDRESS = LicenseTransport(
    kind=TransportKind.CSLU, type="cslu", cslu_address="http://192.0.2.9:8182/cslu/v1/pi"
)
BY_NAME = LicenseTransport(
    kind=TransportKind.CSLU, type="cslu", cslu_address="http://cslu.example.net:8182/cslu/v1/pi"
)
EMPTY = LicenseTransport(kind=TransportKind.CSLU, type="cslu")
CALLHOME = LicenseTransport(kind=TransportKind.CALLHOME, type="Callhome")
BY_PROXY = LicenseTransport(
    kind=TransportKind.SMART,
    type="Smart",
    url="https://smartreceiver.cisco.com/licservice/license",
    proxy=Proxy(address="192.0.2.80", port=8080),
)
SERVER = NameServer(address="192.0.2.53")
PIN = PinnedHost(name="smartreceiver.cisco.com", addresses=("203.0.113.7",))


def said(mnemonic: str, text: str, facility: str = "SMART_LIC") -> SyslogMessage:
    """A message without a time that counts."""
    return SyslogMessage(
        time=LogTime(text="00:01:23"), facility=facility, severity=3, mnemonic=mnemonic, text=text
    )


UNRESOLVED = said(
    "COMM_FAILED",
    "Communications failure with the Cisco Smart Software Manager (CSSM) : "
    "Unable to resolve server hostname/domain name",
)
CSLU_UNRESOLVED = said(
    "COMM_FAILED",
    "Communications failure with the Cisco Smart License Utility (CSLU) : "
    "Unable to resolve server hostname/domain name",
)
ERR_218 = said(
    "SL_MESSAGE_FAILED",
    "Fail to send out Smart Licensing message to: https://tools.cisco.com (ERR 218 : Host name resolution "
    "failed)",
    "CALL_HOME",
)
CALL_HOME = said(
    "COMM_FAILED",
    "Communications failure with the Cisco Smart Software Manager (CSSM) : "
    "Fail to send out Call Home HTTP message.",
)
ERR_207 = said(
    "SL_MESSAGE_FAILED",
    "Fail to send out Smart Licensing message to: https://tools.cisco.com (ERR 207 : Connection time out)",
    "CALL_HOME",
)
SERVER_ERROR = said(
    "COMM_FAILED",
    "Communications failure with the Cisco Smart Software Manager (CSSM) : "
    "HTTP Server Error 503: Service Unavailable",
)
RESTORED = said("COMM_RESTORED", "Communications with Cisco Smart Software Manager (CSSM) restored")
FAILING = CommunicationStatistics(
    exchanges=(ExchangeStatistics(name="Usage Reporting", attempts=Attempts(text="", total=9, ongoing=3)),)
)
WORKING = CommunicationStatistics(
    exchanges=(ExchangeStatistics(name="Usage Reporting", attempts=Attempts(text="", total=9, ongoing=0)),)
)


def log(*messages: SyslogMessage) -> SyslogBuffer:
    """A buffer of these."""
    return SyslogBuffer(messages=messages)


CASES = {
    "dns-failure": {
        "pass": [
            [SMART, log()],
            [SMART, log(UNRESOLVED, RESTORED)],
            [SMART, log(UNRESOLVED), WORKING],
            # Of another transport than the one in use.
            [SMART, log(CSLU_UNRESOLVED)],
            [CALLHOME, log(CSLU_UNRESOLVED, CSLU_UNRESOLVED)],
            [SMART, log(ERR_218, CALL_HOME)],
            [EMPTY, log(UNRESOLVED)],
            # The server, or the proxy before it, is set by its address.
            [BY_ADDRESS, log(CSLU_UNRESOLVED)],
            [BY_PROXY, log(UNRESOLVED)],
            # A later failure has another reason: the name resolves.
            [CALLHOME, log(ERR_218, CALL_HOME, ERR_207, CALL_HOME)],
            [SMART, log(UNRESOLVED, SERVER_ERROR)],
        ],
        "fail": [
            [SMART, log(UNRESOLVED)],
            [log(CSLU_UNRESOLVED)],
            [CALLHOME, log(ERR_207, CALL_HOME, ERR_218, CALL_HOME)],
            [CALLHOME, log(ERR_218, CALL_HOME, CALL_HOME)],
            [SMART, log(UNRESOLVED), FAILING],
            [CALLHOME, log(ERR_218, CALL_HOME)],
            [log(UNRESOLVED)],
            [BY_NAME, log(CSLU_UNRESOLVED)],
            [SMART, log(CSLU_UNRESOLVED, UNRESOLVED)],
        ],
        "unknown": [[], [SMART], [SMART, FAILING], [CALLHOME, log(CALL_HOME)]],
        "not_applicable": [[EMPTY, log(CSLU_UNRESOLVED)]],
    },
    "name-server-missing": {
        "pass": [
            [SMART, NameConfig(servers=(SERVER,))],
            [SMART, NameConfig(hosts=(PIN,))],
            [SMART, Hosts(servers=("192.0.2.53",))],
        ],
        "fail": [
            [SMART, NameConfig()],
            [SMART, Hosts()],
            [EMPTY, NameConfig()],
            [BY_NAME, NameConfig(), Hosts()],
            [SMART, NameConfig(), ConfigInfo(complete=True)],
            [SMART, NameConfig(), ConfigInfo(filters=("include ip name-server",))],
            [SMART, LicenseConfig(vrf="Mgmt-vrf"), NameConfig(servers=(SERVER,))],
        ],
        "unknown": [[], [SMART], [SMART, NameConfig(), ConfigInfo()]],
        "not_applicable": [[BY_ADDRESS, NameConfig()], [BY_PROXY, NameConfig()]],
    },
    "domain-lookup-disabled": {
        "pass": [[SMART, NameConfig()], [SMART, NameConfig(lookup=False, hosts=(PIN,))]],
        "fail": [[SMART, NameConfig(lookup=False)], [BY_NAME, NameConfig(lookup=False)]],
        "unknown": [[], [SMART], [SMART, NameConfig(), ConfigInfo(filters=("include name-server",))]],
        "not_applicable": [[BY_ADDRESS, NameConfig(lookup=False)]],
    },
    "pinned-host-entry": {
        "pass": [[SMART, NameConfig()], [BY_NAME, NameConfig(hosts=(PIN,))], [SMART, Hosts()]],
        "fail": [
            [SMART, NameConfig(hosts=(PIN,))],
            [BY_NAME, NameConfig(hosts=(PinnedHost(name="CSLU.example.net"),))],
            [SMART, Hosts(entries=(HostEntry(name="smartreceiver.cisco.com", flags="(perm, OK)"),))],
        ],
        "unknown": [[], [SMART]],
    },
}
