"""Output of check-reachability, without any switch."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring as parse_xml

import pytest

from slp_ops import errors
from slp_ops.app.check_reachability import ReachabilityResult
from slp_ops.app.reach_device import DeviceReachability
from slp_ops.cli.exits import Exit, code_of, reachability_results
from slp_ops.errors import ConnectError, CredentialError
from slp_ops.i18n import Lang, verbatim
from slp_ops.json_documents import encode
from slp_ops.model import DeviceFailure, DeviceResult, DeviceStatus
from slp_ops.reachability.plan import ConnectionDirection, ReachabilityPlan
from slp_ops.reachability.plan import Path as Way
from slp_ops.reachability.verdict import Conclusion, ReachVerdict, Stage
from slp_ops.report import reachability_junit
from slp_ops.report.documents.reachability import login_stages
from slp_ops.report.reachability_view import reachability_view
from slp_ops.report.terminal.reachability import render

KINDS = {
    kind.kind
    for kind in vars(errors).values()
    if isinstance(kind, type)
    and issubclass(kind, ConnectError | CredentialError)
    and kind is not ConnectError
}


def result(kind: str = "", status: DeviceStatus = DeviceStatus.OK, message: str = "why") -> DeviceResult:
    error = DeviceFailure(kind=kind, message=message, hint="what to do") if kind else None
    return DeviceResult(name="sw1", site="tokyo", status=status, error=error)


def answer(verdict: ReachVerdict, **more: Any) -> DeviceReachability:
    return DeviceReachability(
        result=more.pop("result", result()),
        plan=ReachabilityPlan(situation=ConnectionDirection.CONNECTS, path=Way()),
        conclusion=Conclusion(verdict=verdict, **more),
    )


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_trouble_of_a_login_belongs_to_one_stage(kind: str) -> None:
    told = encode(login_stages(DeviceReachability.not_collected(result(kind, DeviceStatus.FAILED))))

    stages = [stage for stage, verdict in told.items() if verdict == kind and stage != "verdict"]
    assert len(stages) == 1
    before, after = list(told)[1 : list(told).index(stages[0])], list(told)[list(told).index(stages[0]) + 1 :]
    assert {told[stage] for stage in before} <= {"ok"}
    assert {told[stage] for stage in after} <= {"unknown"}


def test_a_trouble_after_the_login_claims_nothing_about_its_stages() -> None:
    told = encode(login_stages(DeviceReachability.not_collected(result("session_lost", DeviceStatus.FAILED))))

    assert set(told.values()) == {"session_lost", "unknown"}


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ([answer(ReachVerdict.WORKS)], Exit.FINE),
        ([answer(ReachVerdict.NOT_APPLICABLE)], Exit.FINE),
        ([answer(ReachVerdict.WORKS), answer(ReachVerdict.CANNOT_TELL)], Exit.UNREAD),
        ([answer(ReachVerdict.BLOCKED), answer(ReachVerdict.CANNOT_TELL)], Exit.UNREAD),
        ([answer(ReachVerdict.WORKS), answer(ReachVerdict.BLOCKED, blocked_at=Stage.TCP)], Exit.FINDINGS),
        ([answer(ReachVerdict.BLOCKED), DeviceReachability.not_collected(result("refused"))], Exit.UNREAD),
        ([answer(ReachVerdict.WORKS, result=result(status=DeviceStatus.PARTIAL))], Exit.UNREAD),
        ([DeviceReachability.not_collected(result("defect")), answer(ReachVerdict.BLOCKED)], Exit.UNREAD),
    ],
)
def test_exit_codes(answers: list[DeviceReachability], code: Exit) -> None:
    found = ReachabilityResult(run_id="x", path=Path("runs/x"), devices=tuple(answers), seconds=1.0)
    assert code_of(*reachability_results(found)) is code


def test_what_a_switch_says_breaks_neither_the_terminal_nor_xml() -> None:
    nasty = verbatim("\x1b[2J<&>\x00\udcff\u202e]]>\nsecond line")
    found = answer(ReachVerdict.BLOCKED, blocked_at=Stage.TCP, cause=nasty, next_steps=(nasty,))

    view = reachability_view([found], path="runs/x", seconds=1.0)

    printed = render(view, "x", Lang.EN)
    assert "\x1b[2J" not in printed
    assert "\u202e" not in printed
    failure = parse_xml(reachability_junit.render(view, Lang.EN)).find(".//failure")  # noqa: S314 - our own file
    assert failure is not None
    assert "<&>" in (failure.text or "")


def test_switches_of_which_the_same_is_said_are_named_together() -> None:
    cause = verbatim("the firewall")
    answers = [
        DeviceReachability(
            result=DeviceResult(name=f"sw{number}", site="tokyo", status=DeviceStatus.OK),
            plan=ReachabilityPlan(situation=ConnectionDirection.CONNECTS, path=Way()),
            conclusion=Conclusion(verdict=ReachVerdict.BLOCKED, blocked_at=Stage.TCP, cause=cause),
        )
        for number in range(8)
    ]

    printed = render(reachability_view(answers, path="runs/x", seconds=1.0), "x", Lang.EN)

    assert "sw0, sw1, sw2, sw3, sw4 and 3 more:\n  the firewall\n" in printed
    assert "     8  the firewall" in printed


@pytest.mark.parametrize("status", [DeviceStatus.PARTIAL, DeviceStatus.FAILED])
def test_what_was_not_read_is_tested_again_by_a_command(status: DeviceStatus) -> None:
    def printed(*statuses: DeviceStatus) -> str:
        answers = [answer(ReachVerdict.WORKS, result=result(status=each)) for each in statuses]
        return render(reachability_view(answers, path="runs/x", seconds=1.0), "4f1c2a", Lang.EN)

    command = "slp-ops check-reachability --resume 4f1c2a"
    assert printed(DeviceStatus.OK, status).endswith(command)
    assert command not in printed(DeviceStatus.OK)
