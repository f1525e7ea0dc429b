"""Numbers with their nouns."""

from __future__ import annotations

import pytest

from slp_ops.i18n import Text, pluralize

WORDS = Text("{count:switch}, {days:more day}", "{count} 台、あと {days} 日")


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 switches, 0 more days"), (1, "1 switch, 1 more day"), (2, "2 switches, 2 more days")],
)
def test_an_english_number_takes_its_noun_along(count: int, said: str) -> None:
    assert WORDS.format(count=count, days=count).en == said


def test_japanese_has_no_plural() -> None:
    assert WORDS.format(count=1, days=1).ja == "1 台、あと 1 日"


def test_other_formats_stay_what_they_are() -> None:
    assert (
        Text("{count:,} {rate:.1f} {flag}", "").format(count=1200, rate=0.25, flag=True).en
        == "1,200 0.2 True"
    )


def test_counted() -> None:
    assert (pluralize(1, "device"), pluralize(2, "device")) == ("1 device", "2 devices")
