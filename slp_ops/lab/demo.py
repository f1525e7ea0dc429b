"""``make demo``: the simulated fleet, the main job on site tokyo, and its results.

Every process is a child of this one and is ended by its own id. The demo asks no questions and does
not touch the user's own state: all its files are below ``demo/``.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.lab import scenarios
from slp_ops.lab.fleet import default_fleet
from slp_ops.lab.rack import ENABLE, PASSWORD, USERNAME

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER: Final = Path("demo")
_SITE: Final = "tokyo"
_PATIENCE: Final = 240  # seconds: the demo as a whole ends within five minutes
_UNREAD: Final = 4  # how collect ends when some switches were not read completely
_JUDGED: Final = (3, _UNREAD)  # how audit ends when there are findings, or switches that were not read
_MADE: Final = ("report.html", "licences.xlsx", "case.zip")


def main() -> int:
    """Run the demo; return 0 when each switch ended as its planted fault implies."""
    runs, inventory = _FOLDER / "runs", _FOLDER / "inventory.yaml"
    _FOLDER.mkdir(exist_ok=True)
    # Files of an earlier demo only; other files in the folder stay.
    for name in _MADE:
        (_FOLDER / name).unlink(missing_ok=True)
    shutil.rmtree(runs, ignore_errors=True)
    inventory.unlink(missing_ok=True)
    _say("1. Start ten simulated switches on this machine, some with a planted fault.")
    with _fleet(inventory):
        _say(f"2. The main job: read every switch of site {_SITE}.")
        ended = _run(
            "collect", "--site", _SITE, "--inventory", str(inventory), "--runs-dir", str(runs)
        ).returncode
    _say("3. The switches are stopped. Is what was saved whole?")
    whole = _run("runs", "verify", "last", "--runs-dir", str(runs)).returncode
    shown = _run("runs", "show", "last", "--runs-dir", str(runs), "--json", quiet=True).stdout
    wrong = _surprises(json.loads(shown))
    wrong += _told(runs)
    _say(f"The evidence, a text file for each command, is under {runs.resolve()}")
    for name in _MADE:
        print(f"   {(_FOLDER / name).resolve()}", flush=True)  # noqa: T201
    if ended != _UNREAD:
        wrong.append(f"collect ended with {ended} instead of {_UNREAD}")
    if whole != 0:
        wrong.append(f"runs verify ended with {whole} instead of 0")
    for line in wrong:
        _say(f"unexpected: {line}")
    if not wrong:
        _say("As expected: each planted fault was reported, and all other switches were read completely.")
    return 1 if wrong else 0


def _told(runs: Path) -> list[str]:
    """Report the findings: on the terminal, and as files to open and to send."""
    page, book, case = (str(_FOLDER / name) for name in _MADE)
    kept = ("--runs-dir", str(runs))
    _say("4. What is wrong with these switches, and what is to be done?")
    audited = _run("audit", "--run", "last", *kept).returncode
    _say("5. The same as a page, as a workbook, and as what support asks for.")
    ended = {
        "audit": 0 if audited in _JUDGED else audited,
        "report": _run("report", "last", "--html", page, "--xlsx", book, *kept).returncode,
        "bundle": _run("bundle", "last", "-o", case, "--trigger", "make demo", "--no-ask", *kept).returncode,
        "bundle --check": _run("bundle", "--check", case).returncode,
    }
    return [f"{verb} ended with {code}" for verb, code in ended.items() if code]


def expected(scenario: str) -> str:
    """Return how the reading of a switch ends, given its planted fault."""
    switch = scenarios.load(scenario).build()
    faults = switch.faults
    if faults.refuse_password or faults.reset_at_auth or faults.no_free_vty:
        return "failed"
    cut_short = faults.drop_command is not None or faults.hang_command is not None
    return "partial" if cut_short or switch.access.denied else "ok"


def _surprises(run: dict[str, list[dict[str, str]]]) -> list[str]:
    ended = {device["name"]: device["status"] for device in run["devices"]}
    return [
        f"{place.name} ({place.scenario}) is {ended.get(place.name, 'missing')}, "
        f"not {expected(place.scenario)}"
        for place in default_fleet()
        if place.site == _SITE and ended.get(place.name) != expected(place.scenario)
    ]


@contextmanager
def _fleet(inventory: Path) -> Iterator[None]:
    """Run the simulated switches; yields when all of them listen."""
    words = _words("lab", "up", "--base-port", "0", "--inventory-out", str(inventory))
    with subprocess.Popen(  # noqa: S603 - our own command line
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=_environment()
    ) as fleet:
        try:
            assert fleet.stdout is not None  # noqa: S101 - a pipe was asked for
            for line in fleet.stdout:
                print(f"   {line}", end="", flush=True)  # noqa: T201
                if line.startswith("Inventory:"):
                    break
            if not inventory.exists():
                raise SystemExit("the simulated switches did not start")
            yield
        finally:
            fleet.terminate()
            try:
                fleet.wait(timeout=10)
            except subprocess.TimeoutExpired:
                fleet.kill()


def _run(*arguments: str, quiet: bool = False) -> subprocess.CompletedProcess[str]:
    words = _words(*arguments)
    if not quiet:
        print(f"   $ slp-ops {shlex.join(arguments)}", flush=True)  # noqa: T201
    return subprocess.run(  # noqa: S603 - our own command line
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        text=True,
        env=_environment(),
        timeout=_PATIENCE,
        check=False,
    )


def _words(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from slp_ops.cli.main import main; main()", *arguments]


def _environment() -> dict[str, str]:
    """Return the user's environment without settings of slp-ops, with the lab's credential."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SLP_OPS_")}
    return kept | {
        "SLP_OPS_USERNAME": USERNAME,
        "SLP_OPS_PASSWORD": PASSWORD,
        "SLP_OPS_ENABLE": ENABLE,
        "XDG_STATE_HOME": str((_FOLDER / "state").resolve()),
        "XDG_CONFIG_HOME": str((_FOLDER / "config").resolve()),
    }


def _say(text: str) -> None:
    print(f"\n{text}", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
