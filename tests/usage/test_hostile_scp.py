"""SCP servers that never end: a copy is bounded in bytes and time, and takes one file only."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import asyncssh
import pytest

from slp_ops.credentials import ShellCredentials
from slp_ops.errors import CopyFailed
from slp_ops.model import Device
from slp_ops.transport.factory import TransportSelector
from slp_ops.transport.hostkeys import HostKeyMode, HostKeys

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

ONE_FILE = b"C0644 5 a.txt\nhello\0"


class Server(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return True


async def copied(path: Path, first: bytes, piece: bytes, every: float, *, put: bool) -> None:
    """Copy a file from or to a server that sends ``piece`` for ever."""

    async def serve(process: Any) -> None:
        with suppress(OSError, asyncssh.Error):
            process.stdout.write(first)
            while True:
                process.stdout.write(piece)
                await process.stdout.drain()
                await asyncio.sleep(every)

    server = await asyncssh.create_server(
        Server,
        "127.0.0.1",
        0,
        server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
        process_factory=serve,
        encoding=None,
        line_editor=False,
    )
    device = Device(
        name="sw1",
        site="tokyo",
        host="127.0.0.1",
        port=server.get_port(),
        username="netops",
        max_output=1,
        max_time=2.0,
    )
    transport = TransportSelector(
        credentials=ShellCredentials({}, environ={"SLP_OPS_PASSWORD": "x"}, keyring=lambda entry: None),
        host_keys=HostKeys(path / "known_hosts", HostKeyMode.TOFU),
        workers=1,
        connect_timeout=30,
    )
    try:
        async with asyncio.timeout(60), transport.files(device) as files:
            if put:
                await files.put("flash:a.txt", b"data" * 1000)
            else:
                await files.fetch("flash:a.txt")
    finally:
        await transport.close()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


@pytest.mark.parametrize(
    ("first", "piece", "every"),
    [
        (b"", ONE_FILE, 0.001),
        (b"", b"C0644 0 a.txt\n\0", 0.001),
        (b"", b"T0 0 0 0\n", 0.001),
        (b"", b"D0755 0 folder\n", 0.001),
        (b"", b"\x01a warning that is not the last one\n", 0.001),
        (b"", b"x" * 1000, 0.001),
        (b"C0644 99999999999 a.txt\n", b"x" * 32768, 0.001),
        (b"C0644 100000 a.txt\n", b"x", 0.2),
        (b"C0644 100000 a.txt\n", b"", 60),
        (b"", b"", 60),
    ],
    ids=[
        "file-after-file", "empty-files", "times", "folders", "warnings", "one-line", "huge", "drip",
        "stops", "silent",
    ],
)  # fmt: skip
@pytest.mark.parametrize("put", [False, True], ids=["fetch", "put"])
def test_a_copy_ends_at_its_bounds(
    tmp_path: Path, first: bytes, piece: bytes, every: float, put: bool
) -> None:
    with pytest.raises(CopyFailed):
        asyncio.run(copied(tmp_path, first, piece, every, put=put))
