"""The Smart Agent as simulated time passes: what goes wrong does so by the world, and is put right by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from slp_ops.lab import archive, cssm, licence_exec, trustpool
from slp_ops.lab.licensing import RumState
from slp_ops.lab.scenarios import load

if TYPE_CHECKING:
    from slp_ops.lab.switch import Switch

_HOUR = 3600.0


def wait(switch: Switch, hours: float) -> None:
    switch.clock.advance(hours * _HOUR)
    switch.settle()


def since(switch: Switch, count: int) -> list[str]:
    """The messages written after the first ``count`` ones."""
    return [entry.text for entry in switch.log.entries if entry.number > count]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("factory-fresh", "(CSLU) : Unable to resolve server hostname/domain name"),
        ("dns-failure", "(ERR 218 : Host name resolution failed)"),
        ("firewall-drop", "(ERR 207 : Connection time out)"),
        ("wrong-source-interface", "(ERR 207 : Connection time out)"),
        ("source-interface-missing", "(ERR 207 : Connection time out)"),
        ("quovadis", "(ERR 205 : Request Aborted)"),
        ("callhome-inactive", "smart license transport is disabled in call-home"),
        ("empty-response", "(CSSM) : Received empty response from server"),
        ("name-server-missing", "(CSSM) : Unable to resolve server hostname/domain name"),
        ("lookup-disabled", "(CSSM) : Unable to resolve server hostname/domain name"),
        ("vrf-mismatch", "(CSSM) : "),
        ("proxy-incomplete", "(CSSM) : Communications failure"),
        ("on-prem-too-old", "%SMART_LIC-4-REPORTING_NOT_SUPPORTED"),
        ("gateway-timeout", "HTTP Server Error 504: Gateway Time-out"),
        ("rum-backlog", "(CSLU) : Unable to resolve server hostname/domain name"),
    ],
)
def test_a_broken_switch_goes_on_failing_for_the_reason_it_has(name: str, reason: str) -> None:
    switch = load(name).build()
    before = switch.log.logged
    assert any(reason in entry.text for entry in switch.log.entries)
    wait(switch, 2)
    assert any(reason in text for text in since(switch, before))


@pytest.mark.parametrize(
    "name", ["healthy", "healthy-stack", "cslu-healthy", "on-prem-healthy", "proxy", "smart-vrf"]
)
def test_a_healthy_switch_reports_when_it_is_time_and_is_acknowledged(name: str) -> None:
    switch = load(name).build()
    before, last = switch.log.logged, switch.licensing.last_push
    assert last is not None
    wait(switch, 24 * 20)
    assert not any("COMM_FAILED" in text for text in since(switch, before))
    assert switch.licensing.last_push == last + timedelta(days=30)
    assert switch.licensing.last_ack is not None
    assert switch.licensing.last_ack > switch.licensing.last_push
    states = [report.state for report in switch.licensing.reports]
    assert RumState.UNACK not in states
    assert states.count(RumState.OPEN) == len(switch.licensing.entitlements)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("dns-failure", [((), "ip host tools.cisco.com 203.0.113.11")]),
        ("wrong-source-interface", [((), "ip http client source-interface Vlan100")]),
        ("name-server-missing", [((), "ip name-server 10.10.0.53")]),
        ("lookup-disabled", [((), "ip domain lookup")]),
        ("vrf-mismatch", [((), "no license smart vrf")]),
        ("proxy-incomplete", [((), "license smart proxy port 8080")]),
        ("empty-response", [((), "license smart url default")]),
        (
            "callhome-inactive",
            [
                (("call-home", 'profile "CiscoTAC-1"'), "active"),
                (("call-home", 'profile "CiscoTAC-1"'), "reporting smart-licensing-data"),
            ],
        ),
    ],
)
def test_putting_the_configuration_right_restores_the_communication(
    name: str, lines: list[tuple[tuple[str, ...], str]]
) -> None:
    switch = load(name).build()
    for under, line in lines:
        switch.configure(line, under)
    before = switch.log.logged
    wait(switch, 2)
    assert any("COMM_RESTORED" in text for text in since(switch, before))
    assert switch.licensing.exchanges["Usage Reporting"].ongoing == 0
    assert switch.licensing.last_ack is not None
    assert switch.licensing.last_ack > switch.clock.start


def test_the_missing_root_is_cured_by_importing_it() -> None:
    switch = load("quovadis").build()
    said = trustpool.import_url(switch, "http://www.cisco.com/security/pki/trs/ios_core.p7b")
    assert said.endswith(trustpool.SUCCESS)
    wait(switch, 1.1)
    assert switch.licensing.exchanges["Usage Reporting"].ongoing == 0


def test_an_import_fails_where_the_server_cannot_be_reached() -> None:
    switch = load("name-server-missing").build()
    said = trustpool.import_url(switch, "http://www.cisco.com/security/pki/trs/ios_core.p7b")
    assert "Unknown host" in said
    assert "failed" in trustpool.import_url(switch, "flash:ios_core.p7b")
    assert "failed" in trustpool.import_pem(switch, "bm90IGEgY2VydGlmaWNhdGU=")


def test_trust_takes_a_while_and_covers_whom_it_was_asked_for() -> None:
    switch = load("member-without-trust").build()
    switch.trust_idtoken("LAB-VALID-TOKEN", "all")
    assert len(switch.licensing.trust) == 1
    wait(switch, 0.02)
    assert len(switch.licensing.trust) == 3
    assert sum("TRUST_CODE_INSTALL_SUCCESS" in entry.text for entry in switch.log.entries) == 2


def test_a_wrong_token_is_told_in_the_statistics_only() -> None:
    switch = load("invalid-token").build()
    switch.trust_idtoken("NOT-A-TOKEN", "all")
    wait(switch, 0.02)
    exchange = switch.licensing.exchanges["Trust Establishment"]
    assert exchange.fail == 4
    assert exchange.response == "INVALID STATUS CODE"
    assert exchange.reason == '{"token":["The token NOT-A-TOKEN is not valid"]}'
    assert not switch.licensing.trust


def test_trust_that_is_there_already_needs_force() -> None:
    switch = load("healthy").build()
    old = switch.licensing.trust[switch.active.serial]
    switch.trust_idtoken("LAB-VALID-TOKEN", "local")
    wait(switch, 0.02)
    assert any("TRUST_CODE_INSTALL_FAILED" in entry.text for entry in switch.log.entries)
    assert switch.licensing.trust[switch.active.serial] == old
    switch.trust_idtoken("LAB-VALID-TOKEN", "local", force=True)
    wait(switch, 0.02)
    assert switch.licensing.trust[switch.active.serial] > old


def test_a_removed_product_instance_is_known_again_after_trust_by_force() -> None:
    switch = load("instance-removed").build()
    switch.sync("all")
    wait(switch, 0.01)
    assert "product_instance_identifier" in switch.licensing.exchanges["Usage Reporting"].reason
    switch.trust_idtoken("LAB-VALID-TOKEN", "all", force=True)
    wait(switch, 0.02)
    switch.sync("all")
    wait(switch, 1)
    assert switch.licensing.exchanges["Usage Reporting"].ongoing == 0
    assert switch.licensing.last_ack is not None
    assert switch.licensing.last_ack > switch.clock.start
    assert all(report.flag == "N" for report in switch.licensing.reports)


def test_sync_reports_within_seconds_and_is_acknowledged_later() -> None:
    switch = load("healthy").build()
    switch.sync("all")
    wait(switch, 0.01)
    assert switch.licensing.poll_due is not None
    assert RumState.UNACK in [report.state for report in switch.licensing.reports]
    wait(switch, 1)
    assert RumState.UNACK not in [report.state for report in switch.licensing.reports]


def test_offline_reports_go_by_file_and_come_back_as_an_acknowledgement() -> None:
    switch = load("offline-overdue").build()
    switch.save_usage("unreported", "", "flash:usage.txt")
    saved = switch.flash["usage.txt"]
    assert saved.count(b"<RUMReport>") == sum(b"<RUMReport>" in line for line in saved.splitlines()) == 8
    assert switch.licensing.last_file_write == switch.now()
    switch.flash["ack.txt"] = cssm.acknowledge(saved)
    assert switch.import_file("flash:ack.txt") == "Import Data Successful"
    assert switch.licensing.last_ack == switch.now()
    deadline = switch.licensing.ack_deadline
    assert deadline is not None
    assert deadline > switch.now()


@pytest.mark.parametrize(
    ("selection", "argument", "expected"),
    [
        ("all", "", 10),
        ("days", "2", 4),
        ("rum-id", "1748989201", 1),
        ("rum-id", "7", 0),
        ("unreported", "", 8),
    ],
)
def test_usage_is_saved_as_selected(selection: str, argument: str, expected: int) -> None:
    switch = load("factory-fresh").build()
    for report in switch.licensing.reports[:2]:
        report.state = RumState.ACK
    for _ in range(2):
        wait(switch, 25)  # a day and an hour: the open reports are closed, and new ones opened
    switch.save_usage(selection, argument, "flash:usage.txt")
    assert switch.flash["usage.txt"].count(b"<RUMReport>") == expected
    assert "No such device" in switch.save_usage(selection, argument, "usb9:usage.txt")


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"<smartLicense><RUMACK><![CDATA[{]]></RUMACK></smartLicense>"]
)
def test_a_file_that_is_none_is_not_imported(content: bytes) -> None:
    switch = load("offline-overdue").build()
    switch.flash["ack.txt"] = content
    before = switch.licensing.last_ack
    assert switch.import_file("flash:ack.txt").startswith("Import Data Failed")
    assert "No such file" in switch.import_file("flash:none.txt")
    assert switch.licensing.last_ack == before


def test_rum_reports_are_listed_only_with_service_internal() -> None:
    switch = load("healthy-17-6").build()
    assert licence_exec.rum_id_list(switch) is None
    switch.configure("service internal")
    listed = licence_exec.rum_id_list(switch)
    assert listed is not None
    assert "state:SmartAgentRumStateOpen" in listed
    number = listed.splitlines()[-1].split()[1].removeprefix("id:")
    shown = licence_exec.rum_show(switch, number)
    assert shown is not None
    assert shown.startswith('{"version":"1.0","asset_identification":{"report_id":' + number)


def test_a_factory_reset_waits_for_the_reload_and_forgets_everything() -> None:
    switch = load("polling-id-invalid").build()
    assert switch.factory_reset() == '%Warning: reload required after "license smart factory reset" command'
    assert switch.licensing.trust
    switch.write_memory()
    downtime = switch.reload()
    states = [switch.is_down]
    switch.clock.advance(downtime)
    states.append(switch.is_down)
    assert states == [True, False]
    switch.settle()
    assert switch.licensing.last_ack is None
    assert not switch.licensing.trust
    assert switch.licensing.exchanges["Result Polling"].total == 0
    assert switch.booted == switch.now()


def test_a_slow_reload_takes_longer_by_its_delay() -> None:
    switch = load("healthy").build()
    switch.faults = replace(switch.faults, reload_delay=900.0)
    downtime = switch.reload()
    switch.clock.advance(archive.DOWNTIME)
    assert (downtime, switch.is_down) == (archive.DOWNTIME + 900.0, True)
    switch.clock.advance(900.0)
    assert not switch.is_down


def test_write_erase_clears_the_last_acknowledgement_at_the_reload() -> None:
    switch = load("healthy").build()
    switch.write_erase()
    switch.clock.advance(switch.reload())
    switch.settle()
    assert switch.hostname == "Switch"
    assert switch.licensing.last_ack is None


def test_what_was_not_saved_is_gone_after_a_reload() -> None:
    switch = load("healthy").build()
    switch.configure("hostname unsaved")
    assert switch.unsaved
    switch.clock.advance(switch.reload())
    switch.settle()
    assert switch.hostname == "lab-0001"
    assert any("AGENT_READY" in entry.text for entry in switch.log.entries)


def test_the_revert_timer_brings_the_configuration_back_unless_confirmed() -> None:
    switch = load("healthy").build()
    assert archive.start_revert(switch, 5).startswith("% ")
    switch.configure("path flash:archive-", ("archive",))
    archive.start_revert(switch, 5)
    switch.configure("hostname risky")
    wait(switch, 0.2)
    assert switch.hostname == "lab-0001"
    archive.start_revert(switch, 5)
    switch.configure("hostname wanted")
    assert archive.confirm(switch) == ""
    wait(switch, 0.2)
    assert switch.hostname == "wanted"
    assert archive.confirm(switch) == "%No Rollback Confirmed Change pending"
    assert len(switch.archives) == 2


def test_a_saved_configuration_can_be_put_back() -> None:
    switch = load("healthy").build()
    archive.copy_running(switch, "flash:before.cfg")
    rendered = switch.config.render()
    switch.configure("license smart transport off")
    assert archive.replace(switch, "flash:before.cfg") == "Total number of passes: 1\nRollback Done"
    assert switch.config.render() == rendered
    assert "No such file" in archive.replace(switch, "flash:none.cfg")


@pytest.mark.parametrize(
    ("name", "days"),
    [("healthy", 90), ("cosmetic-deadline", 365), ("perpetual-only", None), ("custom-policy", 60)],
)
def test_the_deadline_follows_the_policy(name: str, days: int | None) -> None:
    licensing = load(name).build().licensing
    assert licensing.last_ack is not None
    expected = None if days is None else licensing.last_ack + timedelta(days=days)
    assert licensing.ack_deadline == expected


def test_a_year_of_failing_is_caught_up_with_in_one_step() -> None:
    switch = load("factory-fresh").build()
    wait(switch, 24 * 365)
    assert switch.licensing.exchanges["Hello Message"].total > 8000


def test_hseck9_is_authorized_on_request_and_returned() -> None:
    switch = load("hseck9-not-authorized").build()
    entitlement = next(one for one in switch.licensing.entitlements if one.export)
    assert entitlement.status == "NOT AUTHORIZED"
    licence_exec.authorization_request(switch, "hseck9", "local")
    assert entitlement.status == "IN USE"
    assert (
        licence_exec.authorization_request(switch, "nothing", "local") == "The requested item was not found"
    )
    licence_exec.authorization_return(switch)
    assert entitlement.status == "NOT AUTHORIZED"
    assert licence_exec.authorization_return(switch).startswith("No reservation authorization code")


def test_a_time_server_sets_the_clock_after_some_minutes() -> None:
    switch = load("clock-wrong").build()
    right = switch.now() + switch.clock.behind
    switch.configure("ntp server 10.10.0.123")
    wait(switch, 0.01)
    assert switch.clock.mark == "*"
    wait(switch, 0.1)
    assert switch.clock.mark == ""
    assert switch.now() > right
    switch.trust_idtoken("LAB-VALID-TOKEN", "all")
    wait(switch, 0.1)
    assert switch.licensing.trust
