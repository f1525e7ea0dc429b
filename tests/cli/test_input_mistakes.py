"""Mistakes of the first hour: each message names the option, the folder or the encoding that helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from slp_ops.cli.main import cli, main

if TYPE_CHECKING:
    from pathlib import Path


def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    """Return what a call that is refused prints on standard error."""
    monkeypatch.setattr("sys.argv", ["slp-ops", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("audit", "--lang", "en", "tokyo"), "switches are selected with --site, --tag and --limit"),
        (("collect", "--lang", "en", "tyo-acc-03"), "switches are selected with --site, --tag and --limit"),
        (("check-version", "--lang", "en", "17.9.4"), "a release is named with --release"),
        (("inventory", "check", "--lang", "en", "lab.yaml"), "the inventory is named with -i FILE"),
        (("audit", "--lang", "ja", "tokyo"), "スイッチは --site、--tag、--limit で選択します"),
        (("inventory", "check", "--lang", "ja", "lab.yaml"), "インベントリは -i FILE で指定します"),
    ],
)
def test_an_argument_in_place_of_an_option_names_the_option(
    words: tuple[str, ...],
    hint: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert hint in run(capsys, monkeypatch, *words)


def test_a_mistyped_option_gets_no_hint_about_switches(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "hint" not in run(capsys, monkeypatch, "audit", "--lang", "en", "--fial-on", "error")


def test_a_missing_folder_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "none" / "inventory.yaml"
    printed = run(capsys, monkeypatch, "init", "--lang", "en", str(file))
    assert f"there is no folder {file.parent}; make it first" in printed


def test_a_scenario_with_a_typing_error_gets_a_suggestion(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = run(capsys, monkeypatch, "lab", "up", "--lang", "en", "--scenario", "dns-failur")
    assert "did you mean dns-failure?" in printed


@pytest.mark.parametrize("encoding", ["shift_jis", "utf-16"])
def test_an_inventory_in_another_encoding_is_to_be_saved_as_utf_8(
    encoding: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "inventory.yaml"
    file.write_text("version: 1\nsites:\n  東京:\n    devices: {}\n", encoding=encoding)
    printed = run(capsys, monkeypatch, "inventory", "check", "--lang", "en", "-i", str(file))
    assert "is not text in UTF-8" in printed
    assert "save it as UTF-8" in printed


def test_a_plan_file_is_read_before_a_password_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SLP_OPS_PASSWORD", raising=False)
    assert CliRunner().invoke(cli, ["init"]).exit_code == 0
    done = CliRunner().invoke(cli, ["remediate", "--lang", "en", "--plan", "none.json"])
    assert "there is no such file" in str(done.exception)
