"""``telnet HOST PORT`` sent from a switch: results of the name lookup and of the connection.

    Translating "tools.cisco.com"...domain server (192.0.2.53) [OK]

    Trying tools.cisco.com (198.51.100.7, 443)... Open

    Trying 192.0.2.80, 8182 ...
    % Connection timed out; remote host not responding

A log line may split these lines: ``[OK]`` and ``Open`` are then lines of their own.
The addresses of a name are tried in sequence. Text after ``Open`` comes from the server and is not
parsed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.facts.probes import NameVerdict, ProbeResult, Probes, ProbeVerdict
from slp_ops.facts.values import Source
from slp_ops.iosxe import refusals
from slp_ops.iosxe.connections import NO_NAME_SERVER, OPEN_ALONE, TRANSLATING, TRYING, is_closed, is_failure
from slp_ops.iosxe.names import is_address

if TYPE_CHECKING:
    from slp_ops.commands import Parsed
    from slp_ops.facts.values import SourceLine

NAME: Final = "telnet HOST PORT"
_SERVER: Final = re.compile(r"\(([0-9A-Fa-f.:]+)\)", re.ASCII)
# Words, not whole sentences: releases differ in the rest.
_FAILURES: Final = (
    ("not permitted from this terminal", ProbeVerdict.NOT_TESTABLE),
    ("bad ip address or host name", ProbeVerdict.UNRESOLVED),
    ("unrecognized host or address", ProbeVerdict.UNRESOLVED),
    ("unable to find computer address", ProbeVerdict.UNRESOLVED),
    ("connection refused", ProbeVerdict.REFUSED),
    ("timed out", ProbeVerdict.TIMED_OUT),
    # Aborted with Ctrl+Shift+6, which ends an attempt without a result.
    ("lookup aborted", ProbeVerdict.UNRESOLVED),
    ("aborted", ProbeVerdict.TIMED_OUT),
    ("unreachable", ProbeVerdict.UNREACHABLE),
    ("gateway or host down", ProbeVerdict.UNREACHABLE),
    ("no route to host", ProbeVerdict.UNREACHABLE),
)


def failure(line: str) -> ProbeVerdict | None:
    """Interpret a refusal of the switch; None for other lines."""
    if not is_failure(line):
        return None
    lowered = line.lower()
    refused = refusals.status_of(line) is not None
    other = ProbeVerdict.NOT_TESTABLE if refused else ProbeVerdict.UNKNOWN
    return next((verdict for words, verdict in _FAILURES if words in lowered), other)


class Reading:
    """State while parsing a telnet or a ping line by line."""

    def __init__(self, host: str) -> None:
        self.verdict = ProbeVerdict.UNKNOWN
        self.name = NameVerdict.LITERAL if is_address(host) else NameVerdict.UNKNOWN
        self.servers: list[str] = []
        self.addresses: list[str] = []
        self.text: str | None = None
        self.lines: dict[str, SourceLine] = {}

    def read(self, row: Row) -> bool:
        """Read a line; False for an unknown one."""
        line = row.text.strip()
        if found := TRANSLATING.match(line):
            self._translated(found, row)
        elif found := TRYING.match(line):
            self._tried(found, row)
        elif line == "[OK]" and self.name is NameVerdict.UNRESOLVED:
            self.name = NameVerdict.RESOLVED
        elif line == OPEN_ALONE and self.addresses:
            self._says(ProbeVerdict.OPEN, line, row)
        elif (verdict := failure(line)) is not None:
            self._failed(verdict, line, row)
        else:
            return is_closed(line) or line == "^"
        return True

    def _translated(self, found: re.Match[str], row: Row) -> None:
        self.servers = [server for server in _SERVER.findall(found["rest"]) if server != NO_NAME_SERVER]
        self.lines["name"] = self.lines["servers"] = row.line
        if "[OK]" in found["rest"]:
            self.name = NameVerdict.RESOLVED
        elif not found["asked"]:
            self.name = NameVerdict.LOOKUP_DISABLED
        elif NO_NAME_SERVER in found["rest"]:
            self.name = NameVerdict.NO_SERVER
        else:
            self.name = NameVerdict.UNRESOLVED
        if self.name is not NameVerdict.RESOLVED:
            self._says(ProbeVerdict.UNRESOLVED, row.text.strip(), row)

    def _tried(self, found: re.Match[str], row: Row) -> None:
        address = found["address"] or (found["host"] if is_address(found["host"]) else None)
        if address is not None:
            self.addresses.append(address)
            self.lines.setdefault("addresses", row.line)
        if self.name in (NameVerdict.UNKNOWN, NameVerdict.UNRESOLVED, NameVerdict.LOOKUP_DISABLED):
            # An address without "[OK]": known without a query.
            self.name = NameVerdict.LOCAL
        rest = found["rest"].strip()
        if found["open"]:
            self._says(ProbeVerdict.OPEN, row.text.strip(), row)
        elif rest and (verdict := failure(rest)) is not None:
            self._says(verdict, row.text.strip(), row)
        else:
            # No result unless a later line provides one: the attempt was aborted.
            self._says(ProbeVerdict.TIMED_OUT, row.text.strip(), row)

    def _failed(self, verdict: ProbeVerdict, line: str, row: Row) -> None:
        if verdict is ProbeVerdict.UNRESOLVED and self.name is NameVerdict.UNKNOWN:
            self.name = NameVerdict.UNRESOLVED
        self._says(verdict, line, row)

    def _says(self, verdict: ProbeVerdict, line: str, row: Row) -> None:
        self.verdict, self.text = verdict, line
        self.lines["verdict"] = self.lines["text"] = row.line


def option(words: list[str], name: str) -> str | None:
    """Return the word after an option."""
    return words[words.index(name) + 1] if name in words[:-1] else None


def parse(text: str) -> Parsed:
    """Parse one probe. Host, port and path come from the command, or else from the text."""
    page = body(text, NAME)
    words = page.command.split()
    host = words[1] if len(words) > 1 and words[1] != "HOST" else ""
    port = words[2] if len(words) > 2 and words[2].isdecimal() else None
    reading = Reading(host)
    unread: list[Row] = []
    for row in page.rows:
        if reading.verdict is ProbeVerdict.OPEN:
            break
        if not reading.read(row):
            unread.append(row)
        host, port = _named(row.text, host, port)
    if not reading.lines:
        return parsed(page, (), unread)
    result = ProbeResult(
        command=page.command,
        host=host,
        port=None if port is None else int(port),
        vrf=option(words, "/vrf"),
        source_interface=option(words, "/source-interface"),
        verdict=reading.verdict,
        name=reading.name,
        servers=tuple(reading.servers),
        addresses=tuple(reading.addresses),
        text=reading.text,
        source=Source(page.command, reading.lines),
    )
    return parsed(page, (Probes(results=(result,), source=result.source),), unread)


def _named(line: str, host: str, port: str | None) -> tuple[str, str | None]:
    """Find host and port in the text when the command does not contain them."""
    if found := TRANSLATING.match(line.strip()):
        return host or found["name"], port
    if found := TRYING.match(line.strip()):
        return host or found["host"], port or found["port"] or found["only_port"]
    return host, port


COMMAND = ShowCommand(
    command=NAME,
    aliases=tuple(f"telnet HOST PORT{' OPTION' * more}" for more in range(1, 7)),
    parse=parse,
    provides=(Probes,),
)
