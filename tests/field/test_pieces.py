"""Classes 18 and 19: parts of outputs without their command, and files of several switches."""

from __future__ import annotations

import json
import pprint
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from slp_ops.cli.main import cli
from slp_ops.commands._exported_log import as_log_lines
from slp_ops.commands._tool_outputs import as_terminal_log
from slp_ops.errors import InputError
from slp_ops.facts import UsageReporting
from slp_ops.parsing import read, split, split_devices
from tests.field.audited import HEALTHY, TEXTS, Audited, healthy_but, pasted
from tests.field.judged import device, devices, field_text, findings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FACTORY_FRESH = """\
Smart Licensing Using Policy:
  Status: ENABLED

Transport:
  Type: cslu
  Cslu address: <empty>

Usage Reporting:
  Last ACK received: <none>
  Next ACK deadline: May 14 09:30:12 2025 CEST

Trust Code Installed: <none>"""
UNRESOLVED = (
    "%SMART_LIC-3-COMM_FAILED: Communications failure with the Cisco Smart License Utility (CSLU) : "
    "Unable to resolve server hostname/domain name"
)
OF_CSSM = "%SMART_LIC-3-COMM_FAILED: Communications failure with the Cisco Smart Software Manager (CSSM) : "


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("65-rows-of-a-collector", "cslu-address-missing"),
        ("66-rows-with-an-address", "cslu-address-missing"),
        ("68-statistics-alone", "token-invalid"),
        ("69-configuration-alone", "http-source-interface-down"),
        ("70-list-with-code", "server-timeout-504"),
        ("72-statistics-without-names", "token-invalid"),
    ],
)
def test_a_text_of_the_field(tmp_path: Path, name: str, rule: str) -> None:
    assert rule in findings(device(tmp_path, field_text(name)))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            "license smart transport cslu\nlicense smart url cslu http:192.0.2.7:8182/cslu/v1/pi\n",
            "url-malformed",
        ),
        ("! from the ticket\nno ip domain lookup\nlicense smart transport smart\n", "domain-lookup-disabled"),
        ("  Type: cslu\n  Cslu address: <empty>\n  Proxy:\n    Not Configured\n", "cslu-address-missing"),
        (f"It says this, why?\n\n{FACTORY_FRESH}\n", "trust-missing"),
        ("We get `" + UNRESOLVED + "` every hour, thanks\n", "cslu-address-missing"),
        (f"The console shows {OF_CSSM}Received empty response from server\n", "empty-response"),
    ],
)
def test_a_part_without_its_command(tmp_path: Path, text: str, rule: str) -> None:
    assert rule in findings(device(tmp_path, text))


def test_rows_of_kibana_keep_their_switches(tmp_path: Path) -> None:
    rows = "".join(f'"Mar {day}, 2025 @ 04:10:11.000","zrh-{day}","{UNRESOLVED}"\n' for day in (1, 2))
    found = devices(tmp_path, f'"@timestamp","host.name","message"\n{rows}')
    assert list(found) == ["zrh-1", "zrh-2"]
    assert all("cslu-address-missing" in findings(each) for each in found.values())


ACKNOWLEDGED = HEALTHY["show license status"]


PAGES = {"osl-1": FACTORY_FRESH, "osl-2": ACKNOWLEDGED}


def indented(text: str) -> str:
    """Return a text as a block of YAML."""
    return "\n".join(f"    {line}".rstrip() for line in text.split("\n"))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            f"show{'*' * 60}\n* osl-1 ** changed : False {'*' * 40}\n"
            f"vvvv show ** changed : False {'v' * 30} INFO\n"
            f"{FACTORY_FRESH}\n^^^^ END show {'^' * 40}\n* osl-2 ** changed : False {'*' * 40}\n"
            f"vvvv show ** changed : False {'v' * 30} INFO\n{ACKNOWLEDGED}\n^^^^ END show {'^' * 40}\n",
            id="Nornir",
        ),
        pytest.param(
            f"osl-1 | CHANGED | rc=0 >>\n{FACTORY_FRESH}\n\nosl-2 | CHANGED | rc=0 >>\n{ACKNOWLEDGED}\n",
            id="Ansible",
        ),
        pytest.param(
            f"osl-1:\n  show license status: |\n{indented(FACTORY_FRESH)}\n"
            f"osl-2:\n  show license status: |\n{indented(ACKNOWLEDGED)}\n",
            id="YAML",
        ),
        pytest.param(f"===== osl-1 =====\n{FACTORY_FRESH}\n===== osl-2 =====\n{ACKNOWLEDGED}\n", id="ruled"),
        pytest.param(f"## osl-1\n\n{FACTORY_FRESH}\n\n## osl-2\n\n{ACKNOWLEDGED}\n", id="Markdown"),
        pytest.param(f"Hi,\n\nosl-1:\n{FACTORY_FRESH}\n\nosl-2:\n{ACKNOWLEDGED}\n", id="mail"),
        pytest.param(f"Device: osl-1\n{FACTORY_FRESH}\nDevice: osl-2\n{ACKNOWLEDGED}\n", id="labelled"),
        pytest.param(f"1) osl-1\n\n{FACTORY_FRESH}\n\n2) osl-2\n\n{ACKNOWLEDGED}\n", id="numbered"),
        pytest.param(f"■ osl-1\n{FACTORY_FRESH}\n\n■ osl-2\n{ACKNOWLEDGED}\n", id="Japanese bullets"),
        pytest.param(f"【機器: osl-1】\n{FACTORY_FRESH}\n\n【機器: osl-2】\n{ACKNOWLEDGED}\n", id="brackets"),
        pytest.param(
            repr({name: {"show license status": page} for name, page in PAGES.items()}), id="print of Python"
        ),
        pytest.param(
            pprint.pformat([{"host": name, "output": page} for name, page in PAGES.items()]), id="pprint"
        ),
        pytest.param(
            f'device,command,output\nosl-1,show license status,"{FACTORY_FRESH}"\n'
            f'osl-2,show license status,"{ACKNOWLEDGED}"\n',
            id="table",
        ),
    ],
)
def test_a_heading_names_the_switch_of_outputs_without_prompts(tmp_path: Path, text: str) -> None:
    found = devices(tmp_path, text)
    assert list(found) == ["osl-1", "osl-2"]
    assert "cslu-address-missing" in findings(found["osl-1"])
    assert not findings(found["osl-2"]) & {"cslu-address-missing", "trust-missing"}


@pytest.mark.parametrize(
    "text",
    [
        f"Vlan10:\nVlan20:\n{FACTORY_FRESH}\n",
        f"osl-1:\n{FACTORY_FRESH}\n",
        f"{FACTORY_FRESH}\n\nTotal:\nQuestions:\n",
    ],
)
def test_other_lines_with_a_colon_are_no_heading(tmp_path: Path, text: str) -> None:
    assert list(devices(tmp_path, text)) == ["pasted"]


@pytest.mark.parametrize(
    "text", ["".join(f"acc-{n}:\n" for n in range(100_000)), "\n" * 400_000 + FACTORY_FRESH]
)
def test_names_or_blank_lines_without_end_are_read(text: str) -> None:
    """A list of each device's lines, or a search that begins anew at each blank line, would not end."""
    assert len(split_devices(text)) == 1


def test_a_device_below_another_keeps_the_lines_of_the_file(tmp_path: Path) -> None:
    text = f"===== osl-1 =====\n{ACKNOWLEDGED}\n===== osl-2 =====\n{FACTORY_FRESH}\n"
    (tmp_path / "pasted.txt").write_text(text)
    done = CliRunner().invoke(cli, ["audit", "--json", str(tmp_path / "pasted.txt")])
    (found,) = (
        each
        for each in json.loads(done.stdout)["outcomes"]
        if (each["device"], each["rule"], each["verdict"]) == ("osl-2", "cslu-address-missing", "fail")
    )
    printed = ("  Type: cslu", "  Cslu address: <empty>")
    places = [place for place, line in enumerate(text.split("\n"), 1) if line in printed]
    assert [each["line"] for each in found["evidence"]] == places


@pytest.mark.parametrize(
    ("time", "printed"),
    [
        ("3/4/2025 2:14:22 PM", "Mar  4 2025 14:14:22"),
        ("3/4/2025 12:14:22 AM", "Mar  4 2025 00:14:22"),
        ("04.03.2025 14:14:22", "Mar  4 2025 14:14:22"),
        ("14/03/2025 14:14:22", "Mar 14 2025 14:14:22"),
    ],
)
def test_local_times_of_collectors(tmp_path: Path, time: str, printed: str) -> None:
    text = f"Time of Message,Hostname,Severity,Message\n{time},osl-1,Error,{UNRESOLVED}\n"
    found = devices(tmp_path, text)
    assert list(found) == ["osl-1"]
    (failing,) = (each for each in found["osl-1"].failing if each.rule == "comm-failing-now")
    assert printed in str(failing)


@pytest.mark.parametrize(
    ("stamp", "trust"),
    [
        ("Time source is NTP, 11:20:41.003 CET Thu Mar 6 2025", "trusted"),
        ("No time source, *11:20:41.003 CET Thu Mar 6 2025", "not-authoritative"),
    ],
)
def test_the_time_above_an_output_is_the_clock(tmp_path: Path, stamp: str, trust: str) -> None:
    above = f"Load for five secs: 1%/0%; one minute: 0%; five minutes: 0%\n{stamp}\n\n"
    text = healthy_but(show_clock=None, show_license_status=above + HEALTHY["show license status"])
    audited = Audited(tmp_path, text)
    assert audited.missing == []
    assert ("clock-not-trusted" in audited.found) is (trust != "trusted")


@pytest.mark.parametrize("text", ["{'a': 1", "['" + "(" * 5000, "{'" + "'\\d'" * 100, "[{'a': open('x')}]"])
def test_what_python_does_not_print_is_no_output(text: str) -> None:
    assert as_terminal_log(f"{text} 'show version'") == f"{text} 'show version'"


def test_prose_is_no_output(tmp_path: Path) -> None:
    text = "Hello, is this normal?\nStatus: open\nThe interface went down yesterday. Trust me.\n"
    with pytest.raises(InputError, match="contains no known show command"):
        devices(tmp_path, text)


@pytest.mark.parametrize("cut", range(0, 75, 2))
def test_a_session_that_begins_anywhere(tmp_path: Path, cut: int) -> None:
    lines = healthy_but().splitlines()
    audited = Audited(tmp_path, "\n".join(lines[cut:]) + "\n") if cut < len(lines) - 2 else None
    assert audited is None or not audited.found


@pytest.mark.parametrize("end", range(4, 75, 2))
def test_a_session_that_ends_anywhere(tmp_path: Path, end: int) -> None:
    audited = Audited(tmp_path, "\n".join(healthy_but().splitlines()[:end]) + "\n")
    assert not audited.found


@pytest.mark.parametrize(
    "part", ["  Type: cslu", "Trust Code Installed:", "Trust Code Installed:   Trust Code Type: CSSM"]
)
def test_an_output_that_ends_early_is_no_absence(tmp_path: Path, part: str) -> None:
    page = f"Smart Licensing Using Policy:\n  Status: ENABLED\n\nTransport:\n{part}"
    found = findings(device(tmp_path, pasted({"show license status": page})))
    assert not found & {"cslu-address-missing", "trust-missing"}


def test_each_prompt_of_a_file_is_a_switch(tmp_path: Path) -> None:
    found = devices(tmp_path, field_text("64-two-switches-by-prompt"))
    assert list(found) == ["sw-a", "sw-b"]
    assert "cslu-address-missing" in findings(found["sw-a"])
    assert not findings(found["sw-b"]) & {"cslu-address-missing", "trust-missing"}


def test_the_order_of_the_switches_changes_nothing(tmp_path: Path) -> None:
    healthy, fresh = healthy_but(), pasted({"show license status": FACTORY_FRESH}, host="osl-acc-2")
    for number, text in enumerate((healthy + fresh, fresh + healthy)):
        (tmp_path / str(number)).mkdir()
        found = devices(tmp_path / str(number), text)
        assert set(found) == {"lyn-acc-4", "osl-acc-2"}
        assert not found["lyn-acc-4"].failing
        assert "cslu-address-missing" in findings(found["osl-acc-2"])


def test_files_of_several_switches_in_one_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(healthy_but())
    (tmp_path / "b.txt").write_text(pasted({"show license status": FACTORY_FRESH}, host="osl-acc-2"))
    done = CliRunner().invoke(cli, ["audit", "--json", str(tmp_path)])
    states = {each["name"]: each["state"] for each in json.loads(done.stdout)["devices"]}
    assert states == {"lyn-acc-4": "clean", "osl-acc-2": "findings"}


def test_a_switch_that_is_renamed_is_one_switch(tmp_path: Path) -> None:
    text = (
        f"Switch#show clock\n{HEALTHY['show clock']}\nSwitch#configure terminal\n"
        "Switch(config)#hostname osl-acc-2\nosl-acc-2(config)#end\n"
        f"osl-acc-2#show license status\n{FACTORY_FRESH}\nosl-acc-2#\n"
    )
    (found,) = devices(tmp_path, text).values()
    assert "ack-overdue" not in findings(found)  # the clock was read before the rename
    assert "ack-overdue" not in {each.rule for each in found.outcomes if each.verdict.value == "unknown"}


def test_the_jump_host_of_a_session_is_no_switch(tmp_path: Path) -> None:
    text = f"ops@jump01:~# ssh lyn-acc-4\nWelcome\n{healthy_but()}lyn-acc-4#exit\nops@jump01:~# exit\n"
    assert list(devices(tmp_path, text)) == ["lyn-acc-4"]


def test_a_switch_and_another_platform_in_one_file(tmp_path: Path) -> None:
    nexus = "leaf-7# show version\nCisco Nexus Operating System (NX-OS) Software\n  NXOS: version 10.2(3)\n"
    path = tmp_path / "pasted.txt"
    path.write_text(healthy_but() + nexus)
    record = json.loads(CliRunner().invoke(cli, ["audit", "--json", str(path)]).stdout)
    assert {each["name"]: each["state"] for each in record["devices"]} == {
        "lyn-acc-4": "clean",
        "leaf-7": "unread",
    }


@pytest.mark.parametrize("newer_first", [True, False])
def test_of_two_outputs_of_a_command_the_later_holds(newer_first: bool) -> None:
    older = FACTORY_FRESH.replace("<none>", "Feb 13 09:30:12 2025 CET", 1)
    pages = (FACTORY_FRESH, older) if newer_first else (older, FACTORY_FRESH)
    usage = read(split("".join(pasted({"show license status": page}) for page in pages))).get(UsageReporting)
    assert usage is not None
    assert (usage.last_ack is None) is not newer_first


@pytest.mark.parametrize("command", ["show logging last 20", "show log last 500 | include SMART_LIC"])
def test_the_last_lines_are_not_the_log(tmp_path: Path, command: str) -> None:
    parts = {name: text for name, text in HEALTHY.items() if name != "show logging"}
    audited = Audited(tmp_path, pasted({**parts, command: HEALTHY["show logging"]}))
    assert (audited.state, audited.code) == ("not_enough_to_judge", 4)
    assert audited.verdict("comm-flapping") == "unknown"
    assert "as a whole" in Audited(tmp_path, pasted({**parts, command: HEALTHY["show logging"]})).printed


def test_a_refused_configuration_is_a_known_command(tmp_path: Path) -> None:
    audited = Audited(tmp_path, (TEXTS / "71-refused-configuration.txt").read_text())
    assert (audited.state, audited.code) == ("not_enough_to_judge", 4)


def test_hosts_of_json_records(tmp_path: Path) -> None:
    found = devices(tmp_path, field_text("67-json-records"))
    assert list(found) == ["acc-21", "acc-22"]
    assert "cslu-address-missing" in findings(found["acc-21"])
    assert "dns-failure" in findings(found["acc-22"])


RECORD = {"message": f"{OF_CSSM}Received empty response from server"}
TIME = "2024-03-03T06:41:27.902Z"
EXPORTS = {
    "Elasticsearch": json.dumps({"_source": {**RECORD, "@timestamp": TIME, "host": {"name": "acc-21"}}}),
    "Splunk": json.dumps(
        {"preview": False, "result": {"host": "acc-21", "_time": TIME, "_raw": RECORD["message"]}}
    ),
    "a document": json.dumps([{**RECORD, "timestamp": TIME, "hostname": "acc-21"}], indent=2),
    "Loki": json.dumps({"stream": {"host": "acc-21"}, "timestamp": TIME, "line": RECORD["message"]}),
    "rows with names": f'_time,host,sourcetype,_raw\n{TIME},acc-21,cisco:ios,"{RECORD["message"]}"\n',
    "rows without names": f'"2024-03-03","06:41:27","Local7.Error","acc-21","{RECORD["message"]}"\n',
    "GELF": json.dumps({"host": "acc-21", "short_message": RECORD["message"], "timestamp": 1709448087.9}),
    "a sheet": f"Date\tTime\tHost\tMessage\n2024-03-03\t06:41:28\tacc-21\t{RECORD['message']}\n",
    "semicolons": f'2024-03-03 06:41:28;acc-21;local7;err;"{RECORD["message"]}"\n',
    "rows with two times": f"2024-03-03 06:41:27,{TIME},acc-21,cisco:ios,{RECORD['message']}\n",
}


@pytest.mark.parametrize("text", EXPORTS.values(), ids=EXPORTS)
def test_an_export_of_a_collector(tmp_path: Path, text: str) -> None:
    (found,) = devices(tmp_path, text).values()
    assert found.name == "acc-21"
    assert "empty-response" in findings(found)
    assert text.count("\n") == as_log_lines(text).count("\n")


@pytest.mark.parametrize(
    "text", ['{"a": "%SYS-5-CONFIG_I: x"', "a,b,%SYS-5-CONFIG_I: x", "[1, 2] %x", "{" * 5000]
)
def test_what_is_no_export_stays(text: str) -> None:
    assert as_log_lines(text) == text


@pytest.mark.parametrize(
    "form",
    [
        lambda text: text.replace("\n", "\r"),
        lambda text: text.replace("\n", "\r\r\n"),
        lambda text: "".join(f"{number:>4}: {line}\n" for number, line in enumerate(text.splitlines(), 1)),
        lambda text: "".join(f"{number}\t{line}\n" for number, line in enumerate(text.splitlines(), 1)),
    ],
    ids=["CR", "CR CR LF", "numbers", "numbers and tabs"],
)
def test_line_ends_and_numbers_of_an_editor(tmp_path: Path, form: Callable[[str], str]) -> None:
    text = form(pasted({"show license status": FACTORY_FRESH}))
    assert {"cslu-address-missing", "trust-missing"} <= findings(device(tmp_path, text))


def test_a_message_without_a_time_is_printed_as_such(tmp_path: Path) -> None:
    audited = Audited(tmp_path, f"Why is this?\n{UNRESOLVED}\n")
    assert audited.found["comm-failing-now"]["summary"].endswith("at an unknown time")


def test_the_heading_of_a_log_names_no_license() -> None:
    text = "Log Buffer (4096 bytes):\n\nNov 17 18:05:09.580: %SYS-5-CONFIG_I: Configured from console\nsw1#"

    assert [command for command, _, _ in split(text)] == ["show logging"]
