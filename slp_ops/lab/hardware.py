"""Hardware of a switch, and its faults. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """Role of a member in its stack. Dual supervisors are active and standby too."""

    ACTIVE = "Active"
    STANDBY = "Standby"
    MEMBER = "Member"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One switch of a stack, or one supervisor of a chassis."""

    number: int
    pid: str
    serial: str
    role: Role
    mac: str
    priority: int = 1
    ports: int = 41
    version: str = ""  # when it differs from the active's; then it is V-Mismatch
    hardware: str = "V02"

    @property
    def udi(self) -> str:
        """Return the UDI as the licence pages print it."""
        return f"PID:{self.pid},SN:{self.serial}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A CA certificate of the trustpool."""

    subject: str  # the common name
    organization: str
    country: str
    serial: str
    start: str
    end: str
    built_in: bool = False


IDENTRUST = Certificate(
    subject="IdenTrust Commercial Root CA 1",
    organization="IdenTrust",
    country="US",
    serial="0A0142800000014523C844B500000002",
    start="18:12:23 UTC Jan 16 2014",
    end="18:12:23 UTC Jan 16 2034",
)


@dataclass(slots=True, kw_only=True)
class Load:
    """CPU and memory load. The processes named here are printed above the usual ones."""

    five_seconds: int = 3
    interrupt: int = 0
    one_minute: int = 3
    five_minutes: int = 3
    agent_processes: tuple[tuple[str, float], ...] = ()  # (name, per cent)
    malloclite: int = 41_205_672


class HostKey(StrEnum):
    """Host key that a switch presents after the first contact."""

    STABLE = "stable"
    CHANGED = "changed"
    CHANGED_TYPE = "changed_type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Faults of sessions to a switch, as data for the server and the shell.

    ``*_command`` is the beginning of a full command, exec or configuration, "" for any show command.
    Times are real seconds, that of ``reload_delay`` simulated ones.
    """

    sha1_only: bool = False
    host_key: HostKey = HostKey.STABLE
    refuse_password: bool = False
    reset_at_auth: bool = False  # the connection is reset as soon as a password is offered
    no_free_vty: bool = False  # closed before authentication
    silent_port: bool = False  # connected, but no banner
    silent_shell: bool = False  # logged in, but no prompt
    drop_command: str | None = None
    drop_after: int = 0  # bytes of that command's output before the connection breaks
    drop_undone: bool = False  # the connection breaks before the command is carried out
    hang_command: str | None = None
    hang_after: int = 0  # bytes of output before it says no more, the connection held
    echo_delay: float = 0.0
    command_delay: float = 0.0
    chunk_bytes: int = 0  # output comes in pieces of so many bytes ..
    chunk_delay: float = 0.0  # .. and so long after each other
    log_within_output: bool = False  # a syslog line appears in the middle of a page
    reload_delay: float = 0.0  # a reload takes so much longer than usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Permissions on the vty, in addition to the configuration."""

    privilege: int = 15  # at login
    denied: tuple[str, ...] = field(default=())  # beginnings of full commands that AAA refuses
    refusal: str = "Command authorization failed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Vty:
    """Settings of ``line vty`` and ``service`` lines for a session."""

    transport_output: bool = True  # False: telnet from this terminal is not permitted
    access_class_out: str = ""
    exec_prompt_timestamp: bool = False
    sequence_numbers: bool = False
    exec_timeout: float | None = 600.0  # None: never
    lines: int = 16
