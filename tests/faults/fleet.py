"""A large fleet of which a tenth is sick: the run ends with 4 and names each cause."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from tests.faults.bench import Bench
from tests.faults.proxies import Fault, Kind, Stage

SICK: Final = 10  # one in so many
_FAULTS: Final = (
    Fault(kind=Kind.RESET, stage=Stage.ACCEPT, times=None),
    Fault(kind=Kind.CUT, stage=Stage.ACCEPT, times=None),
    Fault(kind=Kind.RESET, stage=Stage.KEY_EXCHANGE, times=None),
    Fault(kind=Kind.CUT, stage=Stage.LOGIN, times=None),
    Fault(kind=Kind.RESET, stage=Stage.PROMPT, times=None),
    Fault(kind=Kind.STALL, stage=Stage.ACCEPT, times=None),
    Fault(kind=Kind.RESET, stage=Stage.LINE, line="show version", count=700, times=None),
    Fault(kind=Kind.CUT, stage=Stage.LINE, line="show license all", times=None),
    Fault(kind=Kind.HALF_OPEN, stage=Stage.LINE, line="show license usage", times=None),
    Fault(kind=Kind.STALL, stage=Stage.LINE, line="show logging", count=100, times=None),
)
# Words of which the cause has at least one.
_CAUSES: Final = {
    Kind.RESET: ("reset",),
    Kind.CUT: ("closed",),
    Kind.STALL: ("silent", "no data"),
    Kind.HALF_OPEN: ("no data",),
}


def run(size: int, transport: str) -> list[str]:
    """Return the violations in a run of so many switches."""
    names = [f"sw{number:04}" for number in range(1, size + 1)]
    sick = dict(zip(names[::SICK], _FAULTS * size, strict=False))
    broken: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="slp-ops-fleet-") as folder,
        Bench(
            Path(folder), dict.fromkeys(names, "healthy"), transport=transport, proxied=frozenset(sick)
        ) as bench,
    ):
        for name, fault in sick.items():
            bench.arm(name, fault)
        ended = bench.run(
            "collect", "-i", "inventory.yaml", "--json", "--connect-timeout", "8", "--login-timeout", "20",
            "--command-timeout", "8", "--workers", "60", within=120 + size * 1.0,
        )  # fmt: skip
        if ended.hung or ended.code != 4:
            broken.append(f"exit code {ended.code} instead of 4: {ended.err[-300:]}")
        if not ended.out.strip():
            return [*broken, "no JSON on stdout"]
        for device in ended.json["devices"]:
            error = device["error"]
            lost = [each for each in device["captures"] if each["status"] in ("lost", "timeout")]
            if device["name"] not in sick:
                if device["status"] != "ok":
                    broken.append(f"{device['name']} is sound, and {device['status']}: {error}")
            elif device["status"] == "ok":
                broken.append(f"{device['name']} is ok although: {sick[device['name']]}")
            else:
                cause = lost[0]["reason"] if lost else f"{error['kind']}: {error['message']}" if error else ""
                if not any(words in cause for words in _CAUSES[sick[device["name"]].kind]):
                    broken.append(f"{device['name']}: {sick[device['name']]}: {cause or 'no cause is named'}")
    return broken
