from __future__ import annotations

from slp_ops.commands._command_splitter import sections

LOG = """\
Welcome to tyo-acc-01
tyo-acc-01>enable
tyo-acc-01#show clock
13:20:41.007 JST Tue Feb 11 2025

tyo-acc-01#sh sw
Switch#   Role    Mac Address     Priority Version  State 
*1       Active   0c75.bd00.db00     15     V02     Ready
tyo-acc-01#conf t
tyo-acc-01(config)#end
tyo-acc-01#
show version
Cisco IOS XE Software, Version 17.09.04a
show me
"""  # noqa: W291 - the switch pads its heading


def test_commands_are_found_by_their_echo() -> None:
    found = [(each.typed, each.command.command if each.command else None) for each in sections(LOG)]
    assert found == [
        ("enable", None),
        ("show clock", "show clock"),
        ("sh sw", "show switch"),
        ("conf t", None),
        ("end", None),
        ("show version", "show version"),
    ]


def test_an_exec_command_of_configuration_mode_is_found() -> None:
    (found,) = sections("sw1(config)#do sh lic stat | b Transport\nTransport:\n  Type: cslu\n")
    assert (found.typed, found.host) == ("sh lic stat | b Transport", "sw1")
    assert found.command is not None


def test_a_section_keeps_the_lines_of_the_file() -> None:
    version = next(each for each in sections(LOG) if each.typed == "show version")
    assert version.page.before == 12
    assert version.page.splitlines()[0] == LOG.splitlines()[12]


def test_a_show_tech_is_split_by_its_headings() -> None:
    text = "\n\n------------------ show clock ------------------\n\n\n10:00:00.000 UTC Mon Jan 1 2024\n"
    text += "\r\n------------------ show platform hardware fed ------------------\r\n1\r\n"
    found = [(each.typed, each.command is not None, each.page.strip()) for each in sections(text)]
    assert found == [
        ("show clock", True, "10:00:00.000 UTC Mon Jan 1 2024"),
        ("show platform hardware fed", False, "1"),
    ]


def test_a_text_without_marks_has_no_sections() -> None:
    assert not list(sections("Utility:\n  Status: DISABLED\n"))
