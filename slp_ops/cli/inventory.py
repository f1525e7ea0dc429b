"""``slp-ops inventory``: is the inventory sound, and what does it say?"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from slp_ops.cli.exits import Exit
from slp_ops.cli.options import inventory_option, json_option
from slp_ops.cli.target import ssh_config_option
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.errors import InputError
from slp_ops.i18n import counted
from slp_ops.report.terminal.layout import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from slp_ops.app.inventory import InventoryCheck


@click.group(name="inventory")
def command() -> None:
    """Check an inventory before a run depends on it."""


@command.command(name="check")
@inventory_option
@ssh_config_option
@json_option
def check(inventory_path: Path, ssh_config: Path, as_json: bool) -> None:
    """Report every problem at once with file and line, or sum up what the inventory holds.

    Nothing is sent to any switch and no password is shown or asked for.
    """
    from slp_ops.app.inventory import InventoryRequest
    from slp_ops.app.inventory import check as run

    try:
        found = run(InventoryRequest(path=inventory_path, ssh_config=ssh_config), TerminalOperator())
    except InputError as error:
        if not as_json:
            raise
        click.echo(json.dumps(_problems(error), indent=2, ensure_ascii=False))
        raise click.exceptions.Exit(Exit.USAGE) from error
    if as_json:
        click.echo(json.dumps(_summary(found), indent=2, ensure_ascii=False))
    else:
        _print(found)


def _problems(error: InputError) -> dict[str, object]:
    return {
        "schema": 1,
        "ok": False,
        "problems": [asdict(problem) for problem in error.problems],
        "hint": error.hint,
    }


def _summary(found: InventoryCheck) -> dict[str, object]:
    inventory, per_site = found.inventory, found.devices_at
    return {
        "schema": 1,
        "ok": True,
        "path": str(found.path),
        "sites": [{**asdict(site), "devices": per_site[site.name]} for site in inventory.sites],
        "devices": len(inventory.devices),
        "tags": dict(Counter(tag for device in inventory.devices for tag in device.tags)),
        "transports": dict(Counter(device.transport for device in inventory.devices)),
        "legacy_ssh": [device.name for device in inventory.devices if device.legacy_ssh],
        "credentials": [asdict(origin) for origin in found.credentials],
    }


def _print(found: InventoryCheck) -> None:
    inventory, devices = found.inventory, found.inventory.devices
    counts = f"{counted(len(devices), 'device')} in {counted(len(inventory.sites), 'site')}"
    click.echo(f"{found.path}: no problems; {counts}")
    sites = [("SITE", "DEVICES", "AT ONCE", "TAGS", "TRANSPORTS", "DESCRIPTION")]
    for site in inventory.sites:
        here = [device for device in devices if device.site == site.name]
        sites.append(
            (
                site.name,
                str(len(here)),
                str(site.max_sessions or ""),
                _counted(tag for device in here for tag in device.tags),
                _counted(device.transport for device in here),
                site.description,
            )
        )
    _table(sites)
    _table(
        [
            ("CREDENTIAL", "USER NAME", "PROOF", "ENABLE", "MISSING"),
            *((one.name, one.username, one.proof, one.enable, one.missing) for one in found.credentials),
        ]
    )
    if old := [device.name for device in devices if device.legacy_ssh]:
        click.echo(f"\nSHA-1 allowed (legacy_ssh): {', '.join(old)}")
    if behind := Counter(device.jump[0].host for device in devices if device.jump):
        click.echo(f"\nBehind a jump host: {_listed(behind)}")


def _table(rows: Sequence[tuple[str, ...]]) -> None:
    click.echo(f"\n{table(rows[0], rows[1:])}")


def _counted(words: Iterable[str]) -> str:
    return _listed(Counter(words))


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{word} {count}" for word, count in counts.most_common())
