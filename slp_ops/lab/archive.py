"""Rollback features: configuration archive, revert timer, ``configure replace``, and reload."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from slp_ops.lab import agent
from slp_ops.lab.config import Config
from slp_ops.lab.files import flash_path
from slp_ops.lab.state import Revert
from slp_ops.lab.syslog import Log

if TYPE_CHECKING:
    from slp_ops.lab.state import SwitchState

DOWNTIME: Final = 240.0  # simulated seconds of a usual reload
_BARE: Final = "hostname Switch\nip http server\nip http secure-server\n"
_KEPT: Final = 10


def archive_path(switch: SwitchState) -> str:
    """Return the archive path; empty when it is not configured."""
    return switch.config.find("path", ("archive",)) or ""


def save(switch: SwitchState) -> str | None:
    """Run ``archive config``: copy to flash and return the path, None when no path is configured."""
    base = archive_path(switch)
    if not base:
        return None
    local = switch.local(switch.now())
    stem = base.replace("$h", switch.hostname).replace("$t", f"{local:%b-%d-%H-%M-%S}")
    path = f"{stem}{local:%b-%d-%H-%M-%S}-{switch.archived}"
    switch.archived += 1
    copy_running(switch, path)
    switch.archives.append(path)
    limit = int(switch.config.find("maximum", ("archive",)) or _KEPT)
    for old in switch.archives[:-limit]:
        switch.flash.pop(flash_path(old) or "", None)
    del switch.archives[:-limit]
    return path


def copy_running(switch: SwitchState, path: str) -> bool:
    """Run ``copy running-config flash:NAME``; False when the file system does not exist."""
    target = flash_path(path)
    if not target:
        return False
    switch.flash[target] = f"{switch.config.render()}\nend\n".encode("utf-8", "surrogateescape")
    return True


def start_revert(switch: SwitchState, minutes: int) -> str:
    """Run ``configure terminal revert timer N``: roll back to the current configuration unless confirmed."""
    switch.settle()
    path = save(switch)
    if path is None:
        return "% Archive path is not configured; the rollback timer was not started"
    switch.revert = Revert(
        due=switch.now() + timedelta(minutes=minutes), path=path, config=switch.config.copy()
    )
    switch.say("ARCHIVE_DIFF", 5, "ROLLBK_CNFMD_CHG_BACKUP", f"Backing up current running config to {path}")
    switch.say(
        "ARCHIVE_DIFF",
        5,
        "ROLLBK_CNFMD_CHG_START_ABSTIMER",
        f"User: netops(Priv: 15, View: 0): Scheduled to rollback to config {path} in {minutes} minutes",
    )
    return f"Rollback Confirmed Change: Backing up current running config to {path}"


def confirm(switch: SwitchState) -> str:
    """``configure confirm``."""
    switch.settle()
    if switch.revert is None:
        return "%No Rollback Confirmed Change pending"
    switch.revert = None
    switch.say(
        "ARCHIVE_DIFF", 5, "ROLLBK_CNFMD_CHG_CONFIRM", "User: netops: Confirm the configuration change"
    )
    return ""


def revert_now(switch: SwitchState) -> str:
    """``configure revert now``."""
    switch.settle()
    if switch.revert is None:
        return "%No Rollback Confirmed Change pending"
    _roll_back(switch, switch.revert, switch.now())
    return "Total number of passes: 1\nRollback Done"


def replace(switch: SwitchState, path: str) -> str:
    """``configure replace PATH force``."""
    switch.settle()
    content = switch.flash.get(flash_path(path) or "")
    if content is None:
        return f"%Error opening {path} (No such file or directory)"
    switch.config = Config.parse(content.decode("utf-8", "surrogateescape"))
    switch.last_change = switch.now()
    agent.configured(switch, "license smart")
    return "Total number of passes: 1\nRollback Done"


def settle(switch: SwitchState) -> None:
    """Roll back when the timer has run out."""
    if switch.revert is not None and switch.now() >= switch.revert.due:
        _roll_back(switch, switch.revert, switch.revert.due)


def _roll_back(switch: SwitchState, revert: Revert, when: datetime) -> None:
    switch.config, switch.revert = revert.config, None
    switch.last_change = when
    switch.say_at(
        when, "ARCHIVE_DIFF", 5, "ROLLBK_CNFMD_CHG_ROLLBACK_START", f"Start rolling to: {revert.path}"
    )
    agent.configured(switch, "license smart")


def reload(switch: SwitchState, reason: str) -> float:
    """Reload the switch."""
    switch.settle()
    downtime = DOWNTIME + switch.faults.reload_delay
    switch.back_at = switch.now() + timedelta(seconds=downtime)
    switch.reload_reason = reason
    return downtime


def boot(switch: SwitchState) -> None:
    """Boot with the startup configuration."""
    if switch.back_at is None:
        return
    switch.booted, switch.back_at, switch.revert = switch.back_at, None, None
    switch.config = switch.startup.copy() if switch.startup is not None else Config.parse(_BARE)
    switch.last_change = None
    switch.hosts.clear()
    switch.log = Log(size=switch.log.size, trusted=switch.clock.synchronised)
    agent.booted(switch)
