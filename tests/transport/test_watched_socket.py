"""Classification of a closed connection, whichever call notices it first."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.errors import ClosedEarly
from slp_ops.transport import tcp
from slp_ops.transport.watched_socket import BEFORE_LOGIN, WatchedSocket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VERSION = b"SSH-2.0-Cisco-1.25\r\n"


@contextmanager
def pair() -> Iterator[tuple[WatchedSocket, socket.socket]]:
    """A connection over loopback: the watched end, and the other side."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        ours = stack.enter_context(WatchedSocket(socket.AF_INET, socket.SOCK_STREAM))
        ours.settimeout(5)
        ours.connect(listener.getsockname())
        theirs = stack.enter_context(listener.accept()[0])
        yield ours, theirs


def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
    time.sleep(0.05)


def close(sock: socket.socket) -> None:
    sock.close()
    time.sleep(0.05)


def read(sock: WatchedSocket) -> None:
    try:
        while sock.recv(4096):
            pass
    except ConnectionResetError:
        pass


def write(sock: WatchedSocket) -> None:
    for _ in range(3):  # the first write after an orderly end still succeeds
        try:
            sock.send(b"x")
        except OSError:
            return
        time.sleep(0.05)


def write_message(sock: WatchedSocket) -> None:
    for _ in range(3):
        try:
            sock.sendmsg([b"x"])
        except OSError:
            return
        time.sleep(0.05)


@pytest.mark.parametrize("meet", [read, write, write_message, WatchedSocket.close])
@pytest.mark.parametrize("sent", [b"", VERSION], ids=["silent", "identified"])
def test_a_reset_is_a_reset(meet: Callable[[WatchedSocket], None], sent: bytes) -> None:
    with pair() as (ours, theirs):
        theirs.send(sent)
        reset(theirs)
        meet(ours)

        assert (ours.is_ended, ours.was_reset, ours.identified) == (True, True, bool(sent))


@pytest.mark.parametrize("meet", [read, write, write_message])
def test_an_orderly_end_is_none_even_if_a_write_fails(meet: Callable[[WatchedSocket], None]) -> None:
    with pair() as (ours, theirs):
        theirs.send(VERSION)
        close(theirs)
        meet(ours)

        assert (ours.is_ended, ours.was_reset, ours.identified) == (True, False, True)


def test_a_connection_that_stands_is_not_ended() -> None:
    with pair() as (ours, theirs):
        ours.settimeout(0.01)
        with pytest.raises(TimeoutError):
            ours.recv(1)
        ours.setblocking(False)
        with pytest.raises(BlockingIOError):
            ours.recv(1)
        assert theirs.fileno() >= 0
        ours.close()

        assert (ours.is_ended, ours.was_reset) == (False, False)


@pytest.mark.parametrize(
    ("pieces", "identified"),
    [
        ([VERSION], True),
        ([b"SSH-2.0-", b"OpenSSH_9.2p1", b"\n"], True),
        ([b"Welcome\r\nto tyo-core-01\r\n", VERSION], True),
        ([b"x" * 5000, b"\n", VERSION[:4], VERSION[4:]], True),
        ([b"SSH-2.0-Cisco-1.25"], False),
        ([b"HTTP/1.0 400 this is not SSH-2.0\r\n"], False),
        ([b"SSH-" + b"x" * 5000, b"\n"], False),
    ],
)
def test_the_version_is_a_line_of_its_own(pieces: list[bytes], identified: bool) -> None:
    with pair() as (ours, theirs):
        for piece in pieces:
            theirs.sendall(piece)
            ours.recv(65536)

        assert ours.identified is identified


def test_little_may_come_before_a_login_is_complete() -> None:
    with pair() as (ours, theirs):
        theirs.settimeout(5)
        for _ in range(BEFORE_LOGIN // 10_000):
            theirs.sendall(b"x" * 10_000)
            while len(ours.recv(1 << 20)) == 1 << 14:
                pass
        before = ours.is_flooded
        theirs.sendall(b"x" * 20_000)
        while ours.recv(1 << 20):
            pass
        assert (before, ours.is_flooded) == (False, True)

        ours.is_logged_in = True
        theirs.sendall(b"more")
        assert ours.recv(1 << 20)


@pytest.mark.parametrize("size", [1, 4, 16, 5000, 1 << 17])
def test_reading_ahead_gives_the_same_bytes_and_the_end(size: int) -> None:
    sent = bytes(range(256)) * 300
    with pair() as (ours, theirs):
        ours.setblocking(True)
        ours.is_logged_in = ours.reads_ahead = True
        theirs.sendall(sent)
        theirs.shutdown(socket.SHUT_WR)
        pieces = list(iter(lambda: ours.recv(size), b""))
        assert b"".join(pieces) == sent
        assert max(map(len, pieces)) <= size
        assert ours.is_ended


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (b"", "the connection was reset before the login"),
        (VERSION, "the connection was reset before the login, during the key exchange"),
    ],
    ids=["silent", "identified"],
)
def test_a_reset_that_is_there_before_the_connection_is_noticed(
    monkeypatch: pytest.MonkeyPatch, sent: bytes, message: str
) -> None:
    """As on a busy computer, whose event loop sees the connection late."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        class Late(WatchedSocket):
            def connect(self, address: Any, /) -> None:
                self.setblocking(True)
                super().connect(address)
                self.setblocking(False)
                theirs, _ = listener.accept()
                theirs.send(sent)
                reset(theirs)
                raise BlockingIOError  # the loop is to look again

        monkeypatch.setattr(tcp, "WatchedSocket", Late)
        with pytest.raises(ClosedEarly) as err:
            asyncio.run(tcp.connect("127.0.0.1", listener.getsockname()[1], 60))

    assert err.value.message == message
