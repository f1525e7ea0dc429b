"""What earlier versions left on disk is read, or refused with a message that names the command that helps."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.compat.record import CLOCK, DATA, ELSEWHERE, HALF, HALF_SENT, OFFLINE, PLANNED, write_inventory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]

VERSIONS = sorted(path.name for path in DATA.iterdir())


@pytest.fixture(params=VERSIONS)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of what a version left, as if it had run there."""
    copy = tmp_path / "work"
    shutil.copytree(DATA / request.param, copy)
    for path in copy.rglob("*.json*"):
        text = path.read_text(encoding="utf-8")
        if ELSEWHERE in text:
            path.write_text(text.replace(ELSEWHERE, str(copy)), encoding="utf-8")
    return copy


@pytest.fixture
def run(folder: Path) -> Run:
    """``run("audit", "--run", "last")`` runs slp-ops in the folder."""

    def start(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "slp_ops", *arguments],
            cwd=folder,
            env={
                **os.environ,
                "SLP_OPS_PASSWORD": "netops",
                "SLP_OPS_ENABLE": "netops",
                "SLP_OPS_SSH_CONFIG": "none",
                "SLP_OPS_LOGIN_RATE": "0",
                "SLP_OPS_LANG": "en",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return start


def one(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


# -- what was read


def test_a_run_is_audited(run: Run, folder: Path) -> None:
    done = run("audit", "--run", one(folder, "runs/*-collect-*").name, "--json")
    assert done.returncode == 4, done.stderr  # as when it was read: sw-denied was not read completely
    record = json.loads(done.stdout)
    assert {each["name"]: each["status"] for each in record["devices"]} == {
        "sw-fine": "ok",
        "sw-dns": "ok",
        "sw-denied": "partial",
    }
    failed = {(each["device"], each["rule"]) for each in record["outcomes"] if each["verdict"] == "fail"}
    assert ("sw-dns", "dns-failure") in failed
    assert not any(device == "sw-fine" for device, _ in failed)


def test_a_run_is_shown_verified_and_reported(run: Run, folder: Path) -> None:
    listed = run("runs", "list", "--json")
    assert listed.returncode == 0, listed.stderr
    assert [each["verb"] for each in json.loads(listed.stdout)["runs"]] == ["audit", "collect"]
    for path in folder.glob("runs/*-*"):
        if path.is_dir():
            assert run("runs", "show", path.name).returncode == 0
            verified = run("runs", "verify", path.name)
            assert verified.returncode == 0, verified.stdout
    forms = {form: f"report.{form}" for form in ("html", "xlsx", "json", "csv", "junit", "md", "ics")}
    options = [word for form, name in forms.items() for word in (f"--{form}", name)]
    assert run("report", "last", *options).returncode == 0
    assert all((folder / name).stat().st_size for name in forms.values())
    facts = run("facts", "last", "--device", "sw-fine", "--json")
    assert '"17.9.4a"' in facts.stdout


def test_two_runs_are_compared(run: Run, folder: Path) -> None:
    first, last = one(folder, "runs/*-collect-*").name, one(folder, "runs/*-audit-*").name
    done = run("diff", first, last, "--device", "sw-fine")
    assert done.returncode == 0, done.stderr
    assert "no ip domain lookup" in done.stdout


def test_a_history_goes_on(run: Run, folder: Path) -> None:
    index = one(folder, "runs/history-*.sqlite")
    done = run("history", "sw-fine", "--json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["pictures"]) == 2
    assert index.exists()
    assert run("trend").returncode == 0


def test_an_interrupted_run_is_resumed(run: Run, folder: Path, lab: Any) -> None:
    running = lab(clock=CLOCK, **{"sw-fine": "healthy", "sw-dns": "dns-failure", "sw-denied": "healthy"})
    write_inventory(folder / "inventory.yaml", running, ("sw-fine", "sw-dns", "sw-denied"))
    done = run("collect", "--resume", one(folder, "runs/*-collect-*").name, "--json")
    assert done.returncode == 0, done.stderr
    # Only what was denied then is read again.
    assert not [line for line in running.lines("sw-fine", "exec") if line.startswith("show")]
    assert "show running-config" in running.lines("sw-denied", "exec")


def test_a_bundle_is_whole(run: Run) -> None:
    done = run("bundle", "--check", "case.zip")
    assert done.returncode == 0, done.stdout + done.stderr


# -- what was planned and begun


def test_a_plan_is_applied(run: Run, folder: Path, lab: Any) -> None:
    running = lab(clock=CLOCK, **PLANNED)
    write_inventory(folder / "inventory.yaml", running, PLANNED, intent={"topology": "smart"})
    done = run("remediate", "--plan", "plan.json", "--yes", "--json")
    assert done.stdout, done.stderr
    ends = {each["name"]: (each["end"], each["why"]) for each in json.loads(done.stdout)["devices"]}
    # Either it is applied, or nothing is sent and the message names the command that plans again.
    for name, (end, why) in ends.items():
        assert end == "done" or (
            end == "stale" and "--dry-run" in why["en"] and running.lines(name, "config") == []
        ), ends


def test_a_journal_is_resumed(run: Run, folder: Path, lab: Any) -> None:
    running = lab(clock=CLOCK, **HALF)
    running.change("sw-fresh", lambda switch: switch.configure(HALF_SENT))
    write_inventory(folder / "inventory.yaml", running, HALF, intent={"topology": "smart"})
    journal = one(folder, "half/*-remediate-??????/journal.jsonl")
    # Without a seal of this user it is planned again, which needs consent.
    asked = run("remediate", "--resume", str(journal), "--json")
    assert asked.returncode == 2
    assert "planned again" in asked.stderr
    assert running.lines("sw-fresh", "config") == []
    done = run("remediate", "--resume", str(journal), "--yes", "--json")
    assert done.returncode in (0, 3), done.stdout + done.stderr  # 3: findings remain
    assert {each["name"]: each["end"] for each in json.loads(done.stdout)["devices"]} == {"sw-fresh": "done"}
    assert HALF_SENT not in running.lines("sw-fresh", "config")


def test_a_journal_is_rolled_back(run: Run, folder: Path, lab: Any) -> None:
    running = lab(clock=CLOCK, **HALF)
    before = running.call(lambda: running.rack["sw-fresh"].host.switch.config.render())
    running.change("sw-fresh", lambda switch: switch.configure(HALF_SENT))
    write_inventory(folder / "inventory.yaml", running, HALF, intent={"topology": "smart"})
    journal = one(folder, "half/*-remediate-??????/journal.jsonl")
    done = run("remediate", "--rollback", str(journal), "--yes", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert running.call(lambda: running.rack["sw-fresh"].host.switch.config.render()) == before


# -- what was carried as files


def test_an_exchange_goes_on(run: Run, folder: Path, lab: Any) -> None:
    running = lab(clock=CLOCK, **OFFLINE)
    running.change("sw-offline", lambda switch: switch.configure("ip scp server enable"))
    write_inventory(folder / "inventory.yaml", running, OFFLINE)
    status = run("usage", "status", "acks", "--runs-dir", "usage", "--json")
    assert status.returncode == 0, status.stdout + status.stderr
    (device,) = json.loads(status.stdout)["devices"]
    assert device["name"] == "sw-offline"
    assert device["next"] == "import", device
    planned = run("usage", "import", "acks", "--runs-dir", "usage", "--dry-run", "--json")
    assert planned.returncode == 0, planned.stdout + planned.stderr
    assert [each["name"] for each in json.loads(planned.stdout)["devices"]] == ["sw-offline"]
    journal = one(folder, "usage/*-usage-save-??????/journal.jsonl")
    resumed = run("usage", "save", "--resume", str(journal), "--json")
    assert resumed.returncode == 2
    assert "plan again: slp-ops usage save" in resumed.stderr
    assert not [line for line in running.lines("sw-offline", "exec") if line.startswith("license smart")]
