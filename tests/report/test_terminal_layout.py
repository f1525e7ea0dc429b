"""Columns and sentences fit a terminal; what is piped keeps a line a row."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click import unstyle
from rich.cells import cell_len

from slp_ops.app.audit_device import AuditOptions
from slp_ops.app.check_version import judge_release
from slp_ops.cli.language import notice
from slp_ops.cli.language_choice import choose
from slp_ops.i18n import Lang
from slp_ops.report.terminal import versions
from slp_ops.report.terminal.layout import fits, folded, table, table_rows, wrapped

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


@pytest.mark.parametrize(("columns", "whole"), [(60, False), (120, True)])
def test_a_table_fits_or_not(mocker: MockerFixture, columns: int, whole: bool) -> None:
    terminal(mocker, columns)
    assert fits(HEADER, ROWS) is whole
    mocker.patch.object(sys.stdout, "isatty", return_value=False)
    assert fits(HEADER, ROWS)


@pytest.mark.parametrize("lang", Lang)
def test_releases_side_by_side_fit_80_columns(mocker: MockerFixture, lang: Lang) -> None:
    terminal(mocker, 80)
    options = AuditOptions()
    judged = [judge_release(text, audit_options=options) for text in ("16.12.10", "17.3.3", "17.12.4")]
    rows = [replace(each, device=f"tokyo-access-{number}-stack") for number, each in enumerate(judged)]
    lines = unstyle(versions.render(rows, options.knowledge, lang)).splitlines()
    assert max(map(cell_len, lines)) <= 80
    place = next(place for place, line in enumerate(lines) if line.startswith("17.3.3 "))
    assert lines[place + 1] == "  tokyo-access-1-stack"


@pytest.mark.parametrize(("release", "marked"), [("17.9.4a", False), ("17.7.1", True)])
def test_a_mark_is_explained_where_it_is_printed(release: str, marked: bool) -> None:
    options = AuditOptions()
    text = versions.render([judge_release(release, audit_options=options)], options.knowledge, Lang.EN)
    assert ("affected*" in text, "* not listed by the notice" in text) == (marked, marked)


def test_a_hint_fits_the_terminal_and_a_command_stays_whole(
    mocker: MockerFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    mocker.patch("shutil.get_terminal_size", return_value=os.terminal_size((80, 24)))
    choose(Lang.EN)
    command = f"  hint: slp-ops audit --run {'x' * 80}"
    words = "give a show tech, a terminal log with its prompts, or outputs with their command above"
    for is_terminal, lines in ((True, 2), (False, 1)):
        mocker.patch.object(sys.stderr, "isatty", return_value=is_terminal)
        notice(f"  hint: {words}")
        assert capsys.readouterr().err.count("\n") == lines
        notice(command)
        assert capsys.readouterr().err == f"{command}\n"


def test_a_word_that_is_longer_than_its_column_is_cut() -> None:
    assert folded("show-hosts.txt", 5) == ["show-", "hosts", ".txt"]


@pytest.mark.parametrize("columns", range(60, 100))
def test_no_japanese_line_is_longer_than_the_terminal(mocker: MockerFixture, columns: int) -> None:
    terminal(mocker, columns)
    text = (
        "名前解決はできていますが (応答あり)、「接続」を確立できません。送信元の誤りなどが考えられます。" * 3
    )
    lines = wrapped(text, "    原因: ")
    assert max(map(cell_len, lines)) <= columns
    assert not any(line.lstrip().startswith(("、", "。", ")", "」")) for line in lines)
    assert not any(line.endswith(("(", "「")) for line in lines)


@pytest.mark.parametrize("columns", range(60, 100, 7))
@pytest.mark.parametrize(
    "text",
    [
        "free some space and run it again; what was saved before is intact, see: slp-ops runs verify",
        "some words in front of it (slp-ops usage save --all --days 30), then slp-ops audit; and more words",
        "空き容量を確保して再実行してください。保存済みの内容は無事です。参照: slp-ops runs verify last",
    ],
)
def test_a_command_is_never_broken(mocker: MockerFixture, columns: int, text: str) -> None:
    terminal(mocker, columns)
    lines = wrapped(text, "    hint: ")
    for command in ("slp-ops runs verify", "slp-ops usage save --all --days 30", "slp-ops audit"):
        assert sum(command in line for line in lines) == (command in text)
    assert " ".join(" ".join(lines).split()).replace(" ", "") == f"hint:{text}".replace(" ", "")
    assert max(map(cell_len, lines)) <= columns


def test_a_quote_stays_with_the_command_behind_it(mocker: MockerFixture) -> None:
    terminal(mocker, 80)
    for blanks in range(60, 80):
        lines = wrapped(f"{'x' * blanks} 'slp-ops usage' does it for a site.", "")
        assert any("'slp-ops usage'" in line for line in lines), lines
