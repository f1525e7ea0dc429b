"""The summaries of usage reports and telemetry that end the licence pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.licensing import RumState

if TYPE_CHECKING:
    from slp_ops.lab.screens._licence_blocks import Lines
    from slp_ops.lab.switch import Switch


def report_summary(switch: Switch, *, full: bool = False) -> Lines:
    """Usage Report Summary, from 17.7; ``full`` adds what tech support knows."""
    if not switch.traits.account:
        return
    licensing = switch.licensing
    states = [report.state for report in licensing.reports]
    waiting = states.count(RumState.UNACK)
    collecting = states.count(RumState.OPEN)
    total = len(states) + licensing.purged
    available = collecting + states.count(RumState.CLOSED)
    yield "Usage Report Summary:"
    yield "====================="
    if full:
        stored = len(states) - licensing.lost
        yield f"Total: {total},  Purged: {licensing.purged}({licensing.purged})"
        owed = waiting + available
        yield (f"Total Acknowledged Received: {licensing.acknowledged},  Waiting for Ack: {waiting}({owed})")
        yield f"Available to Report: {available}  Collecting Data: {collecting}"
        lost = f"{licensing.lost}({licensing.lost})"
        yield f"Maximum Display: {len(states)}  In Storage: {stored},  MIA: {lost}"
        yield "Report Module Status: Ready"
        return
    yield f"Total: {total},  Purged: {licensing.purged}"
    yield f"Total Acknowledged Received: {licensing.acknowledged},  Waiting for Ack: {waiting}"
    yield f"Available to Report: {available}  Collecting Data: {collecting}"


def enforcement(switch: Switch) -> Lines:
    """Device Enforcement State, on the newest agents."""
    if switch.traits.telemetry == "analytics":
        yield "Device Enforcement State:"
        yield "NOT APPLICABLE"


def telemetry(switch: Switch) -> Lines:
    """Return the summary of device telemetry, under its name in this release."""
    if switch.traits.telemetry == "telemetry":
        yield "Device Telemetry Report Summary:"
        yield "================================"
        yield "Data Channel: AVAILABLE"
        yield "Reports on disk: 0"
    elif switch.traits.telemetry == "analytics":
        yield "Product Analytics Report Summary:"
        yield "================================"
        yield "Product Analytics: NOT AVAILABLE"
        yield "Not Available Reason: Smart license channel not established"
        yield "Total current Product Analytics reports: 0"
