"""Secrets that are disguised: the same commands in other places, other letters, with characters unseen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from slp_ops.redact import redact

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = b"k" * 32

COMMANDS = (
    "username ops privilege 15 secret 9 {}",
    "username ops password {}",
    "enable secret {}",
    "password 7 {}",
    "secret {}",
    "key 7 {}",
    "key {}",
    "key-string {}",
    "snmp-server community {} RO",
    "snmp-server host 192.0.2.1 version 2c {}",
    "snmp-server user u g v3 auth sha {} priv aes 128 x",
    "radius-server host 192.0.2.1 auth-port 1812 acct-port 1813 key {}",
    "server-key {}",
    "pre-shared-key local {}",
    "crypto isakmp key {} address 192.0.2.1",
    "standby 1 authentication {}",
    "neighbor 192.0.2.1 password {}",
    "isis password {} level-1",
    "ip ospf message-digest-key 1 md5 7 {}",
    "ntp authentication-key 1 md5 {} 7",
    "sap pmk {} mode-list gcm-encrypt",
    "mab request format attribute 2 {}",
    "test aaa group radius bob {} legacy",
    "license smart trust idtoken {} local",
    "copy running-config ftp://u:{}@192.0.2.1/x",
    "Community name: {}",
    "Password: {}",
)


def upper(text: str) -> str:
    return text.upper()


def full_width(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "a" <= letter <= "z" else letter for letter in text)


def soft_hyphens(text: str) -> str:
    return re.sub(r"(\w)(\w)", "\\1\u00ad\\2", text)


def corrected(text: str) -> str:
    return re.sub(r"([a-z]{3})([a-z]{2,})", "\\1x\x08\\2", text)


def wide_blanks(text: str) -> str:
    return text.replace(" ", "  ")


def coloured(text: str) -> str:
    return text.replace(" ", " \x1b[0m")


def titled(text: str) -> str:
    return text.replace(" ", " \x1b]0;title\x07", 1)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "disguise", [upper, full_width, soft_hyphens, corrected, wide_blanks, coloured, titled]
)
def test_letters_that_look_the_same_hide_nothing(command: str, disguise: Callable[[str], str]) -> None:
    before, after = command.split("{}")

    assert "Zq1canary" not in redact(disguise(before) + "Zq1canary" + disguise(after) + "\n", KEY)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "before",
    [
        "*Nov 24 04:11:31.402: %PARSER-5-CFGLOG_LOGGEDCMD: User:ops  logged command:",
        "    2     2  ops@vty0      |  ",
        "sw1(config-x)#",
        "+",
        "-  ",
        "no ",
        "'",
        "! ",
        "progress 55%\r",
        ' action 1.0 cli command "',
    ],
)
def test_what_precedes_a_command_hides_nothing(command: str, before: str) -> None:
    assert "Zq1canary" not in redact(before + command.replace("{}", "Zq1canary") + "\n", KEY)
