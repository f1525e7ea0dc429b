"""Cleanup of pasted text: undo the changes of mail, web pages and terminal programs.

> Switch#show license status                     quoted in a mail
[Wed Apr 23 15:40:01.123 2025] Transport:        a terminal program's own time before each line
15:40:01 Transport:                              another one's
15:40 <kenji> Transport:                         a chat
Cslu address: &lt;empty&gt;                      copied from the source of a web page
```                                              a fence of Markdown, or [code] of a forum
Switch#*Mar 12 11:40:22.101: %SMART_LIC-3-...    a message behind the prompt of a console
 --More--                                        the pager
+license smart transport off                     a unified diff of two configurations
!License:   Type: cslu                           an output as a comment of a configuration: RANCID, Oxidized
%HA_EM-6-LOG: SLP : DEBUG(cli_lib) : : OUT : ... the debug log of an EEM applet
SMART_LIC-3-COMM_FAILED: ...                     a message whose per cent sign was lost
  Cslu address: <empty>   <-- why?               a remark of the sender
--> Cslu address: <empty>                        a line that the sender marked
Transport: Type: cslu Cslu address: <empty> ...  a page that lost its line breaks
| Type | cslu |                                  label and value in two cells
It has `Type: cslu` and `Cslu address: <empty>`  labels in a sentence, or in a list
Switch#show clocc^H ^Hk                          a typing error and its correction
%UNICON-INFO: +++ sw1 ... executing command '...'  the log of pyATS

Line numbers stay unchanged, so that evidence cites the lines of the file; those of JSON are counted anew.
"""

from __future__ import annotations

import codecs
import html
import re
from typing import Final

from slp_ops.commands._exported_log import as_log_lines
from slp_ops.commands._tool_outputs import as_terminal_log
from slp_ops.commands._unwrap import unwrapped
from slp_ops.iosxe.prompts import PROMPT, without_more
from slp_ops.iosxe.typography import plain, without_ocr_errors

_ENTITY: Final = re.compile(
    r"&(?:lt|gt|quot|apos|nbsp|amp|#\d{1,5}|#x[\da-f]{1,4});", re.ASCII | re.IGNORECASE
)
# An entity that a switch does not print itself: "R&amp;D" may be a description.
_ENTITY_OF_PAGE: Final = re.compile(r"&(?:amp;){0,2}(?:lt|nbsp|#60|#x3c);", re.IGNORECASE)
_MOST_ESCAPED: Final = 3  # times
# One blank belongs to each mark; what follows is the line's own indentation.
_QUOTED: Final = re.compile(r"^(?:>[ \t]?){1,6}", re.MULTILINE)
_QUOTED_MESSAGE: Final = re.compile(r"^> ?[^\n>]{0,120}%[A-Z][A-Z0-9_]*-[0-7]-[A-Z]", re.MULTILINE)
_STAMPED: Final = re.compile(
    r"^\[(?:\d{4}[-/]\d\d[-/]\d\d[ T]|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d )"
    r"\d\d:\d\d:\d\d(?:\.\d{1,6})?(?: \d{4})?\] ?",
    re.MULTILINE | re.ASCII,
)
# Time and author before each line of a chat: 10:42 <kenji> ..., [16/07/26, 10:42:07] Kenji: ...
_CHAT: Final = re.compile(
    r"^(?:\[?\d\d:\d\d(?::\d\d)?\]? <[@+%]?[A-Za-z][\w .-]{0,38}>"
    r"|\[\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4},? \d{1,2}:\d\d(?::\d\d)?(?: [AP]M)?\] [^:\n]{1,40}:)(?: |$)",
    re.MULTILINE,
)
# The same without brackets, or without the date: only where the next word is a prompt is it no log line.
_TIMED: Final = re.compile(
    r"^\[?(?:\d{4}[-/.]\d\d[-/.]\d\d[ T_])?\d\d:\d\d:\d\d(?:[.,]\d{1,6})?\]?:?(?:[ \t]|$)",
    re.MULTILINE | re.ASCII,
)
_TIMED_PROMPT: Final = re.compile(rf"{_TIMED.pattern}{PROMPT}", re.MULTILINE | re.ASCII)
# Fences of Markdown, and marks of forums, wikis and web pages for text as it was typed.
_FENCE: Final = re.compile(r"^[ \t]*(?:`{3,}|~{3,})[ \t]*[\w+-]{0,20}[ \t]*\r?$", re.MULTILINE | re.ASCII)
_MARKUP: Final = re.compile(
    r"\[/?(?:code|quote|pre|spoiler)(?:=[^\]\n]{0,40})?\]|"
    r"</?(?:pre|code|blockquote|p|br|span|div|table|thead|tbody|tr|td|th|ul|ol|li|b|strong|em|i|u|mark|font|kbd|samp)"
    r"(?: [^>\n]{0,200})?/?>|"
    r"\{(?:code|noformat|quote)(?::[^}\n]{0,40})?\}",
    re.IGNORECASE,
)
# `a line` in the marks of Markdown for code.
_TICKED: Final = re.compile(r"^([ \t]*(?:[-*\u2022] +)?)`([^`\n]+)`[ \t]*\r?$", re.MULTILINE)
_ESCAPED: Final = re.compile(r"\\([_*<>#\[\]|~-])")
_ESCAPED_TAG: Final = re.compile(r"%[A-Z\d]+\\_[A-Z]")
_LISTED: Final = re.compile(
    r"^[ \t]*(?:[-*#\u2022]|\(?\d{1,2}[.)]) +(?=[*.]?(?:<\d|%[A-Z]|[A-Z][a-z]{2} {1,2}\d{1,2} \d))",
    re.MULTILINE,
)
_BEHIND_PROMPT: Final = re.compile(
    rf"^[ \t]*{PROMPT} ?"
    r"(?=(?:[*.]?[A-Z][a-z]{2} |[*.<\d%])[^\n]{0,160}?%?[A-Z][A-Z0-9_-]{0,60}-[0-7]-[A-Z])",
    re.MULTILINE | re.ASCII,
)
# What EEM logs of its CLI; CTL lines are its own.
_EEM: Final = re.compile(
    r"^[^\n%]{0,60}%HA_EM-[67]-LOG: [^\n:]{1,60}: DEBUG\(cli_lib\) ?: ?:? ?(?:(?:OUT|IN) ?: ?|CTL ?:[^\n]*)",
    re.MULTILINE | re.ASCII,
)
_EEM_OUTPUT: Final = re.compile(
    r"^[^\n%]{0,60}%HA_EM-[67]-LOG: [^\n:]{1,60}: (?=[ \t]*[A-Z][A-Za-z /()-]{0,60}:|[ \t]*$)",
    re.MULTILINE | re.ASCII,
)
_HUNK: Final = re.compile(r"^@@ -\d{1,7}(?:,\d{1,7})? \+\d{1,7}(?:,\d{1,7})? @@", re.ASCII)
# RANCID mails its diffs without the two lines of names, and with a blank behind each sign.
_DIFF: Final = re.compile(r"^(?:--- [^\n]*\n\+\+\+|diff) [^\n]*\n@@ -\d", re.MULTILINE)
# Outputs that RANCID ("!License:   Type: cslu") and Oxidized ("!   Type: cslu") keep above a configuration.
_OUTPUT: Final = re.compile(
    r"^ ?!(?:[A-Z][A-Za-z]{0,20}:)? +(?:Cisco IOS [^\n]{1,200}Version \d|Smart Licensing Using Policy:|"
    r"Type: (?:smart|callhome|cslu|transport off)[ \t\r]*$|(?:Last ACK received|Next ACK deadline): )",
    re.MULTILINE | re.ASCII | re.IGNORECASE,
)
_COMMENTS: Final = re.compile(r"(?:^(?: ?![^\n]*)?\n){3,}", re.MULTILINE)
_COMMENT: Final = re.compile(r"^ ?!(?:[A-Z][A-Za-z]{0,20}:)?(?: |$)", re.MULTILINE)
_CELL: Final = re.compile(r"</t[dh]>\s{0,20}<t[dh](?: [^>\n]{0,200})?>", re.IGNORECASE)
_BREAK: Final = re.compile(r"(?:<br ?/?>|</(?:p|div|tr|li)>)(?![ \t\r]*(?:\n|$))", re.IGNORECASE)
# The text of a message in a sentence, without its tag.
_UNTAGGED: Final = re.compile(
    r"(?P<agent>Communications failure with the (?:Cisco )?[\w (),-]{4,60} : (?=\S))|"
    r"Fail to send out Smart Licensing message to: (?=https?://\S{1,200} \(ERR \d)",
    re.ASCII,
)
_FACILITIES: Final = ("SMART_LIC-", "CALL_HOME-", "PKI-")
_TAG_ALONE: Final = re.compile(
    rf"(?<![%\w-])(?<!% )(?:% )?(?=(?:{'|'.join(_FACILITIES)})[0-7]-[A-Z][A-Z_]{{3,50}}:)", re.ASCII
)
# Signs by which the sender marks a line. Before a single word they are those of a heading.
_MARK: Final = re.compile(
    r"^([ \t]*)"
    r"(?:[\u203b\u203c\u2190-\u21ff\u25a0-\u26ff\u2713-\u2757\u2794-\u27bf\ufe0f\U0001f300-\U0001faff]+"
    r"|[-=]{1,4}>+|>{2,}|!{2,4})[ \t]*(?=[*.]?[A-Za-z\d%]\S*[ \t]+\S)(?![^\n]*<=)",
    re.MULTILINE,
)
_EMPHASIS: Final = re.compile(r"^([ \t]*)(\*\*|__)(?=[ \t]*[^\s*_])([^\n]*?)\2[ \t\r]*$", re.MULTILINE)
_MARKS: Final = ("->", "=>", ">>", "!!", "**", "__")
# An arrow or a mark, and what the sender wrote behind it.
_REMARK: Final = re.compile(
    r"(?<=\S)[ \t]+(?:<-+|<<+|[\u2190\u21d0\u25c0\u25c4\u2605\u2606\u203b\u2b05]"
    r"|!!+|##+|//(?=[ \t])|\([!?]+\))[^\n]*$",
    re.MULTILINE,
)
_REMARKS: Final = ("<", "!!", "##", " // ", "(!", "(?")
# A value that ends, whatever follows: a missing word, a kind of transport, a URL (its blanks are %20).
_BEHIND_VALUE: Final = re.compile(
    r"(: <(?:empty|none)>|^[ \t]*Type: (?:smart|callhome|cslu|transport off|automatic)"
    r"|^[ \t]*(?:URL|Cslu address): [a-z]{2,8}://\S+)[ \t]+\S[^\n]*$",
    re.MULTILINE | re.ASCII | re.IGNORECASE,
)
_ENDING: Final = (": <empty>", ": <none>", "Type: ", "URL: ", "address: ")
_HEADINGS: Final = (
    *("Smart Licensing Using Policy", "Account Information", "Data Privacy", "Transport", "Miscellaneous"),
    *("Usage Reporting", "Trust Code Installed", "Policy"),
)
_LABELS: Final = (
    *("Type", "URL", "Cslu address", "Proxy", "VRF", "Custom Id", "Policy in use", "Reporting ACK required"),
    *("Last ACK received", "Next ACK deadline", "Reporting push interval", "Next ACK push check"),
    *("Next report push", "Last report push", "Last report file write"),
)
_LABEL: Final = re.compile(
    rf"(?<=\S)[ \t]+(?:(?P<heading>{'|'.join(_HEADINGS)})|(?P<label>{'|'.join(_LABELS)}))(?=:(?:[ \t]|$))",
    re.MULTILINE,
)
_ANY_LABEL: Final = "|".join((*_HEADINGS, *_LABELS))
# **Type:** cslu, - Type: cslu and `Type: cslu` of Markdown.
_BOLD: Final = re.compile(rf"\*\*({_ANY_LABEL}):?\*\*:?")
_BULLET: Final = re.compile(rf"^[ \t]*[-*\u2022\u25cf\u30fb][ \t]*(?=(?:{_ANY_LABEL}):)", re.MULTILINE)
_IN_SENTENCE: Final = re.compile(rf"`((?:{_ANY_LABEL}):[^`\n]{{1,200}})`")
# Label and value in two cells of a table.
_CELLS: Final = re.compile(
    rf"^[ \t]*\|?[ \t]*({_ANY_LABEL})[ \t]*[\t|][ \t]*([^|\t\n]*?)[ \t]*\|?[ \t\r]*$", re.MULTILINE
)
_MANY_LABELS: Final = 4
_CONTROLS: Final = re.compile(r"\x1b\[[0-9;?]{0,12}[A-Za-z]")
_NUMBERED: Final = re.compile(r"^ {0,6}(\d{1,6})(?:[:|.)] ?|\t| {1,2})", re.ASCII)
_ALMOST_ALL: Final = 0.8
_ENOUGH: Final = 3  # minimum number of such lines; fewer may be genuine output


def text_of(data: bytes) -> str:
    """Decode a file's bytes into device text. Bytes that are not UTF-8 are preserved."""
    text = _decoded(data)
    for _ in range(_MOST_ESCAPED):
        if "&" in text and _ENTITY_OF_PAGE.search(text):
            text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    text = plain(text)
    if "\r" in text and "\n" not in text:
        text = text.replace("\r", "\n")
    text = _without_numbers(_without_backspaces(_CONTROLS.sub("", without_more(text))))
    text = _after_diff(_without_times(_without_quotes(_without(_CHAT, _without(_STAMPED, text)))))
    if _OUTPUT.search(text):
        text = _COMMENTS.sub(_without_comment_signs, text)
    if "HA_EM-" in text:
        text = _without(_EEM_OUTPUT, _without(_EEM, text))
    text = _BREAK.sub("\n", _CELL.sub(" | ", text))
    text = _MARKUP.sub("", _FENCE.sub("", text))
    text = _without_marks(_TICKED.sub(r"\1\2", text))
    if _ESCAPED_TAG.search(text):
        text = _ESCAPED.sub(r"\1", text)
    if any(facility in text for facility in _FACILITIES):
        text = _TAG_ALONE.sub("%", text)
    if "%" not in text:
        text = _UNTAGGED.sub(_with_tag, text)
    if "\t" in text or "|" in text:
        text = _CELLS.sub(r"  \1: \2", text)
    if any(f"{label}:" in text for label in _LABELS):
        text = _BULLET.sub("  ", _BOLD.sub(r"\1:", text))
        text = _IN_SENTENCE.sub(r"\n  \1\n", text)
    text = _without_remarks(_with_line_breaks(as_terminal_log(text)))
    text = without_ocr_errors(as_log_lines(text))
    if "%" in text:
        text = _BEHIND_PROMPT.sub("", _LISTED.sub("", text))
    return unwrapped(text)


def _without_comment_signs(found: re.Match[str]) -> str:
    """Return an output that was kept as a comment; other comments unchanged."""
    return _COMMENT.sub("", found[0]) if _OUTPUT.search(found[0]) else found[0]


def _with_tag(found: re.Match[str]) -> str:
    """Return the beginning of a message's text with its tag."""
    tag = "SMART_LIC-3-COMM_FAILED" if found["agent"] else "CALL_HOME-5-SL_MESSAGE_FAILED"
    return f"%{tag}: {found[0]}"


def _with_line_breaks(text: str) -> str:
    """Return a page with the line breaks that a chat or a form took from it: many labels in one line."""
    if not any(f" {label}: " in text for label in _LABELS) or not _LABEL.search(text):
        return text
    return "\n".join(
        _LABEL.sub(lambda found: f"\n{found['heading'] or '  ' + found['label']}", line)
        if line.count(": ") >= _MANY_LABELS and len(_LABEL.findall(line)) >= _MANY_LABELS
        else line
        for line in text.split("\n")
    )


def _without_marks(text: str) -> str:
    """Remove the signs by which the sender marked lines of an output."""
    if text.isascii() and not any(mark in text for mark in _MARKS):
        return text
    return _EMPHASIS.sub(r"\1\3", _MARK.sub(r"\1", text))


def _without_remarks(text: str) -> str:
    """Remove what the sender wrote behind the lines of an output."""
    if not text.isascii() or any(sign in text for sign in _REMARKS):
        text = _REMARK.sub("", text)
    return _BEHIND_VALUE.sub(r"\1", text) if any(label in text for label in _ENDING) else text


def _after_diff(text: str) -> str:
    """Return a unified diff as the newer file has it; lines that were removed become blank."""
    if not _DIFF.search(text):
        return text
    lines = text.split("\n")
    in_hunk = False
    for place, line in enumerate(lines):
        if _HUNK.match(line) or line.startswith(("diff ", "index ", "--- ", "+++ ")):
            in_hunk = line.startswith("@@")
            lines[place] = ""
        elif in_hunk:
            lines[place] = line[1:] if line.startswith(("+", " ")) else ""
    return "\n".join(lines)


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    return data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")


def _without_backspaces(text: str) -> str:
    """Return the text as a terminal shows it, with each correction of a typing error applied."""
    if "\b" not in text:
        return text
    return "\n".join(_as_shown(line) if "\b" in line else line for line in text.split("\n"))


def _as_shown(line: str) -> str:
    shown: list[str] = []
    column = 0
    for sign in line:
        if sign == "\b":
            column = max(column - 1, 0)
        else:
            shown[column : column + 1] = sign
            column += 1
    return "".join(shown).rstrip(" ")


def _without_numbers(text: str) -> str:
    """Remove the line numbers of an editor: every line has one, from 1 on."""
    lines = text.rstrip().split("\n")
    found = [_NUMBERED.match(line) for line in lines]
    numbers = [int(each[1]) if each else 0 for each in found]
    if len(lines) < _ENOUGH or numbers != list(range(1, len(lines) + 1)):
        return text
    return "\n".join(line[each.end() :] for line, each in zip(lines, found, strict=True) if each) + "\n"


def _without_quotes(text: str) -> str:
    """Remove the marks of a quoted mail."""
    return _QUOTED.sub("", text) if _QUOTED_MESSAGE.search(text) else _without(_QUOTED, text)


def _without_times(text: str) -> str:
    """Remove the times of a terminal program: before a prompt, and before almost every other line."""
    if not _TIMED_PROMPT.search(text):
        return text
    lines = [line for line in text.split("\n") if line.strip()]
    timed = sum(_TIMED.match(line) is not None for line in lines)
    return _TIMED.sub("", text) if timed >= max(_ENOUGH, _ALMOST_ALL * len(lines)) else text


def _without(prefix: re.Pattern[str], text: str) -> str:
    """Remove a prefix of every line; one line is enough where the text has no other."""
    stripped, lines = prefix.subn("", text)
    if lines and lines < _ENOUGH:
        return stripped if lines == sum(bool(line.strip("> \t\r")) for line in text.split("\n")) else text
    return stripped
