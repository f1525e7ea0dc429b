"""Plan of an exchange for a switch: file names, commands, ways of copying, reasons for exclusion."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.config_files.value_formats import NAME
from slp_ops.facts import RumState, TransportKind, UsageReporting
from slp_ops.json_documents import encode
from slp_ops.params import ParameterKind, check
from slp_ops.planning.documents import plan_of
from slp_ops.steps import CheckFile, CheckSpace, Download, ExecStep, ManualStep, Upload
from slp_ops.usage.ackfile import Ack
from slp_ops.usage.importing import ImportOptions, plan_import, replan_import
from slp_ops.usage.matching import AckFile
from slp_ops.usage.saving import SaveOptions, file_name, plan_save

if TYPE_CHECKING:
    from collections.abc import Callable

STAMP = "20261124T041131Z"
FILE = AckFile(
    path="in/ACK.txt", name="ACK.txt", sha256="ab" * 32, md5="cd" * 16, size=300,
    ack=Ack(units=(), reports=frozenset({1, 2})),
)  # fmt: skip


@given(st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}", fullmatch=True))
def test_every_name_of_an_inventory_gives_a_name_that_flash_takes(name: str) -> None:
    assert NAME.accepts(name)
    assert check(ParameterKind.FLASH, f"flash:{file_name(name, STAMP)}")


def test_long_names_stay_apart() -> None:
    names = {file_name(f"{'a' * 60}{end}", STAMP) for end in ("1", "2")}
    assert len(names) == 2


@pytest.mark.parametrize("which", ["unreported", "all", "days 30"])
def test_saving_makes_room_saves_fetches_and_cleans(seen: Callable[..., Any], which: str) -> None:
    plan = plan_save(seen(), SaveOptions(stamp=STAMP, which=which, clean=True)).plan
    assert plan is not None
    room, save, fetch, delete = plan.actions[0].steps
    name = f"slp-ops_sw1_{STAMP}.txt"
    assert isinstance(room, CheckSpace)
    assert isinstance(save, ExecStep)
    assert save.command == f"license smart save usage {which} file flash:{name}"
    assert fetch == Download(path=f"flash:{name}", name=name, in_band=False)
    assert isinstance(delete, ExecStep)
    assert delete.command == f"delete /force flash:{name}"
    assert (save.makes, delete.removes) == (f"flash:{name}", f"flash:{name}")


@pytest.mark.parametrize("which", ["days 0", "days", "all; reload", "days 3\nreload", ""])
def test_nothing_else_reaches_the_command(which: str) -> None:
    with pytest.raises(ValueError, match="no choice of reports"):
        SaveOptions(stamp=STAMP, which=which)


def test_without_scp_it_is_read_in_band_and_said_to_be_unverified(seen: Callable[..., Any]) -> None:
    plan = plan_save(seen(scp=False), SaveOptions(stamp=STAMP)).plan
    assert plan is not None
    (fetch,) = (step for _, step in plan.steps if isinstance(step, Download))
    assert fetch.in_band
    assert any("not verified on hardware" in note.en for note in plan.actions[0].notes)


def test_a_switch_that_reports_by_itself_is_noted(seen: Callable[..., Any]) -> None:
    def notes(**more: Any) -> str:
        plan = plan_save(seen(**more), SaveOptions(stamp=STAMP)).plan
        return "" if plan is None else " ".join(note.en for note in plan.actions[0].notes)

    assert "smart" in notes(transport=TransportKind.SMART)
    assert notes() == ""


def test_the_plan_comes_back_from_json_and_from_its_own_words(seen: Callable[..., Any]) -> None:
    switch = seen("sw1", "FOC0000A0AA", "FOC0000A0AB")
    for plan in (
        plan_save(switch, SaveOptions(stamp=STAMP, which="days 7", clean=True, in_band=True)).plan,
        plan_import(switch, [FILE], ImportOptions(clean=True)).plan,
    ):
        assert plan is not None
        assert plan_of(json.loads(json.dumps(encode(plan))), "plan.json") == plan
        if plan.actions[0].playbook == "usage-save":
            assert plan_save(switch, SaveOptions.of(plan.actions[0].params)).plan == plan
        else:
            made = replan_import(switch, plan).plan
            assert made is not None
            assert [step for _, step in made.steps] == [step for _, step in plan.steps]
            assert made.fields == plan.fields


@pytest.mark.parametrize(
    ("release", "why"),
    [("16.12.5b", "from 17.3.2 on"), ("17.3.1", "from 17.3.2 on")],
)
def test_a_switch_before_usage_reports_is_spared(seen: Callable[..., Any], release: str, why: str) -> None:
    considered = plan_save(seen(release=release), SaveOptions(stamp=STAMP))
    assert considered.plan is None
    assert why in considered.skipped[0].why.en


def test_importing_checks_before_it_imports_and_proves_it(seen: Callable[..., Any]) -> None:
    plan = plan_import(seen(), [FILE], ImportOptions()).plan
    assert plan is not None
    room, put, check_, import_ = plan.actions[0].steps
    path = "flash:slp-ops_ack_abababababab.txt"
    assert isinstance(room, CheckSpace)
    assert put == Upload(path=path, name="ACK.txt", sha256="ab" * 32, size=300)
    assert check_ == CheckFile(path=path, md5="cd" * 16)
    assert isinstance(import_, ExecStep)
    assert import_.command == f"license smart import {path}"
    assert (import_.expects, import_.done_when) == (("Import Data Successful",), "ack-received")


@pytest.mark.parametrize("more", [{"scp": False}, {"by_hand": True}])
def test_without_scp_a_person_copies_and_the_md5_proves_it(
    seen: Callable[..., Any], more: dict[str, bool]
) -> None:
    switch = seen(scp=more.get("scp", True))
    plan = plan_import(switch, [FILE], ImportOptions(by_hand=more.get("by_hand", False))).plan
    assert plan is not None
    _, copy, check_, _ = plan.actions[0].steps
    assert isinstance(copy, ManualStep)
    assert "copy scp://USER@SERVER/PATH/ACK.txt flash:slp-ops_ack_abababababab.txt" in copy.text.en
    assert isinstance(check_, CheckFile)


def test_of_several_imports_the_last_one_proves(seen: Callable[..., Any]) -> None:
    other = AckFile(path="b", name="b", sha256="ef" * 32, md5="01" * 16, size=1, ack=Ack(units=()))
    plan = plan_import(seen(), [FILE, other], ImportOptions()).plan
    assert plan is not None
    proofs = [
        step.done_when
        for _, step in plan.steps
        if isinstance(step, ExecStep) and step.command.startswith("license smart import")
    ]
    assert proofs == ["", "ack-received"]


def test_what_the_switch_shows_as_acknowledged_is_not_planned(seen: Callable[..., Any]) -> None:
    considered = plan_import(seen(reports={1: RumState.ACK, 2: RumState.ACK}), [FILE], ImportOptions())
    assert considered.plan is None
    assert considered.skipped[0].needless


def test_counters_and_dates_do_not_bind_a_plan(seen: Callable[..., Any]) -> None:
    fields = [
        plan.fields
        for reports in ({1: RumState.OPEN}, {1: RumState.CLOSED, 2: RumState.OPEN})
        if (
            plan := plan_save(
                seen(reports=reports, reporting=UsageReporting()), SaveOptions(stamp=STAMP)
            ).plan
        )
    ]
    assert fields[0] == fields[1]
    assert not re.search("ACK|report", " ".join(fields[0]))
