"""``~/.ssh/config`` is read as OpenSSH reads it, as far as it is read."""

from __future__ import annotations

import pytest

from slp_ops.errors import InputError
from slp_ops.inventory.ssh_config import Resolved, resolve

CONFIG = """\
# first match wins
Host tyo-core-01
    HostName 192.0.2.11
    Port 2222

Host tyo-* !tyo-lab-*
    User netops
    Port 22
    ProxyJump outer,gate@inner:2200

Host inner
    HostName %h.example.net
    User nobody
    ProxyJump inner

Host outer
    HostName outer.example.net
    IdentityFile ~/.ssh/outer
    IdentityFile ~/.ssh/other

Host osa-?
    hostname=198.51.100.1
    PROXYJUMP "none"

Host *
    User fallback
    ProxyJump outer
"""


def way(found: Resolved) -> list[tuple[str, int | None, str | None]]:
    return [(hop.hostname, hop.port, hop.user) for hop in found.jump]


def test_the_first_value_found_wins() -> None:
    found = resolve(CONFIG.replace("    ProxyJump outer\n", ""), "tyo-core-01")
    assert (found.hostname, found.port, found.user) == ("192.0.2.11", 2222, "netops")


def test_jump_hosts_come_nearest_first_and_what_their_place_says_wins() -> None:
    found = resolve(CONFIG.replace("    ProxyJump outer\n", ""), "tyo-core-01")
    assert way(found) == [
        ("outer.example.net", None, "fallback"),
        ("inner.example.net", 2200, "gate"),
    ]
    assert found.jump[0].identity_files == ("~/.ssh/outer", "~/.ssh/other")


@pytest.mark.parametrize(
    ("host", "user"), [("tyo-lab-1", "fallback"), ("TYO-1", "netops"), ("x", "fallback")]
)
def test_patterns_may_be_negated_and_know_no_capitals(host: str, user: str) -> None:
    assert resolve(CONFIG.replace("    ProxyJump outer\n", ""), host).user == user


def test_none_ends_the_search_for_a_jump_host() -> None:
    found = resolve(CONFIG, "osa-1")
    assert (found.hostname, found.jump) == ("198.51.100.1", ())


def test_the_nearest_hops_own_jump_is_followed() -> None:
    text = "Host a\nProxyJump b\nHost b\nProxyJump c:22\nHost c\nProxyJump ssh://u@d:2022\n"
    assert way(resolve(text, "a")) == [("d", 2022, "u"), ("c", 22, None), ("b", None, None)]


def test_an_ipv6_hop_stands_in_brackets() -> None:
    assert way(resolve("Host a\nProxyJump u@[2001:db8::1]:2022\n", "a")) == [("2001:db8::1", 2022, "u")]


def test_what_stands_before_any_host_line_is_for_all() -> None:
    assert resolve("User everybody\nHost a\nUser a\n", "a").user == "everybody"


def test_brackets_in_a_pattern_are_plain_characters() -> None:
    assert resolve("Host a[12]\nUser x\n", "a1").user is None


def test_a_token_in_hostname_is_filled_in() -> None:
    assert resolve("Host a\nHostName %h.example.net\n", "a").hostname == "a.example.net"


def test_match_and_include_are_left_out_and_noted() -> None:
    found = resolve("Include more\nMatch host a\n  User wrong\nHost a\n  Port 2222\n", "a")
    assert (found.user, found.port) == (None, 2222)
    assert found.notes == (
        "~/.ssh/config:1: Include is ignored",
        "~/.ssh/config:2: this Match block is ignored",
    )


def test_a_proxycommand_is_never_run_and_noted() -> None:
    found = resolve("Host a\nProxyCommand nc %h 22\nProxyJump b\n", "a")
    assert found.jump == ()
    assert "2: ProxyCommand is not run" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "line", "key", "message"),
    [
        ("Host a\nProxyJump b\nHost b\nProxyJump a\n", 4, "proxyjump", "loop: a -> b -> a"),
        ("ProxyJump a\n", 1, "proxyjump", "loop: a -> a"),
        ("Host a\nPort 99999\n", 2, "port", "not well formed"),
        ("Host a\nUser -oProxyCommand\n", 2, "user", "not well formed"),
        ("Host a\nHostName -x\n", 2, "hostname", "not well formed"),
        ("Host a\nHostName %n\n", 2, "hostname", "not well formed"),
        ("Host a\nProxyJump b:0\n", 2, "proxyjump", "not well formed"),
        ("Host a\nProxyJump b,,c\n", 2, "proxyjump", "not well formed"),
        ("Host a\nProxyJump b;c\n", 2, "proxyjump", "names a host that is not well formed"),
        (
            "Host a\nProxyJump " + ",".join(f"h{n}" for n in range(9)),
            2,
            "proxyjump",
            "more than 8 jump hosts",
        ),
        (
            "".join(f"Host h{n}\nProxyJump h{n + 1}\n" for n in range(12)).replace("h0", "a"),
            18,
            "proxyjump",
            "more than 8 jump hosts",
        ),
    ],
)
def test_what_cannot_be_meant_is_an_error_with_its_line(text: str, line: int, key: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        resolve(text, "a")
    (problem,) = caught.value.problems
    assert (problem.line, problem.key) == (line, key)
    assert message in problem.message
