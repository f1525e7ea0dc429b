"""Contents of the report view, for the fleet and for each switch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from slp_ops.i18n import Lang
from slp_ops.model import Severity, Verdict
from slp_ops.report.labels import Words
from slp_ops.report.sentences import dues_text, headline, no_causes
from slp_ops.report.view import Health

if TYPE_CHECKING:
    from collections.abc import Callable

    from slp_ops.report.view import DeviceView, ReportView
    from slp_ops.runs import StoredRun

    MakeRun = Callable[..., StoredRun]


def _device(view: ReportView, name: str) -> DeviceView:
    return next(each for each in view.devices if each.name == name)


def test_every_switch_has_the_verdict_of_its_gravest_finding(small: ReportView) -> None:
    assert {each.name: each.health for each in small.devices} == {
        "tyo-core-01": Health.FINE,
        "tyo-acc-03": Health.ERROR,
        "tyo-acc-05": Health.WARNING,
        "osa-acc-02": Health.ERROR,
        "osa-acc-03": Health.FINE,
        "osa-acc-04": Health.ERROR,
        "nag-acc-01": Health.UNREAD,
    }
    assert sum(small.healths.values()) == len(small.devices)
    assert {row.name: row.total for row in small.sites} == {"tokyo": 3, "osaka": 3, "nagoya": 1}


def test_what_could_not_be_read_is_never_well(small: ReportView) -> None:
    silent = _device(small, "nag-acc-01")
    assert silent.verdicts == {}
    assert silent.failure is not None
    assert silent.reporting is None
    unknown = {
        (each.name, rule)
        for each in small.devices
        for rule, verdict in (each.verdicts or {}).items()
        if verdict in (Verdict.UNKNOWN, Verdict.ERROR)
    }
    assert unknown
    assert unknown == {(each.name, rule.rule) for each in small.devices for rule in each.unjudged}


def test_a_root_stands_before_its_consequences(small: ReportView) -> None:
    told = [told.rule for told in _device(small, "tyo-acc-03").root_causes[0].consequences]
    assert _device(small, "tyo-acc-03").root_causes[0].root.rule == "dns-failure"
    assert "comm-failing-now" in told


def test_causes_that_matter_come_first_and_the_most_frequent_of_them_before_others(small: ReportView) -> None:
    matters = [cause.matters for cause in small.causes]
    assert matters == sorted(matters, reverse=True)
    counts = [len(cause.devices) for cause in small.causes if cause.matters]
    assert counts == sorted(counts, reverse=True)
    assert all(cause.severity is Severity.INFO for cause in small.causes if not cause.matters)
    assert sum(sum(cause.sites.values()) for cause in small.causes) == sum(
        len(cause.devices) for cause in small.causes
    )


def test_a_rule_that_is_an_error_here_and_information_there_is_two_causes(
    make_run: MakeRun, view_of: Callable[[StoredRun], ReportView]
) -> None:
    places = (("sw-1", "a", "rum-backlog"), ("sw-2", "a", "factory-fresh"))
    run = make_run(places)
    view = view_of(run)
    causes = {(cause.rule, cause.matters): cause.devices for cause in view.causes}
    assert causes["FN72578", True] == ("sw-1",)
    assert causes["FN72578", False] == ("sw-2",)


def test_deadlines_are_told_by_the_switch_s_own_clock(small: ReportView) -> None:
    dues = {due.device: due for due in small.dues}
    assert dues["osa-acc-04"].days_left < 0
    assert dues["osa-acc-03"].cosmetic
    assert [due.days_left for due in small.dues] == sorted(due.days_left for due in small.dues)


def test_days_are_counted_as_the_findings_count_them(small: ReportView) -> None:
    due = next(due for due in small.dues if due.device == "osa-acc-02")
    (told,) = (told for told in _device(small, "osa-acc-02").findings if told.rule == "ack-overdue")
    assert due.days_left < 0
    assert f" {-due.days_left} days ago" in told.summary.en


def test_units_of_a_stack_keep_their_place_and_their_trust(small: ReportView) -> None:
    units = _device(small, "tyo-core-01").units
    assert [unit.role for unit in units] == ["Active", "Standby", "Member"]
    assert all(unit.trusted for unit in units)
    assert len({unit.sn for unit in units}) == len(units)


def test_releases_stand_in_order_and_each_against_every_advisory(small: ReportView) -> None:
    releases = [row.release for row in small.releases]
    assert releases[-1] is None
    assert sum(row.devices for row in small.releases) == len(small.devices)
    assert all(len(row.statuses) == len(small.advisories) for row in small.releases)


def test_the_largest_backlog_comes_first(small: ReportView) -> None:
    assert small.backlogs[0].name == "osa-acc-02"


def test_the_words_of_the_deadlines_count_each_switch_once(small: ReportView) -> None:
    text = dues_text(small, Words(Lang.EN))
    assert "Besides, 1 switch with a date that has no effect (CSCvy20345)." in text
    assert sum(map(int, re.findall(r"\d+(?= (?:overdue|due|later|without|switch))", text))) == len(
        small.devices
    )


@pytest.mark.parametrize("lang", Lang)
def test_where_nothing_was_read_no_cause_is_excluded(
    make_run: MakeRun, view_of: Callable[[StoredRun], ReportView], lang: Lang
) -> None:
    def printed(*scenarios: str) -> str:
        names = [(f"sw{number}", "tokyo", each) for number, each in enumerate(scenarios)]
        return no_causes(view_of(make_run(names)), Words(lang))

    words = Words(lang)
    assert printed("healthy") == words["no_causes"]
    assert printed("healthy", "silent") == words["no_causes_partly"]
    assert printed("silent", "silent") == words["no_causes_unread"]


def test_further_causes_of_a_switch_are_counted_in_words(small: ReportView) -> None:
    for device in small.devices:
        rest = len([each for each in device.root_causes if each.severity.rank]) - 1
        for lang, more in ((Lang.EN, "and {} more cause"), (Lang.JA, "ほか {} 件の原因")):
            printed = headline(device, Words(lang))
            assert "(+" not in printed
            assert (more.format(rest) in printed) == (rest > 0)
    assert any(len(each.root_causes) > 1 for each in small.devices)
