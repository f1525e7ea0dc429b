"""Find secrets in programs and scripts: options, variables, and what an EEM applet types."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from slp_ops.redact import grammar
from slp_ops.redact.labels import kind_of
from slp_ops.redact.prose import is_harmless
from slp_ops.redact.spans import SecretSpan, found_at, is_hidden

if TYPE_CHECKING:
    from collections.abc import Iterator

_VARIABLE: Final = re.compile(
    r"(?:manager\s+environment|^\s*environment(?=\s+[\w-]+\s+\S+\s*$)|action\s+\S+\s+set)"
    r"\s+(?P<name>\S+)\s+(?P<value>\S.*)",
    re.ASCII,
)
# "set env(SNMP_COMMUNITY) X" of Tcl, "set ENABLE_SECRET X" of a boot loader, and of shells.
_SCRIPT_VARIABLE: Final = re.compile(
    r"""(?<![\w-])set(?:x|env)?\s+(?:-[a-z]{1,3}\s+)?(?:(?:::)?env\((?P<env>[\w.-]{1,60})\)|(?P<name>\w{1,60}_\w{1,60}))\s+(?P<value>"[^"\n]{0,1000}"|[^\s=]\S*)""",
    re.ASCII,
)
_ANSWER: Final = re.compile(
    r'cli\s+command\s+"(?P<typed>[^"]+)"|debug\(cli_lib\)[\s:]+in\s*:\s*(?P<logged>\S+)\s*$'
    r"""|\b(?:send(?:ln|line)?|write)[\s(]{1,4}(?:--\s{1,4})?[bfru]?(?P<quote>["'])(?P<sent>(?:(?!(?P=quote)).){1,200}?)(?:\\[rn]){0,2}(?P=quote)""",
    re.ASCII,
)
_LIKE_A_COMMAND: Final = re.compile(r"[a-z]+(?:-[a-z]+)*\s.*", re.ASCII)
_PROMPT: Final = re.compile(r"[\w.-]+(?:\([\w-]+\))?[#>].*", re.ASCII)
_ODD_FOR_A_COMMAND: Final = re.compile(r"[^a-z$\-\s]", re.ASCII)
_USER_OPTION: Final = re.compile(
    r"""\bcurl\s.{0,300}?(?:-[a-z]{0,5}u|--(?:proxy-)?user)[\s=]*["']?[^\s:"']{0,128}:(?P<value>(?:[^\s"']|'(?=\w))+)""",
    re.ASCII,
)
# "-p" introduces a password, or the ports that a container publishes: "8080:80/tcp".
_CONTAINER_OPTION: Final = re.compile(
    r"""\brun-opts\s.{0,1000}?[\s"']-p[\s=](?![\d.:\-]+(?:/(?:tcp|udp))?(?:["'\s]|$))(?P<value>[^\s"']+)""",
    re.ASCII,
)
_PIPED: Final = re.compile(
    r"""\becho\s{1,9}(?P<quote>["']?)(?P<value>[^\s"'|]{1,200})(?P=quote)\s{0,9}\|\s{0,9}sudo\b""", re.ASCII
)
_SETS: Final = frozenset({"set", "setx", "setenv"})
_SETTERS: Final = frozenset({"environment", "action"})
# The patterns of programs whose secret is more than an option, by a word of the line.
_OPTIONS: Final = {"curl": _USER_OPTION, "run-opts": _CONTAINER_OPTION, "sudo": _PIPED}
# Without one of these words, a line holds nothing that this module finds.
WORDS: Final = frozenset(
    {*grammar.PROGRAM_OPTIONS, *_SETS, *_SETTERS, "pattern", "expect", "curl", "run-opts", "sudo"}
)


def by_program(text: str, lowered: str, words: set[str]) -> list[SecretSpan]:
    """Return the secrets in options of programs, in variables, and in answers to a question."""
    found: list[SecretSpan] = []
    if words & _SETTERS and (variable := _VARIABLE.search(lowered)):
        kind = kind_of(text[slice(*variable.span("name"))])
        found += found_at(text, *variable.span("value"), kind) if kind else ()
    if (
        words & _SETS
        and (variable := _SCRIPT_VARIABLE.search(lowered))
        and (kind := kind_of(text[slice(*variable.span("env" if variable["env"] else "name"))]))
        and not is_harmless(text, lowered, variable.start(), *variable.span("value"), plain=False)
    ):
        found += found_at(text, *variable.span("value"), kind)
    for word, pattern in _OPTIONS.items():
        if word in words and (option := pattern.search(lowered)):
            found += found_at(text, *option.span("value"), "password")
    for program in grammar.PROGRAM_OPTIONS.keys() & words:
        found += _of_program(text, lowered, program)
    if "assword" in lowered and ("pattern" in words or "expect" in words):
        found += answers(text, lowered)
    return found


def answers(text: str, lowered: str, *, only_odd: bool = False) -> list[SecretSpan]:
    """Return what an EEM applet or a script types in this line, if it is no command.

    With ``only_odd``, a word of lower-case letters is a command.
    """
    found = []
    for answer in _ANSWER.finditer(lowered):
        start, end = answer.span("sent" if answer["quote"] else answer.lastgroup or 0)
        typed = text[start:end]
        if (
            typed.lower() in grammar.EXEC_WORDS
            or is_hidden(typed)
            or typed.startswith("$")
            or _LIKE_A_COMMAND.fullmatch(typed)
            or (answer["logged"] and _PROMPT.fullmatch(typed))
            or (only_odd and not _ODD_FOR_A_COMMAND.search(typed))
        ):
            continue
        found.append(SecretSpan(start=start, end=end, kind="password"))
    return found


def _of_program(text: str, lowered: str, program: str) -> Iterator[SecretSpan]:
    """Yield the secrets in the options of a program."""
    for option in _option_of(program).finditer(text, lowered.find(program) + len(program)):
        yield from found_at(text, *option.span("value"), "password")


@cache
def _option_of(program: str) -> re.Pattern[str]:
    return re.compile(
        rf"""(?<!\S)(?:{grammar.PROGRAM_OPTIONS[program]})(?P<value>"[^"]+"|'[^']+'|["']?[^\s"'][^\s"]*)""",
        re.ASCII,
    )
