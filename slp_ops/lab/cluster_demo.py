"""``make demo-cluster``: 200 simulated switches on two sites, read by a worker at each over a hub.

One worker is killed in the middle. The audit is then made without a hub, and both must say the same. Every
process is a child of this one. The demo asks no questions; all its files are below ``demo-cluster/``.
"""

from __future__ import annotations

import json
import shutil
import socket
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from slp_ops.lab.demo_calls import DemoCalls, say

if TYPE_CHECKING:
    import subprocess
    from contextlib import AbstractContextManager

_FOLDER: Final = Path("demo-cluster")
_CALLS: Final = DemoCalls(_FOLDER)
_SITES: Final = ("tokyo", "osaka")
_SWITCHES: Final = 100  # of a site
_MIDDLE: Final = 60  # devices that are done when a worker is killed
_SECONDS: Final = 120


def main() -> int:
    """Run the demo; return 0 when both audits say the same."""
    shutil.rmtree(_FOLDER, ignore_errors=True)
    _FOLDER.mkdir()
    inventory, hub = _FOLDER / "inventory.yaml", str(_FOLDER / "hub")
    with ExitStack() as stack:
        say(f"1. Start {len(_SITES) * _SWITCHES} simulated switches on this machine, at two sites.")
        _start_switches(stack, inventory)
        say("2. Make a hub, and start it.")
        port = _free_pair()
        listen = ("--address", "127.0.0.1", "--listen", "127.0.0.1", "--port", str(port))
        _CALLS.run("hub", "init", "--folder", hub, *listen, "--disk", "1")
        stack.enter_context(_CALLS.running("hub", "up", "--folder", hub, until="hub: broker"))
        say("3. A worker joins at each site with a one-time code, and starts.")
        for site in _SITES:
            _join(hub, site, port)
        workers = {site: stack.enter_context(_worker(site, inventory)) for site in _SITES}
        say(
            "4. Audit every switch over the hub. The worker of tokyo is killed in the middle; another starts."
        )
        words = ("audit", "--inventory", str(inventory), "--json", "--quiet")
        runs = _FOLDER / "runs-over-hub"
        with _CALLS.running(*words, "--runs-dir", str(runs), "--hub", hub) as audit:
            _wait_until_done(audit, runs, _MIDDLE)
            workers["tokyo"].kill()
            workers["tokyo"].wait()
            say(f"   killed, with {_done(runs)} of {len(_SITES) * _SWITCHES} switches done")
            stack.enter_context(_worker("tokyo", inventory))
            over_hub, _ = audit.communicate(timeout=_SECONDS)
        _CALLS.run("hub", "status", "--folder", hub)
        say("5. The same audit from here, without a hub.")
        from_here = _CALLS.run(*words, "--runs-dir", str(_FOLDER / "runs-from-here"), quiet=True).stdout
    return _compare(over_hub, from_here)


def _start_switches(stack: ExitStack, inventory: Path) -> None:
    """Start the switches of each site, and write one inventory of all."""
    merged: dict[str, Any] = {}
    for site in _SITES:
        path = inventory.with_name(f"{site}.yaml")
        words = ("lab", "up", "--size", str(_SWITCHES), "--base-port", "0", "--inventory-out", str(path))
        stack.enter_context(_CALLS.running(*words, until="Inventory:", shown=False))
        print(f"   {_SWITCHES} at {site}", flush=True)  # noqa: T201
        content = yaml.safe_load(path.read_text("utf-8"))
        (found,) = content["sites"].values()
        devices = {f"{site}-{name}": device for name, device in found["devices"].items()}
        merged = merged or {**content, "sites": {}}
        merged["sites"][site] = {**found, "devices": devices}
    merged["defaults"]["transport"] = "asyncssh"
    inventory.write_text(yaml.safe_dump(merged), "utf-8")


def _join(hub: str, site: str, port: int) -> None:
    invited = _CALLS.run("hub", "site", "add", site, "--folder", hub, quiet=True).stdout
    code = invited.split()[-1]
    joined = _CALLS.run("worker", "join", f"127.0.0.1:{port + 1}", quiet=True, piped=code)
    print(f"   {joined.stdout.splitlines()[0]}", flush=True)  # noqa: T201


def _worker(site: str, inventory: Path) -> AbstractContextManager[subprocess.Popen[str]]:
    limits = ("--max-sessions", "20", "--login-rate", "20")
    words = ("worker", "--site", site, "--inventory", str(inventory), *limits)
    return _CALLS.running(*words, until=f"site {site}: connected")


def _wait_until_done(audit: subprocess.Popen[str], runs: Path, devices: int) -> None:
    end = time.monotonic() + _SECONDS
    while audit.poll() is None and _done(runs) < devices and time.monotonic() < end:
        time.sleep(0.1)


def _done(runs: Path) -> int:
    """Return how many devices of the run have ended."""
    return sum(len(path.read_bytes().splitlines()) for path in runs.glob("*/devices.jsonl"))


def _compare(over_hub: str, from_here: str) -> int:
    verdicts = [_verdicts(text) for text in (over_hub, from_here)]
    switches = len({device for device, *_ in verdicts[0]})
    if verdicts[0] != verdicts[1] or switches != len(_SITES) * _SWITCHES:
        say(f"unexpected: the audits differ, or not every switch was read ({switches})")
        return 1
    say(f"As expected: both audits have the same {len(verdicts[0])} verdicts on {switches} switches.")
    return 0


def _verdicts(text: str) -> list[tuple[str, str, str]]:
    outcomes = json.loads(text)["outcomes"]
    return sorted((each["device"], each["rule"], each["verdict"]) for each in outcomes)


def _free_pair() -> int:
    """Return a free port whose next one is free, too."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            try:
                other.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


if __name__ == "__main__":
    sys.exit(main())
