from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.lab.config import Config
from slp_ops.lab.scenarios import load, names

_TEXT = """\
hostname tyo-acc-01
ip name-server 10.0.0.53 10.0.1.53
license smart url cslu http://192.0.2.8:8182/cslu/v1/pi
license smart transport cslu
interface Vlan100
 ip address 192.0.2.11 255.255.255.0
call-home
 profile "CiscoTAC-1"
  active
"""


def test_what_is_printed_is_read_again_as_the_same() -> None:
    for name in names():
        config = load(name).build().config
        assert Config.parse(config.render()).render() == config.render()


@pytest.mark.parametrize(
    ("line", "under", "there", "gone"),
    [
        (
            "license smart transport smart",
            (),
            "license smart transport smart",
            "license smart transport cslu",
        ),
        ("no license smart transport", (), None, "license smart transport cslu"),
        ("no license smart url", (), None, "license smart url cslu http://192.0.2.8:8182/cslu/v1/pi"),
        ("ip name-server 10.0.2.53", (), "ip name-server 10.0.0.53 10.0.1.53 10.0.2.53", None),
        ("no ip name-server 10.0.0.53", (), "ip name-server 10.0.1.53", None),
        ("no ip name-server", (), None, "ip name-server 10.0.0.53 10.0.1.53"),
        ("no ip domain lookup", (), "no ip domain lookup", None),
        ("no aaa new-model", (), "no aaa new-model", None),
        ("shutdown", ("interface Vlan100",), " shutdown", None),
        ("no ip address", ("interface Vlan100",), " no ip address", " ip address 192.0.2.11 255.255.255.0"),
        ("no active", ("call-home", 'profile "CiscoTAC-1"'), None, "  active"),
        ("revocation-check none", ("crypto pki trustpoint SLA-TrustPoint",), " revocation-check none", None),
    ],
)
def test_a_line_does_to_the_configuration_what_ios_does(
    line: str, under: tuple[str, ...], there: str | None, gone: str | None
) -> None:
    config = Config.parse(_TEXT)
    config.apply(line, under)
    printed = config.render().splitlines()
    assert there is None or there in printed
    assert gone is None or gone not in printed


def test_switching_a_default_on_again_prints_nothing() -> None:
    config = Config.parse(_TEXT)
    config.apply("no ip domain lookup")
    config.apply("ip domain lookup")
    assert "domain lookup" not in config.render()


def test_taking_the_lookup_away_leaves_its_source_interface() -> None:
    config = Config.parse(_TEXT)
    config.apply("ip domain lookup source-interface Vlan100")
    config.apply("no ip domain lookup")
    assert config.has("ip domain lookup source-interface Vlan100")


def test_the_default_smart_url_is_printed_in_both_forms() -> None:
    config = Config.parse(_TEXT)
    config.apply("license smart url default")
    assert config.has("license smart url https://smartreceiver.cisco.com/licservice/license")
    assert config.has("license smart url smart https://smartreceiver.cisco.com/licservice/license")
    config.apply("no license smart url")
    assert config.find("license smart url") is None


def test_a_new_line_stands_among_its_own_kind() -> None:
    config = Config.parse(_TEXT)
    config.apply("ntp server 10.0.0.123")
    config.apply("service call-home")
    printed = [line for line in config.render().splitlines() if line != "!"]
    assert printed.index("service call-home") < printed.index("hostname tyo-acc-01")
    assert printed[-1] == "ntp server 10.0.0.123"


def test_a_copy_is_not_changed_with_the_original() -> None:
    config = Config.parse(_TEXT)
    copy = config.copy()
    config.apply("shutdown", ("interface Vlan100",))
    assert not copy.has("shutdown", ("interface Vlan100",))


def test_a_banner_keeps_its_lines_together() -> None:
    config = Config.parse("banner motd ^C\nhostname of another\n! no comment\n^C\nhostname real\n")
    assert config.find("hostname") == "real"
    assert "! no comment" in config.render()


_LINES = st.sampled_from(
    [
        "service call-home",
        "ip domain lookup",
        "license smart transport off",
        "license smart transport smart",
        "ip name-server 10.9.9.9",
        "ip http server",
        "snmp-server enable traps config",
        "hostname other",
    ]
)


@given(st.lists(st.tuples(st.booleans(), _LINES), max_size=12))
def test_applying_a_line_twice_is_applying_it_once(edits: list[tuple[bool, str]]) -> None:
    config = Config.parse(_TEXT)
    for negated, line in edits:
        text = f"no {line}" if negated else line
        config.apply(text)
        once = config.render()
        config.apply(text)
        assert config.render() == once
        assert Config.parse(once).render() == once
