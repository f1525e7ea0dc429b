"""``show processes cpu sorted`` and ``show processes memory sorted``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.screens._screen import screen

if TYPE_CHECKING:
    from slp_ops.lab.switch import Switch

# (PID, runtime in ms, invoked, per cent over five seconds, process)
_USUAL = (
    (141, 1_204_881, 8_133_470, 0.55, "IOSXE-RP Punt Se"),
    (228, 731_904, 2_914_877, 0.31, "Spanning Tree"),
    (9, 452_120, 61_877, 0.15, "Check heaps"),
    (87, 120_401, 911_034, 0.07, "IOSD ipc task"),
    (331, 60_112, 402_118, 0.07, "SNMP ENGINE"),
    (2, 9_114, 120_404, 0.00, "Load Meter"),
    (414, 4_871, 20_117, 0.00, "SAMsgThread"),
    (415, 2_204, 9_312, 0.00, "SAGetRUMIds"),
    (416, 1_871, 9_312, 0.00, "SAUtilRepSave"),
    (4, 3_310, 11, 0.00, "RF Slave Main Th"),
)
_MEMORY = (
    (0, 0, 301_772_048, 61_204_992, 233_817_416, "*Init*"),
    (4, 0, 22_811_040, 104_016, 22_330_112, "RF Slave Main Th"),
    (87, 0, 330_114_552, 3_402_216, 15_730_088, "IOSD ipc task"),
    (168, 0, 8_512_104, 140_112, 5_702_344, "SNMP MA SA"),
    (414, 0, 4_204_880, 1_120_448, 3_084_432, "SAMsgThread"),
    (0, 0, 5_502_144, 3_611_904, 1_602_112, "*Dead*"),
)


def _cpu(switch: Switch, _: tuple[str, ...]) -> str:
    load = switch.load
    busy = dict(load.agent_processes)
    rows = [
        (pid, runtime, invoked, busy.pop(name, share), name) for pid, runtime, invoked, share, name in _USUAL
    ]
    rows += [(417 + n, 88_120_441, 912_004, share, name) for n, (name, share) in enumerate(busy.items())]
    rows.sort(key=lambda row: -row[3])
    lines = [
        f"CPU utilization for five seconds: {load.five_seconds}%/{load.interrupt}%; "
        f"one minute: {load.one_minute}%; five minutes: {load.five_minutes}%",
        " PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process ",
    ]
    for pid, runtime, invoked, share, name in rows:
        usecs = runtime * 1000 // invoked
        shares = f"{share:>5.2f}% {share:>5.2f}% {share:>5.2f}%"
        lines.append(f"{pid:>4} {runtime:>11} {invoked:>11} {usecs:>10} {shares}   0 {name:<17}")
    return "\n".join(lines)


def _memory(switch: Switch, _: tuple[str, ...]) -> str:
    rows = [*_MEMORY, (0, 0, 0, 0, switch.load.malloclite, "*MallocLite*")]
    rows.sort(key=lambda row: -row[4])
    used = sum(row[4] for row in rows)
    total = max(1_371_713_468, used + 64_000_000)
    lines = [
        f"Processor Pool Total: {total:>10} Used: {used:>10} Free: {total - used:>10}",
        "reserve P Pool Total:     102404 Used:         88 Free:     102316",
        " lsmpi_io Pool Total:    6295128 Used:    6294296 Free:        832",
        "",
        " PID TTY  Allocated      Freed    Holding    Getbufs    Retbufs Process",
    ]
    lines += [
        f"{pid:>4} {tty:>3} {allocated:>10} {freed:>10} {holding:>10} {0:>10} {0:>10} {name}"
        for pid, tty, allocated, freed, holding, name in rows
    ]
    lines.append(f"{'':>30}{used:>10} Total")
    return "\n".join(lines)


SCREENS = (
    screen("show processes cpu sorted", _cpu),
    screen("show processes cpu", _cpu),
    screen("show processes memory sorted", _memory),
    screen("show processes memory", _memory),
)
