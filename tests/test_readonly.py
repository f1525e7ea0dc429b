"""What may be sent to read a switch, and the law that nothing else may."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slp_ops.commands import registry
from slp_ops.errors import NotReadOnly
from slp_ops.readonly import ReadCommand


@pytest.mark.parametrize(
    "text",
    [
        "show version",
        "sh ver",
        "SHOW clock",
        "sho lic all",
        "show run | i hostname",
        "show run | sec vty",
        "show logging | count SMART_LIC",
        "show processes cpu sorted | include CPU|SA[A-Z]",
        "show logging | include ^.Mar|foo$",
        "show interfaces Te1/0/1",
        "show run | include redirect",
        "show platform software sl-infra all",
    ],
)
def test_a_command_that_only_shows_is_taken_as_it_was_typed(text: str) -> None:
    assert str(ReadCommand(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "show",
        "s version",
        "reload",
        "configure terminal",
        "set x",
        "send * hello",
        "do show version",
        "show version\nreload",
        "show version\r",
        "show version\x1e",
        "show ver\u2028sion",
        "show version ?",
        "show ?",
        "show run | redirect flash:x",
        "show run | r x",
        "show run | tee x",
        "show run | t x",
        "show run | append x",
        "show run | a x",
        "show platform hardware qfp active statistics drop clear",
        "show logging onboard switch 1 clea",
        "show platform software object-manager statistics cl",
        "show interfaces counters continuous",
        "show monitor event-trace licensing all contin",
        "show something reset | include x",
        "show run | save x",
        "show run | s x",  # section or save
        "show run |",
        "show run | include x | redirect y",
        "show run | include x|red y",
        "show license rum id all save x",
        "show license rum id all sa x",
        "show file information flash:x",
        "show x tftp://192.0.2.1/y",
        "show x https://example.net",
        "show version ; reload",
        "show version `reload`",
        "show version $(reload)",
        "show version && reload",
        "show version > x",
        "show " + "x" * 300,
    ],
)
def test_anything_that_might_do_more_is_refused(text: str) -> None:
    with pytest.raises(NotReadOnly):
        ReadCommand(text)


def test_every_documented_command_that_is_sent_is_read_only() -> None:
    sent = [command for command in registry() if command.sets and not command.needs_config]

    assert len(sent) >= 18
    for command in sent:
        assert str(command.read_command()) == command.command


WORDS = st.sampled_from(
    ["show", "sh", "s", "reload", "run", "|", "include", "i", "redirect", "tee", "r", "save", "append",
     "flash:x", "x", ";", "\n", "?", "conf", "t", "license", "count", ">", "$(x)", "`", "ftp://h/f"]
)  # fmt: skip


@given(st.one_of(st.lists(WORDS, max_size=9).map(" ".join), st.text(max_size=60)))
@example("show run | include a|b")
def test_what_is_accepted_cannot_change_a_switch(text: str) -> None:
    try:
        sent = str(ReadCommand(text))
    except NotReadOnly:
        return
    command, *pipes = sent.split("|")
    first = command.split()[0].lower()
    assert "show".startswith(first)
    assert len(first) >= 2, "'s' alone also expands to send, set and setup"
    assert re.fullmatch(r"[\x20-\x7e]+", sent)
    assert not set(sent) & set(";`<>?&")
    assert "://" not in sent
    assert not re.search(r"\w*flash\w*:", sent)
    for number, pipe in enumerate(pipes):
        words = pipe.split()
        if number == 0:
            assert (
                len(
                    [
                        v
                        for v in ("include", "exclude", "begin", "section", "count")
                        if v.startswith(words[0].lower())
                    ]
                )
                == 1
            )
            assert words[0].lower() not in "sav"
        if len(words) > 1:
            writers = [w for w in ("redirect", "tee", "append", "save") if w.startswith(words[0].lower())]
            assert not writers
    assert str(ReadCommand(sent)) == sent
