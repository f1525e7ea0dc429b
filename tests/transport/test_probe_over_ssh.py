"""Probes over real SSH against simulated switches, with every transport."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.errors import SessionLost
from slp_ops.facts.probes import NameVerdict, ProbeResult, Probes, ProbeVerdict
from slp_ops.lab.world import Reach, ReachabilityRule
from slp_ops.parsing import read
from slp_ops.readonly import ProbeStep, ReadCommand, Tool
from tests.transport.scripted import Kept

if TYPE_CHECKING:
    from slp_ops.engine.pacing import RateLimited
    from slp_ops.model import Device
    from slp_ops.ports import ProbeEnd

pytestmark = pytest.mark.parametrize("transport", ["netmiko", "asyncssh"])
TARGET = ProbeStep(host="smartreceiver.cisco.com", port=443, source_interface="Vlan100")


def tried(
    opened: RateLimited, device: Device, step: ProbeStep = TARGET, timeout: float = 20
) -> tuple[ProbeResult, ProbeEnd]:
    """Probe once; afterwards the session can be used, and nothing is open on it."""

    async def session() -> tuple[ProbeEnd, str, str]:
        kept, sessions = Kept(), Kept()
        try:
            async with opened.read(device) as reader:
                ending = await reader.probe(step, timeout=timeout, sink=kept)
                assert reader.alive
                await reader.show(ReadCommand("show sessions"), timeout=5, sink=sessions)
        finally:
            await opened.close()
        return ending, sessions.text, kept.text

    ending, sessions, text = asyncio.run(session())
    assert sessions == "% No connections open\n"
    probes = read([(str(step), ending.status, text)]).get(Probes)
    assert probes is not None, text
    (result,) = probes.results
    return result, ending


@pytest.mark.parametrize(
    ("reach", "verdict"),
    [
        (Reach.OPEN, ProbeVerdict.OPEN),
        (Reach.SILENT, ProbeVerdict.OPEN),
        (Reach.CLOSES, ProbeVerdict.OPEN),
        (Reach.REFUSED, ProbeVerdict.REFUSED),
        (Reach.TIMED_OUT, ProbeVerdict.TIMED_OUT),
        (Reach.UNREACHABLE, ProbeVerdict.UNREACHABLE),
    ],
)
def test_what_a_connection_meets(
    lab: Any, opening: Any, transport: str, reach: Reach, verdict: ProbeVerdict
) -> None:
    running = lab(60, sw="healthy")
    running.change("sw", lambda switch: setattr(switch.world, "paths", (ReachabilityRule(reach=reach),)))

    result, ending = tried(opening(), running.device("sw", transport=transport))

    assert (result.verdict, result.name) == (verdict, NameVerdict.RESOLVED)
    assert (result.servers, result.addresses) == (("10.10.0.53",), ("203.0.113.10",))
    assert ending.reason == ""
    # After the attempt no line was empty: it would have resumed a suspended connection.
    lines = running.lines("sw", "exec")
    assert "" not in lines[lines.index(str(TARGET)) :]


@pytest.mark.parametrize(
    ("scenario", "verdict", "name"),
    [
        ("dns-failure", ProbeVerdict.UNRESOLVED, NameVerdict.UNRESOLVED),
        ("name-server-missing", ProbeVerdict.UNRESOLVED, NameVerdict.NO_SERVER),
        ("lookup-disabled", ProbeVerdict.UNRESOLVED, NameVerdict.LOOKUP_DISABLED),
        ("pinned-host", ProbeVerdict.OPEN, NameVerdict.LOCAL),
        ("telnet-forbidden", ProbeVerdict.NOT_TESTABLE, NameVerdict.RESOLVED),
        ("access-class-out", ProbeVerdict.NOT_TESTABLE, NameVerdict.RESOLVED),
    ],
)
def test_what_the_switch_itself_says(
    lab: Any, opening: Any, transport: str, scenario: str, verdict: ProbeVerdict, name: NameVerdict
) -> None:
    running = lab(60, sw=scenario)

    result, _ = tried(opening(), running.device("sw", transport=transport))

    assert (result.verdict, result.name) == (verdict, name)


def test_two_addresses_are_tried_and_told(lab: Any, opening: Any, transport: str) -> None:
    running = lab(60, sw="two-addresses")

    result, ending = tried(opening(), running.device("sw", transport=transport))

    assert result.verdict is ProbeVerdict.OPEN
    assert result.addresses == ("203.0.113.20", "203.0.113.10")
    assert ending.seconds >= 0.5  # the first address was waited for


@pytest.mark.parametrize(
    ("step", "verdict"),
    [
        (ProbeStep(host="203.0.113.10", port=443), ProbeVerdict.OPEN),
        (replace(TARGET, source_interface="Vlan999"), ProbeVerdict.NOT_TESTABLE),
        (replace(TARGET, vrf="NOWHERE", source_interface=None), ProbeVerdict.NOT_TESTABLE),
    ],
)
def test_the_path_is_part_of_the_command(
    lab: Any, opening: Any, transport: str, step: ProbeStep, verdict: ProbeVerdict
) -> None:
    running = lab(60, sw="healthy")

    result, _ = tried(opening(), running.device("sw", transport=transport), step)

    assert result.verdict is verdict
    assert (result.vrf, result.source_interface) == (step.vrf, step.source_interface)


def test_the_vrf_decides(lab: Any, opening: Any, transport: str) -> None:
    running = lab(60, sw="smart-vrf")
    device = running.device("sw", transport=transport)
    inside = ProbeStep(host="smartreceiver.cisco.com", port=443, vrf="MGMT", source_interface="Vlan100")

    result, _ = tried(opening(), device, inside)

    assert result.verdict is ProbeVerdict.OPEN


def test_a_hanging_attempt_is_ended_in_time_and_costs_no_cpu(lab: Any, opening: Any, transport: str) -> None:
    running = lab(0.01, sw="firewall-drop")  # its 30 s are 3,000 s here
    device = running.device("sw", transport=transport)
    step = ProbeStep(host="203.0.113.11", port=443)
    tried(opening(), device, replace(step, port=80), timeout=0.1)  # imports are not what is measured
    used = time.process_time()
    tried(opening(), device, replace(step, port=22), timeout=0.1)
    of_a_short_one = time.process_time() - used
    began, used = time.monotonic(), time.process_time()

    result, ending = tried(opening(), device, step, timeout=3)

    assert result.verdict is ProbeVerdict.TIMED_OUT
    assert ending.reason == "given up after 3 s"
    assert time.monotonic() - began < 30
    assert time.process_time() - used < 3 * of_a_short_one + 0.5


def test_a_ping_proves_the_name(lab: Any, opening: Any, transport: str) -> None:
    running = lab(60, sw="healthy")
    step = ProbeStep(tool=Tool.PING, host="tools.cisco.com", source_interface="Vlan100")

    result, _ = tried(opening(), running.device("sw", transport=transport), step)

    assert result.is_ping
    assert (result.verdict, result.name) == (ProbeVerdict.UNKNOWN, NameVerdict.RESOLVED)
    assert result.addresses == ("203.0.113.11",)


def test_a_session_that_is_cut_in_the_middle_is_lost(lab: Any, opening: Any, transport: str) -> None:
    running = lab(0.01, sw="firewall-drop")
    device = running.device("sw", transport=transport)
    step = ProbeStep(host="203.0.113.11", port=443)

    async def session() -> str:
        kept = Kept()
        opened = opening()
        try:
            async with opened.read(device) as reader:
                probing = asyncio.ensure_future(reader.probe(step, timeout=30, sink=kept))
                while not any("telnet" in line for line in running.lines("sw")):
                    await asyncio.sleep(0.02)  # the attempt hangs from here on
                await asyncio.to_thread(running.call, running.rack["sw"].host.close)
                with pytest.raises(SessionLost):
                    await probing
                assert not reader.alive
        finally:
            await opened.close()
        return kept.text

    assert asyncio.run(session()).startswith("Trying 203.0.113.11, 443 ...")
