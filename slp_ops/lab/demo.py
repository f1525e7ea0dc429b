"""``make demo``: the simulated fleet, the main job on site tokyo, and its results.

Every process is a child of this one and is ended by its own id. The demo asks no questions and does
not touch the user's own state: all its files are below ``demo/``.
"""

from __future__ import annotations

import json
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.lab import scenarios
from slp_ops.lab.demo_calls import DemoCalls, say
from slp_ops.lab.fleet import default_fleet

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER: Final = Path("demo")
_SITE: Final = "tokyo"
_CALLS: Final = DemoCalls(_FOLDER)
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
    say("1. Start ten simulated switches on this machine, some with a planted fault.")
    with _fleet(inventory):
        say(f"2. The main job: read every switch of site {_SITE}.")
        ended = _CALLS.run(
            "collect", "--site", _SITE, "--inventory", str(inventory), "--runs-dir", str(runs)
        ).returncode
    say("3. The switches are stopped. Is what was saved whole?")
    whole = _CALLS.run("runs", "verify", "last", "--runs-dir", str(runs)).returncode
    shown = _CALLS.run("runs", "show", "last", "--runs-dir", str(runs), "--json", quiet=True).stdout
    wrong = _surprises(json.loads(shown))
    wrong += _told(runs)
    say(f"The evidence, a text file for each command, is under {runs.resolve()}")
    for name in _MADE:
        print(f"   {(_FOLDER / name).resolve()}", flush=True)  # noqa: T201
    if ended != _UNREAD:
        wrong.append(f"collect ended with {ended} instead of {_UNREAD}")
    if whole != 0:
        wrong.append(f"runs verify ended with {whole} instead of 0")
    for line in wrong:
        say(f"unexpected: {line}")
    if not wrong:
        say("As expected: each planted fault was reported, and all other switches were read completely.")
    return 1 if wrong else 0


def _told(runs: Path) -> list[str]:
    """Report the findings: on the terminal, and as files to open and to send."""
    page, book, case = (str(_FOLDER / name) for name in _MADE)
    kept = ("--runs-dir", str(runs))
    say("4. What is wrong with these switches, and what is to be done?")
    audited = _CALLS.run("audit", "--run", "last", *kept).returncode
    say("5. The same as a page, as a workbook, and as what support asks for.")
    ended = {
        "audit": 0 if audited in _JUDGED else audited,
        "report": _CALLS.run("report", "last", "--html", page, "--xlsx", book, *kept).returncode,
        "bundle": _CALLS.run(
            "bundle", "last", "-o", case, "--trigger", "make demo", "--no-ask", *kept
        ).returncode,
        "bundle --check": _CALLS.run("bundle", "--check", case).returncode,
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
    words = ("lab", "up", "--base-port", "0", "--inventory-out", str(inventory))
    with _CALLS.running(*words, until="Inventory:"):
        if not inventory.exists():
            raise SystemExit("the simulated switches did not start")
        yield


if __name__ == "__main__":
    sys.exit(main())
