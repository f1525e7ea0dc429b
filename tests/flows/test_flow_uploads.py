"""Files to upload while a flow waits for answers, and the answers of switches that have theirs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app import flow_exchange
from slp_ops.app.flow_exchange import answered_units, open_exchange
from slp_ops.i18n import Lang
from slp_ops.planning.flow_state import FlowProgress, FlowStageEvent, StageState
from slp_ops.playbook.flow import IMPORT, packaged_flows
from slp_ops.report.exchange_steps import exchange_steps
from slp_ops.usage.udi import UnitId
from slp_ops.usage.usage_files import UsageFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

(FLOW,) = (each for each in packaged_flows() if each.id == "offline-exchange")


def at(stage: int, **more: Any) -> FlowProgress:
    results = [
        FlowStageEvent(device="x", stage=number, state=StageState.DONE, playbook="p", why=None)
        for number in range(stage)
    ]
    return FlowProgress(results=results, **more)


(IMPORTS,) = (number for number, stage in enumerate(FLOW.stages) if stage.exchange == IMPORT)


def waits() -> FlowProgress:
    return at(IMPORTS)


def proven() -> FlowProgress:
    return at(len(FLOW.stages))


def copies() -> FlowProgress:
    """Return a switch whose answer is to be copied to it by hand."""
    return at(IMPORTS, journal="gone")


@pytest.fixture
def saved(monkeypatch: pytest.MonkeyPatch) -> None:
    """One save of sw1 to sw3 in one account, and of sw4, which shows none."""
    files = [
        UsageFile(
            host=name,
            site="tokyo",
            file=f"{name}.txt",
            bytes=100,
            sha256="0" * 64,
            reports=1,
            units=(f"PID:C9300-24UX,SN:FOC{name.upper()}",),
            smart_account="" if name == "sw4" else "EXAMPLE-SA",
            virtual_account="" if name == "sw4" else "LAB",
        )
        for name in ("sw1", "sw2", "sw3", "sw4")
    ]
    params = {"stamp": "20261127T120000Z", "which": "unreported", "clean": "no", "in_band": "no"}
    plan = SimpleNamespace(actions=[SimpleNamespace(params=params)])
    recorded = SimpleNamespace(events=files, begin=SimpleNamespace(plans=[plan], to="runs/save"))
    monkeypatch.setattr(flow_exchange, "received_in", lambda events: tuple(events))
    monkeypatch.setattr(
        flow_exchange, "_saves", lambda flow, progress: [(recorded, list(progress))] if progress else []
    )


@pytest.mark.usefixtures("saved")
@pytest.mark.parametrize(
    ("sw1", "sw2", "sw4", "bundles", "files"),
    [
        (waits, waits, waits, 1, ["sw4.txt"]),
        (proven, proven, waits, 0, ["sw4.txt"]),
        (proven, waits, proven, 0, ["sw2.txt"]),  # the bundle is answered in part
        (copies, waits, waits, 0, ["sw2.txt", "sw4.txt"]),
        (copies, proven, proven, None, []),
        (proven, proven, proven, None, []),
    ],
)
def test_only_what_has_no_answer_is_to_be_uploaded(
    sw1: Callable[[], FlowProgress],
    sw2: Callable[[], FlowProgress],
    sw4: Callable[[], FlowProgress],
    bundles: int | None,
    files: list[str],
    tmp_path: Path,
) -> None:
    progress = {"sw1": sw1(), "sw2": sw2(), "sw4": sw4()}
    found = open_exchange(FLOW, progress, tmp_path / "flow.jsonl")
    if bundles is None:
        assert found is None
        return
    assert found is not None
    (upload,) = found.uploads
    assert len(upload.bundles) == bundles
    assert sorted(each.file for each in upload.files) == files


@pytest.mark.usefixtures("saved")
def test_the_units_of_a_switch_with_an_answer_are_known() -> None:
    progress = {"sw1": proven(), "sw2": copies(), "sw4": waits()}
    assert answered_units(FLOW, progress) == {
        UnitId("C9300-24UX", "FOCSW1"): "sw1",
        UnitId("C9300-24UX", "FOCSW2"): "sw2",
    }


@pytest.mark.usefixtures("saved")
def test_a_refused_answer_is_awaited_again_and_nothing_is_uploaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(flow_exchange, "_refused_its_answer", lambda name, progress: name == "sw1")
    found = open_exchange(FLOW, {"sw1": copies()}, tmp_path / "flow.jsonl")
    assert found is not None
    assert found.uploads == ()
    for lang, words in ((Lang.EN, "1. When Reporting"), (Lang.JA, "1. Reporting Status")):
        assert exchange_steps(found)[0].render(lang).startswith(words)
