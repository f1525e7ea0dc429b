"""Configuration mode, saving, going back, files and the reload: dialogues and what they change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slp_ops.lab import scenarios
from slp_ops.lab.journal import Mode
from slp_ops.lab.shell.actions import Reboot
from slp_ops.lab.shell.operator import Operator

INVALID = "% Invalid input detected at '^' marker.\n\n"


def at(scenario: str = "healthy", name: str = "sw1") -> Operator:
    operator = Operator(scenarios.load(scenario).build(name=name))
    operator.line("terminal length 0")
    return operator


def configured(operator: Operator, *lines: str) -> list[str]:
    """Type lines in configuration mode; what is printed after each."""
    operator.line("configure terminal")
    answers = [operator.line(line).removeprefix(f"{line}\n") for line in lines]
    operator.line("end")
    return answers


def test_configuration_mode_and_its_prompts() -> None:
    answers = configured(
        at(),
        "interface vl100",
        "description uplink",
        "exit",
        "call-home",
        "profile CiscoTAC-1",
        "line vty 0 4",
        "crypto pki trustpoint SLA-TrustPoint",
    )
    assert answers == [
        "sw1(config-if)#",
        "sw1(config-if)#",
        "sw1(config)#",
        "sw1(cfg-call-home)#",
        "sw1(cfg-call-home-profile)#",
        "sw1(config-line)#",
        "sw1(ca-trustpoint)#",
    ]


def test_what_is_configured_is_kept_in_full_words() -> None:
    operator = at()
    configured(operator, "lic sm tr cslu", "int vl 100", "desc up link", "no ip domain loo")
    assert operator.switch.config.has("license smart transport cslu")
    assert operator.switch.config.section("interface Vlan100")[0] == "description up link"
    assert operator.switch.config.has("no ip domain lookup")
    assert "license smart transport cslu" in operator.line("show running-config | include transport")
    assert any("CONFIG_I" in entry.text for entry in operator.switch.log.entries)


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("license smrt", len("license sm")),
        ("foo", 2),  # format is no configuration line, but "fo" begins none either
        ("license smart usage interval 900", len("license smart usage interval ")),
        ("no license smart frobnicate", len("no license smart ")),
    ],
)
def test_refused_lines_change_nothing(line: str, column: int) -> None:
    operator = at()
    before = operator.switch.config.render()
    (answer,) = configured(operator, line)
    if line != "foo":
        assert answer.split("\n")[0] == " " * (len("sw1(config)#") + column) + "^"
    assert INVALID in answer
    assert operator.switch.config.render() == before


def test_a_line_of_an_outer_mode_leaves_the_inner_one() -> None:
    operator = at()
    answers = configured(operator, "interface Vlan100", "ip http client source-interface Vlan1")
    assert answers[-1] == "sw1(config)#"
    assert operator.switch.config.has("ip http client source-interface Vlan1")


def test_a_release_refuses_what_a_later_one_takes() -> None:
    assert INVALID in configured(at("healthy-17-6"), "license smart vrf MGMT")[0]
    assert INVALID not in configured(at("healthy-17-12"), "license smart vrf Mgmt-vrf")[0]


@pytest.mark.parametrize(("leaving", "shown"), [(b"\x1a", "^Z"), (b"\x03", "^C"), (b"end\r", "end")])
def test_ways_out_of_configuration_mode(leaving: bytes, shown: str) -> None:
    operator = at()
    operator.line("configure terminal")
    operator.line("interface Vlan100")
    assert operator.keys(leaving) == f"{shown}\r\nsw1#"


def test_ctrl_z_takes_the_line_before_it() -> None:
    operator = at()
    operator.line("configure terminal")
    operator.keys(b"service internal\x1a")
    assert operator.switch.config.has("service internal")


def test_do_runs_exec_commands_in_configuration_mode() -> None:
    operator = at()
    operator.line("configure terminal")
    assert "15" in operator.line("do show privilege")
    assert operator.line("show privilege").endswith("sw1(config)#")


def test_a_long_name_is_cut_in_configuration_mode_only() -> None:
    name = "tyo-access-switch-floor-012"
    operator = at("long-name", name)
    long = operator.switch.hostname
    assert operator.line("").endswith(f"{long}#")
    assert operator.line("configure terminal").endswith(f"\n{long[:20]}(config)#")


def test_aaa_denies_configuration_lines_too() -> None:
    operator = at()
    operator.switch.access = replace(operator.switch.access, denied=("license smart transport",))
    (answer,) = configured(operator, "license smart transport off")
    assert answer.startswith("Command authorization failed.\n")
    assert not operator.switch.config.has("license smart transport off")


def test_lines_are_journalled_by_mode() -> None:
    operator = at()
    operator.line("configure terminal")
    operator.line("service internal")
    operator.line("end")
    operator.line("copy running-config startup-config")
    operator.line("")
    assert operator.typed[1:] == [
        (Mode.EXEC, "configure terminal"),
        (Mode.CONFIG, "service internal"),
        (Mode.CONFIG, "end"),
        (Mode.EXEC, "copy running-config startup-config"),
        (Mode.DIALOGUE, ""),
    ]


def test_write_memory_saves() -> None:
    operator = at()
    configured(operator, "service internal")
    assert operator.switch.unsaved
    assert operator.line("write memory") == "write memory\nBuilding configuration...\n[OK]\nsw1#"
    assert not operator.switch.unsaved


def test_write_erase_asks() -> None:
    operator = at()
    assert operator.line("write erase").endswith("remove all configuration files! Continue? [confirm]")
    operator.keys(b"n")
    assert operator.switch.startup is not None
    operator.line("write erase")
    assert "Erase of nvram: complete" in operator.keys(b"\r")
    assert operator.switch.startup is None


def test_reload_asks_to_save_only_what_was_changed() -> None:
    operator = at()
    assert operator.line("reload") == "reload\nProceed with reload? [confirm]"
    assert operator.keys(b"n").endswith("sw1#")
    configured(operator, "service internal")
    question = "System configuration has been modified. Save? [yes/no]: "
    assert operator.line("reload") == f"reload\n\n{question}"
    assert operator.line("maybe") == f"maybe\n% Please answer 'yes' or 'no'.\n{question}"
    assert operator.line("no") == "no\nProceed with reload? [confirm]"
    operator.keys(b"\r")
    assert isinstance(operator.ended, Reboot)
    assert operator.switch.is_down
    operator.switch.clock.advance(operator.ended.seconds)
    operator.switch.settle()
    assert not operator.switch.config.has("service internal")


def test_a_stack_says_that_it_reloads_as_a_whole() -> None:
    assert "this will reload the whole stack\nProceed with reload? [confirm]" in at("healthy-stack").line(
        "reload"
    )


def test_the_revert_timer_brings_the_configuration_back() -> None:
    operator = at()
    operator.line("configure terminal")
    operator.line("archive")
    operator.line("path flash:archive")
    operator.line("end")
    assert "Rollback Confirmed Change" in operator.line("configure terminal revert timer 5")
    operator.line("no ip name-server")
    operator.line("end")
    assert "pending" in operator.line("configure terminal revert timer 5")
    operator.switch.clock.advance(301)
    assert "ip name-server" in operator.line("show running-config | include name-server").split("\n")[1]


def test_a_confirmed_change_stays() -> None:
    operator = at()
    configured(operator, "archive", "path flash:archive")
    operator.line("configure terminal revert timer 5")
    operator.line("service internal")
    operator.line("end")
    operator.line("configure confirm")
    operator.switch.clock.advance(301)
    operator.switch.settle()
    assert operator.switch.config.has("service internal")


def test_without_an_archive_there_is_no_revert_timer() -> None:
    operator = at()
    assert operator.line("configure terminal revert timer 5").endswith("sw1#")


def test_configure_replace_asks() -> None:
    operator = at()
    operator.line("copy running-config flash:good.cfg")
    operator.line("")
    configured(operator, "service internal")
    assert operator.line("configure replace flash:good.cfg").endswith("? [no]: ")
    operator.line("n")
    assert operator.switch.config.has("service internal")
    assert "Rollback Done" in operator.line("configure replace flash:good.cfg force")
    assert not operator.switch.config.has("service internal")


def test_rum_listing_needs_service_internal() -> None:
    operator = at("healthy-17-6")
    assert INVALID in operator.line("test license smart rum id-list")
    configured(operator, "service internal")
    assert "report id:" in operator.line("test license smart rum id-list")


def test_usage_is_saved_counted_verified_copied_and_deleted() -> None:
    operator = at()
    assert operator.line("license smart save usage all file flash:rum.txt").count("\n") == 1
    counted = operator.line("more flash:rum.txt | count RUMReport").split("\n")[1]
    assert counted.removeprefix("Number of lines which match regexp = ").isdecimal()
    digest = operator.switch.md5("rum.txt")
    assert f"verify /md5 (flash:rum.txt) = {digest}\n" in operator.line("verify /md5 flash:rum.txt")
    assert "Verified (flash:rum.txt)" in operator.line(f"verify /md5 flash:rum.txt {digest}")
    assert "%Error verifying" in operator.line("verify /md5 flash:rum.txt 0")
    assert operator.line("copy flash:rum.txt flash:kept.txt").endswith("Destination filename [kept.txt]? ")
    operator.line("")
    assert "kept.txt" in operator.line("dir flash:")
    assert operator.line("delete flash:kept.txt").endswith("Delete filename [kept.txt]? ")
    assert operator.line("").endswith("Delete flash:/kept.txt? [confirm]")
    operator.keys(b"\r")
    assert "kept.txt" not in operator.switch.flash
    operator.line("delete /force flash:rum.txt")
    assert "rum.txt" not in operator.switch.flash
    assert "(No such file or directory)" in operator.line("more flash:rum.txt")


def test_more_binary_shows_every_byte() -> None:
    operator = at()
    operator.switch.flash["x.bin"] = bytes(range(40))
    rows = operator.line("more /binary flash:x.bin").split("\n")[1:-1]
    assert rows[0] == "00000000: 00010203 04050607 08090A0B 0C0D0E0F  .... .... .... ...."
    words = "".join("".join(row[10:45].split()) for row in rows)
    assert bytes.fromhex(words) == bytes(range(40))


def test_the_trustpool_takes_a_pasted_certificate() -> None:
    operator = at("quovadis")
    before = len(operator.switch.trustpool)
    operator.line("configure terminal")
    asked = operator.line("crypto pki trustpool import terminal")
    assert '% End with a blank line or "quit" on a line by itself.\n' in asked
    operator.line("bm90IGEgY2VydGlmaWNhdGU=")
    assert "failed" in operator.line("quit")
    assert len(operator.switch.trustpool) == before


def test_factory_reset_warns() -> None:
    assert '%Warning: reload required after "license smart factory reset" command\n' in at().line(
        "license smart factory reset"
    )


def test_a_banner_is_read_until_its_delimiter() -> None:
    operator = at()
    operator.line("configure terminal")
    assert "End with the character '#'" in operator.line("banner exec #")
    operator.line("Keep out")
    assert operator.line("at night#").endswith("sw1(config)#")
    assert operator.switch.config.find("banner exec") == "^C\nKeep out\nat night^C"
    assert "Keep out\r\nat night\r\n" in Operator(operator.switch).greeting


def test_ssh_with_a_command_runs_it_and_leaves() -> None:
    operator = Operator(scenarios.load("healthy").build(name="sw1"), command="show privilege")
    assert operator.greeting == "\r\nCurrent privilege level is 15\r\n"
    assert operator.ended is not None
