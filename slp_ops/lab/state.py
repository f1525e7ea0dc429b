"""State of one simulated switch: configuration, licences, files, log and clock. No I/O, no waiting.

Simulated time passes by the clock handed in; ``settle`` catches up with what should have happened since.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

from slp_ops.lab.hardware import Access, Certificate, Faults, Load, Member, Role, Vty
from slp_ops.lab.traits import Traits
from slp_ops.lab.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from slp_ops.lab.clock import Clock
    from slp_ops.lab.config import Config
    from slp_ops.lab.licensing import Licensing
    from slp_ops.lab.syslog import Log
    from slp_ops.release import Release


FLASH_SIZE: Final = 11_353_194_496


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """Factories for the large parts of a switch, called on first use."""

    config: Callable[[], Config]
    licensing: Callable[[SwitchState], Licensing]
    log: Callable[[SwitchState], Log]
    flash: Callable[[SwitchState], dict[str, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revert:
    """A running rollback-confirmed-change timer."""

    due: datetime
    path: str
    config: Config


@dataclass(kw_only=True)
class SwitchState(ABC):
    """The whole state of one switch."""

    name: str  # the host name it starts with; ``hostname`` is what the configuration says now
    release: Release
    members: tuple[Member, ...]
    clock: Clock
    booted: datetime  # UTC
    blueprint: Blueprint
    reload_reason: str = "Reload Command"
    world: World = field(default_factory=World)
    faults: Faults = field(default_factory=Faults)
    access: Access = field(default_factory=Access)
    load: Load = field(default_factory=Load)
    trustpool: list[Certificate] = field(default_factory=list)
    down: set[str] = field(default_factory=set)  # interfaces without a link
    hosts: dict[str, str] = field(default_factory=dict)  # the resolver's cache
    engineering: str = ""  # the build's own name, for a release that is no release
    experimental: str = ""  # and the number it gives itself
    flash_taken: int = 2_841_006_080  # bytes of flash that the image takes, which is not held here
    bulk: int = 0  # bytes that ``show tech-support`` has at least
    # Lines printed in addition before the last line of a page, by the words of its command.
    additions: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    chassis: str = ""  # the PID of a modular chassis; members are then its supervisors
    last_change: datetime | None = None
    last_save: datetime | None = None
    changed_by: str = "netops"
    back_at: datetime | None = None  # while it reloads
    asking_time: datetime | None = None  # since when a time server is being asked
    revert: Revert | None = None
    archives: list[str] = field(default_factory=list)  # paths, oldest first
    archived: int = 0
    write_erased: bool = False

    # The large parts, made on first use so that a thousand switches listen at once.

    @cached_property
    def config(self) -> Config:
        """The running configuration."""
        return self.blueprint.config()

    @cached_property
    def startup(self) -> Config | None:
        """The startup configuration; None after ``write erase``."""
        # Made anew, not copied: by the time it is asked for, the running one may have been changed.
        return self.blueprint.config()

    @cached_property
    def licensing(self) -> Licensing:
        """Return the state of the Smart Agent."""
        return self.blueprint.licensing(self)

    @cached_property
    def log(self) -> Log:
        """The log buffer."""
        return self.blueprint.log(self)

    @cached_property
    def flash(self) -> dict[str, bytes]:
        """The files of flash:, by their path without the file system's name."""
        return self.blueprint.flash(self)

    @cached_property
    def traits(self) -> Traits:
        """Return the output traits of this release."""
        return Traits.of(self.release)

    # Who and when.

    @property
    def hostname(self) -> str:
        """Return the host name in the prompt."""
        return self.config.find("hostname") or "Switch"

    @property
    def active(self) -> Member:
        """The member that one is logged in to."""
        return next(member for member in self.members if member.role is Role.ACTIVE)

    @property
    def stacked(self) -> bool:
        """Return whether there is more than one member or supervisor."""
        return len(self.members) > 1

    @property
    def zone(self) -> str:
        """The zone word that is printed."""
        return (self.config.find("clock timezone") or "UTC").split()[0]

    @property
    def offset(self) -> timedelta:
        """Return the offset of local time from UTC."""
        words = (self.config.find("clock timezone") or "UTC 0 0").split()[1:]
        hours, minutes = (int(word) for word in [*words, "0", "0"][:2])
        return timedelta(hours=hours, minutes=-minutes if hours < 0 else minutes)

    def now(self) -> datetime:
        """Simulated UTC."""
        return self.clock.now()

    def local(self, when: datetime) -> datetime:
        """UTC as the switch's own clock shows it."""
        return when + self.offset

    def stamp(self, when: datetime | None) -> str:
        """A time as the licence pages print it: ``Jan 02 03:04:05 2024 UTC``."""
        return "<none>" if when is None else f"{self.local(when):%b %d %H:%M:%S %Y} {self.zone}"

    @property
    def vty(self) -> Vty:
        """Return the session settings of the configuration."""
        under = ("line vty 0 4",)
        minutes, seconds = (
            int(word) for word in [*(self.config.find("exec-timeout", under) or "10 0").split(), "0"][:2]
        )
        return Vty(
            transport_output=self.config.find("transport output", under) != "none",
            access_class_out=next(
                (
                    rest.removesuffix(" out")
                    for rest in self.config.each("access-class", under)
                    if rest.endswith(" out")
                ),
                "",
            ),
            exec_prompt_timestamp=self.config.has("exec prompt timestamp", under),
            sequence_numbers=self.config.has("service sequence-numbers"),
            exec_timeout=(minutes * 60 + seconds) or None,
        )

    def denies(self, command: str) -> bool:
        """Return whether AAA refuses this full command."""
        return any(command == denied or command.startswith(denied + " ") for denied in self.access.denied)

    # Configuration.

    def configured(self) -> None:
        """Log the end of a configuration session."""
        self.say("SYS", 5, "CONFIG_I", f"Configured from console by {self.changed_by} on vty0")

    @property
    def unsaved(self) -> bool:
        """Return whether the running configuration differs from the startup configuration."""
        return self.startup is None or self.startup.render() != self.config.render()

    def write_memory(self) -> None:
        """Save the running configuration."""
        self.startup, self.last_save = self.config.copy(), self.now()

    def write_erase(self) -> None:
        """Erase the startup configuration; the Smart Agent forgets its last ACK at the next boot."""
        self.startup, self.write_erased = None, True

    # Files.

    @property
    def flash_free(self) -> int:
        """The bytes that are free on flash."""
        return max(FLASH_SIZE - self.flash_taken - sum(map(len, self.flash.values())), 0)

    def md5(self, path: str) -> str:
        """The digest that ``verify /md5`` prints."""
        return hashlib.md5(self.flash[path], usedforsecurity=False).hexdigest()

    # Time and the log.

    def say(self, facility: str, severity: int, mnemonic: str, text: str) -> None:
        """Write one message to the log buffer, as of now."""
        self.say_at(self.now(), facility, severity, mnemonic, text)

    def say_at(self, when: datetime, facility: str, severity: int, mnemonic: str, text: str) -> None:
        """Write one message as of a time that has been."""
        self.log.add(when, f"%{facility}-{severity}-{mnemonic}: {text}")

    @abstractmethod
    def settle(self) -> None:
        """Let everything happen that was due until now: boots, reverts, the agent's work."""

    @property
    def is_down(self) -> bool:
        """Return whether the switch is reloading."""
        return self.back_at is not None and self.now() < self.back_at
