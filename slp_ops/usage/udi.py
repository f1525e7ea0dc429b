"""Unique device identifiers in licence files, in any of their forms.

{"udi_pid": "C9300-24UX", "udi_serial_number": "FOC0000A0AA"}        PID:C9300-24UX,SN:FOC0000A0AA
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from slp_ops.json_documents import InvalidJson, parse_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.facts import ProductInstance

_PID: Final = frozenset({"udi_pid", "udipid", "pid", "product_id", "productid"})
_SN: Final = frozenset({"udi_serial_number", "udiserialnumber", "serial_number", "serialnumber", "sn"})
_PRINTED: Final = re.compile(
    r"\bP(?:ID)?:([\w/+.-]{1,64})\s{0,4},\s{0,4}S(?:N)?:([A-Za-z0-9]{4,32})\b", re.ASCII
)
# JSON within JSON: a payload is a string to preserve its signature; real files nest no deeper.
_DEEPEST: Final = 40


@dataclass(frozen=True, slots=True, order=True)
class UnitId:
    """One unit, as CSSM and the switch both know it. The serial number alone need not be unique."""

    pid: str
    sn: str

    @classmethod
    def of(cls, pid: str, sn: str) -> UnitId:
        """Upper case, as both print it."""
        return cls(pid.strip().upper(), sn.strip().upper())

    def __str__(self) -> str:
        return f"PID:{self.pid},SN:{self.sn}"


def units_of(instance: ProductInstance | None) -> tuple[UnitId, ...]:
    """Return every unit of a switch, the active one first; two supervisors with one serial count once."""
    if instance is None:
        return ()
    units = (instance.udi, *instance.members)
    return tuple(
        dict.fromkeys(
            UnitId.of(unit.pid, unit.sn) for unit in units if unit is not None and unit.pid and unit.sn
        )
    )


def unit_in(value: object) -> UnitId | None:
    """The unit that one JSON object names by itself."""
    if not isinstance(value, dict):
        return None
    named = {str(key).lower(): each for key, each in value.items() if isinstance(each, str)}
    pid = next((named[key] for key in named if key in _PID), "")
    sn = next((named[key] for key in named if key in _SN), "")
    return UnitId.of(pid, sn) if pid and sn else None


def units_in(value: object) -> Iterator[UnitId]:
    """Every unit that is named anywhere in a JSON value, also in a text that is JSON itself."""
    for each in walk_json(value):
        if (unit := unit_in(each)) is not None:
            yield unit
        elif isinstance(each, str):
            yield from printed_in(each)


def printed_in(text: str) -> Iterator[UnitId]:
    """Every unit that a text names as the licence pages print it."""
    for found in _PRINTED.finditer(text):
        yield UnitId.of(found[1], found[2])


def spelled_in(texts: Iterable[tuple[str, str]]) -> Iterator[UnitId]:
    """Every unit that elements spell: the name and text of each, a product id beside a serial number."""
    pid = sn = ""
    for name, text in texts:
        if name.lower() in _PID:
            pid = text
        elif name.lower() in _SN:
            sn = text
        if pid and sn:
            yield UnitId.of(pid, sn)
            pid = sn = ""


def walk_json(value: object, depth: int = 0) -> Iterator[object]:
    """A JSON value and all that is in it, outermost first."""
    yield value
    if depth >= _DEEPEST:
        return
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.values()
    elif isinstance(value, list):
        inner = value
    elif isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            inner = (parse_json(value),)
        except InvalidJson:
            return
    for each in inner:
        yield from walk_json(each, depth + 1)
