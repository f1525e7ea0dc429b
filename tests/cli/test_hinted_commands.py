"""A command that a message names works in the situation that prints it, typed as it is printed."""

from __future__ import annotations

import json
import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.cli.main import main
from tests.as_operator import write_inventory

if TYPE_CHECKING:
    from collections.abc import Callable

    Slp = Callable[..., "Ended"]

FOUND = (0, 3)  # it did what it does; findings are no failure of it


@dataclass(frozen=True, slots=True)
class Ended:
    """Exit code of a call, and what it printed on both streams."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Situation:
    """A call that prints a command; that command, words added to it, its codes; a call that works then."""

    call: str
    named: str
    more: str = ""
    codes: tuple[int, ...] = FOUND
    then: str = ""


WITHOUT_RUNS = {
    "no run to audit": Situation("audit --run last", "slp-ops collect", then="audit --run last"),
    "no run to resume": Situation("audit --resume last", "slp-ops audit", then="audit --run last"),
    "no run to compare": Situation("check-reachability --resume last", "slp-ops check-reachability"),
    "no run of a switch": Situation("history bad", "slp-ops collect", then="history bad"),
    "no run of a report": Situation("report abc123 --html page.html", "slp-ops collect"),
    "no trend": Situation("trend", "slp-ops audit", then="trend"),
}
WITH_RUNS = {
    "no such explanation": Situation("explain no-such-thing", "slp-ops rules"),
    "no such rule": Situation("audit --run last --ignore no-such-rule", "slp-ops rules"),
    "an inventory exists": Situation("init", "slp-ops inventory check -i inventory.yaml"),
    "a new inventory": Situation("init new.yaml", "slp-ops inventory check -i new.yaml"),
    "a run of another verb": Situation("collect --resume {audit}", "slp-ops runs list"),
    "a finding": Situation("audit --run {audit}", "slp-ops explain [a-z-]+"),
    "nothing to connect to": Situation(
        "check-reachability --limit offline", "slp-ops usage save", "--dry-run"
    ),
    "a plan that cannot be read": Situation(
        "remediate --plan old.json",
        "slp-ops remediate --dry-run --out new-plan.json",
    ),
    "a plan": Situation(
        "remediate --dry-run --limit bad --out plan.json", "slp-ops remediate --plan", "--yes"
    ),
    "a device of a source": Situation("collect -i csv:switches.csv", "slp-ops inventory check", codes=(2,)),
    "damaged evidence": Situation(
        "audit --run {damaged} --details", "slp-ops runs verify [0-9a-f]+", codes=(3,)
    ),
}


@pytest.fixture
def slp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ended]:
    """``slp("audit", "--json")`` calls the entry point in the test's folder."""
    monkeypatch.chdir(tmp_path)
    for name, value in {"PASSWORD": "netops", "ENABLE": "netops", "LOGIN_RATE": "0"}.items():
        monkeypatch.setenv(f"SLP_OPS_{name}", value)

    def call(*words: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["slp-ops", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Ended(int(ended.value.code or 0), printed.out + printed.err)

    return call


def check(slp: Slp, name: str, situation: Situation, runs: dict[str, str]) -> None:
    """Print the message, type its command, and do what it leads to."""
    printed = slp(*shlex.split(situation.call.format(**runs))).text
    found = re.search(rf"{situation.named}[^\n;)]*?(?= names each|[\n;)])", printed)
    assert found is not None, (name, printed)
    done = slp(*shlex.split(found[0])[1:], *situation.more.split())
    assert done.code in situation.codes, (name, found[0], done.text)
    if situation.then:
        after = slp(*shlex.split(situation.then))
        assert after.code in FOUND, (name, situation.then, after.text)


@pytest.mark.slow
def test_each_command_works_where_it_is_named(lab: Any, slp: Slp, tmp_path: Path) -> None:
    running = lab(scale=60, bad="lookup-disabled", offline="offline-overdue")
    inventory = Path(write_inventory(tmp_path / "inventory.yaml", running, "bad", "offline"))
    for name, situation in WITHOUT_RUNS.items():
        check(slp, name, situation, {})
        (tmp_path / "runs").rename(tmp_path / f"runs {name}")

    runs = {}
    for kind in ("audit", "damaged"):
        runs[kind] = json.loads(slp("audit", "--json", "-q").text)["run"]
    (capture,) = (tmp_path / "runs").glob(f"*{runs['damaged']}/bad/show-version.txt")
    capture.write_text("nothing\n")
    (tmp_path / "old.json").write_text('{"schema": "slp-ops/plan/0", "devices": []}')
    (tmp_path / "switches.csv").write_text("name,host,site\nsw1,192.0.2.1,to kyo\n")
    kept = inventory.read_bytes()
    for name, situation in WITH_RUNS.items():
        check(slp, name, situation, runs)
    assert inventory.read_bytes() == kept
