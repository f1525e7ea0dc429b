from __future__ import annotations

from datetime import datetime

import pytest

from slp_ops.commands import _values as values
from slp_ops.facts import Count, DatedWord, Days, DeviceTime, Flag


@pytest.mark.parametrize(
    "word", ["", "<none>", "<empty>", "None", "Not Configured", "Not Available", "'nullPtr'", "  <none>  "]
)
def test_missing_words_are_none(word: str) -> None:
    assert values.present(word) is None
    assert values.device_time(word) is None
    assert values.flag(word) is None


@pytest.mark.parametrize("word", ["NOT AVAILABLE", "NOT INSTALLED", "Not Applicable", "0", "none of these"])
def test_states_are_no_missing_words(word: str) -> None:
    assert values.present(word) == word


@pytest.mark.parametrize(
    ("text", "at", "zone"),
    [
        ("Oct 14 12:10:01 2021 UTC", datetime.fromisoformat("2021-10-14T12:10:01"), "UTC"),
        ("Oct  4 02:10:01 2021 est", datetime.fromisoformat("2021-10-04T02:10:01"), "est"),
        ("Oct 14 12:10:01 2021 pacific", datetime.fromisoformat("2021-10-14T12:10:01"), "pacific"),
        ("Oct 14 12:10:01 2021", datetime.fromisoformat("2021-10-14T12:10:01"), None),
        ("18:56:04.554 EST Mon Oct 17 2016", datetime.fromisoformat("2016-10-17T18:56:04.554000"), "EST"),
        ("19:28:06 UTC Jul 5 2017", datetime.fromisoformat("2017-07-05T19:28:06"), "UTC"),
        ("2021-11-17 03:31:32.920 UTC", datetime.fromisoformat("2021-11-17T03:31:32.920000"), "UTC"),
    ],
)
def test_device_times_keep_their_text_and_become_naive(text: str, at: datetime, zone: str | None) -> None:
    assert values.device_time(text) == DeviceTime(text=text, at=at, zone=zone)


@pytest.mark.parametrize(
    "text", ["Feb 30 12:10:01 2021 UTC", "Foo 14 12:10:01 2021 UTC", "soon", "Oct 14 99:10:01 2021"]
)
def test_what_is_no_time_keeps_its_words(text: str) -> None:
    found = values.device_time(text)
    assert found is not None
    assert (found.text, found.at) == (text, None)


def test_the_first_day_of_1970_is_no_expiry() -> None:
    found = values.device_time("Jan 01 00:00:00 1970 UTC")
    assert found is not None
    assert found.is_unset


def test_words_with_their_time() -> None:
    at = DeviceTime(
        text="Jan 02 03:04:05 2024 UTC", at=datetime.fromisoformat("2024-01-02T03:04:05"), zone="UTC"
    )
    assert values.dated("OUT OF COMPLIANCE on Jan 02 03:04:05 2024 UTC") == DatedWord(
        text="OUT OF COMPLIANCE on Jan 02 03:04:05 2024 UTC", word="OUT OF COMPLIANCE", at=at
    )
    assert values.dated("NO DATA TO PROCESS") == DatedWord(
        text="NO DATA TO PROCESS", word="NO DATA TO PROCESS"
    )
    assert values.dated("depends on nothing") == DatedWord(
        text="depends on nothing", word="depends on nothing"
    )


def test_numbers_with_their_origin() -> None:
    assert values.days("365 (CISCO default)") == Days(
        text="365 (CISCO default)", days=365, origin="CISCO default"
    )
    assert values.days("never") == Days(text="never")
    assert values.count("0(349)") == Count(text="0(349)", count=0, bracketed=349)
    assert values.count("12") == Count(text="12", count=12)
    assert values.count("many") is None
    assert values.integer("12") == 12
    assert values.integer("12a") is None


def test_flags() -> None:
    assert values.flag("yes (Customer Policy)") == Flag(
        text="yes (Customer Policy)", on=True, origin="Customer Policy"
    )
    assert values.flag("False") == Flag(text="False", on=False)
    assert values.flag("perhaps") == Flag(text="perhaps")
