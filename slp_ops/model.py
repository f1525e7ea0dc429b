"""Shared vocabulary of all packages: devices, captures and their status.

Values only. No I/O, no clock, no third-party type.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - these values are read from JSON by their annotations
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - these too
from enum import StrEnum
from typing import Final

# Topologies: the values of ``intent.topology`` and of a playbook's own ``intent``.
TOPOLOGIES: Final = (
    "smart",
    "callhome",
    "cslu",
    "cslu-initiated",
    "cslu-offline",
    "on-prem",
    "on-prem-initiated",
    "controller",
    "offline",
)


class CaptureStatus(StrEnum):
    """Status of one command."""

    OK = "ok"
    UNSUPPORTED = "unsupported"  # % Invalid input, % Incomplete, % Ambiguous
    DENIED = "denied"  # AAA refused it
    TIMEOUT = "timeout"  # silent for too long
    SKIPPED = "skipped"  # not sent; the reason says why
    LOST = "lost"  # the session was lost during the command, or before it
    DAMAGED = "damaged"  # read, but its file in the run is missing or is not what was written


class EvidenceForm(StrEnum):
    """Form of the evidence of a new run."""

    AUTO = "auto"  # packed for a large run
    FILES = "files"  # a folder for each device, a file for each capture
    PACKED = "packed"  # a compressed file for each site


class DeviceStatus(StrEnum):
    """Status of one device in a run."""

    OK = "ok"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class JumpHost:
    """One jump host on the path to a device."""

    host: str
    port: int = 22
    username: str | None = None
    credential: str = "default"
    # Fields (port, username, credential) that the inventory leaves open to ~/.ssh/config.
    unset_fields: frozenset[str] = field(default=frozenset(), compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialMethod:
    """Authentication method of a credential. One method only: each refused offer counts towards a lock-out.

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
    jump: tuple[JumpHost, ...] = ()
    legacy_ssh: bool = False
    max_sessions: int | None = None
    max_output: int | None = None  # of one command, in megabytes
    max_time: float | None = None  # of one command, in seconds
    login_timeout: float = 60  # from the TCP connection to the first prompt, in seconds
    intent: Mapping[str, object] = field(default_factory=dict)
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One command's output in the evidence: its file, its status, its masked secrets."""

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
class DeviceFailure:
    """Failure of one device, as stored in a run."""

    kind: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceResult:
    """Result of one device in a run."""

    name: str
    site: str
    status: DeviceStatus
    captures: tuple[Capture, ...] = ()
    error: DeviceFailure | None = None
    release: str | None = None


class Severity(StrEnum):
    """Severity of a finding, lowest first."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return 0 for info to 3 for critical."""
        return list(Severity).index(self)


class Confidence(StrEnum):
    """Certainty of a verdict, independent of its severity."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Verdict(StrEnum):
    """Verdict of a rule on a device. A fact that could not be read makes it UNKNOWN, never PASS."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Quotation from a device. ``line`` counts from 1; None when the evidence is an absence."""

    command: str
    line: int | None
    text: str
