"""``ping`` sent from a switch: proves that a name resolves, and nothing else where ICMP is filtered.

Translating "tools.cisco.com"...domain server (192.0.2.53) [OK]
Type escape sequence to abort.
Sending 5, 100-byte ICMP Echos to 198.51.100.7, timeout is 2 seconds:
Packet sent with a source address of 192.0.2.10
.....
Success rate is 0 percent (0/5)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands.telnet import Reading, option
from slp_ops.facts.probes import NameVerdict, ProbeResult, Probes, ProbeVerdict
from slp_ops.facts.values import Source

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

NAME: Final = "ping HOST"
_SENDING: Final = re.compile(r"^Sending \d+, \d+-byte ICMP Echos to ([0-9A-Fa-f.:]+), ", re.ASCII)
_RATE: Final = re.compile(r"^Success rate is (\d+) percent", re.ASCII)
_SAID: Final = ("Type escape sequence", "Packet sent with", "Sending ")


def parse(text: str) -> Parsed:
    """One ping."""
    page = body(text, NAME)
    words = page.command.split()
    vrf = option(words, "vrf")
    host = words[3 if vrf else 1] if len(words) > (3 if vrf else 1) else ""
    if page.command == NAME:
        host = ""  # the text alone does not contain the destination
    reading = Reading(host)
    answered: bool | None = None
    unread: list[Row] = []
    for row in page.rows:
        line = row.text.strip()
        if found := _SENDING.match(line):
            reading.addresses.append(found[1])
            reading.lines["addresses"] = row.line
            if reading.name is NameVerdict.UNKNOWN:
                reading.name = NameVerdict.LOCAL
        elif found := _RATE.match(line):
            answered = found[1] != "0"
            reading.text = line
            reading.lines["text"] = reading.lines["answered"] = row.line
        elif not reading.read(row) and not line.startswith(_SAID) and line.strip("!.UQMI?&"):
            unread.append(row)
    if not reading.lines:
        return parsed(page, (), unread)
    failed = reading.verdict in (ProbeVerdict.UNRESOLVED, ProbeVerdict.NOT_TESTABLE)
    result = ProbeResult(
        command=page.command,
        host=host,
        vrf=vrf,
        source_interface=option(words, "source"),
        verdict=reading.verdict if failed else ProbeVerdict.UNKNOWN,
        name=reading.name,
        servers=tuple(reading.servers),
        addresses=tuple(reading.addresses),
        text=reading.text,
        answered=answered,
        source=Source(page.command, reading.lines),
    )
    return parsed(page, (Probes(results=(result,), source=result.source),), unread)


COMMAND = ShowCommand(
    command=NAME,
    aliases=tuple(f"ping HOST{' OPTION' * more}" for more in range(1, 9)),
    parse=parse,
    provides=(Probes,),
)
