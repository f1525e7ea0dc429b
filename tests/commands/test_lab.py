"""parse(render(state)) gives the lab's state. The lab draws its pages without any code of the parsers."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slp_ops.commands import find
from slp_ops.facts import (
    Accounts,
    CallHomeLicensing,
    Clock,
    CommunicationStatistics,
    ConfigInfo,
    CpuLoad,
    Entitlements,
    EventLog,
    Hosts,
    HttpConfig,
    Interfaces,
    LicenseConfig,
    LicenseTransport,
    Licensing,
    LicensingModel,
    MemoryUse,
    NameConfig,
    Policy,
    PolicyKind,
    Registration,
    RumReports,
    Software,
    Stack,
    SyslogBuffer,
    TrustCodes,
    Trustpool,
    UsageReporting,
    VtyConfig,
)
from slp_ops.lab import scenarios
from slp_ops.lab.network import name_servers
from slp_ops.lab.screens import render, vocabulary
from slp_ops.lab.transport import Kind, call_home, transport_of
from slp_ops.model import CaptureStatus
from slp_ops.parsing import Facts, read

if TYPE_CHECKING:
    from datetime import datetime

    from slp_ops.facts import DeviceTime, Fact
    from slp_ops.lab.switch import Switch

_FactType = TypeVar("_FactType", bound="Fact")
HOUR = 3600.0

switches = st.builds(
    lambda name, index, hours: _aged(scenarios.load(name).build(index), hours),
    st.sampled_from(scenarios.names()),
    st.integers(0, 3),
    st.sampled_from((0, 0.2, 5, 24 * 31)),
)


def _aged(switch: Switch, hours: float) -> Switch:
    switch.clock.advance(hours * HOUR)
    switch.settle()
    return switch


def _screen(switch: Switch, command: str) -> str:
    text = render(switch, tuple(command.split()))
    assert text is not None, f"this release has no {command}"
    return text


def _facts(switch: Switch, *commands: str) -> Facts:
    return read((command, CaptureStatus.OK, _screen(switch, command)) for command in commands)


def _fact(switch: Switch, command: str, kind: type[_FactType]) -> _FactType:
    found = _facts(switch, command).get(kind)
    assert found is not None, f"{command} gives no {kind.__name__}"
    return found


def _same(found: DeviceTime | None, when: datetime | None, switch: Switch) -> bool:
    """A printed time and the lab's, which is UTC and finer than a second."""
    if found is None or when is None:
        return found is None and when is None
    return found.at == switch.local(when).replace(microsecond=0) and found.zone == switch.zone


@pytest.mark.parametrize("scenario", scenarios.names())
def test_every_screen_with_a_parser_is_understood_to_the_last_line(scenario: str) -> None:
    switch = scenarios.load(scenario).build()
    for words in vocabulary(switch):
        command = " ".join(words).replace("<id>", "1700000001").replace("<number>", "2")
        command = command.replace("trustpoints <word>", "trustpoints SLA-TrustPoint")
        known = find(command)
        text = render(switch, tuple(command.split())) if known else None
        if known is None or not text:
            continue
        parsed = known.parse(text)
        if command.endswith("-config") or "tech-support" in command:
            assert parsed.facts, f"{command} gives no facts"
        else:
            assert not parsed.unparsed, f"{command}: {parsed.unparsed[0]}"


@given(switch=switches)
@settings(max_examples=60)
def test_version_clock_and_stack(switch: Switch) -> None:
    facts = _facts(switch, "show version", "show clock")
    software, clock = facts.get(Software), facts.get(Clock)
    assert software is not None
    assert clock is not None
    assert software.release == switch.release
    assert software.hostname == switch.hostname
    assert software.reload_reason == switch.reload_reason
    if switch.traits.slp:
        assert software.licensing_status == switch.traits.status_line
    now = switch.local(switch.now())
    assert clock.time.at == now.replace(microsecond=now.microsecond // 1000 * 1000)
    assert clock.time.zone == switch.zone
    assert {"": "trusted", ".": "not_synchronised", "*": "not_authoritative"}[
        switch.clock.mark
    ] == clock.trust
    if not switch.chassis:
        stack = _fact(switch, "show switch", Stack)
        assert [(each.number, each.mac, each.priority) for each in stack.members] == [
            (member.number, member.mac, member.priority) for member in switch.members
        ]


@given(switch=switches)
@settings(max_examples=60)
def test_the_licence_pages_agree_with_the_state_and_with_each_other(switch: Switch) -> None:
    pages = ["show license status", "show license all", "show license tech support"]
    for page in pages:
        facts = _facts(switch, page)
        used, found = transport_of(switch), facts.get(LicenseTransport)
        assert found is not None
        assert found.type == used.kind
        if used.kind is Kind.SMART:
            assert found.url == used.url
        if used.kind is Kind.CSLU:
            assert (found.cslu_address or "") == used.url
        if used.kind in (Kind.SMART, Kind.CSLU):
            proxy = found.proxy
            assert ((proxy.address if proxy else None) or "") == used.proxy
            assert ((found.vrf or "") == used.vrf) or not switch.traits.vrf_block
        licensing = facts.get(Licensing)
        assert licensing is not None
        assert licensing.model is (LicensingModel.SLP if switch.traits.slp else LicensingModel.SL)
        if switch.traits.slp:
            _reporting_agrees(switch, facts)
        else:
            registration = facts.get(Registration)
            assert registration is not None
            held = switch.licensing.registration
            kind = f" - {held.reservation.upper()} LICENSE RESERVATION" if held.reservation else ""
            assert (registration.status == f"REGISTERED{kind}") is held.registered


def _reporting_agrees(switch: Switch, facts: Facts) -> None:
    state = switch.licensing
    reporting, policy, trust = facts.get(UsageReporting), facts.get(Policy), facts.get(TrustCodes)
    assert reporting is not None
    assert policy is not None
    assert _same(reporting.last_ack, state.last_ack, switch)
    assert _same(reporting.next_ack_deadline, state.ack_deadline, switch)
    assert _same(reporting.last_report_push, state.last_push, switch)
    assert _same(reporting.last_report_file_write, state.last_file_write, switch)
    assert policy.name == (state.policy.name or None)
    perpetual, subscription = policy.of(PolicyKind.PERPETUAL), policy.of(PolicyKind.SUBSCRIPTION)
    for asked, found in ((state.policy.perpetual, perpetual), (state.policy.subscription, subscription)):
        assert found is not None
        assert found.first_report is not None
        assert found.frequency is not None
        assert found.on_change is not None
        assert (
            found.first_report.days,
            found.frequency.days,
            found.on_change.days,
            found.frequency.origin,
        ) == (
            asked.first,
            asked.frequency,
            asked.change,
            asked.origin,
        )
    if trust is None:  # tech support of older agents has no trust block
        return
    if trust.codes:
        assert [(code.sn, code.pid) for code in trust.codes] == [
            (member.serial, member.pid) for member in switch.members
        ]
        for code in trust.codes:
            assert _same(code.installed, state.trust.get(str(code.sn)), switch)
    else:
        assert _same(trust.installed, state.trust.get(switch.active.serial), switch)
    accounts = facts.get(Accounts)
    if switch.traits.account:
        assert accounts is not None
        assert (accounts.smart or "") == state.account


@given(switch=switches)
@settings(max_examples=60)
def test_entitlements_and_reports(switch: Switch) -> None:
    state = switch.licensing
    for page in ("show license usage", "show license all", "show license tech support"):
        # Tech support also lists licences that the switch could use and does not.
        known = {each.feature for each in state.entitlements}
        items = [each for each in _fact(switch, page, Entitlements).items if each.feature_name in known]
        if switch.traits.slp:
            assert [(each.feature_name, each.status) for each in items] == [
                (each.feature, each.status) for each in state.entitlements
            ]
            assert [each.is_perpetual for each in items] == [each.perpetual for each in state.entitlements]
    summary = _fact(switch, "show license summary", Entitlements)
    if switch.traits.slp:
        assert [each.name for each in summary.items] == [each.feature for each in state.entitlements]
    if switch.traits.rum:
        reports = _fact(switch, "show license rum id all", RumReports).reports
        assert [(each.id, each.state.value, each.flag, each.feature) for each in reports] == [
            (each.id, each.state.value, each.flag, each.feature) for each in state.reports
        ]


@given(switch=switches)
@settings(max_examples=60)
def test_statistics_and_events(switch: Switch) -> None:
    if not switch.traits.slp:
        return
    statistics = _fact(switch, "show license tech support", CommunicationStatistics)
    for name, state in switch.licensing.exchanges.items():
        found = statistics.of(name)
        if found is None:
            assert name == "Telemetry Reporting"
            continue
        assert found.attempts is not None
        assert (found.attempts.total, found.attempts.success, found.attempts.fail) == (
            state.total,
            state.success,
            state.fail,
        )
        assert found.attempts.ongoing == state.ongoing
        assert found.attempts.ongoing_communication == state.ongoing_communication
        assert (found.failure_reason or "<none>") == state.reason
        assert (found.last_response.word if found.last_response else "<none>") == state.response
        assert _same(found.last_failure, state.last_failure, switch)
    events = _fact(switch, "show license eventlog", EventLog).events
    shown = {event.text for event in events}
    assert shown <= {event.text for event in switch.licensing.events}


@given(switch=switches)
@settings(max_examples=60)
def test_the_log_buffer(switch: Switch) -> None:
    buffer = _fact(switch, "show logging", SyslogBuffer)
    entries = switch.log.entries
    assert len(buffer.messages) == len(entries)
    for message, entry in zip(buffer.messages, entries, strict=True):
        assert f"%{message.facility}-{message.severity}-{message.mnemonic}: {message.text}" in (
            entry.text,
            entry.text.split("\n", 1)[0],
        )
    if entries:
        assert buffer.wrapped is switch.log.wrapped


@given(switch=switches)
@settings(max_examples=60)
def test_configuration_names_and_call_home(switch: Switch) -> None:
    config = switch.config
    facts = _facts(switch, "show running-config", "show hosts", "show call-home smart-licensing")
    info, licence, http = facts.get(ConfigInfo), facts.get(LicenseConfig), facts.get(HttpConfig)
    names, hosts, vty = facts.get(NameConfig), facts.get(Hosts), facts.get(VtyConfig)
    assert info is not None
    assert licence is not None
    assert http is not None
    assert names is not None
    assert hosts is not None
    assert vty is not None
    assert info.complete
    assert info.hostname == switch.hostname
    assert licence.transport == config.find("license smart transport")
    assert licence.url_cslu == config.find("license smart url cslu")
    assert licence.vrf == config.find("license smart vrf")
    assert http.client_source_interface == config.find("ip http client source-interface")
    assert names.lookup is not config.has("no ip domain lookup")
    assert len(names.hosts) == len(list(config.each("ip host")))
    if names.lookup:
        assert hosts.servers == tuple(name_servers(switch))
    first = next(line for line in vty.lines if line.first == 0)
    assert (first.transport_output == ("none",)) is not switch.vty.transport_output
    home, licensing = call_home(config), facts.get(CallHomeLicensing)
    assert licensing is not None
    assert (licensing.profile_status == "ACTIVE") is home.active


@given(switch=switches)
@settings(max_examples=60)
def test_load_interfaces_and_trustpool(switch: Switch) -> None:
    cpu = _fact(switch, "show processes cpu sorted", CpuLoad)
    load = switch.load
    assert (cpu.five_seconds, cpu.interrupts, cpu.one_minute, cpu.five_minutes) == (
        load.five_seconds,
        load.interrupt,
        load.one_minute,
        load.five_minutes,
    )
    for name, share in load.agent_processes:
        assert any(each.name == name and each.five_minutes == pytest.approx(share) for each in cpu.processes)
    memory = _fact(switch, "show processes memory sorted", MemoryUse)
    held = next(each for each in memory.processes if each.name == "*MallocLite*")
    assert held.holding == load.malloclite
    interfaces = _fact(switch, "show ip interface brief", Interfaces)
    for name in switch.down:
        found = interfaces.find(name)
        assert found is not None
        assert not found.up
    pool = _facts(switch, "show crypto pki trustpool").get(Trustpool)
    subjects = [each.subject for each in pool.certificates] if pool else []
    assert subjects == [each.subject for each in switch.trustpool]
