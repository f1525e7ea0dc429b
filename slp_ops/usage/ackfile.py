"""Answer of CSSM to uploaded usage: an XML file with an acknowledgement.

    <smartLicense>
      <smartLicenseRumAck> .. </smartLicenseRumAck>
    </smartLicense>

No description of its inside was found, so as little as possible is expected of it: that it is whole, that
an element of it is named as an acknowledgement, and that a unit is named somewhere. Whether its signature
holds only the switch can tell.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from slp_ops.json_documents import InvalidJson, parse_json
from slp_ops.usage.udi import UnitId, printed_in, unit_in, units_in, walk_json

if TYPE_CHECKING:
    from collections.abc import Iterator

_LARGEST: Final = 64 * 2**20
_ROOT: Final = "smartLicense"
_ACK: Final = re.compile(r"ack(?:nowledge\w*)?$", re.IGNORECASE)
_IDS: Final = frozenset(
    {"report_id", "report_ids", "reportid", "reportids", "rum_report_id", "rum_report_ids"}
)
_BASE64: Final = re.compile(r"[A-Za-z0-9+/\s]{16,}={0,2}\s*", re.ASCII)
# Elements that import as well, and are no acknowledgement of usage.
_OTHERS: Final = {"policy": "a policy", "trust": "trust codes", "authorization": "an authorization code"}


class InvalidAck(ValueError):
    """This is no acknowledgement, or not all of one; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """Content of an acknowledgement, as far as it can be read."""

    units: tuple[UnitId, ...]
    reports: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Document:
    """The elements in order, each with the text directly in it."""

    open: list[tuple[str, list[str]]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.names.append(name)
        self.open.append((name, []))
        self.texts.extend(attributes.items())

    def data(self, text: str) -> None:
        self.open[-1][1].append(text)

    def end(self, _: str) -> None:
        name, pieces = self.open.pop()
        if text := "".join(pieces).strip():
            self.texts.append((name, text))


def read_ack(data: bytes) -> Ack:
    """Read an acknowledgement; raises NoAck."""
    document = _parse_document(data)
    names = [name.rpartition(":")[2] for name in document.names]
    if names[0] != _ROOT:
        raise InvalidAck(f"it is no licence file: it begins with <{names[0][:40]}>, not with <{_ROOT}>")
    if "RUMReport" in names:
        raise InvalidAck("it is a usage file that a switch saved, not CSSM's answer to it")
    if not any(_ACK.search(name) for name in names):
        other = next((what for word, what in _OTHERS.items() for name in names if word in name.lower()), "")
        raise InvalidAck(
            f"it holds {other or 'no acknowledgement'}" + (", no acknowledgement" if other else "")
        )
    values = [_value(name, text) for name, text in document.texts]
    units = dict.fromkeys(unit for value in values for unit in units_in(value))
    units |= dict.fromkeys(unit for _, text in document.texts for unit in printed_in(text))
    if (spelled := unit_in(dict(document.texts))) is not None:
        units[spelled] = None
    return Ack(units=tuple(units), reports=frozenset(_reports(document.texts, values)))


def _parse_document(data: bytes) -> _Document:
    if not data.strip():
        raise InvalidAck("it is empty")
    if len(data) > _LARGEST:
        raise InvalidAck("it is larger than 64 MB")
    document = _Document()
    parser = expat.ParserCreate()
    parser.StartElementHandler = document.start
    parser.EndElementHandler = document.end
    parser.CharacterDataHandler = document.data
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as err:
        raise InvalidAck(
            f"it is damaged or cut short: {expat.errors.messages[err.code]}, line {err.lineno}"
        ) from None
    return document


def _no_doctype(*_: object) -> None:
    raise InvalidAck("it declares a document type, which no licence file does")


def _value(name: str, text: str) -> object:
    """Decode the text: JSON, base64 of JSON, or itself."""
    if text[:1] in ("{", "["):
        try:
            found: object = parse_json(text)
        except InvalidJson as err:
            raise InvalidAck(
                f"it is damaged: the text of <{name[:40]}> is cut off or no JSON: {err}"
            ) from None
        return found
    if _BASE64.fullmatch(text):
        try:
            decoded = base64.b64decode(text, validate=False).decode("utf-8")
            return parse_json(decoded) if decoded.lstrip()[:1] in ("{", "[") else text
        except (binascii.Error, ValueError):
            return text  # a signature, most likely
    return text


def _reports(texts: list[tuple[str, str]], values: list[object]) -> Iterator[int]:
    for name, text in texts:
        if name.lower() in _IDS and text.isdecimal() and len(text) < 20:
            yield int(text)
    for value in values:
        for each in walk_json(value):
            if isinstance(each, dict):
                for key, said in each.items():
                    if str(key).lower() in _IDS:
                        yield from _numbers(said)


def _numbers(said: object) -> Iterator[int]:
    for each in said if isinstance(said, list) else (said,):
        if isinstance(each, int) and not isinstance(each, bool):
            yield each
        elif isinstance(each, str) and each.isdecimal() and len(each) < 20:
            yield int(each)
