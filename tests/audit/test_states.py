"""One state of a device in every form of output."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from click.testing import CliRunner

from slp_ops.cli.main import cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_every_form_of_a_saved_run_gives_the_same_state(saved: Callable[..., str], tmp_path: Path) -> None:
    run = saved(sw1="healthy", sw2="unread", sw3="healthy without show version")
    runs = ("--runs-dir", str(tmp_path / "runs"))
    audit = CliRunner().invoke(cli, ["audit", *runs, "--run", run, "--json"])
    assert audit.exit_code == 4
    states = {each["name"]: each["state"] for each in json.loads(audit.stdout)["devices"]}
    assert states == {"sw1": "clean", "sw2": "unread", "sw3": "not_enough_to_judge"}
    report = CliRunner().invoke(cli, ["report", run, *runs, "--json", "-"])
    devices = json.loads(report.stdout)["devices"]
    assert {each["name"]: each["verdict"] for each in devices} == {
        "sw1": "fine",
        "sw2": "unread",
        "sw3": "not_enough_to_judge",
    }
    metrics = CliRunner().invoke(cli, ["report", run, *runs, "--prometheus", "-"]).stdout
    assert 'verdict{device="sw3",site="tokyo",verdict="not_enough_to_judge"} 1.0' in metrics
    junit = CliRunner().invoke(cli, ["report", run, *runs, "--junit", "-", "--lang", "en"]).stdout
    assert 'name="enough-to-judge"' in junit
    assert "Not enough to judge: release" in junit
    page = CliRunner().invoke(cli, ["report", run, *runs, "--html", "-", "--lang", "en"]).stdout
    assert "Not enough to judge: release" in page
    markdown = CliRunner().invoke(cli, ["report", run, *runs, "--md", "-", "--lang", "en"]).stdout
    assert "not enough to judge" in markdown
