"""Files that a command was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slp_ops.cli.writing import replace_file
from slp_ops.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_that_cannot_be_written_is_the_operators_to_mend(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match="cannot be written"),
        replace_file(str(tmp_path / "no" / "x.xml")),
    ):
        pass


def test_a_file_that_is_not_finished_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old", encoding="utf-8")

    def write_half() -> None:
        with replace_file(str(path)) as file:
            file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_private_file_is_the_owners_alone(tmp_path: Path) -> None:
    with replace_file(str(tmp_path / "bundle.zip")) as file:
        file.write(b"x")
    assert (tmp_path / "bundle.zip").stat().st_mode & 0o077 == 0
