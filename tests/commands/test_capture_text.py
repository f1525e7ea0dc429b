from __future__ import annotations

import pytest

from slp_ops.commands._capture_text import Page, body


def _texts(text: str, *, log: bool = False) -> list[str]:
    return [row.text for row in body(text, "show x", log=log).rows]


@pytest.mark.parametrize(
    "text",
    [
        "Type: cslu\n",
        "Type: cslu\r\n",
        "Type: cslu",
        "tyo-acc-01#show license status\nType: cslu\ntyo-acc-01#",
        "tyo-acc-01# sh lic stat \nType: cslu\n\ntyo-acc-01#   \n",
        "show license status\n\nType: cslu\n",
        "Load for five secs: 1%/0%; one minute: 0%; five minutes: 0%\n"
        "Time source is NTP, .15:09:55.102 UTC Wed Nov 10 2021\n\nType: cslu\n",
        # "no service timestamps log"
        "Type: cslu\n%SYS-6-LOGOUT: User ops has exited tty session 2(10.0.0.9)\n",
        "000123: %LINK-3-UPDOWN: Interface Vlan100, changed state to up\nType: cslu\n",
        "tyo-acc-01#show license status\n"
        "Load for five secs: 1%/0%; one minute: 0%; five minutes: 0%\n"
        "No time source, *10:05:54.449 UTC Mon Jul 29 2024\nType: cslu\ntyo-acc-01#",
        "*Nov 17 18:05:09.580: %SYS-5-CONFIG_I: Configured from console\nType: cslu\n",
        "000123: Nov 17 18:05:09 JST: %SYS-5-CONFIG_I: Configured from console\nType: cslu\n",
        " --More-- \b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\bType: cslu\n",
        "          \nType: cslu\n          \n",
    ],
)
def test_the_envelope_is_taken_off(text: str) -> None:
    assert _texts(text) == ["Type: cslu"]


def test_lines_keep_the_numbers_of_the_file() -> None:
    rows = body("\nsw#show clock\r\n\r\nA\nB\n").rows
    assert [(row.number, row.text) for row in rows] == [(4, "A"), (5, "B")]


def test_a_page_cites_the_lines_of_the_larger_file() -> None:
    page = body(Page("A\n\nB", command="show version", before=40), "ignored")
    assert (page.command, [row.number for row in page.rows]) == ("show version", [41, 43])


def test_a_log_keeps_its_lines() -> None:
    line = "*Nov 17 18:05:09.580: %SYS-5-CONFIG_I: Configured from console"
    assert _texts(line, log=True) == [line]


def test_a_detail_of_the_clock_is_no_timestamp_header() -> None:
    assert _texts("13:20:41.007 JST Tue Feb 11 2025\nTime source is NTP\n") == [
        "13:20:41.007 JST Tue Feb 11 2025",
        "Time source is NTP",
    ]
