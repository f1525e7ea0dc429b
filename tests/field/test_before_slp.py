"""Class 5: the Smart Licensing before SLP, 16.9 to 17.3.1: its states, and its failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.field.audited import TEXTS, Audited, pasted

if TYPE_CHECKING:
    from pathlib import Path

VERSION = """\
Cisco IOS XE Software, Version 16.12.04
Cisco IOS Software [Gibraltar], Catalyst L3 Switch Software (CAT9K_IOSXE), Version 16.12.4, RELEASE SOFTWARE
mil-acc-2 uptime is 20 weeks, 2 days, 4 hours, 2 minutes
cisco C9300-48T (X86) processor with 1338934K/6147K bytes of memory."""
ROWS = """\
License Usage:
  License                 Entitlement tag               Count Status
  -----------------------------------------------------------------------------
  C9300 48P Network Adv...(C9300-48 Network Advan...)       1 {status}"""


def status(registration: str, authorization: str, *, more: str = "") -> str:
    """Return show license status in these states."""
    return f"""\
Smart Licensing is ENABLED

Transport:
  Type: Callhome

Registration:
  Status: {registration}
  Export-Controlled Functionality: ALLOWED

License Authorization:\x20
  Status: {authorization}
{more}
Export Authorization Key:
  Features Authorized:
    <none>"""


def audited(folder: Path, page: str, *, licence: str = "AUTHORIZED", log: str = "") -> Audited:
    """Audit a switch with this page, this state of its licence, and this log."""
    head = "Syslog logging: enabled (0 messages dropped)\nLog Buffer (8192 bytes):\n\n"
    parts = {
        "show version": VERSION,
        "show clock": "13:02:11.400 UTC Thu Jun 2 2022",
        "show license status": page,
        "show license summary": f"Smart Licensing is ENABLED\n\n{ROWS.format(status=licence)}",
        "show logging": head + log,
    }
    return Audited(folder, pasted(parts, host="mil-acc-2"))


@pytest.mark.parametrize(
    ("name", "root", "quoted"),
    [
        ("11-sl-out-of-compliance", "sl-out-of-compliance", "Status: OUT OF COMPLIANCE on May 30"),
        ("12-sl-plr", None, ""),
        ("13-sl-err-218", "dns-failure", "ERR 218 : Host name resolution failed"),
    ],
)
def test_a_text_of_the_field(tmp_path: Path, name: str, root: str | None, quoted: str) -> None:
    found = Audited(tmp_path, (TEXTS / f"{name}.txt").read_text(encoding="utf-8"))
    roots = [rule for rule, each in found.found.items() if each["severity"] != "info" and not each["root"]]
    assert roots == ([] if root is None else [root])
    assert found.code == (0 if root is None else 3)
    if root is not None:
        assert quoted in found.evidence(root)


SUCCEEDED = "  Last Communication Attempt: SUCCEEDED on Jun 02 02:00:17 2022 UTC\n"
FAILED = (
    "  Last Communication Attempt: FAILED on Jun 02 02:00:17 2022 UTC\n"
    "    Failure reason: Fail to send out Call Home HTTP message.\n"
)


@pytest.mark.parametrize(
    ("registration", "authorization", "licence", "rule", "severity", "words"),
    [
        (
            "UNREGISTERED",
            "EVAL MODE\n  Evaluation Period Remaining: 71 days",
            "EVAL MODE",
            "sl-not-registered",
            "warning",
            "EVAL MODE",
        ),
        ("UNREGISTERED", "EVAL EXPIRED", "EVAL EXPIRED", "sl-not-registered", "error", "evaluation is over"),
        (
            "UNREGISTERED - REGISTRATION FAILED",
            "EVAL MODE",
            "EVAL MODE",
            "sl-not-registered",
            "warning",
            "REGISTRATION FAILED",
        ),
        (
            "REGISTERED",
            "OUT OF COMPLIANCE on May 30",
            "OUT OF COMPLIANCE",
            "sl-out-of-compliance",
            "warning",
            "C9300 48P Network Adv",
        ),
        (
            "REGISTERED",
            "AUTHORIZED on May 30",
            "OUT OF COMPLIANCE",
            "sl-out-of-compliance",
            "warning",
            "OUT OF COMPLIANCE",
        ),
        (
            "REGISTERED",
            "AUTHORIZATION EXPIRED on May 30",
            "AUTHORIZATION EXPIRED",
            "sl-authorization-expired",
            "error",
            "has expired",
        ),
        (
            "REGISTERED - SPECIFIC LICENSE RESERVATION",
            "NOT AUTHORIZED",
            "NOT AUTHORIZED",
            "sl-out-of-compliance",
            "warning",
            "NOT AUTHORIZED",
        ),
    ],
)
def test_a_state_that_asks_for_something(
    tmp_path: Path, registration: str, authorization: str, licence: str, rule: str, severity: str, words: str
) -> None:
    found = audited(tmp_path, status(registration, authorization, more=SUCCEEDED), licence=licence)
    assert found.state == "findings"
    assert found.found[rule]["severity"] == severity
    assert words in found.found[rule]["summary"]
    assert authorization.partition(" on ")[0].split("\n")[0] in found.evidence(
        rule
    ) or licence in found.evidence(rule)


@pytest.mark.parametrize(
    ("registration", "authorization"),
    [
        ("REGISTERED", "AUTHORIZED on May 30 02:00:19 2022 UTC"),
        ("REGISTERED - SPECIFIC LICENSE RESERVATION", "AUTHORIZED - RESERVED on May 30 02:00:19 2022 UTC"),
        ("REGISTERED - UNIVERSAL LICENSE RESERVATION", "AUTHORIZED - RESERVED"),
    ],
)
def test_a_state_in_which_nothing_is_to_be_done(
    tmp_path: Path, registration: str, authorization: str
) -> None:
    found = audited(tmp_path, status(registration, authorization, more=SUCCEEDED))
    assert (found.state, found.code) == ("information", 0)
    assert ("sl-reserved" in found.found) is ("RESERVATION" in registration)


def test_a_reservation_needs_no_root_in_the_trustpool(tmp_path: Path) -> None:
    page = status("REGISTERED - SPECIFIC LICENSE RESERVATION", "AUTHORIZED - RESERVED")
    parts = {
        "show version": VERSION,
        "show license status": page,
        "show license summary": ROWS.format(status="AUTHORIZED"),
        "show crypto pki trustpool | include IdenTrust": "",
    }
    found = Audited(tmp_path, pasted(parts, host="mil-acc-2"))
    assert (found.state, found.code) == ("information", 0)
    assert {found.verdict(rule) for rule in ("identrust-root-missing", "FN72323")} == {"not_applicable"}


def test_the_last_attempt_failed_with_its_reason(tmp_path: Path) -> None:
    found = audited(tmp_path, status("REGISTERED", "AUTHORIZED", more=FAILED))
    assert found.state == "findings"
    assert "Fail to send out Call Home HTTP message." in found.found["sl-exchange-failed"]["summary"]
    assert "FAILED on Jun 02 02:00:17 2022 UTC" in found.evidence("sl-exchange-failed")


CSSM = "the Cisco Smart Software Manager (CSSM)"
REASON = "Fail to send out Call Home HTTP message."
SENT = (
    "%CALL_HOME-5-SL_MESSAGE_FAILED: Fail to send out Smart Licensing message to: https://tools.cisco.com/its"
)
COMM = f"%SMART_LIC-3-COMM_FAILED: Communications failure with {CSSM} : {REASON}"
AUTH = f"%SMART_LIC-3-AUTH_RENEW_FAILED: Authorization renewal with {CSSM} : Communication message send error"
AGENT = f"%SMART_LIC-3-AGENT_REG_FAILED: Smart Agent for Licensing Registration with {CSSM} failed: {REASON}"


@pytest.mark.parametrize(
    ("log", "rules"),
    [
        ((f"{SENT} (ERR 207 : Connection time out)", COMM), {"http-timeout", "comm-failing-now"}),
        ((f"{SENT} (ERR 218 : Host name resolution failed)", COMM), {"dns-failure", "comm-failing-now"}),
        ((f"{SENT} (ERR 205 : Request Aborted)", COMM), {"http-aborted", "comm-failing-now"}),
        ((COMM,), {"comm-failing-now"}),
        ((AUTH,), {"SMART_LIC-AUTH_RENEW_FAILED"}),
        ((AGENT,), {"SMART_LIC-AGENT_REG_FAILED"}),
    ],
)
def test_the_messages_are_judged_as_under_slp(tmp_path: Path, log: tuple[str, ...], rules: set[str]) -> None:
    lines = "\n".join(f"Jun  2 02:00:1{number}.118: {text}" for number, text in enumerate(log))
    found = audited(tmp_path, status("REGISTERED", "AUTHORIZED", more=FAILED), log=lines)
    assert set(found.found) >= rules | {"sl-exchange-failed"}
    assert "(ERR" not in log[0] or "ERR" in "".join(found.evidence(rule) for rule in rules)


def test_show_version_alone_gives_the_state(tmp_path: Path) -> None:
    page = f"{VERSION}\n\nSmart Licensing Status: UNREGISTERED/EVAL EXPIRED\n"
    found = Audited(tmp_path, pasted({"show version": page}, host="mil-acc-2"))
    assert found.found["sl-not-registered"]["severity"] == "error"
    assert "UNREGISTERED/EVAL EXPIRED" in found.evidence("sl-not-registered")
