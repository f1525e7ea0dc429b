"""JSON documents: frozen dataclasses, one encoder and one typed decoder.

Each dataclass made by :func:`json_document` is one form of a JSON object; the root type of a document has a
field ``schema`` with the schema's id. The keys are the fields, in their order. :func:`encode` accepts every
dataclass. :func:`decode` needs annotations that exist at run time, which :func:`json_document` asks of the
linter. The JSON Schemas in the documentation are derived from the same types.

    @json_document
    class RunsDocument:
        schema: Literal["slp-ops/runs/1"] = "slp-ops/runs/1"
        runs: tuple[RunEntry, ...]
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cache, lru_cache
from itertools import repeat
from math import isfinite
from reprlib import Repr
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeAlias, TypeVar, Union, dataclass_transform, get_args, get_origin
from typing import get_type_hints as type_hints

from slp_ops.errors import InputError, Problem

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
T = TypeVar("T")
_Encoder: TypeAlias = Callable[[Any], JsonValue]
_Decoder: TypeAlias = Callable[[Any], Any]
_OPTIONS: Final = "json"


# Hostile documents: slp-ops writes less than these. A number must fit into 64 bits, as in SQLite and C.
_DEEPEST: Final = 64
_LONGEST_NUMBER: Final = 20
_SHORT: Final = Repr()
_SHORT.maxlevel, _SHORT.maxstring = 2, 80
_WHOLE_NUMBERS: Final = range(-(2**63), 2**63)
LARGEST_DOCUMENT: Final = 64 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonLimits:
    """Limits of a JSON text in bytes: its size, and the memory of its values beyond that."""

    size: int = LARGEST_DOCUMENT
    memory: int = 40 * 2**20


_USUAL_LIMITS: Final = JsonLimits()


class InvalidJson(ValueError):
    """Text that is no JSON, or JSON that no slp-ops writes. ``line`` is where, if that is known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class ShapeError(ValueError):
    """A JSON value that does not have the declared form. The message names the place in the document.

    Each decoder that the error passes adds its part of the place: without an error, a place costs nothing.
    """

    def __init__(self, place: str, expected: str, found: object) -> None:
        super().__init__(f"expected {expected}, found {_described(found)}")
        self.place = place

    def __str__(self) -> str:
        return f"{self.place or 'the document'}: {self.args[0]}"

    def move_into(self, place: str) -> None:
        """Make this the error of a larger value, which has the value at ``place``."""
        inner = self.place if not self.place or self.place.startswith("[") else f".{self.place}"
        self.place = f"{place}{inner}"


def _described(found: object) -> str:
    """Show a value, which may be huge, in at most 60 characters."""
    text = _SHORT.repr(found)
    return text[:60] + "..." * (len(text) > 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOptions:
    """Mapping of a field to a key."""

    key: str = ""  # the field's own name unless given
    omit_none: bool = False  # without a value the key is left out
    hidden: bool = False  # never in JSON
    inline: bool = False  # the keys of the value, an object, are merged into its parent
    encoder: _Encoder | None = None


_PLAIN: Final = FieldOptions()
_PLAIN_VALUES: Final = frozenset({NoneType, bool, int, float, str})


def json_field(
    *,
    default: Any = MISSING,
    default_factory: Any = MISSING,
    key: str = "",
    omit_none: bool = False,
    inline: bool = False,
    encoder: _Encoder | None = None,
) -> Any:
    """Declare a field of a document whose key differs from what the field alone would give."""
    options = FieldOptions(key=key, omit_none=omit_none, inline=inline, encoder=encoder)
    given = {"default": default, "default_factory": default_factory}
    return field(
        **{name: value for name, value in given.items() if value is not MISSING}, metadata={_OPTIONS: options}
    )


# Metadata for a field of an ordinary dataclass that no JSON shows.
HIDDEN: Final[Mapping[str, FieldOptions]] = {_OPTIONS: FieldOptions(hidden=True)}


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field, json_field))
def json_document(kind: type[T]) -> type[T]:
    """Make a class a frozen, slotted, keyword-only dataclass that :func:`decode` can read back."""
    return dataclass(frozen=True, slots=True, kw_only=True)(kind)


def options_of(each: Field[Any]) -> FieldOptions:
    """Return the options of a dataclass field."""
    options: FieldOptions = each.metadata.get(_OPTIONS, _PLAIN)
    return options


def seconds(moment: datetime | None) -> JsonValue:
    """Encode a moment to the second."""
    return None if moment is None else moment.isoformat(timespec="seconds")


def rounded(digits: int) -> _Encoder:
    """Return an encoder for numbers with at most this many digits behind the point."""

    def encoder(number: float | None) -> JsonValue:
        return None if number is None else round(number, digits)

    return encoder


def as_is(value: Any) -> JsonValue:
    """Encode a value that is JSON already: it is not traversed."""
    found: JsonValue = value
    return found


def encode(value: object) -> Any:
    """Return the JSON value of a document, or of any value that a document may hold.

    Dataclasses become objects, sequences arrays, sets sorted arrays, moments ISO 8601, spans seconds. A class
    with a method ``as_json`` gives its own value. Raises TypeError for anything else.
    """
    kind: Any = type(value)
    return value if kind in _PLAIN_VALUES else _encoder(kind)(value)


@cache
def _encoder(kind: Any) -> _Encoder:
    """Return the encoder of the values of a type. Raises TypeError."""
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, (str, int, float)):
        return as_is
    if issubclass(kind, Sequence) and not issubclass(kind, (bytes, bytearray)):
        return lambda value: [encode(each) for each in value]
    if issubclass(kind, Set):
        return lambda value: sorted(map(encode, value))
    if issubclass(kind, Mapping):
        return lambda value: {_key(key): encode(each) for key, each in value.items()}
    if issubclass(kind, (date, time)):
        return lambda value: value.isoformat()
    if issubclass(kind, timedelta):
        return lambda value: value.total_seconds()
    if hasattr(kind, "as_json"):
        return lambda value: encode(value.as_json())
    if is_dataclass(kind):
        return _object
    raise TypeError(f"{kind!r} has no form in JSON")


def _object(value: object) -> dict[str, JsonValue]:
    kind: Any = type(value)
    result: dict[str, JsonValue] = {}
    for name, options in _fields_of(kind):
        each = getattr(value, name)
        if each is None and (options.omit_none or options.inline):
            continue
        if options.inline:
            result |= encode(each)
        else:
            key = options.key or name
            if options.encoder is not None:
                result[key] = options.encoder(each)
            else:
                result[key] = each if type(each) in _PLAIN_VALUES else encode(each)
    return result


@cache
def _fields_of(kind: Any) -> tuple[tuple[str, FieldOptions], ...]:
    return tuple((each.name, options) for each in fields(kind) if not (options := options_of(each)).hidden)


def _key(key: object) -> str:
    return str(key.value if isinstance(key, Enum) else key)


# DEL and C1, marks that change the direction of text or hide in it, lone surrogates (undecodable bytes).
_UNSAFE: Final = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)


def to_json(document: object, *, indent: int | None = None, ascii_only: bool = True) -> str:
    """Return a document as JSON text.

    Without ``ascii_only`` Japanese stays readable; characters that act on a terminal are escaped.
    """
    text = json.dumps(encode(document), ensure_ascii=ascii_only, indent=indent)
    return text if ascii_only else _UNSAFE.sub(lambda found: json.dumps(found[0])[1:-1], text)


def parse_json(text: str | bytes, limits: JsonLimits = _USUAL_LIMITS) -> Any:
    """Return the value of a JSON text. Raises InvalidJson, also for what would exhaust the memory.

    Refused are numbers beyond 64 bits, infinities and NaN, deep nesting, and far more values than text: a
    value costs up to a hundred times its characters.
    """
    if isinstance(text, bytes):
        counts = text.count(b","), text.count(b"{"), text.count(b"[")
        _check_memory(limits, len(text), *counts, ascii_only=text.isascii())
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as err:
            line = err.object.count(b"\n", 0, err.start) + 1
            raise InvalidJson("no text in UTF-8", line) from None
    else:
        counts = text.count(","), text.count("{"), text.count("[")
        _check_memory(limits, len(text), *counts, ascii_only=True)
    if not text.strip():
        raise InvalidJson("no JSON: it is empty", 1)
    try:
        value = _PARSER.decode(text)
    except json.JSONDecodeError as err:
        raise InvalidJson(f"no JSON: {err.msg}", err.lineno) from None
    except _UnfitNumber as err:
        line = text.count("\n", 0, max(text.find(err.digits), 0)) + 1
        raise InvalidJson(f"the number {err.digits[:20]} does not fit into 64 bits", line) from None
    except RecursionError:
        raise InvalidJson("nested too deeply", _line_of_depth(text)) from None
    if counts[1] + counts[2] > _DEEPEST and _is_deep(value):
        raise InvalidJson("nested too deeply", _line_of_depth(text))
    return value


class _UnfitNumber(Exception):
    """A number that no document of slp-ops holds."""

    def __init__(self, digits: str) -> None:
        super().__init__(digits)
        self.digits = digits


def _check_memory(
    limits: JsonLimits, size: int, commas: int, objects: int, arrays: int, *, ascii_only: bool
) -> None:
    if size > limits.size:
        raise InvalidJson(f"larger than {limits.size // 2**20} MB")
    # What CPython needs at most for a value, an object, an array, and for text with wide characters.
    needed = 64 * commas + 220 * objects + 80 * arrays + (0 if ascii_only else 4 * size)
    if needed > limits.memory + size:
        raise InvalidJson("too many values for its size")


def _is_deep(value: object) -> bool:
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for each in level
            if isinstance(each, (dict, list))
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return False
    return True


def _line_of_depth(text: str) -> int | None:
    """Return the line where the nesting becomes too deep, if that is near the beginning."""
    depth = 0
    for found in _BRACKETS.finditer(text, 0, 2**20):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if depth > _DEEPEST:
            return text.count("\n", 0, found.start()) + 1
    return None


def _whole_number(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER or (number := int(digits)) not in _WHOLE_NUMBERS:
        raise _UnfitNumber(digits)
    return number


def _number(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise _UnfitNumber(digits)
    return number


def _refuse_constant(word: str) -> float:
    raise _UnfitNumber(word)


# Made once: making one takes as long as parsing a line of a manifest.
_PARSER: Final = json.JSONDecoder(
    parse_int=_whole_number, parse_float=_number, parse_constant=_refuse_constant
)


def line_of(text: str, place: str) -> int | None:
    """Return the line of a place such as ``devices[0].risk`` in a JSON text; the deepest part that exists."""
    scanner = json.JSONDecoder()
    at = _skip_blanks(text, 0)
    for key, index in _PLACE.findall(place):
        try:
            found = _child(scanner, text, at, key, int(index) if index else None)
        except (ValueError, IndexError, RecursionError):
            return None
        if found is None:
            break
        at = found
    return text.count("\n", 0, at) + 1


_BRACKETS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_PLACE: Final = re.compile(r"([^.\[\]]+)|\[(\d{1,9})\]", re.ASCII)
_BLANKS: Final = re.compile(r"[ \t\r\n,:]*")


def _skip_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found is not None else at


def _child(scanner: json.JSONDecoder, text: str, at: int, key: str, index: int | None) -> int | None:
    """Return where a member of the object, or an item of the array, at ``at`` begins."""
    if text[at] != ("{" if index is None else "["):
        return None
    at, number = _skip_blanks(text, at + 1), 0
    while text[at] not in "]}":
        if index is None:
            name, at = scanner.raw_decode(text, at)
            at = _skip_blanks(text, at)
            if name == key:
                return at
        elif number == index:
            return at
        _, at = scanner.raw_decode(text, at)
        at, number = _skip_blanks(text, at), number + 1
    return None


def invalid_document(
    file: str, text: str | bytes, err: InvalidJson | ShapeError, *, inside: str = "", hint: str = ""
) -> InputError:
    """Return the error for a file, with the line. ``inside`` is the place at which the decoding began."""
    if isinstance(err, ShapeError):
        place = f"{inside}.{err.place}" if inside and err.place else inside or err.place
        line = line_of(text if isinstance(text, str) else text.decode("utf-8-sig"), place)
    else:
        line = err.line
    return InputError((Problem(path=file, line=line, message=str(err)),), hint=hint)


def decode(kind: type[T], value: object, place: str = "") -> T:
    """Return a JSON value as a document, or as a tuple or mapping of documents. Raises ShapeError.

    A missing key gives the field's default, but for a literal. Unknown keys are ignored, so that an older
    slp-ops reads what a newer one wrote under the same schema.
    """
    target: Any = kind
    try:
        result: T = _decoder(target)(value)
    except ShapeError as err:
        if place:
            err.move_into(place)
        raise
    return result


@cache
def _decoder(kind: Any) -> _Decoder:
    """Return the decoder of a type."""
    if kind is Any or kind is object:
        return lambda value: value
    if kind is str:
        return _text
    if kind in _SCALARS:
        return _scalar(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return _literal(arguments)
    if origin in (Union, UnionType):
        return _union(arguments)
    if origin is tuple:
        return _array(arguments[0]) if arguments[1:] == (...,) else _fixed_array(arguments)
    if origin is frozenset:
        items = _array(arguments[0])
        return lambda value: frozenset(items(value))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(*arguments)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enumeration(kind)
    if isinstance(kind, type) and issubclass(kind, (datetime, date)):
        return _moment(kind)
    if kind is timedelta:
        return _span
    if is_dataclass(kind):
        return _DataclassDecoder(kind)
    raise TypeError(f"{kind!r} cannot be read from JSON")


_YEARS: Final = range(1900, 9001)
_SCALARS: Final[Mapping[Any, tuple[tuple[type, ...], str]]] = {
    bool: ((bool,), "true or false"),
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
    NoneType: ((NoneType,), "null"),
}


# Names of commands, files and states repeat in the results of a fleet: one object of each is kept.
_shared: Final = lru_cache(maxsize=1024)(str)
_LONGEST_SHARED: Final = 63  # characters: a digest has more, and is of one file
_EMPTY: Final[Mapping[Any, Any]] = {}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ShapeError("", "a text", value)
    return _shared(value) if len(value) <= _LONGEST_SHARED else value


def _scalar(kind: Any) -> _Decoder:
    accepted, expected = _SCALARS[kind]

    def decoder(value: Any) -> Any:
        if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
            raise ShapeError("", expected, value)
        return value

    return decoder


def _literal(words: tuple[Any, ...]) -> _Decoder:
    def decoder(value: Any) -> Any:
        if value not in words:
            raise ShapeError("", " or ".join(map(repr, words)), value)
        return value

    return decoder


def _enumeration(kind: type[Enum]) -> _Decoder:
    def decoder(value: Any) -> Any:
        try:
            return kind(value)
        except ValueError:
            raise ShapeError("", "one of " + ", ".join(str(each.value) for each in kind), value) from None

    return decoder


def _moment(kind: Any) -> _Decoder:
    def decoder(value: Any) -> Any:
        try:
            moment = kind.fromisoformat(value)
        except (TypeError, ValueError):
            raise ShapeError("", "a time in ISO 8601", value) from None
        if moment.year not in _YEARS:  # at the ends of the calendar another time zone overflows
            raise ShapeError("", "a year from 1900 to 9000", value)
        return moment

    return decoder


def _span(value: Any) -> timedelta:
    try:
        return timedelta(seconds=_decoder(float)(value))
    except OverflowError:
        raise ShapeError("", "a number of seconds", value) from None


def _array(item: Any) -> _Decoder:
    one = _decoder(item)

    def decoder(value: Any) -> Any:
        if not isinstance(value, list):
            raise ShapeError("", "a list", value)
        return _items(zip(repeat(one), value, strict=False))

    return decoder


def _fixed_array(items: tuple[Any, ...]) -> _Decoder:
    decoders = [_decoder(each) for each in items]

    def decoder(value: Any) -> Any:
        if not isinstance(value, list) or len(value) != len(decoders):
            raise ShapeError("", f"a list of {len(decoders)}", value)
        return _items(zip(decoders, value, strict=True))

    return decoder


def _items(pairs: Iterable[tuple[_Decoder, Any]]) -> tuple[Any, ...]:
    """Return the items of an array, which are given with their decoders."""
    found: list[Any] = []
    for decoder, value in pairs:
        try:
            found.append(decoder(value))
        except ShapeError as err:
            err.move_into(f"[{len(found)}]")
            raise
    return tuple(found)


def _mapping(key: Any, item: Any) -> _Decoder:
    name, one = _decoder(key), _decoder(item)

    def decoder(value: Any) -> Any:
        if not isinstance(value, dict):
            raise ShapeError("", "an object", value)
        if not value:
            return _EMPTY
        found = {}
        for key, inner in value.items():
            named = name(key)
            try:
                found[named] = one(inner)
            except ShapeError as err:
                err.move_into(key)
                raise
        return found

    return decoder


def _union(kinds: tuple[Any, ...]) -> _Decoder:
    """Distinguish objects by their tag, a field ``kind`` with a literal; other values by their type."""
    tagged = {tag: _decoder(each) for each in kinds if (tag := _tag(each)) is not None}
    others = [_decoder(each) for each in kinds if each is not NoneType and _tag(each) is None]
    is_optional = NoneType in kinds

    def decoder(value: Any) -> Any:
        if tagged and isinstance(value, dict):
            kind = value.get("kind")
            if not isinstance(kind, str) or kind not in tagged:
                raise ShapeError("kind", "one of " + ", ".join(sorted(tagged)), kind)
            return tagged[kind](value)
        if value is None and is_optional:
            return None
        problem: ShapeError | None = None
        for decode_other in others:
            try:
                return decode_other(value)
            except ShapeError as err:
                problem = problem or err
        raise problem or ShapeError("", "an object", value)

    return decoder


def _tag(kind: Any) -> str | None:
    """Return the literal of the field ``kind`` of a dataclass."""
    if is_dataclass(kind) and "kind" in {each.name for each in fields(kind)}:
        hint = type_hints(kind)["kind"]
        if get_origin(hint) is Literal:
            tag: str = get_args(hint)[0]
            return tag
    return None


class _DataclassDecoder:
    """Decoder of one dataclass. Its fields are looked up at the first value, so that types may nest."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self._decoders: list[tuple[str, str, _Decoder, bool]] | None = None

    def __call__(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ShapeError("", "an object", value)
        if self._decoders is None:
            self._decoders = self._lookup()
        given = {}
        for name, key, decoder, needed in self._decoders:
            if not key:
                given[name] = self._inline(decoder, value, needed=needed)
            elif key in value:
                try:
                    given[name] = decoder(value[key])
                except ShapeError as err:
                    err.move_into(key)
                    raise
            elif needed:
                raise ShapeError("", f"the key {key!r}", value)
        return self._kind(**given)

    @staticmethod
    def _inline(decoder: _Decoder, value: Any, *, needed: bool) -> Any:
        """Return an inline value; None where it may be absent and the object does not have its form."""
        try:
            return decoder(value)
        except ShapeError:
            if needed:
                raise
            return None

    def _lookup(self) -> list[tuple[str, str, _Decoder, bool]]:
        hints = type_hints(self._kind)
        found = []
        for each in fields(self._kind):
            options = options_of(each)
            if each.init and not options.hidden:
                key = "" if options.inline else options.key or each.name
                needed = each.default is MISSING and each.default_factory is MISSING
                # A schema id or a tag has a default for the encoder; a file must have it.
                needed = needed or get_origin(hints[each.name]) is Literal
                found.append((each.name, key, _decoder(hints[each.name]), needed))
        return found
