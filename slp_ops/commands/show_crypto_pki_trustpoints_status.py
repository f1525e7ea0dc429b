"""``show crypto pki trustpoints status``: certificates and keys of each trustpoint.

Trustpoint SLA-TrustPoint:
  Issuing CA certificate configured:
    Subject Name:
     cn=Cisco Licensing Root CA,o=Cisco
  State:
    Keys generated ............. No
    Issuing CA authenticated ....... Yes
    Certificate request(s) ..... None
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands._section_parser import split_label
from slp_ops.facts.reach import TrustpointStatus, TrustpointStatuses
from slp_ops.facts.values import LabelledValue, Source, SourceLine

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

_TRUSTPOINT: Final = re.compile(r"^Trustpoint ([^\s:]{1,80}):?$", re.ASCII)
_STATE: Final = re.compile(
    r"^(Keys generated|Issuing CA authenticated|Certificate request\(s\)) \.{2,} ?(\S.*)$"
)
_FIELDS: Final = {
    "Keys generated": "keys",
    "Issuing CA authenticated": "authenticated",
    "Certificate request(s)": "requests",
}


class _Trustpoint:
    """Lines of one trustpoint."""

    def __init__(self, name: str, line: SourceLine) -> None:
        self.name = name
        self.lines = {"name": line}
        self.values: dict[str, str] = {}
        self.other: list[LabelledValue] = []
        self.subject = "ca_subject"

    def read(self, row: Row) -> bool:
        """Read a line; False for an unknown one."""
        text = row.text.strip()
        if found := _STATE.match(text):
            self._keep(_FIELDS[found[1]], found[2], row)
        elif text.endswith("certificate configured:"):
            self.subject = "ca_subject" if text.startswith("Issuing CA") else "subject"
        elif text.lower().startswith("cn="):
            self._keep(self.subject, text, row)
        elif (pair := split_label(text)) is None:
            return False
        elif pair[1]:
            self.other.append(LabelledValue(label=pair[0], value=pair[1], heading=self.name))
        return True

    def _keep(self, field: str, value: str, row: Row) -> None:
        self.values.setdefault(field, value)
        self.lines.setdefault(field, row.line)

    def fact(self, command: str) -> TrustpointStatus:
        """Return the trustpoint of these lines."""
        authenticated = self.values.get("authenticated")
        return TrustpointStatus(
            name=self.name,
            ca_subject=self.values.get("ca_subject"),
            subject=self.values.get("subject"),
            keys=self.values.get("keys"),
            authenticated=None if authenticated is None else authenticated.lower().startswith("yes"),
            requests=self.values.get("requests"),
            other=tuple(self.other),
            source=Source(command, self.lines),
        )


def parse(text: str) -> Parsed:
    """Parse the trustpoints, in printed order."""
    page = body(text, "show crypto pki trustpoints status")
    found: list[_Trustpoint] = []
    unread: list[Row] = []
    for row in page.rows:
        if named := _TRUSTPOINT.match(row.text.strip()):
            found.append(_Trustpoint(named[1], row.line))
        elif not found or not found[-1].read(row):
            unread.append(row)
    if not found:
        return parsed(page, (), unread)
    trustpoints = tuple(each.fact(page.command) for each in found)
    source = Source(page.command, line=found[0].lines["name"])
    return parsed(page, (TrustpointStatuses(trustpoints=trustpoints, source=source),), unread)


COMMAND = ShowCommand(
    command="show crypto pki trustpoints status",
    aliases=("show crypto pki trustpoints NAME status", "show crypto pki trustpoint NAME status"),
    parse=parse,
    provides=(TrustpointStatuses,),
)
