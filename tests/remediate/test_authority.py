"""Edited plans and journals: refused, or planned again with consent; the lab records what was sent."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.errors import InputError
from slp_ops.planning.documents import plan_of
from slp_ops.transport.dialogue import keys
from tests.as_operator import slp_ops, write_inventory

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

EVIL = "username evil privilege 15 secret 0 evil"
LINE = "ip domain lookup"
REMAINS = 3  # the communication of this scenario still fails after the repair
Document = dict[str, Any]


@pytest.fixture
def site(lab: Any, tmp_path: Path) -> Site:
    return Site(lab(sw1="lookup-disabled"), tmp_path)


class Site:
    """One switch with a problem, and slp-ops beside it."""

    def __init__(self, running: Any, folder: Path) -> None:
        self.running = running
        self.folder = folder
        write_inventory(folder / "inv.yaml", running, "sw1")

    def remediate(self, *arguments: str, **environ: Any) -> subprocess.CompletedProcess[str]:
        return slp_ops(self.folder, "remediate", "-i", "inv.yaml", "--json", *arguments, **environ)

    @property
    def config(self) -> list[str]:
        return [line for line in self.running.lines("sw1", "config") if line != "end"]

    @property
    def plan(self) -> Path:
        path = self.folder / "plan.json"
        if not path.exists():
            assert self.remediate("--dry-run", "--out", "plan.json").returncode == 0
        return path

    def journal(self) -> Path:
        """A journal of a change that was applied."""
        done = self.remediate("--yes")
        assert done.returncode == REMAINS, done.stderr
        return self.folder / str(json.loads(done.stdout)["journal"])

    def kill_before(self, journal: Path, event: str) -> list[str]:
        """Leave the journal and the index as a kill before this event does; return the journal's lines."""
        lines = journal.read_text().splitlines()
        kept = lines[: next(n for n, line in enumerate(lines) if json.loads(line)["event"] == event)]
        journal.write_text("\n".join(kept) + "\n")
        (state,) = (self.folder / "state" / "slp-ops" / "changes").glob("*-remediate-*.state")
        state.write_text(f"{json.loads(kept[-1])['seal']} open\n")
        return kept


def _action(plan: Document) -> Document:
    action: Document = plan["devices"][0]["actions"][0]
    return action


def _change(plan: Document) -> Document:
    change: Document = _action(plan)["steps"][0]["changes"][0]
    return change


PLAN_EDITS: dict[str, Callable[[Document], object]] = {
    "line": lambda plan: _change(plan)["line"].update(text=EVIL),
    "undo": lambda plan: _change(plan)["undo"][0].update(text=EVIL),
    "was": lambda plan: _change(plan).update(was=[EVIL]),
    "verify": lambda plan: _action(plan).update(verify=[]),
    "save": lambda plan: _action(plan).update(save=False),
    "risk": lambda plan: _action(plan).update(risk="disruptive"),
    "title": lambda plan: _action(plan).update(title={"en": "x", "ja": "x"}),
    "irreversible": lambda plan: _action(plan).update(irreversible={"en": "x", "ja": "x"}),
    "consent": lambda plan: _action(plan).update(consent={"en": "x", "ja": "x"}),
    "no_rollback": lambda plan: _action(plan).update(no_rollback={"en": "x", "ja": "x"}),
    "parameters": lambda plan: _action(plan)["params"].update(evil="1"),
    "secrets": lambda plan: _action(plan).update(secrets=["token"]),
    "serials": lambda plan: plan["devices"][0].update(serials=["FOC00000000"]),
    "site": lambda plan: plan["devices"][0].update(site="osaka"),
    "release": lambda plan: plan["devices"][0].update(release="17.1.1"),
    "no steps": lambda plan: _action(plan).update(steps=[]),
    "another step": lambda plan: _action(plan)["steps"].append({"kind": "exec", "command": "reload"}),
}


@pytest.mark.slow
def test_each_edit_of_a_plan_makes_it_stale(site: Site) -> None:
    whole = site.plan.read_text()
    for name, edit in PLAN_EDITS.items():
        plan = json.loads(whole)
        edit(plan)
        site.plan.write_text(json.dumps(plan))
        done = site.remediate("--plan", "plan.json", "--yes", "--allow", "destructive", "--confirm", "sw1")
        assert (name, done.returncode, done.stdout) == (name, 2, "")
        assert "is stale for sw1; nothing was sent" in done.stderr, (name, done.stderr)
        assert "plan again: slp-ops remediate " in done.stderr
    assert site.config == []


def test_a_plan_of_another_user_is_planned_again(site: Site) -> None:
    assert site.plan.exists()
    elsewhere = {"XDG_STATE_HOME": str(site.folder / "elsewhere")}
    done = site.remediate("--plan", "plan.json", "--yes", **elsewhere)
    assert done.returncode == REMAINS, done.stderr
    assert "was not written by slp-ops of this user" in done.stderr
    assert site.config == [LINE]


@pytest.mark.slow
def test_a_plan_without_its_notes_and_reasons_is_shown_with_them_again(site: Site) -> None:
    plan = json.loads(site.plan.read_text())
    _action(plan).update(because=[], notes=[])
    site.plan.write_text(json.dumps(plan))
    done = site.remediate("--plan", "plan.json", "--yes")
    assert done.returncode == REMAINS, done.stderr
    assert "planned again" in done.stderr


@pytest.mark.slow
def test_a_plan_that_lowers_its_own_risk_is_stale(lab: Any, tmp_path: Path) -> None:
    site = Site(lab(sw1="polling-id-invalid"), tmp_path)
    named = ("--playbook", "factory-reset")
    assert site.remediate(*named, "--dry-run", "--out", "plan.json").returncode == 0
    path = tmp_path / "plan.json"
    plan = json.loads(path.read_text())
    assert _action(plan)["risk"] == "destructive"
    _action(plan).update(risk="change", consent=None, irreversible=None)
    path.write_text(json.dumps(plan))
    done = site.remediate("--plan", "plan.json", "--yes", SLP_OPS_PARAM_TOKEN="LAB-VALID-TOKEN")
    assert done.returncode == 2
    assert "factory-reset: risk" in done.stderr
    assert "license smart factory reset" not in site.running.lines("sw1", "exec")


def test_a_plan_with_a_control_character_is_refused(site: Site) -> None:
    plan = json.loads(site.plan.read_text())
    _change(plan)["line"]["text"] = f"{LINE}\n{EVIL}"
    site.plan.write_text(json.dumps(plan))
    done = site.remediate("--plan", "plan.json", "--yes")
    assert (done.returncode, site.config) == (2, [])
    assert "has a control character" in done.stderr


def _lines_without(lines: list[str], number: int) -> list[str]:
    return lines[:number] + lines[number + 1 :]


def _edited_begin(lines: list[str], edit: Callable[[Document], object]) -> list[str]:
    begin = json.loads(lines[0])
    edit({"devices": begin["plans"]})
    return [json.dumps(begin), *lines[1:]]


JOURNAL_EDITS: dict[str, Callable[[list[str]], list[str]]] = {
    **{
        name: (lambda edit: lambda lines: _edited_begin(lines, edit))(PLAN_EDITS[name])
        for name in ("verify", "save", "risk", "parameters", "consent", "no_rollback", "no steps")
    },
    "notes": lambda lines: _edited_begin(lines, lambda plan: _action(plan).update(notes=[], because=[])),
    "line": lambda lines: _edited_begin(lines, PLAN_EDITS["line"]),
    "undo": lambda lines: _edited_begin(lines, PLAN_EDITS["undo"]),
    "another step": lambda lines: _edited_begin(lines, PLAN_EDITS["another step"]),
    "serials": lambda lines: _edited_begin(lines, PLAN_EDITS["serials"]),
    "the last event is removed": lambda lines: lines[:-1],
    "an event is removed": lambda lines: _lines_without(lines, 1),
    "events are swapped": lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
    "an event is added": lambda lines: [*lines, lines[1]],
    "a state is edited": lambda lines: [lines[0], lines[1].replace("begun", "done"), *lines[2:]],
    "no seals": lambda lines: [json.dumps(_unsealed(line)) for line in lines],
}


def _unsealed(line: str) -> Document:
    return {name: value for name, value in json.loads(line).items() if name != "seal"}


@pytest.mark.slow
def test_each_edit_of_a_journal_costs_its_authority(site: Site) -> None:
    journal = site.journal()
    assert site.config == [LINE]
    site.running.change("sw1", lambda switch: switch.configure(f"no {LINE}"))
    # The change has failed to last; the journal is that of a switch that is not finished.
    whole = site.kill_before(journal, "end")
    for name, edit in JOURNAL_EDITS.items():
        journal.write_text("\n".join(edit(whole)) + "\n")
        done = site.remediate("--resume", str(journal))
        assert (name, done.returncode, done.stdout) == (name, 2, "")
        assert "its playbooks are planned again" in done.stderr, (name, done.stderr)
        assert "--yes" in done.stderr, (name, done.stderr)
    assert site.config == [LINE]
    done = site.remediate("--resume", str(journal), "--yes")
    assert done.returncode == REMAINS, done.stderr
    assert site.config == [LINE, LINE]


@pytest.mark.slow
def test_a_change_that_is_planned_again_is_saved(site: Site) -> None:
    journal = site.journal()
    # It was killed before it was saved, and its journal was edited. Its line is in force.
    lines = site.kill_before(journal, "saved")
    journal.write_text("\n".join(JOURNAL_EDITS["no seals"](lines)) + "\n")
    saves = site.running.lines("sw1", "exec").count("write memory")
    done = site.remediate("--resume", str(journal))
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert site.running.lines("sw1", "exec").count("write memory") == saves
    done = site.remediate("--resume", str(journal), "--yes")
    assert done.returncode == REMAINS, done.stderr
    assert site.running.lines("sw1", "exec").count("write memory") == saves + 1
    assert site.config == [LINE]
    # It is at its end now: nothing is named any more.
    done = site.remediate("--dry-run")
    assert done.returncode == REMAINS, done.stderr
    assert "unfinished" not in done.stderr


@pytest.mark.slow
def test_an_unfinished_change_is_named_in_the_language_of_the_operator(site: Site) -> None:
    journal = site.journal()
    site.kill_before(journal, "saved")
    done = site.remediate("--yes", "--lang", "ja")
    assert done.returncode == 5
    assert "sw1 の変更が未完了です" in done.stderr
    assert f"slp-ops remediate -i inv.yaml --resume {journal.relative_to(site.folder)}" in done.stderr
    assert json.loads(done.stdout)["devices"] == []
    assert site.config == [LINE]
    # The command that is named ends it.
    assert site.remediate("--resume", str(journal)).returncode == REMAINS
    assert site.remediate("--dry-run").returncode == REMAINS


@pytest.mark.slow
def test_a_failed_change_is_neither_resumed_nor_rolled_back_after_a_newer_one(site: Site) -> None:
    access = site.running.rack["sw1"].host.switch.access
    site.running.change("sw1", lambda switch: setattr(switch, "access", replace(access, denied=(LINE,))))
    failed = site.remediate("--yes")
    assert failed.returncode == 5, failed.stderr
    site.running.change("sw1", lambda switch: setattr(switch, "access", access))
    newer = site.journal()
    sent = site.config
    journal = json.loads(failed.stdout)["journal"]
    for option in ("--resume", "--rollback"):
        done = site.remediate(option, journal, "--yes")
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert "sw1 was changed since by remediate" in done.stderr
        assert "nothing was sent" in done.stderr
        assert f"--rollback {newer.relative_to(site.folder)}" in done.stderr
    assert site.config == sent
    # The way on that is named.
    assert site.remediate("--rollback", str(newer), "--yes").returncode == 0
    assert site.remediate("--rollback", journal, "--yes").returncode == 0


@pytest.mark.slow
def test_a_journal_of_another_verb_is_refused(site: Site) -> None:
    journal = site.journal()
    lines = journal.read_text().splitlines()
    begin = json.loads(lines[0])
    begin["verb"] = "usage-save"
    journal.write_text("\n".join([json.dumps(begin), *lines[1:]]) + "\n")
    for option in ("--resume", "--rollback"):
        done = site.remediate(option, str(journal), "--yes")
        assert done.returncode == 2
        assert "is the journal of usage save" in done.stderr
    assert site.config == [LINE]


@pytest.mark.slow
def test_undo_lines_come_from_the_playbook(site: Site) -> None:
    journal = site.journal()
    whole = journal.read_text().splitlines()
    for name in ("line", "undo", "was"):
        journal.write_text("\n".join(_edited_begin(whole, PLAN_EDITS[name])) + "\n")
        done = site.remediate("--rollback", str(journal), "--yes")
        assert (name, done.returncode, done.stdout) == (name, 2, "")
        assert "was changed since" in done.stderr, (name, done.stderr)
        assert "by hand" in done.stderr, (name, done.stderr)
    assert site.config == [LINE]
    # Its lines are those of the playbook: with consent they are sent.
    journal.write_text("\n".join(JOURNAL_EDITS["no seals"](whole)) + "\n")
    assert site.remediate("--rollback", str(journal)).returncode == 2
    done = site.remediate("--rollback", str(journal), "--yes")
    assert done.returncode == 0, done.stderr
    assert site.config == [LINE, f"no {LINE}"]


def test_an_untouched_journal_needs_no_second_consent(site: Site) -> None:
    journal = site.journal()
    lines = site.kill_before(journal, "end")
    # A kill may tear a line, and may come between a line and its seal in the index.
    (state,) = (site.folder / "state" / "slp-ops" / "changes").glob("*-remediate-*.state")
    state.write_text(f"{json.loads(lines[-2])['seal']} open\n")
    journal.write_text("\n".join(lines) + '\n{"at":"2026-11-27T')
    done = site.remediate("--resume", str(journal))
    assert done.returncode == REMAINS, done.stderr
    assert "planned again" not in done.stderr
    assert site.config == [LINE]


@pytest.mark.slow
def test_a_complete_journal_that_was_cut_is_planned_again(site: Site) -> None:
    journal = site.journal()
    whole = journal.read_text().splitlines()
    journal.write_text("\n".join(whole[:2]) + "\n")  # as if its step had only begun
    done = site.remediate("--resume", str(journal))
    assert "planned again" in done.stderr
    assert site.config == [LINE]


def test_a_control_character_is_refused_where_a_plan_is_read(site: Site) -> None:
    plan = json.loads(site.plan.read_text())
    _change(plan)["line"]["text"] = f"{LINE}\n{EVIL}"
    with pytest.raises(InputError, match="has a control character"):
        plan_of(plan["devices"][0], "plan.json")


@pytest.mark.parametrize("line", ["a\nb", "a\rb", "a\x03", "a\x1a", "a\x7f", "a\tb", "\u3042"])
def test_a_control_character_is_refused_where_a_line_is_sent(line: str) -> None:
    with pytest.raises(InputError, match="was not sent"):
        keys(line)
