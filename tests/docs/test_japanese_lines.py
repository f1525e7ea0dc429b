"""Lines of Japanese paragraphs are joined without a blank; all other lines stay."""

from __future__ import annotations

import pytest

from docs.japanese_lines import join_japanese_lines


@pytest.mark.parametrize(
    ("markdown", "joined"),
    [
        ("質問への\n回答で決まります。", "質問への回答で決まります。"),
        ("1. 削除する、\n   または残す", "1. 削除する、または残す"),
        ("次を実行します。\n\n    slp-ops audit", "次を実行します。\n\n    slp-ops audit"),
        ("値は\n`url` です", "値は\n`url` です"),
        ("| 値 | 意味 |\n| 値 | 意味 |", "| 値 | 意味 |\n| 値 | 意味 |"),
        ("    コメント\n    コメント", "    コメント\n    コメント"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_only_breaks_between_japanese_letters_are_removed(markdown: str, joined: str) -> None:
    assert join_japanese_lines(markdown) == joined
