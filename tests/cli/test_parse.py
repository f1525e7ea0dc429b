from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from slp_ops.cli.parse import command

if TYPE_CHECKING:
    from click.testing import Result

GOLDEN = Path(__file__).parents[1] / "commands" / "golden"
STATUS = GOLDEN / "show_license_status" / "stack-cslu-empty.txt"
LOG = """\
sw1#show clock
10:00:00.000 UTC Mon Jan 1 2024
sw1#sh lic sum
% Invalid input detected
sw1#show version
x
"""


def _run(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(command, list(words), input=given)


def _json(*words: str, given: str | None = None) -> dict[str, Any]:
    result = _run(*words, "--json", given=given)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_json_has_the_documented_shape() -> None:
    found = _json("--command", "show license status", str(STATUS))
    assert list(found) == ["schema", "command", "facts", "unparsed", "lines"]
    assert found["command"] == "show license status"
    assert found["facts"]["UsageReporting"]["next_ack_deadline"] == {
        "text": "Sep 03 04:11:52 2024 JST",
        "at": "2024-09-03T04:11:52",
        "zone": "JST",
    }
    assert found["facts"]["LicenseTransport"]["cslu_address"] is None
    assert found["unparsed"] == []
    assert found["lines"] == {"total": 57, "read": 57}


def test_standard_input_with_carriage_returns_and_a_shortened_command() -> None:
    text = STATUS.read_text(encoding="utf-8").replace("\n", "\r\n")
    found = _json("--command", "sh lic stat", "-", given=text)
    assert found["lines"] == {"total": 57, "read": 57}


def test_a_table_for_people_shows_what_was_not_read() -> None:
    result = _run(
        "--command", "show clock", "-", given="10:00:00.000 UTC Mon Jan 1 2024\nodd \x01\u202e line\n"
    )
    assert result.exit_code == 0
    assert "show clock: 1 of 2 lines read" in result.stdout
    assert "10:00:00.000 UTC Mon Jan 1 2024" in result.stdout
    assert "2: odd \\x01\\u202e line" in result.stdout


def test_one_command_is_found_in_a_terminal_log() -> None:
    found = _json("--command", "show clock", "-", given=LOG)
    assert found["facts"]["Clock"]["time"]["at"] == "2024-01-01T10:00:00"


def test_without_a_command_everything_found_is_read() -> None:
    found = _json("-", given=LOG)
    assert [each["command"] for each in found["commands"]] == ["show clock", "show version"]


def test_a_command_that_is_not_there_is_a_usage_error_that_names_what_is() -> None:
    result = _run("--command", "show logging", "-", given=LOG)
    assert result.exit_code == 2
    assert "it contains show clock, sh lic sum, show version" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"), [(("--command", "show snafu", "-"), "is none of"), (("-",), "no known command")]
)
def test_what_cannot_be_read_is_a_usage_error(words: tuple[str, ...], said: str) -> None:
    result = _run(*words, given="VLAN Name Status Ports\n")
    assert result.exit_code == 2
    assert said in result.stderr


def test_secrets_are_masked() -> None:
    secrets = "enable secret 9 $9$c4n4ryc4n4ry\nntp authentication-key 1 md5 c4n4ry 7\n"
    text = f"version 17.9\nhostname sw1\n{secrets}end\n"
    for words in (
        ("--command", "show running-config", "-"),
        ("--command", "show running-config", "-", "--json"),
    ):
        result = _run(*words, given=text)
        assert result.exit_code == 0
        assert "c4n4ry" not in result.output
        assert "enable secret 9 <masked:" in result.output


INTERFACES = """\
sw1#sh int status

Port         Name               Status       Vlan       Duplex  Speed Type
Gi1/0/1      uplink             connected    trunk      a-half  a-100 10/100/1000BaseTX
sw1#show clock
10:00:00.000 UTC Mon Jan 1 2024
"""


def test_a_command_without_a_reader_becomes_rows() -> None:
    found = _json("--command", "show interfaces status", "-", given=INTERFACES)
    assert (found["parser"], found["lines"]) == ("ntc-templates", {"total": 2, "read": 2})
    (row,) = found["rows"]
    assert (row["port"], row["duplex"]) == ("Gi1/0/1", "a-half")
    assert found["cited_lines"][0]["port"] == 3
    shown = _run("--command", "show interfaces status", "-", given=INTERFACES)
    assert "1 row, read by ntc-templates" in shown.stdout
    assert "VLAN ID" in shown.stdout


def test_a_template_that_fails_keeps_the_text() -> None:
    found = _json("--command", "show interfaces status", "-", given="Port Name\n% Authorization failed.\n")
    assert found["rows"] == []
    assert "the template does not know the line" in found["not_parsed"]
    assert found["lines"] == {"total": 2, "read": 0}
