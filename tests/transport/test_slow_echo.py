"""An echo that comes after 12 seconds, as with a slow TACACS server, is waited for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.model import CaptureStatus
from slp_ops.readonly import ReadCommand
from tests.transport.scripted import Kept

if TYPE_CHECKING:
    from slp_ops.ports import CommandEnd


@pytest.mark.slow
def test_an_echo_that_takes_twelve_seconds_is_waited_for(lab: Any, opening: Any) -> None:
    """Both transports at once: each of them types four lines."""
    running = lab(sw="slow-echo")
    opened = opening()

    async def read(transport: str) -> tuple[CommandEnd, str]:
        kept = Kept()
        async with opened.read(running.device("sw", transport=transport)) as reader:
            return await reader.show(ReadCommand("show clock"), timeout=20, sink=kept), kept.text

    async def both() -> tuple[tuple[CommandEnd, str], ...]:
        try:
            return await asyncio.gather(read("netmiko"), read("asyncssh"))
        finally:
            await opened.close()

    for ending, text in asyncio.run(both()):
        assert (ending.status, len(text.splitlines())) == (CaptureStatus.OK, 1)
