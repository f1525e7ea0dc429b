"""Rows by the templates of ntc-templates, for commands that have no reader here."""

from __future__ import annotations

import pytest

from slp_ops.commands import TemplateFailed, parse_rows, templates_of
from slp_ops.commands._ntc_templates import read_rows

STATUS = """
Port         Name               Status       Vlan       Duplex  Speed Type
Gi1/0/1      uplink             connected    trunk      a-half  a-100 10/100/1000BaseTX
Gi1/0/2                         notconnect   1            auto   auto 10/100/1000BaseTX
"""


@pytest.mark.parametrize(
    ("command", "template"),
    [
        ("show interfaces status", "cisco_ios_show_interfaces_status.textfsm"),
        ("sh  int  st", "cisco_ios_show_interfaces_status.textfsm"),
        ("SHOW INTERFACES STATUS", "cisco_ios_show_interfaces_status.textfsm"),
        ("show cdp neighbors detail", "cisco_ios_show_cdp_neighbors_detail.textfsm"),
        ("show vlan", "cisco_ios_show_vlan.textfsm"),
    ],
)
def test_a_template_for_the_whole_command(command: str, template: str) -> None:
    assert templates_of(command) == (template,)


@pytest.mark.parametrize(
    "command",
    [
        "show license all",
        "sh lic",
        "show license summary",
        "show interfaces status | include trunk",
        "show interfaces status err-disabled module 1",
        "show no-such-thing",
        "display interface",
        "",
        "(" * 50,
    ],
)
def test_no_template_for_a_longer_command_a_filter_or_licences(command: str) -> None:
    assert templates_of(command) == ()


def test_rows_with_the_lines_of_values_that_occur_once() -> None:
    rows = read_rows("show interfaces status", STATUS)

    assert rows is not None
    assert rows.parser == "ntc-templates"
    first, second = rows.rows
    assert [first.values[name] for name in ("port", "duplex", "vlan_id")] == ["Gi1/0/1", "a-half", "trunk"]
    assert (second.values["port"], second.values["name"]) == ("Gi1/0/2", "")
    # 'connected' is not the end of 'notconnect'; the type is in two lines, and an empty value in none.
    assert first.lines == {"port": 3, "name": 3, "status": 3, "vlan_id": 3, "duplex": 3, "speed": 3}
    assert second.lines == {"port": 4, "status": 4, "duplex": 4, "speed": 4}


def test_a_line_that_the_template_does_not_know() -> None:
    with pytest.raises(TemplateFailed, match="does not know the line 'Something else'"):
        read_rows("show interfaces status", STATUS + "Something else\n")
    parsed = parse_rows("show interfaces status", STATUS + "Something else\n")
    assert parsed.rows is None
    assert parsed.reason == "the template does not know the line 'Something else'"
    assert (parsed.total, len(parsed.unparsed)) == (4, 4)


def test_a_template_that_finds_nothing_has_not_read_the_text() -> None:
    parsed = parse_rows("show vlan", "VLAN Name Status Ports\n")
    assert parsed.rows is None
    assert (parsed.total, len(parsed.unparsed)) == (1, 1)


def test_the_index_of_an_operator_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("NTC_TEMPLATES_DIR", str(tmp_path))
    assert read_rows("show interfaces status", STATUS) is not None
