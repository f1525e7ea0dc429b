"""Every transport against the same simulated switches over real SSH."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.errors import (
    AuthenticationFailed,
    ClosedEarly,
    ConnectionRefused,
    ConnectTimeout,
    EnableFailed,
    HostKeyChanged,
    HostKeyUnknown,
    HungUp,
    NameNotFound,
    NoCommonAlgorithm,
    SessionLost,
)
from slp_ops.model import CaptureStatus
from slp_ops.readonly import ReadCommand
from slp_ops.transport.hostkeys import HostKeyMode
from tests.transport.scripted import Kept

if TYPE_CHECKING:
    from slp_ops.engine.pacing import RateLimited
    from slp_ops.model import Device
    from slp_ops.ports import CommandEnd

pytestmark = pytest.mark.parametrize("transport", ["netmiko", "asyncssh"])


def read(
    opened: RateLimited, device: Device, *commands: str, timeout: float = 20
) -> list[tuple[CommandEnd, str]]:
    """Log in, run the commands, log out."""

    async def session() -> list[tuple[CommandEnd, str]]:
        answers = []
        try:
            async with opened.read(device) as reader:
                for command in commands:
                    kept = Kept()
                    ending = await reader.show(ReadCommand(command), timeout=timeout, sink=kept)
                    answers.append((ending, kept.text))
        finally:
            await opened.close()
        return answers

    return asyncio.run(session())


def test_reads_what_the_switch_prints(lab: Any, opening: Any, transport: str) -> None:
    running = lab(sw="healthy")
    device = running.device("sw", transport=transport)

    (clock, when), (version, text), (unknown, said) = read(
        opening(), device, "show clock", "show version", "show nonsense"
    )

    assert clock.status is CaptureStatus.OK
    assert len(when.splitlines()) == 1
    assert version.status is CaptureStatus.OK
    assert "Cisco IOS XE Software" in text
    assert unknown.status is CaptureStatus.UNSUPPORTED
    assert "% Invalid input detected" in said
    assert [line for line in running.lines("sw", "exec") if line] == [
        "terminal length 0",
        "terminal width 511",
        "show clock",
        "show version",
        "show nonsense",
    ]


def test_both_transports_read_the_same_text(lab: Any, opening: Any, transport: str) -> None:
    running = lab(sw="healthy-stack")
    device = running.device("sw", transport=transport)

    ((_, first),) = read(opening(), device, "show license all")
    ((_, second),) = read(
        opening(),
        running.device("sw", transport="asyncssh" if transport == "netmiko" else "netmiko"),
        "show license all",
    )

    assert first == second != ""


def test_enable_is_used_when_the_prompt_is_not_privileged(lab: Any, opening: Any, transport: str) -> None:
    running = lab(sw="healthy")
    running.access("sw", privilege=1)
    device = running.device("sw", transport=transport)

    ((ending, _),) = read(opening(), device, "show running-config")
    assert ending.status is CaptureStatus.OK

    with pytest.raises(EnableFailed):
        read(opening(enable="wrong"), device, "show clock")
    with pytest.raises(EnableFailed, match="no enable secret"):
        read(opening(enable=None), device, "show clock")


def test_a_wrong_password_is_offered_once(lab: Any, opening: Any, transport: str) -> None:
    running = lab(sw="healthy")

    with pytest.raises(AuthenticationFailed):
        read(opening(password="wrong"), running.device("sw", transport=transport), "show clock")

    assert running.lines("sw", "login") == ["refused netops"]


def test_sha1_only_needs_legacy_ssh(lab: Any, opening: Any, transport: str) -> None:
    running = lab(sw="sha1-only")

    with pytest.raises(NoCommonAlgorithm) as refused:
        read(opening(), running.device("sw", transport=transport, legacy_ssh=False), "show clock")
    assert "legacy_ssh" in refused.value.hint

    ((ending, _),) = read(opening(), running.device("sw", transport=transport, legacy_ssh=True), "show clock")
    assert ending.status is CaptureStatus.OK


@pytest.mark.parametrize("fault", ["changed", "other_type"])
def test_a_changed_host_key_is_refused_before_the_password(
    lab: Any, opening: Any, transport: str, fault: str
) -> None:
    from slp_ops.lab.hardware import HostKey

    running = lab(sw="healthy")
    kind = HostKey.CHANGED if fault == "changed" else HostKey.CHANGED_TYPE
    running.fault("sw", host_key=kind)
    device = running.device("sw", transport=transport)
    read(opening(), device, "show clock")
    logins = len(running.lines("sw", "login"))

    with pytest.raises(HostKeyChanged) as changed:
        read(opening(), device, "show clock")

    assert "sw" in changed.value.message
    assert changed.value.message.count("SHA256:") == 2
    assert len(running.lines("sw", "login")) == logins


def test_an_rsa_key_is_recognized_at_the_second_contact(lab: Any, opening: Any, transport: str) -> None:
    running = lab(sw="healthy")
    device = running.device("sw", transport=transport)

    for _ in range(2):
        ((ending, _),) = read(opening(), device, "show clock")
        assert ending.status is CaptureStatus.OK


def test_strict_refuses_an_unknown_key_and_off_checks_none(lab: Any, opening: Any, transport: str) -> None:
    running = lab(sw="changed-host-key")
    device = running.device("sw", transport=transport)

    with pytest.raises(HostKeyUnknown):
        read(opening(host_key=HostKeyMode.STRICT), device, "show clock")
    for _ in range(2):
        ((ending, _),) = read(opening(host_key=HostKeyMode.OFF), device, "show clock")
        assert ending.status is CaptureStatus.OK


def test_a_closed_port_a_silent_one_and_a_bad_name_are_told_apart(
    lab: Any, opening: Any, transport: str
) -> None:
    running = lab(sw="healthy")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefused):
            read(opening(), running.device("sw", transport=transport, port=unused.getsockname()[1]))
    with pytest.raises(NameNotFound):
        read(opening(), running.device("sw", transport=transport, host="no-such-host.invalid"))
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), pytest.raises(ConnectTimeout):
            read(opening(timeout=0.5), running.device("sw", transport=transport, port=port))


def test_a_port_that_closes_at_once_is_closed_early(lab: Any, opening: Any, transport: str) -> None:
    running = lab(sw="healthy")
    running.fault("sw", no_free_vty=True)

    with pytest.raises(ClosedEarly) as closed:
        read(opening(), running.device("sw", transport=transport))

    assert "vty" in closed.value.hint


def test_a_reset_while_authenticating_is_no_refusal(lab: Any, opening: Any, transport: str) -> None:
    running = lab(sw="healthy")
    running.fault("sw", reset_at_auth=True)

    # But it may be a silent one: the counter of refusals sees it.
    with pytest.raises(HungUp) as hung_up:
        read(opening(), running.device("sw", transport=transport))
    assert "during the login" in hung_up.value.message


def test_a_session_lost_in_mid_output_is_said(lab: Any, opening: Any, transport: str) -> None:
    running = lab(sw="drop")

    with pytest.raises(SessionLost):
        read(opening(), running.device("sw", transport=transport), "show logging")


def test_a_hang_costs_one_silence(lab: Any, opening: Any, transport: str) -> None:
    running = lab(sw="hang")

    ((ending, _),) = read(opening(), running.device("sw", transport=transport), "show version", timeout=0.5)

    assert ending.status is CaptureStatus.TIMEOUT


def test_a_denied_command_is_denied(lab: Any, opening: Any, transport: str) -> None:
    running = lab(sw="aaa-denied")

    ((ending, _),) = read(opening(), running.device("sw", transport=transport), "show running-config")

    assert ending.status is CaptureStatus.DENIED
    assert ending.reason == "Command authorization failed."


def test_cancelling_a_waiting_session_is_prompt(lab: Any, opening: Any, transport: str) -> None:
    running = lab(sw="hang")
    device = running.device("sw", transport=transport)

    async def cancelled() -> float:
        opened = opening()

        async def session() -> None:
            async with opened.read(device) as reader:
                asked.set()
                await reader.show(ReadCommand("show version"), timeout=60, sink=Kept())

        asked = asyncio.Event()
        task = asyncio.create_task(session())
        await asked.wait()
        await asyncio.sleep(0.2)  # let it be sent
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await opened.close()
        return time.monotonic() - began

    assert asyncio.run(cancelled()) < 25  # the command may be silent for 60 s
