"""The simulated switch on the wire, seen by SSH clients that are not ours."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import TYPE_CHECKING, Any

import asyncssh
import paramiko
import pytest

from slp_ops.lab.hardware import HostKey

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def ssh(lab: Any, name: str = "sw", password: str = "netops", **options: Any) -> paramiko.SSHClient:
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507 - our own lab
    client.connect(
        "127.0.0.1",
        lab.rack[name].port,
        "netops",
        password,
        look_for_keys=False,
        allow_agent=False,
        timeout=60,
        **options,
    )
    return client


def until(channel: paramiko.Channel, end: str) -> str:
    """Everything up to and with ``end``; what came when the channel closed before."""
    channel.settimeout(60)
    out = b""
    while not out.endswith(end.encode()):
        data = channel.recv(65536)
        if not data:
            break
        out += data
    return out.decode()


def modern(lab: Any, name: str = "sw", **options: Any) -> Any:
    return asyncssh.connect(
        "127.0.0.1",
        lab.rack[name].port,
        **{"username": "netops", "password": "netops", "known_hosts": None, "client_keys": None, **options},
    )


def raw(lab: Any, name: str = "sw") -> bytes:
    """What a port says first."""
    with socket.create_connection(("127.0.0.1", lab.rack[name].port), timeout=60) as sock:
        return sock.recv(100)


def test_a_shell_over_ssh(lab: Callable[..., Any]) -> None:
    running = lab(sw="healthy")
    with ssh(running) as client:
        channel = client.invoke_shell(width=511, height=1000)
        assert until(channel, "#").endswith("sw#")
        channel.send(b"show license status\r")
        assert until(channel, " --More-- ").count("\r\n") == 24
        channel.send(b"q")
        until(channel, "sw#")
        channel.send(b"exit\r")
        assert until(channel, "never") == "exit\r\n"
    assert running.lines("sw", "exec") == ["show license status", "exit"]


def test_a_command_over_ssh(lab: Callable[..., Any]) -> None:
    with ssh(lab(sw="healthy")) as client:
        _, stdout, _ = client.exec_command("show privilege")
        assert stdout.read() == b"\r\nCurrent privilege level is 15\r\n"


def test_one_session_a_connection(lab: Callable[..., Any]) -> None:
    with ssh(lab(sw="healthy")) as client:
        client.invoke_shell()
        with pytest.raises(paramiko.ChannelException):
            client.invoke_shell()


def test_the_login_banner_comes_before_authentication(lab: Callable[..., Any]) -> None:
    with ssh(lab(sw="healthy")) as client:
        transport = client.get_transport()
        assert transport is not None
        assert b"Authorised access only" in (transport.get_banner() or b"")


def test_keyboard_interactive_is_accepted(lab: Callable[..., Any]) -> None:
    running = lab(sw="healthy")
    with paramiko.Transport(("127.0.0.1", running.rack["sw"].port)) as transport:
        transport.start_client()
        transport.auth_interactive("netops", lambda title, text, prompts: ["netops" for _ in prompts])
        assert transport.is_authenticated()


def test_a_wrong_password_is_refused(lab: Callable[..., Any]) -> None:
    running = lab(sw="healthy")
    with pytest.raises(paramiko.AuthenticationException):
        ssh(running, password="guess")
    assert running.lines("sw", "login") == ["refused netops"]


def test_the_third_wrong_password_ends_the_connection(lab: Callable[..., Any]) -> None:
    running = lab(sw="healthy")

    class Guesser(asyncssh.SSHClient):
        def password_auth_requested(self) -> str:
            return "guess"

    async def guess() -> None:
        async with modern(running, password=None, client_factory=Guesser, preferred_auth="password"):
            raise AssertionError("let in")

    with pytest.raises(asyncssh.DisconnectError):
        asyncio.run(guess())
    assert running.lines("sw", "login") == ["refused netops"] * 3


def test_sha1_only_offers_nothing_else(lab: Callable[..., Any]) -> None:
    running = lab(sw="sha1-only")

    async def connect(**options: Any) -> str:
        async with modern(running, **options) as conn:
            return str(conn.get_extra_info("kex_alg") or conn.get_server_host_key().get_algorithm())

    old = {"kex_algs": ["diffie-hellman-group14-sha1"], "server_host_key_algs": ["ssh-rsa"]}
    assert asyncio.run(connect(**old))
    for key in old:
        newer = {**old, key: ["curve25519-sha256"] if key == "kex_algs" else ["rsa-sha2-512"]}
        # Both sides find out at the same time; which of them speaks first is not decided.
        with pytest.raises((asyncssh.KeyExchangeFailed, asyncssh.ConnectionLost)):
            asyncio.run(connect(**newer))


@pytest.mark.parametrize(
    ("fault", "types"),
    [
        (HostKey.STABLE, ["ssh-rsa", "ssh-rsa", "ssh-rsa"]),
        (HostKey.CHANGED, ["ssh-rsa", "ssh-rsa", "ssh-rsa"]),
        (HostKey.CHANGED_TYPE, ["ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"]),
    ],
)
def test_host_keys_change_from_the_second_contact_on(
    lab: Callable[..., Any], fault: HostKey, types: list[str]
) -> None:
    running = lab(sw="healthy")
    running.fault("sw", host_key=fault)
    keys = []
    for _ in range(3):
        with ssh(running) as client:
            transport = client.get_transport()
            assert transport is not None
            keys.append(transport.get_remote_server_key())
    assert [key.get_name() for key in keys] == types
    assert (keys[0] == keys[1]) is (fault is HostKey.STABLE)
    assert keys[1] == keys[2]


def test_all_switches_share_one_key(lab: Callable[..., Any]) -> None:
    running = lab(a="healthy", b="sha1-only")
    shown = []
    for name in ("a", "b"):
        with ssh(running, name) as client:
            transport = client.get_transport()
            assert transport is not None
            shown.append(transport.get_remote_server_key().asbytes())
    assert shown[0] == shown[1]


def test_when_the_vty_lines_are_used_up_the_next_is_closed_before_a_word(lab: Callable[..., Any]) -> None:
    running = lab(sw="healthy")
    running.change("sw", lambda switch: switch.configure("no line vty 5 15"))
    clients = [ssh(running) for _ in range(5)]
    assert raw(running) == b""
    clients.pop().close()
    deadline = time.monotonic() + 60
    while not (greeting := raw(running)):
        # The switch frees the line when it has seen the end of the connection.
        assert time.monotonic() < deadline
    assert greeting.startswith(b"SSH-2.0-Cisco")
    for client in clients:
        client.close()


def test_no_free_vty(lab: Callable[..., Any]) -> None:
    assert raw(lab(sw="no-free-vty")) == b""


def test_a_port_that_says_nothing(lab: Callable[..., Any]) -> None:
    running = lab(sw="healthy")
    running.fault("sw", silent_port=True)
    with socket.create_connection(("127.0.0.1", running.rack["sw"].port), timeout=0.2) as sock:
        sock.sendall(b"SSH-2.0-probe\r\n")
        with pytest.raises(TimeoutError):
            sock.recv(100)


def test_reset_at_authentication(lab: Callable[..., Any]) -> None:
    with pytest.raises((ConnectionResetError, EOFError, paramiko.SSHException)):
        ssh(lab(sw="reset-at-auth"))


def test_a_session_that_breaks_in_mid_output(lab: Callable[..., Any]) -> None:
    running = lab(sw="healthy")
    running.fault("sw", drop_command="show license all", drop_after=700)
    with ssh(running) as client:
        channel = client.invoke_shell()
        until(channel, "#")
        channel.send(b"show license all\r")
        seen = until(channel, "never")
        assert 700 < len(seen) < 800


def test_a_reload_refuses_for_a_while_and_boots(lab: Callable[..., Any]) -> None:
    running = lab(sw="healthy")
    port, host = running.rack["sw"].port, running.rack["sw"].host
    with ssh(running) as client:
        channel = client.invoke_shell()
        until(channel, "#")
        channel.send(b"reload\r")
        until(channel, "[confirm]")
        channel.send(b"\r")
        until(channel, "never")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=60)
    # It boots after four minutes; here when the refusal was seen.
    running.call(host._boot.cancel)
    running.call(lambda: host._come_up(240.0))
    assert raw(running).startswith(b"SSH-2.0")
    with ssh(running) as client:
        _, stdout, _ = client.exec_command("show version | include uptime")
        assert b"minute" in stdout.read()


def test_scp_needs_its_server_and_moves_bytes_unchanged(lab: Callable[..., Any], tmp_path: Path) -> None:
    running = lab(sw="healthy")
    content = bytes(range(256)) * 999
    (tmp_path / "there.bin").write_bytes(content)

    async def copy(back: bool) -> None:
        async with modern(running) as conn:
            if back:
                await asyncssh.scp((conn, "flash:there.bin"), tmp_path / "back.bin")
            else:
                await asyncssh.scp(tmp_path / "there.bin", (conn, "flash:"))

    with pytest.raises(asyncssh.SFTPError):
        asyncio.run(copy(back=False))
    running.change("sw", lambda switch: switch.configure("ip scp server enable"))
    asyncio.run(copy(back=False))
    assert running.switch("sw").flash["there.bin"] == content
    asyncio.run(copy(back=True))
    assert (tmp_path / "back.bin").read_bytes() == content
    running.change("sw", lambda switch: switch.flash.pop("there.bin"))
    with pytest.raises(asyncssh.SFTPError, match="No such file"):
        asyncio.run(copy(back=True))


def test_two_hops_to_a_switch(lab: Callable[..., Any]) -> None:
    running = lab(sw="healthy")
    rack = running.rack
    asyncio.run_coroutine_threadsafe(rack.put_behind(2, None), running._loop).result(timeout=60)
    options = {"username": "netops", "password": "netops", "known_hosts": None, "client_keys": None}

    async def read() -> str:
        first, second = rack.bastions
        async with (
            asyncssh.connect("127.0.0.1", first.port, **options) as one,
            one.connect_ssh("127.0.0.1", second.port, **options) as two,
            two.connect_ssh("127.0.0.1", rack["sw"].port, **options) as switch,
        ):
            return str((await switch.run("show privilege")).stdout)

    assert "level is 15" in asyncio.run(read())
    assert running.lines("bastion-1") == ["accepted netops", f"127.0.0.1:{rack.bastions[1].port}"]
    assert running.lines("bastion-2") == ["accepted netops", f"127.0.0.1:{rack['sw'].port}"]


def test_a_slow_switch_sends_in_pieces(lab: Callable[..., Any]) -> None:
    running = lab(sw="healthy")
    running.fault("sw", chunk_bytes=64, chunk_delay=0.01)
    began = time.monotonic()
    with ssh(running) as client:
        _, stdout, _ = client.exec_command("show version")
        text = stdout.read()
    assert time.monotonic() - began > 0.01 * (len(text) // 64 - 1)
