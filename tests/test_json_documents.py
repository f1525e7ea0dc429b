"""JSON documents: what is encoded, what is read back, and what a damaged file is answered with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Literal

import pytest

from slp_ops.json_documents import (
    HIDDEN,
    InvalidJson,
    ShapeError,
    decode,
    encode,
    invalid_document,
    json_document,
    json_field,
    parse_json,
    rounded,
    seconds,
    to_json,
)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@json_document
class Circle:
    kind: Literal["circle"] = "circle"
    radius: float


@json_document
class Square:
    kind: Literal["square"] = "square"
    side: int


@json_document
class Node:
    name: str
    children: tuple[Node, ...] = ()


@json_document
class Position:
    x: int
    y: int = 0


@json_document
class Drawing:
    schema: Literal["test/drawing/1"] = "test/drawing/1"
    at: datetime = json_field(encoder=seconds)
    day: date | None = None
    colour: Colour
    shapes: tuple[Circle | Square, ...] = ()
    tree: Node | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    pair: tuple[str, int] = ("a", 1)
    import_: tuple[str, ...] = json_field(key="import", default=())
    note: str | None = json_field(omit_none=True, default=None)
    position: Position = json_field(inline=True)
    extra: Any = None


def drawing(**values: Any) -> Drawing:
    return Drawing(
        **{
            "at": datetime(2026, 11, 24, 4, 5, 6, tzinfo=UTC),
            "colour": Colour.RED,
            "position": Position(x=3),
            **values,
        }
    )


def test_keys_are_the_fields_in_their_order() -> None:
    assert list(encode(drawing())) == [
        "schema", "at", "day", "colour", "shapes", "tree", "counts", "pair", "import", "x", "y", "extra",
    ]  # fmt: skip


def test_what_is_encoded_is_read_back() -> None:
    whole = drawing(
        day=date(2026, 1, 2),
        shapes=(Circle(radius=1.5), Square(side=2)),
        tree=Node(name="a", children=(Node(name="b"),)),
        counts={"x": 1},
        import_=("acks.zip",),
        note="n",
        extra={"any": [1, None]},
    )
    assert decode(Drawing, parse_json(to_json(whole))) == whole


def test_an_absent_key_gives_the_default_and_an_unknown_one_is_ignored() -> None:
    given = {
        "schema": "test/drawing/1",
        "at": "2026-11-24T04:05:06+00:00",
        "colour": "red",
        "x": 3,
        "later": 1,
    }
    assert decode(Drawing, given) == drawing()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"at": "soon"}, "at: expected a time in ISO 8601, found 'soon'"),
        ({"at": 5}, "at: expected a time in ISO 8601, found 5"),
        ({"colour": "green"}, "colour: expected one of red, blue, found 'green'"),
        ({"x": True}, "x: expected a whole number, found True"),
        ({"x": "3"}, "x: expected a whole number, found '3'"),
        ({"schema": "test/drawing/2"}, "schema: expected 'test/drawing/1', found 'test/drawing/2'"),
        ({"shapes": {}}, "shapes: expected a list, found {}"),
        ({"shapes": [{"kind": "line"}]}, "shapes[0].kind: expected one of circle, square, found 'line'"),
        (
            {"shapes": [{"kind": "square", "side": None}]},
            "shapes[0].side: expected a whole number, found None",
        ),
        ({"tree": {"name": "a", "children": [1]}}, "tree.children[0]: expected an object, found 1"),
        ({"counts": {"a": "b"}}, "counts.a: expected a whole number, found 'b'"),
        ({"counts": []}, "counts: expected an object, found []"),
        ({"pair": ["a"]}, "pair: expected a list of 2, found ['a']"),
        ({"note": 1}, "note: expected a text, found 1"),
        ({"day": 0}, "day: expected a time in ISO 8601, found 0"),
    ],
)
def test_a_value_of_another_form_is_named_with_its_place(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        decode(Drawing, {**encode(drawing()), **change})
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("kind", "value", "inside", "place"),
    [
        (Mapping[str, Position], {"a": {"x": "1"}}, "", "a.x"),
        (tuple[Mapping[str, Position], ...], [{"a": {"x": 1}}, {"b": {"x": "1"}}], "", "[1].b.x"),
        (Mapping[str, tuple[int, str]], {"a": [1, 2]}, "", "a[1]"),
        (tuple[Position | int, ...], [1, {"x": 1}, {"y": 1}], "found", "found[2]"),
        (Mapping[Colour, int], {"green": 1}, "counts", "counts"),
    ],
)
def test_a_place_begins_where_the_decoding_began(kind: Any, value: object, inside: str, place: str) -> None:
    with pytest.raises(ShapeError) as caught:
        decode(kind, value, inside)
    assert caught.value.place == place


def test_a_missing_key_is_named() -> None:
    with pytest.raises(ShapeError, match=r"^tree: expected the key 'name', found \{\}$"):
        decode(Drawing, {**encode(drawing()), "tree": {}})


@json_document
class Placed:
    name: str
    position: Position | None = json_field(inline=True, default=None)


def test_an_inline_value_may_be_absent() -> None:
    assert decode(Placed, {"name": "a"}) == Placed(name="a")
    assert decode(Placed, {"name": "a", "x": 1}) == Placed(name="a", position=Position(x=1))
    assert encode(Placed(name="a")) == {"name": "a"}


def test_a_document_without_its_schema_is_refused() -> None:
    without = {key: value for key, value in encode(drawing()).items() if key != "schema"}
    with pytest.raises(ShapeError, match=r"^the document: expected the key 'schema', found "):
        decode(Drawing, without)


def test_a_list_is_no_document() -> None:
    with pytest.raises(ShapeError, match=r"^the document: expected an object, found \[\]$"):
        decode(Drawing, [])


def test_the_message_for_a_file_names_the_file() -> None:
    with pytest.raises(InvalidJson) as broken:
        parse_json(b"{")
    error = invalid_document("plan.json", b"{", broken.value, hint="make it anew")
    assert str(error).startswith("plan.json:1: no JSON: ")
    assert error.hint == "make it anew"
    text = to_json({**encode(drawing()), "at": 1})
    with pytest.raises(ShapeError) as other:
        decode(Drawing, parse_json(text))
    assert str(invalid_document("plan.json", text, other.value)).startswith(
        "plan.json:1: at: expected a time"
    )


def test_long_values_are_cut_in_messages() -> None:
    with pytest.raises(ShapeError) as caught:
        decode(Position, {"x": "a" * 1000})
    assert len(str(caught.value)) < 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    source: object = field(default=None, metadata=HIDDEN)
    value: str = "v"


class Release:
    def as_json(self) -> str:
        return "17.9.4a"


def test_hidden_fields_and_values_with_a_form_of_their_own() -> None:
    assert encode({"facts": (Fact(source=1),), "release": Release()}) == {
        "facts": [{"value": "v"}],
        "release": "17.9.4a",
    }


def test_a_value_without_a_form_is_refused() -> None:
    with pytest.raises(TypeError, match="has no form in JSON"):
        encode({"a": object()})
    with pytest.raises(TypeError, match="has no form in JSON"):
        encode(Fact)


def test_keys_of_a_mapping_may_be_words_of_an_enumeration() -> None:
    assert encode({Colour.BLUE: 1, 2: 3}) == {"blue": 1, "2": 3}


def test_numbers_are_rounded_where_that_is_declared() -> None:
    assert rounded(1)(1.26) == 1.3
    assert rounded(1)(None) is None
    assert seconds(None) is None


def test_readable_text_escapes_what_acts_on_a_terminal() -> None:
    said = to_json({"a": "日本\x9b\u202e\udc80"}, ascii_only=False)
    assert said == '{"a": "日本\\u009b\\u202e\\udc80"}'
    assert json.loads(said) == {"a": "日本\x9b\u202e\udc80"}
    assert to_json({"a": "日"}, indent=1) == '{\n "a": "\\u65e5"\n}'


@json_document
class Counts:
    of: str
    counts: Mapping[str, int]


def test_texts_that_repeat_and_empty_objects_are_one_object() -> None:
    """The results of a fleet have the same commands, files and states for each switch."""
    first, second = (decode(Counts, json.loads('{"of": "show version", "counts": {}}')) for _ in range(2))
    assert first == Counts(of="show version", counts={})
    assert first.of is second.of
    assert first.counts is second.counts
