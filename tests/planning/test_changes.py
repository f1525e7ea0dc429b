"""Settings against a running configuration: nothing typed twice, and everything rolled back."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.lab.config import Config
from slp_ops.planning.changes import changes, in_force, is_reverted
from slp_ops.planning.running_config import RunningConfig, normalize
from slp_ops.playbook.model import LineKind, Setting
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


def running(text: str = RUNNING) -> RunningConfig:
    return RunningConfig.parse(text)


def setting(
    way: LineKind, line: str, *, of: str = "", under: tuple[str, ...] = (), shows: tuple[str, ...] = ()
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
    profile = ("call-home", "profile CiscoTAC-1")
    assert config.find("active", profile) == "active"
    assert config.find("destination  transport-method http", profile) == "destination transport-method http"
    assert config.find("contact-email-addr noc@example.net", profile) is None
    assert config.values("license smart transport") == ("license smart transport smart",)
    assert config.find("ip name-server 192.0.2.2")
    assert config.find("ip name-server vrf Mgmt-vrf 192.0.2.9")
    assert config.find("ip name-server 192.0.2.9") is None
    assert config.find("no ip domain lookup") == "no ip domain-lookup"
    assert not running("hostname x\n").whole


@pytest.mark.parametrize(
    "one",
    [
        setting(LineKind.ADD, "ip name-server 192.0.2.1"),
        setting(LineKind.SET, "license smart transport smart", of="license smart transport"),
        setting(
            LineKind.FILL,
            "contact-email-addr other@example.net",
            of="contact-email-addr",
            under=("call-home",),
        ),
        setting(LineKind.ADD, "active", under=("call-home", "profile CiscoTAC-1")),
        setting(LineKind.ON, "ip http secure-server"),
        setting(LineKind.OFF, "netconf-yang"),
    ],
)
def test_what_is_there_is_not_typed(one: Setting) -> None:
    assert change(one) is None


@pytest.mark.parametrize(
    ("one", "sends", "undo"),
    [
        (setting(LineKind.ADD, "netconf-yang"), "netconf-yang", ["no netconf-yang"]),
        (
            setting(LineKind.SET, "license smart transport off", of="license smart transport"),
            "license smart transport off",
            ["license smart transport smart"],
        ),
        (
            setting(LineKind.SET, "license smart proxy port 8080", of="license smart proxy port"),
            "license smart proxy port 8080",
            ["no license smart proxy port 8080"],
        ),
        (setting(LineKind.ON, "ip domain lookup"), "ip domain lookup", ["no ip domain lookup"]),
        (
            setting(LineKind.OFF, "ip http client source-interface Vlan200"),
            "no ip http client source-interface Vlan200",
            ["ip http client source-interface Vlan200"],
        ),
        (
            setting(
                LineKind.SET,
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


def test_a_line_that_came_with_a_change_has_to_go_with_it() -> None:
    url = setting(
        LineKind.SET,
        "license smart url smart https://new.example.net/x",
        of="license smart url smart",
        shows=("license smart url https://new.example.net/x",),
    )
    before = RUNNING.replace("license smart url https://old.example.net/x\n", "").replace(
        "license smart url smart https://old.example.net/x\n", ""
    )
    found = change(url, before)
    assert found is not None
    assert is_reverted(found, running(before))
    left = before.replace("end\n", "license smart url https://new.example.net/x\nend\n")
    assert not is_reverted(found, running(left))


def test_modes_are_entered_and_left() -> None:
    found, _ = changes(
        [
            setting(LineKind.ADD, "a", under=("call-home", "profile X")),
            setting(LineKind.ADD, "b", under=("call-home",)),
            setting(LineKind.ADD, "c"),
            setting(LineKind.ADD, "d", under=("crypto pki trustpoint T",)),
        ],
        {},
        running("end\n"),
    )
    assert typed(change.line for change in found) == (
        "call-home", "profile X", "a", "exit", "b", "exit", "c", "crypto pki trustpoint T", "d", "exit",
    )  # fmt: skip


SETTINGS = (
    setting(LineKind.ADD, "netconf-yang"),
    setting(LineKind.ADD, "ip name-server 192.0.2.53"),
    setting(LineKind.ON, "ip domain lookup"),
    setting(LineKind.ON, "ip http secure-server"),
    setting(LineKind.SET, "license smart transport off", of="license smart transport"),
    setting(LineKind.SET, "license smart url cslu http://192.0.2.40/x", of="license smart url cslu"),
    setting(
        LineKind.SET,
        "license smart url smart https://new.example.net/x",
        of="license smart url smart",
        shows=("license smart url https://new.example.net/x",),
    ),
    setting(LineKind.SET, "ip http client source-interface Vlan100", of="ip http client source-interface"),
    setting(LineKind.ADD, "active", under=("call-home", 'profile "CiscoTAC-1"')),
    setting(LineKind.FILL, "contact-email-addr a@example.net", of="contact-email-addr", under=("call-home",)),
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


def shown(config: Config) -> RunningConfig:
    return RunningConfig.parse(config.render() + "\nend\n")


@given(st.lists(st.sampled_from(STANDING), unique=True), st.lists(st.sampled_from(SETTINGS), unique=True))
def test_law_applied_is_in_force_and_undone_is_as_before(standing: list[str], wanted: list[Setting]) -> None:
    """On the lab's configuration, which shares no code with this: type, compare, roll back, compare."""
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
    assert all(is_reverted(each, back) for each in found)
    assert {(place, normalize(line)) for place, line in before.lines} <= {
        (place, normalize(line)) for place, line in back.lines
    }


@given(st.text(max_size=300))
def test_law_no_text_breaks_the_reading(text: str) -> None:
    for _, line in RunningConfig.parse(text).lines:
        assert normalize(normalize(line)) == normalize(line)


def test_a_playbook_of_many_lines_reads_the_configuration_once(monkeypatch: pytest.MonkeyPatch) -> None:
    config = RunningConfig.parse(
        "".join(f"ip host old{number} 192.0.2.1\n" for number in range(300)) + "end\n"
    )
    calls: Counter[str] = Counter()

    def counted(line: str) -> str:
        calls["normalize"] += 1
        return normalize(line)

    monkeypatch.setattr("slp_ops.planning.running_config.normalize", counted)
    settings = [setting(LineKind.ADD, f"ip host new{number} 192.0.2.2") for number in range(300)]
    found, _ = changes(settings, {}, config)
    assert len(found) == 300
    assert calls["normalize"] <= 301 + 300  # a line of the configuration, and one of the playbook
