"""Events of the agent's log: parsed when they are asked for, and the same as if all were parsed at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slp_ops.commands import _events, find
from slp_ops.facts import EventLog
from slp_ops.model import CaptureStatus
from slp_ops.parsing import read

if TYPE_CHECKING:
    from slp_ops.facts.communication import LicenseEvent
    from slp_ops.facts.values import SourceLine

_LOG = """**** Event Log ****

2024-01-02 03:04:05.920 UTC SAEVT_INIT_START version="5.1.23_rel/104"
2024-01-02 03:04:06.100 UTC SAEVT_ENDPOINT_USAGE count="1" entitlementTag="regid.2017-03.com.cisco.advant
agek9-Nike-24port,1.0_1"
2024-01-02 03:04:07.000 UTC SAEVT_COMM_FAIL error="Unable
to resolve server hostname/domain name"
2024-01-02 03:04:08.000 UTC SAEVT_ENDPOINT_USAGE count="2"
"""


def _log(text: str) -> EventLog:
    command = find("show license eventlog")
    assert command is not None
    (fact,) = command.parse(text).facts
    assert isinstance(fact, EventLog)
    return fact


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Texts of the events that were parsed."""
    parsed: list[str] = []
    parse = _events._event

    def counted(command: str, line: SourceLine, joined: str) -> LicenseEvent:
        parsed.append(joined)
        return parse(command, line, joined)

    monkeypatch.setattr(_events, "_event", counted)
    return parsed


def test_events_are_parsed_when_they_are_asked_for(asked: list[str]) -> None:
    log = _log(_LOG)
    assert asked == []
    assert len(log.events) == 4
    assert log.events[3].values[0].value == "2"
    assert len(asked) == 1
    assert log.events[3] is log.events[-1]
    assert len(asked) == 1


def test_event_of_one_line_is_named_without_being_parsed(asked: list[str]) -> None:
    one_line_each = "".join(
        f'2024-01-02 03:04:{number:02}.000 UTC SAEVT_{"AB"[number % 2]} n="{number}"\n'
        for number in range(50)
    )
    log = _log(one_line_each)
    found = log.places("SAEVT_B")
    assert [log.values(place)[0].value for place in found] == [str(number) for number in range(1, 50, 2)]
    assert not asked  # values are read without the time
    assert [log.events[place].values for place in found] == [log.values(place) for place in found]
    assert len(asked) == 25


def test_name_that_the_terminal_split_is_whole() -> None:
    log = _log("2024-01-02 03:04:06.100 UTC SAEVT_ENDP\nOINT_USAGE count=1\n")
    assert log.events[0].name == "SAEVT_ENDPOINT_USAGE"
    assert log.places("SAEVT_ENDPOINT_USAGE") == (0,)
    assert log.places("SAEVT_ENDP") == ()


def test_events_equal_any_sequence_of_the_same_events() -> None:
    log = _log(_LOG)
    values = tuple(log.events)
    assert log == EventLog(events=values)
    assert hash(log) == hash(EventLog(events=values))
    assert log.events[1:3] == values[1:3]
    assert EventLog(events=values).places("SAEVT_COMM_FAIL") == log.places("SAEVT_COMM_FAIL")
    assert [EventLog(events=values).values(place) for place in range(4)] == [
        log.values(place) for place in range(4)
    ]
    assert log.events != values[:3]


def test_filtered_outputs_give_one_log() -> None:
    first = "2024-01-02 03:04:05.920 UTC SAEVT_INIT_START a=1\n"
    second = "2024-01-02 03:04:06.100 UTC SAEVT_COMM_FAIL b=2\n"
    facts = read(
        [
            ("show license eventlog | include INIT", CaptureStatus.OK, first),
            ("show license eventlog | include COMM", CaptureStatus.OK, second),
        ]
    )
    log = facts.get(EventLog)
    assert log is not None
    assert [each.name for each in log.events] == ["SAEVT_INIT_START", "SAEVT_COMM_FAIL"]
