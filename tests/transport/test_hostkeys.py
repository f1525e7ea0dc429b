"""Host keys: the file as people and OpenSSH write it, and what is accepted, learned or refused."""

from __future__ import annotations

import base64
import hmac
import multiprocessing
import os
import resource
import shutil
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from slp_ops.errors import HostKeyChanged, HostKeyRevoked, HostKeyUnknown, StoreError
from slp_ops.transport.hostkeys import MODERN_KEY_TYPES, HostKeyMode, HostKeys, HostKeyUnclaimed
from slp_ops.transport.known_hosts import Key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def key(number: int, kind: str = "ssh-ed25519", fields: int = 1) -> Key:
    """An invented key whose fields have their lengths."""
    parts = [kind.encode(), *([bytes([number]) * 32] * fields)]
    return Key(kind, b"".join(len(part).to_bytes(4, "big") + part for part in parts))


FIRST, SECOND = key(1), key(2)
RSA = key(3, "ssh-rsa", 2)
ADDRESS = "192.0.2.11"


def line(names: str, of: Key) -> str:
    return f"{names} {of.type} {base64.b64encode(of.blob).decode()}\n"


def hashed(name: str) -> str:
    salt = bytes(range(20))
    parts = (salt, hmac.digest(salt, name.encode(), "sha1"))
    return "|1|" + "|".join(base64.b64encode(part).decode() for part in parts)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "known_hosts"


@pytest.fixture(params=[0o022, 0, 0o777], ids=["umask-022", "umask-0", "umask-777"])
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# -- the file


@pytest.mark.usefixtures("_umask")
def test_file_and_folders_are_private_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "known_hosts"

    HostKeys(path, HostKeyMode.TOFU).check("sw1", ADDRESS, 22, FIRST)

    assert [mode_of(each) for each in (path, path.parent, path.parent.parent)] == [0o600, 0o700, 0o700]


def test_a_key_is_learned_behind_a_last_line_without_an_end(path: Path) -> None:
    path.write_text(line(f"[{ADDRESS}]:22", FIRST).strip(), encoding="ascii")

    HostKeys(path, HostKeyMode.TOFU).check("sw2", "192.0.2.12", 22, SECOND)

    strict = HostKeys(path, HostKeyMode.STRICT)
    strict.check("sw1", ADDRESS, 22, FIRST)
    strict.check("sw2", "192.0.2.12", 22, SECOND)
    assert len(path.read_text(encoding="ascii").splitlines()) == 2


@pytest.mark.parametrize("left", range(0, len(line("[192.0.2.11]:22", RSA)) - 1, 7))
def test_a_torn_last_line_is_ignored_once_and_replaced(path: Path, left: int) -> None:
    whole = line("[192.0.2.12]:22", FIRST)
    path.write_text(whole + line(f"[{ADDRESS}]:22", RSA)[:left], encoding="ascii")
    notices: list[str] = []
    keys = HostKeys(path, HostKeyMode.TOFU, notices.append)

    keys.check("sw2", "192.0.2.12", 22, FIRST)
    keys.check("sw1", ADDRESS, 22, SECOND)

    assert path.read_text(encoding="ascii") == whole + line(f"[{ADDRESS}]:22", SECOND)
    assert len(notices) == (1 if left else 0)
    assert all("last line is incomplete" in each for each in notices)


@pytest.mark.parametrize(
    "bad", ["what is this", "[192.0.2.11]:22 ssh-rsa AAAA", "@new * ssh-rsa AAAA", "\0\0"]
)
def test_a_damaged_line_is_named_once_and_costs_no_other(path: Path, bad: str) -> None:
    path.write_text(f"# ours\n{bad}\n{line(ADDRESS, FIRST)}", encoding="ascii")
    notices: list[str] = []
    keys = HostKeys(path, HostKeyMode.STRICT, notices.append)

    for _ in range(2):
        keys.check("sw1", ADDRESS, 22, FIRST)

    (notice,) = notices
    assert "no host key in line 2" in notice


def test_a_full_disk_leaves_the_file_as_it_was(path: Path) -> None:
    path.write_text(line("192.0.2.12", FIRST), encoding="ascii")
    before = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, limits[1]))
    try:
        with pytest.raises(StoreError, match="File too large"):
            HostKeys(path, HostKeyMode.TOFU).check("sw1", ADDRESS, 22, SECOND)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert path.read_bytes() == before


def _learn(path: Path, first: int) -> None:
    keys = HostKeys(path, HostKeyMode.TOFU)
    for number in range(first, first + 40):
        keys.check("sw", f"192.0.2.{number}", 22, FIRST)
        keys.check("shared", f"198.51.100.{number % 40}", 22, FIRST)


def test_several_processes_extend_the_file_at_once(path: Path) -> None:
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_learn, args=(path, first)) for first in (0, 40, 80)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    lines = path.read_text(encoding="ascii").splitlines()
    assert len(lines) == len(set(lines)) == 160
    assert {each.split()[1] for each in lines} == {"ssh-ed25519"}


def test_lines_that_others_add_or_remove_meanwhile_count(path: Path) -> None:
    keys = HostKeys(path, HostKeyMode.STRICT)
    with pytest.raises(HostKeyUnknown):
        keys.check("sw1", ADDRESS, 22, FIRST)
    path.write_text(line(ADDRESS, FIRST), encoding="ascii")
    keys.check("sw1", ADDRESS, 22, FIRST)
    path.write_text("# none\n", encoding="ascii")
    with pytest.raises(HostKeyUnknown):
        keys.check("sw1", ADDRESS, 22, FIRST)


def test_a_device_file_keeps_nothing_and_a_pipe_is_refused(tmp_path: Path) -> None:
    from pathlib import Path

    HostKeys(Path("/dev/null"), HostKeyMode.TOFU).check("sw1", ADDRESS, 22, FIRST)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with pytest.raises(StoreError, match="not a regular file"):
        HostKeys(fifo, HostKeyMode.TOFU).check("sw1", ADDRESS, 22, FIRST)


# -- entries as OpenSSH writes them


@pytest.mark.parametrize(
    "names",
    [
        ADDRESS,
        f"tyo-core-01,{ADDRESS}",
        f"[{ADDRESS}]:22",
        hashed(ADDRESS),
        "192.0.2.*",
        "192.0.2.1?,!192.0.2.12",
    ],
)
def test_the_names_of_port_22(path: Path, names: str) -> None:
    path.write_text(f"# {ADDRESS}:22 SSH-2.0-Cisco-1.25\n{line(names, FIRST)}", encoding="ascii")
    strict = HostKeys(path, HostKeyMode.STRICT)

    strict.check("sw1", ADDRESS, 22, FIRST)
    with pytest.raises(HostKeyChanged):
        strict.check("sw1", ADDRESS, 22, SECOND)
    with pytest.raises(HostKeyUnknown):
        strict.check("sw1", ADDRESS, 2222, FIRST)
    with pytest.raises(HostKeyUnknown):
        strict.check("sw2", "198.51.100.12" if "*" in names else "192.0.2.12", 22, FIRST)


@pytest.mark.parametrize("names", ["[tyo-core-01.example.com]:2222", "[*.EXAMPLE.com]:2222", "hash"])
def test_the_names_of_another_port(path: Path, names: str) -> None:
    name = "tyo-core-01.example.com"
    path.write_text(line(hashed(f"[{name}]:2222") if names == "hash" else names, FIRST), encoding="ascii")
    strict = HostKeys(path, HostKeyMode.STRICT)

    strict.check("sw1", name.upper(), 2222, FIRST)
    with pytest.raises(HostKeyUnknown):
        strict.check("sw1", name, 22, FIRST)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH's ssh-keygen")
def test_a_file_that_ssh_keygen_hashed(path: Path) -> None:
    path.write_text(line(ADDRESS, FIRST) + line(f"[{ADDRESS}]:2222", SECOND), encoding="ascii")
    subprocess.run(["ssh-keygen", "-H", "-f", str(path)], check=True, capture_output=True)
    assert ADDRESS not in path.read_text(encoding="ascii")
    strict = HostKeys(path, HostKeyMode.STRICT)

    strict.check("sw1", ADDRESS, 22, FIRST)
    strict.check("sw1", ADDRESS, 2222, SECOND)
    with pytest.raises(HostKeyChanged):
        strict.check("sw1", ADDRESS, 22, SECOND)


def test_each_key_of_a_host_is_accepted_and_its_types_are_asked_for_first(path: Path) -> None:
    path.write_text(line(ADDRESS, RSA) + line(ADDRESS, FIRST), encoding="ascii")
    strict = HostKeys(path, HostKeyMode.STRICT)

    for each in (RSA, FIRST):
        strict.check("sw1", ADDRESS, 22, each)
    first, *_, last = strict.preferred(ADDRESS, 22, MODERN_KEY_TYPES)
    assert first == "ssh-ed25519"
    assert last.startswith("ecdsa")


@pytest.mark.parametrize("mode", [HostKeyMode.STRICT, HostKeyMode.TOFU])
@pytest.mark.parametrize("names", ["*", ADDRESS, hashed(ADDRESS), "192.0.2.*"])
def test_a_revoked_key_is_refused_even_if_it_is_on_file(path: Path, mode: HostKeyMode, names: str) -> None:
    path.write_text(line(ADDRESS, FIRST) + line(f"@revoked {names}", FIRST), encoding="ascii")
    keys = HostKeys(path, mode)

    with pytest.raises(HostKeyRevoked, match=r"sw1 \(192\.0\.2\.11 port 22\) is revoked"):
        keys.check("sw1", ADDRESS, 22, FIRST)


def test_a_revoked_key_does_not_keep_others_from_being_learned(path: Path) -> None:
    path.write_text(line("@revoked *", FIRST), encoding="ascii")
    keys = HostKeys(path, HostKeyMode.TOFU)

    keys.check("sw1", ADDRESS, 22, SECOND)
    with pytest.raises(HostKeyRevoked):
        keys.check("sw2", "192.0.2.12", 22, FIRST)
    HostKeys(path, HostKeyMode.STRICT).check("sw1", ADDRESS, 22, SECOND)


@pytest.mark.parametrize("mode", [HostKeyMode.STRICT, HostKeyMode.TOFU])
def test_a_certificate_authority_is_an_error_of_its_hosts_only(path: Path, mode: HostKeyMode) -> None:
    path.write_text(
        line("@cert-authority *.example.com", RSA) + line(ADDRESS, FIRST) + line("b.example.com", SECOND),
        encoding="ascii",
    )
    keys = HostKeys(path, mode)

    with pytest.raises(HostKeyUnknown, match="switches have no certificates"):
        keys.check("sw1", "a.example.com", 22, FIRST)
    keys.check("sw2", "b.example.com", 22, SECOND)
    keys.check("sw3", ADDRESS, 22, FIRST)


# -- notices


def test_new_keys_are_named_at_the_end(path: Path) -> None:
    notices: list[str] = []
    keys = HostKeys(path, HostKeyMode.TOFU, notices.append)
    for number in (2, 1, 2):
        keys.check(f"sw{number}", f"192.0.2.{number}", 22, key(number))
    keys.close()
    keys.close()

    assert notices == [
        f"new host key, trusted on first use: sw{n} (192.0.2.{n} port 22): {key(n).fingerprint}"
        for n in (1, 2)
    ]


def test_many_new_keys_are_one_notice(path: Path) -> None:
    notices: list[str] = []
    keys = HostKeys(path, HostKeyMode.TOFU, notices.append)
    for number in range(200):
        keys.check(f"sw{number}", f"192.0.2.{number}", 22, FIRST)
    keys.close()

    assert notices == [f"200 new host keys were trusted on first use and added to {path}"]


def test_a_claimed_first_key_only_refuses(path: Path) -> None:
    claimed: dict[tuple[str, int], Key] = {}
    keys = HostKeys(path, HostKeyMode.TOFU, claimed=claimed)

    with pytest.raises(HostKeyUnclaimed) as met:
        keys.check("sw", ADDRESS, 22, FIRST, is_device=True)
    assert (met.value.host, met.value.port, met.value.key) == (ADDRESS, 22, FIRST)
    claimed[ADDRESS, 22] = SECOND
    with pytest.raises(HostKeyChanged, match="differs from the key that another worker of the site has met"):
        keys.check("sw", ADDRESS, 22, FIRST, is_device=True)
    assert not path.exists()
    claimed[ADDRESS, 22] = RSA  # a switch with several keys is asked for the claimed one
    assert keys.preferred(ADDRESS, 22, MODERN_KEY_TYPES)[0] == "rsa-sha2-512"
    claimed[ADDRESS, 22] = FIRST
    keys.check("sw", ADDRESS, 22, FIRST, is_device=True)
    assert path.read_text() == line(f"[{ADDRESS}]:22", FIRST)

    # What is on file comes first, whatever is claimed.
    claimed[ADDRESS, 22] = SECOND
    keys.check("sw", ADDRESS, 22, FIRST, is_device=True)
    with pytest.raises(HostKeyChanged, match="has changed"):
        keys.check("sw", ADDRESS, 22, SECOND, is_device=True)
    claimed.clear()
    keys.check("sw", ADDRESS, 22, FIRST, is_device=True)
    # A claim makes no key known.
    claimed["192.0.2.12", 22] = SECOND
    strict = HostKeys(path, HostKeyMode.STRICT, claimed=claimed)
    with pytest.raises(HostKeyUnknown, match="no host key is on file"):
        strict.check("sw", "192.0.2.12", 22, SECOND, is_device=True)
    # Jump hosts are learned as without a hub.
    keys.check("jump host", "192.0.2.13", 22, SECOND)


def test_a_revoked_key_is_not_claimed(path: Path) -> None:
    path.write_text(f"@revoked {line('*', FIRST)}")
    with pytest.raises(HostKeyRevoked):
        HostKeys(path, HostKeyMode.TOFU, claimed={}).check("sw", ADDRESS, 22, FIRST, is_device=True)
