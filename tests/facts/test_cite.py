from __future__ import annotations

from slp_ops.commands import find
from slp_ops.facts import LicenseTransport, SyslogBuffer, TrustCodes, UsageReporting
from slp_ops.model import CaptureStatus, Evidence
from slp_ops.parsing import Facts, read

STATUS = """\
Transport:
  Type: cslu
  Cslu address: <empty>

Usage Reporting:
  Last ACK received: <none>
  Next ACK deadline: Sep 03 04:11:52 2024 JST

Trust Code Installed:
  Active: PID:C9300-24UX,SN:FOC2711X0AA
    INSTALLED on Jun 05 04:10:01 2024 JST
  Member: PID:C9300-48T,SN:FOC2711X0AC
"""


def _facts(command: str = "show license status", text: str = STATUS) -> Facts:
    return read([(command, CaptureStatus.OK, text)])


def test_a_field_cites_the_line_that_said_it() -> None:
    reporting = _facts().get(UsageReporting)
    assert reporting is not None
    assert reporting.cite("next_ack_deadline") == (
        Evidence(command="show license status", line=7, text="  Next ACK deadline: Sep 03 04:11:52 2024 JST"),
    )


def test_a_missing_word_has_a_line_and_an_absence_has_none() -> None:
    transport = _facts().get(LicenseTransport)
    assert transport is not None
    assert transport.cslu_address is None
    assert transport.url is None
    empty, absent = transport.cite("cslu_address", "url")
    assert (empty.line, empty.text) == (3, "  Cslu address: <empty>")
    assert absent == Evidence(command="show license status", line=None, text="url")


def test_evidence_names_the_command_as_it_was_typed() -> None:
    transport = _facts("sh lic stat | begin Transport").get(LicenseTransport)
    assert transport is not None
    assert transport.cite("kind")[0].command == "sh lic stat | begin Transport"


def test_facts_inside_facts_cite_their_own_lines() -> None:
    trust = _facts().get(TrustCodes)
    assert trust is not None
    (member,) = trust.without
    assert member.cite()[0].line == 12
    assert trust.codes[0].cite("installed")[0].line == 11


def test_a_message_cites_its_line() -> None:
    log = "Log Buffer (4096 bytes):\n*Feb 10 18:05:09.580: %SMART_LIC-3-COMM_FAILED: no\n"
    buffer = _facts("show logging", log).get(SyslogBuffer)
    assert buffer is not None
    (message,) = buffer.of("SMART_LIC-COMM_FAILED")
    assert message.cite()[0].line == 2
    assert message.cite("text", "mnemonic") == message.cite()


def test_the_same_line_is_cited_once() -> None:
    command = find("show license status")
    assert command is not None
    transport = _facts().get(LicenseTransport)
    assert transport is not None
    assert len(transport.cite("kind", "type")) == 1


def test_facts_are_equal_when_they_say_the_same_elsewhere() -> None:
    assert _facts().get(TrustCodes) == _facts(text="\n\n" + STATUS).get(TrustCodes)
