"""The log of a session: masked before it is written, escaped, bounded."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from slp_ops.ports import Secret
from slp_ops.runs import session_log
from slp_ops.runs.session_log import SessionLogFile

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo-"  # a made-up token


class Log(SessionLogFile):
    """A log whose clock stands still."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "session-sw1.log"
        super().__init__(self.path, key=bytes(32), now=lambda: datetime(2026, 11, 24, 5, 0, tzinfo=UTC))

    @property
    def text(self) -> str:
        return re.sub(r"^05:00:00\.000 ", "", self.path.read_text(encoding="ascii"), flags=re.MULTILINE)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path)


def test_what_is_sent_and_what_comes_is_in_order(log: Log) -> None:
    log.note("netmiko to 192.0.2.1:22")
    log.received(b"\r\nsw1#")
    log.sent(b"show clock\n")
    log.received(b"show cl")
    log.received(b"ock\r\n04:11:31.402 UTC Tue Nov 24 2026\r\nsw1#")
    log.received(b"")
    log.close()
    assert log.text.splitlines() == [
        "- netmiko to 192.0.2.1:22",
        "< ",
        "< sw1#",
        "> show clock",
        "< show clock",
        "< 04:11:31.402 UTC Tue Nov 24 2026",
        "< sw1#",
        "- the connection has ended",
    ]
    assert log.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_secrets_of_a_switch_are_masked_whatever_the_pieces(log: Log, size: int) -> None:
    text = (
        b"sw1#show running-config\r\n"
        b"username netops privilege 15 secret 9 $9$abcdefghijklmn$opqrstuvwxyz0123456789ABCDEFGHIJKLMNOP.\r\n"
        b"snmp-server community S3cr3tComm RO\r\n"
        b"-----BEGIN RSA PRIVATE KEY-----\r\n"
        b"MIIEowIBAAKCAQEAxTESTtestTESTtestTESTtestTESTtestTESTtestTESTtest\r\n"
        b"-----END RSA PRIVATE KEY-----\r\n"
        b"sw1#"
    )
    for at in range(0, len(text), size):
        log.received(text[at : at + size])
    log.close()
    for secret in ("opqrstuvwxyz", "S3cr3tComm", "TESTtest"):
        assert secret not in log.text
    assert "snmp-server community <masked:" in log.text


@pytest.mark.parametrize("secret", [TOKEN, "pässwörd-ü", "ab"])
def test_a_secret_that_is_sent_is_hidden_and_so_is_its_echo_in_pieces(log: Log, secret: str) -> None:
    log.hide(Secret(secret))
    sent = f"license smart trust idtoken {secret} all\n".encode()
    log.sent(sent)
    log.received(f"$ smart trust idtoken {secret[:12]}".encode())
    log.received(f"\r$ {secret[8:]}\r\n% refused: {secret}\r\nsw1#".encode())
    log.sent(b"show clock\n")
    log.received(f"show clock\r\nthe banner quotes {secret} here\r\n".encode())
    log.close()
    assert secret not in log.text
    assert secret[8:] not in log.text or not secret[8:]
    assert "bytes after a secret are not logged" in log.text
    assert "> show clock" in log.text


def test_what_a_terminal_would_obey_is_escaped(log: Log) -> None:
    log.received(b"\x1b[2Jsw1\x07\x9b0m\xe2\x80\xae#\r\n")
    log.sent(b"\x03")
    log.close()
    assert log.text.splitlines() == [r"< \x1b[2Jsw1\x07\udc9b0m\u202e#", r"> \x03"]


def test_a_long_output_is_cut_and_the_next_line_is_logged(log: Log) -> None:
    for _ in range(300):
        log.received(b"x" * 1022 + b"\r\n")
    log.sent(b"show clock\n")
    log.received(b"04:11\r\n")
    log.close()
    assert log.path.stat().st_size < session_log.LARGEST_OUTPUT * 1.1
    assert log.text.count("the rest is not logged") == 1
    assert log.text.endswith("> show clock\n< 04:11\n")


def test_a_log_is_bounded_over_all_sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_log, "LARGEST", 10_000)
    for _ in range(20):
        log = Log(tmp_path)
        for _ in range(50):
            log.sent(b"show clock\n")
            log.received(b"04:11\r\n" * 10)
        log.close()
    assert 9_000 < log.path.stat().st_size <= 10_000
    assert "the log ends here" in log.text.splitlines()[-1]


def test_a_line_without_an_end_is_bounded_too(log: Log) -> None:
    for _ in range(2000):
        log.received(b"y" * 1024)
    log.close()
    assert log.path.stat().st_size < 3 << 20


def test_a_disk_that_refuses_ends_the_log_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "session-sw1.log").mkdir()
    refused = SessionLogFile(tmp_path / "session-sw1.log", key=bytes(32), now=lambda: datetime.now(UTC))
    refused.sent(b"show clock\n")
    refused.close()
    (tmp_path / "other").mkdir()
    full = Log(tmp_path / "other")

    def no_space(fd: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", no_space)
    full.sent(b"show clock\n")
    full.received(b"04:11\r\n")
    full.close()
    assert full.path.stat().st_size == 0
