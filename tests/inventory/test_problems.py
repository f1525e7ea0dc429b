"""Inventory errors are reported with line, key and expected form, all at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from slp_ops.errors import InputError, Problem
from slp_ops.i18n import Lang
from slp_ops.inventory import load
from slp_ops.messages import translate

if TYPE_CHECKING:
    from pathlib import Path

_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
CANARY = "xK9canary7Qz"


def error_of(tmp_path: Path, text: str | bytes) -> InputError:
    path = tmp_path / "inventory.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as caught:
        load(path)
    return caught.value


def problems_of(tmp_path: Path, text: str | bytes) -> tuple[Problem, ...]:
    return error_of(tmp_path, text).problems


def device(settings: str) -> str:
    """An inventory of one device whose settings are on line 5."""
    return f"version: 1\nsites:\n  tokyo:\n    devices:\n      sw: {{host: 192.0.2.1, {settings}}}\n"


SW = "sites.tokyo.devices.sw"

ONE_PROBLEM = [
    # text, line, key, message contains, expected contains
    ("version: 2\nsites: {}\n", 1, "version", "version", "1"),
    ("version: '1'\nsites: {}\n", 1, "version", "version", "1"),
    ("# mine\nsites: {}\n", 2, "version", "is missing", "version: 1"),
    ("version: 1\n", 1, "sites", "is missing", "sites"),
    ("", 1, "", "is empty", "version"),
    ("# only words\n", 1, "", "only comments", "version"),
    ("- version: 1\n", 1, "", "is a list", "a mapping"),
    ("hello\n", 1, "", "is text", "a mapping"),
    ("version: 1\nsites: []\n", 2, "sites", "is a list", "a mapping"),
    ("version: 1\nsite: {}\nsites: {}\n", 2, "site", "did you mean sites?", "version, defaults"),
    ("version: 1\ndefaults: [a]\nsites: {}\n", 2, "defaults", "is a list", "a mapping"),
    ("version: 1\ndefaults: {host: x}\nsites: {}\n", 2, "defaults.host", "not a known key", "username"),
    ("version: 1\nsites: {}\nsites: {}\n", 3, "sites", "first on line 2", "one of them"),
    ("version: 1\nsites:\n  a:\n  a:\n", 4, "sites.a", "first on line 3", "one of them"),
    ("version: 1\nsites: {../x: {}}\n", 2, "sites.../x", "name", "letters, digits"),
    ("version: 1\nsites: {on: {}}\n", 2, "sites.on", "put it in quotes", "text"),
    ("version: 1\nsites:\n  t: {max_sessions: 0}\n", 3, "sites.t.max_sessions", "is 0", "from 1"),
    ("version: 1\nsites:\n  t: {descripton: x}\n", 3, "sites.t.descripton", "did you mean description?", ""),
    ("version: 1\nsites: {t: {devices: [a]}}\n", 2, "sites.t.devices", "is a list", "a mapping"),
    ("version: 1\nsites: {t: {devices: {sw: 192.0.2.1}}}\n", 2, "sites.t.devices.sw", "is text", "a mapping"),
    (
        "version: 1\nsites:\n  t:\n    devices:\n      sw:\n",
        5,
        "sites.t.devices.sw.host",
        "is missing",
        "host",
    ),
    (device("port: 0"), 5, f"{SW}.port", "is 0", "from 1 to 65535"),
    (device("port: 65536"), 5, f"{SW}.port", "is 65536", "from 1 to 65535"),
    (device("port: 022"), 5, f"{SW}.port", "is 022", "a whole number"),
    (device("port: 2:22"), 5, f"{SW}.port", "is 2:22", "a whole number"),
    (device("port: 22.0"), 5, f"{SW}.port", "a number with a point", "a whole number"),
    (device("port: '22'"), 5, f"{SW}.port", "is text", "a whole number"),
    (device("port: "), 5, f"{SW}.port", "is nothing", "a whole number"),
    (device(f"port: {'9' * 5000}"), 5, f"{SW}.port", "is 999", "a whole number"),
    (device("host: 192.0.2.2"), 5, f"{SW}.host", "occurs twice", "one of them"),
    (device("hots: x"), 5, f"{SW}.hots", "did you mean host?", "host, username"),
    (device("username: 5"), 5, f"{SW}.username", "put it in quotes", "letters"),
    (device("username: -l"), 5, f"{SW}.username", "not well formed", "letters"),
    (device("username: a b"), 5, f"{SW}.username", "not well formed", "letters"),
    (device("username: ''"), 5, f"{SW}.username", "empty text", "letters"),
    (device("credential: ../x"), 5, f"{SW}.credential", "not well formed", "letters"),
    (device("platform: cisco_ios"), 5, f"{SW}.platform", "'cisco_ios'", "cisco_xe"),
    (device("transport: asyncsh"), 5, f"{SW}.transport", "did you mean asyncssh?", "netmiko, asyncssh"),
    (device("tags: core"), 5, f"{SW}.tags", "is text", "a list"),
    (device("tags: [core, 1]"), 5, f"{SW}.tags[1]", "put it in quotes", "letters"),
    (device("tags: [[core]]"), 5, f"{SW}.tags[0]", "is a list", "letters"),
    (device("legacy_ssh: 1"), 5, f"{SW}.legacy_ssh", "is a number", "true or false"),
    (device("legacy_ssh: 'true'"), 5, f"{SW}.legacy_ssh", "is text", "true or false"),
    (device("max_sessions: many"), 5, f"{SW}.max_sessions", "is text", "a whole number"),
    (device("jump: {host: a}"), 5, f"{SW}.jump", "is a mapping", "a list"),
    (device("jump: [a]"), 5, f"{SW}.jump[0]", "is text", "a mapping"),
    (device("jump: [{port: 22}]"), 5, f"{SW}.jump[0].host", "is missing", "host"),
    (device("jump: [{host: a}, {host: -b}]"), 5, f"{SW}.jump[1].host", "not well formed", "host"),
    (device("jump: [{host: a, key: b}]"), 5, f"{SW}.jump[0].key", "not a known key", "host, port"),
    (device(f"jump: [{', '.join(['{host: a}'] * 9)}]"), 5, f"{SW}.jump", "9 hops", "at most 8"),
    (device("intent: {topology: onprem}"), 5, f"{SW}.intent.topology", "did you mean on-prem?", "offline"),
    (device("intent: {url: 'ftp://x/'}"), 5, f"{SW}.intent.url", "not well formed", "http"),
    (device("intent: {url: 'http://u:p@x/'}"), 5, f"{SW}.intent.url", "not well formed", "without user"),
    (device("intent: {url: 'http://x/?a'}"), 5, f"{SW}.intent.url", "not well formed", "query"),
    (device("intent: {vrf: 'a b'}"), 5, f"{SW}.intent.vrf", "not well formed", "VRF"),
    (device("intent: {source_interface: 100}"), 5, f"{SW}.intent.source_interface", "is a number", "Vlan100"),
    (device("intent: {mode: x}"), 5, f"{SW}.intent.mode", "not a known key", "topology"),
    (device("params: {a b: x}"), 5, f"{SW}.params.a...", "no name", "a letter"),
    (device("params: {x: [1]}"), 5, f"{SW}.params.x", "is a list", "text"),
    (device("params: {x: 1.10}"), 5, f"{SW}.params.x", "put it in quotes", "text"),
    ('version: 1\nsites: {t: {description: "a\\x07b"}}\n', 2, "sites.t.description", "U+0007", "plain text"),
    (
        'version: 1\nsites: {t: {description: "a\\u202eb"}}\n',
        2,
        "sites.t.description",
        "U+202E",
        "plain text",
    ),
    (
        "version: 1\nsites: {t: {description: 'a\n\n  b'}}\n",
        2,
        "sites.t.description",
        "line break",
        "one line",
    ),
    ("version: 1\ncredentials: {c: {kee: x}}\nsites: {}\n", 2, "credentials.c.kee", "did you mean key?", ""),
    (
        "version: 1\ncredentials:\n  c: {key: x, agent: true}\nsites: {}\n",
        3,
        "credentials.c",
        "a key and the agent",
        "one of the two",
    ),
    (
        "version: 1\ndefaults: {credential: a-b}\ncredentials:\n  a_b:\nsites: {}\n",
        4,
        "credentials.a_b",
        "same environment variables as the credential 'a-b'",
        "differ",
    ),
]


@pytest.mark.parametrize(("text", "line", "key", "message", "expected"), ONE_PROBLEM)
def test_one_problem_is_told_with_line_and_key(
    tmp_path: Path, text: str, line: int, key: str, message: str, expected: str
) -> None:
    (problem,) = problems_of(tmp_path, text)
    assert (problem.line, problem.key) == (line, key)
    assert message in problem.message
    assert expected in problem.expected
    assert problem.path == str(tmp_path / "inventory.yaml")


def test_each_problem_is_in_japanese(tmp_path: Path) -> None:
    texts = [
        *(text for text, *_ in ONE_PROBLEM),
        "? [a]\n: 1\n",
        "a: '\0'\n",
        "version: 1\nsites: {}\nsources: [{}]\n",
        "version: 1\nsites: {}\nsources: [{from: 'csv:x', site: 'a b', site_map: 1, columns: [1]}]\n",
        "version: 1\nsites: {t: {devices: {a: {host: h1}, A: {host: h2}, b: {host: h1}}}}\n",
    ]
    found = [problem for text in texts for problem in problems_of(tmp_path, text)]
    words = {each for problem in found for each in (problem.message, problem.expected)}
    # A sentence in English has no Japanese letter; a list of keys alone is none.
    sentences = {each for each in words if re.search("[A-Za-z]{2,} +[a-z]{2,}", each)}
    assert not [each for each in sentences if not _JAPANESE.search(translate(each, Lang.JA))]
    assert translate("a word", Lang.JA) == "語"


@pytest.mark.parametrize(
    "host",
    [
        "192.0.2.300",
        "10.1.1",
        "-x",
        "a_b.-c",
        "a b",
        "a;b",
        "http://x",
        "x:22",
        "2001:db8::g",
        "fe80::1%a b",
        "ä.example",
        "a..b",
    ],
)
def test_what_is_no_host_is_refused(tmp_path: Path, host: str) -> None:
    text = f"version: 1\nsites:\n  t:\n    devices:\n      sw:\n        host: '{host}'\n"
    (problem,) = problems_of(tmp_path, text)
    assert (problem.line, problem.key) == (6, "sites.t.devices.sw.host")


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "sw", "sw-1.example.net", "2001:db8::1", "fe80::1%eth0", "sw_1", "9300-a"]
)
def test_what_is_a_host_is_taken(tmp_path: Path, host: str) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text(f"version: 1\nsites: {{t: {{devices: {{sw: {{host: '{host}'}}}}}}}}\n", encoding="utf-8")
    assert load(path).devices[0].host == host


@pytest.mark.parametrize(
    "name", ["..", ".hidden", "-rf", "a/b", "a\\b", "a b", "a" * 65, "スイッチ", "a:b", "*"]
)
def test_a_name_unfit_for_a_path_is_refused(tmp_path: Path, name: str) -> None:
    text = f"version: 1\nsites:\n  t:\n    devices:\n      '{name}': {{host: 192.0.2.1}}\n"
    (problem,) = problems_of(tmp_path, text)
    assert problem.line == 5
    assert "not usable as a name" in problem.message


def test_a_name_occurs_once_across_sites_whatever_its_capitals(tmp_path: Path) -> None:
    text = """\
version: 1
sites:
  tokyo:
    devices:
      sw-1: {host: 192.0.2.1}
      SW-1: {host: 192.0.2.2}
  osaka:
    devices:
      sw-1: {host: 192.0.2.3}
"""
    assert [(one.line, one.key, one.message) for one in problems_of(tmp_path, text)] == [
        (6, "sites.tokyo.devices.SW-1", "line 5 has a device of this name, apart from upper and lower case"),
        (9, "sites.osaka.devices.sw-1", "line 5 has a device of this name"),
    ]


def test_a_device_that_stands_twice_in_one_site_is_told_once(tmp_path: Path) -> None:
    text = "version: 1\nsites:\n  t:\n    devices:\n      sw: {host: a}\n      sw: {host: b}\n"
    (problem,) = problems_of(tmp_path, text)
    assert (problem.line, problem.message) == (6, "occurs twice, first on line 5")


def test_all_problems_come_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = """\
version: 1
defaults: {transport: telnet}
sites:
  tokyo:
    colour: red
    devices:
      a: {host: 192.0.2.300, port: 99999}
      b: {hosts: 192.0.2.2}
  tokyo:
    devices:
      c: {host: 192.0.2.3, legacy_ssh: maybe}
"""
    error = error_of(tmp_path, text)
    assert [(one.line, one.key) for one in error.problems] == [
        (2, "defaults.transport"),
        (5, "sites.tokyo.colour"),
        (7, "sites.tokyo.devices.a.host"),
        (7, "sites.tokyo.devices.a.port"),
        (8, "sites.tokyo.devices.b.hosts"),
        (8, "sites.tokyo.devices.b.host"),
        (9, "sites.tokyo"),
        (11, "sites.tokyo.devices.c.legacy_ssh"),
    ]
    assert f"{tmp_path / 'inventory.yaml'}:7: sites.tokyo.devices.a.port: is 99999" in error.message


SECRETS = [
    ("defaults: {password: $}", "defaults.password"),
    ("defaults: {Password: $}", "defaults.Password"),
    ("defaults: {secret: $}", "defaults.secret"),
    ("defaults: {enable: $}", "defaults.enable"),
    ("defaults: {enable_password: $}", "defaults.enable_password"),
    ("defaults: {enable-secret: $}", "defaults.enable-secret"),
    ("defaults: {ansible_ssh_pass: $}", "defaults.ansible_ssh_pass"),
    ("defaults: {password: {deeper: $}}", "defaults.password"),
    ("defaults: {password: [$]}", "defaults.password"),
    ("defaults: {password:$}", "defaults.password..."),
    ("defaults: {password=$}", "defaults.password..."),
    ("password: $", "password"),
    ("credentials: {c: {password: $}}", "credentials.c.password"),
    ("defaults: {params: {idtoken: $}}", "defaults.params.idtoken"),
    ("defaults: {intent: {password: $}}", "defaults.intent.password"),
    ("defaults: {jump: [{host: a, password: $}]}", "defaults.jump[0].password"),
]


@pytest.mark.parametrize(("line", "key"), SECRETS)
def test_a_secret_is_refused_with_the_hint_and_never_shown(tmp_path: Path, line: str, key: str) -> None:
    error = error_of(tmp_path, f"version: 1\nsites: {{}}\n{line.replace('$', CANARY)}\n")
    assert (3, key) in [(one.line, one.key) for one in error.problems]
    assert any("does not belong in a file" in one.message for one in error.problems)
    assert "SLP_OPS_PASSWORD" in error.hint
    assert "keyring" in error.hint
    assert CANARY not in f"{error.message} {error.hint} {error.problems!r}"


@pytest.mark.parametrize(
    "line",
    [
        "defaults: {username: [$]}",
        "defaults: {port: $}",
        "defaults: {host: $}",
        "defaults: {pasword:$}",
        "defaults: {'my pw $'}",
        "defaults: {username: '-$'}",
        "defaults: {intent: {url: 'http://u:$@x/'}}",
        "defaults: $",
        "defaults: {username: *$}",
        "defaults: {username: !$ x}",
        "defaults: {username: '$}",
        "%TAG !a! $\n---\ndefaults: {x: !b!$ a}",
    ],
)
def test_a_value_in_the_wrong_place_is_not_shown_either(tmp_path: Path, line: str) -> None:
    text = line.replace("$", CANARY)
    error = error_of(tmp_path, text if line.startswith("%") else f"version: 1\nsites: {{}}\n{text}\n")
    assert CANARY not in f"{error.message} {error.hint} {error.problems!r}"


@pytest.mark.parametrize(
    "character", ["\u202e", "\u2066", "\u200b", "\x07", "\x1b", "\x7f", "\x85", "\u2028"]
)
def test_an_invisible_character_is_named_with_line_and_key(tmp_path: Path, character: str) -> None:
    text = f"version: 1\nsites:\n  t: {{description: a{character}b}}\n  u: {{colour: x}}\n"
    found = problems_of(tmp_path, text)
    assert [(one.line, one.key) for one in found] == [
        (3, ""),
        (3, "sites.t.description"),
        (4, "sites.u.colour"),
    ]
    assert f"U+{ord(character):04X}" in found[0].message
    assert character not in str(found)


def test_an_invisible_character_in_a_comment_is_found(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "version: 1\n# a\u202eb\nsites: {}\n")
    assert problem.line == 2


def test_very_many_problems_are_cut_short(tmp_path: Path) -> None:
    text = "version: 1\nsites: {}\n" + "".join(f"x{number}: 1\n" for number in range(5000))
    found = problems_of(tmp_path, text)
    assert len(found) == 101
    assert found[-1].message == "and 4900 more problems"


def test_a_missing_file_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path / "inventory.yaml")
    assert "there is no such file" in caught.value.message
    assert "-i FILE" in caught.value.hint


def test_a_folder_is_no_inventory(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        load(tmp_path)


def test_a_name_with_a_nul_is_no_crash(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path / "a\0b")


def test_what_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, b"version: 1\nsites: {}\n# caf\xe9\n")
    assert (problem.line, problem.message) == (3, "is not text in UTF-8")


def test_a_switch_may_be_named_like_a_secret(tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text(
        "version: 1\n"
        "sites: {enable: {devices: {sw-invalid-token: {host: 192.0.2.1}, secret: {host: 192.0.2.2}}}}\n"
    )

    assert [device.name for device in load(path).devices] == ["sw-invalid-token", "secret"]
