"""Edited journals of the exchange: refused with a message, and no switch gets a line of them."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

EVIL = "copy flash:evil.cfg startup-config"
Lines = list[str]


def _begin(lines: Lines, edit: Callable[[dict[str, Any]], object]) -> Lines:
    begin = json.loads(lines[0])
    edit(begin)
    return [json.dumps(begin), *lines[1:]]


def _action(begin: dict[str, Any]) -> dict[str, Any]:
    action: dict[str, Any] = begin["plans"][0]["actions"][0]
    return action


def _command(begin: dict[str, Any], line: str) -> None:
    step = next(step for step in _action(begin)["steps"] if step["kind"] == "exec")
    step["command"] = line


EDITS: dict[str, Callable[[Lines], Lines]] = {
    "line": lambda lines: _begin(lines, lambda begin: _command(begin, EVIL)),
    "parameters": lambda lines: _begin(lines, lambda begin: _action(begin)["params"].update(file="evil")),
    "notes": lambda lines: _begin(lines, lambda begin: _action(begin).update(notes=[])),
    "verification": lambda lines: _begin(lines, lambda begin: _action(begin).update(verify=[])),
    "consent": lambda lines: _begin(lines, lambda begin: _action(begin).update(consent=None)),
    "folder": lambda lines: _begin(lines, lambda begin: begin.update(to="elsewhere", acks="elsewhere")),
    "the end is missing": lambda lines: lines[:-2],
    "reordered": lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
    "without seals": lambda lines: [
        json.dumps({name: value for name, value in json.loads(line).items() if name != "seal"})
        for line in lines
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["save", "import"])
def test_each_edit_of_a_journal_is_refused(
    lab: Any, inventory: Any, usage: Any, cssm: Any, environment: dict[str, str], tmp_path: Path, verb: str
) -> None:
    running = lab(scale=600.0, sw1="offline-overdue")
    running.change("sw1", lambda switch: switch.configure("ip scp server enable"))
    inventory(running, "sw1")
    done = usage("save", "--yes", "--json")
    assert done.code == 0, done.err
    other = "save"
    if verb == "import":
        (tmp_path / "acks").mkdir()
        for file in done.json["files"]:
            data = cssm.upload(Path(file["path"]).read_bytes())
            (tmp_path / "acks" / "a.txt").write_bytes(data)
        done = usage("import", "acks", "--yes", "--json", "--wait", "30")
        assert done.code == 0, done.err
    else:
        other = "import"
    journal = tmp_path / done.json["journal"]
    whole = journal.read_text().splitlines()
    before = list(running.rack.journal.entries)

    def refused(name: str, *words: str) -> None:
        ended = usage(verb, "--resume", journal, "--json")
        assert (name, ended.code, ended.out) == (name, 2, "")
        for each in words:
            assert each in ended.err, (name, ended.err)

    for name, edit in EDITS.items():
        journal.write_text("\n".join(edit(whole)) + "\n")
        refused(name, "was changed since; nothing was sent", f"plan again: slp-ops usage {verb}")
    journal.write_text("\n".join(_begin(whole, lambda begin: _command(begin, f"dir flash:\n{EVIL}"))) + "\n")
    refused("control character", "has a control character", "nothing was sent")
    journal.write_text("\n".join(whole) + "\n")
    environment["XDG_STATE_HOME"] = str(tmp_path / "another-user")
    refused("another machine", "was not written by slp-ops of this user")
    environment["XDG_STATE_HOME"] = str(tmp_path / "state")
    foreign = usage(other, "--resume", journal)
    assert foreign.code == 2
    assert f"is the journal of usage-{verb}" in foreign.err
    assert f"slp-ops usage {verb} --resume" in foreign.err
    assert list(running.rack.journal.entries) == before

    journal.write_text("\n".join(EDITS["notes"](whole)) + "\n")
    _, _, again = usage(verb, "--resume", journal).err.rpartition("plan again: slp-ops usage ")
    assert usage(*shlex.split(again)).code == 0, again
