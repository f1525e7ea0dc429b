"""Clocks that are wrong, or jump while a verb is at work."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.signals import Signals
from tests.faults.trial import APPLIED, NAME_SERVER, TRANSPORTS, in_turn

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

_SHIM = Path(__file__).with_name("clock_shim")
_DAY = timedelta(days=1).total_seconds()


@pytest.fixture
def clock(tmp_path: Path) -> Callable[[float], dict[str, str]]:
    """``clock(seconds)`` sets how far the wall clock of children is ahead; returns their environment."""
    file = tmp_path / "clock-offset"

    def set_to(seconds: float) -> dict[str, str]:
        whole = file.with_suffix(".new")
        whole.write_text(str(seconds))
        whole.replace(file)
        return {"PYTHONPATH": str(_SHIM), "FAULTS_CLOCK": str(file)}

    return set_to


def test_the_order_of_runs_does_not_go_by_the_wall_clock(bench: Any, clock: Any) -> None:
    running = bench({"sw1": "healthy"})
    ahead = clock(90 * _DAY)
    assert running.run("collect", "-i", "inventory.yaml", **ahead).code == 0
    future = {path.name for path in running.runs()}
    for _ in range(3):
        assert running.run("collect", "-i", "inventory.yaml").code == 0
    made = [call.err.split(":")[0].removeprefix("run ") for call in running.calls]
    last = running.run("runs", "show", "last", "--json")
    assert last.json["run"]["id"] == made[-1], last.text
    pruned = running.run("runs", "prune", "--keep", "1", "--yes")
    assert pruned.code == 0, pruned.text
    left = {path.name.rpartition("-")[2] for path in running.runs()}
    assert made[-1] in left
    listed = running.run("runs", "list").text
    assert not future & {path.name for path in running.runs()} or "future" in listed


@pytest.mark.parametrize("jump", [-2 * _DAY, 2 * _DAY])
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_jump_of_the_clock_does_not_stop_watch(bench: Any, clock: Any, transport: str, jump: float) -> None:
    running = bench({"sw1": "healthy"}, transport=transport)
    environ = clock(0)
    offsets = iter((jump, 0.0, jump, 0.0, jump))

    def jumps() -> None:
        clock(next(offsets, 0.0))

    for line in ("show version", "show logging", "show license all", "show license usage"):
        running.when(line, jumps)
    ended = running.run(
        "watch", "-i", "inventory.yaml", "--every", "1s",
        signals=Signals(name="INT", text="next round in", occurrence=4), within=180, **environ,
    )  # fmt: skip
    assert not ended.hung, ended.text
    assert ended.err.count("sw1: ok") >= 4, ended.err


@pytest.mark.parametrize(
    ("moment", "jump", "transport"),
    in_turn(("configure terminal", "write memory", "show version"), (-2 * _DAY, 2 * _DAY)),
)
def test_a_jump_of_the_clock_does_not_fail_a_change(
    bench: Any, clock: Any, moment: str, jump: float, transport: str
) -> None:
    running = bench(
        {"sw1": "name-server-missing"},
        transport=transport,
        scale=900.0,
        defaults={"params": {"name_servers": "10.10.0.53"}},
    )
    environ = clock(0)
    running.when(moment, lambda: clock(jump))
    ended = running.run("remediate", "-i", "inventory.yaml", *NAME_SERVER, within=180, **environ)
    assert ended.code in APPLIED, ended.text


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_clock_that_jumps_all_the_time_does_not_stop_a_login(
    bench: Any, clock: Any, transport: str
) -> None:
    running = bench({f"sw{number}": "healthy" for number in range(1, 6)}, transport=transport)
    environ = clock(0)
    over = threading.Event()

    def jump() -> None:
        turn = 0
        while not over.wait(0.05):
            turn += 1
            clock((-2 * _DAY, 0.0, 2 * _DAY)[turn % 3])

    thread = threading.Thread(target=jump)
    thread.start()
    ended = running.run("collect", "-i", "inventory.yaml", within=180, **environ)
    over.set()
    thread.join()
    assert ended.code == 0, ended.text
