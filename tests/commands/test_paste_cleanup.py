"""Changes that mails, web pages and terminal programs make to a text are undone before parsing."""

from __future__ import annotations

import codecs

import pytest

from slp_ops.commands.show_license_status import COMMAND
from slp_ops.json_documents import encode
from slp_ops.parsing import text_of

PAGE = """Switch#show license status
Transport:
  Type: cslu
  Cslu address: <empty>
  Proxy:
    Not Configured

Usage Reporting:
  Last ACK received: Jan 02 03:04:05 2024 UTC
  Next ACK deadline: <none>

Trust Code Installed:
  Active: PID:C9300-24T,SN:FOC0000A0AA
    INSTALLED on Jan 02 03:04:05 2024 UTC
"""
LINES = PAGE.split("\n")


def each_after(prefix: str) -> str:
    """Every line after that."""
    return "\n".join(prefix + line for line in LINES)


FORMS = {
    "mail": each_after("> "),
    "a mail's blank lines lose the blank": "\n".join(f"> {line}".rstrip() for line in LINES),
    "a mail answered twice": each_after("> > "),
    "Outlook": each_after(">>"),
    "below an answer": f"Hello,\nsee below.\n\n{each_after('> ')}",
    "Tera Term": each_after("[Wed Apr 23 15:40:01.123 2025] "),
    "SecureCRT": each_after("[2025-04-23 15:40:01] "),
    "time of day": each_after("15:40:01 "),
    "time of day in brackets": each_after("[15:40:01.123] "),
    "date and time without brackets": each_after("2025/04/23 15:40:01: "),
    "non-breaking": PAGE.replace(" ", "\u00a0"),
    "ideographic": PAGE.replace("  ", "\u3000"),
    "source of a web page": PAGE.replace("<", "&lt;").replace(">", "&gt;"),
    "CR LF": PAGE.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_pasted_text_gives_the_facts_of_the_original(form: str) -> None:
    original = [encode(fact) for fact in COMMAND.parse(PAGE).facts]
    assert len(original) > 3
    assert [encode(fact) for fact in COMMAND.parse(text_of(form.encode())).facts] == original


@pytest.mark.parametrize(
    "data",
    [codecs.BOM_UTF16_LE + PAGE.encode("utf-16-le"), codecs.BOM_UTF8 + PAGE.encode(), PAGE.encode()],
    ids=["UTF-16", "UTF-8 with its mark", "UTF-8"],
)
def test_the_encoding_of_a_file_does_not_matter(data: bytes) -> None:
    assert text_of(data) == PAGE


@pytest.mark.parametrize(
    "text",
    [
        "Switch>show clock\n12:00:00.000 UTC Mon Jan 1 2024\nSwitch>",
        "banner motd ^C\n> keep out\n> please\n^C\n",
        "description R&D &amp; lab\n",
        "name 機器\n",
    ],
)
def test_what_a_switch_itself_prints_stays(text: str) -> None:
    assert text_of(text.encode()) == text


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("Switch#show clocc\b \bk\n", "Switch#show clock\n"),
        ("Switch#sh\b \b\b \bshow clock\n", "Switch#show clock\n"),
        ("\b\bSwitch#\n", "Switch#\n"),
        ("Switch#show clokc\b\bck\n", "Switch#show clock\n"),
    ],
)
def test_a_corrected_typing_error_is_read_as_shown(printed: str, shown: str) -> None:
    assert text_of(printed.encode()) == shown


@pytest.mark.parametrize(
    ("misread", "printed"),
    [
        ("  Cs1u address: <empty>", "  Cslu address: <empty>"),
        ("  Type: cs|u", "  Type: cslu"),
        ("  Next ACK dead1ine: Jan 02 03:04:05 2024 UTC", "  Next ACK deadline: Jan 02 03:04:05 2024 UTC"),
        ("Trust Code 1nsta11ed: <none>", "Trust Code Installed: <none>"),
        ("  Type: Smart", "  Type: Smart"),
        ("  PID1: 0", "  PID1: 0"),
    ],
)
def test_labels_that_ocr_misread_are_read_as_printed(misread: str, printed: str) -> None:
    assert text_of(misread.encode()) == printed


def test_bytes_that_are_no_utf8_are_kept() -> None:
    text = text_of(b"banner \x83\x8b\n")
    assert text.encode("utf-8", "surrogateescape") == b"banner \x83\x8b\n"
    assert text_of(b"\xff\xfea") != ""


def test_lines_keep_their_numbers() -> None:
    assert text_of(each_after("> ").encode()).count("\n") == PAGE.count("\n")
