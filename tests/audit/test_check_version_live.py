"""check-version on switches: it reads what the advisories look at, the heavy command where it must."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml
from click.testing import CliRunner

from slp_ops.cli.main import cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_only_a_release_with_the_bug_is_asked_for_tech_support(
    lab: Callable[..., Any], tmp_path: Path
) -> None:
    fleet = lab(fine="healthy", sick="polling-id-invalid")
    devices = {name: {"host": "127.0.0.1", "port": fleet.device(name).port} for name in ("fine", "sick")}
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(
        yaml.safe_dump(
            {"version": 1, "defaults": {"username": "netops"}, "sites": {"lab": {"devices": devices}}}
        )
    )
    done = CliRunner().invoke(
        cli,
        [
            "check-version",
            *("-i", str(inventory)),
            *("--runs-dir", str(tmp_path / "runs")),
            *("--known-hosts", str(tmp_path / "known_hosts")),
            "--json",
        ],
        env={"SLP_OPS_PASSWORD": "netops", "SLP_OPS_ENABLE": "netops"},
    )
    assert done.exit_code == 3, done.output
    rows = {row["device"]: row for row in json.loads(done.stdout)["releases"]}
    assert rows["fine"]["release"] == "17.09.04a"
    found = {each["id"]: each for each in rows["sick"]["advisories"]}
    assert found["CSCwa11048"]["verdict"] == "affected"
    assert "575 of 2073 polls failed" in found["CSCwa11048"]["because"]
    assert found["FN72323"]["verdict"] == "fixed"
    heavy = "show license tech support"
    assert heavy in fleet.lines("sick")
    assert heavy not in fleet.lines("fine")
    assert "show running-config" not in fleet.lines("fine")
    assert len(list((tmp_path / "runs").glob("*-check-version-*"))) == 1
