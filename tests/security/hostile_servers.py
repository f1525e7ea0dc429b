"""SSH servers that never end, each in its own way; they listen on loopback in one thread."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import asyncssh

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_PIECE: Final = 1 << 15
# Between two pieces of a flood, so that the test's own process leaves some time to the others.
_BREATH: Final = 0.002
_PROMPT: Final = b"\r\nsw1#"


async def _lines(process: Any) -> None:
    await _flood(process, b"a line that is not the last one, whatever is asked\r\n" * 600)


async def _one_line(process: Any) -> None:
    await _flood(process, b"x" * _PIECE)


async def _pages(process: Any) -> None:
    await _flood(process, b"one more line\r\n --More-- \b\b\b\b\b\b\b\b\b\b")


async def _prompts(process: Any) -> None:
    await _flood(process, b"sw1#\r\nsw1#show clock\r\n" * 100)


async def _drip(process: Any) -> None:
    await _flood(process, b".", every=0.5)


async def _silence(process: Any) -> None:
    await asyncio.sleep(600)


async def _flood(process: Any, piece: bytes, *, every: float = _BREATH) -> None:
    while True:
        process.stdout.write(piece)
        await process.stdout.drain()
        await asyncio.sleep(every)


def _after_command(hostile: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
    """A terminal that behaves until the first show command."""

    async def vty(process: Any) -> None:
        with suppress(OSError, asyncssh.Error):
            process.stdout.write(_PROMPT)
            typed = b""
            while piece := await process.stdin.read(64):
                typed += piece
                if b"\n" not in typed:
                    continue
                line, _, typed = typed.partition(b"\n")
                process.stdout.write(line + b"\r\n")
                if line.startswith(b"show"):
                    await hostile(process)
                process.stdout.write(_PROMPT)

    return vty


def _before_prompt(hostile: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
    async def vty(process: Any) -> None:
        with suppress(OSError, asyncssh.Error):
            await hostile(process)

    return vty


class _Open(asyncssh.SSHServer):
    """Accepts every password."""

    connections: ClassVar[list[asyncssh.SSHServerConnection]] = []

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._conn = conn
        self.connections.append(conn)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return True


class _Banners(_Open):
    """Sends banners instead of an answer to the login."""

    async def begin_auth(self, username: str) -> bool:
        while True:
            self._conn.send_auth_banner("a banner that is not the last one\n" * 200)
            await asyncio.sleep(_BREATH)


def _raw(greeting: bytes, piece: bytes, every: float) -> Callable[[Any, Any], Awaitable[None]]:
    """A server that does not speak SSH, or stops doing so."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(greeting)
            while True:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(every)
        except OSError:
            return
        finally:
            writer.transport.abort()

    return serve


_VERSION: Final = b"SSH-2.0-Cisco-1.25\r\n"
_RAW: Final = {
    "silent-after-accept": _raw(b"", b"", 60),
    "silent-after-version": _raw(_VERSION, b"", 60),
    "lines-before-version": _raw(b"", b"a line before the version\r\n" * 600, _BREATH),
    "one-line-before-version": _raw(b"", b"x" * _PIECE, _BREATH),
    "drip-before-version": _raw(b"", b".", 0.5),
    "version-drips": _raw(b"SSH-2.0-", b"x", 0.5),
    "huge-packet": _raw(_VERSION + b"\x7f\xff\xff\xff\x04\x14", b"\0" * _PIECE, _BREATH),
    "packet-drips": _raw(_VERSION + b"\x00\x00\x7f\xff\x04\x14", b"\0", 0.5),
    "endless-ignore": _raw(_VERSION, (b"\x00\x00\x00\x0c\x06\x02" + b"\0" * 10) * 1000, _BREATH),
}
_TERMINALS: Final = {
    "lines": _after_command(_lines),
    "one-line": _after_command(_one_line),
    "pages": _after_command(_pages),
    "prompts": _after_command(_prompts),
    "drip": _after_command(_drip),
    "silence": _after_command(_silence),
    "lines-before-prompt": _before_prompt(_lines),
    "one-line-before-prompt": _before_prompt(_one_line),
    "prompts-before-prompt": _before_prompt(_prompts),
    "drip-before-prompt": _before_prompt(_drip),
    "silence-before-prompt": _before_prompt(_silence),
}
NAMES: Final = (*_RAW, *_TERMINALS, "login-banners")
# Those that end before there is a prompt.
BEFORE_PROMPT: Final = {
    *_RAW,
    "login-banners",
    *(name for name in _TERMINALS if name.endswith("before-prompt")),
}


class HostileServers:
    """The servers, by name; ``ports`` are theirs."""

    def __enter__(self) -> Self:
        self.ports: dict[str, int] = {}
        self._servers: list[Any] = []
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda loop, context: None)  # clients leave in the middle
        self._thread = threading.Thread(target=self._loop.run_forever, name="hostile")
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(30)
        return self

    def __exit__(self, *exc: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> None:
        key = asyncssh.generate_private_key("ssh-ed25519")
        for name, serve in _RAW.items():
            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            self._servers.append(server)
            self.ports[name] = server.sockets[0].getsockname()[1]
        for name, vty in {**_TERMINALS, "login-banners": _before_prompt(_silence)}.items():
            listener = await asyncssh.create_server(
                _Banners if name == "login-banners" else _Open,
                "127.0.0.1",
                0,
                server_host_keys=[key],
                process_factory=vty,
                encoding=None,
                line_editor=False,
                login_timeout=0,
            )
            self._servers.append(listener)
            self.ports[name] = listener.get_port()

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        for connection in _Open.connections:
            connection.abort()
        _Open.connections.clear()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0.1)  # aborted connections are closed in the next turns
