"""Output of IOS-XE for the connections that it opens with telnet or ping.

Translating "tools.cisco.com"...domain server (192.0.2.53) [OK]
Trying tools.cisco.com (198.51.100.7, 443)... Open
Trying 192.0.2.80, 8182 ...
% Connection timed out; remote host not responding
[Connection to tools.cisco.com closed by foreign host]
"""

from __future__ import annotations

import re
from typing import Final

from slp_ops.iosxe import refusals

TRANSLATING: Final = re.compile(r'^Translating "(?P<name>[^"]*)"(?P<asked>\.\.\.domain server)?(?P<rest>.*)$')
TRYING: Final = re.compile(
    r"^Trying (?P<host>\S+?)(?: \((?P<address>[0-9A-Fa-f.:]+), (?P<port>\d+)\)|, (?P<only_port>\d+))?"
    r" ?\.\.\.\s*(?P<open>Open)?(?P<rest>.*)$",
    re.ASCII,
)
# The end of that line, where a log line came between.
OPEN_ALONE: Final = "Open"
# Printed as a server that was asked where none is configured: the lookup is a broadcast.
NO_NAME_SERVER: Final = "255.255.255.255"
# Printed by "show sessions" where nothing is open.
NONE_OPEN: Final = "No connections open"
_CLOSED: Final = re.compile(r"^\[Connection to .* closed by foreign host\]")


def is_closed(line: str) -> bool:
    """Return whether a line reports that the far end closed the connection."""
    return _CLOSED.match(line) is not None


def is_failure(line: str) -> bool:
    """Return whether a line reports that no connection came about."""
    return line.startswith("%") or refusals.status_of(line) is not None


def is_answer(line: str) -> bool:
    """Return whether a line can only be an answer to telnet or ping, even where no echo was seen."""
    return TRANSLATING.match(line) is not None or TRYING.match(line) is not None or is_failure(line)
