"""A flow that stops, in a question or at an error: the command that continues is the last thing printed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click
import pytest

from slp_ops.app import flow as flows
from slp_ops.app.operator import Declined
from slp_ops.cli import main
from slp_ops.cli.exits import Exit
from slp_ops.cli.language_choice import choose
from slp_ops.cli.next_command import forget_call
from slp_ops.errors import InputError, Interrupted, OptionError, StoreError
from slp_ops.i18n import Text
from slp_ops.planning.flow_state import FlowProgress, FlowStageEvent, StageState
from slp_ops.playbook import Risk, packaged
from slp_ops.playbook.flow import packaged_flows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTINUES = (
    "to continue: slp-ops remediate --resume r/flow.jsonl",
    "consent holds for one call: add --allow destructive",
)
LINES = {
    "en": ["to continue: slp-ops remediate -i inv.yaml --wait 5.0 --resume r/flow.jsonl", CONTINUES[1]],
    "ja": [
        "続行するコマンド: slp-ops remediate -i inv.yaml --wait 5.0 --resume r/flow.jsonl",
        "同意は 1 回の実行にのみ有効です。--allow destructive を追加してください",
    ],
}


@pytest.fixture(autouse=True)
def _no_call() -> Iterator[None]:
    forget_call()
    yield
    forget_call()
    choose(None)


def named(err: Any) -> Any:
    """Return an error of the flow's service, which names the command."""
    for line in CONTINUES:
        err.add_note(line)
    return err


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (named(click.Abort()), Exit.INTERRUPTED),  # Ctrl-C in a question
        (named(KeyboardInterrupt()), Exit.INTERRUPTED),
        (named(Interrupted("interrupted")), Exit.INTERRUPTED),
        (named(InputError("no", hint="to run it, add --allow destructive")), Exit.USAGE),
        (named(OptionError("no", option="--param")), Exit.USAGE),
        (named(StoreError("the disk is full")), Exit.USAGE),
        (named(RuntimeError("a defect")), Exit.BUG),
        (named(Declined(Text("nothing was sent", "何も送信していません"))), Exit.FINE),
    ],
)
def test_the_command_that_continues_is_named_once_behind_the_reason(
    raised: BaseException,
    code: Exit,
    lang: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run_flow(request: Any, name: str, operator: Any, display: flows.FlowDisplay) -> Any:
        raise raised

    monkeypatch.setattr(flows, "run_flow", run_flow)
    words = [
        "slp-ops",
        "remediate",
        "-i",
        "inv.yaml",
        "--flow",
        "case-1",
        "--wait",
        "5",
        "--allow",
        "destructive",
    ]
    monkeypatch.setattr(sys, "argv", [*words, "--lang", lang])
    monkeypatch.setattr("os._exit", sys.exit)  # as it ends after Ctrl-C
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == code
    shown = capsys.readouterr().err.splitlines()
    assert shown[-2:] == LINES[lang]
    assert len(shown) > 2
    assert not any("runs list" in line for line in shown)
    assert sum("flow.jsonl" in line for line in shown) == 1


def test_a_question_without_an_answer_names_the_command_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def run_flow(request: Any, name: str, operator: Any, display: flows.FlowDisplay) -> Any:
        aborted = named(click.Abort())
        aborted.__context__ = EOFError()  # as click raises it at the end of the input
        raise aborted

    monkeypatch.setattr(flows, "run_flow", run_flow)
    monkeypatch.setattr(sys, "argv", ["slp-ops", "remediate", "-i", "inv.yaml", "--flow", "case-1"])
    with (tmp_path / "empty").open("w+") as empty:
        monkeypatch.setattr(sys, "stdin", empty)
        assert main._run() == Exit.USAGE
    shown = capsys.readouterr().err.splitlines()
    assert shown[0] == "error: a question has no answer: the standard input is at its end"
    assert shown[-1] == CONTINUES[1]


@pytest.mark.parametrize(
    ("passed", "begun", "risk"),
    [
        (0, False, Risk.DESTRUCTIVE),
        (3, False, Risk.DESTRUCTIVE),
        (3, True, Risk.CHANGE),  # what was begun continues without consent
        (4, False, Risk.CHANGE),
    ],
)
def test_the_consent_that_continues_is_that_of_the_stages_ahead(passed: int, begun: bool, risk: Risk) -> None:
    (flow,) = (each for each in packaged_flows() if each.id == "fn72578-reset")
    assert [number for number, stage in enumerate(flow.stages) if "factory-reset" in stage.playbooks] == [3]
    progress = FlowProgress(journal="runs/x/journal.jsonl" if begun else None)
    for number in range(passed):
        progress.results.append(
            FlowStageEvent(device="sw1", stage=number, state=StageState.DONE, playbook="p", why=None)
        )
    by_id = {each.id: each for each in packaged()}

    class Verb:
        def playbooks(self, names: Any) -> Any:
            return [by_id[name] for name in names if name in by_id]

    nothing: Any = None
    verb: Any = Verb()
    session = flows._FlowSession(
        request=nothing, flow=flow, flows=(flow,), verb=verb, session=nothing, operator=nothing
    )
    assert session._risk_ahead({"sw1": progress}) is risk
    if risk is Risk.CHANGE:
        assert flows.consent_needed(risk) == ()
