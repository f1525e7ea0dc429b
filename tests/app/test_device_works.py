"""Tasks and results of every work pass JSON unchanged, so that any engine does the same work."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app.audit_device import AuditOptions
from slp_ops.app.audit_task import AUDIT, AuditAnswer, AuditTask, RulesInTask
from slp_ops.app.commands import CommandList, choose_commands
from slp_ops.app.device_work import EarlierPart
from slp_ops.app.inputs import DeviceInput
from slp_ops.app.judge_device import DevicePast, judge_device
from slp_ops.app.reach_device import DeviceReachability, ReachabilityOptions
from slp_ops.app.reach_task import REACHABILITY, ReachabilityTask
from slp_ops.app.read_device import CollectOptions
from slp_ops.app.version_task import VERSION, VersionAnswer, VersionTask, judge_facts
from slp_ops.app.works import work_of
from slp_ops.errors import InputError
from slp_ops.facts import ProbeResult, Probes, ProbeVerdict
from slp_ops.facts.rum import RumPoint
from slp_ops.json_documents import decode, parse_json, to_json
from slp_ops.lab import scenarios
from slp_ops.model import Capture, CaptureStatus, Device, DeviceFailure, DeviceResult, DeviceStatus
from slp_ops.parsing import Facts, read
from slp_ops.reachability.plan import ProbeAttempt, plan, target_of
from slp_ops.reachability.verdict import conclude, conclude_unread
from slp_ops.release import Release
from slp_ops.rules.loading import RuleFile
from slp_ops.rules.row_schema import TemplateFile
from slp_ops.rules.ruleset import extended_ruleset
from slp_ops.rules.settings import Intent, Thresholds
from tests.audit.test_scenarios import captures
from tests.rules.test_operator_rules import MESSAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = datetime(2026, 11, 24, 4, 11, 31, 123456, tzinfo=UTC)
SCENARIOS = ("healthy", "healthy-stack", "polling-id-invalid", "rum-backlog", "invalid-token", "dns-failure")
DEVICE = Device(
    name="sw1",
    site="lab",
    host="192.0.2.1",
    tags=("core",),
    intent={"topology": "cslu", "url": None},
    params={"vlan": 7, "dry": True},
)
RESULT = DeviceResult(
    name="sw1",
    site="lab",
    status=DeviceStatus.PARTIAL,
    captures=(
        Capture(command="show clock", status=CaptureStatus.OK, started=DAY, file="a.txt", masked={"key": 2}),
    ),
    error=DeviceFailure(kind="lost", message="the session was lost", hint="run it again"),
    release="17.9.4a",
)


def facts_of(name: str) -> Facts:
    return read(captures(scenarios.load(name).build()))


def there_and_back(value: Any) -> Any:
    return decode(type(value), parse_json(to_json(value)))


def past() -> DevicePast:
    points = tuple(
        RumPoint(run=f"r{days}", seen=DAY - timedelta(days=days), backlog=40 - days, late=True)
        for days in (30, 20, 10)
    )
    return DevicePast(points=points, changes=(DAY, DAY - timedelta(hours=1)))


@pytest.mark.parametrize("name", SCENARIOS)
def test_verdicts_and_summary_of_an_audit(name: str) -> None:
    facts = facts_of(name)
    found = DeviceInput(result=RESULT, facts=facts, intent=Intent.of(scenarios.load(name).intent))
    judged, summary = judge_device(found, past(), AuditOptions(), seen=DAY)
    answer = AuditAnswer(result=RESULT, judged=judged, summary=summary)

    assert there_and_back(answer) == answer
    assert answer.judged.outcomes
    assert AUDIT.device_result(answer) == RESULT


def test_a_summary_keeps_the_age_of_an_ack_to_the_microsecond() -> None:
    found = DeviceInput(result=RESULT, facts=facts_of("rum-backlog"), intent=Intent())
    judged, summary = judge_device(found, DevicePast(), AuditOptions(), seen=DAY)
    for age in (timedelta(days=-400, microseconds=1), timedelta(days=30, microseconds=999999), None):
        answer = AuditAnswer(result=RESULT, judged=judged, summary=replace(summary, ack_age=age))
        assert there_and_back(answer).summary.ack_age == age


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_release_of_a_switch(name: str) -> None:
    judged = judge_facts(facts_of(name), AuditOptions(), Intent())
    # The parent looks nothing up in the facts that a symptom lacked.
    without = tuple((each, replace(symptom, missing=())) for each, symptom in judged.advisories)
    answer = VersionAnswer(result=RESULT, judged=replace(judged, advisories=without))

    assert there_and_back(answer) == answer
    assert VERSION.device_result(answer) == RESULT


@pytest.mark.parametrize("text", ["17.07.01prd16", "17.03.03 - SMU-PATCHED", "17.12.20240516:071512"])
def test_a_release_is_read_back_without_loss(text: str) -> None:
    judged = judge_facts(Facts.of(), AuditOptions(), Intent())
    wanted = replace(judged, release=Release.parse(text), advisories=())
    assert there_and_back(wanted).release == Release.parse(text)


def reached() -> Iterator[DeviceReachability]:
    yield DeviceReachability.not_collected(RESULT)
    yield DeviceReachability(result=RESULT, conclusion=conclude_unread(None))
    for name in SCENARIOS:
        facts = facts_of(name)
        planned = plan(facts, targets=(target_of("[2001:db8::1]:8182"),), everything=True)
        tried = tuple(
            ProbeAttempt(
                probe=each,
                result=ProbeResult(command="telnet", host="a", port=443, verdict=ProbeVerdict.REFUSED),
                seconds=1.25,
            )
            for each in planned.probes[:1]
        ) + tuple(ProbeAttempt(probe=each, why="the session was lost") for each in planned.probes[1:])
        results = tuple(each.result for each in tried if each.result is not None)
        known = Facts({**{type(each): each for each in facts.all()}, Probes: Probes(results=results)})
        yield DeviceReachability(
            result=RESULT, plan=planned, tried=tried, conclusion=conclude(planned, tried, known, {})
        )


def test_the_reachability_of_a_switch() -> None:
    for answer in reached():
        assert there_and_back(answer) == answer
        assert REACHABILITY.device_result(answer) == RESULT


def test_tasks_without_paths_or_secrets_of_the_parent() -> None:
    own = (
        RuleFile(
            path="own/rows.yaml", text="parser: textfsm:t", template=TemplateFile(text="Value NAME (.*)")
        ),
    )
    earlier = EarlierPart(captures=RESULT.captures, release="17.9.4a", recorded=RESULT)
    rules = RulesInTask(
        version=AuditOptions().knowledge.version,
        own=own,
        thresholds=Thresholds(ack_days=3),
        select=frozenset({"own-rows"}),
    )
    audit = AuditTask(
        device=DEVICE,
        commands=CommandList.of(choose_commands("support", ["show interfaces status"])),
        collect_options=CollectOptions(command_timeout=5, max_cpu=None),
        rules=rules,
        past=past(),
        with_flagged=True,
        earlier=earlier,
    )
    reach = ReachabilityTask(
        device=DEVICE,
        options=ReachabilityOptions(targets=(target_of("a.example:443"),), everything=True),
        collect_options=CollectOptions(),
        earlier=earlier,
    )
    version = VersionTask(device=DEVICE, rules=replace(rules, own=()), earlier=earlier)

    for work, task in (("audit", audit), ("check-reachability", reach), ("check-version", version)):
        assert there_and_back(task) == task
        assert work_of(work).task is type(task)
        assert work_of(work).name == work
        assert task.earlier.recovered(()) == EarlierPart(release="17.9.4a")
    assert [audit.own_rules, reach.own_rules, version.own_rules] == [True, False, False]


def test_the_rules_of_a_task_are_those_of_the_operator_or_the_task_is_refused() -> None:
    options = AuditOptions(
        thresholds=Thresholds(flap_pairs=9), select=frozenset({"own"}), ignore=frozenset({"FN72578"})
    )
    rules = RulesInTask.of(options)
    assert there_and_back(rules).audit_options() == options
    assert not rules.own

    with pytest.raises(InputError, match=r"needs rules of version 1999\.1, and this slp-ops has 20"):
        replace(rules, version="1999.1").audit_options()


def test_rules_of_the_operator_are_read_once_however_many_tasks_have_them() -> None:
    own = extended_ruleset([RuleFile(path="m.yaml", text=MESSAGES)])
    task = RulesInTask.of(AuditOptions(knowledge=own))

    assert task.own[0].text == MESSAGES
    assert there_and_back(task).audit_options().knowledge is task.audit_options().knowledge is own


def test_rules_of_the_operator_do_not_go_to_the_workers_of_a_hub() -> None:
    own = extended_ruleset([RuleFile(path="m.yaml", text=MESSAGES)])
    with pytest.raises(InputError, match="do not run at the workers of a hub"):
        RulesInTask.of(AuditOptions(knowledge=own), over_hub=True)
    assert not RulesInTask.of(AuditOptions(), over_hub=True).own
