"""Class 19: logs of syslog servers, consoles, mails and forums give the verdict of the switch's own log."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.field.judged import device, devices, field_text, findings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

URL = "https://tools.cisco.com/its/service/oddce/services/DDCEService"
FAILED = "%SMART_LIC-3-COMM_FAILED: Communications failure with the Cisco Smart Software Manager (CSSM) :"
MESSAGES = [
    ("Nov 12 08:14:02.881", f"{FAILED} Fail to send out Call Home HTTP message."),
    (
        "Nov 12 08:14:02.904",
        "%CALL_HOME-5-SL_MESSAGE_FAILED: Fail to send out Smart Licensing message to: "
        f"{URL} (ERR 207 : Connection time out)",
    ),
]
LOG = "".join(f"{stamp}: {message}\n" for stamp, message in MESSAGES)
SESSION = f"""\
acc-sw-07#show version
Cisco IOS XE Software, Version 17.09.05
Cisco IOS Software [Cupertino], Catalyst L3 Switch Software (CAT9K_IOSXE), Version 17.9.5, RELEASE
acc-sw-07#show running-config | include license smart
license smart url smart https://smartreceiver.cisco.com/licservice/license
license smart transport callhome
acc-sw-07#show logging
Log Buffer (8192 bytes):

{LOG}acc-sw-07#
"""


def relayed(prefix: str, *, own: bool = True) -> str:
    """Return the log with a syslog server's prefix, with or without the switch's own time."""
    return "".join(f"{prefix}{f'{stamp}: ' if own else ''}{message}\n" for stamp, message in MESSAGES)


RELAYS = {
    "RFC 3164": relayed("<187>Nov 12 09:14:03 acc-sw-07 4711: "),
    "RFC 3164 without priority": relayed("Nov 12 09:14:03 acc-sw-07 4711: "),
    "RFC 3164 with a year": relayed("Nov 12 2024 09:14:03 acc-sw-07 : ", own=False),
    "without the switch's time": relayed("Nov 12 09:14:03 acc-sw-07 ", own=False),
    "with a colon": relayed("Nov  2 09:14:03 acc-sw-07: ", own=False),
    "RFC 5424": relayed("<187>1 2024-11-12T09:14:03.123Z acc-sw-07 - - - - ", own=False),
    "RFC 5424 with data": relayed('<187>1 2024-11-12T09:14:03+09:00 acc-sw-07 ios - - [meta seq="1"] 4711: '),
    "ISO time and a relay's address": relayed("2024-11-12T09:14:03+01:00 192.0.2.7 acc-sw-07 4711: "),
    "two relays": relayed("Nov 12 09:14:03 log-02 acc-sw-07 4711: "),
    "Kiwi": relayed("2024-11-12 09:14:03\tLocal7.Error\t192.0.2.7\t4711: acc-sw-07: "),
    "origin-id": relayed("<187>4711: acc-sw-07: "),
    "grep": relayed("/var/log/net.log:12:Nov 12 09:14:03 acc-sw-07 4711: "),
    "process": relayed("Nov 12 09:14:03 log-02 acc-sw-07[4711]: "),
}


def quoted(text: str, mark: str = "> ") -> str:
    """Quote every line."""
    return textwrap.indent(text, mark, lambda _: True)


def mailed(text: str, width: int = 72) -> str:
    """Wrap every line at blanks."""
    return "\n".join(
        wrapped
        for line in text.split("\n")
        for wrapped in textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""]
    )


def typed(text: str, width: int = 80) -> str:
    """Wrap every line inside words, as a terminal does."""
    return "\n".join(
        line[place : place + width]
        for line in text.split("\n")
        for place in range(0, max(len(line), 1), width)
    )


FORMS: dict[str, Callable[[str], str]] = {
    "mail": mailed,
    "narrow mail": lambda text: mailed(text, 65),
    "terminal": typed,
    "wide terminal": lambda text: typed(text, 132),
    "quoted mail": lambda text: quoted(mailed(text)),
    "quoted twice": lambda text: quoted(text, "> > "),
    "CR LF": lambda text: text.replace("\n", "\r\n"),
    "Markdown": lambda text: f"It prints:\n\n```text\n{text}```\n\nWhy?\n",
    "each line as code": lambda text: "".join(f"`{line}`\n" for line in text.splitlines() if line),
    "forum": lambda text: f"[code]{text}[/code]\nThanks in advance\n",
    "Jira": lambda text: f"{{noformat}}\n{text}{{noformat}}\n",
    "escaped": lambda text: text.replace("_", "\\_").replace("#", "\\#"),
    "word processor": lambda text: text.replace("-", "\u2013").replace(" ", "\u00a0", 3),
    "terminal program": lambda text: quoted(text, "[2024-11-12 09:14:03.123] "),
    "behind a prompt": lambda text: f"acc-sw-07#{text}",
    "pager": lambda text: text.replace("\n", "\n --More-- \b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b", 3),
}


@pytest.mark.parametrize(
    "text",
    [
        "*Jun 17 08:01:46.900: %SMART_LIC-3-COMM_FAILED: Communications failure with \n"
        "the Cisco Smart License Utility (CSLU) : Unable to resolve server \nhostname/domain name\n",
        "Jun 17 08:01:46.900: %SMART_LIC-3-COMM_FAILED: Communications failure\n"
        "with the Cisco Smart License Utility (CSLU) :\nUnable to resolve server hostname/domain name\n",
    ],
    ids=["a blank at the end", "no reason yet"],
)
def test_a_message_is_joined_beside_a_longer_line(tmp_path: Path, text: str) -> None:
    longer = (
        "*Jun 17 08:00:06.001: %PKI-2-NON_AUTHORITATIVE_CLOCK: PKI functions can not be initialized until an "
        "authoritative time source, like NTP, can be obtained.\n"
    )
    assert "cslu-address-missing" in findings(device(tmp_path, longer + text))


@pytest.mark.parametrize("text", RELAYS.values(), ids=RELAYS)
def test_a_syslog_server_names_the_switch(tmp_path: Path, text: str) -> None:
    expected = findings(device(tmp_path, LOG))
    assert "http-timeout" in expected
    found = devices(tmp_path, text)
    assert list(found) == ["acc-sw-07"]
    assert findings(found["acc-sw-07"]) == expected


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_of_the_log_gives_the_same_verdict(tmp_path: Path, form: Callable[[str], str]) -> None:
    assert findings(device(tmp_path, form(LOG))) == findings(device(tmp_path, LOG))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_of_the_session_gives_the_same_verdict(tmp_path: Path, form: Callable[[str], str]) -> None:
    found = device(tmp_path, form(SESSION))
    assert (found.name, found.release) == ("acc-sw-07", "17.9.5")
    assert findings(found) == findings(device(tmp_path, SESSION))


@pytest.mark.parametrize("width", range(60, 101, 3))
def test_a_message_is_joined_at_any_width(tmp_path: Path, width: int) -> None:
    for form in (mailed, typed):
        found = findings(device(tmp_path, form(RELAYS["RFC 3164"], width)))
        assert found == findings(device(tmp_path, LOG)), form


def test_each_host_of_a_file_is_a_switch(tmp_path: Path) -> None:
    found = devices(tmp_path, field_text("51-rfc3164-two-hosts"))
    assert list(found) == ["acc-sw-07", "acc-sw-08"]
    assert "http-timeout" in findings(found["acc-sw-08"])
    assert "http-timeout" not in findings(found["acc-sw-07"])


def test_a_session_keeps_its_own_log_lines(tmp_path: Path) -> None:
    other = RELAYS["RFC 3164"].replace("acc-sw-07", "acc-sw-09")
    found = devices(tmp_path, SESSION + RELAYS["RFC 3164"] + other)
    assert set(found) == {"acc-sw-07", "acc-sw-09"}
    assert (found["acc-sw-07"].release, found["acc-sw-09"].release) == ("17.9.5", None)


def test_a_relay_with_an_iso_time(tmp_path: Path) -> None:
    found = devices(tmp_path, field_text("52-iso-relay"))
    assert list(found) == ["acc-tmp-3"]
    assert "dns-failure" in findings(found["acc-tmp-3"])


def test_a_mail_with_fences_and_curly_quotes(tmp_path: Path) -> None:
    found = device(tmp_path, field_text("53-mail-wrapped-quotes"))
    assert found.name == "Switch"
    assert {"empty-response", "smart-url-unexpected"} & findings(found)


BANNER = (
    "Cisco IOS Software [Cupertino], Catalyst L3 Switch Software (CAT9K_IOSXE), "
    "Version 17.9.4a, RELEASE SOFTWARE (fc3)"
)


@pytest.mark.parametrize(
    "boot",
    [
        f"System Bootstrap, Version 17.10.1r, RELEASE SOFTWARE (P)\n\n{BANNER}\nTechnical Support: "
        "http://www.cisco.com/techsupport\ncisco C9300-24T (X86) processor with 1338934K bytes of memory.\n",
        f"*Nov 12 08:00:01.119: %SYS-5-RESTART: System restarted --\n{BANNER}\n",
        f"{BANNER.replace('17.9.4a', '17.6.5')}\n\n{BANNER}\n",
    ],
    ids=["console", "restart message", "upgrade"],
)
def test_a_boot_log_names_the_release(tmp_path: Path, boot: str) -> None:
    for form in (str, mailed, typed):
        assert device(tmp_path, form(boot + LOG)).release == "17.9.4a"


@given(
    relay=st.sampled_from(["", "<187>Nov 12 09:14:03 acc-sw-07 4711: ", "2024-11-12T09:14:03Z acc-sw-07 "]),
    wrap=st.sampled_from([str, mailed, typed]),
    width=st.integers(64, 110),
    quote=st.sampled_from(["", "> ", ">> ", "  "]),
    end=st.sampled_from(["\n", "\r\n"]),
    prompt=st.sampled_from(["", "acc-sw-07>\n", "acc-sw-07#show logging\n"]),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_verdict_does_not_depend_on_the_form(
    tmp_path: Path,
    relay: str,
    wrap: Callable[..., str],
    width: int,
    quote: str,
    end: str,
    prompt: str,
) -> None:
    text = relayed(relay) if relay else LOG
    wrapped = text if wrap is str else wrap(text, width)
    pasted = quoted(prompt + wrapped, quote).replace("\n", end)
    assert findings(device(tmp_path, pasted)) == findings(device(tmp_path, LOG))
