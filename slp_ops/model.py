"""The vocabulary that every room shares: devices, captures and how they ended.

Values only. No I/O, no clock, no third-party type.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


# How a switch may be meant to report: the words of ``intent.topology``, and of a playbook's own.
TOPOLOGIES: Final = (
    "smart",
    "callhome",
    "cslu",
    "cslu-initiated",
    "on-prem",
    "on-prem-initiated",
    "controller",
    "offline",
)


class CaptureStatus(StrEnum):
    """How one command ended."""

    OK = "ok"
    UNSUPPORTED = "unsupported"  # % Invalid input, % Incomplete, % Ambiguous
    DENIED = "denied"  # AAA refused it
    TIMEOUT = "timeout"  # no byte for too long
    SKIPPED = "skipped"  # not sent; the reason says why
    LOST = "lost"  # the session broke while it ran, or before it could


class DeviceStatus(StrEnum):
    """How one device ended in a run."""

    OK = "ok"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One jump host on the way to a device."""

    host: str
    port: int = 22
    username: str | None = None
    credential: str = "default"
    # Those of port, username and credential that the inventory does not say: ~/.ssh/config may.
    left_open: frozenset[str] = field(default=frozenset(), compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialMethod:
    """How a credential proves itself. One method only: each refused offer counts towards a lock-out.

    With neither a key nor the agent it is a password.
    """

    key: str | None = None
    agent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One switch of the inventory, every default already applied."""

    name: str
    site: str
    host: str
    port: int = 22
    username: str | None = None
    credential: str = "default"
    platform: str = "cisco_xe"
    transport: str = "netmiko"
    tags: tuple[str, ...] = ()
    jump: tuple[Hop, ...] = ()
    legacy_ssh: bool = False
    max_sessions: int | None = None
    intent: Mapping[str, object] = field(default_factory=dict)
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One command's output in the evidence: where it is, how it ended, what was masked."""

    command: str
    status: CaptureStatus
    started: datetime | None = None
    seconds: float = 0.0
    bytes: int = 0
    file: str | None = None  # relative to the device's folder; None when there is no text
    sha256: str | None = None
    reason: str = ""
    masked: Mapping[str, int] = field(default_factory=dict)  # kind of secret -> how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What went wrong with one device, as a run keeps it."""

    kind: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceResult:
    """What a run holds of one device."""

    name: str
    site: str
    status: DeviceStatus
    captures: tuple[Capture, ...] = ()
    error: Trouble | None = None
    release: str | None = None


class Severity(StrEnum):
    """How much a finding matters, least first."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info to 3 for critical."""
        return list(Severity).index(self)


class Confidence(StrEnum):
    """How sure a verdict is, apart from how much it matters."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Verdict(StrEnum):
    """What a rule says of a device. A fact that could not be read is UNKNOWN, never PASS."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The device's own words. ``line`` counts from 1; None when the evidence is an absence."""

    command: str
    line: int | None
    text: str
