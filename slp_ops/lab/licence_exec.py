"""Licence commands of exec mode beyond trust and sync; each returns the text that IOS prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab import files
from slp_ops.lab.licensing import Entitlement, LogEvent, RumState

if TYPE_CHECKING:
    from slp_ops.lab.switch import Switch

_ID_LIST_STATES = {
    RumState.OPEN: "Open",
    RumState.CLOSED: "Closed",
    RumState.PENDING: "Pending",
    RumState.UNACK: "Unacknowledged",
    RumState.ACK: "Acknowledged",
}


def rum_id_list(switch: Switch) -> str | None:
    """``test license smart rum id-list``; None unless ``service internal`` is configured."""
    switch.settle()
    if not switch.config.has("service internal") or not switch.traits.slp:
        return None
    return "\n".join(
        f"report id:{report.id} state:SmartAgentRumState{_ID_LIST_STATES[report.state]}"
        for report in switch.licensing.reports
    )


def rum_show(switch: Switch, number: str) -> str | None:
    """``test license smart rum show ID``: one line of JSON."""
    switch.settle()
    if not switch.config.has("service internal") or not switch.traits.slp:
        return None
    found = next((one for one in switch.licensing.reports if str(one.id) == number), None)
    return "The requested item was not found" if found is None else files.measurements(switch, found)


def authorization_request(switch: Switch, feature: str, scope: str) -> str:
    """``license smart authorization request {add|replace} FEATURE {local|all}``."""
    switch.settle()
    if feature != "hseck9":
        return "The requested item was not found"
    now, licensing = switch.now(), switch.licensing
    exchange = licensing.exchanges["Authorization Request"]
    if not licensing.trust:
        exchange.failed(now, "BUILD REQUEST ERROR", "Null pointer Error")
        return ""
    exchange.succeed(now)
    licensing.authorization_code = True
    held = next((one for one in licensing.entitlements if one.export), None)
    if held is None:
        licensing.entitlements.append(
            Entitlement(
                feature="hseck9",
                description="Cat9K HSEC",
                metric="regid.2021-05.com.cisco.Cat9K_HSEC,1.0_9a0f2c34-1b57-4f0d-8a61-7d20c5e3b911",
                count=1,
                in_use=False,
                export=True,
                since=now,
            )
        )
    else:
        held.authorized = True
    switch.say(
        "SMART_LIC",
        6,
        "AUTHORIZATION_INSTALL_SUCCESS",
        f"A new licensing authorization code was successfully installed on PID:{switch.active.pid},"
        f"SN:{switch.active.serial}",
    )
    return ""


def authorization_return(switch: Switch) -> str:
    """``license smart authorization return ..``."""
    switch.settle()
    licensing = switch.licensing
    if not licensing.authorization_code:
        return "No reservation authorization code installed in device"
    licensing.authorization_code = False
    for entitlement in licensing.entitlements:
        entitlement.authorized = entitlement.authorized and not entitlement.export
    switch.say(
        "SMART_LIC",
        6,
        "AUTHORIZATION_REMOVED",
        f"A licensing authorization code has been removed from {switch.active.udi}",
    )
    return ""


def clear_eventlog(switch: Switch) -> str:
    """``license smart clear eventlog``."""
    switch.licensing.events.clear()
    switch.licensing.events.append(LogEvent(when=switch.now(), text="SAEVT_EVENTLOG_CLEARED"))
    return ""


def register(switch: Switch) -> str:
    """``license smart register idtoken TOKEN``, before Using Policy."""
    registration = switch.licensing.registration
    registration.registered, registration.renewed = True, switch.now()
    return (
        "Registration process is in progress. Use the 'show license status' command to check the "
        "progress and result"
    )
