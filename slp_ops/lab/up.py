"""``slp-ops lab up``: selects the switches, starts them, prints their addresses, and stops them."""

from __future__ import annotations

import asyncio
import os
import resource
import shlex
import signal
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from slp_ops.config_files.validation_errors import did_you_mean
from slp_ops.errors import InputError
from slp_ops.lab import scenarios
from slp_ops.lab.fleet import BASE_PORT, Place, default_fleet
from slp_ops.lab.journal import Journal
from slp_ops.lab.rack import ENABLE, LOOPBACK, PASSWORD, USERNAME, Rack, healthy
from slp_ops.regular_files import unwritable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

_SHOWN = 40
_DEFAULT_INVENTORY = Path("inventory.yaml")  # the verbs read it


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Options of the command line."""

    size: int | None = None
    scenario: str | None = None
    base_port: int | None = None
    inventory_out: Path | None = None
    journal: Path | None = None
    time_scale: float = 1.0
    clock: datetime | None = None
    authorized_keys: Path | None = None
    bastions: int = 0


def run(wanted: Wanted, *, say: Callable[[str], object]) -> None:
    """Start the switches, print their addresses, and wait for a signal."""
    asyncio.run(_run(wanted, say))


async def _run(wanted: Wanted, say: Callable[[str], object]) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    places = _places(wanted)
    _allow_files(len(places))
    with ExitStack() as stack:
        journal = _journal(wanted.journal, wanted.clock)
        stack.callback(journal.close)
        rack = Rack(
            journal=journal,
            scale=wanted.time_scale,
            clock=wanted.clock,
            authorized_keys=wanted.authorized_keys,
        )
        stack.callback(rack.close)
        base = BASE_PORT if wanted.base_port is None else wanted.base_port
        if base and not wanted.bastions < base <= 65536 - len(places):
            raise InputError(
                f"{len(places)} ports from {base} upwards do not fit between {wanted.bastions + 1} and 65535",
                hint="choose another --base-port, or 0 for any that are free",
            )
        rack.start(places, base or None)
        await rack.put_behind(wanted.bastions, base or None)
        if wanted.inventory_out is not None:
            write_inventory(wanted.inventory_out, rack)
            note = _next_command(wanted.inventory_out)
        else:
            note = _offer_inventory(rack, wanted)
        say(_ready(rack, note))
        await ended.wait()
    # Aborted connections are closed in the next turn of the loop.
    await asyncio.sleep(0)


def _journal(path: Path | None, clock: datetime | None) -> Journal:
    try:
        return Journal(path, clock=clock)
    except OSError as err:
        raise unwritable(str(path), err) from err


def _allow_files(switches: int) -> None:
    """Raise the limit of open files: each switch needs a listener and its sessions."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = 4 * switches + 64
    if soft < needed:
        most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _places(wanted: Wanted) -> tuple[Place, ...]:
    if wanted.scenario is not None and wanted.scenario not in scenarios.names():
        near = did_you_mean(wanted.scenario, scenarios.names())
        raise InputError(
            f"there is no scenario {wanted.scenario!r}{near}",
            hint=f"there are {', '.join(scenarios.names())}",
        )
    if wanted.size is None and wanted.scenario is None:
        return default_fleet()
    if wanted.scenario is None:
        return healthy(wanted.size or 1)
    # Named after the scenario, so that several labs fit into one inventory.
    return healthy(wanted.size or 1, wanted.scenario, prefix=wanted.scenario)


def inventory(rack: Rack) -> dict[str, object]:
    """Return an inventory in the native format of slp-ops."""
    sites: dict[str, dict[str, object]] = {}
    for each in rack.switches:
        device: dict[str, object] = {"host": each.address, "port": each.port}
        if scenarios.load(each.place.scenario).legacy_ssh:
            device["legacy_ssh"] = True
        site = sites.setdefault(each.place.site, {"devices": {}})
        devices = site["devices"]
        assert isinstance(devices, dict)  # noqa: S101 - made so one line above
        devices[each.name] = device
    defaults: dict[str, object] = {
        "username": USERNAME,
        "credential": "default",
        "platform": "cisco_xe",
        "transport": "netmiko",
    }
    if rack.bastions:
        defaults["jump"] = [
            {"host": LOOPBACK, "port": each.port, "username": USERNAME, "credential": "default"}
            for each in rack.bastions
        ]
    return {"version": 1, "defaults": defaults, "sites": sites}


def write_inventory(path: Path, rack: Rack) -> None:
    """Write the file atomically. Raises InputError."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(_inventory_text(rack))
        Path(temporary).replace(path)
    except OSError as err:
        raise unwritable(path, err) from err


def _inventory_text(rack: Rack) -> str:
    return yaml.safe_dump(inventory(rack), sort_keys=False, allow_unicode=True)


def _offer_inventory(rack: Rack, wanted: Wanted) -> list[str]:
    """Write the default inventory unless there is one; return what to do next."""
    text = _inventory_text(rack)
    try:
        with _DEFAULT_INVENTORY.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        if not _holds(_DEFAULT_INVENTORY, text):
            return [
                f"{_DEFAULT_INVENTORY} exists and is kept. Stop this lab, and write another inventory with:",
                f"  slp-ops lab up{_options(wanted)} --inventory-out lab.yaml",
            ]
    except OSError as err:
        return [f"{_DEFAULT_INVENTORY} cannot be written: {err.strerror}"]
    return _next_command(_DEFAULT_INVENTORY)


def _holds(path: Path, text: str) -> bool:
    try:
        return path.is_file() and path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False


def _options(wanted: Wanted) -> str:
    """Return the options of this lab as the command line has them."""
    given = {
        "--size": wanted.size,
        "--scenario": wanted.scenario,
        "--base-port": wanted.base_port,
        "--journal": wanted.journal,
        "--time-scale": None if wanted.time_scale == 1 else wanted.time_scale,
        "--clock": None if wanted.clock is None else wanted.clock.isoformat(),
        "--authorized-keys": wanted.authorized_keys,
        "--bastion": wanted.bastions or None,
    }
    return "".join(f" {name} {shlex.quote(str(value))}" for name, value in given.items() if value is not None)


def _next_command(file: Path) -> list[str]:
    option = "" if file == _DEFAULT_INVENTORY else f" -i {shlex.quote(str(file))}"
    return [
        f"Inventory: {file}",
        "Next, in another terminal:",
        f"  export SLP_OPS_PASSWORD={PASSWORD} SLP_OPS_ENABLE={ENABLE}",
        f"  slp-ops audit{option}",
    ]


def _ready(rack: Rack, note: Sequence[str]) -> str:
    switches = rack.switches
    first, last = switches[0], switches[-1]
    listen = "simulated switch listens" if len(switches) == 1 else "simulated switches listen"
    lines = [f"{len(switches)} {listen} on {first.address}:"]
    lines += [
        f"  {each.name:<28} port {each.port}  {each.place.site:<10} {each.place.scenario}"
        for each in switches[:_SHOWN]
    ]
    if len(switches) > _SHOWN:
        lines.append(f"  ... and so on to {last.name}, port {last.port}")
    lines += [f"  {each.name:<28} port {each.port}  jump host" for each in rack.bastions]
    lines.append(f"User {USERNAME}, password {PASSWORD}, enable password {ENABLE}.")
    lines += note
    lines.append("Ctrl-C or SIGTERM ends them.")
    return "\n".join(lines)
