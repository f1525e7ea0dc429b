"""State of the licence agent: model, accounts, transport, policy, reporting, registration.

One vocabulary for Smart Licensing Using Policy (17.3.2 and later) and the Smart Licensing before it.
A field is None when the switch printed a missing word (``<none>``, ``Not Configured``) or nothing;
``cite`` distinguishes the two, since a missing word has a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from slp_ops.facts.values import Fact

if TYPE_CHECKING:
    from slp_ops.facts.values import DatedWord, Days, DeviceTime, Flag, LabelledValue
    from slp_ops.model import Confidence


class LicensingModel(StrEnum):
    """Licensing model of a switch."""

    SLP = "slp"  # Smart Licensing Using Policy
    SL = "sl"  # Smart Licensing with registration, 16.9.1 to 17.3.1


class TransportKind(StrEnum):
    """Transport of the agent's reports."""

    SMART = "smart"
    CALLHOME = "callhome"
    CSLU = "cslu"  # also SSM On-Prem
    OFF = "off"
    AUTOMATIC = "automatic"
    OTHER = "other"


class PolicyKind(StrEnum):
    """The four headings of a policy."""

    PERPETUAL = "perpetual"
    SUBSCRIPTION = "subscription"
    ENFORCED = "enforced"
    EXPORT = "export"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Licensing(Fact):
    """The agent as a whole."""

    model: LicensingModel | None = None
    smart_licensing: str | None = None  # "Smart Licensing is ENABLED"
    policy_status: str | None = None  # Smart Licensing Using Policy: Status
    reporting_mode: str | None = None
    utility: str | None = None
    custom_id: str | None = None
    agent_version: str | None = None
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts(Fact):
    """Smart Account and Virtual Account of the switch, from CSSM."""

    smart: str | None = None
    smart_printed: str | None = None  # with "As of <time>"
    as_of: DeviceTime | None = None
    virtual: str | None = None
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy(Fact):
    """Data that the agent hides from CSSM."""

    sending_hostname: Flag | None = None
    callhome_hostname_privacy: str | None = None
    smart_hostname_privacy: str | None = None
    version_privacy: str | None = None
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """Proxy that is configured, at least in part."""

    address: str | None = None
    port: int | None = None
    username: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseTransport(Fact):
    """Transport and destination of reports. ``type`` is the printed word; ``proxy`` is None without one."""

    kind: TransportKind
    type: str | None = None
    url: str | None = None
    cslu_address: str | None = None  # None under cslu: the switch looks up the name cslu-local
    proxy: Proxy | None = None
    vrf: str | None = None
    server_identity_check: Flag | None = None
    ip_mode: str | None = None
    trust_point: str | None = None
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyClass(Fact):
    """Requirements of a policy for one class of licences. 0 days means not required."""

    kind: PolicyKind
    heading: str
    first_report: Days | None = None
    frequency: Days | None = None
    on_change: Days | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Fact):
    """The policy in use."""

    in_use: str | None = None  # "Merged from multiple sources." or "Installed On <time>"
    installed: DeviceTime | None = None
    name: str | None = None
    ack_required: Flag | None = None
    classes: tuple[PolicyClass, ...] = ()
    other: tuple[LabelledValue, ...] = ()

    def of(self, kind: PolicyKind) -> PolicyClass | None:
        """Return the requirements for a class; None when not printed."""
        return next((each for each in self.classes if each.kind is kind), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushInterval:
    """``30  days State(4) InPolicy(90)``; 0 days means that nothing is reported."""

    text: str
    days: int | None = None
    state: int | None = None
    in_policy: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageReporting(Fact):
    """Dates of the last report, the last ACK and the next ACK."""

    last_ack: DeviceTime | None = None
    next_ack_deadline: DeviceTime | None = None
    push_interval: PushInterval | None = None
    next_ack_check: DeviceTime | None = None
    next_report_push: DeviceTime | None = None
    last_report_push: DeviceTime | None = None
    last_report_file_write: DeviceTime | None = None
    other: tuple[LabelledValue, ...] = ()

    @property
    def prints_ack(self) -> bool:
        """Return whether ``Last ACK received`` was printed: not under a PolicyV2 or in a truncated text."""
        return self.source.first() is None or self.source.line("last_ack") is not None

    @property
    def prints_deadline(self) -> bool:
        """Return whether ``Next ACK deadline`` was printed: a filter or the sender of a text may hide it."""
        return self.source.first() is None or self.source.line("next_ack_deadline") is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration(Fact):
    """Registration of the Smart Licensing before SLP."""

    status: str | None = None  # REGISTERED, UNREGISTERED
    export_controlled: str | None = None
    initial: DatedWord | None = None
    last_renewal: DatedWord | None = None
    next_renewal: DeviceTime | None = None
    expires: DeviceTime | None = None
    failure_reason: str | None = None  # of an attempt that failed
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization(Fact):
    """Authorization of the Smart Licensing before SLP. ``status.word`` such as EVAL MODE."""

    status: DatedWord | None = None
    evaluation_remaining: str | None = None
    last_communication: DatedWord | None = None
    next_communication: DeviceTime | None = None
    communication_deadline: DeviceTime | None = None
    failure_reason: str | None = None  # of the last communication attempt
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAuthorization(Fact):
    """Features that the export authorization key allows."""

    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion(Fact):
    """Conversion of older licences, printed by newer agents."""

    automatic: Flag | None = None
    status: str | None = None
    last_data_push: DeviceTime | None = None
    last_file_export: DeviceTime | None = None
    other: tuple[LabelledValue, ...] = ()


class TopologyKind(StrEnum):
    """The supported topologies."""

    SMART = "smart"  # direct to CSSM, smart transport
    CALLHOME = "callhome"  # direct to CSSM, call-home
    CSLU = "cslu"
    ON_PREM = "on-prem"
    CONTROLLER = "controller"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology(Fact):
    """Topology, and in ``because`` the reason."""

    kind: TopologyKind
    confidence: Confidence
    because: str = ""
