"""Columns and sentences fit a terminal; what is piped keeps a line a row."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from slp_ops.report.terminal.layout import folded, table, table_rows, wrapped

if TYPE_CHECKING:
    from pytest_mock import MockerFixture

HEADER = ("RULE", "SWITCHES", "ON")
ROWS = [
    ("product-instance-name", "4", "tyo-acc-01, tyo-acc-02, tyo-acc-03, tyo-acc-04"),
    ("時刻が信頼できる時刻源に同期していません", "1", "tyo-acc-02"),
]


def terminal(mocker: MockerFixture, columns: int) -> None:
    mocker.patch.object(sys.stdout, "isatty", return_value=True)
    mocker.patch("shutil.get_terminal_size", return_value=os.terminal_size((columns, 24)))


def test_a_narrow_terminal_gets_its_widest_columns_folded(mocker: MockerFixture) -> None:
    terminal(mocker, 60)
    lines = table(HEADER, ROWS).split("\n")
    assert max(map(cell_len, lines)) <= 60
    assert " ".join("".join(lines).split()).count("tyo-acc-0") == 5
    assert len(table_rows(HEADER, ROWS)) == 3


def test_a_terminal_that_is_wide_enough_gets_a_line_a_row(mocker: MockerFixture) -> None:
    terminal(mocker, 120)
    assert len(table(HEADER, ROWS).split("\n")) == 3


def test_what_is_piped_is_not_folded(mocker: MockerFixture) -> None:
    mocker.patch("shutil.get_terminal_size", return_value=os.terminal_size((20, 24)))
    mocker.patch.object(sys.stdout, "isatty", return_value=False)
    assert len(table(HEADER, ROWS).split("\n")) == 3


def test_a_word_that_is_longer_than_its_column_is_cut() -> None:
    assert folded("show-hosts.txt", 5) == ["show-", "hosts", ".txt"]


@pytest.mark.parametrize("columns", range(60, 100))
def test_no_japanese_line_is_longer_than_the_terminal(mocker: MockerFixture, columns: int) -> None:
    terminal(mocker, columns)
    text = "名前解決はできていますが、接続を確立できません。送信元の誤り、経路なしなどが考えられます。" * 3
    lines = wrapped(text, "    原因: ")
    assert max(map(cell_len, lines)) <= columns
    assert not any(line.lstrip().startswith(("、", "。")) for line in lines)
