"""Ctrl-C over a hub: the operator leaves the tasks to the workers, or cancels them."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app import sessions
from slp_ops.app.collect import CollectRequest, run
from slp_ops.app.operator import NonInteractive, StopChoice
from slp_ops.app.selection import DeviceSelection
from slp_ops.app.sessions import SessionOptions
from slp_ops.errors import Interrupted
from slp_ops.runs import Runs
from tests.cluster.conftest import write_inventory
from tests.cluster.terminal import CTRL_C, Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slp_ops.ports import ProgressEvent
    from tests.cluster.conftest import Rig


class Detaching(NonInteractive):
    """An operator who presses Ctrl-C when the first switch is read, and leaves the rest to the workers."""

    def __init__(self) -> None:
        self.pressed = False

    @contextmanager
    def progress(self, verb: str, total: int) -> Iterator[Detaching]:
        yield self

    def event(self, event: ProgressEvent) -> None:
        if not self.pressed:
            self.pressed = True
            os.kill(os.getpid(), signal.SIGINT)

    def done(self, device: str, status: str, detail: str) -> None:
        pass

    async def choose_stop(self, tasks: int) -> StopChoice:
        return StopChoice.DETACH


CLOCK = datetime(2026, 11, 24, 4, 11, 31, tzinfo=UTC)
QUESTION = "detach or cancel?"


# Seconds of an answer: no switch is read before the operator has decided; some seconds a switch; at once.
SLOW, STEADY, QUICK = 4.0, 0.15, 0.02


class Site:
    """A site of four switches whose worker opens two sessions at once."""

    def __init__(self, rig: Rig, lab: Callable[..., Any]) -> None:
        self.rig = rig
        self.running = lab(clock=CLOCK, **{f"sw{number}": "healthy" for number in range(4)})
        inventory = rig.folder / "inventory.yaml"
        self.inventory = write_inventory(inventory, self.running, {"tokyo": self.running.names})
        rig.worker("tokyo", rig.join("tokyo"), self.inventory, "--max-sessions", "2")

    def answer_after(self, seconds: float) -> None:
        for name in self.running.names:
            self.running.fault(name, command_delay=seconds)

    def begin(self, verb: str, *words: str, **environment: str) -> Terminal:
        """Start a verb on a terminal, and wait until switches are being read; from then on they are slow."""
        self.answer_after(STEADY)
        before = self.lines()
        terminal = Terminal(
            [
                *(sys.executable, "-m", "slp_ops", verb, *words, "-i", str(self.inventory)),
                *("--runs-dir", str(self.rig.folder / "runs"), "--hub", str(self.rig.hub_folder)),
            ],
            {**self.rig.environment, "TERM": "xterm", "COLUMNS": "200", **environment},
        )
        self.rig.wait_for(lambda: self.lines() > before + 4, "hub")
        self.answer_after(SLOW)
        return terminal

    def lines(self) -> int:
        """Count the lines that all switches received."""
        return sum(len(self.running.lines(name)) for name in self.running.names)

    def open_tasks(self) -> int:
        (site,) = self.rig.status()
        return site.waiting + site.running

    def newest(self) -> Path:
        return Runs(self.rig.folder / "runs").open("last").path


@pytest.mark.slow
def test_detached_tasks_are_done_by_the_workers_and_taken_later(lab: Callable[..., Any], rig: Rig) -> None:
    site = Site(rig, lab)
    with site.begin("collect") as terminal:
        terminal.type(CTRL_C)
        terminal.wait_for(QUESTION)
        assert "4 open tasks at the workers" in terminal.printed
        terminal.type("leave\n")
        terminal.wait_for("answer one of: detach, cancel")
        terminal.type("detach\n")
        assert terminal.end() == 130
    assert "interrupted: 0 of 4 devices done; 4 tasks left to the workers" in terminal.printed
    assert f"--hub {rig.hub_folder}" in terminal.printed.split("hint:")[1]
    assert site.open_tasks() == 4
    run = site.newest()

    site.answer_after(QUICK)
    rig.wait_for(lambda: not site.open_tasks(), "hub")
    sent = site.lines()
    resumed = rig.collect(site.inventory, "--resume", "last")

    assert resumed.exit_code == 0, resumed.output
    assert site.newest() == run
    assert site.lines() == sent, "read twice"

    # Resumed while workers still read: what is stored is taken, and the rest is waited for.
    with site.begin("audit", SLP_OPS_LANG="ja") as terminal:
        site.answer_after(STEADY)
        rig.wait_for(lambda: site.open_tasks() < 4, "hub")
        site.answer_after(SLOW)
        terminal.type(CTRL_C)
        terminal.wait_for("detach と cancel")
        terminal.type("detach\n")
        assert terminal.end() == 130
    assert "をワーカに残しました" in terminal.printed
    assert "--resume" in terminal.printed
    site.answer_after(QUICK)
    of_one_that_is_done = max(len(site.running.lines(name)) for name in site.running.names)
    resumed = rig.collect(site.inventory, "--resume", "last", "--json", verb="audit")
    assert resumed.exit_code in (0, 3), resumed.output
    assert site.open_tasks() == 0
    per_switch = {len(site.running.lines(name)) for name in site.running.names}
    assert per_switch == {of_one_that_is_done}, "each was read once by each verb"


@pytest.mark.slow
def test_a_second_ctrl_c_or_an_empty_answer_cancels(
    lab: Callable[..., Any], rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(rig, lab)
    for keys in (CTRL_C, "\n"):
        with site.begin("collect") as terminal:
            terminal.type(CTRL_C)
            terminal.wait_for(QUESTION)
            terminal.type(keys)
            assert terminal.end() == 130
        assert "interrupted: 0 of 4 devices done; what was read is in" in terminal.printed
        assert site.open_tasks() == 0

    # The work ends while the question is open: nothing is left to decide.
    with site.begin("collect") as terminal:
        terminal.type(CTRL_C)
        terminal.wait_for(QUESTION)
        site.answer_after(QUICK)
        assert terminal.end() == 0
    assert "4 devices: 4 ok" in terminal.printed

    # Of a large fleet not every task is submitted when the operator detaches: the rest is submitted then.
    monkeypatch.setattr(sessions, "_SUBMITTED", 1)
    site.answer_after(SLOW / 2)
    request = CollectRequest(
        target=DeviceSelection(inventory_path=site.inventory),
        connecting=SessionOptions(hub=rig.hub_folder),
        runs_dir=rig.folder / "runs",
    )
    with pytest.raises(Interrupted, match="0 of 4 devices done; 4 tasks left to the workers"):
        run(request, Detaching())
    assert site.open_tasks() == 4
    site.answer_after(QUICK)
    rig.wait_for(lambda: not site.open_tasks(), "hub")
    sent = site.lines()
    assert rig.collect(site.inventory, "--resume", "last").exit_code == 0
    assert site.lines() == sent, "read twice"
