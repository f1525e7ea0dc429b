"""What a prune keeps of a change: the journal that a rollback or a resumption needs."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.as_operator import slp_ops, write_inventory

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def call(lab: Any, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    running = lab(sw1="lookup-disabled")
    write_inventory(tmp_path / "inventory.yaml", running, "sw1")
    return partial(slp_ops, tmp_path)


def _kept(call: Any, *arguments: str) -> dict[str, str | None]:
    done = call("runs", "prune", "--keep", "0", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return {each["verb"]: each["kept_because"] for each in json.loads(done.stdout)["runs"]}


@pytest.mark.slow
def test_the_journal_of_a_rollback_stays_until_it_is_rolled_back(call: Any) -> None:
    assert call("remediate", "--yes").returncode == 3  # other findings remain

    kept = _kept(call, "--yes")
    assert kept == {"remediate-plan": None, "remediate": "the journal for a rollback of sw1"}
    listed = call("runs", "prune", "--keep", "0", "--dry-run")
    assert "kept: the journal for a rollback of sw1" in listed.stdout
    lost = call("runs", "prune", "--keep", "0", "--dry-run", "--lose", "rollback")
    assert "remove; lost with it: the journal for a rollback of sw1" in lost.stdout

    assert call("remediate", "--rollback", "last", "--yes").returncode == 0
    assert set(_kept(call, "--yes").values()) == {None}


@pytest.mark.parametrize(
    "elsewhere",
    [pytest.param(False, marks=pytest.mark.slow), True],
    ids=["own index", "index of another user"],
)
def test_an_unfinished_change_stays(call: Any, tmp_path: Path, elsewhere: bool) -> None:
    journal = tmp_path / json.loads(call("remediate", "--yes", "--json").stdout)["journal"]
    lines = journal.read_text().splitlines()
    cut = next(number for number, line in enumerate(lines) if json.loads(line)["event"] == "verified")
    journal.write_text("\n".join(lines[:cut]) + "\n")
    (state,) = (tmp_path / "state" / "slp-ops" / "changes").glob("*.state")
    if elsewhere:
        state.unlink()
        state.with_suffix(".json").unlink()
    else:
        state.write_text(f"{json.loads(lines[cut - 1])['seal']} open\n")

    kept = _kept(call, "--yes", "--lose", "rollback", "--lose", "evidence")
    assert kept["remediate"] == "the journal of the unfinished change of sw1"
    assert set(_kept(call, "--yes", "--lose", "rollback", "--lose", "unfinished").values()) == {None}
    assert not list((tmp_path / "runs").glob("*-remediate-*"))
    # The change was given up: it does not prevent a new one.
    assert "unfinished" not in call("remediate", "--dry-run").stderr


def test_a_journal_that_cannot_be_read_stays(call: Any, tmp_path: Path) -> None:
    journal = tmp_path / json.loads(call("remediate", "--yes", "--json").stdout)["journal"]
    journal.write_text("{\n")

    assert _kept(call, "--yes")["remediate"] == "its journal cannot be read"
