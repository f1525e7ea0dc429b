"""Modes of what slp-ops writes, under a permissive umask."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.cli.main import main
from slp_ops.cli.report import FORMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Call = Callable[..., str]


@pytest.fixture(params=[0o000, 0o022], ids=["umask 0", "umask 022"])
def mask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.fixture
def call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], lab: Any, mask: int
) -> Call:
    """Run the command line for one simulated switch; return standard error."""
    port = lab(sw1="healthy").rack["sw1"].port
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLP_OPS_PASSWORD", "netops")
    monkeypatch.setenv("SLP_OPS_SSH_CONFIG", "none")
    monkeypatch.setenv("SLP_OPS_RUNS_DIR", "made/with/parents/runs")
    Path("inventory.yaml").write_text(
        "version: 1\ndefaults: {username: netops}\nsites: {lab: {devices: {sw1: "
        f"{{host: 127.0.0.1, port: {port}}}}}}}}}\n"
    )

    def invoke(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["slp-ops", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        err = capfd.readouterr().err
        assert ended.value.code in (0, 3, 4), err
        return err

    return invoke


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat(follow_symlinks=False).st_mode)


def test_only_the_owner_reads_what_is_written(call: Call, tmp_path: Path, mask: int) -> None:
    call("collect", "-i", "inventory.yaml")
    forms = [word for form in FORMS for word in (f"--{form}", f"out.{form}")]
    call("report", "last", *forms)
    call("bundle", "last", "-o", "out.zip", "--no-ask")
    call("check-reachability", "-i", "inventory.yaml", "--junit", "reach.xml")
    call("remediate", "-i", "inventory.yaml", "--dry-run", "--out", "plan.json")
    call("trend")

    public = {"out.prometheus", "out.ics", "inventory.yaml"}
    for path in (Path("made"), *Path("made").rglob("*"), *Path("state").rglob("*"), *Path().glob("*.*")):
        if path.name in public:
            assert mode(path) == 0o666 & ~mask, path
        else:
            assert mode(path) & 0o077 == 0, path
    assert {path.name for path in Path().glob("out.*")} == {f"out.{form}" for form in FORMS} | {"out.zip"}


def test_folders_that_others_may_use_are_named(call: Call, mask: int) -> None:
    runs = Path("made/with/parents/runs")
    runs.mkdir(parents=True)
    runs.chmod(0o755)
    Path("state/slp-ops").mkdir(parents=True)
    Path("state/slp-ops").chmod(0o777)

    err = call("collect", "-i", "inventory.yaml")

    assert err.count("made/with/parents/runs has mode 0755") == 1
    assert "chmod 700 made/with/parents/runs" in err
    assert err.count("state/slp-ops has mode 0777") == 1

    runs.chmod(0o700)
    Path("state/slp-ops").chmod(0o700)

    assert "has mode" not in call("collect", "-i", "inventory.yaml")
