"""Differences of two configurations; secrets are compared and never shown."""

from __future__ import annotations

from slp_ops.history.config import LineChange, hidden, is_other_key, line_changes

OLD = """\
Building configuration...

Current configuration : 3100 bytes
!
! Last configuration change at 12:00:00 UTC Mon Jan 5 2026 by netops
!
hostname sw1
enable secret 9 <masked:aaaaaaaaaaaa>
ip name-server 192.0.2.53
interface Vlan100
 description management
 ip address 192.0.2.11 255.255.255.0
interface Vlan200
 ip address 198.51.100.1 255.255.255.0
banner login ^C
 interface Vlan100
 no admittance
^C
tacacs server A
 key 7 <masked:bbbbbbbbbbbb>
license smart transport smart
end
"""


def told(old: str, new: str) -> list[tuple[str, ...]]:
    return [
        (*change.under, f"{'+' if change.added else '-'}{change.line}") for change in line_changes(old, new)
    ]


def test_the_heading_changes_nothing() -> None:
    new = OLD.replace("3100", "3102").replace("12:00:00 UTC Mon Jan 5", "13:00:00 UTC Tue Jan 6")

    assert told(OLD, new) == []
    assert told(OLD, OLD.replace("\n", "\r\n")) == []


def test_lines_come_and_go_below_their_mode() -> None:
    new = OLD.replace("ip address 192.0.2.11", "ip address 192.0.2.12").replace(
        "license smart transport smart\n", "license smart transport cslu\nlicense smart url cslu http://x/\n"
    )

    assert told(OLD, new) == [
        ("interface Vlan100", "-ip address 192.0.2.11 255.255.255.0"),
        ("interface Vlan100", "+ip address 192.0.2.12 255.255.255.0"),
        ("-license smart transport smart",),
        ("+license smart transport cslu",),
        ("+license smart url cslu http://x/",),
    ]


def test_a_line_that_moves_to_another_mode_is_another_line() -> None:
    new = OLD.replace(" description management\n", "").replace(
        "interface Vlan200\n", "interface Vlan200\n description management\n"
    )

    assert told(OLD, new) == [
        ("interface Vlan100", "-description management"),
        ("interface Vlan200", "+description management"),
    ]


def test_the_order_of_lines_counts() -> None:
    def acl(*lines: str) -> str:
        return "\n".join(["ip access-list extended A", *(f" {line}" for line in lines)])

    changed = told(
        acl("permit ip any host 192.0.2.1", "deny ip any any"),
        acl("deny ip any any", "permit ip any host 192.0.2.1"),
    )

    assert sorted(each[-1][0] for each in changed) == ["+", "-"]


def test_what_a_banner_says_stands_under_the_banner() -> None:
    new = OLD.replace("no admittance", "no trespassing")

    assert told(OLD, new) == [
        ("banner login ^C", "-no admittance"),
        ("banner login ^C", "+no trespassing"),
    ]


def test_another_secret_is_told_and_neither_is_shown() -> None:
    new = OLD.replace("bbbbbbbbbbbb", "cccccccccccc")

    assert line_changes(OLD, new) == (
        LineChange(under=("tacacs server A",), line="key 7 <masked>", added=False, secret=True),
        LineChange(under=("tacacs server A",), line="key 7 <masked>", added=True, secret=True),
    )


def test_a_secret_that_comes_is_no_changed_one() -> None:
    new = OLD.replace("end\n", "username u secret 9 <masked:dddddddddddd>\nend\n")

    assert line_changes(OLD, new) == (
        LineChange(under=(), line="username u secret 9 <masked>", added=True, secret=False),
    )


def test_log_lines_and_prompts_are_no_configuration() -> None:
    new = OLD.replace(
        "interface Vlan200\n",
        "*Jan  5 12:00:00.123: %SYS-5-CONFIG_I: Configured from console by vty0\ninterface Vlan200\n",
    )

    assert told(OLD, new + "sw1#\n") == []


def test_thousands_of_lines_that_all_differ_take_no_longer_than_reading_them() -> None:
    old = "\n".join(f"line {number}" for number in range(6000))
    new = "\n".join(f"other {number}" for number in range(6000))

    assert len(line_changes(old, new)) == 12000


def test_masks_of_another_user_do_not_compare() -> None:
    def with_masks(*masks: str) -> str:
        return "\n".join(f"key <masked:{mask * 12}>" for mask in masks)

    assert is_other_key(with_masks("a", "b", "c"), with_masks("d", "e", "f"))
    assert not is_other_key(with_masks("a", "b", "c"), with_masks("d", "e", "c"))
    assert not is_other_key(with_masks("a", "b"), with_masks("d", "e"))
    assert hidden("a <masked:0123456789ab> b <masked:cccccccccccc>") == "a <masked> b <masked>"
