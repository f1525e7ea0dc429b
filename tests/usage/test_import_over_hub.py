"""``usage import --hub`` without a hub: refusals of a worker, and of the verb before anything is sent."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app import site_changes
from slp_ops.app.change.context import StepDecision
from slp_ops.app.change.options import ChangeOptions
from slp_ops.app.change_session import FleetOptions
from slp_ops.app.change_task import IMPORT, ChangeTask
from slp_ops.app.selection import DeviceSelection
from slp_ops.app.usage import ImportOptions, ImportRequest, ImportVerb
from slp_ops.app.usage_import_task import LARGEST_FILES, files_for
from slp_ops.app.usage_reports import observed_switch
from slp_ops.errors import BadFile, ChangeRefused, InputError, StoreError
from slp_ops.i18n import Lang
from slp_ops.json_documents import decode, encode, parse_json, to_json
from slp_ops.lab import cssm
from slp_ops.messages import translate
from slp_ops.planning.journal_state import BeginEvent, ChangeOutcome, RecordedChange, StepState, SwitchState
from slp_ops.steps import ExecStep, ManualStep, Upload
from slp_ops.usage.importing import plan_import
from slp_ops.usage.matching import AckFile
from tests.cluster.desk import CHANGE, Broker, Desk, Worker
from tests.remediate.conftest import Bench, Killed, SimulatedPace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slp_ops.app.change_task import ChangeAnswer

NAME = "ack.txt"


class ImportDesk(Desk):
    """The operator, with an answer of CSSM for the switch of the bench."""

    def __init__(self, folder: Path, *, scp: bool = True, importing: ImportOptions | None = None) -> None:
        self.bench, self.broker = Bench(folder, "offline-overdue"), Broker()
        switch = self.bench.switch
        if scp:
            switch.configure("ip scp server enable")
        switch.save_usage("all", "", "flash:usage.txt")
        self.data = cssm.acknowledge(switch.flash["usage.txt"])
        file = AckFile.of(NAME, NAME, self.data)
        self.on_flash = file.on_flash.removeprefix("flash:")
        seen = observed_switch(self.bench.device, self.bench.look())
        plan = plan_import(seen, (file,), importing or ImportOptions()).plan
        assert plan is not None
        self.plan = plan
        self.bench.typed.clear()

    def task(self, **more: Any) -> ChangeTask:
        files = files_for(self.plan, lambda _: self.data)
        return super().task(**{"rules": "", "timer": 0, "files": files, **more})

    @property
    def imports(self) -> list[str]:
        return [line for _, line in self.bench.typed if line.startswith("license smart import")]


@pytest.fixture
def make_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ImportDesk]:
    monkeypatch.setattr(site_changes, "_APPROVAL_SECONDS", 0.4)
    monkeypatch.setattr(site_changes, "_LOOK_AGAIN", 0.01)
    monkeypatch.setattr(site_changes, "_LEASE", 0.05)

    def make(**options: Any) -> ImportDesk:
        made = ImportDesk(tmp_path, **options)
        monkeypatch.setattr(site_changes, "StopController", lambda: SimulatedPace(made.bench))
        return made

    return make


@pytest.fixture
def desk(make_desk: Callable[..., ImportDesk]) -> ImportDesk:
    return make_desk()


def do(worker: Worker, task: ChangeTask, **more: Any) -> ChangeAnswer:
    return worker.do(task, work=IMPORT.name, **more)


# -- what a worker does


def test_a_task_survives_json(desk: ImportDesk) -> None:
    task = desk.task()
    assert decode(ChangeTask, parse_json(to_json(task))) == task
    assert "files" not in encode(Desk.task(desk)), "a task of remediate is as it was"


def test_an_approved_file_is_imported_once(desk: ImportDesk, tmp_path: Path) -> None:
    worker, task = Worker(desk, tmp_path), desk.task()
    done = do(worker, task)
    assert done.report.end is ChangeOutcome.DONE, done.report.why
    assert desk.bench.switch.flash[desk.on_flash] == desk.data
    assert desk.imports == [f"license smart import flash:{desk.on_flash}"]
    # Delivered again, and with a worker whose process has ended meanwhile: the journal answers.
    assert do(Worker(desk, tmp_path), task).events == done.events
    assert len(desk.imports) == 1
    # Another worker of the site reads: the switch shows the reports as acknowledged.
    looked = do(Worker(desk, tmp_path, "worker-2"), task)
    assert looked.report.why is not None
    assert "the change is applied" in looked.report.why.en


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_session_that_breaks_and_a_process_that_is_killed_in_the_import(
    desk: ImportDesk, tmp_path: Path, when: str
) -> None:
    task = desk.task()

    def cut(mode: Any, line: str) -> str | None:
        if not line.startswith("license smart import") or len(desk.imports) > 1:
            return None
        if when == "before":
            return "before"
        raise Killed

    desk.bench.cut = cut
    if when == "before":
        # The switch has not taken it, and does not say so: the operator decides, as without a hub.
        left = do(Worker(desk, tmp_path), task)
        assert left.report.end is ChangeOutcome.UNSETTLED
    else:
        with pytest.raises(Killed):
            do(Worker(desk, tmp_path), task)
    assert len(desk.imports) == 1
    desk.bench.cut = lambda mode, line: None
    for number in (2, 3):  # nothing is sent by itself
        again = do(Worker(desk, tmp_path), desk.task(owner="worker-1"), run=f"run{number}")
        assert again.report.end is ChangeOutcome.UNSETTLED
    assert len(desk.imports) == 1
    decided = desk.task(owner="worker-1", decision=StepDecision.AGAIN)
    assert do(Worker(desk, tmp_path), decided, run="run4").report.end is ChangeOutcome.DONE
    assert len(desk.imports) == 2


def test_a_file_that_is_copied_by_hand(make_desk: Callable[..., ImportDesk], tmp_path: Path) -> None:
    desk = make_desk(scp=False)
    worker, task = Worker(desk, tmp_path), desk.task()
    assert task.files == {}
    asked = do(worker, task)
    assert asked.report.end is ChangeOutcome.WAITING
    assert not desk.imports
    desk.bench.switch.flash[desk.on_flash] = desk.data
    done = do(worker, desk.task(manual_done=True, owner="worker-1"), run="run2")
    assert done.report.end is ChangeOutcome.DONE, done.report.why
    assert len(desk.imports) == 1


def _with_param(name: str, value: str) -> Callable[[ImportDesk], ChangeTask]:
    """Return a task whose plan has another parameter."""

    def make(desk: ImportDesk) -> ChangeTask:
        (action,) = desk.plan.actions
        altered = replace(action, params={**action.params, name: value})
        return desk.task(plan=replace(desk.plan, actions=(altered,)))

    return make


OTHER = b"<smartLicense>another answer</smartLicense>\n"
REFUSED: list[tuple[str, Callable[[ImportDesk], ChangeTask], str]] = [
    ("edited", lambda desk: desk.task(files={NAME: b64encode(desk.data + b"\n").decode()}), "not the one of"),
    ("another file", lambda desk: desk.task(files={NAME: b64encode(OTHER).decode()}), "not the one of"),
    ("no file", lambda desk: desk.task(files=None), "are not those of its plan"),
    ("one more", lambda desk: desk.task(files={**(desk.task().files or {}), "x": ""}), "are not those of"),
    ("other name", lambda desk: desk.task(files={"../x": b64encode(desk.data).decode()}), "are not those of"),
    ("no base64", lambda desk: desk.task(files={NAME: "%%%"}), "has no file ack.txt"),
    ("backwards", lambda desk: desk.task(back=True), "usage import does not make"),
    ("no action", lambda desk: desk.task(plan=replace(desk.plan, actions=())), "usage import does not make"),
    (
        "a playbook",
        lambda desk: desk.task(
            plan=replace(desk.plan, actions=(replace(desk.plan.actions[0], playbook="name-server"),))
        ),
        "usage import does not make",
    ),
    *(
        (f"{name} {value}", _with_param(name, value), "usage import does not make")
        for name, value in (
            ("sha256", "../../packages.conf" + "0" * 45),
            ("sha256", "A" * 64),
            ("md5", "x"),
            ("size", "-1"),
            ("size", "\u0663"),
            ("reports", "1;2"),
            ("file", "../x"),
        )
    ),
]


@pytest.mark.parametrize(("make", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_task_of_another_file_or_plan_is_refused_before_it_is_claimed(
    desk: ImportDesk, tmp_path: Path, make: Callable[[ImportDesk], ChangeTask], words: str
) -> None:
    logins, flash = desk.bench.transport.logins, dict(desk.bench.switch.flash)
    with pytest.raises((ChangeRefused, StoreError), match=words) as refused:
        do(Worker(desk, tmp_path), make(desk))
    assert translate(refused.value.message, Lang.JA) != refused.value.message
    assert desk.fence is None
    assert desk.bench.transport.logins == logins
    assert desk.bench.switch.flash == flash


def test_an_oversize_file_is_refused_by_a_worker(desk: ImportDesk, tmp_path: Path) -> None:
    data = bytes(LARGEST_FILES + 1)
    file = AckFile.of(NAME, NAME, data)
    seen = observed_switch(desk.bench.device, desk.bench.look())
    plan = plan_import(seen, (file,), ImportOptions()).plan
    with pytest.raises(ChangeRefused, match=f"at most {LARGEST_FILES} go over a hub") as refused:
        do(Worker(desk, tmp_path), desk.task(plan=plan, files={NAME: b64encode(data).decode()}))
    assert refused.value.hint is not None
    assert "SLP_OPS_HUB= slp-ops usage import" in refused.value.hint


def test_what_a_hub_alters_was_not_approved(desk: ImportDesk, tmp_path: Path) -> None:
    """Another answer of CSSM with a plan of its own, and an import under the name of another work."""
    task = desk.task()
    other = AckFile.of(NAME, NAME, desk.data.replace(b"rum_ack", b"rum_bck"))
    seen = observed_switch(desk.bench.device, desk.bench.look())
    sent = encode(task)
    sent["plan"] = encode(plan_import(seen, (other,), ImportOptions()).plan)
    sent["files"] = {NAME: b64encode(other.data).decode()}
    with pytest.raises(ChangeRefused, match="changed on the way: another one was approved"):
        do(Worker(desk, tmp_path), task, sent=sent)
    with pytest.raises(ChangeRefused, match="copies files, and no file goes over a hub"):
        Worker(desk, tmp_path).do(task)
    assert not desk.imports
    assert desk.on_flash not in desk.bench.switch.flash


def test_steps_that_the_worker_does_not_plan_itself_are_not_sent(desk: ImportDesk, tmp_path: Path) -> None:
    """Also where an operator has signed them."""
    (action,) = desk.plan.actions
    *steps, last = action.steps
    assert isinstance(last, ExecStep)
    forged = replace(last, command="delete /force flash:packages.conf")
    plan = replace(desk.plan, actions=(replace(action, steps=(*steps, forged)),))
    answer = do(Worker(desk, tmp_path), desk.task(plan=plan))
    assert answer.report.end is ChangeOutcome.STALE
    assert desk.on_flash not in desk.bench.switch.flash
    assert not desk.imports


# -- what an operator's process refuses


@pytest.fixture
def verb(tmp_path: Path, desk: ImportDesk) -> ImportVerb:
    """The verb with the files of a journal."""
    ack = tmp_path / NAME
    ack.write_bytes(desk.data)
    selection: Any = DeviceSelection
    made = ImportVerb(
        ImportRequest(
            fleet=FleetOptions(target=selection),
            importing=ImportOptions(),
            acks=(ack,),
            document=lambda result: "",
        )
    )
    acks = tmp_path / "acks"
    acks.mkdir(mode=0o700)
    (acks / NAME).write_bytes(desk.data)
    made.files(RecordedChange(begin=BeginEvent(plans=(desk.plan,), acks=str(acks))))
    return made


def test_the_task_has_the_files_as_they_were_planned(
    verb: ImportVerb, desk: ImportDesk, tmp_path: Path
) -> None:
    def made(state: SwitchState) -> ChangeTask:
        return verb.hub_task(desk.bench.device, state, CHANGE, ChangeOptions(), back=False)

    task = made(SwitchState(desk.plan))
    assert task.files == desk.task().files
    assert not task.manual_done
    kept = tmp_path / "acks" / NAME
    kept.write_bytes(desk.data + b" ")
    with pytest.raises(BadFile, match=r"the kept copy of ack\.txt is not what was planned"):
        made(SwitchState(desk.plan))
    kept.unlink()
    with pytest.raises(StoreError):
        made(SwitchState(desk.plan))


def test_a_copy_that_the_operator_was_asked_for_counts_as_made(
    verb: ImportVerb, make_desk: Callable[..., ImportDesk]
) -> None:
    desk = make_desk(scp=False)
    at = next(n for n, (_, step) in enumerate(desk.plan.steps) if isinstance(step, ManualStep))
    for steps, asked in (({}, False), ({at: StepState.NOT_DONE}, True)):
        state = SwitchState(desk.plan, steps=steps)
        task = verb.hub_task(desk.bench.device, state, CHANGE, ChangeOptions(), back=False)
        assert task.manual_done is asked


def test_files_that_are_too_large_are_refused_before_anything_is_sent(
    verb: ImportVerb, desk: ImportDesk
) -> None:
    verb.check_hub([desk.plan])
    data = bytes(LARGEST_FILES + 1)
    digest = hashlib.sha256(data).hexdigest()
    (action,) = desk.plan.actions
    large = tuple(
        replace(step, size=len(data), sha256=digest) if isinstance(step, Upload) else step
        for step in action.steps
    )
    with pytest.raises(
        InputError, match=f"core-01: more than {LARGEST_FILES} bytes of files do not go over"
    ) as refused:
        verb.check_hub([replace(desk.plan, actions=(replace(action, steps=large),))])
    assert "hub" not in translate(refused.value.message, Lang.JA)
    assert refused.value.hint is not None
    assert "at the site: SLP_OPS_HUB= slp-ops usage import ACK --limit tyo-core-01" in refused.value.hint
