"""Site, tag and limit choose devices; a slip in any of them is an error that lists what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slp_ops.errors import SelectionError
from slp_ops.inventory.selection import Selection, select
from slp_ops.inventory.values import Inventory, Site
from slp_ops.model import Device

if TYPE_CHECKING:
    from pathlib import Path


def device(name: str, site: str, *tags: str) -> Device:
    return Device(name=name, site=site, host="192.0.2.1", tags=tags)


FLEET = Inventory(
    sites=(Site(name="tokyo"), Site(name="osaka"), Site(name="nara")),
    devices=(
        device("tyo-core-01", "tokyo", "core"),
        device("tyo-acc-01", "tokyo", "access", "old"),
        device("tyo-acc-02", "tokyo", "access"),
        device("osa-core-01", "osaka", "core"),
        device("osa-acc-01", "osaka", "access"),
    ),
)
ALL = ("tyo-core-01", "tyo-acc-01", "tyo-acc-02", "osa-core-01", "osa-acc-01")


def names(*, sites: tuple[str, ...] = (), tags: tuple[str, ...] = (), limit: str = "") -> tuple[str, ...]:
    chosen = select(FLEET, Selection(sites=sites, tags=tags, limit=limit))
    return tuple(one.name for one in chosen)


def test_nothing_asked_for_is_everything() -> None:
    assert names() == ALL


def test_sites_and_tags_widen_among_themselves_and_narrow_one_another() -> None:
    assert names(sites=("osaka", "tokyo")) == ALL
    assert names(tags=("core", "old")) == ("tyo-core-01", "tyo-acc-01", "osa-core-01")
    assert names(sites=("tokyo",), tags=("core", "old")) == ("tyo-core-01", "tyo-acc-01")
    assert names(sites=("tokyo",), tags=("access",), limit="*-01") == ("tyo-acc-01",)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("tyo-*:!tyo-acc-02", ("tyo-core-01", "tyo-acc-01")),
        ("!tyo-acc-02:tyo-*", ("tyo-core-01", "tyo-acc-01")),
        ("tyo-*,!tyo-acc-02", ("tyo-core-01", "tyo-acc-01")),
        ("osa-acc-01:tyo-core-01", ("tyo-core-01", "osa-acc-01")),
        ("!tyo-*", ("osa-core-01", "osa-acc-01")),
        ("tyo-*:&*-core-*", ("tyo-core-01",)),
        ("&*-core-*:tyo-*:osa-*:!osa-*", ("tyo-core-01",)),
        ("&*-core-*", ("tyo-core-01", "osa-core-01")),
        ("tyo-acc-0[12]", ("tyo-acc-01", "tyo-acc-02")),
        ("*-??re-01", ("tyo-core-01", "osa-core-01")),
        ("osaka", ("osa-core-01", "osa-acc-01")),
        ("tokyo:!*-acc-*", ("tyo-core-01",)),
        ("os*ka", ("osa-core-01", "osa-acc-01")),
        (" tyo-core-01 : osa-acc-01 ", ("tyo-core-01", "osa-acc-01")),
        ("tyo-core-01::", ("tyo-core-01",)),
        ("!no-such-*", ALL),
    ],
)
def test_limit_is_read_as_ansible_does(limit: str, expected: tuple[str, ...]) -> None:
    assert names(limit=limit) == expected


def test_limit_takes_names_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "failed.txt"
    file.write_text("# yesterday's\nosa-acc-01   # again\n\ntyo-core-01\r\n", encoding="utf-8")
    assert names(limit=f"@{file}") == ("tyo-core-01", "osa-acc-01")
    assert names(limit=f"!@{file}") == ("tyo-acc-01", "tyo-acc-02", "osa-core-01")
    assert names(limit=f"tyo-*:&@{file}") == ("tyo-core-01",)


def test_a_stranger_in_the_file_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "failed.txt"
    file.write_text("tyo-core-01\ntyo-acc-1\n", encoding="utf-8")
    with pytest.raises(SelectionError) as caught:
        names(limit=f"@{file}")
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == (str(file), 2)
    assert "did you mean tyo-acc-0" in problem.message


@pytest.mark.parametrize("content", [None, b"", b"# none\n", b"caf\xe9\n"])
def test_a_file_that_names_nothing_is_an_error(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "failed.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SelectionError):
        names(limit=f"@{file}")


def test_a_folder_is_no_file_of_names(tmp_path: Path) -> None:
    with pytest.raises(SelectionError, match="cannot read it"):
        names(limit=f"@{tmp_path}")


@pytest.mark.parametrize(
    ("sites", "tags", "limit", "message", "hint"),
    [
        (("toyko",), (), "", "no site 'toyko'; did you mean tokyo?", "tokyo, osaka"),
        ((), ("cor",), "", "no tag 'cor'; did you mean core?", "core, access, old"),
        ((), (), "tyo-acc-9", "matches no device and no site; did you mean tyo-acc-0", "tyo-core-01"),
        ((), (), "kyo-*", "'kyo-*' matches no device and no site", "tyo-core-01"),
        # With a slip in it the very switch to be left out would be taken.
        ((), (), "tyo-*:!tyo-acc-2", "'tyo-acc-2' matches no device", "tyo-core-01"),
        ((), (), "tyo-*:&nara-*", "the selection matches no device", "sites tokyo, osaka, nara"),
        ((), (), ":", "the selection matches no device", "devices tyo-core-01"),
        (("nara",), (), "", "the selection matches no device", "tags core, access, old"),
        (("osaka",), ("old",), "", "the selection matches no device", "sites tokyo, osaka"),
        ((), (), "\u202e\x1b", "'\\u202e\\u001b' matches no device", "tyo-core-01"),
    ],
)
def test_what_matches_nothing_is_an_error_that_lists_what_there_is(
    sites: tuple[str, ...], tags: tuple[str, ...], limit: str, message: str, hint: str
) -> None:
    with pytest.raises(SelectionError) as caught:
        names(sites=sites, tags=tags, limit=limit)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_large_fleet_is_listed_in_part() -> None:
    fleet = Inventory(devices=tuple(device(f"sw-{number}", "t") for number in range(1000)))
    with pytest.raises(SelectionError) as caught:
        select(fleet, Selection(limit="x"))
    assert "sw-19 and 980 more" in caught.value.hint


def test_an_inventory_without_tags_says_so() -> None:
    with pytest.raises(SelectionError) as caught:
        select(Inventory(devices=(device("a", "t"),)), Selection(tags=("core",)))
    assert caught.value.hint == "the inventory has no tags"


@pytest.mark.parametrize("content", ["", "\n\n", "# tyo-1\n"])
@pytest.mark.parametrize("sign", ["", "!", "&"])
def test_an_empty_file_of_names_never_selects_the_fleet(tmp_path: Path, sign: str, content: str) -> None:
    (tmp_path / "names").write_text(content)
    with pytest.raises(SelectionError) as caught:
        names(limit=f"{sign}@{tmp_path}/names")
    assert caught.value.problems[0].message == "it names no device"
