"""Releases: what is written on switches and in file names, and the order of it all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.errors import InvalidRelease
from slp_ops.release import Release


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("17.03.04", "17.3.4"),
        ("17.3.4", "17.3.4"),
        ("17.09.04a", "17.9.4a"),
        ("16.12.5b", "16.12.5b"),
        ("17.06.06a", "17.6.6a"),
        ("17.07.01prd16", "17.7.1prd16"),
        ("cat9k_iosxe.17.09.04a.SPA.bin", "17.9.4a"),
        ("Cisco IOS XE Software, Version 17.09.04a", "17.9.4a"),
        ("Version 17.3.4, RELEASE SOFTWARE (fc3)", "17.3.4"),
        ("Experimental Version 17.12.20240516:071512 [x]", "17.12 engineering build"),
    ],
)
def test_every_form_is_read(text: str, shown: str) -> None:
    assert str(Release.parse(text)) == shown


@pytest.mark.parametrize(
    "text", ["", "seventeen", "17.3", "BLD_POLARIS_DEV_LATEST_20210302_012043", "15.2(7)E3"]
)
def test_what_names_no_release_says_so(text: str) -> None:
    with pytest.raises(InvalidRelease):
        Release.parse(text)


def test_a_software_maintenance_update_is_noticed() -> None:
    patched = Release.parse("17.03.03 - SMU-PATCHED")

    assert (str(patched), patched.smu) == ("17.3.3", True)


def test_the_order_is_by_number_then_rebuild_and_prd_builds_come_before() -> None:
    order = [
        "16.12.6",
        "17.3.2",
        "17.3.2a",
        "17.3.2z",
        "17.3.2z1",
        "17.3.3prd7",
        "17.3.3",
        "17.9.4",
        "17.9.4a",
        "17.10.1",
    ]

    assert sorted(map(Release.parse, reversed(order))) == [Release.parse(text) for text in order]


def test_an_engineering_build_is_open_inside_its_train_only() -> None:
    build = Release.parse("Experimental Version 17.7.20210601:120000")

    assert build.at_least(Release.parse("17.7.1")) is None
    assert build.at_least(Release.parse("17.6.5")) is True
    assert build.at_least(Release.parse("17.9.1")) is False


RELEASES = st.builds(
    Release,
    major=st.integers(16, 17),
    minor=st.integers(0, 20),
    maintenance=st.integers(0, 12),
    rebuild=st.sampled_from(["", "a", "b", "z", "z1"]),
    prd=st.one_of(st.none(), st.integers(1, 30)),
)


@given(RELEASES)
def test_parsing_what_is_shown_gives_the_same(release: Release) -> None:
    assert Release.parse(str(release)) == release


@given(RELEASES, RELEASES, RELEASES)
def test_the_order_is_total(a: Release, b: Release, c: Release) -> None:
    assert (a < b) + (a > b) + (a.order == b.order) == 1
    if a <= b <= c:
        assert a <= c
