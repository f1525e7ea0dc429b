"""``slp-ops report``: forms, files, standard output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from slp_ops.cli.report import FORMS, command

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.runs import StoredRun


def test_every_form_at_once_each_into_its_file(small_run: StoredRun, tmp_path: Path) -> None:
    wanted = [word for form in FORMS for word in (f"--{form}", str(tmp_path / f"report.{form}"))]
    result = CliRunner().invoke(command, [str(small_run.path), *wanted])
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"report.{form}" for form in FORMS)
    assert all(path.stat().st_size > 500 for path in tmp_path.iterdir())
    for form in FORMS:
        assert f"wrote {tmp_path / f'report.{form}'}" in result.stderr


def test_last_is_the_newest_run_and_a_dash_prints(small_run: StoredRun) -> None:
    result = CliRunner().invoke(
        command, ["--json", "-", "--runs-dir", str(small_run.path.parent), "--lang", "ja"]
    )
    assert result.exit_code == 0, result.output
    record = json.loads(result.stdout)
    assert record["run"]["id"] == small_run.id
    assert record["lang"] == "ja"


def test_a_closed_pipe_loses_what_is_printed_and_no_file(small_run: StoredRun, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    page, book = ("--html", "-"), ("--xlsx", str(tmp_path / "book.xlsx"))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "slp_ops", "report", str(small_run.path), *page, *book],
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(writer)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "book.xlsx").stat().st_size > 500
    assert f"wrote {tmp_path / 'book.xlsx'}" in done.stderr


def test_without_a_form_it_says_which_there_are(small_run: StoredRun) -> None:
    result = CliRunner().invoke(command, [str(small_run.path)])
    assert result.exit_code == 2
    assert "--html" in result.output


@pytest.mark.parametrize("form", ["html", "xlsx"])
def test_a_file_that_cannot_be_written_is_told_and_leaves_nothing(
    small_run: StoredRun, tmp_path: Path, form: str
) -> None:
    result = CliRunner().invoke(command, [str(small_run.path), f"--{form}", str(tmp_path / "no" / "file")])
    assert result.exit_code != 0
    assert not list(tmp_path.iterdir())


def test_rules_may_be_left_out(small_run: StoredRun) -> None:
    result = CliRunner().invoke(command, [str(small_run.path), "--json", "-", "--ignore", "dns-failure"])
    record = json.loads(result.stdout)
    assert "dns-failure" not in {cause["rule"] for cause in record["summary"]["causes"]}
