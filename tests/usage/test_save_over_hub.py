"""``usage save --hub`` without a hub: what a worker refuses, and what is accepted of a worker."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app.change.at_worker import ChangeAtWorker
from slp_ops.app.change.context import EvidenceRecord
from slp_ops.app.device_work import ChangeTools, DeviceTools
from slp_ops.app.usage_over_hub import save_over_hub
from slp_ops.app.usage_save_task import SAVING, UsageSaveAnswer, UsageSaveTask
from slp_ops.errors import BadFile, InputError
from slp_ops.json_documents import decode, encode, parse_json, to_json
from slp_ops.model import Device
from slp_ops.planning.journal_state import ChangeOutcome, EndEvent, StepEvent, StepState
from slp_ops.runs import Runs
from slp_ops.runs.device_archive import InvalidArchive, archive
from slp_ops.runs.device_transfer import LARGEST_EXCHANGED, pack, take
from slp_ops.runs.mask_key import mask_key
from slp_ops.runs.run_writer import RunEvidence
from slp_ops.usage.saving import SaveOptions, plan_save

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slp_ops.planning import SwitchPlan

DEVICE = Device(name="sw1", site="tokyo", host="192.0.2.1")
STAMP = "20261124T041131Z"


@pytest.fixture
def plan(seen: Callable[..., Any]) -> SwitchPlan:
    made = plan_save(seen("sw1"), SaveOptions(stamp=STAMP)).plan
    assert made is not None
    return made


# -- at the worker: no task decides about a line


class Untouched:
    """A transport of which no session may be opened."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError("a session")


def test_a_task_survives_json(plan: SwitchPlan) -> None:
    task = UsageSaveTask(device=DEVICE, plan=plan)
    assert decode(UsageSaveTask, parse_json(to_json(task))) == task


@pytest.mark.parametrize(
    "forged",
    [
        {"stamp": f"{STAMP} \nreload"},
        {"stamp": "now"},
        {"which": "all file flash:x"},
        {"which": "days 0"},
        {"clean": None},
        {"playbook": "usage-import"},
        {"name": "sw2"},
        {"site": "osaka"},
        {"fields": {}},
        {"actions": ()},
    ],
    ids=str,
)
def test_a_forged_plan_opens_no_session(plan: SwitchPlan, tmp_path: Path, forged: dict[str, Any]) -> None:
    (action,) = plan.actions
    ((key, value),) = forged.items()
    if key in action.params:
        params = {name: each for name, each in {**action.params, key: value}.items() if each is not None}
        plan = replace(plan, actions=(replace(action, params=params),))
    elif key == "playbook":
        plan = replace(plan, actions=(replace(action, playbook=value),))
    else:
        plan = replace(plan, **forged)
    transport: Any = Untouched()
    tools = DeviceTools(
        transport=transport,
        evidence=RunEvidence(tmp_path, key=mask_key()).folder("sw1"),
        on_event=lambda event: None,
        changing=ChangeTools(transport=transport, mask=str),
    )

    async def visit(tools: DeviceTools) -> None:
        await SAVING.visit(UsageSaveTask(device=DEVICE, plan=plan), tools)

    for each in (tools, replace(tools, changing=None)):
        with pytest.raises(InputError, match="nothing was sent"):
            asyncio.run(visit(each))


# -- on the way


def test_files_of_the_exchange_come_with_such_a_work_only(tmp_path: Path) -> None:
    here = RunEvidence(tmp_path / "a", key=mask_key()).folder(DEVICE.name)
    here.path.parent.mkdir()
    here.exchanged.write("slp-ops_sw1.txt", b"signed \xff")
    data = pack(here.path, held={}, exchanged=here.exchanged)

    with Runs(tmp_path / "runs").start("usage-save", [DEVICE]) as run:
        files = sorted(run.path.iterdir())
        there = run.device(DEVICE)
        with pytest.raises(InvalidArchive):
            take(data, run, DEVICE)
        assert sorted(run.path.iterdir()) == files
        take(data, run, DEVICE, gives_files=True)
        assert there.exchanged.load("slp-ops_sw1.txt") == b"signed \xff"

        for name in ("@file-../x", "@file-", "@file-.hidden", f"@file-{'x' * 200}", "../x", "@other"):
            with pytest.raises(InvalidArchive):
                take(archive({name: b"x"}), run, DEVICE, gives_files=True)
        with pytest.raises(InvalidArchive, match="larger than 64 MB"):
            take(archive({"@file-x": bytes(LARGEST_EXCHANGED + 1)}), run, DEVICE, gives_files=True)


# -- here: what a worker reports is looked at again


class Answering:
    """An engine that gives one answer."""

    detach = None

    def __init__(self, answer: UsageSaveAnswer) -> None:
        self._answer = answer

    async def visit(self, *_: Any) -> Any:
        return self._answer

    async def close(self) -> None:
        pass


class Events(list[Any]):
    def write(self, event: Any) -> None:
        self.append(event)


class Store:
    """A shelf that takes one file."""

    def save(self, device: Device, name: str, data: bytes) -> dict[str, object]:
        if data != b"good":
            raise BadFile(f"{name} is no usage file: bad")
        return {"received": {"file": name, "checked": "here"}}

    def load(self, name: str) -> bytes:
        raise NotImplementedError  # nothing is put


def _done(step: int, device: str = "sw1", **more: Any) -> Any:
    return encode(StepEvent(device=device, step=step, state=StepState.DONE, **more))


@pytest.mark.parametrize(
    ("events", "file", "end"),
    [
        ([_done(0), _done(1), _done(2, received={"file": "x", "reports": 9})], b"good", ChangeOutcome.DONE),
        ([_done(2)], b"of another switch", ChangeOutcome.FAILED),
        ([_done(2)], None, ChangeOutcome.FAILED),
        ([_done(3)], b"good", ChangeOutcome.FAILED),
        ([_done(0, device="sw2")], b"good", ChangeOutcome.FAILED),
        ([{"event": "begin", "plans": []}], b"good", ChangeOutcome.FAILED),
        ([{"event": "saved", "device": "sw1"}], b"good", ChangeOutcome.FAILED),
        (["x"], b"good", ChangeOutcome.FAILED),
        ([encode(EndEvent(device="sw2", state=ChangeOutcome.STALE))], b"good", ChangeOutcome.DONE),
    ],
)
def test_events_and_file_of_a_worker(
    plan: SwitchPlan, tmp_path: Path, events: list[Any], file: bytes | None, end: ChangeOutcome
) -> None:
    answer = UsageSaveAnswer(
        name="sw1",
        site="tokyo",
        end=ChangeOutcome.DONE,
        why=None,
        steps_done=3,
        events=tuple(events),
        captures=(),
    )
    journal: Any = Events()
    store: Any = Store()
    with Runs(tmp_path).start("usage-save", [DEVICE]) as run:
        folder = run.device(DEVICE)
        if file is not None:
            folder.exchanged.write(f"slp-ops_sw1_{STAMP}.txt", file)
        change = ChangeAtWorker(
            device=DEVICE,
            plan=plan,
            engine=Answering(answer),
            run=run,
            journal=journal,
            evidence=EvidenceRecord(folder),
            files=store,
            on_event=lambda event: None,
        )
        applied = asyncio.run(save_over_hub(change))
    assert applied.end is end, applied.why
    assert isinstance(journal[-1], EndEvent)
    assert journal[-1].state is end
    assert {event.device for event in journal} == {"sw1"}
    for event in journal:
        if isinstance(event, StepEvent) and event.received is not None:
            assert event.received["checked"] == "here"
