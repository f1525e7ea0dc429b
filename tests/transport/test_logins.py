"""Unusual logins over real SSH: other methods, questions and closings."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import asyncssh
import pytest

from slp_ops.errors import AuthenticationFailed, ClosedEarly, SshTimeout
from slp_ops.model import CaptureStatus, CredentialMethod, Device
from slp_ops.readonly import ReadCommand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slp_ops.engine.pacing import RateLimited
    from slp_ops.ports import CommandEnd

pytestmark = pytest.mark.parametrize("transport", ["netmiko", "asyncssh"])


@dataclass
class Other:
    """A small SSH server that is no lab: what it accepts, what it asks, how it hangs up."""

    methods: tuple[str, ...] = ("password",)
    password: str = "netops"
    further_question: str = ""
    expired: bool = False
    questions: tuple[tuple[str, bool], ...] = (("Password: ", False),)  # with whether the answer is echoed
    goodbye: tuple[int, str] | None = None
    options: dict[str, Any] = field(default_factory=dict)
    offered: list[str] = field(default_factory=list)
    connections: list[asyncssh.SSHServerConnection] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="other")
        self._thread.start()
        self._listener = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(60)
        self.port = self._listener.get_port()
        return self

    def __exit__(self, *exc: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._listener.close()
        for connection in self.connections:
            connection.abort()
            await connection.wait_closed()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _listen(self) -> Any:
        return await asyncssh.create_server(
            lambda: _Asked(self),
            "127.0.0.1",
            0,
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            process_factory=_vty,
            encoding=None,
            line_editor=False,
            **self.options,
        )


class _Asked(asyncssh.SSHServer):
    def __init__(self, other: Other) -> None:
        self._other = other

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._conn = conn
        self._other.connections.append(conn)

    def password_auth_supported(self) -> bool:
        # Paramiko asks for the service again with each method; sshd and IOS allow it, asyncssh does not.
        self._conn._next_service = b"ssh-userauth"
        return "password" in self._other.methods

    def validate_password(self, username: str, password: str) -> bool:
        right = self._judged("password", password)
        if right and self._other.expired:
            raise asyncssh.PasswordChangeRequired("Your password has expired.")
        return right

    def public_key_auth_supported(self) -> bool:
        return "publickey" in self._other.methods

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return True

    def kbdint_auth_supported(self) -> bool:
        return "keyboard-interactive" in self._other.methods

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        return "", "", "", self._other.questions

    def validate_kbdint_response(self, username: str, responses: Any) -> Any:
        right = self._judged("keyboard-interactive", *responses)
        if right and self._other.further_question:
            return "", "", "", [(self._other.further_question, False)]
        return right

    def _judged(self, method: str, *answers: str) -> bool:
        self._other.offered.append(method)
        right = answers == (self._other.password,)
        if not right and self._other.goodbye is not None:
            self._conn.disconnect(*self._other.goodbye)
        return right


async def _vty(process: asyncssh.SSHServerProcess[bytes]) -> None:
    line = b""
    process.stdout.write(b"\r\nsw1#")
    while typed := await process.stdin.read(1):
        if typed != b"\n":
            line += typed
            continue
        said = b"04:11:31.402 UTC Tue Nov 24 2026\r\n" if line.startswith(b"show") else b""
        process.stdout.write(line + b"\r\n" + said + b"sw1#")
        line = b""


@pytest.fixture
def other() -> Iterator[Callable[..., Other]]:
    """``other(methods=("publickey",))`` starts such a server; it ends with the test."""
    running: list[Other] = []

    def start(**how: Any) -> Other:
        running.append(Other(**how).__enter__())
        return running[-1]

    yield start
    for each in running:
        each.__exit__()


def read(opened: RateLimited, port: int, transport: str, command: str = "show clock") -> CommandEnd:
    class Nothing:
        def write(self, text: str) -> None:
            pass

    device = Device(
        name="sw1",
        site="tokyo",
        host="127.0.0.1",
        port=port,
        username="netops",
        transport=transport,
    )

    async def session() -> CommandEnd:
        try:
            async with opened.read(device) as reader:
                return await reader.show(ReadCommand(command), timeout=10, sink=Nothing())
        finally:
            await opened.close()

    return asyncio.run(session())


def test_a_password_answers_a_keyboard_interactive_question(other: Any, opening: Any, transport: str) -> None:
    server = other(methods=("keyboard-interactive",))

    assert read(opening(), server.port, transport).status is CaptureStatus.OK
    assert server.offered == ["keyboard-interactive"]


def test_a_wrong_password_is_offered_by_one_method_only(other: Any, opening: Any, transport: str) -> None:
    for methods in (("password", "keyboard-interactive"), ("keyboard-interactive",)):
        server = other(methods=methods)

        with pytest.raises(AuthenticationFailed, match=r"refused the login of credential 'default'$"):
            read(opening(password="wrong"), server.port, transport)

        assert server.offered == [methods[0]]


def test_no_password_is_given_to_a_further_question(other: Any, opening: Any, transport: str) -> None:
    server = other(methods=("keyboard-interactive",), further_question="New password: ")

    with pytest.raises(AuthenticationFailed, match="asks 'New password:'"):
        read(opening(), server.port, transport)

    assert server.offered == ["keyboard-interactive"]


def test_a_password_that_must_be_changed_is_named_and_not_changed(
    other: Any, opening: Any, transport: str
) -> None:
    server = other(expired=True)

    with pytest.raises(AuthenticationFailed, match="asks for a new password"):
        read(opening(), server.port, transport)

    assert server.offered == ["password"]


@pytest.mark.parametrize(
    "questions",
    [
        (("Password: ", True),),
        (("Username: ", True),),
        (("Password: ", False), ("PASSCODE: ", True)),
        (("Password: ", False), ("Password again: ", False)),
    ],
    ids=["echoed-password", "echoed-name", "second-echoed", "two"],
)
def test_only_a_single_question_without_echo_gets_the_password(
    other: Any, opening: Any, transport: str, questions: tuple[tuple[str, bool], ...]
) -> None:
    server = other(methods=("keyboard-interactive",), questions=questions)

    last = questions[-1][0].strip()
    with pytest.raises(AuthenticationFailed, match=f"instead of the password .* asks '{last}'"):
        read(opening(), server.port, transport)

    assert server.offered == []


def test_a_method_that_the_switch_does_not_take_is_said(other: Any, opening: Any, transport: str) -> None:
    server = other(methods=("publickey",))

    with pytest.raises(AuthenticationFailed, match="accepts no password") as refused:
        read(opening(), server.port, transport)

    assert "credentials" in refused.value.hint


def test_a_refused_key_is_not_called_a_wrong_password(
    other: Any, opening: Any, transport: str, tmp_path: Any
) -> None:
    server = other(methods=("password",))
    key = tmp_path / "key"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(key)
    key.chmod(0o600)

    with pytest.raises(AuthenticationFailed) as refused:
        read(opening(keys={"default": CredentialMethod(key=str(key))}), server.port, transport)

    assert "password and" not in refused.value.hint
    assert server.offered == []


@pytest.mark.parametrize("code", [asyncssh.DISC_PROTOCOL_ERROR, asyncssh.DISC_BY_APPLICATION])
def test_a_switch_that_hangs_up_on_a_refused_login_says_so(
    other: Any, opening: Any, transport: str, code: int
) -> None:
    server = other(goodbye=(code, "Too many authentication failures"))

    with pytest.raises(AuthenticationFailed):
        read(opening(password="wrong"), server.port, transport)


def test_a_switch_that_hangs_up_for_another_reason_is_quoted(
    other: Any, opening: Any, transport: str
) -> None:
    server = other(goodbye=(asyncssh.DISC_BY_APPLICATION, "Going down for maintenance"))

    with pytest.raises(ClosedEarly, match="Going down for maintenance"):
        read(opening(password="wrong"), server.port, transport)


def test_a_command_longer_than_the_switchs_window_is_sent_whole(
    other: Any, opening: Any, transport: str
) -> None:
    server = other(options={"window": 16})

    ending = read(opening(), server.port, transport, command="show processes cpu sorted | include SAUtil")

    assert ending.status is CaptureStatus.OK


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-Cisco-1.25\r\n"], ids=["accept", "version"])
def test_a_switch_that_accepts_and_is_silent_costs_the_login_timeout(
    opening: Any, transport: str, greeting: bytes
) -> None:
    async def seconds() -> float:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(greeting)
            with suppress(OSError):
                await reader.read()
            writer.transport.abort()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            device = Device(
                name="sw1",
                site="tokyo",
                host="127.0.0.1",
                port=server.sockets[0].getsockname()[1],
                username="netops",
                transport=transport,
                login_timeout=0.5,
            )
            opened = opening()
            began = time.monotonic()
            with pytest.raises(SshTimeout, match=r"silent for 0\.5 s"):
                async with opened.read(device):
                    pass
            taken = time.monotonic() - began
            await opened.close()
            await asyncio.sleep(0.1)  # the server notices
            return taken

    assert 0.4 < asyncio.run(seconds()) < 25  # by default it is a minute
