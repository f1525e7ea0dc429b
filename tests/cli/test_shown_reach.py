"""How the answers of check-reachability are shown, without any switch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import parse as parse_xml

import pytest

from slp_ops import errors
from slp_ops.cli import shown_reach
from slp_ops.cli.exits import Exit
from slp_ops.errors import ConnectError, CredentialError, InputError
from slp_ops.model import DeviceResult, DeviceStatus, Trouble
from slp_ops.reachability.plan import Path as Way
from slp_ops.reachability.plan import Plan, Situation
from slp_ops.reachability.verdict import Conclusion, ReachVerdict, Stage
from slp_ops.rules.text import Lang, verbatim
from slp_ops.usecases.reach import Reached

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {
    kind.kind
    for kind in vars(errors).values()
    if isinstance(kind, type)
    and issubclass(kind, ConnectError | CredentialError)
    and kind is not ConnectError
}


def result(kind: str = "", status: DeviceStatus = DeviceStatus.OK, message: str = "why") -> DeviceResult:
    error = Trouble(kind=kind, message=message, hint="what to do") if kind else None
    return DeviceResult(name="sw1", site="tokyo", status=status, error=error)


def answer(verdict: ReachVerdict, **more: Any) -> Reached:
    return Reached(
        result=more.pop("result", result()),
        plan=Plan(situation=Situation.CONNECTS, path=Way()),
        conclusion=Conclusion(verdict=verdict, **more),
    )


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_trouble_of_a_login_belongs_to_one_stage(kind: str) -> None:
    told = shown_reach.operator(Reached.unasked(result(kind, DeviceStatus.FAILED)))

    stages = [stage for stage, verdict in told.items() if verdict == kind and stage != "verdict"]
    assert len(stages) == 1
    before, after = list(told)[1 : list(told).index(stages[0])], list(told)[list(told).index(stages[0]) + 1 :]
    assert {told[stage] for stage in before} <= {"ok"}
    assert {told[stage] for stage in after} <= {"unknown"}


def test_a_trouble_after_the_login_claims_nothing_about_its_stages() -> None:
    told = shown_reach.operator(Reached.unasked(result("session_lost", DeviceStatus.FAILED)))

    assert set(told.values()) == {"session_lost", "unknown"}


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ([answer(ReachVerdict.WORKS)], Exit.FINE),
        ([answer(ReachVerdict.NOT_APPLICABLE), answer(ReachVerdict.CANNOT_TELL)], Exit.FINE),
        ([answer(ReachVerdict.WORKS), answer(ReachVerdict.BLOCKED, blocked_at=Stage.TCP)], Exit.FINDINGS),
        ([answer(ReachVerdict.BLOCKED), Reached.unasked(result("refused"))], Exit.UNREAD),
        ([answer(ReachVerdict.WORKS, result=result(status=DeviceStatus.PARTIAL))], Exit.UNREAD),
        ([Reached.unasked(result("defect")), answer(ReachVerdict.BLOCKED)], Exit.BUG),
    ],
)
def test_exit_codes(answers: list[Reached], code: Exit) -> None:
    assert shown_reach.exit_code(answers) is code


def test_what_a_switch_says_breaks_neither_the_terminal_nor_xml(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nasty = verbatim("\x1b[2J<&>\x00\udcff\u202e]]>\nsecond line")
    found = answer(ReachVerdict.BLOCKED, blocked_at=Stage.TCP, cause=nasty, next_steps=(nasty,))

    shown_reach.print_matrix([found], "runs/x", 1.0, Lang.EN)
    shown_reach.write_junit(str(tmp_path / "x.xml"), [found], Lang.EN, 1.0)

    printed = capsys.readouterr().out
    assert "\x1b[2J" not in printed
    assert "\u202e" not in printed
    failure = parse_xml(tmp_path / "x.xml").getroot().find(".//failure")  # noqa: S314 - our own file
    assert failure is not None
    assert "<&>" in (failure.text or "")


def test_a_junit_file_that_cannot_be_written_is_the_operators_to_mend(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        shown_reach.write_junit(str(tmp_path / "no" / "x.xml"), [], Lang.EN, 1.0)


def test_switches_of_which_the_same_is_said_are_named_together(capsys: pytest.CaptureFixture[str]) -> None:
    cause = verbatim("the firewall")
    answers = [
        Reached(
            result=DeviceResult(name=f"sw{number}", site="tokyo", status=DeviceStatus.OK),
            plan=Plan(situation=Situation.CONNECTS, path=Way()),
            conclusion=Conclusion(verdict=ReachVerdict.BLOCKED, blocked_at=Stage.TCP, cause=cause),
        )
        for number in range(8)
    ]

    shown_reach.print_matrix(answers, "runs/x", 1.0, Lang.EN)

    printed = capsys.readouterr().out
    assert "sw0, sw1, sw2, sw3, sw4 and 3 more:\n  the firewall\n" in printed
    assert "     8  the firewall" in printed
