"""After a change the command that proves it is printed, and it works as it is printed."""

from __future__ import annotations

import json
import re
import shlex
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app.follow_up import switch_options
from slp_ops.app.selection import DeviceSelection, Selection
from tests.as_operator import slp_ops, write_inventory

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

JOURNAL = {"en": "Journal", "ja": "ジャーナル"}
CHECK = {"en": "Check the result: ", "ja": "結果の確認: "}
REMAIN = {"en": "Findings that remain:\n  sw1: ", "ja": "残っている検出事項:\n  sw1: "}


@pytest.fixture
def call(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    return partial(slp_ops, tmp_path)


def _fleet(running: Any, folder: Path, *names: str) -> tuple[str, ...]:
    """Write an inventory in a folder with a blank; return the options that a command needs to find it."""
    (folder / "the lab").mkdir()
    write_inventory(folder / "the lab" / "switches.yaml", running, *names)
    return ("-i", "the lab/switches.yaml", "--runs-dir", "the lab/runs", "--known-hosts", "keys")


def _typed(text: str, pattern: str) -> list[str]:
    """Return the arguments of the command that a text names."""
    (found,) = re.findall(pattern, text)
    words = shlex.split(found)
    assert words[0] == "slp-ops", text
    return words[1:]


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.slow
def test_the_command_that_proves_a_change(lab: Any, call: Any, tmp_path: Path, lang: str) -> None:
    running = lab(sw1="lookup-disabled", sw2="healthy")
    options = _fleet(running, tmp_path, "sw1", "sw2")

    done = call("remediate", *options, "--yes", "--lang", lang)
    assert REMAIN[lang] in done.stdout
    check = _typed(done.stdout, f"{CHECK[lang]}(.*)")
    proof = call(*check, "--json")
    assert [each["name"] for each in json.loads(proof.stdout)["devices"]] == ["sw1"]
    assert proof.returncode == done.returncode

    journal = re.findall(f"{JOURNAL[lang]}: (.*)", done.stdout)[0]
    back = call("remediate", *options, "--rollback", journal, "--yes", "--json", "--lang", lang)
    assert call(*_typed(back.stderr, f"{CHECK[lang]}(.*)")).returncode == 3


@pytest.mark.slow
def test_the_command_that_continues_a_change(lab: Any, call: Any, tmp_path: Path) -> None:
    running = lab(sw1="lookup-disabled")
    options = _fleet(running, tmp_path, "sw1")
    running.access("sw1", denied=("write memory",))

    failed = call("remediate", *options, "--yes")
    assert failed.returncode == 5
    running.access("sw1", denied=())
    printed = _typed(failed.stdout, "hint: .*?(slp-ops [^;]*--resume [^;]*)(?:;|\n)")
    blocked = call("remediate", *options, "--yes")
    named = _typed(blocked.stderr, r"is unfinished: .*?: (slp-ops remediate .*?) \(to abandon")
    assert named == printed
    resumed = call(*named)
    assert "sw1 (tokyo): done" in resumed.stdout, resumed.stderr


@pytest.mark.slow
def test_the_command_that_plans_again(lab: Any, call: Any, tmp_path: Path) -> None:
    running = lab(sw1="clock-wrong", sw2="healthy")
    options = _fleet(running, tmp_path, "sw1", "sw2")
    given = ("--playbook", "ntp-server", "--param", "ntp_servers=192.0.2.7")
    planned = call("remediate", *options, *given, "--dry-run", "--out", "the plan.json")
    assert planned.returncode == 0, planned.stderr
    path = tmp_path / "the plan.json"
    plan = json.loads(path.read_text())
    plan["devices"][0]["release"] = "17.1.1"
    path.write_text(json.dumps(plan))

    stale = call("remediate", *options, "--plan", "the plan.json", "--yes")
    assert stale.returncode == 2
    again = call(*_typed(stale.stderr, "plan again: (.*)"))
    assert again.returncode == 0, again.stderr
    applied = call(*_typed(again.stdout, "Apply it with: (.*)"), "--yes", "--wait", "1")
    assert "ntp server 192.0.2.7" in running.lines("sw1", "config"), applied.stderr


def test_the_command_that_proves_an_exchange(lab: Any, call: Any, tmp_path: Path) -> None:
    running = lab(scale=600.0, sw1="offline-overdue")
    running.change("sw1", lambda switch: switch.configure("ip scp server enable"))
    options = _fleet(running, tmp_path, "sw1")

    saved = call("usage", "save", *options, "--yes")
    assert saved.returncode == 0, saved.stderr
    status = call(*_typed(saved.stdout, f"{CHECK['en']}(.*)"))
    assert status.returncode == 0, status.stderr
    assert "upload it to CSSM" in status.stdout


def test_many_switches_are_selected_as_they_were(tmp_path: Path) -> None:
    selection = Selection(sites=("tokyo",), tags=("core",), limit="tyo-*:!tyo-9")
    target = DeviceSelection(inventory_path=tmp_path / "inventory.yaml", selection=selection)

    assert switch_options(target, ["sw1", "sw2"]) == "--limit sw1,sw2"
    for names in ([f"sw{number}" for number in range(21)], ["sw 1"]):
        assert switch_options(target, names) == "--site tokyo --tag core --limit 'tyo-*:!tyo-9'"
