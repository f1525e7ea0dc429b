"""``show ip interface brief``: state of the source interface.

Interface              IP-Address      OK? Method Status                Protocol
Vlan100                192.0.2.11      YES NVRAM  up                    up
Vlan1                  unassigned      YES unset  administratively down down
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.facts.platform import Interfaces, InterfaceState
from slp_ops.facts.values import Source

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

_ROW: Final = re.compile(r"^\s*(\S+)\s+(\S+)\s+(YES|NO)\s+(\S+)\s+(\S.*)$")


def parse(text: str) -> Parsed:
    """Return the interfaces, in printed order."""
    page = body(text, "show ip interface brief")
    interfaces: list[InterfaceState] = []
    unread: list[Row] = []
    for row in page.rows:
        if found := _ROW.match(row.text):
            name, address, ok, method, rest = found.groups()
            status, _, protocol = rest.rstrip().rpartition(" ")
            interfaces.append(
                InterfaceState(
                    name=name,
                    address=None if address == "unassigned" else address,
                    ok=ok,
                    method=method,
                    status=status.strip() or None,
                    protocol=protocol or None,
                    source=Source(page.command, line=row.line),
                )
            )
        elif "IP-Address" not in row.text:
            unread.append(row)
    fact = Interfaces(interfaces=tuple(interfaces), source=Source(page.command)) if interfaces else None
    return parsed(page, (fact,), unread)


COMMAND = ShowCommand(
    command="show ip interface brief",
    sets=frozenset({"baseline"}),
    order=62,
    parse=parse,
    provides=(Interfaces,),
)
