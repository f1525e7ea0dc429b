"""Class 9: a passed ACK deadline is harmless only when nothing changed since the last ACK."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.field.audited import HEALTHY, TEXTS, Audited, healthy_but, pasted

if TYPE_CHECKING:
    from pathlib import Path

NETWORK = HEALTHY["show license usage"].partition("\n\ndna-advantage")[0]
EVENT = (
    '{at} UTC SAEVT_ENDPOINT_USAGE count="{count}" '
    'entitlementTag="regid.2017-05.com.cisco.c9300_24p_network_advantage,1.0_0b7d0000"'
)


def switch(
    folder: Path,
    *,
    release: str = "17.9.3",
    ack: str = "Mar 02 04:00:18 2025 UTC",
    deadline: str = "May 31 04:00:18 2025 UTC",
    licences: str | None = NETWORK,
    events: tuple[tuple[str, int], ...] = (),
    log: str = "",
) -> Audited:
    """Audit a switch whose deadline passed in summer 2025."""
    status = HEALTHY["show license status"]
    status = status.replace("Feb 13 09:30:12 2025 CET", ack).replace("May 14 09:30:12 2025 CEST", deadline)
    parts = {
        **HEALTHY,
        "show version": HEALTHY["show version"].replace("17.09.05", release).replace("17.9.5", release),
        "show clock": "10:12:44.700 UTC Mon Oct 6 2025",
        "show license status": status,
        "show logging": f"{HEALTHY['show logging']}\n{log}",
    }
    if licences is None:
        del parts["show license usage"]
    else:
        parts["show license usage"] = licences
    if events:
        rows = (EVENT.format(at=at, count=count) for at, count in events)
        parts["show license eventlog 300"] = "\n".join(("**** Event Log ****", "", *rows))
    return Audited(folder, pasted(parts))


@pytest.mark.parametrize(
    ("name", "verdict", "code"),
    [
        ("22-overdue-and-changed", "fail", 3),
        ("23-overdue-and-unchanged", "not_applicable", 0),
        ("24-overdue-without-entitlements", "unknown", 4),
    ],
)
def test_a_text_of_the_field(tmp_path: Path, name: str, verdict: str, code: int) -> None:
    audited = Audited(tmp_path, (TEXTS / f"{name}.txt").read_text(encoding="utf-8"))
    assert (audited.verdict("ack-overdue"), audited.code) == (verdict, code)
    assert "CSCvy20345" in audited.printed or verdict == "fail"


def test_unchanged_perpetual_licences_on_a_listed_release_need_nothing(tmp_path: Path) -> None:
    audited = switch(tmp_path, events=(("2025-01-10 06:02:11.010", 1), ("2025-06-01 06:11:40.207", 1)))
    assert (audited.state, audited.code) == ("information", 0)
    assert set(audited.found) >= {"ack-deadline-cosmetic", "CSCvy20345"}


def test_a_count_that_changed_after_the_ack_is_evidence(tmp_path: Path) -> None:
    audited = switch(tmp_path, events=(("2025-01-10 06:02:11.010", 1), ("2025-04-01 06:11:40.207", 3)))
    assert audited.found["ack-overdue"]["severity"] == "error"
    assert 'count="3"' in audited.evidence("ack-overdue")
    assert "licences changed" in audited.found["ack-overdue"]["summary"]
    assert "ack-deadline-cosmetic" not in audited.found


def test_a_member_that_left_after_the_ack_is_evidence(tmp_path: Path) -> None:
    line = (
        "Apr  7 06:04:02.118: %STACKMGR-4-SWITCH_REMOVED: Switch 1 R0/0: stack_mgr: Switch 3 has been removed"
    )
    audited = switch(tmp_path, log=f"{line} from the stack.")
    assert "Switch 3 has been removed" in audited.evidence("ack-overdue")


def test_a_licence_level_that_was_configured_after_the_ack_is_evidence(tmp_path: Path) -> None:
    command = "license boot level network-advantage addon dna-advantage"
    line = f"Apr  7 06:04:02.118: %PARSER-5-CFGLOG_LOGGEDCMD: User:netops  logged command:{command}"
    assert command in switch(tmp_path, log=line).evidence("ack-overdue")
    earlier = line.replace("Apr  7", "Feb  7")
    assert "ack-overdue" not in switch(tmp_path, log=earlier).found


def test_a_deadline_that_no_policy_explains_is_evidence(tmp_path: Path) -> None:
    audited = switch(tmp_path, deadline="Aug 18 11:40:00 2025 UTC")
    assert "Aug 18 11:40:00 2025" in audited.evidence("ack-overdue")
    assert "Mar 02 04:00:18 2025" in audited.evidence("ack-overdue")


@pytest.mark.parametrize("release", ["17.12.3", "17.8.1", "17.7.1"])
def test_an_assumed_release_silences_nothing(tmp_path: Path, release: str) -> None:
    found = switch(tmp_path, release=release).found
    assert (found["ack-overdue"]["severity"], found["ack-overdue"]["confidence"]) == ("error", "low")
    assert "CSCvy20345" in found["ack-overdue"]["cause"]
    assert found["CSCvy20345"]["severity"] == "info"


def test_a_fixed_release_shows_a_real_date(tmp_path: Path) -> None:
    found = switch(tmp_path, release="17.9.5").found["ack-overdue"]
    assert (found["severity"], found["confidence"]) == ("error", "high")


def test_a_subscription_makes_the_date_real(tmp_path: Path) -> None:
    assert "ack-overdue" in switch(tmp_path, licences=HEALTHY["show license usage"]).found


def test_without_the_licences_the_verdict_is_unknown_and_names_the_bug(tmp_path: Path) -> None:
    audited = switch(tmp_path, release="17.6.4", licences=None)
    assert (audited.verdict("ack-overdue"), audited.state) == ("unknown", "not_enough_to_judge")
    assert "CSCvy20345" in audited.device["missing"][0]["why"]


def test_without_any_ack_a_passed_deadline_is_a_finding(tmp_path: Path) -> None:
    audited = switch(tmp_path, ack="<none>", licences=None)
    assert audited.found["ack-overdue"]["severity"] == "error"


@pytest.mark.parametrize(
    ("changes", "severity"),
    [
        pytest.param({"Jan 14 09:12:40 2025": "Mar 06 10:12:40 2025"}, "info", id="trust of today"),
        pytest.param({}, "warning", id="trust of months ago"),
        pytest.param(
            {
                "Jan 14 09:12:40 2025": "Mar 01 10:12:40 2025",
                "push: <none>": "push: Mar 03 10:12:40 2025 CET",
            },
            "warning",
            id="no answer for days",
        ),
        pytest.param({"Type: Smart": "Type: Transport Off"}, "info", id="by file, 69 days left"),
        pytest.param(
            {"Type: Smart": "Type: Transport Off", "May 14": "Mar 26"}, "warning", id="by file, 20 days left"
        ),
    ],
)
def test_no_ack_yet_is_no_alarm_within_the_policy(
    tmp_path: Path, changes: dict[str, str], severity: str
) -> None:
    status = HEALTHY["show license status"]
    for old, new in {
        "Last ACK received: Feb 13 09:30:12 2025 CET": "Last ACK received: <none>",
        "Last report push: Feb 13 09:12:41 2025 CET": "Last report push: <none>",
        **changes,
    }.items():
        assert old in status
        status = status.replace(old, new)
    audited = Audited(tmp_path, healthy_but(show_license_status=status))
    assert audited.found["never-acknowledged"]["severity"] == severity
