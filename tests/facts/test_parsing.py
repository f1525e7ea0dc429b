from __future__ import annotations

from slp_ops.facts import (
    Clock,
    CommunicationStatistics,
    Entitlements,
    LicenseTransport,
    RumReports,
    Software,
    SyslogBuffer,
    UsageReporting,
)
from slp_ops.model import CaptureStatus
from slp_ops.parsing import Facts, read, split

OK = CaptureStatus.OK
SUMMARY = """\
License Usage:
  License                 Entitlement Tag               Count Status
  -----------------------------------------------------------------------------
  network-advantage       (C9300-24 Network Advan...)       2 IN USE
"""
USAGE = """\
network-advantage (C9300-24 Network Advantage):
  Count: 2
  Status: IN USE
  License type: Perpetual
"""
STATUS = "Usage Reporting:\n  Last ACK received: Jan 02 03:04:05 2024 UTC\n  Next ACK deadline: <none>\n"
MORE = STATUS + "  Reporting push interval: 30  days\n"


def test_the_more_complete_value_counts() -> None:
    for order in ([("show license summary", OK, SUMMARY), ("show license usage", OK, USAGE)], None):
        captures = order or [("show license usage", OK, USAGE), ("show license summary", OK, SUMMARY)]
        found = read(captures).get(Entitlements)
        assert found is not None
        assert found.items[0].license_type == "Perpetual"


def test_status_counts_before_all_where_both_say_as_much() -> None:
    facts = read([("show license all", OK, STATUS), ("show license status", OK, STATUS)])
    found = facts.get(UsageReporting)
    assert found is not None
    assert found.cite("last_ack")[0].command == "show license status"


def test_completeness_counts_before_the_command() -> None:
    facts = read([("show license all", OK, MORE), ("show license status", OK, STATUS)])
    found = facts.get(UsageReporting)
    assert found is not None
    assert found.cite("last_ack")[0].command == "show license all"


def test_what_is_missing_says_why() -> None:
    facts = read(
        [
            ("show license status", CaptureStatus.DENIED, ""),
            ("show license all", CaptureStatus.UNSUPPORTED, "% Invalid input detected at '^' marker."),
            ("show version", OK, "nothing of use\n"),
        ]
    )
    assert facts.get(LicenseTransport) is None
    why = str(facts.missing(LicenseTransport))
    assert "show license status: denied by the switch's authorization" in why
    assert "show license all: not supported by this release, or not permitted" in why
    assert "show license tech support: not collected" in why
    assert "show version: printed no output for it" in str(facts.missing(Software))
    assert facts.missing(CommunicationStatistics).commands == (
        ("show license tech support", "not collected"),
    )


def test_a_capture_that_timed_out_or_was_lost_gives_no_facts() -> None:
    for status in (CaptureStatus.TIMEOUT, CaptureStatus.LOST):
        facts = read([("show license status", status, STATUS)])
        assert facts.get(UsageReporting) is None
        assert [each.command for each in facts.cut(UsageReporting)] == ["show license status"]


def test_a_complete_capture_that_takes_precedence_makes_up_for_a_cut_one() -> None:
    lost = ("show license tech support", CaptureStatus.LOST, STATUS)
    facts = read([("show license status", OK, STATUS), lost])
    assert facts.get(UsageReporting) is not None
    assert facts.cut(UsageReporting) == ()
    assert facts.cut(CommunicationStatistics)


def test_a_denied_capture_is_not_read() -> None:
    assert read([("show license status", CaptureStatus.DENIED, STATUS)]).get(UsageReporting) is None


def test_unknown_commands_cost_nothing() -> None:
    facts = read([("show vlan", OK, "VLAN Name\n")])
    assert facts.all() == ()
    assert facts.captures[0].parsed is None


def test_a_bag_of_given_facts() -> None:
    reports = RumReports()
    assert Facts.of(reports).get(RumReports) is reports
    assert Facts.of(reports).get(Clock) is None


def test_a_terminal_log_is_read_command_by_command() -> None:
    log = (
        "sw1#show clock\n10:00:00.000 UTC Mon Jan 1 2024\n"
        "sw1#show license status\n% Invalid input detected at '^' marker.\n\n"
        "sw1#show version\nCisco IOS XE Software, Version 17.09.04a\nsw1#\n"
    )
    facts = read(split(log))
    software = facts.get(Software)
    assert software is not None
    assert software.cite("version")[0].line == 7
    assert facts.get(Clock) is not None
    assert facts.status_of("show license status") is CaptureStatus.UNSUPPORTED


def test_pasted_text_is_taken_for_what_its_first_words_speak_of() -> None:
    assert [command for command, _, _ in split("Cisco IOS XE Software, Version 17.09.04a\n")] == [
        "show version"
    ]
    assert [command for command, _, _ in split("Smart Licensing Status\n=====\n")] == ["show license all"]
    log = "*Feb 10 18:05:09.580: %SMART_LIC-3-COMM_FAILED: Communications failure\n"
    assert read(split(log)).get(SyslogBuffer) is not None
    assert list(split("shopping list\nmilk\n")) == []


def test_log_lines_of_a_console_count_where_nobody_asked_for_the_log() -> None:
    line = "*Feb 10 18:05:09.580: %SMART_LIC-3-COMM_FAILED: Communications failure"
    log = f"Press RETURN to get started!\n{line}\nsw1#show clock\n10:00:00.000 UTC Mon Jan 1 2024\nsw1#\n"
    buffer = read(split(log)).get(SyslogBuffer)
    assert buffer is not None
    assert [message.cite()[0].line for message in buffer.messages] == [2]
    asked = log + "sw1#show logging\nLog Buffer (4096 bytes):\n"
    silent = read(split(asked)).get(SyslogBuffer)
    assert silent is not None
    assert silent.messages == ()
