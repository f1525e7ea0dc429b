"""Reading, probing and concluding for one switch, against a fake of our own ports."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app.reach_device import DeviceReachability, ReachabilityOptions, reach
from slp_ops.app.read_device import CollectOptions
from slp_ops.errors import AuthenticationFailed, ClosedEarly, SessionLost
from slp_ops.facts import NameVerdict, ProbeVerdict
from slp_ops.i18n import Lang
from slp_ops.model import CaptureStatus, Device, DeviceStatus
from slp_ops.ports import USUAL_LIMITS, CommandEnd, ProbeEnd, ProgressEvent, ReadLimits
from slp_ops.reachability.plan import target_of
from slp_ops.reachability.verdict import ReachVerdict, Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from slp_ops.ports import Sink
    from slp_ops.readonly import ProbeStep, ReadCommand
    from slp_ops.runs import Runs

STATUS = """\
Smart Licensing Using Policy:
  Status: ENABLED

Transport:
  Type: {type}
{more}
Policy:
  Policy in use: Merged from multiple sources.
"""
SMART = STATUS.format(type="Smart", more="  URL: https://smartreceiver.cisco.com/licservice/license\n")
CONFIG = """\
hostname sw1
ip http client source-interface {source}
interface Vlan100
 ip address 10.1.0.10 255.255.255.0
license smart transport smart
end
"""
BRIEF = """\
Interface              IP-Address      OK? Method Status                Protocol
Vlan100                10.1.0.10       YES NVRAM  up                    up
Vlan200                10.2.0.10       YES NVRAM  down                  down
"""
OPEN = "Trying smartreceiver.cisco.com (203.0.113.10, 443)... Open\n"
TIMED_OUT = (
    "Trying smartreceiver.cisco.com (203.0.113.10, 443)... \n"
    "% Connection timed out; remote host not responding\n"
)
FORBIDDEN = "% telnet connections not permitted from this terminal\n"
UNRESOLVED_PING = (
    'Translating "smartreceiver.cisco.com"...domain server (10.1.0.53)\n'
    "% Unrecognized host or address, or protocol not running.\n"
)
ANSWERED_PING = (
    'Translating "smartreceiver.cisco.com"...domain server (10.1.0.53) [OK]\n'
    "Type escape sequence to abort.\n"
    "Sending 2, 100-byte ICMP Echos to 203.0.113.10, timeout is 2 seconds:\n..\n"
    "Success rate is 0 percent (0/2)\n"
)
FAILING = (
    "Nov 24 04:11:31.402: %SMART_LIC-3-COMM_FAILED: Communications failure with the Cisco Smart Software "
    "Manager (CSSM) : Communication message send response error\n"
)


@dataclass
class Switch:
    """A switch by what it answers: a text, an Ending without text, or an error to raise.

    ``kills`` are the commands after which the session is not alive any more.
    """

    answers: dict[str, str | CommandEnd | Exception]
    opens: list[Exception | None] = field(default_factory=list)
    kills: tuple[str, ...] = ()
    sessions: list[list[str]] = field(default_factory=list)

    @asynccontextmanager
    async def read(self, device: Device) -> AsyncIterator[Reader]:
        trouble = self.opens[len(self.sessions)] if len(self.sessions) < len(self.opens) else None
        self.sessions.append([])
        if trouble is not None:
            raise trouble
        yield Reader(self)

    async def close(self) -> None:
        pass


class Reader:
    def __init__(self, switch: Switch) -> None:
        self.hostname = "sw1"
        self.alive = True
        self._switch = switch
        self._sent = switch.sessions[-1]

    def _answer(self, command: str, sink: Sink) -> CommandEnd:
        self._sent.append(command)
        self.alive = command not in self._switch.kills
        answer = self._switch.answers.get(command, CommandEnd(status=CaptureStatus.UNSUPPORTED))
        if isinstance(answer, Exception):
            self.alive = False
            raise answer
        if isinstance(answer, CommandEnd):
            return answer
        sink.write(answer)
        return CommandEnd(status=CaptureStatus.OK)

    async def show(
        self, command: ReadCommand, *, timeout: float, sink: Sink, limits: ReadLimits = USUAL_LIMITS
    ) -> CommandEnd:
        return self._answer(str(command), sink)

    async def probe(self, step: ProbeStep, *, timeout: float, sink: Sink) -> ProbeEnd:
        ending = self._answer(str(step), sink)
        return ProbeEnd(status=ending.status, reason=ending.reason, seconds=1.5)


TELNET = "telnet smartreceiver.cisco.com 443 /source-interface Vlan100 /ipv4"
PING = "ping smartreceiver.cisco.com source Vlan100 repeat 2"


def answering(probe: str | Exception = OPEN, **answers: Any) -> dict[str, str | CommandEnd | Exception]:
    return {
        "show license status": SMART,
        "show running-config": CONFIG.format(source="Vlan100"),
        "show ip interface brief": BRIEF,
        TELNET: probe,
        **{command.replace("_", " "): answer for command, answer in answers.items()},
    }


def reached(
    switch: Switch, runs: Runs, *targets: str, intent: dict[str, object] | None = None, **asked: Any
) -> DeviceReachability:
    device = Device(name="sw1", site="tokyo", host="192.0.2.11", intent=intent or {})
    with runs.start("check-reachability", [device]) as run:
        folder = run.device(device)
        return asyncio.run(
            reach(
                device,
                transport=switch,
                evidence=folder,
                recall=folder.text,
                options=ReachabilityOptions(targets=tuple(map(target_of, targets)), **asked),
                collect_options=CollectOptions(),
            )
        )


def test_probes_have_a_session_of_their_own(runs: Runs) -> None:
    switch = Switch(answering())

    found = reached(switch, runs)

    assert found.conclusion.verdict is ReachVerdict.WORKS
    reading, probing = switch.sessions
    assert all(command.startswith("show ") for command in reading)
    assert probing == [TELNET]


def test_the_probes_text_is_evidence_and_its_time_is_told(runs: Runs) -> None:
    found = reached(Switch(answering(TIMED_OUT)), runs)

    assert found.result.captures[-1].command == TELNET
    assert found.result.captures[-1].bytes == len(TIMED_OUT)
    (tried,) = found.tried
    assert (tried.verdict, tried.seconds) == (ProbeVerdict.TIMED_OUT, 1.5)
    assert tried.result is not None
    assert tried.result.text == "% Connection timed out; remote host not responding"


def test_a_session_that_is_not_clean_is_dropped_and_the_next_target_gets_a_new_one(runs: Runs) -> None:
    second = "telnet b.example.net 443 /source-interface Vlan100 /ipv4"
    switch = Switch({**answering(), second: OPEN.replace("smartreceiver.cisco.com", "b.example.net")},
                    kills=(TELNET,))  # fmt: skip

    found = reached(switch, runs, "b.example.net:443")

    assert switch.sessions[1:] == [[TELNET], [second]]
    assert [tried.verdict for tried in found.tried] == [ProbeVerdict.OPEN, ProbeVerdict.OPEN]


def test_a_session_lost_in_a_probe_costs_that_probe_alone(runs: Runs) -> None:
    second = "telnet b.example.net 443 /source-interface Vlan100 /ipv4"
    switch = Switch({**answering(SessionLost("the switch closed the connection")), second: OPEN})

    found = reached(switch, runs, "b.example.net:443")

    lost, fine = found.tried
    assert (lost.verdict, lost.why) == (ProbeVerdict.UNKNOWN, "the switch closed the connection")
    assert fine.verdict is ProbeVerdict.OPEN
    assert found.conclusion.verdict is ReachVerdict.CANNOT_TELL
    assert found.result.status is DeviceStatus.PARTIAL
    assert found.result.captures[-2].status is CaptureStatus.LOST


def test_no_second_session_leaves_the_probes_unknown_with_the_reason(runs: Runs) -> None:
    switch = Switch(answering(), opens=[None, ClosedEarly("no free vty line")])

    found = reached(switch, runs)

    assert [(tried.verdict, tried.why) for tried in found.tried] == [
        (ProbeVerdict.UNKNOWN, "no free vty line")
    ]
    assert found.conclusion.verdict is ReachVerdict.CANNOT_TELL
    assert found.result.status is DeviceStatus.PARTIAL
    assert found.result.error is not None
    assert found.result.error.message == "no free vty line"


def test_half_an_answer_of_a_lost_session_blames_neither_firewall_nor_dns(runs: Runs) -> None:
    class Dying(Switch):
        """Prints the first line of the attempt, and is gone."""

        @asynccontextmanager
        async def read(self, device: Device) -> AsyncIterator[Reader]:
            async with super().read(device) as reader:
                answer = reader.probe

                async def probe(step: ProbeStep, *, timeout: float, sink: Sink) -> ProbeEnd:
                    sink.write(TIMED_OUT.split("\n")[0] + "\n")
                    return await answer(step, timeout=timeout, sink=sink)

                reader.probe = probe  # type: ignore[method-assign]  # the one answer that differs
                yield reader

    found = reached(Dying(answering(SessionLost("the session stopped answering"))), runs)

    (tried,) = found.tried
    assert (tried.verdict, tried.why) == (ProbeVerdict.UNKNOWN, "the session stopped answering")
    assert found.conclusion.verdict is ReachVerdict.CANNOT_TELL
    assert found.result.status is DeviceStatus.PARTIAL


@pytest.mark.parametrize("command", ["show running-config", "show license status", "show ip interface brief"])
def test_targets_and_path_from_a_cut_reading_give_no_verdict(runs: Runs, command: str) -> None:
    lost = CommandEnd(status=CaptureStatus.TIMEOUT, reason="no data for 60 s")
    telnets = {TELNET: TIMED_OUT, "telnet smartreceiver.cisco.com 443 /ipv4": TIMED_OUT}

    found = reached(Switch({**answering(), **telnets, command: lost}), runs)

    assert found.conclusion.verdict is ReachVerdict.CANNOT_TELL
    assert found.conclusion.cause is not None
    assert found.conclusion.cause.en == f"needs '{command}': it timed out"


def test_a_switch_that_cannot_be_asked_says_why(runs: Runs) -> None:
    switch = Switch({}, opens=[AuthenticationFailed("refused", hint="check the password")] * 2)

    found = reached(switch, runs)

    assert found.plan is None
    assert found.conclusion.blocked_at is Stage.OPERATOR
    assert [step.en for step in found.conclusion.next_steps] == ["check the password"]


@pytest.mark.parametrize(
    ("ping", "verdict", "stage", "name"),
    [
        (UNRESOLVED_PING, ReachVerdict.BLOCKED, Stage.NAMES, NameVerdict.UNRESOLVED),
        (ANSWERED_PING, ReachVerdict.CANNOT_TELL, Stage.TCP, NameVerdict.RESOLVED),
    ],
)
def test_where_telnet_is_forbidden_a_ping_tells_of_the_name(
    runs: Runs, ping: str, verdict: ReachVerdict, stage: Stage, name: NameVerdict
) -> None:
    switch = Switch({**answering(FORBIDDEN), PING: ping})

    found = reached(switch, runs)

    assert switch.sessions[1] == [TELNET, PING]
    (tried,) = found.tried
    assert tried.verdict is ProbeVerdict.NOT_TESTABLE
    assert tried.result is not None
    assert tried.result.name is name
    assert (found.conclusion.verdict, found.conclusion.blocked_at) == (verdict, stage)


def test_what_remains_unknown_is_said_with_what_the_log_tells(runs: Runs) -> None:
    found = reached(
        Switch({**answering(FORBIDDEN), "show clock": "04:20:00.000 UTC Tue Nov 24 2026\n",
                "show logging": FAILING}),
        runs,
    )  # fmt: skip

    assert found.conclusion.verdict is ReachVerdict.CANNOT_TELL
    assert found.conclusion.cause is not None
    assert "not permitted" in found.conclusion.cause.en
    assert "Communication message send response error" in found.conclusion.cause.en


def test_an_interface_that_is_down_blocks_the_path_and_is_still_probed_by(runs: Runs) -> None:
    telnet = TELNET.replace("Vlan100", "Vlan200")
    answers = {
        **answering(),
        "show running-config": CONFIG.format(source="Vlan200").replace("Vlan100", "Vlan200"),
        telnet: TIMED_OUT,
    }
    switch = Switch(answers)

    found = reached(switch, runs)

    assert switch.sessions[1] == [telnet]
    assert found.conclusion.blocked_at is Stage.PATH
    assert found.conclusion.cause is not None
    assert "Vlan200" in found.conclusion.cause.en


def test_without_the_configuration_the_default_path_is_taken_and_said(runs: Runs) -> None:
    telnet = "telnet smartreceiver.cisco.com 443 /ipv4"
    denied = CommandEnd(status=CaptureStatus.DENIED, reason="Command authorization failed.")
    switch = Switch({**answering(show_running_config=denied), "show running-config": denied, telnet: OPEN})

    found = reached(switch, runs)

    assert switch.sessions[1] == [telnet]
    assert found.plan is not None
    assert found.plan.path.ok is None
    assert any("default path" in note.en for note in found.conclusion.notes)
    assert found.result.status is DeviceStatus.PARTIAL


def test_a_path_that_is_no_plain_word_is_never_sent(runs: Runs) -> None:
    answers = {**answering(), "show running-config": CONFIG.format(source="Vlan100 /debug")}
    switch = Switch(answers)

    found = reached(switch, runs)

    assert len(switch.sessions) == 1
    assert found.conclusion.verdict is ReachVerdict.BLOCKED
    assert [tried.verdict for tried in found.tried] == [ProbeVerdict.NOT_TESTABLE]


@pytest.mark.parametrize(
    ("status", "intent", "verdict", "words"),
    [
        (STATUS.format(type="Transport Off", more=""), {}, ReachVerdict.NOT_APPLICABLE, "transport is off"),
        (
            STATUS.format(type="cslu", more="  Cslu address: <empty>\n"),
            {"topology": "cslu-initiated"},
            ReachVerdict.NOT_APPLICABLE,
            "the other side connects",
        ),
        (SMART, {"topology": "controller"}, ReachVerdict.NOT_APPLICABLE, "the other side connects"),
        ("Transport:\n  Type: Carrier pigeon\n", {}, ReachVerdict.CANNOT_TELL, "could not be read"),
    ],
)
def test_where_there_is_nothing_to_test_it_says_so(
    runs: Runs, status: str, intent: dict[str, object], verdict: ReachVerdict, words: str
) -> None:
    switch = Switch({**answering(), "show license status": status})

    found = reached(switch, runs, intent=intent)

    assert len(switch.sessions) == 1
    assert found.tried == ()
    assert found.conclusion.verdict is verdict
    assert found.conclusion.cause is not None
    assert words in found.conclusion.cause.en


def test_a_source_interface_that_does_not_exist_explains_a_refused_probe(runs: Runs) -> None:
    telnet = TELNET.replace("Vlan100", "Vlan999")
    refused = " " * 40 + "^\n% Invalid input detected at '^' marker.\n"
    missing = CONFIG.format(source="Vlan999")
    switch = Switch({**answering(), "show running-config": missing, telnet: refused})

    conclusion = reached(switch, runs).conclusion

    assert (conclusion.verdict, conclusion.blocked_at) == (ReachVerdict.BLOCKED, Stage.PATH)


def test_the_route_to_look_at_is_that_of_the_vrf(runs: Runs) -> None:
    inside = CONFIG.format(source="Vlan100").replace(
        "\ninterface Vlan100\n", "\nvrf definition MGMT\ninterface Vlan100\n vrf forwarding MGMT\n"
    )
    telnet = TELNET.replace(" /source", " /vrf MGMT /source")
    unreachable = OPEN.replace("Open", "\n% Destination unreachable; gateway or host down")
    switch = Switch({**answering(), "show running-config": inside, telnet: unreachable})

    conclusion = reached(switch, runs).conclusion

    assert conclusion.next_steps[0].en.endswith("show ip route vrf MGMT 203.0.113.10")


def test_a_target_of_the_operators_is_tried_whatever_the_transport_and_counts(runs: Runs) -> None:
    telnet = "telnet b.example.net 443 /source-interface Vlan100 /ipv4"
    status = STATUS.format(type="Transport Off", more="")
    switch = Switch({**answering(), "show license status": status,
                     telnet: TIMED_OUT.replace("smartreceiver.cisco.com", "b.example.net")})  # fmt: skip

    found = reached(switch, runs, "b.example.net:443")

    assert (found.conclusion.verdict, found.conclusion.blocked_at) == (ReachVerdict.BLOCKED, Stage.TCP)


def test_the_verdict_does_not_rest_on_what_all_adds(runs: Runs) -> None:
    found = reached(Switch(answering()), runs, everything=True)

    assert [tried.verdict for tried in found.tried] == [
        ProbeVerdict.OPEN,
        ProbeVerdict.UNKNOWN,
        ProbeVerdict.UNKNOWN,
    ]
    assert found.conclusion.verdict is ReachVerdict.WORKS


@pytest.mark.parametrize(
    ("probe", "stage", "words"),
    [
        (TIMED_OUT, Stage.TCP, "does not answer (203.0.113.10)"),
        (
            "Trying smartreceiver.cisco.com (203.0.113.10, 443)...\n% Connection refused by remote host\n",
            Stage.TCP,
            "refuses the connection",
        ),
        (
            "Trying smartreceiver.cisco.com (203.0.113.10, 443)...\n"
            "% Destination unreachable; gateway or host down\n",
            Stage.TCP,
            "is unreachable",
        ),
        (
            'Translating "smartreceiver.cisco.com"...domain server (10.1.0.53) (10.1.1.53)\n\n'
            "% Bad IP address or host name\n",
            Stage.NAMES,
            "",
        ),
    ],
)
def test_what_blocks_is_named_in_both_languages(runs: Runs, probe: str, stage: Stage, words: str) -> None:
    conclusion = reached(Switch(answering(probe)), runs).conclusion

    assert (conclusion.verdict, conclusion.blocked_at) == (ReachVerdict.BLOCKED, stage)
    assert conclusion.cause is not None
    assert words in conclusion.cause.en
    for text in (conclusion.cause, *conclusion.next_steps, *conclusion.notes):
        for lang in Lang:
            assert text.render(lang)
            assert "{" not in text.render(lang)
    assert conclusion.next_steps


def test_events_say_what_is_being_probed(runs: Runs) -> None:
    events: list[ProgressEvent] = []
    device = Device(name="sw1", site="tokyo", host="192.0.2.11")
    with runs.start("check-reachability", [device]) as run:
        folder = run.device(device)
        asyncio.run(
            reach(
                device,
                transport=Switch(answering()),
                evidence=folder,
                recall=folder.text,
                options=ReachabilityOptions(),
                collect_options=CollectOptions(),
                on_event=events.append,
            )
        )

    assert ("probing", TELNET) in [(event.what, event.detail) for event in events]
