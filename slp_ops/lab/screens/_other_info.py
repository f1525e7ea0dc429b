"""The long ``Other Info`` of tech support: the agent's own settings, and trust member by member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.lab.config_order import DEFAULT_SMART_URL
from slp_ops.lab.files import software_id
from slp_ops.lab.transport import Kind, transport_of

if TYPE_CHECKING:
    from slp_ops.lab.hardware import Member
    from slp_ops.lab.screens._licence_blocks import Lines
    from slp_ops.lab.switch import Switch

_SIZES: Final = (
    "sizeof(char)  : 1", "sizeof(int)   : 4", "sizeof(long)  : 4", "sizeof(char *): 8",
    "sizeof(time_t): 4", "sizeof(size_t): 8", "Endian: Big",
)  # fmt: skip
_INTERFACES: Final = (
    "Check Point Interface: True", "Config Management Interface: False", "License Map Interface: True",
    "HA Interface: True", "Trusted Store Interface: True", "Platform Data Interface: True",
    "Crypto Version 2 Interface: False", "SAPluginMgmtInterfaceMutex: True",
    "SAPluginMgmtIPDomainName: True",
)  # fmt: skip
_CLIENT: Final = (
    "SmartAgentClientWaitForServer: 2000", "SmartAgentCmReTrySend: True", "SmartAgentClientIsUnified: True",
    "SmartAgentCmClient: True", "SmartAgentClientName: UnifiedClient", "builtInEncryption: True",
    "enableOnInit: True", "routingReadyByEvent: True", "systemInitByEvent: True",
)  # fmt: skip
_TELEMETRY: Final = ("SmartAgentTelemetryRumReportMax: 1000", "SmartAgentRumTelemetryRumStoreMin: 500")
_SETTINGS: Final = (
    "SmartAgentReportOnUpgrade: False", "SmartAgentMaxRumMemory: 50", "SmartAgentConcurrentThreadMax: 10",
    "SmartAgentPolicyControllerModel: False", "SmartAgentPolicyModel: True", "SmartAgentFederalLicense: True",
    "SmartAgentMultiTenant: False", "attr365DayEvalSyslog: True", "checkPointWriteOnly: False",
    "SmartAgentDelayCertValidation: False", "enableByDefault: False", "conversionAutomatic: False",
    "conversionAllowed: False", "storageEncryptDisable: False", "storageLoadUnencryptedDisable: False",
    "TSPluginDisable: False", "bypassUDICheck: False", "loggingAddTStamp: False", "loggingAddTid: True",
    "HighAvailabilityOverrideEvent: UnknownPlatformEvent",
    "platformIndependentOverrideEvent: UnknownPlatformEvent",
    "platformOverrideEvent: SmartAgentSystemDataListChanged", "WaitForHaRole: False", "standbyIsHot: True",
    "chkPtType: 2", "delayCommInit: False", "roleByEvent: True", "maxTraceLength: 150", "traceAlwaysOn: True",
    "debugFlags: 0", "Event log max size: 5120 KB",
)  # fmt: skip
_CAPABLE: Final = "UTILITY, DLC, AppHA, MULTITIER, EXPORT_2, OK_TRY_AGAIN, POLICY_USAGE"


def other_info(switch: Switch) -> Lines:
    """Return all blocks, in order."""
    licensing, used, traits = switch.licensing, transport_of(switch), switch.traits
    yield f"Software ID: {software_id(switch)}"
    yield "Agent State: authorized"
    yield "TS enable: True"
    yield f"Transport: {used.kind}"
    if used.kind is Kind.SMART:
        yield f"  Default URL: {DEFAULT_SMART_URL}"
    yield "Locale: en_US.UTF-8"
    yield "Debug flags: 0x7"
    yield "Privacy Send Hostname: True"
    yield "Privacy Send IP: True"
    yield "Build type:: Production"
    yield from _SIZES
    yield f"Write Erase Occurred: {licensing.write_erased}"
    yield "XOS version: 0.12.0.0"
    yield f"Config Persist Received: {bool(licensing.last_push)}"
    yield "Message Version: 1.3"
    yield from _connection(switch, used.direct)
    extra = ", TELEMETRY, TELEMETRY_POLICY" if traits.telemetry else ""
    yield f"agent.capabilities: {_CAPABLE}{extra}"
    yield from _INTERFACES
    if traits.vrf_block:
        yield "SmartTransportVRFSupport: True"
    yield from _CLIENT
    yield f"SmartTransportServerIdCheck: {used.server_identity_check}"
    yield "SmartTransportProxySupport: True"
    if traits.account:
        yield from _TELEMETRY
    yield from _SETTINGS
    yield f"Event log current size: {max(sum(len(event.text) for event in licensing.events) // 1024, 1)} KB"
    for member in switch.members:
        yield _trust(switch, member)
    yield f"Overall Trust: {'INSTALLED (2)' if licensing.trust else 'No ID'}"
    yield f"Clock sync-ed with NTP: {switch.clock.synchronised}"


def _connection(switch: Switch, direct: bool) -> Lines:
    connected = switch.licensing.last_push is not None
    name = ("SSM" if direct else "CSLU_V1") if connected else "<empty>"
    version = ("1.3" if direct else "v1") if connected else "<empty>"
    yield f"connect_info.name: {name}"
    yield f"connect_info.version: {version}"
    yield "connect_info.additional:" if connected else "connect_info.additional: <empty>"
    yield f"connect_info.prod: {connected}"
    able = "DLC, AppHA, EXPORT_2, POLICY_USAGE, UTILITY" if connected else "<empty>"
    yield f"connect_info.capabilities: {able}"


def _trust(switch: Switch, member: Member) -> str:
    name = f"P:{member.pid},S:{member.serial}"
    if member.serial not in switch.licensing.trust:
        return f"{name}: No Trust Data"
    number = f"  TrustId:{300 + member.number * 17}" if switch.traits.account else ""
    return f"{name}: {name}, state[2], Trust Data INSTALLED{number}"
