"""Offered algorithms: authenticated ciphers first, and nothing weak without legacy_ssh."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.errors import DeviceError
from slp_ops.model import Device
from slp_ops.transport import algorithms
from slp_ops.transport.async_connection import options_with_password

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slp_ops.ports import Transport

GCM = ["aes256-gcm@openssh.com", "aes128-gcm@openssh.com"]
CHACHA = ["chacha20-poly1305@openssh.com"]
CTR = ["aes256-ctr", "aes192-ctr", "aes128-ctr"]
CBC = ["aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc"]
SHA2 = ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"]
# Paramiko has no ChaCha20.
CIPHERS = {"asyncssh": [*GCM, *CHACHA, *CTR], "netmiko": [*GCM, *CTR]}
WITHOUT_AES = {"asyncssh": [*CHACHA, *GCM, *CTR], "netmiko": [*GCM, *CTR]}
_KEXINIT = 20


@dataclass(frozen=True)
class Offer:
    """The client's first message (RFC 4253, section 7.1)."""

    key_exchange: list[str]
    host_keys: list[str]
    ciphers: list[str]
    macs: list[str]
    compression: list[str]

    @classmethod
    def of(cls, packet: bytes) -> Offer:
        assert packet[5] == _KEXINIT
        lists, rest = [], packet[6 + 16 :]
        for _ in range(8):
            size = int.from_bytes(rest[:4], "big")
            lists.append(rest[4 : 4 + size].decode().split(","))
            rest = rest[4 + size :]
        assert lists[2:4] == [lists[2]] * 2
        assert lists[4:6] == [lists[4]] * 2
        return cls(lists[0], lists[1], lists[2], lists[4], lists[6])


def offer_of(opened: Transport, **settings: Any) -> Offer:
    """Return the offer of a transport to a switch."""

    async def ask() -> Offer:
        received: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"SSH-2.0-Cisco-1.25\r\n")
            await reader.readline()
            size = await reader.readexactly(4)
            received.set_result(size + await reader.readexactly(int.from_bytes(size, "big")))
            writer.close()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            device = Device(
                name="sw", site="tokyo", host="127.0.0.1", port=port, username="netops", **settings
            )
            try:
                with suppress(DeviceError):
                    async with opened.read(device):
                        pass
            finally:
                await opened.close()
            return Offer.of(await received)

    return asyncio.run(ask())


@pytest.fixture
def _no_options() -> Iterator[None]:
    """Have the options of logins made anew: a process has one processor, and a test two."""
    options_with_password.cache_clear()
    yield
    options_with_password.cache_clear()


@pytest.mark.usefixtures("_no_options")
@pytest.mark.parametrize("transport", ["netmiko", "asyncssh"])
@pytest.mark.parametrize("has_aes", [True, False])
@pytest.mark.parametrize("legacy", [False, True])
def test_what_each_transport_offers(
    opening: Callable[..., Transport],
    monkeypatch: pytest.MonkeyPatch,
    transport: str,
    has_aes: bool,
    legacy: bool,
) -> None:
    monkeypatch.setattr(algorithms, "_has_aes", lambda: has_aes)

    offer = offer_of(opening(), transport=transport, legacy_ssh=legacy)

    modern = (CIPHERS if has_aes else WITHOUT_AES)[transport]
    assert offer.ciphers == ([*modern, *CBC] if legacy else modern)
    assert offer.macs == ([*SHA2, "hmac-sha1"] if legacy else SHA2)
    assert offer.compression == ["none"]
    sha1 = [name for name in (*offer.key_exchange, *offer.host_keys) if name.endswith("sha1")]
    assert bool(sha1) is legacy
    assert ("ssh-rsa" in offer.host_keys) is legacy
    assert not {"ssh-dss", "diffie-hellman-group1-sha1"} & {*offer.key_exchange, *offer.host_keys}


@pytest.mark.parametrize("weak", ["md5", "-96", "arcfour", "blowfish", "none"])
def test_some_are_never_offered(weak: str) -> None:
    assert not [
        name for name in (*algorithms.ciphers(legacy=True), *algorithms.macs(legacy=True)) if weak in name
    ]
