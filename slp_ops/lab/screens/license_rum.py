"""``show license rum ..`` (17.7.1 and later)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.licensing import RumState
from slp_ops.lab.screens._screen import screen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slp_ops.lab.licensing import RumReport
    from slp_ops.lab.switch import Switch


def has_rum(switch: Switch) -> bool:
    """Return whether this release has ``show license rum``."""
    return switch.traits.rum


def _table(reports: Iterable[RumReport]) -> str:
    lines = [
        "Smart Licensing Usage Report:",
        "====================================",
        "Report Id,          State,    Flag, Feature Name",
    ]
    lines += [f"{report.id:<20}{report.state:<10}{report.flag:<6}{report.feature}" for report in reports]
    return "\n".join(lines)


def _all(switch: Switch, _: tuple[str, ...]) -> str:
    return _table(switch.licensing.reports)


def _one(switch: Switch, words: tuple[str, ...]) -> str:
    return _table(_with_id(switch, words[0]))


def _feature(switch: Switch, words: tuple[str, ...]) -> str:
    return _table(report for report in switch.licensing.reports if report.feature == words[0])


def _with_id(switch: Switch, number: str) -> list[RumReport]:
    return [report for report in switch.licensing.reports if str(report.id) == number]


def _detail(switch: Switch, reports: Iterable[RumReport]) -> str:
    lines = ["Smart Licensing Usage Report Detail:", "===================================="]
    reason = "Close Reason" if switch.traits.conversion else "State Change Reason"
    for report in reports:
        end = switch.stamp(switch.now() if report.end is None else report.end)
        stored = "EXIST" if report.state is not RumState.ACK else "DELETED"
        lines += [
            f"Report Id: {report.id}",
            "  Metric Name: ENTITLEMENT",
            f"  Feature Name: {report.feature}",
            f"  Metric Value: {report.metric}",
            f"  UDI: {switch.active.udi}",
            f"  Previous Report Id: {report.previous},    Next Report Id: {report.next}",
            f"  State: {report.state},      {reason}: {report.reason}",
            f"  Start Time: {switch.stamp(report.start)},      End Time: {end}",
            f"  Storage State: {stored}",
            f"  Transaction ID: {report.transaction_id}",
            f"  Transaction Message: {report.transaction_message}",
            "",
        ]
    return "\n".join(lines).rstrip("\n")


def _one_detail(switch: Switch, words: tuple[str, ...]) -> str:
    return _detail(switch, _with_id(switch, words[0]))


def _all_detail(switch: Switch, _: tuple[str, ...]) -> str:
    return _detail(switch, switch.licensing.reports)


SCREENS = (
    screen("show license rum id all", _all, has_rum),
    screen("show license rum id all detail", _all_detail, has_rum),
    screen("show license rum id <id>", _one, has_rum),
    screen("show license rum id <id> detail", _one_detail, has_rum),
    screen("show license rum feature all", _all, has_rum),
    screen("show license rum feature <word>", _feature, has_rum),
)
