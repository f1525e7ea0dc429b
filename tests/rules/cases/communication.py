"""Communication and trust."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from slp_ops.facts import (
    Clock,
    DeviceTime,
    EventLog,
    LicenseEvent,
    LicenseTransport,
    ProductInstance,
    Software,
    SyslogBuffer,
    SyslogMessage,
    TransportKind,
    TrustCode,
    TrustCodes,
    Udi,
    UsageReporting,
)
from slp_ops.facts.communication import Attempts, CommunicationStatistics, ExchangeStatistics
from slp_ops.release import Release
from slp_ops.rules.settings import Intent, Thresholds
from tests.rules.agent_log import (
    CALL_HOME,
    NOW,
    RESTORED,
    UNRESOLVED,
    UNTRUSTED,
    call_home_failed,
    failed,
    log,
    relay_failed,
    said,
)

CLOCK = Clock(time=DeviceTime(text="12:00:00.000 UTC Sat Jan 10 2026", at=NOW))


def events(*rows: tuple[str, int]) -> EventLog:
    """An event log with these events, at days before now."""
    return EventLog(
        events=tuple(
            LicenseEvent(time=DeviceTime(text="", at=NOW - timedelta(days=days)), name=name, text=name)
            for name, days in rows
        )
    )


def stats(
    name: str, ongoing: int, reason: str | None = None, state: str | None = None
) -> CommunicationStatistics:
    """Statistics with one block that was tried."""
    attempts = Attempts(text="", total=9, ongoing=ongoing)
    exchange = ExchangeStatistics(name=name, attempts=attempts, failure_reason=reason)
    return CommunicationStatistics(exchanges=(exchange,), overall_state=state)


FAILING = stats("Usage Reporting", 3)
WORKING = stats("Usage Reporting", 0)
HARMLESS = stats("Authorization Request", 5, "Null pointer Error")
NEVER_TRIED = CommunicationStatistics(
    exchanges=(ExchangeStatistics(name="Usage Reporting", attempts=Attempts(text="", total=0, ongoing=0)),)
)
OLD = failed("Communications failure", ago=timedelta(days=60))


def pairs(count: int, every: timedelta, *, timed: bool = True) -> SyslogBuffer:
    """So many failures, each restored ten minutes later."""
    messages: list[SyslogMessage] = []
    for number in range(count, 0, -1):
        ago = every * number
        messages.append(failed("HTTP Server Error 504: Gateway Time-out", ago=ago if timed else None))
        messages.append(said("COMM_RESTORED", ago=ago - timedelta(minutes=10) if timed else None))
    return log(*messages)


SMART = LicenseTransport(kind=TransportKind.SMART, type="Smart", url="https://smartreceiver.cisco.com/l")
CSLU = LicenseTransport(kind=TransportKind.CSLU, type="cslu", cslu_address="http://192.0.2.9:8182/cslu/v1/pi")
EMPTY = LicenseTransport(kind=TransportKind.CSLU, type="cslu")
OFF = LicenseTransport(kind=TransportKind.OFF, type="Transport Off")
WHEN = DeviceTime(text="Jan 02 03:04:05 2026 UTC")


def release(number: str) -> Software:
    return Software(version=number, release=Release.parse(number))


def unit(serial: str, *, trusted: bool = True) -> TrustCode:
    """A unit of a stack."""
    return TrustCode(pid="C9300-24UX", sn=serial, installed=WHEN if trusted else None)


def units(*serials: str) -> ProductInstance:
    """A stack of these."""
    return ProductInstance(members=tuple(Udi(pid="C9300-24UX", sn=serial) for serial in serials))


FULL_NAME = LicenseTransport(
    kind=TransportKind.CSLU, type="cslu", cslu_address="https://ssm.example.net/cslu/v1/pi/T-1"
)
BY_ADDRESS = LicenseTransport(
    kind=TransportKind.CSLU, type="cslu", cslu_address="https://192.0.2.24/cslu/v1/pi/T-1"
)


CHAIN = "Could not validate Trust Chain"
ACKED = UsageReporting(last_ack=DeviceTime(text="Jan 09 12:00:00 2026 UTC", at=NOW - timedelta(days=1)))
NEARLY_ACKED = UsageReporting(last_ack=DeviceTime(text="Jan 10 11:00:00 2026", at=NOW - timedelta(hours=1)))


def agent(mnemonic: str, severity: int, text: str = "A message of the agent", days: int = 0) -> SyslogMessage:
    """A message of the licence agent with that severity, so many days ago."""
    return replace(said(mnemonic, text, ago=timedelta(days=days, hours=1)), severity=severity)


def countdown(days: int, ago: int = 0) -> SyslogMessage:
    """A REPORTING_REQUIRED."""
    text = f"A Usage report acknowledgement will be required in {days} days."
    return agent("REPORTING_REQUIRED", 6, text, days=ago)


CASES = {
    "unknown-agent-message": {
        "pass": [
            [log()],
            [log(agent("COMM_FAILED", 3), agent("HA_ROLE_CHANGED", 6)), CLOCK],
            [log(agent("POLICY_INSTALL_FAILURE", 3, days=40), agent("POLICY_INSTALL_SUCCESS", 6)), CLOCK],
            [log(agent("STORE_FAILED", 3, days=40)), CLOCK],
        ],
        "fail": [
            [log(agent("STORE_FAILED", 3)), CLOCK],
            [log(agent("STORE_SUCCESS", 6), agent("STORE_FAILED", 3)), CLOCK],
            [log(agent("NEVER_SEEN", 0))],
            [log(agent("NEVER_SEEN", 6))],
            [log(agent("HA_ROLE_CHANGED", 2))],
        ],
        "unknown": [[], [CLOCK]],
    },
    "reporting-required": {
        "pass": [
            [log()],
            [log(countdown(364)), CLOCK],
            [log(countdown(5), countdown(90)), CLOCK],
            [log(countdown(40, ago=9)), CLOCK],
        ],
        "fail": [
            [log(countdown(90), countdown(5))],
            [log(countdown(40, ago=12)), CLOCK],
            [log(countdown(3, ago=9)), CLOCK],
        ],
        "unknown": [[], [CLOCK]],
        "not_applicable": [[log(countdown(5)), ACKED]],
    },
    "relay-certificate-refused": {
        "pass": [
            [log()],
            [WORKING, log(relay_failed(UNTRUSTED))],
            [SMART, log(failed(UNTRUSTED))],
            [SMART, log(relay_failed(UNTRUSTED))],
        ],
        "fail": [
            [log(relay_failed(UNTRUSTED))],
            [FULL_NAME, log(relay_failed(UNTRUSTED))],
            [BY_ADDRESS, log(relay_failed("The certificate is not trusted"))],
            [FULL_NAME, stats("Usage Reporting", 2, UNTRUSTED)],
        ],
        "unknown": [[], [FAILING]],
    },
    "licence-data-rejected": {
        "pass": [[log()], [WORKING], [log(failed(CHAIN), RESTORED)]],
        "fail": [
            [log(failed(CHAIN))],
            [FULL_NAME, log(relay_failed("Signing Certificate Verification failed"))],
            [stats("Trust Establishment", 1, "Node Certificate Verification failed")],
        ],
        "unknown": [[], [FAILING]],
    },
    "older-failures": {
        "pass": [[log()], [log(failed(CHAIN))], [log(failed(CHAIN), RESTORED)], [log(OLD), CLOCK]],
        "fail": [
            [SMART, log(call_home_failed("ERR 205 : Request Aborted"), CALL_HOME)],
            [SMART, log(relay_failed(CHAIN))],
            [BY_ADDRESS, log(relay_failed(UNRESOLVED))],
            [log(failed(CHAIN, ago=timedelta(days=4))), CLOCK, ACKED],
            [log(failed(CHAIN), failed("Received empty response from server"))],
        ],
        "unknown": [[], [SMART]],
    },
    "event-log-failures": {
        "pass": [
            [events()],
            [events(("SAEVT_PLATFORM", 1))],
            [events(("SAEVT_COMM_FAIL", 2), ("SAEVT_COMM_RESTORED", 1))],
            [events(("SAEVT_COMM_FAIL", 4)), ACKED],
            # What counters and log show is judged by these.
            [events(("SAEVT_COMM_FAIL", 1)), WORKING],
            [events(("SAEVT_COMM_FAIL", 1)), FAILING],
            [events(("SAEVT_COMM_FAIL", 1)), log(failed(CHAIN))],
            [events(("SAEVT_COMM_FAIL", 1)), OFF],
        ],
        "fail": [
            [events(("SAEVT_COMM_FAIL", 1))],
            [events(("SAEVT_COMM_FAIL", 1)), log(), SMART],
            [events(("SAEVT_COMM_RESTORED", 2), ("SAEVT_UTILITY_RUM_FAIL", 0)), ACKED],
        ],
        "unknown": [[], [log()], [SMART]],
    },
    "http-timeout": {
        "pass": [[log()], [WORKING], [log(call_home_failed("ERR 207 : t"), CALL_HOME, RESTORED)]],
        "fail": [[log(call_home_failed("ERR 207 : Connection time out"), CALL_HOME)]],
        "unknown": [[], [FAILING], [log(CALL_HOME)]],
    },
    "http-aborted": {
        "pass": [[log()], [WORKING, log(call_home_failed("ERR 205 : Request Aborted"))]],
        "fail": [
            [log(call_home_failed("ERR 205 : Request Aborted"), CALL_HOME)],
            [log(failed("The certificate has expired")), FAILING],
        ],
        "unknown": [[], [FAILING]],
    },
    "comm-failing-now": {
        "pass": [
            [WORKING],
            [log()],
            [log(CALL_HOME, RESTORED)],
            [log(OLD), CLOCK],
            [HARMLESS, log()],
            [WORKING, log(CALL_HOME)],
            [log(failed(CHAIN, ago=timedelta(days=4))), CLOCK, ACKED],
            [SMART, log(CALL_HOME)],
            [OFF, log(failed(CHAIN), relay_failed(CHAIN))],
            # A hello to CSLU that failed before the transport was changed.
            [SMART, stats("Hello Message", 7), log()],
            [OFF, stats("Hello Message", 7), log()],
        ],
        "fail": [
            # Within a day of an ACK of unknown time zone.
            [log(failed(CHAIN, ago=timedelta(hours=9))), CLOCK, NEARLY_ACKED],
            [log(failed(CHAIN, ago=timedelta(hours=9))), CLOCK, ACKED],
            [FAILING],
            [log(CALL_HOME)],
            [NEVER_TRIED, log(CALL_HOME)],
            [stats("Hello Message", 7)],
        ],
        "unknown": [[], [HARMLESS]],
    },
    "comm-flapping": {
        "pass": [
            [pairs(1, timedelta(hours=1)), CLOCK],
            [pairs(2, timedelta(hours=1)), CLOCK],
            [pairs(2, timedelta(days=1)), CLOCK],
            [pairs(3, timedelta(days=4)), CLOCK],
            [pairs(2, timedelta(days=7)), CLOCK],
            [pairs(5, timedelta(days=5)), CLOCK],
            [log(), CLOCK],
            [pairs(3, timedelta(hours=2)), CLOCK, Thresholds(flap_pairs=4)],
            [pairs(3, timedelta(hours=2)), CLOCK, Thresholds(flap_hours=3)],
        ],
        "fail": [
            [pairs(3, timedelta(hours=2)), CLOCK],
            [pairs(6, timedelta(hours=20)), CLOCK, Thresholds(flap_hours=48)],
            # Day after day, every week, every month; also without the switch's clock.
            [pairs(6, timedelta(hours=20)), CLOCK],
            [pairs(3, timedelta(days=1)), CLOCK],
            [pairs(5, timedelta(days=2))],
            [pairs(3, timedelta(days=7)), CLOCK],
            [pairs(6, timedelta(days=7))],
            [pairs(3, timedelta(days=30)), CLOCK],
            [pairs(7, timedelta(days=3, hours=7)), CLOCK],
        ],
        "unknown": [[], [pairs(4, timedelta(hours=1), timed=False), CLOCK]],
    },
    "polling-id-invalid": {
        "pass": [
            [WORKING],
            [FAILING],
            [log()],
            [stats("Result Polling", 0, "Invalid Polling Id 1 provided")],
        ],
        "fail": [
            [stats("Result Polling", 2, "Invalid Polling Id 814077312 provided in the polling request")]
        ],
        "unknown": [[], [log(CALL_HOME)]],
    },
    "server-timeout-504": {
        "pass": [[log()], [WORKING], [pairs(1, timedelta(hours=1)), CLOCK]],
        "fail": [
            [log(failed("HTTP Server Error 504: Gateway Time-out"))],
            [log(failed("HTTP Server Error 504:Gateway Time-out"))],
            [stats("Usage Reporting", 1, "HTTP Server Error 504: Gateway Time-out")],
        ],
        "unknown": [[], [FAILING]],
    },
    "empty-response": {
        "pass": [
            [log()],
            [WORKING],
            # After a change of transport the counters still count the failures before it.
            [SMART, FAILING, log(relay_failed(UNRESOLVED))],
        ],
        "fail": [[log(failed("Received empty response from server"))]],
        "unknown": [[], [FAILING]],
    },
    "on-prem-too-old": {
        "pass": [
            [log()],
            [log(said("REPORTING_NOT_SUPPORTED", "The CSSM OnPrem is down rev"), RESTORED)],
            [log(said("REPORTING_NOT_SUPPORTED", "The CSSM OnPrem is down rev")), WORKING],
        ],
        "fail": [[log(said("REPORTING_NOT_SUPPORTED", "The CSSM OnPrem is down rev"))]],
        "unknown": [[], [WORKING]],
    },
    "trust-missing": {
        "pass": [[TrustCodes(installed=WHEN), SMART], [TrustCodes(codes=(unit("A"),)), SMART]],
        "fail": [
            [TrustCodes(), SMART],
            [TrustCodes(codes=(unit("A", trusted=False),)), SMART],
            [TrustCodes(), EMPTY],
            [TrustCodes(), EMPTY, UsageReporting()],
            [TrustCodes(), SMART, UsageReporting(last_ack=WHEN)],
        ],
        "unknown": [[], [SMART], [TrustCodes()]],
        "not_applicable": [
            [TrustCodes(), CSLU],
            [TrustCodes(), OFF],
            [TrustCodes(), EMPTY, Intent(topology="cslu")],
            [TrustCodes(), EMPTY, UsageReporting(last_ack=WHEN)],
            [TrustCodes(), SMART, Intent(topology="controller")],
        ],
    },
    "trust-not-received": {
        "pass": [[TrustCodes(installed=WHEN), CSLU, UsageReporting(last_ack=WHEN), release("17.9.5")]],
        "fail": [
            [TrustCodes(), CSLU, UsageReporting(last_ack=WHEN), release("17.9.5")],
            [
                TrustCodes(),
                CSLU,
                UsageReporting(last_ack=WHEN),
                release("17.7.1"),
                Intent(topology="on-prem"),
            ],
        ],
        "unknown": [
            [],
            [TrustCodes(), CSLU, UsageReporting(last_ack=WHEN)],
            [TrustCodes(), CSLU, UsageReporting(last_ack=WHEN), Software(version="17.9.1-NIGHTLY")],
        ],
        "not_applicable": [
            [TrustCodes(), SMART, UsageReporting(last_ack=WHEN), release("17.9.5")],
            [TrustCodes(), EMPTY, UsageReporting(last_ack=WHEN), release("17.9.5")],
            [TrustCodes(), CSLU, UsageReporting(last_ack=WHEN), release("17.6.4")],
            [TrustCodes(), CSLU, UsageReporting(), release("17.9.5")],
            [
                TrustCodes(),
                CSLU,
                UsageReporting(last_ack=WHEN),
                release("17.9.5"),
                Intent(topology="cslu-initiated"),
            ],
        ],
    },
    "trust-incomplete": {
        "pass": [
            [TrustCodes(codes=(unit("A"), unit("B"))), units("A", "B")],
            [TrustCodes(codes=(unit("A"), unit("A"))), units("A", "A")],
            [TrustCodes(installed=WHEN)],
        ],
        "fail": [
            [TrustCodes(codes=(unit("A"), unit("B", trusted=False)))],
            [TrustCodes(codes=(unit("A"),)), units("A", "B")],
            [TrustCodes(codes=(unit("A"),)), units("A", "A")],
        ],
        "unknown": [[], [units("A")]],
        "not_applicable": [[TrustCodes()]],
    },
    "token-invalid": {
        "pass": [[WORKING], [log()], [FAILING]],
        "fail": [[stats("Trust Establishment", 1, '{"token":["The token abc is not valid"]}')]],
        "unknown": [[], [log(CALL_HOME)]],
    },
    "product-instance-unknown": {
        "pass": [[WORKING], [log()]],
        "fail": [
            [
                stats(
                    "Usage Reporting",
                    4,
                    '{"product_instance_identifier":["The identity for the instance x is not valid."]}',
                )
            ]
        ],
        "unknown": [[], [log(CALL_HOME)]],
    },
    "insufficient-trust": {
        "pass": [[WORKING]],
        "fail": [[stats("Trust Establishment", 0, None, "Insufficient trust for direct communication")]],
        "unknown": [[], [log()]],
    },
}
