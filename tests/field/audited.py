"""Texts as engineers paste them, and what ``audit`` says about each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from click.testing import CliRunner

from slp_ops.cli.main import cli

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Final = Path(__file__).parent / "texts"

# The outputs of a healthy switch, one by one: a test leaves out or replaces what it is about.
HEALTHY: Final[Mapping[str, str]] = {
    "show version": """\
Cisco IOS XE Software, Version 17.09.05
Cisco IOS Software [Cupertino], Catalyst L3 Switch Software (CAT9K_IOSXE), Version 17.9.5, RELEASE
lyn-acc-4 uptime is 20 weeks, 2 days, 4 hours, 2 minutes
cisco C9300-24T (X86) processor with 1338934K/6147K bytes of memory.
Model Number                       : C9300-24T
System Serial Number               : FOC2512L0BB""",
    "show clock": "11:20:41.003 CET Thu Mar 6 2025",
    "show license status": """\
Utility:
  Status: DISABLED

Smart Licensing Using Policy:
  Status: ENABLED

Transport:
  Type: Smart
  URL: https://smartreceiver.cisco.com/licservice/license
  Proxy:
    Not Configured

Usage Reporting:
  Last ACK received: Feb 13 09:30:12 2025 CET
  Next ACK deadline: May 14 09:30:12 2025 CEST
  Reporting push interval: 30  days
  Next ACK push check: <none>
  Next report push: Mar 15 09:12:41 2025 CET
  Last report push: Feb 13 09:12:41 2025 CET
  Last report file write: <none>

Trust Code Installed: Jan 14 09:12:40 2025 CET""",
    "show license usage": """\
network-advantage (C9300-24 Network Advantage):
  Description: C9300-24 Network Advantage
  Count: 1
  Version: 1.0
  Status: IN USE
  Export status: NOT RESTRICTED
  License type: Perpetual

dna-advantage (C9300-24 DNA Advantage):
  Description: C9300-24 DNA Advantage
  Count: 1
  Version: 1.0
  Status: IN USE
  Export status: NOT RESTRICTED
  License type: Subscription""",
    "show logging": """\
Syslog logging: enabled (0 messages dropped, 4 messages rate-limited, 0 flushes, 0 overruns, xml disabled)
    Buffer logging:  level debugging, 1 messages logged, xml disabled,

Log Buffer (8192 bytes):

Mar  6 07:00:00.001 CET: %SYS-6-LOGOUT: User netops has exited tty session 2(192.0.2.20)""",
}


def pasted(parts: Mapping[str, str], *, host: str = "lyn-acc-4") -> str:
    """Return the outputs as a terminal log."""
    lines = [f"{host}#{command}\n{text}" for command, text in parts.items()]
    return "\n".join((*lines, f"{host}#\n"))


def healthy_but(**changed: str | None) -> str:
    """Return the healthy switch with outputs replaced, or left out (None); ``show_clock`` names a command."""
    parts = dict(HEALTHY)
    for name, text in changed.items():
        command = name.replace("_", " ")
        if text is None:
            del parts[command]
        else:
            parts[command] = text
    return pasted(parts)


class Audited:
    """The record of an audit of one text, its exit code, and what was printed."""

    def __init__(self, folder: Path, text: str, *options: str) -> None:
        path = folder / "pasted.txt"
        path.write_text(text, encoding="utf-8")
        done = CliRunner().invoke(cli, ["audit", "--json", *options, str(path)])
        self.code = done.exit_code
        self.record: dict[str, Any] = json.loads(done.stdout) if done.stdout.startswith("{") else {}
        self.printed = CliRunner().invoke(cli, ["audit", "--lang", "en", *options, str(path)]).output
        (self.device,) = self.record["devices"]

    @property
    def state(self) -> str:
        """Return the state of the device."""
        return str(self.device["state"])

    @property
    def missing(self) -> list[str]:
        """Return the names of the required inputs that were not read."""
        return [each["name"] for each in self.device["missing"]]

    @property
    def found(self) -> dict[str, dict[str, Any]]:
        """Return the findings by rule."""
        return {each["rule"]: each for each in self.record["outcomes"] if each["verdict"] == "fail"}

    def verdict(self, rule: str) -> str:
        """Return the verdict of a rule."""
        (found,) = (each["verdict"] for each in self.record["outcomes"] if each["rule"] == rule)
        return str(found)

    def evidence(self, rule: str) -> str:
        """Return the quoted lines of a finding, one below the other."""
        return "\n".join(each["text"] for each in self.found[rule]["evidence"])
