"""Syslog lines, whole and between the lines of a terminal."""

from __future__ import annotations

import pytest

from slp_ops.iosxe import syslog

LINES = [
    "*Nov 17 18:05:09.580: %SMART_LIC-3-COMM_FAILED: Communications failure",
    "022701: Jun 19 03:02:31: %SYS-5-CONFIG_I: Configured from console",
    "*Mar  7 2026 23:37:02.667 UTC: Switch 1 R0/0: ioxman: %IM-6-INSTALL_MSG: done",
    "1w2d: %LINK-3-UPDOWN: Interface Vlan100, changed state to up",
    "000123: %SYS-6-LOGOUT: User admin has exited tty session 2(10.0.0.9)",
    "%SYS-6-LOGOUT: User admin has exited",
]


@pytest.mark.parametrize("line", LINES)
def test_a_message_is_recognised_by_every_reader(line: str) -> None:
    found = syslog.parse(line)

    assert found is not None
    assert f"%{found.facility}-{found.severity}-{found.mnemonic}:" in line
    assert syslog.is_log_line(line)
    assert syslog.is_unasked(line)
    assert syslog.is_unasked(f"tyo-core-01#{line}")  # behind a prompt


@pytest.mark.parametrize("line", ["", "tyo-core-01#", "Type: cslu", "% Invalid input", "12:00:01 UTC"])
def test_output_is_no_message(line: str) -> None:
    assert syslog.parse(line) is None
    assert not syslog.is_log_line(line)
    assert not syslog.is_unasked(line)


def test_a_warning_to_all_terminals_is_unasked() -> None:
    assert syslog.is_unasked("\a*** --- SHUTDOWN in 0:05:00 ---")
    assert not syslog.is_log_line("*** --- SHUTDOWN in 0:05:00 ---")
