"""Every end of a change names the command that continues, as text and beside the JSON."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
import pytest

from slp_ops.app.change.apply import DeviceChangeResult
from slp_ops.app.change.before_after import (
    BeforeAfter,
    FindingChange,
    FindingDifference,
    LicenceDifference,
    LicenceState,
)
from slp_ops.app.change.results import ChangeResult
from slp_ops.app.usage import SaveResult
from slp_ops.i18n import Lang
from slp_ops.model import Severity
from slp_ops.planning.journal_state import ChangeOutcome
from slp_ops.report.terminal.change import change_hints, render_change, render_stage_change
from slp_ops.report.terminal.exchange import exchange_hints, render_save

SW1 = DeviceChangeResult(name="sw1", site="tokyo", end=ChangeOutcome.DONE)
AGAIN = "slp-ops remediate -i inventory.yaml --dry-run"
RESUME, ROLL_BACK = "slp-ops remediate --resume j", "slp-ops remediate --rollback j"


def change(
    end: ChangeOutcome,
    *,
    refused: bool = False,
    back: bool = False,
    difference: BeforeAfter | None = None,
) -> ChangeResult:
    ended = replace(SW1, end=end, refused=refused, difference=difference or BeforeAfter())
    return ChangeResult(journal="j", run="r", path="p", devices=(ended,), back=back)


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (change(ChangeOutcome.FAILED), RESUME),
        (change(ChangeOutcome.FAILED, refused=True), ROLL_BACK),
        (change(ChangeOutcome.UNSETTLED), RESUME),
        (change(ChangeOutcome.STOPPED), RESUME),
        (change(ChangeOutcome.WAITING), RESUME),
        (replace(change(ChangeOutcome.STALE), again=AGAIN), AGAIN),
        (change(ChangeOutcome.UNSETTLED, back=True), ROLL_BACK),
        (change(ChangeOutcome.NOT_ROLLED_BACK, back=True), ROLL_BACK),
        (replace(change(ChangeOutcome.DONE), not_begun=("sw2",)), RESUME),
        (replace(change(ChangeOutcome.ROLLED_BACK, back=True), not_begun=("sw2",)), ROLL_BACK),
    ],
)
def test_the_command_that_continues(given: ChangeResult, expected: str, lang: Lang) -> None:
    assert expected in render_change(given, lang)
    assert any(expected in hint for hint in change_hints(given, lang))


@pytest.mark.parametrize("end", [ChangeOutcome.DONE, ChangeOutcome.NOTHING])
def test_what_is_done_needs_no_command(end: ChangeOutcome) -> None:
    assert change_hints(change(end), Lang.EN) == []
    assert list(exchange_hints(change(end), Lang.EN, "usage save")) == []


def test_an_exchange_continues_with_its_own_verb() -> None:
    (hint,) = exchange_hints(change(ChangeOutcome.FAILED), Lang.EN, "usage save")
    assert "slp-ops usage save --resume j" in hint


def test_the_licence_state_is_printed_in_words_of_the_language() -> None:
    before = LicenceState(
        transport="cslu", url=None, trust=False, last_ack=None, next_ack_deadline=None, last_report_push=None
    )
    after = replace(before, transport="Smart", trust=True, last_ack="Nov 28 00:05:51 2026 UTC")
    licence = LicenceDifference(before=before, after=after)
    given = change(ChangeOutcome.DONE, difference=BeforeAfter(licence=licence))

    english, japanese = render_change(given, Lang.EN), render_change(given, Lang.JA)
    for line in (
        "  transport: cslu -> Smart", "  trust code: none -> installed",
        "  last ACK: none -> Nov 28 00:05:51",
        "1 switch: 1 done", "Evidence: p", "Journal: j",
    ):  # fmt: skip
        assert line in english
    for line in ("  信頼コード: なし -> 導入済み", "1 台: 完了 1 台", "証跡: p", "ジャーナル: j"):
        assert line in japanese
    assert "None" not in english
    assert "False" not in english


def test_findings_are_named_by_what_became_of_them() -> None:
    def finding(rule: str) -> FindingChange:
        return FindingChange(rule=rule, severity=Severity.ERROR, summary=None)

    findings = FindingDifference(
        gone=(finding("ack-overdue"),), new=(finding("intent-drift"),), still=(finding("trust-missing"),)
    )
    given = change(ChangeOutcome.DONE, difference=BeforeAfter(findings=findings))
    english, japanese = render_change(given, Lang.EN), render_change(given, Lang.JA)
    for line in ("  resolved: ack-overdue", "  new: intent-drift", "  remains: trust-missing"):
        assert line in english
    for line in ("  解消: ack-overdue", "  新規: intent-drift", "  継続: trust-missing"):
        assert line in japanese
    # Within a flow later stages remedy the rest, and the end names the command that continues.
    stage = render_stage_change(given, Lang.EN)
    assert "resolved: ack-overdue" in stage
    assert "trust-missing" not in stage
    assert "slp-ops" not in render_stage_change(change(ChangeOutcome.FAILED), Lang.EN)
    assert "--rollback" not in render_stage_change(change(ChangeOutcome.FAILED), Lang.EN)
    failed = replace(change(ChangeOutcome.FAILED).devices[0], can_roll_back=True)
    changed = replace(change(ChangeOutcome.FAILED), devices=(failed,))
    assert "--rollback" in render_stage_change(changed, Lang.EN)


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("others", [(), (ChangeOutcome.FAILED, ChangeOutcome.WAITING)])
def test_many_switches_that_ended_well_are_one_line(lang: Lang, others: tuple[ChangeOutcome, ...]) -> None:
    good = [replace(SW1, name=f"good-{number:03}") for number in range(400)]
    bad = [replace(SW1, name=f"bad-{number}", end=end) for number, end in enumerate(others)]
    given = replace(change(ChangeOutcome.DONE), devices=(*good, *bad))

    text = click.unstyle(render_change(given, lang))
    assert text.count("\n") < 20
    head = {Lang.EN: "400 switches done: good-000", Lang.JA: "400 台 完了: good-000"}[lang]
    assert text.startswith(head)
    for each in bad:
        assert f"\n{each.name} (tokyo): " in text
    every = click.unstyle(render_change(given, lang, details=True))
    for each in (*good, *bad):
        assert f"{each.name} (tokyo): " in every
    saved = SaveResult(change=given, folder=Path(), received=(), bundles=(), unbundled=(), unread=())
    assert render_save(saved, lang).count("\n") < 20
    assert render_save(saved, lang, detailed=True).count("good-") >= 400


@pytest.mark.parametrize("lang", Lang)
def test_a_change_that_is_done_names_the_command_that_rolls_it_back(lang: Lang) -> None:
    def last(given: ChangeResult, *, can: bool) -> str:
        (switch,) = given.devices
        return render_change(replace(given, devices=(replace(switch, can_roll_back=can),)), lang).split("\n")[
            -1
        ]

    assert last(change(ChangeOutcome.DONE), can=True).endswith(ROLL_BACK)
    assert ROLL_BACK not in last(change(ChangeOutcome.DONE), can=False)
    assert ROLL_BACK not in last(change(ChangeOutcome.NOTHING), can=True)
    assert ROLL_BACK not in last(change(ChangeOutcome.ROLLED_BACK, back=True), can=True)


def test_a_switch_without_a_change_is_counted_as_unchanged_and_none_is_no_line() -> None:
    unchanged = change(ChangeOutcome.NOTHING)
    assert "\n1 switch: 1 unchanged\n" in render_change(unchanged, Lang.EN)
    assert "\n1 台: 変更なし 1 台\n" in render_change(unchanged, Lang.JA)
    assert "0 switches" not in render_change(replace(unchanged, devices=()), Lang.EN)
