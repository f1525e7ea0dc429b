"""The end of a flow whose stages have nothing to do, although rules fail: no word of it is untrue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.flows.test_flow_over_ssh import inventory, remediate, sent, state

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["remediate"]  # the fixture

FLOW = """\
id: other
title: {en: Another flow, ja: 別のフロー}
stages:
  - playbooks: [domain-lookup]
    done_when: [clock-not-trusted]
  - playbooks: [name-server]
    done_when: [domain-lookup-disabled]
"""


@pytest.mark.slow
def test_a_stage_without_a_remedy_did_not_pass_and_the_end_names_what_has_one(
    lab: Any, remediate: Any, tmp_path: Path
) -> None:
    running = lab(scale=900.0, sw1="clock-wrong")
    path = inventory(tmp_path / "inv.yaml", running, "sw1")
    folder = tmp_path / "flows"
    folder.mkdir()
    (folder / "other.yaml").write_text(FLOW)
    flow = ("-i", path, "--flows", str(folder), "--yes", "--json")
    done = remediate(*flow, "--flow", "other")
    assert done.returncode == 3, (done.stdout, done.stderr)
    found = state(done)
    assert [each["state"] for each in found["stages"]] == ["no_remedy", "passed"]
    assert "clock-not-trusted" in found["stages"][0]["why"]["en"]
    assert (found["state"], found["failing"]) == ("no_remedy", ["clock-not-trusted"])
    assert found["other_playbooks"] == ["ntp-server"]
    assert "case-1" in found["other_flows"]
    document = json.loads(done.stdout)
    assert document["resume"] is None
    # It is not looked at for ever: the same end, and no command that continues.
    again = remediate(*flow, "--resume", document["journal"])
    assert (again.returncode, state(again)["state"]) == (3, "no_remedy"), again.stderr
    assert "--resume" not in done.stderr + again.stderr
    assert sent(running) == []


@pytest.mark.slow
def test_a_switch_that_needs_nothing_is_read_once(lab: Any, remediate: Any, tmp_path: Path) -> None:
    running = lab(scale=900.0, sw1="healthy")
    path = inventory(tmp_path / "inv.yaml", running, "sw1", intent={"topology": "smart"})
    done = remediate("-i", path, "--flow", "case-1", "--yes", "--json")
    assert (done.returncode, {each["state"] for each in state(done)["stages"]}) == (0, {"passed"})
    assert running.lines("sw1", "exec").count("show license status") == 1
