"""Write what this version leaves on disk, for later versions to read: ``python -m tests.compat.record``.

It runs once for each released version and writes ``tests/compat/data/<version>/``. A folder that exists is
never written again: only the version itself can say what it wrote.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from slp_ops import __version__
from slp_ops.lab.cssm import acknowledge
from slp_ops.lab.hostkeys import HostKeys
from tests.conftest import Lab

if TYPE_CHECKING:
    from collections.abc import Iterable

DATA: Final = Path(__file__).parent / "data"
CLOCK: Final = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
READ: Final = {"sw-fine": "healthy", "sw-dns": "dns-failure", "sw-denied": "aaa-denied"}
PLANNED: Final = {"sw-fresh": "factory-fresh", "sw-lookup": "lookup-disabled"}
HALF: Final = {"sw-fresh": "factory-fresh"}
OFFLINE: Final = {"sw-offline": "offline-overdue"}
HALF_SENT: Final = "license smart url smart https://smartreceiver.cisco.com/licservice/license"
ELSEWHERE: Final = "/srv/slp-ops"  # stands for the folder in which the version ran


def write_inventory(path: Path, lab: Lab, names: Iterable[str], **defaults: Any) -> None:
    """Write an inventory of these switches."""
    devices = {name: {"host": "127.0.0.1", "port": lab.rack[name].port} for name in names}
    sites = {"tokyo": {"devices": devices}}
    content = {"version": 1, "defaults": {"username": "netops", **defaults}, "sites": sites}
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def run(folder: Path, *arguments: str, code: int) -> str:
    """Run slp-ops as an operator does; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "slp_ops", *arguments],
        cwd=folder,
        env={
            **os.environ,
            "SLP_OPS_PASSWORD": "netops",
            "SLP_OPS_ENABLE": "netops",
            "SLP_OPS_SSH_CONFIG": "none",
            "SLP_OPS_LOGIN_RATE": "0",
            "SLP_OPS_LANG": "en",
            "XDG_STATE_HOME": str(folder.parent / "state"),
            "XDG_CONFIG_HOME": str(folder.parent / "config"),
            "PYTHONPATH": str(Path.cwd()),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode != code:
        raise SystemExit(f"{arguments} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> None:
    """Write the folder of this version."""
    target = DATA / __version__
    if target.exists():
        raise SystemExit(f"{target} exists already")
    with tempfile.TemporaryDirectory() as temporary:
        keys = HostKeys.load(Path(temporary) / "keys")
        folder = Path(temporary) / "work"
        folder.mkdir()
        _read_twice(folder, keys)
        _plan(folder, keys)
        _half(folder, keys)
        _exchange(folder, keys)
        (folder / "inventory.yaml").unlink()
        for path in folder.rglob("*.json*"):
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(str(folder), ELSEWHERE), encoding="utf-8")
        shutil.copytree(folder, target)
    print(f"wrote {target}")  # noqa: T201 - a program for the terminal


def _read_twice(folder: Path, keys: HostKeys) -> None:
    with Lab(keys, 1.0, dict(READ), CLOCK) as lab:
        write_inventory(folder / "inventory.yaml", lab, READ)
        run(folder, "collect", code=4)
        for name in READ:
            lab.change(name, lambda switch: switch.clock.advance(timedelta(days=2).total_seconds()))
        lab.change("sw-fine", lambda switch: switch.configure("no ip domain lookup"))
        run(folder, "audit", code=4)
    run(folder, "history", "sw-fine", code=0)
    run(folder, "bundle", "last", "-o", "case.zip", "--trigger", "an upgrade", "--no-ask", code=0)


def _plan(folder: Path, keys: HostKeys) -> None:
    with Lab(keys, 1.0, dict(PLANNED), CLOCK) as lab:
        write_inventory(folder / "inventory.yaml", lab, PLANNED, intent={"topology": "smart"})
        run(folder, "remediate", "--dry-run", "--out", "plan.json", "--runs-dir", "planned", code=0)


def _half(folder: Path, keys: HostKeys) -> None:
    """Write a journal whose session broke after the first of two configuration lines."""
    with Lab(keys, 1.0, dict(HALF), CLOCK) as lab:
        write_inventory(folder / "inventory.yaml", lab, HALF, intent={"topology": "smart"})

        def drop_after_first_line(switch: Any) -> None:
            configure = switch.configure

            def once(line: str, under: tuple[str, ...] = (), *, user: str = "netops") -> None:
                configure(line, under, user=user)
                assert line == HALF_SENT
                del switch.configure
                for connection in list(lab.rack["sw-fresh"].host._lines.values()):
                    connection.abort()

            switch.configure = once

        lab.change("sw-fresh", drop_after_first_line)
        run(folder, "remediate", "--yes", "--runs-dir", "half", code=5)


def _exchange(folder: Path, keys: HostKeys) -> None:
    with Lab(keys, 1.0, dict(OFFLINE), CLOCK) as lab:
        write_inventory(folder / "inventory.yaml", lab, OFFLINE)
        lab.change("sw-offline", lambda switch: switch.configure("ip scp server enable"))
        saved = json.loads(run(folder, "usage", "save", "--yes", "--json", "--runs-dir", "usage", code=0))
        (folder / "acks").mkdir()
        for each in saved["files"]:
            ack = acknowledge(Path(folder / each["path"]).read_bytes())
            (folder / "acks" / f"ACK_{each['host']}.txt").write_bytes(ack)


if __name__ == "__main__":
    main()
