"""``show license tech support``: the richest of the licence pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from slp_ops.lab.licensing import EXCHANGES, Entitlement, RumState
from slp_ops.lab.screens import _licence_blocks as blocks
from slp_ops.lab.screens._other_info import other_info
from slp_ops.lab.screens._reports import enforcement, report_summary, telemetry
from slp_ops.lab.screens._screen import screen
from slp_ops.lab.screens._spans import remaining
from slp_ops.lab.transport import Kind, transport_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.lab.licensing import Exchange
    from slp_ops.lab.switch import Switch

_ISSUED: Final = timedelta(seconds=11)


def _tech_support(switch: Switch, _: tuple[str, ...]) -> str:
    conversion = switch.traits.conversion
    return "\n" + blocks.joined(
        iter(("Smart Licensing Tech Support info",)),
        blocks.title("Smart Licensing Status"),
        blocks.enabled(switch),
        blocks.conversion(switch),
        blocks.export_key(switch),
        blocks.utility(switch),
        blocks.using_policy(switch),
        blocks.account(switch),
        blocks.privacy(switch),
        blocks.transport(switch, full=True),
        blocks.miscellaneous(switch),
        blocks.policy(switch),
        blocks.usage_reporting(switch, full=True),
        # Up to 17.12 the trust codes are printed in Other Info only.
        blocks.trust(switch) if conversion else iter(()),
        blocks.under(blocks.title("License Usage"), _handles(switch)),
        blocks.under(blocks.title("Product Information"), blocks.udi(switch)),
        blocks.under(blocks.title("Agent Version"), blocks.agent_version(switch)),
        blocks.under(blocks.title("Upcoming Scheduled Jobs"), _jobs(switch)),
        _statistics(switch),
        blocks.under(blocks.title("License Certificates"), _certificates()),
        blocks.under(blocks.title("HA Info", 10), _high_availability(switch)),
        blocks.under(blocks.title("Reservation Info"), _reservation(switch)),
        _reservation_status(switch),
        iter(("Specified license reservations:",)),
        blocks.under(blocks.purchased(switch), iter(("",))),
        enforcement(switch),
        report_summary(switch, full=True),
        telemetry(switch),
        blocks.under(blocks.title("Other Info"), other_info(switch)),
        blocks.under(blocks.title("Platform Provided Mapping Table"), _mapping(switch)),
    )


def _handles(switch: Switch) -> blocks.Lines:
    for number, entitlement in enumerate((*switch.licensing.entitlements, *_wireless(switch)), 1):
        if number > 1:
            yield ""
        yield f"Handle: {number}"
        yield f"  License: {entitlement.feature}"
        yield f"  Entitlement Tag: {entitlement.metric}"
        yield from _handle(switch, entitlement)


def _wireless(switch: Switch) -> Iterator[Entitlement]:
    """Return the licences of wireless controllers, which every switch lists and none uses."""
    for feature, perpetual in (("air-network-advantage", True), ("air-dna-advantage", False)):
        yield Entitlement(
            feature=feature,
            description=feature,
            metric=f"regid.2018-06.com.cisco.{feature.upper()},1.0_2f7d01c4-86aa-4f0e-9d55-c3e1b7a90412",
            count=0,
            in_use=False,
            perpetual=perpetual,
            since=switch.booted,
        )


def _handle(switch: Switch, entitlement: Entitlement) -> blocks.Lines:
    code = 15 if entitlement.in_use else 1
    started = max(switch.booted, entitlement.since)
    enforced, exported = blocks.export_words(entitlement)
    yield f"  Description: {entitlement.description}"
    yield f"  Count: {entitlement.count if entitlement.in_use else 0}"
    yield "  Version: 1.0"
    yield f"  Status: {entitlement.status}({code})"
    yield f"  Status time: {switch.stamp(started)}"
    yield f"  Request Time: {switch.stamp(started + _ISSUED) if entitlement.in_use else 'None'}"
    yield f"  Export status: {exported}"
    yield f"  Feature Name: {entitlement.feature}"
    yield f"  Feature Description: {entitlement.description}"
    yield f"  Enforcement type: {enforced}"
    yield f"  License type: {blocks.licence_type(entitlement)}"
    yield "  Measurements:"
    yield "    ENTITLEMENT:"
    yield "      Interval: 00:15:00"
    yield f"      Current Value: {entitlement.count if entitlement.in_use else 0}"
    if switch.traits.account:
        own = [report for report in switch.licensing.reports if report.metric == entitlement.metric]
        current = next((one for one in own if one.state is RumState.OPEN), None)
        numbers = (0, 0) if current is None else (current.id, current.previous)
        yield f"      Current Report: {numbers[0]}       Previous: {numbers[1]}"
    yield "  Soft Enforced: True"


def _jobs(switch: Switch) -> blocks.Lines:
    licensing, now = switch.licensing, switch.now()
    quarter = timedelta(minutes=15)
    measured = now + quarter - (now - switch.booted) % quarter
    day = timedelta(days=1)
    daily = now + day - (now - switch.booted) % day
    hourly = now + timedelta(hours=1) - (now - switch.booted) % timedelta(hours=1)
    yield f"Current time: {switch.stamp(now)}"
    yield _job(switch, "Daily", daily)
    if not switch.traits.account:
        yield _job(switch, "Authorization Renewal", daily + timedelta(minutes=2))
    yield "Init Flag Check: Expired Not Rescheduled"
    if not switch.traits.account or switch.traits.telemetry:
        yield "Register Period Expiration Check: Expired Not Rescheduled"
    yield "Ack Expiration Check: Expired Not Rescheduled"
    yield "Reservation configuration mismatch between nodes in HA mode: Expired Not Rescheduled"
    yield _job(switch, "Retrieve data processing result", licensing.poll_due)
    yield _job(switch, "Start Utility Measurements", measured)
    yield _job(switch, "Send Utility RUM reports", licensing.next_attempt or licensing.next_push)
    yield _job(switch, "Save unreported RUM Reports", hourly)
    yield _job(switch, "Process Utility RUM reports", daily + timedelta(minutes=1))
    if switch.traits.telemetry == "telemetry":
        yield "Telemetry Reporting: Expired Not Rescheduled"
    if switch.traits.telemetry:
        yield "Authorization Code Process: Expired Not Rescheduled"
    yield "Data Synchronization: Expired Not Rescheduled"
    yield _job(switch, "External Event", licensing.ack_deadline)
    yield "Operational Model: Expired Not Rescheduled"


def _job(switch: Switch, name: str, when: datetime | None) -> str:
    if when is None or when < switch.now():
        return f"{name}: Expired Not Rescheduled"
    return f"{name}: {switch.stamp(when)} ({remaining(when - switch.now())} remaining)"


def _statistics(switch: Switch) -> blocks.Lines:
    yield "Communication Statistics:"
    yield "======================="
    yield f"Communication Level Allowed: {'DIRECT' if switch.licensing.trust else 'INDIRECT'}"
    yield f"Overall State: {_overall_state(switch)}"
    for name in EXCHANGES:
        if name != "Telemetry Reporting" or switch.traits.telemetry:
            yield f"{name}:"
            yield from _exchange(switch, switch.licensing.exchanges[name])


def _overall_state(switch: Switch) -> str:
    transport = transport_of(switch)
    if transport.kind is Kind.OFF:
        return "Device configured for Offline transport"
    if transport.direct and not switch.licensing.trust:
        return "Insufficient trust for direct communication"
    return "<empty>"


def _exchange(switch: Switch, exchange: Exchange) -> blocks.Lines:
    # Without an answer there is no time to print; these two have none either.
    timeless = exchange.response in ("<none>", "NO DATA TO PROCESS", "BUILD REQUEST ERROR")
    when = "" if timeless else f" on {switch.stamp(exchange.responded)}"
    yield (
        f"  Attempts: Total={exchange.total}, Success={exchange.success}, Fail={exchange.fail}  "
        f"Ongoing Failure: Overall={exchange.ongoing} Communication={exchange.ongoing_communication}"
    )
    yield f"  Last Response: {exchange.response}{when}"
    yield f"    Failure Reason: {exchange.reason}"
    yield f"  Last Success Time: {switch.stamp(exchange.last_success)}"
    yield f"  Last Failure Time: {switch.stamp(exchange.last_failure)}"


def _certificates() -> blocks.Lines:
    yield "Production Cert: True"
    yield "Not registered. No certificates installed"


def _high_availability(switch: Switch) -> blocks.Lines:
    yield "RP Role: Active"
    yield "Chassis Role: Active"
    yield "Behavior Role: Active"
    yield "RMF: True"
    yield "CF: True"
    yield "CF State: Stateless"
    yield "Message Flow Allowed: False"


def _reservation(switch: Switch) -> blocks.Lines:
    yield "License reservation: DISABLED"
    if switch.traits.reporting_mode:
        yield "Last Data Push: <none>"
        yield "Last File Export: <none>"


def _reservation_status(switch: Switch) -> blocks.Lines:
    indent = "    " if switch.traits.conversion else "      "
    yield "Overall status:"
    for member in switch.members:
        yield f"  {member.role}: {member.udi}"
        yield f"{indent}Reservation status: NOT INSTALLED"
        yield f"{indent}Request code: <none>"
        yield f"{indent}Last return code: <none>"
        yield f"{indent}Last Confirmation code: <none>"
        yield f"{indent}Reservation authorization code: <none>"


def _mapping(switch: Switch) -> blocks.Lines:
    yield f"  {switch.active.pid}: Total licenses found: 214"
    yield "Enforced Licenses:"
    for member in switch.members:
        yield f"  P:{member.pid},S:{member.serial}:"
        yield "    No PD enforced licenses"


SCREENS = (screen("show license tech support", _tech_support, lambda switch: switch.traits.slp),)
