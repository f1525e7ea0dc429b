"""``show call-home`` and its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.screens._screen import screen
from slp_ops.lab.transport import call_home

if TYPE_CHECKING:
    from slp_ops.lab.switch import Switch

_UNSET = "Not yet set up"


def _smart_licensing(switch: Switch, _: tuple[str, ...]) -> str:
    home = call_home(switch.config)
    enabled = "enabled" if home.licensing else "disabled"
    return "\n".join(
        (
            "Current smart-licensing transport settings:",
            f" Smart-license messages: {enabled}",
            f" Profile: CiscoTAC-1 (status: {_status(home.active)})",
            f" Destination  URL(s):  {home.url}",
        )
    )


def _status(active: bool) -> str:
    return "ACTIVE" if active else "INACTIVE"


def _profile(switch: Switch, _: tuple[str, ...]) -> str:
    home = call_home(switch.config)
    data = "Smart Call Home, Smart Licensing" if home.licensing else "Smart Call Home"
    return "\n".join(
        (
            "Profile Name: CiscoTAC-1",
            f"    Profile status: {_status(home.active)}",
            "    Profile mode: Full Reporting",
            f"    Reporting Data: {data}",
            "    Preferred Message Format: xml",
            "    Message Size Limit: 3145728 Bytes",
            "    Transport Method: http",
            f"    HTTP  address: {home.url}",
            "    Other address(es): default",
            "",
            "    Periodic configuration info message is scheduled every 1 day of the month at 09:15",
            "",
            "    Periodic inventory info message is scheduled every 1 day of the month at 09:00",
            "",
            "    Alert-group               Severity",
            "    ------------------------  ------------",
            "    crash                     debugging   ",
            "    diagnostic                minor       ",
            "    environment               warning     ",
            "    inventory                 normal      ",
            "",
            "    Syslog-Pattern            Severity",
            "    ------------------------  ------------",
            "    APF-.-WLC_.*              warning     ",
            "    .*                        major       ",
        )
    )


def _settings(switch: Switch, _: tuple[str, ...]) -> str:
    home = call_home(switch.config)
    proxy = home.proxy.replace('"', "").replace(" port ", ":")
    groups = ("configuration", "crash", "diagnostic", "environment", "inventory", "snapshot", "syslog")
    told = {"configuration": "configuration info", "crash": "crash and traceback info"}
    return "\n".join(
        (
            "Current call home settings:",
            f"    call home feature : {'enable' if home.enabled else 'disable'}",
            f"    call home message's from address: {_UNSET}",
            f"    call home message's reply-to address: {_UNSET}",
            "",
            f"    vrf for call-home messages: {home.vrf or _UNSET}",
            "",
            f"    contact person's email address: {home.contact or _UNSET}",
            "",
            f"    contact person's phone number: {_UNSET}",
            f"    street address: {_UNSET}",
            f"    customer ID: {_UNSET}",
            f"    contract ID: {_UNSET}",
            f"    site ID: {_UNSET}",
            "",
            f"    source ip address: {_UNSET}",
            f"    source interface: {home.source or _UNSET}",
            f"    Mail-server: {_UNSET}",
            f"    http proxy: {proxy or _UNSET}",
            "    http secure:",
            "      server identity check: enabled",
            "    http resolve-hostname: default",
            "",
            "    Diagnostic signature: enabled",
            f"    Profile: CiscoTAC-1 (status: {_status(home.active)})",
            "",
            f"    Smart licensing messages: {'enabled' if home.licensing else 'disabled'}",
            f"    Profile: CiscoTAC-1 (status: {_status(home.active)})",
            "",
            "    aaa-authorization: disable",
            "    aaa-authorization username: callhome (default)",
            "    data-privacy: normal",
            "    syslog throttling: enable",
            "",
            "    Rate-limit: 20 message(s) per minute",
            "",
            f"    Snapshot command: {_UNSET}",
            "",
            "Available alert groups:",
            "    Keyword                  State   Description",
            "    ------------------------ ------- -------------------------------",
            *(f"    {group:<24} Enable  {told.get(group, group + ' info')}" for group in groups),
            "",
            "Profiles:",
            "    Profile Name: CiscoTAC-1",
        )
    )


SCREENS = (
    screen("show call-home", _settings),
    screen("show call-home smart-licensing", _smart_licensing),
    screen("show call-home profile all", _profile),
)
