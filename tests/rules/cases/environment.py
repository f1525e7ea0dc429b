"""Environment, information and probes."""

from __future__ import annotations

from datetime import datetime, time

from slp_ops.facts import (
    CallHomeConfig,
    Certificate,
    Clock,
    ClockTrust,
    CpuLoad,
    CpuProcess,
    DeviceTime,
    Flag,
    InstalledPackages,
    LicenseTransport,
    MemoryPool,
    MemoryProcess,
    MemoryUse,
    NameVerdict,
    Package,
    Privacy,
    ProbeResult,
    Probes,
    ProbeVerdict,
    ProductInstance,
    Registration,
    ServicesConfig,
    Software,
    Stack,
    StackMember,
    SwitchMember,
    SyslogBuffer,
    SyslogMessage,
    TransportKind,
    Trustpool,
    Udi,
)
from slp_ops.facts.log import LogTime
from slp_ops.model import CaptureStatus
from slp_ops.parsing import ParsedCapture
from slp_ops.release import Release
from slp_ops.rules.settings import Thresholds

TIME = DeviceTime(text="12:00:00.000 UTC Sat Jan 10 2026")
SMART = LicenseTransport(kind=TransportKind.SMART, url="https://smartreceiver.cisco.com/licservice/license")
CSLU = LicenseTransport(kind=TransportKind.CSLU, cslu_address="http://192.0.2.9:8182/cslu/v1/pi")
IDENTRUST = Trustpool(certificates=(Certificate(subject="IdenTrust Commercial Root CA 1"),))
QUOVADIS = Trustpool(
    certificates=(
        Certificate(subject="QuoVadis Root CA 2"),
        Certificate(issuer="IdenTrust Commercial Root CA 1"),
    )
)

BOOTED = SyslogMessage(
    time=LogTime(text="Jan 10 11:00:00", month=1, day=10, time=time(11)),
    facility="SYS",
    severity=5,
    mnemonic="RESTART",
    text="System restarted --",
)


def software(version: str) -> Software:
    """show version of that release."""
    return Software(version=version, release=Release.parse(version))


def cpu(**processes: float) -> CpuLoad:
    """Processes by name and percent."""
    return CpuLoad(
        five_minutes=99.0,
        processes=tuple(
            CpuProcess(
                pid=1,
                runtime=1,
                invoked=1,
                usecs=1,
                five_seconds=share,
                one_minute=share,
                five_minutes=share,
                tty=0,
                name=name,
            )
            for name, share in processes.items()
        ),
    )


def memory(name: str, holding: int) -> MemoryUse:
    """One holder in a pool of 1000 bytes."""
    process = MemoryProcess(
        pid=0, tty=0, allocated=0, freed=0, holding=holding, getbufs=0, retbufs=0, name=name
    )
    return MemoryUse(pools=(MemoryPool(name="Processor", total=1000, used=1, free=1),), processes=(process,))


def members(*versions: str) -> Software:
    """A stack by show version."""
    rows = tuple(SwitchMember(number=number, version=version) for number, version in enumerate(versions, 1))
    return Software(version=versions[0], release=Release.parse(versions[0]), members=rows)


def probes(*verdicts: ProbeVerdict, name: NameVerdict = NameVerdict.RESOLVED) -> Probes:
    """A probe of each verdict, to targets of their own."""
    return Probes(
        results=tuple(
            ProbeResult(
                command="telnet", host=f"host{n}", port=443, verdict=verdict, name=name, text="Trying"
            )
            for n, verdict in enumerate(verdicts)
        )
    )


OPEN = probes(ProbeVerdict.OPEN)
FORBIDDEN = probes(ProbeVerdict.NOT_TESTABLE)
HIDDEN = Privacy(sending_hostname=Flag(text="no", on=False))
RETRIED = Probes(
    results=(
        *probes(ProbeVerdict.TIMED_OUT).results,
        *OPEN.results,
    )
)
PING = Probes(results=(ProbeResult(command="ping host0", host="host0", answered=True),))


def ran(status: CaptureStatus) -> ParsedCapture:
    """A capture of that end."""
    return ParsedCapture(command="show running-config", status=status)


CALLHOME = LicenseTransport(kind=TransportKind.CALLHOME, type="Callhome")
RESERVED = Registration(status="REGISTERED - SPECIFIC LICENSE RESERVATION")


def log(*texts: str) -> SyslogBuffer:
    """A buffer of these messages."""
    messages = []
    for text in texts:
        name, _, rest = text.removeprefix("%").partition(": ")
        facility, severity, mnemonic = name.split("-")
        messages.append(
            SyslogMessage(
                time=LogTime(text="Jan 10 11:00:00", month=1, day=10, time=time(11)),
                facility=facility,
                severity=int(severity),
                mnemonic=mnemonic,
                text=rest,
            )
        )
    return SyslogBuffer(messages=tuple(messages))


def clock(year: int, month: int) -> Clock:
    """The twentieth of that month."""
    at = datetime(year, month, 20, 12)  # noqa: DTZ001 - a device's time is naive
    return Clock(time=DeviceTime(text=f"12:00:00.000 UTC {at:%b %d %Y}", at=at))


_SENT = "%CALL_HOME-5-SL_MESSAGE_FAILED: Fail to send out Smart Licensing message to: https://tools.cisco.com"
ERR_205 = f"{_SENT} (ERR 205 : Request Aborted)"
ERR_207 = f"{_SENT} (ERR 207 : Connection time out)"
ERR_218 = f"{_SENT} (ERR 218 : Host name resolution failed)"
RENEWAL = (
    "%SMART_LIC-3-AUTH_RENEW_FAILED: Authorization renewal with the Cisco Smart Software Manager (CSSM) : x"
)
RESTORED = "%SMART_LIC-5-COMM_RESTORED: Communications with the Cisco Smart Software Manager (CSSM) restored"

CASES = {
    "clock-not-trusted": {
        "pass": [[Clock(time=TIME)]],
        "fail": [
            [Clock(time=TIME, trust=trust)]
            for trust in (ClockTrust.NOT_AUTHORITATIVE, ClockTrust.NOT_SYNCHRONISED)
        ],
        "unknown": [[]],
    },
    "identrust-root-missing": {
        "pass": [[IDENTRUST, SMART]],
        "fail": [[QUOVADIS, SMART]],
        "unknown": [[], [SMART], [QUOVADIS], [Trustpool(), SMART]],
        "not_applicable": [[QUOVADIS, CSLU]],
    },
    "FN72323": {
        "pass": [[software("17.3.4"), QUOVADIS, SMART]],
        "fail": [
            [software("17.3.3"), QUOVADIS, SMART],
            [software("17.3.3"), QUOVADIS, CSLU],
            # By the messages of the notice.
            [software("17.3.3"), CALLHOME, log(ERR_205)],
            [software("17.3.3"), CALLHOME, log(ERR_205, ERR_207)],
            [software("16.12.4"), log(RENEWAL)],
            [software("17.4.1"), CALLHOME, log(ERR_207)],
            # Before the change of the certificates: the release alone.
            [software("17.3.3"), QUOVADIS, CALLHOME, clock(2022, 1), log(ERR_205)],
        ],
        "unknown": [
            [],
            [software("17.3.3"), SMART],
            [software("17.3.3 - SMU-PATCHED"), QUOVADIS, SMART],
            [software("17.3.3"), CALLHOME, log(ERR_205, RESTORED)],
            [software("17.3.3"), CALLHOME, log(ERR_207, ERR_218)],
            [software("17.3.3"), SMART, log(ERR_205)],
        ],
        "not_applicable": [
            [software("17.3.3"), IDENTRUST],
            [software("17.3.3 - SMU-PATCHED"), IDENTRUST],
            [software("17.3.3"), IDENTRUST, CALLHOME, log(ERR_205)],
            [software("16.12.4"), RESERVED, log(ERR_207)],
        ],
    },
    "smart-agent-cpu": {
        "pass": [
            [cpu(SAGetRUMIds=1.5)],
            [cpu(Virtual_Exec=80.0)],
            [cpu(SASL=80.0)],
            [cpu(SAGetRUMIds=30.0), Thresholds(agent_cpu=50)],
        ],
        "fail": [[cpu(SAGetRUMIds=71.5, SAUtilRepSave=22.0)], [cpu(SAGetRUMIds=12.0, SAUtilReport=12.0)]],
        "unknown": [[]],
    },
    "smart-agent-memory": {
        "pass": [
            [memory("*MallocLite*", 100)],
            [memory("Init", 900)],
            [memory("*MallocLite*", 400), Thresholds(agent_memory=50)],
        ],
        "fail": [[memory("*MallocLite*", 260)], [memory("SAUtilRepSave", 500)]],
        "unknown": [[], [MemoryUse()]],
    },
    "stack-version-mismatch": {
        "pass": [[members("17.9.4", "17.9.4")], [Stack(members=(StackMember(number=1, state="Ready"),))]],
        "fail": [
            [members("17.9.4", "17.9.3")],
            [Stack(members=(StackMember(number=2, state="V-Mismatch"),))],
        ],
        "unknown": [[]],
    },
    "log-buffer-wrapped": {
        "pass": [[SyslogBuffer(messages=(BOOTED,), buffer_logged=1)]],
        "fail": [[SyslogBuffer(messages=(BOOTED,), buffer_logged=481, oldest=BOOTED.time)]],
        "unknown": [[], [SyslogBuffer(messages=(BOOTED,))], [SyslogBuffer(buffer_logged=9)]],
    },
    "callhome-periodic-shows": {
        "pass": [
            [CallHomeConfig(service=True), ServicesConfig()],
            [CallHomeConfig(), ServicesConfig(traps_config=True)],
        ],
        "fail": [[CallHomeConfig(service=True), ServicesConfig(traps_config=True)]],
        "unknown": [[], [CallHomeConfig(service=True)]],
    },
    "pre-slp-release": {
        "pass": [[software("17.3.2a")], [software("17.9.4")]],
        "fail": [[software("17.3.1")], [software("16.12.5b")]],
        "unknown": [[], [Software(version="S2C")]],
    },
    "release-unreadable": {
        "pass": [[software("17.9.4")]],
        "fail": [[Software(version="S2C")], [software("Experimental Version 17.12.20240516:071512")]],
        "unknown": [[], [Software()]],
    },
    "smu-patched": {
        "pass": [[software("17.9.4")]],
        "fail": [
            [software("17.03.06 - SMU-PATCHED")],
            [
                software("17.3.6"),
                InstalledPackages(
                    packages=(Package(location="1", type="SMU", state="C", name="flash:x.smu.bin"),)
                ),
            ],
        ],
        "unknown": [[], [Software(version="S2C")]],
    },
    "command-denied": {
        "pass": [[ran(CaptureStatus.OK)], [ran(CaptureStatus.UNSUPPORTED)]],
        "fail": [[ran(CaptureStatus.DENIED)]],
        "unknown": [[], [ran(CaptureStatus.LOST)], [ran(CaptureStatus.TIMEOUT)]],
    },
    "product-instance-name": {
        "pass": [
            [software("17.9.1")],
            [software("17.12.4"), Privacy(sending_hostname=Flag(text="yes", on=True))],
        ],
        "fail": [
            [software("17.8.1")],
            [software("17.6.4"), ProductInstance(udi=Udi(pid="C9300-24UX", sn="FOC0000A0AA"))],
            [software("17.9.4"), HIDDEN],
        ],
        "unknown": [[], [Software(version="S2C")]],
    },
    "target-unresolved": {
        "pass": [[OPEN], [probes(ProbeVerdict.TIMED_OUT)]],
        "fail": [[probes(ProbeVerdict.UNRESOLVED, name=NameVerdict.NO_SERVER)]],
        "unknown": [[], [PING], [FORBIDDEN], [probes(ProbeVerdict.UNRESOLVED, name=NameVerdict.LITERAL)]],
    },
    "target-timed-out": {
        "pass": [[OPEN], [RETRIED]],
        "fail": [[probes(ProbeVerdict.OPEN, ProbeVerdict.TIMED_OUT)]],
        "unknown": [[], [FORBIDDEN], [probes(ProbeVerdict.UNKNOWN)]],
    },
    "target-refused": {"pass": [[OPEN]], "fail": [[probes(ProbeVerdict.REFUSED)]], "unknown": [[], [PING]]},
    "target-unreachable": {
        "pass": [[OPEN]],
        "fail": [[probes(ProbeVerdict.UNREACHABLE)]],
        "unknown": [[], [PING]],
    },
    "probe-not-permitted": {"pass": [[OPEN]], "fail": [[FORBIDDEN]], "unknown": [[], [PING]]},
}
