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


def run(size: int, transport: str) -> list[str]:
    """What did not hold for so many switches."""
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
            "collect", "-i", "inventory.yaml", "--json", "--connect-timeout", "3", "--command-timeout", "4",
            "--workers", "60", within=120 + size * 1.0,
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
            elif error is None and not (lost and all(each["reason"] for each in lost)):
                broken.append(f"{device['name']}: no cause is named: {sick[device['name']]}")
            elif error is not None and error["kind"] == "defect":
                broken.append(f"{device['name']}: {sick[device['name']]}: {error['message']}")
    return broken
