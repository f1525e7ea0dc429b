"""Credentials come from the environment, the keyring or one prompt, in this order, and stay unseen."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import TYPE_CHECKING

import asyncssh
import pytest

from slp_ops.credentials import Origin, ShellCredentials, variable
from slp_ops.errors import CredentialError
from slp_ops.model import CredentialMethod, Device, JumpHost

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slp_ops.ports import Credential, Credentials, Secret


class Keyring:
    """A keyring that counts its questions."""

    def __init__(self, entries: Mapping[str, str] | None = None) -> None:
        self.entries = entries or {}
        self.asked: list[str] = []

    def __call__(self, entry: str) -> str | None:
        self.asked.append(entry)
        return self.entries.get(entry)


class Person:
    """Operator at the terminal who types these answers, then nothing."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, bool]] = []

    def __call__(self, question: str, hidden: bool) -> str:
        self.asked.append((question, hidden))
        if not self.answers:
            raise EOFError
        return self.answers.pop(0)


def shell(
    methods: Mapping[str, CredentialMethod] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    keyring: Keyring | None = None,
    ask: Person | None = None,
) -> ShellCredentials:
    return ShellCredentials(methods or {}, environ=environ or {}, keyring=keyring or Keyring(), ask=ask)


def revealed(secret: Secret | None) -> str | None:
    return None if secret is None else secret.reveal()


def password(credential: Credential) -> str | None:
    return revealed(credential.password)


def test_it_is_what_the_use_cases_ask_for() -> None:
    port: Credentials = shell(environ={"SLP_OPS_PASSWORD": "p"})
    assert port.get("default", "netops").username == "netops"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tokyo-ro", "SLP_OPS_TOKYO_RO_PASSWORD"),
        ("a.b_c", "SLP_OPS_A_B_C_PASSWORD"),
        ("default", "SLP_OPS_DEFAULT_PASSWORD"),
    ],
)
def test_the_variable_of_a_credential_is_its_name_in_capitals(name: str, expected: str) -> None:
    assert variable(name, "password") == expected


OWN = {
    "SLP_OPS_TOKYO_RO_USERNAME": "own",
    "SLP_OPS_TOKYO_RO_PASSWORD": "own-p",
    "SLP_OPS_TOKYO_RO_ENABLE": "own-e",
}
GENERAL = {"SLP_OPS_USERNAME": "general", "SLP_OPS_PASSWORD": "general-p", "SLP_OPS_ENABLE": "general-e"}
KEPT = {"tokyo-ro": "kept-p", "tokyo-ro:enable": "kept-e"}


@pytest.mark.parametrize(
    ("environ", "entries", "username", "expected"),
    [
        ({**OWN, **GENERAL}, KEPT, "netops", ("own", "own-p", "own-e")),
        (GENERAL, KEPT, "netops", ("netops", "general-p", "general-e")),
        (GENERAL, KEPT, None, ("general", "general-p", "general-e")),
        ({}, KEPT, "netops", ("netops", "kept-p", "kept-e")),
        ({}, {}, "netops", ("netops", "typed-p", None)),
        ({}, {}, None, ("typed-u", "typed-p", None)),
        # A variable that is set to nothing is not set.
        (
            {"SLP_OPS_PASSWORD": "", "SLP_OPS_TOKYO_RO_USERNAME": ""},
            KEPT,
            "netops",
            ("netops", "kept-p", "kept-e"),
        ),
    ],
)
def test_the_nearest_source_wins(
    environ: dict[str, str],
    entries: dict[str, str],
    username: str | None,
    expected: tuple[str, str, str | None],
) -> None:
    person = Person("typed-u", "typed-p") if username is None else Person("typed-p")
    credential = shell(environ=environ, keyring=Keyring(entries), ask=person).get("tokyo-ro", username)
    assert (credential.username, password(credential), revealed(credential.enable)) == expected


def test_another_credentials_variables_are_not_looked_at() -> None:
    with pytest.raises(CredentialError):
        shell(environ=OWN).get("osaka", "netops")


def test_a_prompt_names_who_and_hides_the_password() -> None:
    person = Person("alice", "p")
    shell(ask=person).get("tokyo-ro", None)
    assert person.asked == [
        ("User name (credential tokyo-ro): ", False),
        ("Password of alice (credential tokyo-ro): ", True),
    ]


def test_without_a_terminal_the_hint_names_every_way() -> None:
    with pytest.raises(CredentialError) as caught:
        shell().get("tokyo-ro", "netops")
    assert caught.value.message == "credential tokyo-ro: there is no password"
    for way in ("SLP_OPS_TOKYO_RO_PASSWORD", "SLP_OPS_PASSWORD", "keyring set slp-ops tokyo-ro", "terminal"):
        assert way in caught.value.hint


def test_without_a_user_name_the_hint_says_where_it_may_stand() -> None:
    with pytest.raises(CredentialError) as caught:
        shell(environ={"SLP_OPS_PASSWORD": "p"}).get("tokyo-ro", None)
    assert "SLP_OPS_TOKYO_RO_USERNAME" in caught.value.hint


def test_an_answer_of_nothing_is_asked_for_once_only() -> None:
    person = Person("")
    credentials = shell(ask=person)
    for _ in range(3):
        with pytest.raises(CredentialError):
            credentials.get("default", "netops")
    assert len(person.asked) == 1


def test_many_threads_make_one_prompt() -> None:
    together, asked = Barrier(20), Event()
    person = Person("p")

    def slow(question: str, hidden: bool) -> str:
        asked.set()
        return person(question, hidden)

    credentials = ShellCredentials({}, environ={}, keyring=Keyring(), ask=slow)

    def worker() -> str | None:
        together.wait(timeout=60)
        return password(credentials.get("default", "netops"))

    with ThreadPoolExecutor(20) as pool:
        found = [future.result(timeout=60) for future in [pool.submit(worker) for _ in range(20)]]
    assert found == ["p"] * 20
    assert asked.is_set()
    assert len(person.asked) == 1


def test_each_user_name_has_its_own_password_when_it_is_typed() -> None:
    person = Person("a-p", "b-p")
    credentials = shell(ask=person)
    assert password(credentials.get("default", "a")) == "a-p"
    assert password(credentials.get("default", "b")) == "b-p"
    assert password(credentials.get("default", "a")) == "a-p"


def test_the_keyring_is_asked_once_for_an_entry() -> None:
    keyring = Keyring({"default": "p"})
    credentials = shell(keyring=keyring)
    credentials.get("default", "a")
    credentials.get("default", "b")
    assert sorted(keyring.asked) == ["default", "default:enable"]


def test_a_broken_keyring_is_no_crash_and_is_told_when_it_matters() -> None:
    def broken(entry: str) -> str | None:
        raise OSError("no D-Bus here\nand more")

    typed = ShellCredentials({}, environ={}, keyring=broken, ask=Person("p")).get("default", "netops")
    assert password(typed) == "p"
    with pytest.raises(CredentialError, match="no password") as caught:
        ShellCredentials({}, environ={}, keyring=broken).get("default", "netops")
    assert "OSError: no D-Bus here" in caught.value.hint


@pytest.mark.parametrize(
    "backend", ["keyring.backends.fail.Keyring", "keyring.backends.null.Keyring", "no.such.Backend"]
)
def test_the_systems_keyring_may_be_absent_or_broken(backend: str, tmp_path: Path) -> None:
    code = (
        "from slp_ops.credentials import ShellCredentials\n"
        "from slp_ops.errors import CredentialError\n"
        "try: ShellCredentials({}, environ={}).get('default', 'netops')\n"
        "except CredentialError as error: print(error.message)\n"
    )
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHON_KEYRING_BACKEND": backend}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "credential default: there is no password"), (
        done.stderr
    )


def test_the_keyring_is_not_imported_before_it_is_asked() -> None:
    code = "import sys, slp_ops.credentials; sys.exit('keyring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def key_file(folder: Path, *, passphrase: str | None = None) -> Path:
    path = folder / "key"
    path.write_bytes(asyncssh.generate_private_key("ssh-ed25519").export_private_key(passphrase=passphrase))
    return path


def test_a_key_is_the_only_method_and_needs_no_password(tmp_path: Path) -> None:
    path = key_file(tmp_path)
    person = Person()
    credential = shell({"k": CredentialMethod(key=str(path))}, environ=GENERAL, ask=person).get("k", "netops")
    assert (credential.key, credential.agent, credential.password, credential.passphrase) == (
        str(path),
        False,
        None,
        None,
    )
    assert revealed(credential.enable) == "general-e"
    assert person.asked == []


def test_a_locked_keys_passphrase_comes_from_the_environment_the_keyring_or_a_prompt(tmp_path: Path) -> None:
    path = key_file(tmp_path, passphrase="open sesame")
    methods = {"k": CredentialMethod(key=str(path))}
    ways = (
        shell(methods, environ={"SLP_OPS_K_PASSPHRASE": "open sesame"}),
        shell(methods, keyring=Keyring({"k:passphrase": "open sesame"})),
        shell(methods, ask=Person("open sesame")),
    )
    assert [revealed(way.get("k", "netops").passphrase) for way in ways] == ["open sesame"] * 3
    with pytest.raises(CredentialError, match="no passphrase") as caught:
        shell(methods).get("k", "netops")
    assert "SLP_OPS_K_PASSPHRASE" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (None, "No such file", "name a private key"),
        ("ssh-ed25519 AAAA me\n", "is no private key", "without .pub"),
        ("PuTTY-User-Key-File-3: x\n", "is no private key", "PuTTYgen"),
        ("hello\n", "is no private key", "OpenSSH"),
    ],
)
def test_a_file_that_is_no_key_is_told_before_any_login(
    tmp_path: Path, content: str | None, message: str, hint: str
) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(CredentialError, match=message) as caught:
        shell({"k": CredentialMethod(key=str(path))}).get("k", "netops")
    assert hint in caught.value.hint


def test_the_agent_is_the_only_method_and_has_to_run() -> None:
    methods = {"a": CredentialMethod(agent=True)}
    found = shell(methods, environ={**GENERAL, "SSH_AUTH_SOCK": "/x"}).get("a", "netops")
    assert (found.agent, found.key, found.password) == (True, None, None)
    with pytest.raises(CredentialError, match="no SSH agent") as caught:
        shell(methods, environ=GENERAL).get("a", "netops")
    assert "ssh-add" in caught.value.hint


def way_through(*hops: JumpHost) -> Device:
    return Device(name="sw", site="t", host="192.0.2.1", username="netops", jump=hops)


def test_everything_a_run_needs_is_asked_for_beforehand() -> None:
    person = Person("gate-p", "p")
    credentials = shell(ask=person)
    devices = [way_through(JumpHost(host="b", username="gate", credential="bastion")), way_through()]
    credentials.prepare(devices)
    assert [question for question, _ in person.asked] == [
        "Password of gate (credential bastion): ",
        "Password of netops (credential default): ",
    ]
    assert password(credentials.get("default", "netops")) == "p"
    assert len(person.asked) == 2


def test_origins_tell_where_from_without_values_and_ask_nobody(tmp_path: Path) -> None:
    path = key_file(tmp_path, passphrase="x")
    methods = {"bastion": CredentialMethod(key=str(path)), "gone": CredentialMethod(key="/nowhere")}
    person = Person()
    credentials = shell(methods, environ={"SLP_OPS_PASSWORD": "canary"}, ask=person)
    hops = (JumpHost(host="b", credential="bastion"), JumpHost(host="c", username="g", credential="gone"))
    found = credentials.origins([way_through(*hops)])
    assert found == (
        Origin(
            name="bastion", username="prompt", proof=f"key {path}, passphrase: prompt", enable="", missing=""
        ),
        Origin(
            name="gone",
            username="g (inventory)",
            proof="",
            enable="",
            missing="the key /nowhere cannot be read: No such file or directory",
        ),
        Origin(
            name="default", username="netops (inventory)", proof="SLP_OPS_PASSWORD", enable="", missing=""
        ),
    )
    assert person.asked == []
    assert "canary" not in repr(found)


def test_origins_say_what_is_missing_and_how_to_give_it() -> None:
    (found,) = shell().origins([Device(name="sw", site="t", host="h")])
    assert found.missing == "no user name: set SLP_OPS_DEFAULT_USERNAME or SLP_OPS_USERNAME"
    (found,) = shell().origins([way_through()])
    assert found.missing == "no password: set SLP_OPS_DEFAULT_PASSWORD or SLP_OPS_PASSWORD"


def test_a_credential_shows_and_pickles_no_secret() -> None:
    credential = shell(environ={"SLP_OPS_PASSWORD": "canary"}).get("default", "netops")
    assert "canary" not in f"{credential!r} {credential} {credential.password}"
    with pytest.raises(TypeError):
        pickle.dumps(credential)


@pytest.mark.parametrize("what", ["password", "enable"])
@pytest.mark.parametrize("tail", ["\n", "\nconfigure terminal", "\x03", "\t", "\u2028"])
def test_a_secret_that_is_more_than_one_line_is_refused_from_every_source(what: str, tail: str) -> None:
    one, entry = f"SLP_OPS_{what.upper()}", "default" if what == "password" else "default:enable"
    rest = {} if what == "password" else {"SLP_OPS_PASSWORD": "p"}
    for credentials in (
        shell(environ={one: f"with blanks{tail}", **rest}),
        shell(environ=rest, keyring=Keyring({entry: f"with blanks{tail}"})),
    ):
        with pytest.raises(CredentialError, match=f"{what} in .* contains a control character"):
            credentials.get("default", "netops")


def test_a_typed_secret_is_one_line_too() -> None:
    with pytest.raises(CredentialError, match="typed password contains a control character"):
        shell(ask=Person("two\x1bwords")).get("default", "netops")


def test_blanks_belong_to_a_password() -> None:
    credentials = shell(environ={"SLP_OPS_PASSWORD": "two words ", "SLP_OPS_ENABLE": " one"})
    assert password(credentials.get("default", "netops")) == "two words "
