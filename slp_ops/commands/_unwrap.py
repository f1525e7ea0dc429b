"""Joining of lines that a mail wrapped at blanks, or a terminal inside words.

*Mar 12 11:40:22.101: %SMART_LIC-3-COMM_FAILED: Communications failure with the
Cisco Smart Software Manager (CSSM) : Received empty response from server

The joined line takes the place of its first part and the other parts become blank, so that line numbers
stay unchanged.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands._text_lines import TextLines
from slp_ops.iosxe.prompts import PROMPT
from slp_ops.iosxe.syslog import is_log_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_WIDEST: Final = 160  # wider lines are not wrapped
_NARROWEST: Final = 45
_USUAL: Final = 60  # mails are no narrower
_MOST_PARTS: Final = 6
_MOSTLY: Final = 0.7  # share of lines with the full width where a terminal wrapped them
_TERMINALS: Final = (79, 80, 132)
# The beginning of a message whose facility was wrapped into the next line.
_BEGUN: Final = re.compile(
    r"(?:<\d{1,3}>|\d{1,10}: |[*.]?[A-Z][a-z]{2} {1,2}\d{1,2} |\d{4}-\d\d-\d\d[T ]).*\d\d:\d\d:\d\d", re.ASCII
)
# Lines of pages that are longer than a mail is wide.
_LONG: Final = re.compile(
    r"^ *(?:Cisco IOS (?:XE )?Software\b(?!.*Version \d)|license smart url\b(?!.*://)|"
    r"(?:URL|Cslu address|Attempts|(?:Last )?Failure Reason|Last Response|Last Communication Attempt): )",
    re.ASCII,
)
# One blank at the end marks a line that a mail or a console wrapped there; more of them pad it.
_FLOWED: Final = re.compile(r"\S \r?$", re.ASCII)
# A failure without the reason behind its colon is not whole, however short its line is.
_REASONLESS: Final = re.compile(r"-COMM_FAILED: (?!.* : ?\S)", re.ASCII)
# The error behind a long URL, in a line of its own.
_ERROR_BELOW: Final = re.compile(
    r"(-SL_MESSAGE_FAILED: [^\n(]{1,300}\S)[ \t\r]{0,9}\n[ \t]{0,20}(\(ERR [^\n]*)", re.ASCII
)
_REST_OF_TAG: Final = re.compile(r"[A-Z0-9_]*-?[0-7]-[A-Z0-9_]+:|-[A-Z0-9_]+:", re.ASCII)
_LABEL: Final = re.compile(r"[A-Z][A-Za-z ]{1,40}:(?: |$)")
_NEVER: Final = re.compile(
    rf"^(?:[ \t]{{2,}}|[=!#`~*+|\[]|-(?![0-7]-[A-Z]|[A-Z0-9_]+:)|"
    rf"\s*$|\s*{PROMPT}|% |(?:Building|Current) configuration|"
    r"Trying |Translating |"
    r"(?:show|no|ip|interface|license smart|hostname|version|Processor|Compiled|Copyright) |end$|"
    r"(?!.* to:)[A-Z][\w ]{1,40}:\s*$)",
    re.ASCII,
)
# Words of licensing messages: two parts that make one of them were one word.
_VOCABULARY: Final = (
    "a an at be by id in is it no of on or to "
    "aborted acknowledgement action active after agent allowed and another are authoritative "
    "authorization because been call can cannot certificate chain changed cisco clock cloud code "
    "communication communications compliance configuration configured connect connected "
    "connection console controlled could created crl cslu cssm days disabled does domain down "
    "empty enabled enabling enhanced entering entitlements err error establish evaluation expired "
    "export fail failed failure failures feature features fetch for forbidden from functions "
    "gateway has home host hostname http https identifier identity init initialized install "
    "installation installed instance internal invalid later license licensing like list manager "
    "manually matched message messages mode name new not null obtained occurred one onprem order "
    "out period polling process product provided proxy reached reason received refused register "
    "registration release removed renewal report reporting request required reset resolution "
    "resolve responded response restored retry role running saved secure send server service set "
    "signature smart software some source successfully support switch system task than that the "
    "this time timed timeout tls token transport trouble trust trusted trustpoint trustpool "
    "unable unavailable unreachable until usage using utility valid validate validated validation "
    "verification verified version was will with yet "
)
_WORDS: Final = frozenset(_VOCABULARY.split())


def unwrapped(text: str) -> str:
    """Return the text with wrapped messages, releases and URLs in one line each."""
    if "SL_MESSAGE_FAILED" in text:
        text = _ERROR_BELOW.sub(r"\1 \2\n", text)
    if not _is_wrapped(TextLines(text)):
        return text
    lines = text.split("\n")
    groups = list(_groups(lines))
    width = max(len(lines[place].rstrip()) for group in groups for place in group)
    broken = [len(lines[place].rstrip()) for group in groups for place in group[:-1]]
    full = sum(length >= width - 1 for length in broken)
    for group in groups:
        _join(lines, group, max(width, _USUAL), hard=full > 1 and full >= len(broken) * _MOSTLY)
    return "\n".join(lines)


def _is_wrapped(lines: TextLines) -> bool:
    """Return whether some message may be in several lines, and no line is wider than a terminal."""
    is_wrapped = False
    for group in _groups(lines):
        if max(len(lines[place].rstrip()) for place in group) > _WIDEST:
            return False
        is_wrapped = is_wrapped or len(group) > 1
    return is_wrapped


def _groups(lines: Sequence[str]) -> Iterator[list[int]]:
    """Yield the places of lines that may be one: a first line and those that cannot begin anything."""
    place = 0
    while place < len(lines):
        line = lines[place]
        end = place + 1
        logged = _is_log(line)
        begun = logged or _BEGUN.match(line.lstrip()) is not None
        if (begun and len(line.rstrip()) >= _NARROWEST) or _LONG.match(line):
            most = min(len(lines), place + _MOST_PARTS)
            margin = len(line) - len(line.lstrip()) if begun else 0
            while end < most and _continues(_moved(lines[end], margin), bare=not logged and end == place + 1):
                if not begun and (_LABEL.match(lines[end]) or "://" in line):
                    break
                end += 1
        if begun or end > place + 1:
            yield list(range(place, end))
        place = end


def _moved(line: str, margin: int) -> str:
    """Remove the margin of a group's first line."""
    return line[margin:] if line[:margin].isspace() else line


def _is_log(line: str) -> bool:
    return "%" in line and is_log_line(line.strip())


def _continues(line: str, *, bare: bool) -> bool:
    """Return whether a line cannot begin anything; ``bare`` accepts a message without its time."""
    if _NEVER.match(line) or _LONG.match(line) or _BEGUN.match(line.lstrip()):
        return False
    return (bare and line.startswith("%")) or not _is_log(line)


def _join(lines: list[str], group: list[int], width: int, *, hard: bool) -> None:
    """Join the lines of a group as far as each was too long for the next word."""
    first, *rest = group
    joined = lines[first].rstrip("\r")
    margin = len(joined) - len(joined.lstrip())
    length = len(joined.rstrip())
    printed = lines[first]
    for place in rest:
        part = _moved(lines[place].rstrip("\r"), margin)
        terminal = length in _TERMINALS
        is_open = "%" in joined and bool(_FLOWED.search(printed) or _REASONLESS.search(joined))
        if not is_open and not terminal and length + 1 + len(part.split(" ", 1)[0]) <= width:
            break
        printed = lines[place]
        joined = _joined(joined, part, full=terminal or (hard and length == width))
        length = len(lines[place].rstrip())
        lines[place] = ""
    lines[first] = joined


def _joined(line: str, part: str, *, full: bool) -> str:
    """Join two parts with a blank, or without one where a word was wrapped."""
    if line.endswith(" ") or part.startswith(" "):
        return f"{line.rstrip()} {part.lstrip()}"
    tail, head = line.rsplit(" ", 1)[-1], part.split(" ", 1)[0]
    if (tail.startswith("%") and ":" not in tail) or _REST_OF_TAG.match(head):
        return line + part
    halves = _last_word(tail), _first_word(head)
    words = sum(half in _WORDS for half in halves)
    if all(halves) and "".join(halves) in _WORDS and (full or words < len(halves)):
        return line + part
    if (
        words == len(halves)
        or (words and not full)
        or tail.endswith(":")
        or head.startswith(("%", "(", "http"))
    ):
        return f"{line} {part}"
    return line + part if full or ("://" in tail and "/" in head) else f"{line} {part}"


def _last_word(text: str) -> str:
    found = re.search(r"[A-Za-z]+$", text)
    return found[0].lower() if found else ""


def _first_word(text: str) -> str:
    found = re.match(r"[A-Za-z]+", text)
    return found[0].lower() if found else ""
