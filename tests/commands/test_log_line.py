"""Lines of the log in the forms that the switch's configuration gives them."""

from __future__ import annotations

from datetime import datetime

from slp_ops.commands import find
from slp_ops.facts import SyslogBuffer

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
