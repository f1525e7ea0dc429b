"""What a run brought, seen against the runs before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from slp_ops.history.changes import ChangeKind, DeviceChange, after, changes, state_after
from slp_ops.history.summary import RuleRecord, Summary
from slp_ops.model import DeviceStatus, Severity, Verdict

START = datetime(2026, 1, 10, 12, 0, 0, tzinfo=UTC)
GOOD = Summary(
    device="sw1",
    site="tokyo",
    status=DeviceStatus.OK,
    seen=START,
    release="17.9.4a",
    transport="smart https://example.net/",
    units=3,
    trusted_units=3,
    last_ack=datetime(2026, 1, 1),  # noqa: DTZ001 - a device's time is naive
    licensing=True,
)
AWAY = Summary(device="sw1", site="tokyo", status=DeviceStatus.FAILED, error="timed_out", seen=START)


def failing(*rules: str, unknown: tuple[str, ...] = ()) -> Summary:
    found = [RuleRecord(rule=rule, verdict=Verdict.FAIL, severity=Severity.ERROR) for rule in rules]
    found += [RuleRecord(rule=rule, verdict=Verdict.UNKNOWN, severity=Severity.ERROR) for rule in unknown]
    return replace(GOOD, found=tuple(found))


def told(*summaries: Summary) -> list[tuple[ChangeKind, str | None]]:
    """What the last of them brought."""
    return [(change.what, change.rule) for change in changes(state_after(summaries[:-1]), summaries[-1])]


def test_the_first_look_is_no_news() -> None:
    assert told(failing("dns-failure", "trust-missing")) == [(ChangeKind.FIRST_LOOK, None)]


def test_nothing_new_is_nothing() -> None:
    assert told(failing("dns-failure"), failing("dns-failure")) == []


def test_findings_come_and_go() -> None:
    assert told(failing("dns-failure"), failing("trust-missing")) == [
        (ChangeKind.NEW, "trust-missing"),
        (ChangeKind.GONE, "dns-failure"),
    ]


def test_what_cannot_be_judged_stays_as_it_was() -> None:
    unclear = failing(unknown=("dns-failure", "trust-missing"))

    assert told(failing("dns-failure"), unclear) == []
    assert told(failing("dns-failure"), unclear, failing("dns-failure")) == []
    assert told(failing("dns-failure"), unclear, GOOD) == [(ChangeKind.GONE, "dns-failure")]


def test_what_an_incomplete_first_look_could_not_judge_is_not_new_afterwards() -> None:
    first = replace(
        failing(unknown=("dns-failure",)), status=DeviceStatus.PARTIAL, last_ack=None, licensing=False
    )

    assert told(first, failing("dns-failure")) == []
    assert told(first, first, failing("dns-failure")) == []
    assert told(first, failing("dns-failure"), GOOD) == [(ChangeKind.GONE, "dns-failure")]
    assert told(first, GOOD, failing("dns-failure")) == [(ChangeKind.NEW, "dns-failure")]


def test_what_a_complete_first_look_could_not_judge_is_new_afterwards() -> None:
    first = failing(unknown=("dns-failure",))

    assert told(first, failing("dns-failure")) == [(ChangeKind.NEW, "dns-failure")]


def test_a_switch_that_is_away_keeps_what_was_known_of_it() -> None:
    assert told(failing("dns-failure"), AWAY) == [(ChangeKind.UNREADABLE, None)]
    assert told(failing("dns-failure"), AWAY, AWAY) == []
    assert told(failing("dns-failure"), AWAY, failing("dns-failure")) == [(ChangeKind.READABLE, None)]
    assert told(failing("dns-failure"), AWAY, GOOD) == [
        (ChangeKind.READABLE, None),
        (ChangeKind.GONE, "dns-failure"),
    ]


def test_a_switch_that_never_could_be_read_is_told_once() -> None:
    assert told(AWAY) == [(ChangeKind.UNREADABLE, None)]
    assert told(AWAY, AWAY) == []
    assert told(AWAY, AWAY, GOOD) == [(ChangeKind.FIRST_LOOK, None)]


def test_what_else_changes() -> None:
    now = replace(
        GOOD,
        release="17.9.5",
        transport="callhome",
        trusted_units=2,
        last_ack=datetime(2026, 1, 9),  # noqa: DTZ001 - a device's time is naive
    )

    found = changes(state_after([GOOD]), now)

    assert found[0] == DeviceChange(
        what=ChangeKind.RELEASE, device="sw1", site="tokyo", old="17.9.4a", new="17.9.5"
    )
    assert [(each.what, each.old, each.new) for each in found[1:]] == [
        (ChangeKind.TRANSPORT, "smart https://example.net/", "callhome"),
        (ChangeKind.TRUST, "3/3", "2/3"),
        (ChangeKind.ACK, "2026-01-01 00:00:00", "2026-01-09 00:00:00"),
    ]


def test_an_ack_that_was_forgotten_is_no_new_one() -> None:
    """After write erase there is none; the next one is news again."""
    erased = replace(GOOD, last_ack=None)

    assert told(GOOD, erased) == []
    assert told(GOOD, erased, GOOD) == [(ChangeKind.ACK, None)]


def test_the_state_is_updated_run_by_run() -> None:
    runs = [failing("a"), AWAY, failing("b", unknown=("a",))]
    folded = None
    for run in runs:
        folded = after(folded, run)

    assert folded == state_after(runs)
    assert folded is not None
    assert set(folded.findings) == {"a", "b"}
