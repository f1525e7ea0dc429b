"""Class 19: outputs in what automation tools write, and in the archives of collectors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from slp_ops.app.audit_device import AuditOptions, audit_device
from slp_ops.app.inputs import from_files
from slp_ops.commands._tool_outputs import as_terminal_log
from slp_ops.errors import InputError
from tests.field.audited import HEALTHY, Audited
from tests.field.judged import devices, findings

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.app.audit_device import AuditedDevice

STATUS = "show license status"
FRESH = """\
Utility:
  Status: DISABLED

Smart Licensing Using Policy:
  Status: ENABLED

Transport:
  Type: cslu
  Cslu address: <empty>

Trust Code Installed: <none>
"""
GOOD = HEALTHY[STATUS]
UNRESOLVED = (
    "Mar  6 09:11:02.212: %SMART_LIC-3-COMM_FAILED: Communications failure with the Cisco Smart Software "
    "Manager (CSSM) : Unable to resolve server hostname/domain name"
)


def result(*texts: str, commands: list[object]) -> dict[str, object]:
    """Return the result of a task of Ansible."""
    return {"stdout": list(texts), "invocation": {"module_args": {"commands": commands}}}


FORMS = {
    "NAPALM": json.dumps({STATUS: FRESH, "show version": "osl-1 uptime is 3 weeks\n"}),
    "by host and command": json.dumps({"osl-1": {"sh lic stat": FRESH}}),
    "records": json.dumps([{"host": "osl-1", "command": STATUS, "output": FRESH}], indent=1),
    "records by line": json.dumps({"device": "osl-1", "cmd": STATUS, "result": FRESH}) + "\n",
    "Ansible's callback": json.dumps(
        {
            "plays": [
                {
                    "play": {"name": "switches"},
                    "tasks": [{"hosts": {"osl-1": result(FRESH, commands=[STATUS])}}],
                }
            ]
        }
    ),
    "Ansible's console": "ok: [osl-1] => " + json.dumps(result(FRESH, commands=[{"command": STATUS}])) + "\n",
    "Ansible's lines": 'ok: [osl-1] => {\n    "out.stdout_lines": '
    + json.dumps([FRESH.splitlines()], indent=4).replace("\n]", "\n    ]")
    + "\n}\n\nPLAY RECAP\n",
    "Ansible's msg": "ok: [osl-1] => " + json.dumps({"msg": FRESH}, indent=4) + "\n",
    "pyATS": "2025-03-06 10:31:39,357: %UNICON-INFO: +++ osl-1 with via 'cli': executing command "
    f"'{STATUS}' +++\n{STATUS}\n{FRESH}osl-1#\n",
    "pyATS without an echo": f"%UNICON-INFO: +++ osl-1 with via 'vty': executing command '{STATUS}' +++\n"
    f"{FRESH}osl-1#\n",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_an_output_in_a_form_of_a_tool(tmp_path: Path, text: str) -> None:
    audited = Audited(tmp_path, text)
    assert audited.device["name"] in ("osl-1", "Switch")
    assert audited.found["cslu-address-missing"]["severity"] == "error"
    assert "Cslu address: <empty>" in audited.evidence("cslu-address-missing")
    assert (audited.state, audited.code) == ("findings", 3)


def test_lines_of_pyats_keep_their_numbers() -> None:
    text = FORMS["pyATS"]
    assert as_terminal_log(text).splitlines()[2:] == text.splitlines()[2:]


def test_each_host_of_a_tool_is_a_switch(tmp_path: Path) -> None:
    text = "ok: [osl-1] => " + json.dumps(result(FRESH, commands=[STATUS]))
    text += (
        "\nok: [core] => " + json.dumps(result(UNRESOLVED, GOOD, commands=["show logging", STATUS])) + "\n"
    )
    found = devices(tmp_path, text)
    assert list(found) == ["osl-1", "core"]
    assert "cslu-address-missing" in findings(found["osl-1"])
    assert findings(found["core"]) >= {"dns-failure"}
    assert "cslu-address-missing" not in findings(found["core"])


def test_a_healthy_switch_in_records_is_clean(tmp_path: Path) -> None:
    records = [{"hostname": "lyn-acc-4", "command": each, "output": text} for each, text in HEALTHY.items()]
    audited = Audited(tmp_path, json.dumps(records))
    assert (audited.state, audited.code) == ("clean", 0)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"host": "osl-1", "command": STATUS, "output": "", "error": "Connection timed out"}),
        json.dumps({"transport": {"type": "cslu", "cslu_address": "<empty>"}}),  # Genie's dictionary
        '{"stdout": ["' + "x" * 20,
        json.dumps({"msg": "one line"}),
    ],
)
def test_a_text_without_an_output_stays(text: str) -> None:
    printed = as_terminal_log(text)
    assert printed == text or "Type:" not in printed


CONFIG = "version 17.9\nhostname {0}\n{1}\nlicense smart transport smart\nlicense smart url default\nend\n"
NO_LOOKUP, LOOKUP = (
    CONFIG.format("a-1", "no ip domain lookup"),
    CONFIG.format("a-2", "ip name-server 10.1.1.1"),
)


def archive(folder: Path, files: dict[str, str]) -> dict[str, AuditedDevice]:
    """Audit a folder with these files and return its devices by name."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return {
        each.result.name: audit_device(
            each.result, each.facts, audit_options=AuditOptions(), intent=each.intent
        )
        for each in from_files([folder])
    }


@pytest.mark.parametrize(
    "files",
    [
        {"a-1": NO_LOOKUP, "a-2": LOOKUP},
        {"configs/a-1": NO_LOOKUP, "configs/a-2": LOOKUP, ".git/config": "[core]\n"},
        {"core/router.db": "a-1;cisco;up\n", "core/configs/a-1": NO_LOOKUP, "core/configs/a-2": LOOKUP},
        {"site/a-1/run.txt": NO_LOOKUP, "site/a-2/run.txt": LOOKUP},
        {"all.txt": NO_LOOKUP + "\n" + LOOKUP},
        {"all.txt": LOOKUP.replace("end\n", "!\n") + NO_LOOKUP},
    ],
    ids=["one folder", "Oxidized", "RANCID", "a folder for each", "one file", "one file without ends"],
)
def test_each_configuration_of_an_archive_is_a_switch(tmp_path: Path, files: dict[str, str]) -> None:
    found = archive(tmp_path / "archive", files)
    assert set(found) == {"a-1", "a-2"}
    (off,) = (each for each in found["a-1"].failing if each.rule == "domain-lookup-disabled")
    assert off.severity.value == "error"
    assert off.finding is not None
    assert [each.text for each in off.finding.evidence] == ["no ip domain lookup"]
    assert not findings(found["a-2"]) & {"domain-lookup-disabled", "name-server-missing"}


def test_outputs_of_one_switch_in_one_folder_are_one_switch(tmp_path: Path) -> None:
    files = {
        "run.txt": NO_LOOKUP,
        "version.txt": "a-1 uptime is 3 weeks\n",
        "status.txt": f"{STATUS}\n{GOOD}",
    }
    assert list(archive(tmp_path / "a-1", files)) == ["a-1"]


def test_an_archive_without_outputs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no known show command"):
        archive(tmp_path / "notes", {"old/readme.txt": "nothing here\n"})
