r"""Prompts, echoed commands, questions and the pager of an IOS-XE terminal.

tyo-core-01#show clock                     exec prompt and echo
tyo-core-01(config-if)#                    prompt of a configuration mode
 --More--                                  pager, erased with backspaces or "\x1b[K"
Proceed with reload? [confirm]             question
"""

from __future__ import annotations

import re
from typing import Final

_HOSTNAME: Final = r"[A-Za-z0-9][\w.\-/:@+~]{0,99}"
# For patterns that look for a prompt inside a larger text.
PROMPT: Final = rf"{_HOSTNAME}(?:\([\w.\-]{{1,32}}\))?[>#]"
PROMPT_ENDS: Final = (">", "#")

# On a terminal any name counts: "hostname" only warns of an illegal character such as "%", and "prompt" takes
# any text. There the login proves the prompt, by asking twice; a larger text has no such proof.
_SHOWN_NAME: Final = r"(?!-)(?=\S*[A-Za-z0-9])[!\"$-'*-;=?-~]{1,100}"
_EXEC: Final = re.compile(rf"{_SHOWN_NAME}[>#] ?", re.ASCII)
_ANY: Final = re.compile(PROMPT, re.ASCII)
_CONFIG: Final = re.compile(rf"(?P<name>{_SHOWN_NAME})\((?P<mode>[A-Za-z][\w-]*)\)# ?", re.ASCII)
_CONFIG_MODES: Final = ("config", "cfg", "ca-", "conf")
_QUESTION: Final = re.compile(r"(?:\[confirm\]|\[[^\]]{0,60}\]\s?[?:]?|[?:])\s*$")
# A question that Enter may answer: with its default, or with yes.
_ACCEPTS_ENTER: Final = re.compile(r"(?:\[[^\[\]]{1,60}\]|\(y(?:es)?/n(?:o)?\))\s?[?:]?\s*$", re.IGNORECASE)
# IOS-XE scrolls a command that is longer than the line: a "$", and then the end of the command.
_SCROLLED: Final = 12
_MORE: Final = re.compile(r"(?:^|[\r\x08 ])--More-- ?$")
# Releases differ in how many backspaces and blanks, or in which sequence, they erase it with: all of it goes.
_ERASED_MORE: Final = re.compile(r"^[\r\x08 ]*--More-- ?(?:[\r\x08 ]*(?:[\r\x08]|\x1b\[\d*K))+")
_PASTED_MORE: Final = re.compile(r" ?--More-- ?(?:[\x08\r ]|\x1b\[\w)*")


def is_exec_prompt(line: str) -> bool:
    """Return whether a line is a prompt of user or privileged exec mode."""
    return _EXEC.fullmatch(line) is not None


def is_prompt(line: str) -> bool:
    """Return whether a line is a prompt of any mode."""
    return line.endswith(PROMPT_ENDS) and _ANY.fullmatch(line) is not None


def hostname_of(prompt: str) -> str:
    """Return the host name in a prompt of any mode."""
    return prompt.rstrip("># ").partition("(")[0]


def is_config_prompt(line: str, hostname: str) -> bool:
    """Return whether a line is this switch's prompt of a configuration mode, where a long name is cut."""
    found = _CONFIG.fullmatch(line)
    return (
        found is not None and hostname.startswith(found["name"]) and found["mode"].startswith(_CONFIG_MODES)
    )


def config_name(line: str) -> str:
    """Return the name in a prompt of global configuration mode; empty for any other line."""
    found = _CONFIG.fullmatch(line)
    return found["name"] if found is not None and found["mode"] == "config" else ""


def is_echo(line: str, typed: str) -> bool:
    """Return whether a line is the echo of a command, whole or scrolled."""
    seen = line.rstrip()
    return seen.endswith(typed) or ("$" in seen and seen.endswith(typed[-_SCROLLED:]))


def is_question(line: str) -> bool:
    """Return whether an unfinished line waits for an answer."""
    return _QUESTION.search(line) is not None


def accepts_enter(line: str) -> bool:
    """Return whether an unfinished line is a question that Enter may answer with yes."""
    return _ACCEPTS_ENTER.search(line) is not None


def is_confirmation(line: str) -> bool:
    """Return whether an unfinished line waits for one key."""
    return line.rstrip().endswith("[confirm]")


def asks_for_more(tail: str) -> bool:
    """Return whether the pager waits; False while the switch erases its question."""
    return _MORE.search(tail) is not None


def without_erased_more(line: str) -> str:
    """Remove the pager's question from the front of a line, with what erased it."""
    return _ERASED_MORE.sub("", line)


def without_more(text: str) -> str:
    """Remove every question of the pager from a pasted text."""
    return _PASTED_MORE.sub("", text) if "--More--" in text else text
