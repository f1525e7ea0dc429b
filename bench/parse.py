"""Speed of parsing, compared with ntc-templates and Genie where they have the command.

    .venv/bin/python -m bench.parse

The 12 baseline captures of one switch, about 200 KB, in at most 40 ms of CPU; 10 MB of show tech in at
most 2 s. It ends with 1 when a limit is passed. The texts are drawn by the simulated switches and
lengthened where real ones are long. Genie is compared where it is installed; it is no dependency.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from slp_ops.lab import scenarios
from slp_ops.lab.screens import render
from slp_ops.model import CaptureStatus
from slp_ops.parsing import read, split

if TYPE_CHECKING:
    from collections.abc import Callable

COMMANDS = (
    "show clock",
    "show version",
    "show running-config",
    "show logging",
    "show license all",
    "show license summary",
    "show license status",
    "show license usage",
    "show license eventlog",
    "show license history message",
    "show license rum id all",
    "show switch",
)
CAPTURES_MS = 40.0
TECH_S = 2.0
TECH_BYTES = 10_000_000


def drawn() -> dict[str, str]:
    """The baseline of a stack of three as the lab draws it."""
    switch = scenarios.load("healthy-stack").build()
    return {command: render(switch, tuple(command.split())) or "" for command in COMMANDS}


def captures() -> dict[str, str]:
    """The baseline of a stack of three as a busy site has it."""
    texts = drawn()
    head, interface, tail = texts["show running-config"].partition("interface GigabitEthernet1/0/1\n")
    ports = "".join(
        f"interface GigabitEthernet{unit}/0/{port}\n description user port {unit}/{port}\n"
        " switchport access vlan 20\n switchport mode access\n spanning-tree portfast\n!\n"
        for unit in range(1, 4)
        for port in range(1, 160)
    )
    texts["show running-config"] = head + ports + interface + tail
    line = (
        "*Jun 10 {hour:02d}:{minute:02d}:05.580: %SMART_LIC-3-COMM_FAILED: Communications failure with the "
        "Cisco Smart Software Manager (CSSM) : Fail to send out Call Home HTTP message.\n"
    )
    texts["show logging"] += "\n" + "".join(
        line.format(hour=number // 60, minute=number % 60) for number in range(480)
    )
    event = (
        '2025-06-{day:02d} 03:31:32.921 UTC SAEVT_ENDPOINT_USAGE count="2" '
        'entitlementTag="regid.2017-05.com.cisco.c9300_dna_advantage,1.0_00000000-1111-2222-3333-444444444444"\n'
    )
    texts["show license eventlog"] += "\n" + "".join(
        event.format(day=1 + number % 9) for number in range(150)
    )
    return texts


def show_tech(texts: dict[str, str]) -> str:
    """Return the captures as sections between sections without a parser."""
    known = "".join(
        f"------------------ {name} ------------------\n\n{text}\n\n" for name, text in texts.items()
    )
    rows = "".join(
        f"Gi1/0/{row:<4} in {row * 7:>10} out {row * 3:>10} drops: {row % 5}\n" for row in range(400)
    )
    parts = [known]
    size = len(known)
    number = 0
    while size < TECH_BYTES:
        number += 1
        part = f"------------------ show platform feature{number} ------------------\n\n{rows}\n"
        parts.append(part)
        size += len(part)
    return "".join(parts)


def milliseconds(work: Callable[[], object], rounds: int = 7) -> float:
    """The best of several rounds, in CPU time."""
    best = float("inf")
    for _ in range(rounds):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best * 1000


def _ours(command: str, text: str) -> Callable[[], object]:
    return lambda: read([(command, CaptureStatus.OK, text)])


def ntc_templates() -> Callable[[str, str], object]:
    """ntc-templates' parse; raises where it has no template or the text does not fit."""
    from ntc_templates.parse import parse_output

    return lambda command, text: parse_output(platform="cisco_ios", command=command, data=text)


def genie() -> Callable[[str, str], object] | None:
    """Genie's parse; None where it is not installed."""
    try:
        from genie.conf.base import Device
    except ImportError:
        return None
    device = Device("bench", os="iosxe", platform="cat9k")
    device.custom.setdefault("abstraction", {})["order"] = ["os", "platform"]
    return lambda command, text: device.parse(command, output=text)


def _other(parse: Callable[[str, str], Any] | None, command: str, text: str) -> str:
    if parse is None:
        return "not installed"
    try:
        parse(command, text)
    except Exception as err:  # noqa: BLE001 - theirs may raise anything; that is a result here
        return f"fails: {type(err).__name__}"
    return f"{milliseconds(lambda: parse(command, text), rounds=3):.2f}"


def main() -> int:
    texts = captures()
    theirs = {"ntc-templates": ntc_templates(), "genie": genie()}
    print(f"{'command':<32}{'bytes':>8}{'slp-ops ms':>12}" + "".join(f"{name:>26}" for name in theirs))
    for command, text in texts.items():
        cells = "".join(f"{_other(parse, command, text):>26}" for parse in theirs.values())
        print(f"{command:<32}{len(text):>8}{milliseconds(_ours(command, text)):>12.2f}{cells}")
    every = [(command, CaptureStatus.OK, text) for command, text in texts.items()]
    together = milliseconds(lambda: read(every))
    size = sum(map(len, texts.values()))
    print(f"\n{len(texts)} captures, {size} bytes: {together:.1f} ms of CPU (at most {CAPTURES_MS:.0f})")
    tech = show_tech(texts)
    seconds = milliseconds(lambda: read(split(tech)), rounds=3) / 1000
    print(f"show tech, {len(tech)} bytes: {seconds:.2f} s of CPU (at most {TECH_S:.0f})")
    return int(together > CAPTURES_MS or seconds > TECH_S)


if __name__ == "__main__":
    sys.exit(main())
