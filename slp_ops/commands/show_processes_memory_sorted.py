"""``show processes memory sorted``: the pools, and the memory of each process.

Processor Pool Total: 1371713468 Used:  314300744 Free: 1057412724
 PID TTY  Allocated      Freed    Holding    Getbufs    Retbufs Process
   0   0          0          0  933487680          0          0 *MallocLite*
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands._section_parser import split_label
from slp_ops.facts.platform import MemoryPool, MemoryProcess, MemoryUse
from slp_ops.facts.values import LabelledValue, Source, SourceLine

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

_POOL: Final = re.compile(r"^\s*(\S.*?) Pool Total: +(\d+) +Used: +(\d+) +Free: +(\d+)$", re.ASCII)
_PROCESS: Final = re.compile(
    r"^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)(?:\s+(\S.*))?$", re.ASCII
)
_TOTAL: Final = re.compile(r"^\s*(\d+) Total$", re.ASCII)


def parse(text: str) -> Parsed:
    """Parse pools and processes, in bytes."""
    page = body(text, "show processes memory sorted")
    pools: list[MemoryPool] = []
    processes: list[MemoryProcess] = []
    printed: list[LabelledValue] = []
    other: list[LabelledValue] = []
    lines: dict[str, SourceLine] = {}
    unread: list[Row] = []
    for row in page.rows:
        source = Source(page.command, line=row.line)
        if found := _PROCESS.match(row.text):
            *numbers, name = found.groups()
            pid, tty, allocated, freed, holding, getbufs, retbufs = map(int, numbers)
            processes.append(
                MemoryProcess(
                    pid=pid,
                    tty=tty,
                    allocated=allocated,
                    freed=freed,
                    holding=holding,
                    getbufs=getbufs,
                    retbufs=retbufs,
                    name=name or "",
                    source=source,
                )
            )
            lines.setdefault("processes", row.line)
        elif found := _POOL.match(row.text):
            name, total, used, free = found.groups()
            pools.append(
                MemoryPool(name=name, total=int(total), used=int(used), free=int(free), source=source)
            )
            printed.extend(_as_printed(row))
            lines.setdefault("pools", row.line)
        elif found := _TOTAL.match(row.text):
            other.append(LabelledValue(label="Total", value=found[1]))
        elif pair := split_label(row.text):
            other.append(LabelledValue(label=pair[0], value=pair[1]))
        elif processes and not row.text[0].isspace():
            # The rest of a long name on a terminal of 80 columns.
            processes[-1] = replace(processes[-1], name=f"{processes[-1].name} {row.text}".lstrip())
        elif "PID" not in row.text:
            unread.append(row)
    if not pools and not processes:
        return parsed(page, (), unread)
    fact = MemoryUse(
        pools=tuple(pools),
        processes=tuple(processes),
        printed=tuple(printed),
        other=tuple(other),
        source=Source(page.command, lines),
    )
    return parsed(page, (fact,), unread)


def _as_printed(row: Row) -> list[LabelledValue]:
    pair = split_label(row.text)
    return [LabelledValue(label=pair[0], value=pair[1])] if pair else []


COMMAND = ShowCommand(
    # The pools, the heading, the licence agent's processes, and the pool in which RUM reports accumulate.
    command="show processes memory sorted | include Pool Total|PID|SA[A-Z]|MallocLite",
    aliases=("show processes memory",),
    sets=frozenset({"baseline"}),
    order=67,
    parse=parse,
    provides=(MemoryUse,),
)
