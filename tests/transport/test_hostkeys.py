"""The file of host keys as people edit it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from slp_ops.errors import HostKeyChanged, HostKeyUnknown, InputError
from slp_ops.transport.hostkeys import HostKeyMode, HostKeys, Key

if TYPE_CHECKING:
    from pathlib import Path

FIRST, SECOND = (Key("ssh-ed25519", f"invented key {number}".encode()) for number in (1, 2))


def line(names: str, key: Key) -> str:
    return f"{names} {key.type} {base64.b64encode(key.blob).decode()}"


def test_a_key_is_learnt_behind_a_last_line_without_an_end(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    path.write_text(line("[192.0.2.11]:22", FIRST), encoding="ascii")

    HostKeys(path, HostKeyMode.TOFU).check("sw2", "192.0.2.12", 22, SECOND)

    strict = HostKeys(path, HostKeyMode.STRICT)
    strict.check("sw1", "192.0.2.11", 22, FIRST)
    strict.check("sw2", "192.0.2.12", 22, SECOND)
    assert len(path.read_text(encoding="ascii").splitlines()) == 2


@pytest.mark.parametrize("names", ["192.0.2.11", "tyo-core-01,192.0.2.11", "[192.0.2.11]:22"])
def test_what_ssh_keyscan_prints_is_a_key_of_port_22(tmp_path: Path, names: str) -> None:
    path = tmp_path / "known_hosts"
    path.write_text(f"# 192.0.2.11:22 SSH-2.0-Cisco-1.25\n{line(names, FIRST)}\n", encoding="ascii")
    strict = HostKeys(path, HostKeyMode.STRICT)

    strict.check("sw1", "192.0.2.11", 22, FIRST)
    with pytest.raises(HostKeyChanged):
        strict.check("sw1", "192.0.2.11", 22, SECOND)
    with pytest.raises(HostKeyUnknown):
        strict.check("sw1", "192.0.2.11", 2222, FIRST)


def test_a_line_that_is_no_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    path.write_text(f"{line('192.0.2.11', FIRST)}\n@revoked 192.0.2.12 ssh-rsa AAAA\n", encoding="ascii")

    with pytest.raises(InputError, match=r"known_hosts:2: this is no host key"):
        HostKeys(path, HostKeyMode.STRICT).check("sw1", "192.0.2.11", 22, FIRST)
