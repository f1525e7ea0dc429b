"""Lines of the log in the forms that the switch's configuration gives them."""

from __future__ import annotations

from datetime import datetime

from slp_ops.commands import find
from slp_ops.facts import SyslogBuffer
from slp_ops.iosxe import syslog

# "no service timestamps log", with and without "service sequence-numbers".
UNTIMED = """\
Log Buffer (102400 bytes):

%SMART_LIC-3-COMM_FAILED: Communications failure with the CSSM : No detailed information given
000124: %SYS-5-CONFIG_I: Configured from console by ops on vty0 (10.0.0.9)
"""


def test_messages_without_a_time_are_messages_of_an_unknown_time() -> None:
    command = find("show logging")
    assert command is not None
    parsed = command.parse(UNTIMED)
    (log,) = (fact for fact in parsed.facts if isinstance(fact, SyslogBuffer))
    assert [(each.mnemonic, each.sequence) for each in log.messages] == [
        ("COMM_FAILED", None),
        ("CONFIG_I", 124),
    ]
    assert all(each.time.at(datetime(2026, 11, 24)) is None for each in log.messages)  # noqa: DTZ001 - a switch's own
    assert not parsed.unparsed


def test_message_that_is_repeated_is_taken_apart_once() -> None:
    """Logs repeat themselves but for the times; of a long line nothing is remembered."""
    syslog._known_parts.cache_clear()
    said = "%SMART_LIC-3-COMM_FAILED: Communications failure with CSSM : No detailed information given"
    for second in range(30):
        found = syslog.parse(f"*Nov 17 18:05:{second:02}.580: {said}")
        assert found is not None
        assert (found.second, found.facility, found.severity) == (f"{second:02}", "SMART_LIC", 3)
        assert found.text == said.partition(": ")[2]
    assert syslog._known_parts.cache_info().misses == 1
    assert syslog.parse(f"*Nov 17 18:05:00.580: {said} {'x' * 1000}") is not None
    assert syslog._known_parts.cache_info().currsize == 1
