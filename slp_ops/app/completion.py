"""Values for the shell's completion: read from disk only, and nothing of what cannot be read.

A key press must neither wait for a network nor print an error, so every failure of reading is an empty list.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from slp_ops.app.operator import NonInteractive
from slp_ops.errors import SlpOpsError

if TYPE_CHECKING:
    from slp_ops.inventory import Inventory

_MOST_RUNS = 50  # the newest ones: the header of each is read


def sites(location: Path | str) -> list[tuple[str, str]]:
    """Return the sites of an inventory, each with its description."""
    inventory = _inventory(location)
    return [] if inventory is None else [(site.name, site.description) for site in inventory.sites]


def tags(location: Path | str) -> list[tuple[str, str]]:
    """Return the tags of the devices of an inventory."""
    inventory = _inventory(location)
    found = {} if inventory is None else {tag: "" for each in inventory.devices for tag in each.tags}
    return sorted(found.items())


def devices(location: Path | str) -> list[tuple[str, str]]:
    """Return the devices of an inventory, each with its site."""
    inventory = _inventory(location)
    return [] if inventory is None else [(device.name, device.site) for device in inventory.devices]


def runs(runs_dir: Path) -> list[tuple[str, str]]:
    """Return the newest runs, each with its verb and start."""
    from slp_ops.runs import Runs

    try:
        found = Runs(runs_dir).folders()[-_MOST_RUNS:]
        return [(run.id, f"{run.header.verb}, {run.header.started:%Y-%m-%d %H:%M}Z") for run in found[::-1]]
    except (SlpOpsError, OSError):
        return []


def devices_of_run(runs_dir: Path, reference: str) -> list[tuple[str, str]]:
    """Return the devices of a run, each with its site."""
    from slp_ops.runs import Runs

    try:
        header = Runs(runs_dir).open(reference).header
    except (SlpOpsError, OSError):
        return []
    return [(device.name, device.site) for device in header.devices]


def rules(rules_dir: Path | None) -> list[tuple[str, str]]:
    """Return the rules, each with its title."""
    from slp_ops.app.rule_options import knowledge_of

    try:
        return [(rule.id, rule.title.en) for rule in knowledge_of(rules_dir).rules]
    except (SlpOpsError, OSError):
        return []


def playbooks(playbooks_dir: Path | None) -> list[tuple[str, str]]:
    """Return the playbooks, each with its title."""
    from slp_ops.app.change.parameters import load_playbooks

    try:
        known = [] if playbooks_dir is None else [name for name, _ in rules(None)]
        return [(playbook.id, playbook.title.en) for playbook in load_playbooks(playbooks_dir, rules=known)]
    except (SlpOpsError, OSError):
        return []


def _inventory(location: Path | str) -> Inventory | None:
    from slp_ops.app.selection import SourceOptions, read_inventory

    try:
        return read_inventory(location, Path("none"), NonInteractive(), SourceOptions(offline=True))
    except (SlpOpsError, OSError):
        return None
