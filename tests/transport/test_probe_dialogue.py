"""Leaving the telnet client of a switch in every situation: scripted terminals, no socket, no clock."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.commands.telnet import parse
from slp_ops.errors import SessionLost
from slp_ops.facts.probes import NameVerdict, ProbeResult, Probes, ProbeVerdict
from slp_ops.model import CaptureStatus
from slp_ops.transport.dialogue import Dialogue
from slp_ops.transport.probe_dialogue import probe
from tests.transport.scripted import Kept, Piece, Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from slp_ops.ports import ProbeEnd

COMMAND = "telnet tools.cisco.com 443 /source-interface Vlan100 /ipv4"
PROMPT = "tyo-core-01#"
NAMED = 'Translating "tools.cisco.com"...domain server (10.1.0.53) [OK]\r\n\r\n'
TRYING = "Trying tools.cisco.com (203.0.113.11, 443)... "
CLOSED = "\r\n[Connection to tools.cisco.com closed by foreign host]\r\n"
BREAK, CTRL_C, ENTER = b"\x1e", b"\x03", b"\r"


@dataclass
class Switch(Terminal):
    """A vty with IOS's own notion of where bytes go: to the shell, or to the far end of a telnet.

    ``attempt`` is what telnet prints; ``far_end`` what the far end answers to bytes, None when it closes.
    """

    encoding: ClassVar = "latin-1"
    attempt: list[Piece]
    far_end: Callable[[bytes], Iterable[Piece] | None] = lambda data: ()
    escape: bytes = BREAK
    breakable: bool = True  # whether an attempt can be aborted
    confirms: bool = True  # whether disconnect asks
    sessions: int = 0
    connected: bool = False
    asking: bool = False
    typed: str = ""
    resumed: int = 0

    def prints(self, piece: str | bytes) -> None:
        if isinstance(piece, str) and piece.rstrip().endswith("Open") and not self.connected:
            self.connected, self.sessions = True, self.sessions + 1
            if self.far_end(b"") is None:
                self.close()

    def close(self) -> None:
        self.connected, self.sessions = False, self.sessions - 1
        self.queue.extend([CLOSED, PROMPT])

    def receive(self, data: bytes) -> None:
        data = data.replace(b"\n", b"\r")  # IOS-XE takes either for Enter
        self.sent.append(data)
        if self.connected:
            if data == self.escape + b"x":
                self.connected = False
                self.queue.extend(["\r\n", PROMPT])
                return
            answer = self.far_end(data)
            if answer is None:
                self.close()
            else:
                self.queue.extend(answer)
        elif data in (BREAK, CTRL_C) and self.queue and self.breakable:
            self.queue.clear()
            self.queue.extend(["\r\n", PROMPT])
        else:
            self.type(data.decode())

    def type(self, text: str) -> None:
        if self.asking:
            self.asking = False
            if text == "\r":
                self.sessions -= 1
            self.queue.extend(["\r\n", PROMPT])
            return
        for sign in text:
            if sign == "\b":
                self.typed = self.typed[:-1]
                self.queue.append("\b \b")
            elif sign != "\r":
                if sign.isprintable():
                    self.typed += sign
                    self.queue.append(sign)
            else:
                line, self.typed = self.typed, ""
                self.queue.append("\r\n")
                self.run(line)

    def run(self, line: str) -> None:
        if line == COMMAND:
            self.queue.extend(self.attempt)
            return
        if line == "show sessions":
            rows = "% No connections open" if not self.sessions else "Conn Host\r\n*  1 tools.cisco.com"
            self.queue.extend([rows + "\r\n", PROMPT])
        elif line == "disconnect" and self.sessions and self.confirms:
            self.asking = True
            self.queue.append("Closing connection to tools.cisco.com [confirm]")
        elif line == "disconnect":
            self.sessions = max(0, self.sessions - 1)
            self.queue.append(PROMPT)
        elif line == "" and self.sessions:
            self.resumed += 1
            self.connected = True
            self.queue.append("[Resuming connection 1 to tools.cisco.com ... ]\r\n")
        else:
            self.queue.append(PROMPT)


def logged_in() -> Dialogue:
    dialogue = Dialogue()
    vty = Switch([])
    vty.queue.append("\r\n" + PROMPT)
    vty.drive(dialogue.log_in(None))
    vty.drive(dialogue.set_up())
    return dialogue


def tried(switch: Switch, timeout: float = 75) -> tuple[ProbeEnd, str, Dialogue]:
    dialogue, kept = logged_in(), Kept()
    procedure = probe(dialogue, COMMAND, timeout=timeout, sink=kept, clock=lambda: switch.seconds)
    return switch.drive(procedure), kept.text, dialogue


def said(text: str) -> ProbeResult:
    (fact,) = parse(text).facts
    assert isinstance(fact, Probes)
    return fact.results[0]


def opened(*more: Piece) -> list[Piece]:
    return [NAMED, TRYING, "Open\r\n\r\n", *more]


def failed(line: str, seconds: float = 0.2) -> list[Piece]:
    return [NAMED, TRYING, seconds, "\r\n", line, "\r\n\r\n", PROMPT]


OUTCOMES: dict[str, tuple[list[Piece], ProbeVerdict]] = {
    "refused": (failed("% Connection refused by remote host"), ProbeVerdict.REFUSED),
    "unreachable": (failed("% Destination unreachable; gateway or host down"), ProbeVerdict.UNREACHABLE),
    "no route": (failed("% No route to host"), ProbeVerdict.UNREACHABLE),
    "timed out": (
        failed("% Connection timed out; remote host not responding", 30.0),
        ProbeVerdict.TIMED_OUT,
    ),
    "aborted": (failed("% Connection aborted by user", 9.0), ProbeVerdict.TIMED_OUT),
    "aborted at the name": (
        ['Translating "tools.cisco.com"...domain server (10.1.0.53)', 9.0, "\r\n% Name lookup aborted\r\n",
         PROMPT],
        ProbeVerdict.UNRESOLVED,
    ),
    "denied": (["% Permission denied.\r\n", PROMPT], ProbeVerdict.NOT_TESTABLE),
    "no such name": (
        ['Translating "tools.cisco.com"...domain server (10.1.0.53) (10.1.1.53)', 12.0, "\r\n\r\n",
         "% Bad IP address or host name\r\n", PROMPT],
        ProbeVerdict.UNRESOLVED,
    ),
    "no such name, in one line": (
        ['Translating "tools.cisco.com"...domain server (255.255.255.255)\r\n\r\n',
         "% Bad IP address or host name% Unknown command or computer name, or unable to find computer "
         "address\r\n", PROMPT],
        ProbeVerdict.UNRESOLVED,
    ),
    "lookup disabled": (
        ['Translating "tools.cisco.com"\r\n\r\n% Bad IP address or host name\r\n', PROMPT],
        ProbeVerdict.UNRESOLVED,
    ),
    "telnet not permitted": (
        ["% telnet connections not permitted from this terminal\r\n", PROMPT],
        ProbeVerdict.NOT_TESTABLE,
    ),
    "access-class": (
        ["% Connections to that host not permitted from this terminal\r\n", PROMPT],
        ProbeVerdict.NOT_TESTABLE,
    ),
    "no such VRF": (
        ["              ^\r\n% Invalid input detected at '^' marker.\r\n\r\n", PROMPT],
        ProbeVerdict.NOT_TESTABLE,
    ),
    "AAA": (["Command authorization failed.\r\n\r\n", PROMPT], ProbeVerdict.NOT_TESTABLE),
    "two addresses, the second opens": (
        [NAMED, TRYING, 30.0, "\r\n% Connection timed out; remote host not responding\r\n",
         "Trying tools.cisco.com (203.0.113.12, 443)... ", "Open\r\n\r\n"],
        ProbeVerdict.OPEN,
    ),
    "two addresses, neither opens": (
        [NAMED, TRYING, 30.0, "\r\n% Connection timed out; remote host not responding\r\n",
         "Trying tools.cisco.com (203.0.113.12, 443)... ", 0.2, "\r\n% Connection refused by remote host\r\n",
         PROMPT],
        ProbeVerdict.REFUSED,
    ),
    "an address": (
        ["Trying 203.0.113.11, 443 ... ", "Open\r\n\r\n"],
        ProbeVerdict.OPEN,
    ),
    "something new": (["% This has never been seen\r\n", PROMPT], ProbeVerdict.UNKNOWN),
}  # fmt: skip


@pytest.mark.parametrize(("attempt", "verdict"), OUTCOMES.values(), ids=OUTCOMES)
def test_every_outcome_is_recognised_and_ends_at_a_clean_prompt(
    attempt: list[Piece], verdict: ProbeVerdict
) -> None:
    switch = Switch(attempt, far_end=lambda data: None if b"\r" in data else ())

    ending, text, dialogue = tried(switch)

    assert said(text).verdict is verdict
    assert (ending.status, ending.reason) == (CaptureStatus.OK, "")
    assert (dialogue.alive, switch.sessions, switch.resumed) == (True, 0, 0)


@pytest.mark.parametrize(
    ("attempt", "name", "servers"),
    [
        ("no such name", NameVerdict.UNRESOLVED, ("10.1.0.53", "10.1.1.53")),
        ("no such name, in one line", NameVerdict.NO_SERVER, ()),
        ("lookup disabled", NameVerdict.LOOKUP_DISABLED, ()),
        ("refused", NameVerdict.RESOLVED, ("10.1.0.53",)),
    ],
)
def test_how_the_name_was_looked_up(attempt: str, name: NameVerdict, servers: tuple[str, ...]) -> None:
    _, text, _ = tried(Switch(OUTCOMES[attempt][0]))

    assert (said(text).name, said(text).servers) == (name, servers)


def test_every_address_that_was_tried_is_told() -> None:
    _, text, _ = tried(Switch(OUTCOMES["two addresses, neither opens"][0]))

    assert said(text).addresses == ("203.0.113.11", "203.0.113.12")


def test_seconds_count_from_the_first_attempt_not_from_the_look_up() -> None:
    slow: list[Piece] = [NAMED[:-10], 6.0, NAMED[-10:], *failed("% Connection refused by remote host")[1:]]

    ending, _, _ = tried(Switch(slow))

    assert ending.seconds == pytest.approx(0.25, abs=0.1)


FAR_ENDS: dict[str, Callable[[bytes], Iterable[Piece] | None]] = {
    "a TLS server closes on garbage": lambda data: None if data.endswith(b"\r") else (),
    "with an alert first": lambda data: None if data.endswith(b"\r") else ("\x15\x03\x01\x02\x02",),
    "closes at once": lambda data: None,
    "stays silent": lambda data: (),
    "echoes what it gets": lambda data: (data.decode("latin-1"),),
    "shows a prompt of ours": lambda data: (f"\r\n{PROMPT}",),
    "says that it closed": lambda data: (CLOSED.replace("\r\n", ""), "\r\n", PROMPT),
    "says that nothing is open": lambda data: ("% No connections open\r\n", PROMPT),
    "never stops talking": lambda data: tuple("blah\r\n" for _ in range(2000)),
    "asks to confirm": lambda data: ("Delete everything? [confirm]",),
}


@pytest.mark.parametrize("far_end", FAR_ENDS.values(), ids=FAR_ENDS)
def test_an_open_connection_is_left_or_the_session_is_dropped(
    far_end: Callable[[bytes], Iterable[Piece] | None],
) -> None:
    switch = Switch(opened(), far_end=far_end)

    ending, text, dialogue = tried(switch)

    assert said(text).verdict is ProbeVerdict.OPEN
    assert ending.seconds < 1
    assert switch.resumed == 0
    assert not dialogue.alive or switch.sessions == 0
    assert switch.seconds < 30


@pytest.mark.parametrize("far_end", ["stays silent", "closes at once", "a TLS server closes on garbage"])
def test_the_session_can_be_used_again_after_an_ordinary_far_end(far_end: str) -> None:
    switch = Switch(opened(), far_end=FAR_ENDS[far_end])

    _, _, dialogue = tried(switch)

    assert (dialogue.alive, switch.sessions) == (True, 0)


def test_what_the_far_end_says_is_not_kept() -> None:
    switch = Switch(opened("Welcome to the far end\r\n", "% Connection refused by remote host\r\n"))

    _, text, _ = tried(switch)

    assert text.splitlines()[-1] == TRYING + "Open"
    assert said(text).verdict is ProbeVerdict.OPEN


def test_a_silent_far_end_is_suspended_disconnected_and_confirmed_in_this_order() -> None:
    switch = Switch(opened())

    tried(switch)

    sent = [data for data in switch.sent if data != COMMAND.encode() + ENTER]
    assert sent == [CTRL_C + ENTER, BREAK + b"x", b"disconnect\r", ENTER, b"show sessions\r"]


def test_no_empty_line_is_sent_while_disconnect_does_not_ask() -> None:
    switch = Switch(opened(), confirms=False)

    _, _, dialogue = tried(switch)

    assert (switch.resumed, switch.sessions, dialogue.alive) == (0, 0, True)


def test_an_escape_character_changed_to_ctrl_c() -> None:
    switch = Switch(opened(), escape=CTRL_C)

    _, _, dialogue = tried(switch)

    assert (switch.resumed, switch.sessions, dialogue.alive) == (0, 0, True)


def test_an_escape_character_nobody_knows_drops_the_session() -> None:
    switch = Switch(opened(), escape=b"\x1d")

    ending, text, dialogue = tried(switch)

    assert said(text).verdict is ProbeVerdict.OPEN
    assert (ending.status, dialogue.alive) == (CaptureStatus.OK, False)
    assert switch.seconds < 20


def test_a_far_end_that_closes_late_leaves_no_stray_letter() -> None:
    switch = Switch(opened())
    plain = switch.receive

    def receive(data: bytes) -> None:
        if data == BREAK + b"x" and switch.connected:
            # It closed just before the escape sequence arrived, which now meets the prompt.
            switch.connected, switch.sessions = False, 0
            switch.queue.extend([CLOSED, PROMPT])
        plain(data)

    switch.receive = receive  # type: ignore[method-assign]  # the race itself is what is simulated

    _, _, dialogue = tried(switch)

    assert (dialogue.alive, switch.typed, switch.sessions) == (True, "", 0)


@pytest.mark.parametrize(
    ("attempt", "verdict"),
    [
        ([NAMED, TRYING, 1000.0], ProbeVerdict.TIMED_OUT),
        (['Translating "tools.cisco.com"...domain server (10.1.0.53)', 1000.0], ProbeVerdict.UNRESOLVED),
    ],
)
def test_a_hanging_attempt_is_broken_off_in_time(attempt: list[Piece], verdict: ProbeVerdict) -> None:
    switch = Switch(attempt)

    ending, text, dialogue = tried(switch, timeout=75)

    assert said(text).verdict is verdict
    assert ending.reason == "given up after 75 s"
    assert 74 < ending.seconds < 76
    assert (dialogue.alive, switch.sessions) == (True, 0)
    assert switch.sent[1] == BREAK
    assert switch.seconds < 80


def test_an_attempt_that_cannot_be_broken_off_drops_the_session_in_bounded_time() -> None:
    switch = Switch([NAMED, TRYING, 1000.0], breakable=False)
    dialogue, kept = logged_in(), Kept()

    with pytest.raises(SessionLost, match="the session stopped answering"):
        switch.drive(probe(dialogue, COMMAND, timeout=75, sink=kept, clock=lambda: switch.seconds))

    assert "Translating" in kept.text
    assert not dialogue.alive
    assert switch.seconds < 100


def test_what_arrives_while_it_is_broken_off_counts() -> None:
    switch = Switch([NAMED, TRYING, 75.5, "Open\r\n\r\n"], breakable=False)

    _, text, dialogue = tried(switch, timeout=75)

    assert said(text).verdict is ProbeVerdict.OPEN
    assert (dialogue.alive, switch.sessions) == (True, 0)


def test_a_switch_that_prints_nothing_at_all_is_a_lost_session() -> None:
    switch = Switch([1000.0], breakable=False)
    dialogue, kept = logged_in(), Kept()

    with pytest.raises(SessionLost, match="the session stopped answering"):
        switch.drive(probe(dialogue, COMMAND, timeout=5, sink=kept, clock=lambda: switch.seconds))

    assert kept.text == ""
    assert not dialogue.alive


def test_a_closed_channel_is_a_lost_session_and_the_text_is_kept() -> None:
    switch = Switch([NAMED, TRYING, None])
    dialogue, kept = logged_in(), Kept()

    with pytest.raises(SessionLost):
        switch.drive(probe(dialogue, COMMAND, timeout=5, sink=kept, clock=lambda: switch.seconds))

    assert not dialogue.alive
    assert "Translating" in kept.text


def test_a_session_that_is_not_at_a_prompt_is_not_used() -> None:
    switch, dialogue = Switch(opened()), logged_in()
    dialogue.alive = False

    with pytest.raises(SessionLost):
        switch.drive(probe(dialogue, COMMAND, timeout=5, sink=Kept(), clock=lambda: switch.seconds))

    assert switch.sent == []


def test_sessions_that_do_not_go_away_drop_the_session() -> None:
    switch = Switch(failed("% Connection refused by remote host"), sessions=9)

    _, _, dialogue = tried(switch)

    assert not dialogue.alive


def test_log_lines_in_between_change_nothing() -> None:
    log = "*Nov 24 04:11:31.402: %SYS-5-CONFIG_I: Configured from console by vty0\r\n"
    switch = Switch([log, NAMED, log, TRYING, 0.2, "\r\n% Connection refused by remote host\r\n\r\n",
                     PROMPT, "\r\n" + log])  # fmt: skip

    _, text, dialogue = tried(switch)

    assert said(text).verdict is ProbeVerdict.REFUSED
    assert dialogue.alive


def test_a_log_line_may_split_the_lines_of_the_attempt() -> None:
    log = "\r\n*Nov 24 04:11:31.402: %SYS-5-CONFIG_I: Configured from console by vty0\r\n"
    looked_up, ok = NAMED.split(" [OK]")
    switch = Switch([looked_up, log, " [OK]" + ok, TRYING, log, "Open\r\n\r\n"])

    _, text, dialogue = tried(switch)

    assert (said(text).verdict, said(text).name) == (ProbeVerdict.OPEN, NameVerdict.RESOLVED)
    assert dialogue.alive
    assert switch.sessions == 0


@given(
    outcome=st.sampled_from(sorted(OUTCOMES)),
    cuts=st.lists(st.integers(1, 30), max_size=40),
)
def test_chunking_does_not_change_what_is_seen(outcome: str, cuts: list[int]) -> None:
    attempt, verdict = OUTCOMES[outcome]
    pieces: list[Piece] = []
    sizes = iter(cuts)
    for piece in attempt:
        if not isinstance(piece, str):
            pieces.append(piece)
            continue
        rest = piece
        # "Open" stays whole: the scripted switch knows by it that the connection stands.
        while len(rest) > 1 and "Open" not in rest and (size := next(sizes, 0)):
            pieces.append(rest[:size])
            rest = rest[size:]
        if rest:
            pieces.append(rest)
    switch = Switch(pieces, far_end=lambda data: None if b"\r" in data else ())

    _, text, dialogue = tried(switch)

    assert said(text).verdict is verdict
    assert (dialogue.alive, switch.sessions) == (True, 0)


@given(noise=st.lists(st.text(max_size=20), max_size=6), silence=st.floats(0, 100))
def test_whatever_comes_it_ends_in_bounded_time_and_never_with_a_session_open(
    noise: list[str], silence: float
) -> None:
    pieces: list[Piece] = [
        *(text.encode("latin-1", "replace").decode("latin-1") for text in noise if text),
        silence,
    ]
    switch = Switch([*pieces, *opened(*pieces)], far_end=lambda data: ())

    dialogue = logged_in()
    with suppress(SessionLost):
        switch.drive(probe(dialogue, COMMAND, timeout=20, sink=Kept(), clock=lambda: switch.seconds))

    assert switch.seconds < 70
    assert switch.resumed == 0
    assert not dialogue.alive or switch.sessions == 0
