"""Simulated switches for measuring clients: outputs that were drawn beforehand, in processes of their own.

They have a login, an echo, a delay and a text for each command, and nothing else, so that the client under
measurement and not the simulation is the bound. ``slp-ops lab`` simulates what switches do; this simulates
what reading them costs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import asyncssh
import psutil  # type: ignore[import-untyped]  # it has no types, and nothing else uses it

from bench.parse import captures, drawn

if TYPE_CHECKING:
    from collections.abc import Iterator

USER: Final = "netops"
PASSWORD: Final = "netops"
REAL_KB: Final = 212  # of text a switch, in the twelve commands
_PROMPT: Final = b"lab-core-01#"
_PACKET: Final = 1 << 15
# What IOS-XE 17 offers, so that a client's own order decides.
_CIPHERS: Final = (
    "chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com",
    "aes128-ctr", "aes192-ctr", "aes256-ctr",
)  # fmt: skip


def outputs(kilobytes: int) -> dict[str, str]:
    """Return the text of each command, together as long as wanted; the shortest is what the lab draws."""
    texts = captures() if kilobytes * 1000 > sum(map(len, captures().values())) else drawn()
    line = (
        "*Jun 11 03:{:02d}:{:02d}.580: %LINK-3-UPDOWN: Interface GigabitEthernet1/0/{}, changed state to up\n"
    )
    size = sum(map(len, texts.values()))
    more: list[str] = []
    while size < kilobytes * 1000:
        more.append(line.format(len(more) // 60 % 60, len(more) % 60, len(more) % 48 + 1))
        size += len(more[-1]) + 1
    texts["show logging"] = "\n".join((texts["show logging"].rstrip(), *more))
    return texts


class _Server(asyncssh.SSHServer):
    """One login."""

    def __init__(self, answers: dict[bytes, bytes], delay: float) -> None:
        self._answers = answers
        self._delay = delay

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)

    def session_requested(self) -> _Vty:
        return _Vty(self._answers, self._delay)


class _Vty(asyncssh.SSHServerSession[bytes]):
    """One terminal: echoes what is typed, and answers a line after the delay."""

    def __init__(self, answers: dict[bytes, bytes], delay: float) -> None:
        self._answers = answers
        self._delay = delay
        self._typed = b""
        self._rest = memoryview(b"")
        self._full = False

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._chan = chan

    def pty_requested(self, term_type: str, term_size: object, term_modes: object) -> bool:
        return True

    def shell_requested(self) -> bool:
        return True

    def session_started(self) -> None:
        self._chan.write(b"\r\n" + _PROMPT)

    def data_received(self, data: bytes, datatype: int | None) -> None:
        *lines, self._typed = (self._typed + data.replace(b"\r", b"\n")).split(b"\n")
        for line in lines:
            self._chan.write(line + b"\r\n")
            answer = self._answers.get(line)
            if answer is None:
                self._chan.write(_PROMPT)
            else:
                asyncio.get_running_loop().call_later(self._delay, self._answer, answer)

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        self._pump()

    def _answer(self, answer: bytes) -> None:
        self._rest = memoryview(answer)
        self._pump()

    def _pump(self) -> None:
        while self._rest and not self._full and not self._chan.is_closing():
            piece, self._rest = self._rest[:_PACKET], self._rest[_PACKET:]
            self._chan.write(bytes(piece))


def serve(size: int, delay: float, kilobytes: int, ready: Path) -> None:
    """Serve until SIGTERM; the ports are written to a file once all listen."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    answers = {
        command.encode(): f"{text.rstrip()}\n".replace("\n", "\r\n").encode() + _PROMPT
        for command, text in outputs(kilobytes).items()
    }

    async def run() -> None:
        ended = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        options = asyncssh.SSHServerConnectionOptions(
            server_factory=lambda: _Server(answers, delay),
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            encryption_algs=_CIPHERS,
            compression_algs=["none"],
            encoding=None,
            line_editor=False,
            gss_host=None,
            login_timeout=0,
        )
        ports = []
        for _ in range(size):
            sock = socket.create_server(("127.0.0.1", 0), backlog=8)
            await asyncssh.listen(sock=sock, options=options)
            ports.append(sock.getsockname()[1])
        temporary = ready.with_suffix(".part")
        temporary.write_text(json.dumps(ports))
        temporary.rename(ready)
        await ended.wait()

    asyncio.run(run())


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """Simulated switches that listen."""

    ports: list[int]
    processes: list[psutil.Process]

    def cpu(self) -> list[float]:
        """Return the CPU seconds that each process has used."""
        return [times.user + times.system for times in (each.cpu_times() for each in self.processes)]


@contextmanager
def fleet(size: int, delay: float, kilobytes: int, processes: int, folder: Path) -> Iterator[Fleet]:
    """Start the switches, shared out among processes, and stop them."""
    started: list[subprocess.Popen[bytes]] = []
    files = [folder / f"ports-{number}.json" for number in range(min(processes, size))]
    try:
        for number, file in enumerate(files):
            share = size // len(files) + (number < size % len(files))
            started.append(
                subprocess.Popen(
                    [
                        *(sys.executable, "-W", "ignore", "-m", "bench.switches", "--ready", str(file)),
                        *("--size", str(share), "--delay", str(delay), "--kb", str(kilobytes)),
                    ]
                )
            )
        while not all(file.exists() for file in files):
            if any(each.poll() is not None for each in started):
                sys.exit("the simulated switches did not start")
            time.sleep(0.05)
        shares = [json.loads(file.read_text()) for file in files]
        # In turn from each process: whatever part of the fleet is being read, all of them work.
        longest = max(map(len, shares))
        ports = [share[turn] for turn in range(longest) for share in shares if turn < len(share)]
        yield Fleet(ports=ports, processes=[psutil.Process(each.pid) for each in started])
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100)
    parser.add_argument("--delay", type=float, default=1.0)
    parser.add_argument("--kb", type=int, default=REAL_KB)
    parser.add_argument("--ready", type=Path, required=True, help="the file for the ports")
    wanted = parser.parse_args()
    serve(wanted.size, wanted.delay, wanted.kb, wanted.ready)


if __name__ == "__main__":
    main()
