"""What a switch is made of, and what is broken about it. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a member is in its stack. Dual supervisors are active and standby too."""

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
        """As the licence pages print it."""
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


@dataclass(slots=True, kw_only=True)
class Load:
    """CPU and memory. The processes named here are drawn above the usual ones."""

    five_seconds: int = 3
    interrupt: int = 0
    one_minute: int = 3
    five_minutes: int = 3
    agent_processes: tuple[tuple[str, float], ...] = ()  # (name, per cent)
    malloclite: int = 41_205_672


class HostKey(StrEnum):
    """Which host key a switch shows after the first contact."""

    STABLE = "stable"
    CHANGED = "changed"
    CHANGED_TYPE = "changed_type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What goes wrong with sessions to a switch, as data; the server and the shell act on it.

    ``*_command`` is the beginning of a full command, exec or configuration, "" for any show command.
    Times are real seconds.
    """

    sha1_only: bool = False
    host_key: HostKey = HostKey.STABLE
    refuse_password: bool = False
    reset_at_auth: bool = False  # the connection is reset as soon as a password is offered
    no_free_vty: bool = False  # closed before authentication
    silent_port: bool = False  # connected, and not a word
    silent_shell: bool = False  # logged in, and no prompt
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may do what on the vty, beyond what the configuration says."""

    privilege: int = 15  # at login
    denied: tuple[str, ...] = field(default=())  # beginnings of full commands that AAA refuses
    refusal: str = "Command authorization failed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Vty:
    """What ``line vty`` and ``service`` lines mean for a session."""

    transport_output: bool = True  # False: telnet from this terminal is not permitted
    access_class_out: str = ""
    exec_prompt_timestamp: bool = False
    sequence_numbers: bool = False
    exec_timeout: float | None = 600.0  # None: never
    lines: int = 16
