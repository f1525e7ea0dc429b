"""A soak of ``watch``: many rounds with faults, no false change, and memory that does not grow."""

from __future__ import annotations

import random
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.faults.bench import Bench
from tests.faults.proxies import Fault, Kind, Stage
from tests.faults.signals import Signals
from tests.faults.trial import READ

if TYPE_CHECKING:
    from collections.abc import Callable

SCENARIOS: Final = {"sw1": "polling-id-invalid", "sw2": "dns-failure", "sw3": "healthy"}
SETTLED: Final = 30  # rounds after which memory has to be flat
GROWTH: Final = 0.05  # of the resident set
_LINES: Final = (
    "show license tech support",
    "show license all",
    "show license status",
    "show logging",
    "show running-config",
    "show clock",
)
_RSS: Final = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)


@dataclass
class _Rounds:
    """Arms a new fault for each round, and notes the memory of the child."""

    bench: Bench
    draw: random.Random
    memory: list[int] = field(default_factory=list)
    pid: int = 0

    def __call__(self) -> None:
        found = _RSS.search(Path(f"/proc/{self.pid}/status").read_text())
        if found:
            self.memory.append(int(found[1]))
        for name in SCENARIOS:
            self.bench.arm(name, self._fault() if self.draw.random() < 0.5 else None)

    def _fault(self) -> Fault:
        draw = self.draw
        stage = draw.choice((Stage.LINE, Stage.LINE, Stage.LINE, Stage.ACCEPT, Stage.LOGIN, Stage.PROMPT))
        kinds = [Kind.CUT, Kind.RESET]
        if stage is Stage.LINE:
            kinds += [Kind.STALL, Kind.HALF_OPEN, Kind.SLOW]
        return Fault(
            kind=draw.choice(kinds),
            stage=stage,
            line=draw.choice(_LINES) if stage is Stage.LINE else "",
            count=draw.choice((0, draw.randint(1, 6000))) if stage is Stage.LINE else 0,
            times=draw.choice((1, 2, None)),
            rate=20_000,
        )


def run(rounds: int, transport: str, *, seed: int = 17) -> list[str]:
    """Return the violations in so many rounds."""
    with tempfile.TemporaryDirectory(prefix="slp-ops-soak-") as folder:
        received = Path(folder) / "received"
        with Bench(Path(folder), SCENARIOS, transport=transport) as bench:
            program = Path(folder) / "receive.sh"
            program.write_text(f"#!/bin/sh\ncat >> {received}\n")
            program.chmod(0o755)
            each = _Rounds(bench, random.Random(seed))  # noqa: S311 - no secret
            signals = Signals(name="INT", text="next round in", occurrence=rounds, each=_with_pid(each))
            ended = bench.run(
                "watch", "-i", "inventory.yaml", "--every", "1s", "--json", "--keep", "3",
                "--exec", str(program), *READ, signals=signals, within=rounds * 60.0 + 60,
            )  # fmt: skip
            broken = [
                f"false change: {line}"
                for line in ended.out.splitlines()
                if '"what": "new"' in line or '"what": "gone"' in line
            ]
            if received.exists():
                broken.append(
                    f"the program was run for {received.read_text().count('new-finding')} new findings"
                )
            if ended.hung:
                broken.append(f"watch did not come to {rounds} rounds")
            if "Traceback" in ended.err or "never retrieved" in ended.err or "defect" in ended.err:
                broken.append("a traceback on stderr")
            broken += [f"left behind: {name}" for name in bench.left_behind()]
    settled = each.memory[SETTLED:]
    if len(settled) > SETTLED and max(settled[-5:]) > settled[0] * (1 + GROWTH):
        broken.append(f"memory grew from {settled[0]} kB to {max(settled[-5:])} kB")
    return broken


def _with_pid(rounds: _Rounds) -> Callable[[int], None]:
    def work(pid: int) -> None:
        rounds.pid = pid
        rounds()

    return work
