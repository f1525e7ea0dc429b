"""Commands that follow a call. Where one is printed, the command line adds the options of the call."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.app.selection import DeviceSelection

_MOST_NAMES: Final = 20
_PLAIN: Final = re.compile(r"[\w.-]+", re.ASCII)


def switch_options(target: DeviceSelection, names: Sequence[str]) -> str:
    """Return the options that select these switches; the selection of the call where they are many."""
    if len(names) <= _MOST_NAMES and all(_PLAIN.fullmatch(name) for name in names):
        return shlex.join(("--limit", ",".join(names)))
    selection = target.selection
    words = [word for site in selection.sites for word in ("--site", site)]
    words += [word for tag in selection.tags for word in ("--tag", tag)]
    words += ["--limit", selection.limit] if selection.limit else []
    return shlex.join(words)


def resume_command(verb: str, run: str) -> str:
    """Return the command that reads the rest of a run into it."""
    return shlex.join(("slp-ops", verb, "--resume", run))


def journal_command(verb: str, option: str, journal: object) -> str:
    """Return the command that continues or rolls back a change."""
    return f"slp-ops {verb} {option} {shlex.quote(str(journal))}"
