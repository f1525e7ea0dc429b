"""Fleets on a terminal: a summary first, and what is the same once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
import pytest

from slp_ops.app.audit_device import AuditOptions
from slp_ops.app.check_version import judge_release
from slp_ops.app.collect import CollectResult
from slp_ops.app.reach_device import DeviceReachability
from slp_ops.i18n import Lang
from slp_ops.model import DeviceResult, DeviceStatus
from slp_ops.reachability.verdict import Conclusion, ReachVerdict
from slp_ops.report.reachability_view import reachability_view
from slp_ops.report.terminal import collect, reachability, versions

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Slp


@pytest.mark.slow
def test_switches_with_the_same_plan_are_one_entry(lab: Any, slp: Slp) -> None:
    names = [f"sw{number}" for number in range(1, 5)]
    running = lab(**dict.fromkeys(names, "name-server-missing"), fine1="healthy", fine2="healthy")
    words = ("remediate", "--dry-run", "--playbook", "name-server")
    params = {"name_servers": "10.10.0.53"}
    printed = slp(running, *words, params=params).stdout
    assert printed.count("ip name-server 10.10.0.53") * 4 == (
        slp(running, *words, "--details", params=params).stdout.count("ip name-server 10.10.0.53")
    )
    assert "  the same plan for 3 more: sw2, sw3, sw4\n" in printed
    assert printed.count("fine1") == 1
    assert "  fine1, fine2: " in printed
    japanese = slp(running, *words, "--lang", "ja", params=params).stdout
    assert "  同じプラン ほか 3 台: sw2, sw3, sw4\n" in japanese
    plan = json.loads(slp(running, *words, "--json", params=params).stdout)
    assert [each["name"] for each in plan["devices"]] == names


def test_plans_that_differ_in_a_line_are_entries_of_their_own(lab: Any, slp: Slp) -> None:
    running = lab(sw1="name-server-missing", sw2="name-server-missing")
    running.change("sw2", lambda switch: switch.config.apply("ip name-server 192.0.2.1"))
    printed = slp(
        running, "remediate", "--dry-run", "--playbook", "name-server", params={"name_servers": "10.10.0.53"}
    ).stdout
    assert "the same plan" not in printed


def results(count: int) -> list[DeviceResult]:
    """Switches of which the last was read in part."""
    states = [DeviceStatus.OK] * (count - 1) + [DeviceStatus.PARTIAL]
    return [
        DeviceResult(name=f"sw{number}", site="tokyo", status=status)
        for number, status in enumerate(states, 1)
    ]


def test_many_switches_that_were_read_are_one_line(tmp_path: Path) -> None:
    def printed(count: int, lang: Lang = Lang.EN, *, details: bool = False) -> str:
        devices = tuple(results(count))
        result = CollectResult(run_id="r1", path=tmp_path, devices=devices, folders={}, seconds=1.0)
        return click.unstyle(collect.render(result, lang, details=details))

    lines = printed(400).splitlines()
    assert lines[1] == "399 devices read completely: sw1, sw2, sw3, sw4, sw5, sw6 and 393 more"
    assert len(lines) < 12
    assert printed(400, Lang.JA).splitlines()[1].startswith("取得完了 399 台: sw1, ")
    assert any(line.startswith("sw400 ") for line in lines)
    assert "400 devices: 399 ok, 1 partial" in printed(400)
    assert printed(400, details=True).count("\nsw") == 400
    assert printed(3).count("\nsw") == 3


def test_many_switches_that_reach_their_servers_are_one_line() -> None:
    def printed(count: int, lang: Lang, *, details: bool = False) -> str:
        answers = [
            DeviceReachability(
                result=each,
                conclusion=Conclusion(
                    verdict=ReachVerdict.WORKS
                    if each.status is DeviceStatus.OK
                    else ReachVerdict.NOT_APPLICABLE
                ),
            )
            for each in results(count)
        ]
        view = reachability_view(answers, path="runs/r1", seconds=1.0)
        return reachability.render(view, "r1", lang, details=details)

    lines = printed(400, Lang.EN).splitlines()
    assert lines[1] == "399 switches reach their servers: sw1, sw2, sw3, sw4, sw5, sw6 and 393 more"
    assert len(lines) < 9
    assert printed(400, Lang.JA).splitlines()[1].startswith("到達可 399 台: sw1, ")
    assert printed(400, Lang.EN, details=True).count("\nsw") == 400
    assert printed(3, Lang.EN).count("\nsw") == 3


def test_switches_of_one_release_are_one_entry() -> None:
    def printed(lang: Lang, *, details: bool = False) -> str:
        options = AuditOptions()
        old, new = (judge_release(text, audit_options=options) for text in ("17.3.3", "17.15.4"))
        rows = [replace(old, device=f"old{number}") for number in range(24)]
        rows += [replace(new, device="new0")]
        return click.unstyle(versions.render(rows, options.knowledge, lang, details=details))

    lines = printed(Lang.EN).splitlines()
    assert lines[:2] == ["17.3.3  24 switches", "  old0, old1, old2, old3, old4, old5 and 18 more"]
    assert sum(line.startswith("  FN72323 ") for line in lines) == 2  # once for each release
    assert "new0  17.15.4" in lines
    assert any(line.startswith("old0, old1, old2, old3, old4, old5 and 18 more  17.3.3 ") for line in lines)
    assert printed(Lang.JA).splitlines()[0] == "17.3.3  24 台"
    assert sum(line.startswith("  FN72323 ") for line in printed(Lang.EN, details=True).splitlines()) == 25
