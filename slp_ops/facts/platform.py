"""Platform: software, members, parts, installed packages, load and memory, interfaces."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from slp_ops.facts.values import Fact
from slp_ops.iosxe.names import same_interface

if TYPE_CHECKING:
    from slp_ops.facts.values import DeviceTime, LabelledValue
    from slp_ops.release import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnologyPackage(Fact):
    """One licence level that is booted."""

    current: str
    type: str | None = None
    next_reboot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchMember(Fact):
    """One row of the ``Switch Ports Model`` table, with the data of its own block."""

    number: int
    active: bool = False  # the row marked with *
    ports: int | None = None
    model: str | None = None
    version: str | None = None
    release: Release | None = None
    image: str | None = None
    mode: str | None = None  # INSTALL, BUNDLE
    serial: str | None = None
    uptime: str | None = None
    reload_reason: str | None = None
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Software(Fact):
    """``show version``. ``release`` is None when no number could be read, ``version`` is as printed."""

    hostname: str | None = None
    version: str | None = None
    release: Release | None = None
    image_family: str | None = None  # CAT9K_IOSXE, CAT9K_LITE_IOSXE
    release_name: str | None = None  # Cupertino
    system_image: str | None = None
    uptime: str | None = None
    control_processor_uptime: str | None = None
    returned_to_rom_by: str | None = None
    reload_reason: str | None = None
    restarted: DeviceTime | None = None
    model: str | None = None
    serial: str | None = None
    chassis: str | None = None  # "cisco C9300-24UX (X86) processor": the model in that line
    processor_board: str | None = None
    licensing_status: str | None = None  # Smart Licensing Status
    license_level: str | None = None
    air_license_level: str | None = None
    packages: tuple[TechnologyPackage, ...] = ()
    members: tuple[SwitchMember, ...] = ()
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwarePart(Fact):
    """One part of the inventory."""

    name: str
    description: str | None = None
    pid: str | None = None
    vid: str | None = None
    sn: str | None = None
    printed: tuple[LabelledValue, ...] = ()  # the original lines, since each contains several values
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory(Fact):
    """``show inventory``."""

    parts: tuple[HardwarePart, ...] = ()
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StackMember(Fact):
    """One row of ``show switch``. ``state`` such as Ready, V-Mismatch, Provisioned."""

    number: int
    active: bool = False  # the row marked with *: the unit that answers
    role: str | None = None
    mac: str | None = None
    priority: int | None = None
    hardware: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPorts(Fact):
    """The stack ports of one unit, from ``show switch detail``."""

    number: int
    states: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack(Fact):
    """``show switch``."""

    mac: str | None = None
    mac_printed: str | None = None
    persistency: str | None = None
    members: tuple[StackMember, ...] = ()
    ports: tuple[StackPorts, ...] = ()
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Package(Fact):
    """One installed package. ``state``: I, U, C, D as the legend of the command says."""

    location: str
    type: str  # IMG, SMU, ...
    state: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledPackages(Fact):
    """``show install summary``: the image, and the SMUs on top of it."""

    packages: tuple[Package, ...] = ()
    auto_abort: str | None = None
    other: tuple[LabelledValue, ...] = ()

    @property
    def smus(self) -> tuple[Package, ...]:
        """Return the active software maintenance updates."""
        return tuple(each for each in self.packages if each.type == "SMU" and each.state in "CU")


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuProcess(Fact):
    """One process; percentages of the last five seconds, one and five minutes."""

    pid: int
    runtime: int
    invoked: int
    usecs: int
    five_seconds: float
    one_minute: float
    five_minutes: float
    tty: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuLoad(Fact):
    """Utilisation in percent; ``interrupts`` is the part of ``five_seconds`` spent in interrupts."""

    five_seconds: float | None = None
    interrupts: float | None = None
    one_minute: float | None = None
    five_minutes: float | None = None
    printed: str | None = None
    processes: tuple[CpuProcess, ...] = ()
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPool(Fact):
    """One pool in bytes."""

    name: str
    total: int
    used: int
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryProcess(Fact):
    """Memory of one process, in bytes; names between stars such as ``*MallocLite*`` are pools."""

    pid: int
    tty: int
    allocated: int
    freed: int
    holding: int
    getbufs: int
    retbufs: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryUse(Fact):
    """``show processes memory sorted``."""

    pools: tuple[MemoryPool, ...] = ()
    processes: tuple[MemoryProcess, ...] = ()
    printed: tuple[LabelledValue, ...] = ()
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceState(Fact):
    """One row of ``show ip interface brief``."""

    name: str
    address: str | None = None  # None when unassigned
    ok: str | None = None
    method: str | None = None
    status: str | None = None  # up, down, administratively down, deleted
    protocol: str | None = None

    @property
    def up(self) -> bool:
        """Return whether the interface can send traffic."""
        return self.status == "up" and self.protocol == "up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interfaces(Fact):
    """``show ip interface brief``."""

    interfaces: tuple[InterfaceState, ...] = ()

    def find(self, name: str) -> InterfaceState | None:
        """Find the interface of that name; either side may be abbreviated (``Te1/1/1``)."""
        return next((each for each in self.interfaces if same_interface(each.name, name)), None)


class ClockTrust(StrEnum):
    """Sign that IOS prints before the time."""

    TRUSTED = "trusted"  # no sign
    NOT_SYNCHRONISED = "not_synchronised"  # "." authoritative, but NTP is not synchronised
    NOT_AUTHORITATIVE = "not_authoritative"  # "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock(Fact):
    """``show clock``."""

    time: DeviceTime
    trust: ClockTrust = ClockTrust.TRUSTED
    other: tuple[LabelledValue, ...] = ()  # "Time source is NTP" and the like, with "show clock detail"


@dataclass(frozen=True, slots=True, kw_only=True)
class NtpStatus(Fact):
    """``show ntp status``. ``synchronised`` is None when the state was not printed."""

    state: str | None = None  # synchronized, unsynchronized
    synchronised: bool | None = None
    stratum: int | None = None
    reference: str | None = None
    reference_time: DeviceTime | None = None
    enabled: bool = True  # False for "%NTP is not enabled."
    other: tuple[LabelledValue, ...] = ()
