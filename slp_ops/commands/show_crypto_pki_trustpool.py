"""``show crypto pki trustpool``, whole or filtered to the names.

    CA Certificate
      Status: Available
      Certificate Serial Number (hex): 0A0142800000014523C844B500000002
      Issuer:
        cn=IdenTrust Commercial Root CA 1
        o=IdenTrust
      Subject:
        cn=IdenTrust Commercial Root CA 1
        o=IdenTrust
      Validity Date:
        start date: 18:12:23 UTC Jan 16 2014
        end   date: 18:12:23 UTC Jan 16 2034

Issuer and Subject are distinguished: a certificate issued by a root is not that root.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands._section_parser import split_label
from slp_ops.commands._values import device_time
from slp_ops.facts.reach import Certificate, Trustpool
from slp_ops.facts.values import LabelledValue, Source, SourceLine
from slp_ops.iosxe.filters import filter_of

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

_COMMON_NAME: Final = re.compile(r"^cn ?= ?(\S.*)$", re.IGNORECASE)
_SIDES: Final = ("issuer", "subject")
_FIELDS: Final = {
    "status": "status",
    "certificate serial number (hex)": "serial",
    "start date": "start",
    "end date": "end",
}


class _Certificate:
    """Lines of one certificate."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.lines: dict[str, SourceLine] = {}
        self.printed: list[str] = []
        self.other: list[LabelledValue] = []
        self.side = ""

    def begins_again(self, label: str) -> bool:
        """Return whether a label belongs to the next certificate: filtered output has no other separator."""
        return label in self.lines or (label == "issuer" and "subject" in self.lines)

    def read(self, row: Row) -> None:
        """Read a line."""
        text = row.text.strip()
        pair = split_label(text)
        if pair is None:
            key, separator, value = text.partition("=")
            if separator and key.strip().lower() == "cn" and self.side:
                self.values.setdefault(self.side, value.strip())
                self.lines[self.side] = row.line
            self.printed.append(text)
            return
        label, value = pair
        lowered = " ".join(label.lower().split())
        self.side = lowered if lowered in _SIDES else ""
        field = _FIELDS.get(lowered)
        if field is not None:
            self.values[field], self.lines[field] = value, row.line
        elif lowered in _SIDES:
            self.lines[lowered] = row.line
        elif value:
            self.other.append(LabelledValue(label=label, value=value))

    def fact(self, command: str) -> Certificate:
        """Return the certificate of these lines."""
        return Certificate(
            type=self.values.get("type"),
            subject=self.values.get("subject"),
            issuer=self.values.get("issuer"),
            status=self.values.get("status"),
            serial=self.values.get("serial"),
            start=device_time(self.values.get("start")),
            end=device_time(self.values.get("end")),
            printed=tuple(self.printed),
            other=tuple(self.other),
            source=Source(command, self.lines),
        )


def parse(text: str) -> Parsed:
    """Return the certificates, in printed order."""
    page = body(text, "show crypto pki trustpool")
    passed = filter_of(page.command)
    certificates: list[_Certificate] = []
    named: list[Certificate] = []  # by the lines that a filter left of them
    unread: list[Row] = []
    for row in page.rows:
        printed = row.text.strip()
        if printed.endswith("Certificate") and ":" not in printed:
            certificates.append(_Certificate())
            certificates[-1].values["type"] = printed
            certificates[-1].lines["type"] = row.line
            continue
        label = " ".join((split_label(printed) or ("", ""))[0].lower().split())
        known = label in _SIDES or label in _FIELDS
        if known and (not certificates or certificates[-1].begins_again(_FIELDS.get(label, label))):
            certificates.append(_Certificate())
        if certificates:
            certificates[-1].read(row)
        elif passed is not None and (name := _COMMON_NAME.match(printed)):
            named.append(Certificate(subject=name[1], source=Source(page.command, line=row.line)))
        else:
            unread.append(row)
    if not certificates and passed is None:
        return parsed(page, (), unread)
    facts = tuple(each.fact(page.command) for each in certificates if each.lines)
    pool = Trustpool(
        certificates=(*named, *facts),
        filter=page.command.partition("|")[2].strip() or None,
        source=Source(page.command),
    )
    return parsed(page, (pool,), unread)


COMMAND = ShowCommand(
    # Names only: the whole pool is long, and the rules need only its members. "Issuer" and "Subject"
    # separate a root from the certificates that it issued.
    command="show crypto pki trustpool | include Issuer:|Subject:|[Cc][Nn]=",
    sets=frozenset({"baseline"}),
    order=65,
    parse=parse,
    provides=(Trustpool,),
)
