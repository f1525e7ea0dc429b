"""A log of hundreds of thousands of lines: read as a short one, without a copy of each line."""

from __future__ import annotations

import pickle
import tracemalloc
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from slp_ops.app.audit_device import AuditOptions, run_rules
from slp_ops.commands._exported_log import as_log_lines
from slp_ops.commands._log_line import message
from slp_ops.commands._text_lines import TextLines
from slp_ops.commands.show_logging import parse
from slp_ops.facts.log import SyslogBuffer
from slp_ops.json_documents import encode
from slp_ops.model import CaptureStatus, Verdict
from slp_ops.parsing import read, split_devices
from slp_ops.rules.settings import Intent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.commands._capture_text import Row
    from slp_ops.facts.log import SyslogMessage

LINES = (
    "Nov 17 18:05:09.580: %SMART_LIC-3-COMM_FAILED: Communications failure with the CSSM : timeout\n",
    "  a line that continues it   \n",
    "\n",
    "000123: *Nov 17 18:05:10: %LINEPROTO-5-UPDOWN: Line protocol on Interface Vlan1, changed state to up\n",
)


def log_of(size: int, lines: Sequence[str] = LINES) -> str:
    block = "".join(lines)
    return "Syslog logging: enabled\nLog Buffer (4096 bytes):\n" + block * (size // len(block)) + "sw1#"


def messages_of(text: str) -> Sequence[SyslogMessage]:
    fact = parse(text).facts[0]
    assert isinstance(fact, SyslogBuffer)
    return fact.messages


def test_messages_of_a_large_log_are_those_of_a_short_one() -> None:
    short, large = messages_of(log_of(1000)), messages_of(log_of(2_000_000))

    assert len(large) > 15_000 > len(short)
    assert large[: len(short)] == tuple(short)
    assert large[0].more == ("  a line that continues it",)
    assert large[-1].sequence == 123
    assert large[-1].source.first() is not None
    assert pickle.loads(pickle.dumps(large))[1] == large[1]  # noqa: S301 - what was pickled here
    assert encode(large[:2]) == encode(tuple(short[:2]))
    assert len(encode(short)) == len(short)


@pytest.mark.parametrize("size", [1000, 2_000_000])
def test_messages_are_found_by_their_names_without_being_parsed(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[int] = []

    def counting(row: Row, command: str, more: tuple[str, ...] = ()) -> SyslogMessage:
        parsed.append(row.number)
        return message(row, command, more)

    monkeypatch.setattr("slp_ops.commands._message_log.message", counting)
    fact = parse(
        log_of(size, (*LINES, "*Mar  1 00:00:09: no message of the form above: a debug line\n"))
    ).facts[0]
    assert isinstance(fact, SyslogBuffer)
    assert set(fact.names) == {"SMART_LIC-COMM_FAILED", "LINEPROTO-UPDOWN", "-"}
    assert len(parsed) == 2  # the first and the last, for their times

    assert [each.name for each in fact.messages[:9]] == [*fact.names[:9]]
    assert len(fact.of("SMART_LIC-COMM_FAILED")) == fact.names.count("SMART_LIC-COMM_FAILED")


def test_a_short_log_equals_the_tuple_of_its_messages() -> None:
    messages = messages_of(log_of(1000))

    assert messages == tuple(messages)
    assert hash(messages) == hash(tuple(messages))
    assert messages != tuple(messages)[1:]


@pytest.mark.slow
def test_a_large_log_costs_little_more_than_its_text() -> None:
    text = log_of(2_000_000, (LINES[0], LINES[3]))
    for device in split_devices(log_of(1000)):
        read(device.parts)  # imports the readers, which are not a cost of the log
    tracemalloc.start()
    try:
        facts = [read(device.parts) for device in split_devices(text)]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert facts[0].get(SyslogBuffer) is not None
    assert peak < 4 * len(text)


def test_a_line_of_a_million_fields_is_no_record() -> None:
    text = "a," * 1_000_000 + "%SMART_LIC-3-X: \n"
    tracemalloc.start()
    try:
        assert as_log_lines(text) == text
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 4 * len(text)


@pytest.mark.parametrize("text", ["", "\n", "a", "a\n", "\n\nb\r\nc"])
def test_lines_of_a_text_are_those_of_a_split(text: str) -> None:
    lines = TextLines(text)

    assert list(lines) == text.split("\n")
    assert lines[:2] == text.split("\n")[:2]
    assert lines[-1] == text.split("\n")[-1]


@pytest.mark.parametrize(
    "stamp",
    [
        "*Nov 17 18:05:09.580: ",
        "Nov 17 2025 18:05:09 JST: ",
        "Feb 29 23:59:59.999999: ",
        "Nov 31 10:00:00: ",
        "Nov 17 25:00:00: ",
        "Nov 17 0000 10:00:00: ",
        "1w2d: ",
        "",
    ],
)
def test_extract_of_a_message_is_that_of_the_whole_message(stamp: str) -> None:
    now = datetime(2026, 11, 18)  # noqa: DTZ001 - a switch's own
    text = f"Log Buffer (4096 bytes):\n{stamp}%SMART_LIC-3-COMM_FAILED: failure\n  a second line \n"
    fact = parse(text).facts[0]
    assert isinstance(fact, SyslogBuffer)
    whole = replace(fact, messages=tuple(fact.messages))

    assert fact.extract(0, now) == whole.extract(0, now)
    assert fact.extract(0, now).at == whole.messages[0].time.at(now)
    assert fact.extract(0, None) == (None, 3, "failure", ("  a second line",))


def test_only_cited_messages_of_a_log_are_made_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def counting(row: Row, command: str, more: tuple[str, ...] = ()) -> SyslogMessage:
        made.append(row.number)
        return message(row, command, more)

    monkeypatch.setattr("slp_ops.commands._message_log.message", counting)
    line = "*Nov 17 18:05:09.580: %SMART_LIC-3-COMM_FAILED: Communications failure with the CSSM : timeout\n"
    facts = read([("show logging", CaptureStatus.OK, log_of(30_000, (line,)))])
    outcomes = run_rules(facts, audit_options=AuditOptions(), intent=Intent())

    log = facts.get(SyslogBuffer)
    assert log is not None
    assert any(each.verdict is Verdict.FAIL for each in outcomes)
    assert len(set(made)) < 10 < len(log.messages)
