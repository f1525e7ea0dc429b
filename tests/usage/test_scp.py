"""Copies over real SCP: identical bytes, the host keys and algorithms of the sessions, clear refusals."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.credentials import ShellCredentials
from slp_ops.engine.pacing import RateLimitedCopies
from slp_ops.errors import CopyFailed, HostKeyChanged, NoCommonAlgorithm
from slp_ops.lab.hardware import HostKey
from slp_ops.transport.factory import TransportSelector
from slp_ops.transport.hostkeys import HostKeyMode, HostKeys

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DATA = bytes(range(256)) * 300 + b"\r\n\n\r\x00"


@pytest.fixture
def copy(tmp_path: Path) -> Callable[..., bytes]:
    """``copy(device, path)`` fetches a file, ``copy(device, path, data)`` puts it and fetches it again."""
    credentials = ShellCredentials({}, environ={"SLP_OPS_PASSWORD": "netops"}, keyring=lambda entry: None)
    host_keys = HostKeys(tmp_path / "known_hosts", HostKeyMode.TOFU)

    async def both(device: Any, path: str, data: bytes | None) -> bytes:
        made = TransportSelector(credentials=credentials, host_keys=host_keys, workers=2, connect_timeout=5.0)
        transport = RateLimitedCopies(made, rate=0)
        try:
            if data is not None:
                async with transport.files(device) as files:
                    await files.put(path, data)
            async with transport.files(device) as files:
                return await files.fetch(path)
        finally:
            await transport.close()

    return lambda device, path, data=None: asyncio.run(both(device, path, data))


@pytest.fixture
def serving(lab: Any) -> Any:
    """A switch that serves SCP."""

    def start(scenario: str = "healthy") -> Any:
        running = lab(sw1=scenario)
        running.change("sw1", lambda switch: switch.configure("ip scp server enable"))
        return running

    return start


def test_every_byte_goes_there_and_comes_back(serving: Any, copy: Any) -> None:
    running = serving()
    assert copy(running.device("sw1"), "flash:slp-ops_a.txt", DATA) == DATA
    assert running.switch("sw1").flash["slp-ops_a.txt"] == DATA
    assert copy(running.device("sw1"), "flash:slp-ops_a.txt", b"over it") == b"over it"


def test_an_old_switch_needs_to_be_allowed_for_copies_as_well(serving: Any, copy: Any) -> None:
    running = serving("sha1-only")
    with pytest.raises(NoCommonAlgorithm):
        copy(running.device("sw1"), "flash:a.txt", DATA)
    assert copy(running.device("sw1", legacy_ssh=True), "flash:a.txt", DATA) == DATA


def test_a_changed_host_key_is_refused(serving: Any, copy: Any) -> None:
    running = serving()
    copy(running.device("sw1"), "flash:a.txt", DATA)
    running.fault("sw1", host_key=HostKey.CHANGED)
    with pytest.raises(HostKeyChanged):
        copy(running.device("sw1"), "flash:a.txt")


@pytest.mark.parametrize(
    ("spoil", "words", "hint"),
    [
        (
            lambda switch: switch.configure("no ip scp server enable"),
            "the switch does not serve SCP",
            "privilege level 15",
        ),
        (lambda switch: switch.flash.clear(), "No such file", ""),
    ],
    ids=["disabled", "no file"],
)
def test_a_refusal_is_told_in_the_switchs_words(
    serving: Any, copy: Any, spoil: Any, words: str, hint: str
) -> None:
    running = serving()
    running.change("sw1", spoil)
    with pytest.raises(CopyFailed, match=words) as refused:
        copy(running.device("sw1"), "flash:a.txt")
    assert hint in refused.value.hint


def test_a_full_flash_refuses_a_file(serving: Any, copy: Any) -> None:
    running = serving()
    running.change("sw1", lambda switch: setattr(switch, "flash_taken", 11_353_194_496))
    with pytest.raises(CopyFailed, match="No space left"):
        copy(running.device("sw1"), "flash:a.txt", DATA)
    assert "a.txt" not in running.switch("sw1").flash
