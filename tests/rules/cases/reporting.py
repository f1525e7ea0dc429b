"""Reporting, reports and licences."""

from __future__ import annotations

from datetime import datetime, timedelta

from slp_ops.facts import (
    AgentInternals,
    Clock,
    Days,
    DeviceTime,
    Entitlement,
    Entitlements,
    EventLog,
    Flag,
    LabelledValue,
    LicenseAuthorizations,
    LicenseEvent,
    LicenseTransport,
    LogTime,
    Policy,
    PolicyClass,
    PolicyKind,
    PushInterval,
    RumReport,
    RumReports,
    RumState,
    RumSummary,
    Software,
    SyslogBuffer,
    SyslogMessage,
    TransportKind,
    UnitAuthorization,
    UsageReporting,
)
from slp_ops.facts.communication import Attempts, CommunicationStatistics, ExchangeStatistics
from slp_ops.facts.counts import LineCount, LineCounts
from slp_ops.facts.values import Count
from slp_ops.release import Release
from slp_ops.rules.settings import Intent, Thresholds

NOW = datetime(2026, 1, 10, 12, 0, 0)  # noqa: DTZ001 - a device's time is naive
CLOCK = Clock(time=DeviceTime(text="12:00:00.000 UTC Sat Jan 10 2026", at=NOW))


def on(days: float) -> DeviceTime:
    """So many days from now, or before it."""
    at = NOW + timedelta(days=days)
    return DeviceTime(text=f"{at:%b %d %H:%M:%S %Y} UTC", at=at)


def usage(
    deadline: float | None, ack: float | None = -60, push: float | None = None, interval: int = 30
) -> UsageReporting:
    """Reporting with these dates, in days from now."""
    return UsageReporting(
        next_ack_deadline=None if deadline is None else on(deadline),
        last_ack=None if ack is None else on(ack),
        last_report_push=None if push is None else on(push),
        push_interval=PushInterval(text=str(interval), days=interval),
    )


def licences(*names: str, status: str = "IN USE") -> Entitlements:
    """Licences of these names."""
    return Entitlements(items=tuple(Entitlement(name=name, status=status) for name in names))


def software(version: str, uptime: str = "1 year, 2 weeks") -> Software:
    """show version of that release."""
    return Software(version=version, release=Release.parse(version), uptime=uptime)


OFF = LicenseTransport(kind=TransportKind.OFF, type="Transport Off")
SMART = LicenseTransport(kind=TransportKind.SMART, type="Smart")
BY_CSLU = LicenseTransport(
    kind=TransportKind.CSLU, type="cslu", cslu_address="http://cslu.example.net:8182/cslu/v1/pi"
)
BY_ON_PREM = LicenseTransport(
    kind=TransportKind.CSLU, type="cslu", cslu_address="https://ssm.example.net/cslu/v1/pi/lab-1"
)
BY_HAND = Intent(topology="cslu-offline")


def exchange(ongoing: int) -> CommunicationStatistics:
    """The reports, of which the last ones failed."""
    attempts = Attempts(text="", total=6, success=6 - ongoing, fail=ongoing, ongoing=ongoing)
    return CommunicationStatistics(exchanges=(ExchangeStatistics(name="Usage Reporting", attempts=attempts),))


WORKS, FAILS = exchange(0), exchange(3)
ERASED = AgentInternals(write_erase_occurred=Flag(text="True", on=True))
NOT_ERASED = AgentInternals(write_erase_occurred=Flag(text="False", on=False))
NA = licences("network-advantage")
NA_AND_DNA = licences("network-advantage", "dna-advantage")


def days(first: int, frequency: int, change: int, kind: PolicyKind = PolicyKind.PERPETUAL) -> PolicyClass:
    """A class of a policy."""
    return PolicyClass(
        kind=kind,
        heading=kind,
        first_report=Days(text=str(first), days=first),
        frequency=Days(text=str(frequency), days=frequency),
        on_change=Days(text=str(change), days=change),
    )


def events(*rows: tuple[str, str, float]) -> EventLog:
    """An event log with the count of a licence at these times: tag, count, days from now."""
    return EventLog(
        events=tuple(
            LicenseEvent(
                time=on(days),
                name="SAEVT_ENDPOINT_USAGE",
                text="",
                values=(
                    LabelledValue(label="count", value=count),
                    LabelledValue(label="entitlementTag", value=tag),
                ),
            )
            for tag, count, days in rows
        )
    )


def stack_log(*rows: tuple[str, str, float]) -> SyslogBuffer:
    """A log of members that were added or removed: number, word, days from now."""
    return SyslogBuffer(
        messages=tuple(
            SyslogMessage(
                time=LogTime(text="", year=at.year, month=at.month, day=at.day, time=at.time()),
                facility="STACKMGR",
                severity=4,
                mnemonic=f"SWITCH_{word.upper()}",
                text=f"Switch 1 R0/0: stack_mgr: Switch {member} has been {word} to the stack.",
            )
            for member, word, days in rows
            for at in (NOW + timedelta(days=days),)
        )
    )


DEFAULT = Policy(classes=(days(365, 0, 90), days(90, 90, 90, PolicyKind.SUBSCRIPTION)))
CUSTOM = Policy(classes=(days(60, 60, 60), days(90, 90, 90, PolicyKind.SUBSCRIPTION)))


def reports(*rows: tuple[RumState, str]) -> RumReports:
    """Reports of these states and flags."""
    return RumReports(
        reports=tuple(
            RumReport(id=number, state=state, state_printed=state, flag=flag)
            for number, (state, flag) in enumerate(rows, 1)
        )
    )


HEALTHY = reports((RumState.ACK, "N"), (RumState.OPEN, "N"))
COSMETIC = [usage(10, -355), CLOCK, NA, software("17.9.3")]
HSECK9 = licences("network-advantage", "hseck9")
STUCK = CommunicationStatistics(
    exchanges=(
        ExchangeStatistics(
            name="Result Polling",
            attempts=Attempts(text="", total=9, ongoing=2),
            failure_reason="Invalid Polling Id 1 provided in the polling request",
        ),
    )
)


def polling(total: int, failed: int, reason: str | None = None) -> CommunicationStatistics:
    """A record of Result Polling that works at the moment."""
    attempts = Attempts(text="", total=total, success=total - failed, fail=failed, ongoing=0)
    exchange = ExchangeStatistics(name="Result Polling", attempts=attempts, failure_reason=reason)
    return CommunicationStatistics(exchanges=(exchange,))


COUNTED = LineCounts(counts=(LineCount(of="more flash:r.txt", pattern="RUMReport", count=812),))

CASES = {
    "ack-overdue": {
        "pass": [[usage(5), CLOCK], [usage(None), CLOCK]],
        "fail": [
            [usage(-1), CLOCK, NA_AND_DNA],
            [usage(-0.1), CLOCK, NA_AND_DNA],
            [usage(-400, None), CLOCK, NA],
            [usage(-400, None), CLOCK],
            [usage(-5, -95), CLOCK, NA, software("17.9.4a")],
            [usage(-5, -95), CLOCK, software("17.9.4a")],
            [usage(-5, -95), CLOCK, NA_AND_DNA, software("17.9.3")],
            [usage(-5, -95), CLOCK, NA, software("17.9.3"), CUSTOM],
            [usage(-5, -95), CLOCK, NA, software("17.12.4")],  # assumed affected: silences nothing
            [usage(-5, -95), CLOCK, licences("network-advantage", "hseck9"), software("17.9.3")],
            [usage(-5, -95), CLOCK, NA, software("17.9.3"), events(("a", "1", -120), ("a", "2", -80))],
            [usage(-5, -95), CLOCK, NA, software("17.9.3"), events(("a", "1", -120), ("b", "1", -80))],
            [usage(-5, -95), CLOCK, NA, software("17.9.3", "1 year"), stack_log(("2", "added", -80))],
            [usage(-5, -186), CLOCK, NA, software("17.9.3"), DEFAULT],  # 181 days: another event set it
        ],
        "unknown": [
            [],
            [usage(-1)],
            [CLOCK],
            [usage(-5, -95), CLOCK],
            [usage(-5, -95), CLOCK, software("17.6.4")],
            [usage(-5, -95), CLOCK, NA],
            [usage(-5, -95), CLOCK, Entitlements(), software("17.6.4")],
            [
                usage(-5, -95),
                CLOCK,
                Entitlements(items=(Entitlement(status="IN USE", license_type="Perpetual"),)),
                software("17.6.4"),
            ],
        ],
        "not_applicable": [
            [usage(-5, -95), CLOCK, NA, software("17.9.3"), DEFAULT],
            [usage(-5, -370, interval=0), CLOCK, NA, software("17.6.4")],
            [usage(-5, -95), CLOCK, NA, software("17.9.3"), events(("a", "1", -120), ("a", "1", -80))],
            [usage(-5, -95), CLOCK, NA, software("17.9.3"), events(("a", "1", -120), ("a", "2", -110))],
            [usage(-5, -95), CLOCK, NA, software("17.9.3"), events(("a", "0", -80), ("a", "1", -80))],
            [usage(-5, -95), CLOCK, NA, software("17.9.3"), events(("a", "1", -80), ("b", "1", -80))],
            # A member that was away for a while, and the members at a boot.
            [
                usage(-5, -95),
                CLOCK,
                NA,
                software("17.9.3", "1 year"),
                stack_log(("2", "removed", -80), ("2", "added", -79)),
            ],
            [usage(-5, -95), CLOCK, NA, software("17.9.3", "80 days"), stack_log(("2", "added", -80))],
        ],
    },
    "ack-due-soon": {
        "pass": [[usage(31), CLOCK], [usage(-1), CLOCK], [usage(20), CLOCK, Thresholds(ack_days=14)]],
        "fail": [
            [usage(29), CLOCK, NA_AND_DNA],
            [usage(0.5), CLOCK, NA_AND_DNA],
            [usage(40), CLOCK, NA_AND_DNA, Thresholds(ack_days=45)],
        ],
        "unknown": [[], [usage(5)], [usage(29), CLOCK]],
        "not_applicable": [COSMETIC],
    },
    "never-acknowledged": {
        "pass": [[usage(90)]],
        "fail": [
            [usage(90, None), software("17.9.4")],
            [usage(90, None), software("17.9.4", "6 days, 2 hours")],
            [usage(90, None, push=-3), CLOCK],
            [usage(90, None), software("17.9.4"), NOT_ERASED],
        ],
        "unknown": [[], [usage(90, None)]],
        "not_applicable": [[usage(None, None, interval=0)], [usage(90, None), software("17.9.4"), ERASED]],
    },
    "ack-deadline-cosmetic": {
        "pass": [
            [usage(10), CLOCK, NA_AND_DNA, software("17.9.3")],
            [usage(10, None), CLOCK, NA, software("17.9.3")],
            [usage(None), CLOCK, NA, software("17.9.3")],
            [usage(10), CLOCK, NA, software("17.9.4a")],
            [usage(10), CLOCK, NA, software("17.9.3"), CUSTOM],
            [usage(10, -355), CLOCK, NA, software("17.12.4")],
        ],
        "fail": [COSMETIC, [usage(-10, -100), CLOCK, licences("network-essentials"), software("17.6.4")]],
        "unknown": [[], [usage(10)]],
    },
    "offline-report-due": {
        "pass": [[OFF, usage(60), CLOCK], [OFF, usage(None), CLOCK]],
        "fail": [[OFF, usage(10), CLOCK, NA_AND_DNA], [OFF, usage(-10), CLOCK, NA_AND_DNA]],
        "unknown": [[], [OFF], [OFF, usage(10)], [OFF, usage(-10, -100), CLOCK]],
        "not_applicable": [[SMART, usage(10), CLOCK], [OFF, usage(-9), CLOCK, Intent(topology="controller")]],
    },
    "cslu-without-cssm": {
        "pass": [
            [BY_CSLU, usage(60, -12, -12.1), CLOCK],
            [BY_CSLU, usage(60, -12, -1), CLOCK],
            [BY_CSLU, usage(60, None, -12), CLOCK, FAILS],
            [BY_CSLU, usage(60, -1, -12), CLOCK, BY_HAND],
        ],
        "fail": [
            [BY_CSLU, usage(60, None, -12), CLOCK, WORKS],
            [BY_CSLU, usage(60, -70, -1), CLOCK, WORKS, Intent(topology="cslu")],
            [BY_CSLU, usage(10, -80, -1), CLOCK, BY_HAND, NA_AND_DNA],
            [BY_CSLU, usage(-10, -100, -1), CLOCK, BY_HAND, NA_AND_DNA],
            [BY_CSLU, usage(60, None, -12), CLOCK, BY_HAND],
        ],
        "unknown": [[], [BY_CSLU], [BY_CSLU, usage(60, None, -12), CLOCK]],
        "not_applicable": [
            [SMART, usage(10), CLOCK],
            [OFF, usage(10), CLOCK, BY_HAND],
            [BY_ON_PREM, usage(60, None, -12), CLOCK, WORKS],
            [BY_CSLU, usage(60, None, -12), CLOCK, WORKS, Intent(topology="cslu-initiated")],
        ],
    },
    "last-ack-cleared": {
        "pass": [[usage(90), ERASED], [usage(90, None), NOT_ERASED]],
        "fail": [[usage(90, None), ERASED]],
        "unknown": [[], [usage(90, None)]],
    },
    "rum-error-flag": {
        "pass": [[HEALTHY]],
        "fail": [[reports((RumState.UNACK, "E"), (RumState.OPEN, "N"))]],
        "unknown": [[]],
    },
    "rum-backlog": {
        "pass": [
            [RumSummary(total=12, available=12)],
            [HEALTHY],
            [reports(*[(RumState.UNACK, "N")] * 40)],
            [reports(*[(RumState.ACK, "N")] * 1500)],
            [RumSummary(total=1200), Thresholds(rum_reports=2000)],
            # Years of health: as many were acknowledged and purged as were made.
            [RumSummary(total=1500, acknowledged=1490, purged=Count(text="1480", count=1480), available=4)],
        ],
        "fail": [
            [RumSummary(total=1000)],
            [RumSummary(total=4, waiting=Count(text="0(1200)", count=0, bracketed=1200))],
            [reports(*[(RumState.UNACK, "N")] * 1000)],
            [reports(*[(RumState.UNACK, "N")] * 200, *[(RumState.OPEN, "N")] * 2)],
            [RumSummary(total=260, waiting=Count(text="240", count=240), available=4)],
            [RumSummary(total=300), Thresholds(rum_reports=200)],
        ],
        "unknown": [[], [RumSummary()]],
    },
    "policy-not-default": {
        "pass": [[DEFAULT]],
        "fail": [[CUSTOM]],
        "unknown": [[], [Policy(in_use="Merged from multiple sources.")]],
    },
    "not-in-use": {
        "pass": [
            [NA_AND_DNA],
            [Entitlements(items=(*NA.items, Entitlement(name="hseck9", status="NOT IN USE")))],
        ],
        "fail": [[licences("network-advantage", status="NOT IN USE")]],
        "unknown": [[], [Entitlements()]],
    },
    "hseck9-not-authorized": {
        "pass": [
            [
                HSECK9,
                LicenseAuthorizations(units=(UnitAuthorization(status="SMART AUTHORIZATION INSTALLED"),)),
            ]
        ],
        "fail": [
            [licences("hseck9", status="NOT AUTHORIZED")],
            [HSECK9, LicenseAuthorizations(units=(UnitAuthorization(status="NOT INSTALLED"),))],
        ],
        "unknown": [[], [HSECK9]],
        "not_applicable": [[NA], [licences("hseck9", status="NOT IN USE")]],
    },
    "CSCvy20345": {
        "pass": [[software("17.9.4a")]],
        "fail": [COSMETIC, [usage(10, -355), CLOCK, NA, software("17.12.4")]],
        "unknown": [[], [Software(version="S2C")], [usage(-5, -95), CLOCK, software("17.6.4")]],
        "not_applicable": [[software("16.12.5b")], [usage(10), CLOCK, NA_AND_DNA, software("17.9.3")]],
    },
    "CSCwc77088": {
        "pass": [[software("17.9.4"), RumSummary(total=12)]],
        "fail": [[software("17.9.4"), RumSummary(total=1200)]],
        "unknown": [[], [software("17.9.4")]],
        "not_applicable": [[software("16.12.8"), RumSummary(total=1200)]],
    },
    "CSCwa34749": {
        "pass": [[software("17.9.4"), polling(40, 0), RumSummary(total=12)]],
        "fail": [[software("17.9.4"), STUCK], [software("17.9.4"), RumSummary(total=1200)]],
        "unknown": [
            [],
            [Software(version="S2C")],
            [software("17.9.4")],
            [software("17.9.4"), polling(40, 0)],
            [software("17.9.4"), RumSummary(total=12)],
        ],
        "not_applicable": [[software("16.12.8")]],
    },
    "CSCwa11048": {
        "pass": [[software("17.3.5")]],
        "fail": [
            [software("17.3.4"), SMART, STUCK],
            [software("17.6.2"), SMART, polling(2073, 575)],
            [software("17.6.2"), polling(40, 3, "Invalid Polling Id 7 provided in the polling request")],
            [
                software("17.3.4"),
                SMART,
                CommunicationStatistics(
                    exchanges=(
                        ExchangeStatistics(
                            name="Usage Reporting", attempts=Attempts(text="", total=3, ongoing=0)
                        ),
                    )
                ),
            ],
        ],
        "unknown": [[], [software("17.3.4"), SMART], [software("17.3.4 - SMU-PATCHED"), SMART, STUCK]],
        "not_applicable": [[software("17.3.4"), OFF], [software("16.12.8")]],
    },
    "FN72578": {
        "pass": [[software("17.6.5"), RumSummary(total=1200)]],
        "fail": [
            [software("17.6.4"), RumSummary(total=1200)],
            [software("17.6.4"), RumSummary(total=12)],
            [software("17.6.4"), RumSummary(available=210)],
            [software("17.6.4"), COUNTED],
        ],
        "unknown": [[], [software("17.6.4")], [software("17.6.4 - SMU-PATCHED"), RumSummary(total=1200)]],
        "not_applicable": [[software("16.12.8")]],
    },
}
