"""``show processes cpu sorted``: the load, and the processes that cause it.

CPU utilization for five seconds: 99%/0%; one minute: 98%; five minutes: 97%
 PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process
 678   442307317  2173328658          0 71.42% 70.10% 69.90%   0 SAGetRUMIds
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands._section_parser import split_label
from slp_ops.commands._values import decimal
from slp_ops.facts.platform import CpuLoad, CpuProcess
from slp_ops.facts.values import LabelledValue, Source, SourceLine

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

_LOAD: Final = re.compile(
    r"CPU utilization for five seconds: +(\d+)%(?:/(\d+)%)?; +one minute: +(\d+)%; +five minutes: +(\d+)%",
    re.ASCII,
)
_PROCESS: Final = re.compile(
    r"^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+\.\d+)%\s+(\d+\.\d+)%\s+(\d+\.\d+)%\s+(\d+)(?:\s+(\S.*))?$",
    re.ASCII,
)


def parse(text: str) -> Parsed:
    """Parse the utilisation in percent, and the listed processes."""
    page = body(text, "show processes cpu sorted")
    load: tuple[float, float | None, float, float] | None = None
    printed: str | None = None
    processes: list[CpuProcess] = []
    other: list[LabelledValue] = []
    lines: dict[str, SourceLine] = {}
    unread: list[Row] = []
    for row in page.rows:
        if found := _PROCESS.match(row.text):
            pid, runtime, invoked, usecs, five, one, fives, tty, name = found.groups()
            processes.append(
                CpuProcess(
                    pid=int(pid),
                    runtime=int(runtime),
                    invoked=int(invoked),
                    usecs=int(usecs),
                    five_seconds=decimal(five),
                    one_minute=decimal(one),
                    five_minutes=decimal(fives),
                    tty=int(tty),
                    name=name or "",
                    source=Source(page.command, line=row.line),
                )
            )
        elif load is None and (found := _LOAD.search(row.text)):
            seconds, interrupts, minute, minutes = found.groups()
            load = (
                int(seconds),
                int(interrupts) if interrupts is not None else None,
                int(minute),
                int(minutes),
            )
            printed = (split_label(row.text) or ("", ""))[1]
            lines |= dict.fromkeys(_FIELDS, row.line)
        elif pair := split_label(row.text):
            other.append(LabelledValue(label=pair[0], value=pair[1]))
        elif processes and not row.text[0].isspace():
            # The rest of a long name on a terminal of 80 columns.
            processes[-1] = replace(processes[-1], name=f"{processes[-1].name} {row.text}".lstrip())
        elif "PID" not in row.text:
            unread.append(row)
    if load is None and not processes:
        return parsed(page, (), unread)
    fact = CpuLoad(
        five_seconds=load[0] if load else None,
        interrupts=load[1] if load else None,
        one_minute=load[2] if load else None,
        five_minutes=load[3] if load else None,
        printed=printed,
        processes=tuple(processes),
        other=tuple(other),
        source=Source(page.command, lines),
    )
    return parsed(page, (fact,), unread)


_FIELDS: Final = ("five_seconds", "interrupts", "one_minute", "five_minutes", "printed")

COMMAND = ShowCommand(
    # The load, the heading, and the licence agent's processes: a full table is long on a busy switch.
    command="show processes cpu sorted | include CPU utilization|PID|SA[A-Z]",
    aliases=("show processes cpu", "show processes cpu sorted INTERVAL"),
    sets=frozenset({"baseline"}),
    order=66,
    parse=parse,
    provides=(CpuLoad,),
)
