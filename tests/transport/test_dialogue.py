"""The dialogue against scripted terminals: no socket, no clock."""

from __future__ import annotations

import tracemalloc
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.errors import EnableFailed, LimitReached, NoPrompt, SessionLost, SshTimeout
from slp_ops.model import CaptureStatus
from slp_ops.ports import CommandEnd, ReadLimits, Secret
from slp_ops.transport.dialogue import Dialogue, Send
from tests.transport.scripted import Kept, Piece, Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from slp_ops.transport.dialogue import Procedure


@dataclass
class Vty(Terminal):
    """Answers each line as a function says."""

    answer: Callable[[bytes], Iterable[Piece]]

    def receive(self, data: bytes) -> None:
        self.sent.append(data)
        self.queue.extend(self.answer(data))


def switch(outputs: dict[str, list[Piece]], prompt: str = "tyo-core-01#") -> Callable[[bytes], list[Piece]]:
    def answer(data: bytes) -> list[Piece]:
        line = data.decode().removesuffix("\n")
        if line in outputs:
            return [line, "\r\n", *outputs[line]]
        if line.startswith("terminal"):
            return [line, "\r\n", prompt]
        return ["\r\n", prompt] if line == "" else []

    return answer


def logged_in(outputs: dict[str, list[Piece]], prompt: str = "tyo-core-01#") -> tuple[Dialogue, Vty]:
    vty = Vty(switch(outputs, prompt))
    vty.queue.append("\r\n" + prompt)
    dialogue = Dialogue()
    vty.drive(dialogue.log_in(None))
    vty.drive(dialogue.set_up())
    return dialogue, vty


def shown(dialogue: Dialogue, vty: Vty, command: str, timeout: float = 60) -> tuple[CommandEnd, str]:
    kept = Kept()
    ending = vty.drive(dialogue.show(command, timeout, kept))
    return ending, kept.text


OK = CommandEnd(status=CaptureStatus.OK)
CLOCK = "04:11:31.402 UTC Tue Nov 24 2026\r\n"


def test_output_is_what_stands_between_the_echo_and_the_prompt() -> None:
    dialogue, vty = logged_in({"show clock": [CLOCK, "tyo-core-01#"]})

    assert shown(dialogue, vty, "show clock") == (OK, CLOCK.replace("\r", ""))
    assert dialogue.hostname == "tyo-core-01"


@pytest.mark.parametrize(
    "banner",
    [
        "###########\r\n# KEEP OUT #\r\n###########\r\n",
        "Unauthorized access is prohibited by order #\r\nfoo#\r\n",
        "Zutritt verboten \xff\r\n",
        "tyo-core-01>\r\n",
    ],
)
def test_a_banner_is_not_taken_for_a_prompt(banner: str) -> None:
    vty = Vty(switch({}))
    vty.queue.extend([banner, "\r\ntyo-core-01#"])
    dialogue = Dialogue()

    vty.drive(dialogue.log_in(None))

    assert dialogue.prompt == "tyo-core-01#"


def test_a_login_that_shows_no_prompt_says_what_it_shows() -> None:
    vty = Vty(lambda data: [])
    vty.queue.append("Press any key to continue")

    with pytest.raises(NoPrompt, match="Press any key"):
        vty.drive(Dialogue().log_in(None))


@pytest.mark.parametrize(
    "question",
    ["Proceed with reload? [confirm]", "Do you want to proceed? [y/n]", "terminate autoinstall? [yes]: "],
)
def test_a_question_that_waits_at_the_login_gets_no_key(question: str) -> None:
    vty = Vty(lambda data: ["\r\n", question])
    vty.queue.append("\r\n" + question)

    with pytest.raises(NoPrompt, match="a question waits"):
        vty.drive(Dialogue().log_in(None))

    assert vty.sent == []


def test_a_host_name_with_characters_that_the_switch_only_warns_of_is_a_prompt() -> None:
    dialogue, vty = logged_in({"show clock": [CLOCK, "100%sw%1#"]}, "100%sw%1#")

    assert shown(dialogue, vty, "show clock") == (OK, CLOCK.replace("\r", ""))
    assert dialogue.hostname == "100%sw%1"


def test_enable_sends_the_secret_only_when_asked_for_it() -> None:
    def answer(data: bytes) -> list[Piece]:
        return {
            b"\n": ["\r\nsw1>"],
            b"enable\n": ["enable\r\n", "Password: "],
            b"s3cret\n": ["\r\n", "sw1#"],
        }.get(data, [data.decode().strip(), "\r\n", "sw1#"])  # type: ignore[return-value]

    vty = Vty(answer)
    vty.queue.append("\r\nsw1>")
    dialogue = Dialogue()

    vty.drive(dialogue.log_in(Secret("s3cret")))

    assert dialogue.prompt == "sw1#"
    assert vty.sent.count(b"s3cret\n") == 1


@pytest.mark.parametrize(
    "refusal",
    [["\r\n", "Password: "], ["\r\n% Bad secrets\r\n\r\nsw1>"], ["\r\n% Access denied\r\n", "sw1>"]],
)
def test_a_refused_enable_secret_is_sent_once(refusal: list[Piece]) -> None:
    answers: dict[bytes, list[Piece]] = {
        b"\n": ["\r\nsw1>"],
        b"enable\n": ["enable\r\n", "Password: "],
        b"wrong\n": refusal,
    }
    vty = Vty(lambda data: answers.get(data, []))
    vty.queue.append("\r\nsw1>")

    with pytest.raises(EnableFailed):
        vty.drive(Dialogue().log_in(Secret("wrong")))

    assert vty.sent.count(b"wrong\n") == 1


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("Command authorization failed.\r\n\r\n", "Command authorization failed."),
        ("       ^\r\n% Invalid input detected at '^' marker.\r\n\r\n", "% Invalid input detected"),
        ("% Error in authentication.\r\n\r\n", "% Error in authentication."),
        ("", "refused to enable$"),
    ],
)
def test_a_switch_that_does_not_let_this_user_enable_is_understood_at_once(said: str, why: str) -> None:
    vty = Vty(lambda data: {b"\n": ["\r\nsw1>"], b"enable\n": ["enable\r\n" + said, "sw1>"]}.get(data, []))
    vty.queue.append("\r\nsw1>")

    with pytest.raises(EnableFailed, match=why):
        vty.drive(Dialogue().log_in(Secret("s3cret")))

    assert vty.seconds < 5
    assert b"s3cret\n" not in vty.sent


def test_without_an_enable_secret_nothing_is_tried() -> None:
    vty = Vty(switch({}, "sw1>"))
    vty.queue.append("\r\nsw1>")

    with pytest.raises(EnableFailed, match="no enable secret"):
        vty.drive(Dialogue().log_in(None))

    assert b"enable\n" not in vty.sent


def test_an_echo_may_be_twelve_seconds_late() -> None:
    dialogue, vty = logged_in({})

    def late(data: bytes) -> list[Piece]:
        return [12.0, data.decode().strip(), "\r\n", CLOCK, "tyo-core-01#"] if b"clock" in data else []

    vty.answer = late

    assert shown(dialogue, vty, "show clock") == (OK, CLOCK.replace("\r", ""))


def test_a_stale_prompt_before_a_late_echo_does_not_end_the_command() -> None:
    dialogue, vty = logged_in({})

    def late(data: bytes) -> list[Piece]:
        return ["\r\ntyo-core-01#", 12.0, "show clock\r\n", CLOCK, "tyo-core-01#"]

    vty.answer = late

    assert shown(dialogue, vty, "show clock") == (OK, CLOCK.replace("\r", ""))


def test_a_line_that_does_not_echo_still_gives_its_output() -> None:
    dialogue, vty = logged_in({})
    vty.answer = lambda data: ["one\r\ntwo\r\n", "tyo-core-01#"]

    assert shown(dialogue, vty, "show clock") == (OK, "one\ntwo\n")


@pytest.mark.parametrize(
    "erased", ["\b" * 9 + " " * 8 + "\b" * 9, "\b" * 10 + " " * 10 + "\b" * 10, "\r" + " " * 10 + "\r"]
)
def test_more_is_answered_and_erased(erased: str) -> None:
    def paged(data: bytes) -> list[Piece]:
        if data == b" ":
            return [erased[:5], erased[5:] + "second\r\n", "tyo-core-01#"]
        return [data.decode().strip(), "\r\nfirst\r\n", " --More-- "]

    dialogue, vty = logged_in({})
    vty.answer = paged

    assert shown(dialogue, vty, "show run") == (OK, "first\nsecond\n")
    assert vty.sent.count(b" ") == 1


def test_text_that_looks_like_the_prompt_is_output() -> None:
    looks: list[Piece] = [
        "tyo-core-01#",
        0.02,
        "show run\r\n",
        "tyo-core-01#\r\n",
        "more\r\n",
        "tyo-core-01#",
        0.3,
        "x\r\n",
    ]
    dialogue, vty = logged_in({"show log": [*looks, "tyo-core-01#"]})

    ending, text = shown(dialogue, vty, "show log")

    assert (ending, text) == (OK, "tyo-core-01#show run\ntyo-core-01#\nmore\ntyo-core-01#x\n")


LOG = "*Nov 24 04:11:31.402: %SYS-5-CONFIG_I: Configured from console by vty0\r\n"


def test_a_log_line_behind_the_prompt_ends_the_command_and_is_kept() -> None:
    dialogue, vty = logged_in({"show clock": [CLOCK, "tyo-core-01#", "\r\n" + LOG]})

    assert shown(dialogue, vty, "show clock") == (OK, (CLOCK + LOG).replace("\r", ""))
    vty.answer = switch({"show clock": [CLOCK, "tyo-core-01#"]})
    assert shown(dialogue, vty, "show clock") == (OK, CLOCK.replace("\r", ""))


WARNING = "\r\n\r\n\r\n\a***\r\n*** --- SHUTDOWN in 0:05:00 ---\r\n***\r\n"


def test_a_warning_to_all_terminals_behind_the_prompt_ends_the_command() -> None:
    dialogue, vty = logged_in({"show clock": [CLOCK, "tyo-core-01#", WARNING]})

    ending, text = shown(dialogue, vty, "show clock")

    assert ending == OK
    assert text.startswith(CLOCK.replace("\r", ""))
    assert "tyo-core-01#" not in text
    assert b"\x03" not in vty.sent


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("            ^\r\n% Invalid input detected at '^' marker.\r\n\r\n", CaptureStatus.UNSUPPORTED),
        ("% Incomplete command.\r\n\r\n", CaptureStatus.UNSUPPORTED),
        ('% Ambiguous command:  "show l"\r\n', CaptureStatus.UNSUPPORTED),
        ("Command authorization failed.\r\n\r\n", CaptureStatus.DENIED),
        ("% Authorization failed.\r\n", CaptureStatus.DENIED),
        ("% This command is not authorized\r\n", CaptureStatus.DENIED),
        ("Command not permitted.\r\n", CaptureStatus.DENIED),
        ("% Permission denied\r\n", CaptureStatus.DENIED),
        (
            "Load for five secs: 1%/0%\r\nTime source is NTP\r\n\r\n% Invalid input detected\r\n",
            CaptureStatus.UNSUPPORTED,
        ),
        ("".join(f"line {n}\r\n" for n in range(9)) + "% Invalid input detected at\r\n", CaptureStatus.OK),
        ("", CaptureStatus.OK),
    ],
)
def test_the_switchs_refusals_are_told_apart(said: str, status: CaptureStatus) -> None:
    dialogue, vty = logged_in({"show x": [said, "tyo-core-01#"] if said else ["tyo-core-01#"]})

    ending, _ = shown(dialogue, vty, "show x")

    assert ending.status is status


def test_a_silent_command_times_out_and_the_session_recovers() -> None:
    dialogue, vty = logged_in({"show x": ["half\r\n"]})
    hanging = switch({"show x": ["half\r\n"]})

    def until_escaped(data: bytes) -> list[Piece]:
        return ["\r\ntyo-core-01#"] if data == b"\x03" else hanging(data)

    vty.answer = until_escaped

    ending, text = shown(dialogue, vty, "show x", timeout=7)

    assert (ending.status, text, dialogue.alive) == (CaptureStatus.TIMEOUT, "half\n", True)


def test_after_a_hang_without_a_prompt_the_session_is_not_used_again() -> None:
    dialogue, vty = logged_in({"show x": ["half"]})
    vty.answer = lambda data: [data.decode().strip(), "\r\n", "half"] if b"show" in data else []

    ending, text = shown(dialogue, vty, "show x", timeout=7)

    assert (ending.status, text, dialogue.alive) == (CaptureStatus.TIMEOUT, "half", False)
    sent = len(vty.sent)
    with pytest.raises(SessionLost):
        shown(dialogue, vty, "show clock")
    assert len(vty.sent) == sent


def test_long_output_never_times_out_while_bytes_come() -> None:
    slow: list[Piece] = []
    for number in range(50):
        slow += [5.0, f"line {number}\r\n"]
    dialogue, vty = logged_in({"show tech": [*slow, "tyo-core-01#"]})

    ending, text = shown(dialogue, vty, "show tech", timeout=6)

    assert (ending, text.count("\n")) == (OK, 50)


def test_a_closed_channel_is_a_lost_session_and_the_text_is_kept() -> None:
    dialogue, vty = logged_in({"show x": ["half a li", None]})
    kept = Kept()

    with pytest.raises(SessionLost):
        vty.drive(dialogue.show("show x", 60, kept))

    assert not dialogue.alive


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    blob = "y" * 300_000
    dialogue, vty = logged_in({"show x": [blob[:100_000], blob[100_000:], "\r\n", "tyo-core-01#"]})

    ending, text = shown(dialogue, vty, "show x")

    assert (ending, text) == (OK, blob + "\n")


@given(
    lines=st.lists(st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=30), max_size=12),
    cuts=st.lists(st.integers(1, 40), max_size=60),
)
def test_chunking_does_not_change_what_is_read(lines: list[str], cuts: list[int]) -> None:
    lines = [line for line in lines if not line.startswith("tyo-core-01#")]
    lines = [f"| {line}" for line in lines]
    whole = "".join(f"{line}\r\n" for line in lines).encode() + b"tyo-core-01#"
    pieces: list[Piece] = []
    for cut in cuts:
        pieces.append(whole[:cut])
        whole = whole[cut:]
    pieces = [piece for piece in [*pieces, whole] if piece]
    dialogue, vty = logged_in({"show x": pieces})

    ending, text = shown(dialogue, vty, "show x")

    assert (ending, text) == (OK, "".join(f"{line}\n" for line in lines))


def test_bytes_that_are_no_utf8_come_back_as_they_were() -> None:
    dialogue, vty = logged_in({"show x": [b"caf\xe9 \xff\xfe\r\n", "tyo-core-01#"]})

    _, text = shown(dialogue, vty, "show x")

    assert text.encode("utf-8", "surrogateescape") == b"caf\xe9 \xff\xfe\n"


def test_nothing_is_seen_of_a_nul() -> None:
    dialogue, vty = logged_in({"show x": ["\0one\r\0\n", "\r\0tyo-core-01#"]})

    assert shown(dialogue, vty, "show x") == (OK, "one\n")


def _endless(piece: bytes, seconds: float) -> Callable[[Procedure[object]], tuple[float, int]]:
    """A switch that, once a line is typed, sends the same piece for ever; each costs some seconds."""

    def drive(procedure: Procedure[object]) -> tuple[float, int]:
        reply: bytes | None = None
        while True:
            request = procedure.send(reply)
            clock.now += 0.0 if isinstance(request, Send) else min(seconds, request.seconds)
            reply = None if isinstance(request, Send) or seconds > request.seconds else piece

    clock = _Clock()
    drive.clock = clock  # type: ignore[attr-defined]  # read by the test
    return drive


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("piece", "seconds", "why"),
    [
        pytest.param(b"one more line\r\n" * 4096, 0.0, "more than 1 MB", id="endless lines"),
        pytest.param(b"x" * 65536, 0.0, "more than 1 MB", id="one endless line"),
        pytest.param(b"\r\n --More-- ", 0.02, "within 30 s", id="endless --More--"),
        pytest.param(b"tyo-core-01#\r\n", 0.02, "within 30 s", id="prompt look-alikes"),
        pytest.param(b"tyo-core-01#", 0.02, "within 30 s", id="prompts in one line"),
        pytest.param(b"x", 1.0, "within 30 s", id="one byte a second"),
    ],
)
def test_a_command_that_never_ends_is_bounded_in_bytes_and_time(
    piece: bytes, seconds: float, why: str
) -> None:
    drive = _endless(piece, seconds)
    dialogue = Dialogue(clock=drive.clock)  # type: ignore[attr-defined]  # set on the function
    dialogue.prompt, dialogue.alive, dialogue._set_up = "tyo-core-01#", True, True
    with pytest.raises(LimitReached, match=why):
        drive(dialogue.show("show x", 60, Kept(), ReadLimits(max_bytes=1 << 20, max_seconds=30)))
    assert not dialogue.alive
    assert drive.clock.now <= 31  # type: ignore[attr-defined]  # set on the function


def test_a_greeting_that_floods_ends_the_login() -> None:
    with pytest.raises(NoPrompt, match="first 1 MB"):
        _endless(b"welcome\r\n" * 8192, 0.0)(Dialogue().log_in(None))


def test_a_switch_that_says_nothing_after_the_login_is_silent() -> None:
    with pytest.raises(SshTimeout, match="silent for 60 s after the login"):
        Vty(lambda data: []).drive(Dialogue().log_in(None))


def test_a_channel_that_was_reset_is_called_so() -> None:
    dialogue = Dialogue()
    dialogue.reset = True
    with pytest.raises(SessionLost, match="reset after the login"):
        Vty(lambda data: [None], queue=deque([None])).drive(dialogue.log_in(None))


def test_a_dialogue_that_waits_keeps_nothing_of_what_it_passed_on() -> None:
    dialogue, _ = logged_in({})

    class Dropped:
        def write(self, text: str) -> None:
            pass

    procedure = dialogue.show("show logging", 60, Dropped())
    while not isinstance(next(procedure), Send):
        pass
    next(procedure)
    procedure.send(b"show logging\r\n")
    tracemalloc.start()
    try:
        procedure.send(b"".join(b"line %d\r\n" % number for number in range(4000)))
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert kept < 20_000
