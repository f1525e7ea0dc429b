"""Show commands as terminal text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.commands import ShowCommand


def render(commands: Sequence[ShowCommand]) -> str:
    """Return a row for each command."""
    rows = [("COMMAND", "RELEASES", "SETS", "NOTE"), *(_columns(each) for each in commands)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _columns(each: ShowCommand) -> tuple[str, str, str, str]:
    match (each.since, each.until):
        case None, None:
            releases = "all"
        case since, None:
            releases = f"{since} and later"
        case None, until:
            releases = f"up to {until}"
        case since, until:
            releases = f"{since} to {until}"
    note = f"never sent: needs '{each.needs_config}' in the configuration" if each.needs_config else ""
    return (each.command, releases, ", ".join(sorted(each.sets)) or "-", note)
