"""Options of a call for a command that follows it: typed literally, it finds the same switches and runs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.app.selection import SSH_CONFIG
from slp_ops.app.sessions import SessionOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slp_ops.app.selection import DeviceSelection
    from slp_ops.runs import Run

_RUNS: Final = Path("runs")
_MOST_NAMES: Final = 20
_PLAIN: Final = re.compile(r"[\w.-]+", re.ASCII)
_SESSION: Final = {
    "known_hosts": "--known-hosts",
    "host_key": "--host-key",
    "transport": "--transport",
    "connect_timeout": "--connect-timeout",
    "login_timeout": "--login-timeout",
}


def source_options(target: DeviceSelection, connecting: SessionOptions, runs_dir: Path) -> str:
    """Return the options that find the same inventory, sessions and runs."""
    return shlex.join(_source(target, connecting, runs_dir))


def switch_options(target: DeviceSelection, names: Sequence[str]) -> str:
    """Return the options that select these switches; the selection of the call where they are many."""
    if len(names) <= _MOST_NAMES and all(_PLAIN.fullmatch(name) for name in names):
        return shlex.join(("--limit", ",".join(names)))
    selection = target.selection
    words = [word for site in selection.sites for word in ("--site", site)]
    words += [word for tag in selection.tags for word in ("--tag", tag)]
    words += ["--limit", selection.limit] if selection.limit else []
    return shlex.join(words)


def resume_command(verb: str, run: Run, connecting: SessionOptions) -> str:
    """Return the command that reads the rest of a run into it."""
    inventory = str(run.selection.get("inventory", ""))
    runs_dir = run.path.parent
    where = () if runs_dir == _RUNS else ("--runs-dir", str(runs_dir))
    words = ("slp-ops", verb, "-i", inventory, *where, *_session(connecting), "--resume", run.id)
    return shlex.join(words)


def _source(target: DeviceSelection, connecting: SessionOptions, runs_dir: Path) -> Iterator[str]:
    yield from ("-i", str(target.inventory_path))
    if target.ssh_config != SSH_CONFIG:
        yield from ("--ssh-config", str(target.ssh_config))
    if runs_dir != _RUNS:
        yield from ("--runs-dir", str(runs_dir))
    yield from _session(connecting)


def _session(connecting: SessionOptions) -> Iterator[str]:
    default = SessionOptions()
    for name, option in _SESSION.items():
        value = getattr(connecting, name)
        if value != getattr(default, name):
            yield from (option, str(value))
