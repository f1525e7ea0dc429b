"""Transport and path."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from slp_ops.facts import (
    AccessConfig,
    CallHomeConfig,
    CallHomeLicensing,
    CallHomeProfile,
    CallHomeProfileConfig,
    CallHomeProfiles,
    Clock,
    ConfigInfo,
    DeviceTime,
    HttpConfig,
    InterfaceConfig,
    Interfaces,
    InterfacesConfig,
    InterfaceState,
    LicenseConfig,
    LicenseTransport,
    NameConfig,
    PinnedHost,
    Proxy,
    TransportKind,
    UsageReporting,
    User,
)
from slp_ops.facts.communication import Attempts, CommunicationStatistics, ExchangeStatistics
from slp_ops.facts.values import Source, SourceLine
from slp_ops.rules.settings import Intent
from tests.rules.agent_log import UNRESOLVED, failed, log, relay_failed, said

SMART = LicenseTransport(
    kind=TransportKind.SMART, type="Smart", url="https://smartreceiver.cisco.com/licservice/license"
)
CSLU = LicenseTransport(kind=TransportKind.CSLU, type="cslu", cslu_address="http://192.0.2.9:8182/cslu/v1/pi")
EMPTY = LicenseTransport(kind=TransportKind.CSLU, type="cslu")
PINNED_CSLU = NameConfig(hosts=(PinnedHost(name="cslu-local", addresses=("192.0.2.9",)),))
CALLHOME = LicenseTransport(kind=TransportKind.CALLHOME, type="Callhome")
OFF = LicenseTransport(kind=TransportKind.OFF, type="Transport Off")
ODD_URL = LicenseTransport(
    kind=TransportKind.SMART, type="Smart", url="https://ssm.example.net/licservice/license"
)
NAMES_CALL_HOME = log(failed("The action failed because smart license transport is disabled in call-home."))
ACKED = UsageReporting(last_ack=DeviceTime(text="Jan 02 03:04:05 2026 UTC"))


def on(month: int, day: int) -> DeviceTime:
    """A time of the device in 2026."""
    return DeviceTime(text=f"2026-{month}-{day}", at=datetime(2026, month, day))  # noqa: DTZ001 - naive


# An ACK without a push of the switch's own: the other side fetches the reports.
FETCHED = UsageReporting(
    last_ack=on(1, 2),
    next_ack_deadline=on(4, 2),
    source=Source(
        "show license status",
        {
            "next_ack_deadline": SourceLine(42, "  Next ACK deadline: 2026-4-2"),
            "last_report_push": SourceLine(46, "  Last report push: <none>"),
        },
    ),
)
PUSHED = replace(FETCHED, last_report_push=on(1, 2))
IN_JANUARY = Clock(time=on(1, 9))
IN_JUNE = Clock(time=on(6, 9))
WORKING = CommunicationStatistics(
    exchanges=(ExchangeStatistics(name="Usage Reporting", attempts=Attempts(text="", total=6, ongoing=0)),)
)
FROM_VLAN = HttpConfig(client_source_interface="Vlan100")
UP = Interfaces(interfaces=(InterfaceState(name="Vlan100", address="192.0.2.1", status="up", protocol="up"),))
DOWN = Interfaces(
    interfaces=(InterfaceState(name="Vlan100", address="192.0.2.1", status="down", protocol="down"),)
)
NO_ADDRESS = Interfaces(interfaces=(InterfaceState(name="Vlan100", status="up", protocol="up"),))
OTHERS = Interfaces(interfaces=(InterfaceState(name="Vlan1", status="up", protocol="up"),))
MGMT = InterfacesConfig(
    interfaces=(InterfaceConfig(name="Vlan100"), InterfaceConfig(name="Vlan200", vrf="Mgmt-vrf")),
    vrfs=("Mgmt-vrf",),
)
NO_VLAN = InterfacesConfig(interfaces=(InterfaceConfig(name="Vlan1"),))
BARE = InterfaceConfig(name="Vlan100")
SHUT = InterfaceConfig(name="Vlan100", addresses=("192.0.2.1 255.255.255.0",), shutdown=True)
BY_VRF = LicenseConfig(vrf="Mgmt-vrf")
PULLED = Intent(topology="cslu-initiated")


TAC_INACTIVE = CallHomeProfile(name="CiscoTAC-1", status="INACTIVE", reporting_data="Smart Call Home")
SITE = CallHomeProfile(name="site", status="ACTIVE", reporting_data="Smart Call Home, Smart Licensing")
SITE_WITHOUT_LICENCES = replace(SITE, reporting_data="Smart Call Home")


def listed(*profiles: CallHomeProfile, typed: str = "show call-home profile all") -> CallHomeProfiles:
    """A listing of these."""
    return CallHomeProfiles(profiles=profiles, source=Source(typed))


CSLU_UNRESOLVED = relay_failed(UNRESOLVED)
REFUSED = relay_failed("Connection refused")
CSLU_RESTORED = said("COMM_RESTORED", "Communications with Cisco Smart License Utility (CSLU) restored")

CASES = {
    "cslu-address-missing": {
        "pass": [
            [CSLU],
            [CSLU, log(CSLU_UNRESOLVED)],
            [EMPTY, ACKED, WORKING],
            [EMPTY, FETCHED, IN_JANUARY],
            [EMPTY, FETCHED, IN_JANUARY, log(CSLU_RESTORED)],
            [EMPTY, PINNED_CSLU],
        ],
        "fail": [
            [EMPTY],
            [EMPTY, ACKED],
            [EMPTY, WORKING],
            [log(CSLU_UNRESOLVED, CSLU_UNRESOLVED)],
            [EMPTY, FETCHED],
            [EMPTY, FETCHED, IN_JANUARY, log(CSLU_UNRESOLVED)],
            [EMPTY, FETCHED, IN_JUNE],
            [EMPTY, PUSHED, IN_JANUARY],
            [EMPTY, PINNED_CSLU, log(CSLU_UNRESOLVED)],
        ],
        "unknown": [
            [],
            [log()],
            [log(CSLU_UNRESOLVED, CSLU_RESTORED)],
            [log(CSLU_UNRESOLVED, REFUSED)],
            [log(CSLU_UNRESOLVED), PULLED],
        ],
        "not_applicable": [[SMART], [SMART, log(CSLU_UNRESOLVED)], [EMPTY, PULLED]],
    },
    "callhome-profile-inactive": {
        "pass": [
            [CALLHOME, CallHomeLicensing(messages="enabled", profile_status="ACTIVE")],
            [CALLHOME, CallHomeConfig(profiles=(CallHomeProfileConfig(name="CiscoTAC-1", active=True),))],
            [CALLHOME, listed(TAC_INACTIVE, SITE)],
        ],
        "fail": [
            [CALLHOME, CallHomeLicensing(messages="disabled")],
            [NAMES_CALL_HOME],
            [CALLHOME, listed(TAC_INACTIVE)],
            [CALLHOME, listed(TAC_INACTIVE, SITE_WITHOUT_LICENCES)],
            [CALLHOME, CallHomeLicensing(messages="enabled", profile_status="INACTIVE")],
            [CALLHOME, CallHomeConfig(profiles=(CallHomeProfileConfig(name="CiscoTAC-1"),))],
            [
                CALLHOME,
                CallHomeConfig(
                    profiles=(CallHomeProfileConfig(name="p", active=True, reporting_smart_licensing=False),)
                ),
            ],
        ],
        "unknown": [
            [CALLHOME],
            [],
            [CALLHOME, listed(TAC_INACTIVE, typed="sh call-home profile CiscoTAC-1")],
        ],
        "not_applicable": [[SMART]],
    },
    "callhome-transport": {"pass": [[SMART], [OFF]], "fail": [[CALLHOME]], "unknown": [[]]},
    "smart-url-unexpected": {
        "pass": [[SMART], [ODD_URL, Intent(url="https://ssm.example.net/licservice/license")]],
        "fail": [
            [ODD_URL],
            [LicenseTransport(kind=TransportKind.SMART, url="https://notcisco.com/licservice/license")],
            [LicenseTransport(kind=TransportKind.SMART, url="https://ssm.example.net/cslu/v1/pi/acme-1")],
        ],
        "unknown": [[], [LicenseTransport(kind=TransportKind.SMART)]],
        "not_applicable": [[CSLU]],
    },
    "proxy-incomplete": {
        "pass": [
            [SMART],
            [LicenseTransport(kind=TransportKind.SMART, proxy=Proxy(address="proxy.example.net", port=8080))],
            [SMART, LicenseConfig(proxy_address="proxy.example.net", proxy_port=8080)],
            [CALLHOME, LicenseConfig()],
        ],
        "fail": [
            [LicenseTransport(kind=TransportKind.SMART, proxy=Proxy(address="proxy.example.net"))],
            [SMART, LicenseConfig(proxy_port=8080)],
            [CALLHOME, LicenseConfig(proxy_address="proxy.example.net", proxy_port=8080)],
        ],
        "unknown": [[]],
    },
    "transport-off": {"pass": [[SMART]], "fail": [[OFF]], "unknown": [[]]},
    "http-source-interface-missing": {
        "pass": [[SMART, FROM_VLAN, UP], [SMART, FROM_VLAN, DOWN], [SMART, FROM_VLAN, MGMT]],
        "fail": [[SMART, FROM_VLAN, OTHERS], [SMART, FROM_VLAN, NO_VLAN, ConfigInfo(complete=True)]],
        "unknown": [[], [SMART, FROM_VLAN], [SMART, FROM_VLAN, NO_VLAN, ConfigInfo()]],
        "not_applicable": [[SMART, HttpConfig()], [OFF, FROM_VLAN, OTHERS]],
    },
    "http-source-interface-down": {
        "pass": [[SMART, FROM_VLAN, UP], [CALLHOME, FROM_VLAN, UP]],
        "fail": [
            [SMART, FROM_VLAN, DOWN],
            [SMART, FROM_VLAN, NO_ADDRESS],
            [CALLHOME, CallHomeConfig(source_interface="Vlan100"), DOWN],
            [SMART, FROM_VLAN, InterfacesConfig(interfaces=(SHUT,))],
            [SMART, FROM_VLAN, InterfacesConfig(interfaces=(BARE,)), ConfigInfo(complete=True)],
        ],
        "unknown": [
            [],
            [SMART, FROM_VLAN],
            [SMART, FROM_VLAN, InterfacesConfig(interfaces=(BARE,)), ConfigInfo()],
        ],
        "not_applicable": [[SMART, FROM_VLAN, OTHERS], [SMART, HttpConfig(), DOWN]],
    },
    "vrf-mismatch": {
        "pass": [
            [SMART, BY_VRF, MGMT],
            [SMART, BY_VRF, MGMT, HttpConfig(client_source_interface="Vlan200")],
            [SMART, MGMT, HttpConfig(client_source_interface="Vlan200")],
        ],
        "fail": [
            [SMART, BY_VRF, MGMT, FROM_VLAN],
            [SMART, LicenseConfig(vrf="nowhere"), MGMT],
            [SMART, LicenseConfig(vrf="nowhere"), MGMT, ConfigInfo(complete=True)],
            [CALLHOME, CallHomeConfig(vrf="Mgmt-vrf"), MGMT, FROM_VLAN],
        ],
        "unknown": [[], [SMART, BY_VRF], [SMART, LicenseConfig(vrf="nowhere"), MGMT, ConfigInfo()]],
        "not_applicable": [[SMART, MGMT], [OFF, BY_VRF, MGMT, FROM_VLAN]],
    },
    "config-contradicts-status": {
        "pass": [
            [SMART, LicenseConfig(transport="smart")],
            [SMART, LicenseConfig(transport="smart", url_smart=SMART.url)],
            [CSLU, LicenseConfig(url_cslu=CSLU.cslu_address)],
            [OFF, LicenseConfig()],
        ],
        "fail": [
            [CALLHOME, LicenseConfig(transport="smart")],
            [ODD_URL, LicenseConfig(transport="smart", url_smart=SMART.url)],
            [EMPTY, LicenseConfig(url_cslu=CSLU.cslu_address)],
        ],
        "unknown": [[], [SMART], [LicenseConfig(transport="smart", url_smart=SMART.url)]],
    },
    "intent-drift": {
        "pass": [
            [SMART, Intent(topology="smart")],
            [CSLU, Intent(topology="cslu", url="http://192.0.2.9:8182/cslu/v1/pi/")],
            [SMART, FROM_VLAN, Intent(source_interface="vlan 100")],
            [OFF, PULLED],
        ],
        "fail": [
            [SMART, Intent(topology="cslu")],
            [CALLHOME, Intent(topology="offline")],
            [CSLU, Intent(url="http://192.0.2.10:8182/cslu/v1/pi")],
            [EMPTY, Intent(url="http://192.0.2.10:8182/cslu/v1/pi")],
            [SMART, Intent(vrf="Mgmt-vrf")],
            [SMART, FROM_VLAN, Intent(source_interface="Vlan200")],
            [SMART, Intent(source_interface="Vlan200")],
        ],
        "unknown": [[Intent(topology="smart")]],
        "not_applicable": [[SMART]],
    },
    "pull-access-missing": {
        "pass": [
            [PULLED, AccessConfig(netconf=True, users=(User(name="cslu", privilege=15),)), HttpConfig()],
            [
                PULLED,
                AccessConfig(restconf=True, users=(User(name="cslu", privilege=15),)),
                HttpConfig(secure_server=True),
            ],
            [
                PULLED,
                AccessConfig(
                    netconf=True,
                    aaa_new_model=True,
                    aaa_lines=("aaa authentication login default group tacacs+ local",),
                ),
                HttpConfig(),
            ],
        ],
        "fail": [
            [PULLED, AccessConfig(users=(User(name="cslu", privilege=15),)), HttpConfig()],
            [PULLED, AccessConfig(netconf=True, users=(User(name="cslu"),)), HttpConfig()],
            [
                Intent(topology="controller"),
                AccessConfig(users=(User(name="dnac", privilege=15),)),
                HttpConfig(secure_server=True),
            ],
        ],
        "unknown": [[PULLED], [PULLED, HttpConfig()]],
        "not_applicable": [[AccessConfig(), HttpConfig()]],
    },
}
