"""Differences of two sets of facts, field by field."""

from __future__ import annotations

from slp_ops.facts import (
    Clock,
    DeviceTime,
    LicenseConfig,
    LicenseTransport,
    Proxy,
    RumReport,
    RumReports,
    RumState,
    Software,
    SwitchMember,
    TransportKind,
    TrustCode,
    TrustCodes,
    UsageReporting,
)
from slp_ops.facts.values import Source
from slp_ops.history.fields import FieldChange, field_changes
from slp_ops.parsing import Facts


def told(old: Facts, new: Facts, *, everything: bool = False) -> list[tuple[str, str | None, str | None]]:
    return [
        (f"{each.fact}.{each.field}", each.old, each.new)
        for each in field_changes(old, new, everything=everything)
    ]


def test_a_value_that_changes_comes_or_goes() -> None:
    old = Facts.of(
        LicenseTransport(kind=TransportKind.CSLU, type="cslu", vrf="MGMT"),
        UsageReporting(last_ack=DeviceTime(text="Jan 01 00:00:00 2026 UTC")),
    )
    new = Facts.of(
        LicenseTransport(kind=TransportKind.SMART, type="Smart", url="https://example.net/"),
        UsageReporting(last_ack=DeviceTime(text="Jan 09 00:00:00 2026 UTC")),
    )

    assert told(old, new) == [
        ("LicenseTransport.kind", "cslu", "smart"),
        ("LicenseTransport.type", "cslu", "Smart"),
        ("LicenseTransport.vrf", "MGMT", None),
        ("LicenseTransport.url", None, "https://example.net/"),
        ("UsageReporting.last_ack", "Jan 01 00:00:00 2026 UTC", "Jan 09 00:00:00 2026 UTC"),
    ]


def test_what_moves_by_itself_is_left_out_unless_asked_for() -> None:
    old = Facts.of(Software(uptime="1 day"), Clock(time=DeviceTime(text="12:00")))
    new = Facts.of(Software(uptime="2 days"), Clock(time=DeviceTime(text="13:00")))

    assert told(old, new) == []
    assert told(old, new, everything=True) == [
        ("Clock.time", "12:00", "13:00"),
        ("Software.uptime", "1 day", "2 days"),
    ]


def test_the_configuration_is_told_by_its_lines() -> None:
    old, new = Facts.of(LicenseConfig(transport="cslu")), Facts.of(LicenseConfig(transport="smart"))

    assert told(old, new) == []
    assert told(old, new, everything=True) == [("LicenseConfig.transport", "cslu", "smart")]


def test_a_fact_that_only_one_look_read_is_no_change() -> None:
    assert told(Facts.of(Software(version="17.9.4a")), Facts.of()) == []


def test_a_row_that_goes_does_not_move_the_others() -> None:
    def stack(*numbers: int) -> Facts:
        return Facts.of(
            Software(members=tuple(SwitchMember(number=each, serial=f"SN{each}") for each in numbers))
        )

    assert told(stack(1, 2, 3), stack(1, 3)) == [
        ("Software.members[2].number", "2", None),
        ("Software.members[2].active", "False", None),
        ("Software.members[2].serial", "SN2", None),
    ]


def test_rows_that_nothing_tells_apart_are_numbered() -> None:
    """Two supervisors share one serial number."""
    both = tuple(TrustCode(udi="PID:C9400-SUP-1,SN:X", state=state) for state in ("INSTALLED", "INSTALLED"))
    one = (both[0], TrustCode(udi="PID:C9400-SUP-1,SN:X", state="NOT INSTALLED"))

    assert told(Facts.of(TrustCodes(codes=both)), Facts.of(TrustCodes(codes=one))) == [
        ("TrustCodes.codes[PID:C9400-SUP-1,SN:X #2].state", "INSTALLED", "NOT INSTALLED")
    ]


def test_reports_are_compared_by_how_many_there_are_in_each_state() -> None:
    def reports(*states: RumState) -> Facts:
        return Facts.of(
            RumReports(
                reports=tuple(
                    RumReport(id=number, state=state, state_printed=state.value)
                    for number, state in enumerate(states)
                )
            )
        )

    assert told(reports(RumState.OPEN, RumState.UNACK), reports(RumState.OPEN, RumState.ACK)) == [
        ("RumReports.UNACK", "1", None),
        ("RumReports.ACK", None, "1"),
    ]


def test_another_secret_is_told_and_neither_is_shown() -> None:
    def proxy(password: str) -> Facts:
        return Facts.of(LicenseTransport(kind=TransportKind.SMART, proxy=Proxy(password=password)))

    assert field_changes(proxy("<masked:aaaaaaaaaaaa>"), proxy("<masked:bbbbbbbbbbbb>")) == (
        FieldChange(
            fact="LicenseTransport", field="proxy.password", old="<masked>", new="<masked>", secret=True
        ),
    )


def test_what_another_command_does_not_print_is_no_change() -> None:
    """Tech support was skipped by the CPU guard in one of the runs."""
    old = Facts.of(
        Software(version="17.9.4a", model="C9300-24T", reload_reason="30  days State(4)", source=Source("a"))
    )
    new = Facts.of(Software(version="17.9.5", serial="X", reload_reason="30  days", source=Source("b")))

    assert told(old, new) == [("Software.version", "17.9.4a", "17.9.5")]
