"""Which answer is for which switch: by units, never by a file's name; and what is left out, and why."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.facts import RumState
from slp_ops.usage.ackfile import Ack
from slp_ops.usage.matching import AckFile, MatchedFiles, SkipReason, match
from slp_ops.usage.udi import UnitId

if TYPE_CHECKING:
    from collections.abc import Callable


def ack(name: str, *serials: str, reports: tuple[int, ...] = (1,), problem: str = "") -> AckFile:
    data = repr((name, serials, reports)).encode()
    units = tuple(UnitId("C9300-24UX", serial) for serial in serials)
    return AckFile(
        path=f"in/{name}",
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        md5=hashlib.md5(data, usedforsecurity=False).hexdigest(),
        size=len(data),
        ack=None if problem else Ack(units=units, reports=frozenset(reports)),
        problem=problem,
    )


def matched(files: list[AckFile], switches: list[Any], **more: Any) -> MatchedFiles:
    return match(files, switches, **{"assigned": {}, "imported": {}, **more})


def out(found: MatchedFiles) -> dict[str, SkipReason]:
    return {each.path.removeprefix("in/"): each.out for each in found.left_out}


def test_names_of_files_do_not_matter(seen: Callable[..., Any]) -> None:
    switches = [seen("sw1", "FOC0000A0AA"), seen("sw2", "FOC0000A0BB")]
    found = matched([ack("ACK_sw2.txt", "FOC0000A0AA"), ack("ACK_sw1.txt", "FOC0000A0BB")], switches)
    assert {name: [each.name for each in files] for name, files in found.files.items()} == {
        "sw1": ["ACK_sw2.txt"],
        "sw2": ["ACK_sw1.txt"],
    }
    assert not found.left_out


def test_any_member_of_a_stack_will_do(seen: Callable[..., Any]) -> None:
    stack = seen("sw1", "FOC0000A0AA", "FOC0000A0AB", "FOC0000A0AC")
    found = matched([ack("a", "FOC0000A0AC"), ack("b", "FOC0000A0AA", "FOC0000A0AB", reports=(2,))], [stack])
    assert [each.name for each in found.files["sw1"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("file", "more", "expected"),
    [
        (ack("x", problem="it is empty"), {}, SkipReason.DAMAGED),
        (ack("x"), {}, SkipReason.NO_UNIT),
        (ack("x", "FOC0000A0ZZ"), {}, SkipReason.NO_SWITCH),
        (ack("x", "FOC0000A0AA", "FOC0000A0BB"), {}, SkipReason.SEVERAL),
        (ack("x", "FOC0000A0BB"), {"assigned": {"in/x": "sw1"}}, SkipReason.WRONG_UNIT),
        (ack("x"), {"assigned": {"in/x": "sw9"}}, SkipReason.NO_SWITCH),
    ],
    ids=lambda value: getattr(value, "value", ""),
)
def test_what_fits_no_switch_is_left_out(
    seen: Callable[..., Any], file: AckFile, more: dict[str, Any], expected: SkipReason
) -> None:
    found = matched([file], [seen("sw1", "FOC0000A0AA"), seen("sw2", "FOC0000A0BB")], **more)
    assert out(found) == {"x": expected}
    assert not found.files
    assert not expected.harmless


def test_one_that_names_no_unit_may_be_assigned(seen: Callable[..., Any]) -> None:
    found = matched([ack("x")], [seen("sw1", "FOC0000A0AA")], assigned={"in/x": "sw1"})
    assert [each.name for each in found.files["sw1"]] == ["x"]


def test_two_switches_of_one_unit_are_told(seen: Callable[..., Any]) -> None:
    found = matched([ack("x", "FOC0000A0AA")], [seen("sw1", "FOC0000A0AA"), seen("sw2", "FOC0000A0AA")])
    assert out(found) == {"x": SkipReason.SEVERAL}


def test_the_same_bytes_and_the_same_reports_are_imported_once(seen: Callable[..., Any]) -> None:
    first = ack("a", "FOC0000A0AA", reports=(1, 2))
    other = ack("c", "FOC0000A0AA", reports=(1, 2))
    copy = AckFile(path="in/b", name="b", sha256=first.sha256, md5=first.md5, size=first.size, ack=first.ack)
    found = matched([first, copy, other], [seen("sw1", "FOC0000A0AA")])
    assert [each.name for each in found.files["sw1"]] == ["a"]
    assert out(found) == {"b": SkipReason.DUPLICATE, "c": SkipReason.DUPLICATE}
    assert all(each.out.harmless for each in found.left_out)


def test_what_a_run_imported_is_left_out(seen: Callable[..., Any]) -> None:
    file = ack("a", "FOC0000A0AA")
    found = matched([file], [seen("sw1", "FOC0000A0AA")], imported={("sw1", file.sha256): "run-1"})
    assert out(found) == {"a": SkipReason.IMPORTED}
    assert "run-1" in found.left_out[0].why.en


@pytest.mark.parametrize(
    ("reports", "done"),
    [
        ({1: RumState.ACK, 9: RumState.OPEN}, True),
        ({1: RumState.CLOSED}, False),
        ({1: RumState.UNACK}, False),
        ({9: RumState.ACK}, False),  # it lists none of them: nothing is known
        (None, False),  # up to 17.6
    ],
    ids=["acknowledged", "closed", "unacknowledged", "not listed", "no list"],
)
def test_a_switch_that_shows_it_acknowledged_needs_it_no_more(
    seen: Callable[..., Any], reports: dict[int, RumState] | None, done: bool
) -> None:
    found = matched([ack("a", "FOC0000A0AA", reports=(1,))], [seen("sw1", "FOC0000A0AA", reports=reports)])
    assert out(found) == ({"a": SkipReason.ACKNOWLEDGED} if done else {})


def test_several_for_one_switch_go_the_oldest_first(seen: Callable[..., Any]) -> None:
    files = [ack("new", "FOC0000A0AA", reports=(9,)), ack("old", "FOC0000A0AA", reports=(3, 4))]
    found = matched(files, [seen("sw1", "FOC0000A0AA")])
    assert [each.name for each in found.files["sw1"]] == ["old", "new"]


def test_an_answer_of_a_switch_that_is_done_is_no_stranger() -> None:
    done = {UnitId("C9300-24UX", "FOC0001"): "sw1"}
    found = matched([ack("a", "FOC0001"), ack("b", "FOC0002")], [], done=done)
    assert out(found) == {"a": SkipReason.IMPORTED, "b": SkipReason.NO_SWITCH}
    why = found.left_out[0].why
    assert (why.en, why.ja) == (
        "the import on sw1 is done, or begun already",
        "sw1 の取り込みは完了済み、または開始済みです",
    )
