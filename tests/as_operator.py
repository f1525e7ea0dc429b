"""slp-ops as an operator runs it: a process of its own, with an inventory of simulated switches."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a process: the lab's password, logins without a pause, and ``more``."""
    return {**os.environ, "SLP_OPS_PASSWORD": "netops", "SLP_OPS_LOGIN_RATE": "0", **more}


def command_line(*arguments: object) -> list[str]:
    """Return the command line of a call of slp-ops."""
    return [sys.executable, "-m", "slp_ops", *map(str, arguments)]


def slp_ops(
    folder: Path, *arguments: object, timeout: float = 300.0, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run slp-ops in a folder, without a terminal; return what it printed and its exit code."""
    return subprocess.run(
        command_line(*arguments),
        cwd=folder,
        env=environment(**environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def write_inventory(
    path: Path,
    running: Any,
    *names: str,
    settings: dict[str, dict[str, Any]] | None = None,
    **defaults: Any,
) -> str:
    """Write the inventory of these simulated switches, with the settings of each; return its path."""
    devices = {
        name: {"host": "127.0.0.1", "port": running.rack[name].port, **(settings or {}).get(name, {})}
        for name in names
    }
    sites = {"tokyo": {"devices": devices}}
    path.write_text(
        yaml.safe_dump({"version": 1, "defaults": {"username": "netops", **defaults}, "sites": sites})
    )
    return str(path)
