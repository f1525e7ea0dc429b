"""State of a switch's Smart Agent: reports, trust, policy, statistics, history. Data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta


class RumState(StrEnum):
    """State of a usage report, as the column of ``show license rum id all`` prints it."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    PENDING = "PENDING"
    UNACK = "UNACK"
    ACK = "ACK"


@dataclass(slots=True, kw_only=True)
class RumReport:
    """One usage report of one licence."""

    id: int
    feature: str
    metric: str  # the entitlement's regid, with its version
    state: RumState
    flag: str = "N"
    start: datetime
    end: datetime | None = None
    previous: int = 0
    next: int = 0
    reason: str = "None"
    transaction_id: int = 0
    transaction_message: str = "<none>"


@dataclass(slots=True, kw_only=True)
class Entitlement:
    """A licence of one hardware kind: ``network-advantage (C9300-48 Network Advantage)``."""

    feature: str
    description: str
    metric: str
    count: int
    in_use: bool = True
    perpetual: bool = True
    export: bool = False
    authorized: bool = True
    since: datetime

    @property
    def status(self) -> str:
        """Return the status in the words of Smart Licensing Using Policy."""
        if not self.in_use:
            return "NOT IN USE"
        return "IN USE" if self.authorized else "NOT AUTHORIZED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """Requirements of a policy for one class of licences, in days."""

    first: int
    frequency: int
    change: int
    origin: str = "CISCO default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Policy in use. Without a name it is the built-in one."""

    name: str = ""
    installed: datetime | None = None
    perpetual: Class = Class(first=365, frequency=0, change=90)
    subscription: Class = Class(first=90, frequency=90, change=90)
    enforced: Class = Class(first=0, frequency=0, change=0)
    export: Class = Class(first=0, frequency=0, change=0)


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One block of Communication Statistics."""

    total: int = 0
    success: int = 0
    fail: int = 0
    ongoing: int = 0
    ongoing_communication: int = 0
    response: str = "<none>"
    responded: datetime | None = None
    reason: str = "<none>"
    last_success: datetime | None = None
    last_failure: datetime | None = None

    def succeed(self, now: datetime, response: str = "OK") -> None:
        """Count a successful exchange."""
        self.total += 1
        self.success += 1
        self.ongoing = self.ongoing_communication = 0
        self.response, self.responded, self.reason = response, now, "<none>"
        self.last_success = now

    def failed(self, now: datetime, response: str, reason: str = "<none>") -> None:
        """Count a failed exchange; ``NO REPLY`` is a failure of the communication itself."""
        self.total += 1
        self.fail += 1
        self.ongoing += 1
        if response == "NO REPLY":
            self.ongoing_communication += 1
        self.response, self.responded, self.reason = response, now, reason
        self.last_failure = now


EXCHANGES = (
    "Trust Establishment", "Trust Acknowledgement", "Usage Reporting", "Result Polling",
    "Authorization Request", "Authorization Confirmation", "Authorization Return", "Trust Sync",
    "Hello Message", "Telemetry Reporting",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Request or response in the message history; ``text`` is its JSON body."""

    exchange: str
    direction: str  # REQUEST or RESPONSE
    when: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """One line of the licence event log."""

    when: datetime
    text: str


@dataclass(slots=True, kw_only=True)
class Backend:
    """Behaviour of the licence servers towards this switch, apart from the network."""

    valid_tokens: frozenset[str] = frozenset({"LAB-VALID-TOKEN"})
    knows_instance: bool = True
    gateway_timeouts: bool = False  # HTTP 504 now and then: every other exchange
    poll_id_expired: bool = False
    relays: bool = True  # CSLU has the answers of CSSM: it is connected, or an operator carried the files
    gives_trust: bool = True  # CSLU and SSM On-Prem send a trust code with the ACK
    ack_delay: float = 1800.0  # seconds from a report to its acknowledgement
    account: str = "EXAMPLE-SA"
    virtual_account: str = "EXAMPLE-VA"


@dataclass(slots=True, kw_only=True)
class Registration:
    """State of classic Smart Licensing, before 17.3.2."""

    registered: bool = False
    evaluation_ends: datetime | None = None
    renewed: datetime | None = None
    out_of_compliance: bool = False
    reservation: str = ""  # specific, universal
    failed: datetime | None = None  # the last attempt to renew the authorization
    failure_reason: str = ""

    def left(self, now: datetime) -> timedelta | None:
        """Return the rest of the evaluation period; None when it has expired."""
        if self.evaluation_ends is None or self.evaluation_ends <= now:
            return None
        return self.evaluation_ends - now


@dataclass(slots=True, kw_only=True)
class Licensing:
    """Complete state of the Smart Agent."""

    entitlements: list[Entitlement] = field(default_factory=list)
    policy: Policy = field(default_factory=Policy)
    reports: list[RumReport] = field(default_factory=list)
    trust: dict[str, datetime] = field(default_factory=dict)  # serial number -> installed
    exchanges: dict[str, Exchange] = field(default_factory=lambda: {name: Exchange() for name in EXCHANGES})
    events: list[LogEvent] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    imports: dict[str, datetime] = field(default_factory=dict)  # POLICY, RUM ACK .. -> when
    registration: Registration = field(default_factory=Registration)
    backend: Backend = field(default_factory=Backend)
    account: str = ""
    account_as_of: datetime | None = None
    virtual_account: str = ""
    last_ack: datetime | None = None
    ack_deadline: datetime | None = None
    next_attempt: datetime | None = None  # after a failure
    next_push: datetime | None = None
    last_push: datetime | None = None
    last_file_write: datetime | None = None
    first_use: datetime | None = None
    changed: datetime | None = None
    poll_id: int | None = None
    poll_due: datetime | None = None
    pending_token: tuple[str, str, bool] = ("", "", False)  # token, scope, force
    trust_due: datetime | None = None
    push_due: datetime | None = None
    push_interval: int | None = 30
    purged: int = 0
    acknowledged: int = 0
    lost: int = 0  # MIA: reports whose storage is gone
    authorization_code: bool = False
    reset_pending: bool = False
    write_erased: bool = False  # since the last ACK
    failing: str = ""  # the reason of the last COMM_FAILED not yet followed by a RESTORED
