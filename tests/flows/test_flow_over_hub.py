"""A flow is refused over a hub, in words that name the commands to use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from slp_ops.cli.main import cli
from slp_ops.i18n import Lang
from slp_ops.messages import translate
from slp_ops.planning.flow_state import FlowBeginEvent
from slp_ops.playbook.flow import packaged_flows
from slp_ops.runs.flow_journal import FlowJournal

if TYPE_CHECKING:
    from pathlib import Path

INVENTORY = """\
version: 1
sites:
  tokyo:
    devices:
      sw1: {host: 192.0.2.1, username: netops}
"""


@pytest.mark.parametrize("more", [(), ("--dry-run",), ("--yes",)], ids=str)
@pytest.mark.parametrize("flow", [flow.id for flow in packaged_flows()])
def test_a_flow_is_refused_with_its_stages(tmp_path: Path, flow: str, more: tuple[str, ...]) -> None:
    error = _refused(tmp_path, "--flow", flow, *more)
    assert str(error).startswith(f"the flow {flow} is not run over a hub; nothing was sent")
    hint = getattr(error, "hint", "")
    assert f"SLP_OPS_HUB= slp-ops remediate --flow {flow};" in hint
    stages = next(each.stages for each in packaged_flows() if each.id == flow)
    for stage in stages:
        shown = {"usage-save": "slp-ops usage save", "usage-import": "slp-ops usage import ACK"}
        assert shown.get(stage.label, stage.label) in hint
    assert "コンピュータ" in translate(hint, Lang.JA)


def test_the_journal_of_a_flow_is_refused(tmp_path: Path) -> None:
    flow = packaged_flows()[0]
    path = tmp_path / "flow.jsonl"
    begin = FlowBeginEvent(
        slp_ops="1", flow=flow.id, stages=flow.described_stages, switches=("sw1",), playbooks=(), params={}
    )
    with FlowJournal.create(path, begin):
        pass
    before = path.read_bytes()
    error = _refused(tmp_path, "--resume", str(path))
    assert "is the journal of a flow, and no flow is run over a hub; nothing was sent" in str(error)
    assert f"SLP_OPS_HUB= slp-ops remediate --resume {path}" in getattr(error, "hint", "")
    assert path.read_bytes() == before


def _refused(folder: Path, *words: str) -> BaseException:
    (folder / "inventory.yaml").write_text(INVENTORY)
    call = ("remediate", *words, "-i", str(folder / "inventory.yaml"), "--runs-dir", str(folder / "runs"))
    done = CliRunner().invoke(cli, call, env={"SLP_OPS_HUB": str(folder / "hub")})
    assert done.exception is not None, done.output
    assert not (folder / "runs").exists()
    return done.exception
