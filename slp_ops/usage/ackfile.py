"""Answer of CSSM to uploaded usage: an XML file with an acknowledgement.

    <smartLicense>
      <smartLicenseRumAck> .. </smartLicenseRumAck>
    </smartLicense>

No description of its inside was found, so as little as possible is expected of it: that it is whole, that
an element of it is named as an acknowledgement, and that a unit is named somewhere. Whether its signature
holds only the switch can tell.

One file may acknowledge the reports of several switches, with elements for each: ``part_of`` copies those of
one switch. What names no unit, such as a policy, is for all of them.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from slp_ops.json_documents import InvalidJson, parse_json
from slp_ops.usage.udi import UnitId, printed_in, spelled_in, units_in, walk_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LARGEST: Final = 64 * 2**20
_BEGINNING: Final = 200  # bytes: a mark of the encoding, blanks, then a tag
_PIECE: Final = 64 * 2**10
_MOST_DOCUMENTS: Final = 1000  # in one file, as files in an archive
_ROOT: Final = "smartLicense"
_ACK: Final = re.compile(r"ack(?:nowledge\w*)?$", re.IGNORECASE)
_IDS: Final = frozenset(
    {"report_id", "report_ids", "reportid", "reportids", "rum_report_id", "rum_report_ids"}
)
_TAG: Final = re.compile(rb"""<[^<>"']*(?:(?:"[^"]*"|'[^']*')[^<>"']*)*>""")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/\s]{16,}={0,2}\s*", re.ASCII)
# Elements that import as well, and are no acknowledgement of usage.
_OTHERS: Final = {"policy": "a policy", "trust": "trust codes", "authorization": "an authorization code"}


class InvalidAck(ValueError):
    """This is no acknowledgement, or not all of one; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AckElement:
    """One element below the root: its bytes, and the units and reports that it names.

    ``end`` is behind its last byte. A signature covers an element, so that it is copied whole or not at all.
    ``is_ack`` is set for an acknowledgement, and not for a policy beside it.
    """

    start: int
    end: int
    is_ack: bool
    units: tuple[UnitId, ...]
    reports: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """Content of an acknowledgement, as far as it can be read."""

    units: tuple[UnitId, ...]
    reports: frozenset[int] = frozenset()
    elements: tuple[AckElement, ...] = ()


@dataclass(slots=True)
class _Element:
    """The names and texts in one element below the root, or in the root itself."""

    start: int = 0
    end: int = 0
    names: list[str] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Document:
    """The elements below the root in order, each with the texts in it."""

    parser: expat.XMLParserType
    root: _Element = field(default_factory=_Element)
    elements: list[_Element] = field(default_factory=list)
    open: list[tuple[str, list[str]]] = field(default_factory=list)
    end: int | None = None  # where the end tag of the root begins

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.open) == 1:
            self.elements.append(_Element(start=self.parser.CurrentByteIndex))
        self.open.append((name, []))
        self._current.names.append(name.rpartition(":")[2])
        self._current.texts.extend(attributes.items())

    def data(self, text: str) -> None:
        self.open[-1][1].append(text)

    def end_element(self, _: str) -> None:
        name, pieces = self.open[-1]
        if text := "".join(pieces).strip():
            self._current.texts.append((name.rpartition(":")[2], text))
        if len(self.open) == 2:
            self.elements[-1].end = self.parser.CurrentByteIndex
        elif len(self.open) == 1:
            self.end = self.parser.CurrentByteIndex
        self.open.pop()

    @property
    def _current(self) -> _Element:
        return self.elements[-1] if len(self.open) > 1 else self.root


def read_ack(data: bytes) -> Ack:
    """Read an acknowledgement. Raises InvalidAck."""
    document = _parse_document(data)
    (root,) = document.root.names
    if root != _ROOT:
        raise InvalidAck(f"it is no licence file: it begins with <{root[:40]}>, not with <{_ROOT}>")
    names = [name for element in document.elements for name in element.names]
    if "RUMReport" in names:
        raise InvalidAck("it is a usage file that a switch saved, not CSSM's answer to it")
    if not any(_ACK.search(name) for name in names):
        other = next((what for word, what in _OTHERS.items() for name in names if word in name.lower()), "")
        raise InvalidAck(
            f"it contains {other or 'no acknowledgement'}" + (", no acknowledgement" if other else "")
        )
    elements = tuple(_read_element(element, data) for element in document.elements)
    root_only = _read_element(document.root, data)
    every = (root_only, *elements)
    return Ack(
        units=tuple(dict.fromkeys(unit for each in every for unit in each.units)),
        reports=frozenset().union(*(each.reports for each in every)),
        elements=elements,
    )


def documents_in(data: bytes) -> tuple[bytes, ...]:
    """Return the XML documents that were put into one file one after another; mostly the file itself.

    Raises InvalidAck for more than a thousand.
    """
    found: list[bytes] = []
    start = 0
    while True:
        parser, document = _parser()
        try:
            # In pieces: what follows a document is not parsed with it, and again with each one before it.
            for at in range(start, len(data), _PIECE):
                parser.Parse(data[at : at + _PIECE], False)
            parser.Parse(b"", True)
        except expat.ExpatError as err:
            is_next = err.code == expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]
            is_next |= err.code == expat.errors.codes[expat.errors.XML_ERROR_MISPLACED_XML_PI]
            size = parser.ErrorByteIndex
            if is_next and document.end is not None and document.end < size < len(data) - start:
                found.append(data[start : start + size])
                start += size
                if len(found) == _MOST_DOCUMENTS:
                    raise InvalidAck(f"it has more than {_MOST_DOCUMENTS} documents") from None
                continue
        except InvalidAck:
            pass  # reading it gives the reason
        return (*found, data[start:])


def part_of(data: bytes, elements: Sequence[AckElement]) -> bytes:
    """Return a licence file with only these elements of one, each identical to the byte."""
    document = _parse_document(data)
    assert document.end is not None  # noqa: S101 - it was parsed to its end
    head = data[: document.elements[0].start]
    return head + b"\n".join(data[each.start : each.end] for each in elements) + data[document.end :]


def _read_element(element: _Element, data: bytes) -> AckElement:
    values = [_value(name, text) for name, text in element.texts]
    units = dict.fromkeys(unit for value in values for unit in units_in(value))
    units |= dict.fromkeys(unit for _, text in element.texts for unit in printed_in(text))
    units |= dict.fromkeys(spelled_in(element.texts))
    return AckElement(
        start=element.start,
        end=_end_of_tag(data, element.end),
        is_ack=any(_ACK.search(name) for name in element.names),
        units=tuple(units),
        reports=frozenset(_reports(element.texts, values)),
    )


def _end_of_tag(data: bytes, at: int) -> int:
    """Return where the tag ends that begins at this byte: an end tag, or an element without content."""
    tag = _TAG.match(data, at)
    return at if tag is None else tag.end()


def _parser() -> tuple[expat.XMLParserType, _Document]:
    parser = expat.ParserCreate()
    document = _Document(parser)
    parser.StartElementHandler = document.start_element
    parser.EndElementHandler = document.end_element
    parser.CharacterDataHandler = document.data
    parser.StartDoctypeDeclHandler = _no_doctype
    return parser, document


def _parse_document(data: bytes) -> _Document:
    if not data.strip():
        raise InvalidAck("it is empty")
    if len(data) > _LARGEST:
        raise InvalidAck("it is larger than 64 MB")
    if b"<" not in data[:_BEGINNING]:
        raise InvalidAck("it is no file of CSSM, which begins with '<'")
    parser, document = _parser()
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
