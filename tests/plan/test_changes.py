"""Settings against a running configuration: nothing typed twice, and everything given back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.lab.config import Config
from slp_ops.plan.changes import as_before, changes, in_force
from slp_ops.plan.running import Running, same
from slp_ops.playbook.model import Setting, Way
from slp_ops.playbook.template import Template
from slp_ops.steps import typed, undo_of

if TYPE_CHECKING:
    from slp_ops.steps import ConfigChange

RUNNING = """\
Building configuration...

Current configuration : 1234 bytes
!
hostname sw1
banner login ^C
license smart transport cslu
^C
call-home
 contact-email-addr noc@example.net
 profile "CiscoTAC-1"
  active
  destination transport-method http
ip name-server 192.0.2.1 192.0.2.2
ip name-server vrf Mgmt-vrf 192.0.2.9
no ip domain-lookup
license smart url https://old.example.net/x
license smart url smart https://old.example.net/x
license smart transport smart
ip http client source-interface Vlan200
end
"""


def running(text: str = RUNNING) -> Running:
    return Running.parse(text)


def setting(
    way: Way, line: str, *, of: str = "", under: tuple[str, ...] = (), shows: tuple[str, ...] = ()
) -> Setting:
    return Setting(
        way=way, line=Template.parse(line), of=of, under=under, shows=tuple(map(Template.parse, shows))
    )


def change(one: Setting, text: str = RUNNING) -> ConfigChange | None:
    found, _ = changes([one], {}, running(text))
    return found[0] if found else None


def test_modes_quotes_banners_and_shared_lines() -> None:
    config = running()
    assert config.whole
    assert config.under("call-home", "profile CiscoTAC-1") == ("active", "destination transport-method http")
    assert config.values("license smart transport") == ("license smart transport smart",)
    assert config.find("ip name-server 192.0.2.2")
    assert config.find("ip name-server vrf Mgmt-vrf 192.0.2.9")
    assert config.find("ip name-server 192.0.2.9") is None
    assert config.find("no ip domain lookup") == "no ip domain-lookup"
    assert not running("hostname x\n").whole


@pytest.mark.parametrize(
    "one",
    [
        setting(Way.ADD, "ip name-server 192.0.2.1"),
        setting(Way.SET, "license smart transport smart", of="license smart transport"),
        setting(
            Way.FILL, "contact-email-addr other@example.net", of="contact-email-addr", under=("call-home",)
        ),
        setting(Way.ADD, "active", under=("call-home", "profile CiscoTAC-1")),
        setting(Way.ON, "ip http secure-server"),
        setting(Way.OFF, "netconf-yang"),
    ],
)
def test_what_is_there_is_not_typed(one: Setting) -> None:
    assert change(one) is None


@pytest.mark.parametrize(
    ("one", "sends", "undo"),
    [
        (setting(Way.ADD, "netconf-yang"), "netconf-yang", ["no netconf-yang"]),
        (
            setting(Way.SET, "license smart transport off", of="license smart transport"),
            "license smart transport off",
            ["license smart transport smart"],
        ),
        (
            setting(Way.SET, "license smart proxy port 8080", of="license smart proxy port"),
            "license smart proxy port 8080",
            ["no license smart proxy port 8080"],
        ),
        (setting(Way.ON, "ip domain lookup"), "ip domain lookup", ["no ip domain lookup"]),
        (
            setting(Way.OFF, "ip http client source-interface Vlan200"),
            "no ip http client source-interface Vlan200",
            ["ip http client source-interface Vlan200"],
        ),
        (
            setting(
                Way.SET,
                "license smart url smart https://new.example.net/x",
                of="license smart url smart",
                shows=("license smart url https://new.example.net/x",),
            ),
            "license smart url smart https://new.example.net/x",
            [
                "no license smart url https://new.example.net/x",
                "license smart url smart https://old.example.net/x",
            ],
        ),
    ],
)
def test_what_undoes_a_line_follows_from_what_stood_there(one: Setting, sends: str, undo: list[str]) -> None:
    found = change(one)
    assert found is not None
    assert found.line.text == sends
    assert [line.text for line in found.undo] == undo


def test_modes_are_entered_and_left() -> None:
    found, _ = changes(
        [
            setting(Way.ADD, "a", under=("call-home", "profile X")),
            setting(Way.ADD, "b", under=("call-home",)),
            setting(Way.ADD, "c"),
            setting(Way.ADD, "d", under=("crypto pki trustpoint T",)),
        ],
        {},
        running("end\n"),
    )
    assert typed(change.line for change in found) == (
        "call-home", "profile X", "a", "exit", "b", "exit", "c", "crypto pki trustpoint T", "d", "exit",
    )  # fmt: skip


SETTINGS = (
    setting(Way.ADD, "netconf-yang"),
    setting(Way.ADD, "ip name-server 192.0.2.53"),
    setting(Way.ON, "ip domain lookup"),
    setting(Way.ON, "ip http secure-server"),
    setting(Way.SET, "license smart transport off", of="license smart transport"),
    setting(Way.SET, "license smart url cslu http://192.0.2.40/x", of="license smart url cslu"),
    setting(
        Way.SET,
        "license smart url smart https://new.example.net/x",
        of="license smart url smart",
        shows=("license smart url https://new.example.net/x",),
    ),
    setting(Way.SET, "ip http client source-interface Vlan100", of="ip http client source-interface"),
    setting(Way.ADD, "active", under=("call-home", 'profile "CiscoTAC-1"')),
    setting(Way.FILL, "contact-email-addr a@example.net", of="contact-email-addr", under=("call-home",)),
)
STANDING = (
    "netconf-yang",
    "ip name-server 192.0.2.1 192.0.2.53",
    "no ip domain lookup",
    "no ip http secure-server",
    "license smart transport smart",
    "license smart url cslu http://192.0.2.99/x",
    "license smart url smart https://old.example.net/x",
    "ip http client source-interface Vlan200",
)


def shown(config: Config) -> Running:
    return Running.parse(config.render() + "\nend\n")


@given(st.lists(st.sampled_from(STANDING), unique=True), st.lists(st.sampled_from(SETTINGS), unique=True))
def test_law_applied_is_in_force_and_undone_is_as_before(standing: list[str], wanted: list[Setting]) -> None:
    """On the lab's configuration, which knows nothing of this code: type, look, give back, look."""
    config = Config.parse("hostname sw1\n")
    for line in standing:
        config.apply(line)
    before = shown(config)
    found, _ = changes(wanted, {}, before)
    for each in found:
        config.apply(each.line.text, each.line.under)
    after = shown(config)
    assert all(in_force(each, after) for each in found)
    assert changes(wanted, {}, after)[0] == ()
    for undo in undo_of(found):
        config.apply(undo.text, undo.under)
    back = shown(config)
    assert all(as_before(each, back) for each in found)
    assert {(place, same(line)) for place, line in before.lines} <= {
        (place, same(line)) for place, line in back.lines
    }


@given(st.text(max_size=300))
def test_law_no_text_breaks_the_reading(text: str) -> None:
    for _, line in Running.parse(text).lines:
        assert same(same(line)) == same(line)
