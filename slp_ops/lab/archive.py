"""Going back: the configuration archive, the revert timer, the reload."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from slp_ops.lab import agent
from slp_ops.lab.config import Config
from slp_ops.lab.syslog import Log

if TYPE_CHECKING:
    from slp_ops.lab.state import Switch

DOWNTIME = 240.0  # simulated seconds of a reload
_BARE = "hostname Switch\nip http server\nip http secure-server\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revert:
    """A running rollback-confirmed-change timer."""

    due: datetime
    config: Config


def start_revert(switch: Switch, minutes: int) -> None:
    """``configure terminal revert timer N``: what is configured now comes back unless confirmed."""
    switch.revert = Revert(due=switch.now() + timedelta(minutes=minutes), config=switch.config.copy())


def confirm(switch: Switch) -> bool:
    """``configure confirm``; False when no timer runs."""
    switch.settle()
    running = switch.revert is not None
    switch.revert = None
    return running


def settle(switch: Switch) -> None:
    """Roll back when the timer has run out."""
    if switch.revert is None or switch.now() < switch.revert.due:
        return
    switch.config, switch.revert = switch.revert.config, None
    switch.last_change = switch.now()
    switch.say(
        "ARCHIVE_DIFF", 5, "ROLLBK_CNFMD_CHG_ROLLBACK_START", "Start rolling to: the saved configuration"
    )


def reload(switch: Switch, reason: str) -> float:
    """Go down for a while."""
    switch.settle()
    switch.back_at = switch.now() + timedelta(seconds=DOWNTIME)
    switch.reload_reason = reason
    return DOWNTIME


def boot(switch: Switch) -> None:
    """Come up with the startup configuration."""
    if switch.back_at is None:
        return
    switch.booted, switch.back_at, switch.revert = switch.back_at, None, None
    switch.config = switch.startup.copy() if switch.startup is not None else Config.parse(_BARE)
    switch.last_change = None
    switch.log = Log(size=switch.log.size)
    agent.booted(switch)
