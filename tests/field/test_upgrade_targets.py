"""Class 16: upgrade targets that TAC would sign, and the exit code of check-version."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from slp_ops.cli.main import cli
from tests.field.audited import TEXTS


@pytest.mark.parametrize(
    ("name", "code", "same_train", "next_em_train"),
    [
        ("43-target-17.9.3", 0, "17.9.4a", "17.12.1"),
        ("44-exit-17.12.4", 0, "17.12.4", None),
        ("45-target-17.3.3", 3, "17.3.8a", "17.6.6a"),
    ],
)
def test_a_text_of_the_field(name: str, code: int, same_train: str | None, next_em_train: str | None) -> None:
    release = (TEXTS / f"{name}.txt").read_text(encoding="utf-8").strip()
    done = CliRunner().invoke(cli, ["check-version", "--json", "--release", release])
    assert done.exit_code == code
    (row,) = json.loads(done.stdout)["releases"]
    assert row["target"] == {"same_train": same_train, "next_em_train": next_em_train}


@pytest.mark.parametrize(
    "release",
    [
        "17.9.4",
        "17.6.6",
        "17.6.4",
        "17.3.8",
        "16.12.10",
        "16.12.9",
        "17.03.04",
        "17.3.3a",
        "17.6.3 - SMU-PATCHED",
    ],
)
def test_no_target_has_a_defect_that_a_rebuild_fixes(release: str) -> None:
    done = CliRunner().invoke(cli, ["check-version", "--json", "--release", release])
    (row,) = json.loads(done.stdout)["releases"]
    assert not {"17.9.4", "17.6.6", "17.3.8", "16.12.10", "17.9.3"} & set(row["target"].values())
    assert row["target"]["same_train"].endswith("a")
    printed = CliRunner().invoke(cli, ["check-version", "--lang", "en", "--release", release]).output
    assert "CVE-2023-20198" in printed
    assert "not verified" in printed
