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
    TransportKind,
)
from slp_ops.facts.communication import Attempts, CommunicationStatistics, ExchangeStatistics
from slp_ops.facts.config import LicenseConfig
from tests.rules.agent_log import CALL_HOME, RESTORED, UNRESOLVED, call_home_failed, failed, log, relay_failed

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


CSSM_UNRESOLVED = failed(UNRESOLVED)
CSLU_UNRESOLVED = relay_failed(UNRESOLVED)
ERR_218 = call_home_failed("ERR 218 : Host name resolution failed")
ERR_207 = call_home_failed("ERR 207 : Connection time out")
SERVER_ERROR = failed("HTTP Server Error 503: Service Unavailable")
FAILING = CommunicationStatistics(
    exchanges=(ExchangeStatistics(name="Usage Reporting", attempts=Attempts(text="", total=9, ongoing=3)),)
)
WORKING = CommunicationStatistics(
    exchanges=(ExchangeStatistics(name="Usage Reporting", attempts=Attempts(text="", total=9, ongoing=0)),)
)


CASES = {
    "dns-failure": {
        "pass": [
            [SMART, log()],
            [SMART, log(CSSM_UNRESOLVED, RESTORED)],
            [SMART, log(CSSM_UNRESOLVED), WORKING],
            # Of another transport than the one in use.
            [SMART, log(CSLU_UNRESOLVED)],
            [CALLHOME, log(CSLU_UNRESOLVED, CSLU_UNRESOLVED)],
            [SMART, log(ERR_218, CALL_HOME)],
            [EMPTY, log(CSSM_UNRESOLVED)],
            # The server, or the proxy before it, is set by its address.
            [BY_ADDRESS, log(CSLU_UNRESOLVED)],
            [BY_PROXY, log(CSSM_UNRESOLVED)],
            # A later failure has another reason: the name resolves.
            [CALLHOME, log(ERR_218, CALL_HOME, ERR_207, CALL_HOME)],
            [SMART, log(CSSM_UNRESOLVED, SERVER_ERROR)],
        ],
        "fail": [
            [SMART, log(CSSM_UNRESOLVED)],
            [log(CSLU_UNRESOLVED)],
            [CALLHOME, log(ERR_207, CALL_HOME, ERR_218, CALL_HOME)],
            [CALLHOME, log(ERR_218, CALL_HOME, CALL_HOME)],
            [SMART, log(CSSM_UNRESOLVED), FAILING],
            [CALLHOME, log(ERR_218, CALL_HOME)],
            [log(CSSM_UNRESOLVED)],
            [BY_NAME, log(CSLU_UNRESOLVED)],
            [SMART, log(CSLU_UNRESOLVED, CSSM_UNRESOLVED)],
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
