"""Class 21: outputs in an EEM debug log, escaped by Python, in tables, diffs, chats and pages of the web."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from slp_ops.commands._paste_cleanup import text_of
from tests.field.audited import HEALTHY, Audited, healthy_but
from tests.field.judged import device, devices, findings

if TYPE_CHECKING:
    from pathlib import Path

FRESH = """\
Smart Licensing Using Policy:
  Status: ENABLED

Transport:
  Type: cslu
  Cslu address: <empty>

Usage Reporting:
  Last ACK received: <none>

Trust Code Installed: <none>
"""
TO_CSSM = "Communications failure with the Cisco Smart Software Manager (CSSM) : "
TO_CSLU = "Communications failure with the Cisco Smart License Utility (CSLU) : "
UNRESOLVED = "Unable to resolve server hostname/domain name"


CONFIGURED = "!\nhostname acc-9\nend\n"


def eem(text: str, applet: str) -> str:
    """Return the lines as an EEM applet logs them."""
    return "".join(
        f"Nov 11 09:00:{number:02}.104: %HA_EM-6-LOG: {applet}{line}\n"
        for number, line in enumerate(text.splitlines())
    )


FORMS = {
    "the debug log of EEM": eem(FRESH, "SLPCHK : DEBUG(cli_lib) : : OUT : ").replace(
        "Nov 11 09:00:00", "Nov 11 08:59:59.000: %HA_EM-6-LOG: SLPCHK : DEBUG(cli_lib) : : CTL : cli_open\n"
        "Nov 11 09:00:00", 1
    ),
    "puts of EEM": eem(FRESH, "SLPCHK: "),
    "repr() of Python": f">>> cli.cli('show license status')\n{FRESH!r}\n>>> \n",
    "a page of the web": "<p>"
    + FRESH.replace("<", "&lt;").replace(">", "&gt;").replace(" ", "&nbsp;").replace("\n", "<br>")
    + "</p>",
    "one line": " ".join(FRESH.split()),
    "a list": "- Type: cslu\n- Cslu address: <empty>\n",
    "a list in bold": "* **Type:** cslu\n* **Cslu address:** <empty>\n",
    "a sentence": "It has `Type: cslu` and `Cslu address: <empty>`. Is that right?\n",
    "arrows of the sender": FRESH.replace("cslu\n", "cslu   <-- the default!\n").replace(
        "<empty>", "<empty>      \u2190 nothing"
    ),
    "numbers of a page's signs": FRESH.replace("<", "&#60;").replace(">", "&#x3E;"),
    "a page that was escaped twice": FRESH.replace("<", "&amp;lt;").replace(">", "&amp;gt;"),
    "a chat of IRC": "".join(f"09:12 <mori> {line}\n" for line in FRESH.splitlines()),
    "a chat of a telephone": "".join(f"[06/03/25, 09:12:40] Mori: {line}\n" for line in FRESH.splitlines()),
    "comments of RANCID": "".join(f"!License: {line}\n" for line in FRESH.splitlines()) + CONFIGURED,
    "comments of Oxidized": "".join(f"! {line}\n" for line in FRESH.splitlines()) + CONFIGURED,
    "a mail of RANCID": (
        "Index: configs/acc-9\ndiff -u -4 -r1.8 acc-9\n@@ -3,4 +3,5 @@\n"
        "  !Image: Software: X\n- !License:   Type: Smart\n"
        "+ !License:   Type: cslu\n+ !License:   Cslu address: <empty>\n"
    ),
    "lines of a playbook": json.dumps({"msg": ["  Type: cslu", "  Cslu address: <empty>", ""]}),
    "a table of labels and values": "Item\tValue\nType\tcslu\nCslu address\t<empty>\n",
    "the same in Markdown": "| Item | Value |\n|---|---|\n| Type | cslu |\n| Cslu address | <empty> |\n",
    "the end of a page": FRESH[FRESH.index("  Cslu address") :],
    "marks of the sender": FRESH.replace("cslu\n", "cslu (why?)\n").replace("<empty>", "<empty> \u2605?"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_an_output_is_read_in_each_form(form: str, tmp_path: Path) -> None:
    audited = device(tmp_path, FORMS[form])

    (missing,) = (each for each in audited.failing if each.rule == "cslu-address-missing")
    assert missing.severity == "error"
    assert missing.finding is not None
    assert any("Cslu address: <empty>" in each.text for each in missing.finding.evidence)


def test_a_page_in_capitals_has_no_malformed_address(tmp_path: Path) -> None:
    found = findings(device(tmp_path, f"ACC-9#show license status\n{FRESH.upper()}ACC-9#\n"))

    assert "cslu-address-missing" in found
    assert "url-malformed" not in found


TO_SMART = FRESH.replace(
    "cslu\n  Cslu address: <empty>", "Smart\n  URL: https://smartreceiver.cisco.com/licservice/license"
)


@pytest.mark.parametrize(
    ("text", "is_missing"),
    [
        (f"Before:\n{FRESH}\nAfter:\n{TO_SMART}", False),
        (f"Until May:\n{TO_SMART}\nSince then:\n{FRESH}", True),
        ("Type: cslu\nCslu address: <empty>\n\nand now\n\nType: Smart\n", False),
    ],
)
def test_of_two_pages_without_a_prompt_the_later_holds(text: str, is_missing: bool, tmp_path: Path) -> None:
    assert ("cslu-address-missing" in findings(device(tmp_path, text))) is is_missing


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        ("It works at site A.", "At site B it does not.", ("Switch-1", "Switch-2")),
        ("Switch A (basement):", "Switch B (attic):", ("Switch-A", "Switch-B")),
        ("1台目:", "2台目:", ("Switch-1", "Switch-2")),
    ],
)
def test_pages_that_contradict_each_other_are_of_two_switches(
    first: str, second: str, names: tuple[str, str], tmp_path: Path
) -> None:
    found = devices(tmp_path, f"{first}\n{FRESH}\n{second}\n{TO_SMART}")

    assert tuple(found) == names
    assert "cslu-address-missing" in findings(found[names[0]])
    assert "cslu-address-missing" not in findings(found[names[1]])


def test_pages_that_agree_are_of_one_switch(tmp_path: Path) -> None:
    assert "cslu-address-missing" in findings(device(tmp_path, f"{FRESH}\n{FRESH}"))


def test_of_the_outputs_in_a_mail_with_its_answer_above_the_newer_hold(tmp_path: Path) -> None:
    def session(time: str, page: str) -> str:
        return f"acc-9#show clock\n{time} CET Thu Mar 6 2025\nacc-9#show license status\n{page}acc-9#\n"

    earlier = "".join(f"> {line}\n" for line in session("09:00:00.001", FRESH).splitlines())

    found = findings(device(tmp_path, f"Solved.\n{session('11:00:00.001', TO_SMART)}\nTom wrote:\n{earlier}"))

    assert "cslu-address-missing" not in found


def test_a_table_of_values_has_a_switch_in_each_row(tmp_path: Path) -> None:
    table = (
        "Hostname\tType\tCslu address\tLast ACK received\n"
        "acc-45\tcslu\t<empty>\t<none>\nacc-46\tcslu\t\t<none>\n"
    )

    found = devices(tmp_path, table)

    assert "cslu-address-missing" in findings(found["acc-45"])
    assert "cslu-address-missing" not in findings(found["acc-46"])  # an empty cell was not read


def test_a_cell_of_a_table_may_be_a_part_of_a_configuration(tmp_path: Path) -> None:
    cells = 'Device,Config\nacc-45,"license smart transport smart\nlicense smart url default"\n'
    cells += 'acc-46,"no ip domain lookup\nlicense smart transport smart"\n'

    found = devices(tmp_path, cells)

    assert "url-malformed" not in findings(found["acc-45"])
    assert "domain-lookup-disabled" in findings(found["acc-46"])


def test_an_address_above_a_page_is_a_switch(tmp_path: Path) -> None:
    found = devices(tmp_path, f"--- 192.0.2.7 ---\n{FRESH}\n--- 192.0.2.8 ---\n{TO_SMART}")

    assert "cslu-address-missing" in findings(found["192.0.2.7"])
    assert "cslu-address-missing" not in findings(found["192.0.2.8"])


@pytest.mark.parametrize(
    "text",
    [
        "! Call-home is enabled by Smart-Licensing.\n! Type: none of ours\n! see the plan\ncall-home\n",
        "description R&D &amp; lab\n",
        "09:14:02 <187>44: a\n09:14:03 <187>45: b\n09:14:04 <187>46: c\n",
    ],
)
def test_remarks_of_a_configuration_stay(text: str) -> None:
    assert text_of(text.encode()) == text


def test_other_messages_of_eem_stay_in_the_log() -> None:
    text = eem("backup of the configuration is done\nreload is planned\nnight\n", "BACKUP: ")

    assert text_of(text.encode()).count("%HA_EM-6-LOG") == 3


def test_a_diff_is_read_as_the_newer_configuration(tmp_path: Path) -> None:
    text = (
        "diff --git a/acc-9 b/acc-9\n--- a/acc-9\n+++ b/acc-9\n@@ -88,4 +88,3 @@\n"
        " hostname acc-9\n-license smart transport smart\n-license smart url default\n"
        "+license smart transport off\n !\n"
    )

    found = findings(device(tmp_path, text))

    assert "transport-off" in found
    assert "domain-lookup-disabled" not in found


@pytest.mark.parametrize(
    "table",
    [
        "| Host | Message |\n|---|---|\n| acc-45 | {cslu} |\n| acc-46 | {cssm} |\n",
        "<table><tr><th>Host</th><th>Message</th></tr><tr><td>acc-45</td><td>{cslu}</td></tr>"
        "<tr><td>acc-46</td><td>{cssm}</td></tr></table>\n",
        "acc-45.txt:Mar  6 09:11:02.212: {cslu}\nacc-46.txt:Mar  6 09:12:02.212: {cssm}\n",
        "logs/acc-45.log:12:Mar  6 09:11:02.212: {cslu}\nlogs/acc-46.log:7:Mar  6 09:12:02.212: {cssm}\n",
        "acc-45: Mar  6 09:11:02.212: {cslu}\nacc-46: Mar  6 09:12:02.212: {cssm}\n",
        "┌───┬───┐\n│ Host │ Message │\n├───┼───┤\n│ acc-45 │ {cslu} │\n│ acc-46 │ {cssm} │\n",
    ],
)
def test_each_row_of_a_table_is_of_its_host(table: str, tmp_path: Path) -> None:
    failed = "%SMART_LIC-3-COMM_FAILED: "
    text = table.format(cslu=f"{failed}{TO_CSLU}{UNRESOLVED}", cssm=f"{failed}{TO_CSSM}{UNRESOLVED}")

    found = devices(tmp_path, text)

    assert "cslu-address-missing" in findings(found["acc-45"])
    assert "dns-failure" in findings(found["acc-46"])
    assert "cslu-address-missing" not in findings(found["acc-46"])


@pytest.mark.parametrize("sign", ["", "% "])
def test_a_tag_that_lost_its_sign_is_a_message(sign: str, tmp_path: Path) -> None:
    text = f"Nov 11 08:10:04 acc-54 {sign}SMART_LIC-3-COMM_FAILED: {TO_CSSM}{UNRESOLVED}\n"

    assert "dns-failure" in findings(devices(tmp_path, text)["acc-54"])


def test_the_agent_of_ios_xr_is_not_taken_for_that_of_ios_xe() -> None:
    line = "RP/0/RP0/CPU0:Nov 11 08:10:04: plat_sl_client[1]: %LICENSE-SMART_LIC-3-COMM_FAILED : x\n"

    assert text_of(line.encode()) == line


def test_the_error_of_call_home_may_be_wrapped_behind_its_url(tmp_path: Path) -> None:
    text = (
        "> Nov 10 23:10:03.090 MEZ: %CALL_HOME-5-SL_MESSAGE_FAILED: Fail to send out Smart Licensing message "
        "to: https://tools.cisco.com/its/service/oddce/services/DDCEService\n"
        "> (ERR 218 : Host name resolution failed)\n"
        f"> Nov 10 23:10:03.100 MEZ: %SMART_LIC-3-COMM_FAILED: {TO_CSSM}"
        "Fail to send out Call Home HTTP message.\n"
    )

    assert "dns-failure" in findings(device(tmp_path, text))


def test_a_remark_behind_a_url_is_none_of_it(tmp_path: Path) -> None:
    text = FRESH.replace("<empty>", "http://192.0.2.40:8182/cslu/v1/pi (our CSLU, see ticket)")

    found = findings(device(tmp_path, text))

    assert "url-malformed" not in found
    assert "cslu-address-missing" not in found


def test_the_files_that_tail_prints_are_of_two_switches(tmp_path: Path) -> None:
    failed = "Nov 11 08:10:03.100: %SMART_LIC-3-COMM_FAILED: "
    text = (
        f"==> /var/log/cisco/acc-n3.log <==\n{failed}{TO_CSLU}{UNRESOLVED}\n\n"
        f"==> /var/log/cisco/acc-n4.log <==\n{failed}{TO_CSSM}{UNRESOLVED}\n"
    )

    found = devices(tmp_path, text)

    assert "cslu-address-missing" in findings(found["acc-n3"])
    assert "dns-failure" in findings(found["acc-n4"])
    assert "cslu-address-missing" not in findings(found["acc-n4"])


@pytest.mark.parametrize(
    "marked",
    [
        "**{}**", "\u2605{}", "--> {}", ">>> {}", "!!! {}", "# {}", "2) {}", "\t{}", "<b>{}</b>", "__{}__",
        '"{}"', "HERE {}",
    ],
)  # fmt: skip
def test_a_message_that_the_sender_marked_is_read(marked: str, tmp_path: Path) -> None:
    message = marked.format(f"Mar  6 10:12:02.212 CET: %SMART_LIC-3-COMM_FAILED: {TO_CSSM}{UNRESOLVED}")
    text = healthy_but(show_logging=f"{HEALTHY['show logging']}\n{message}")

    assert "dns-failure" in findings(device(tmp_path, text))


MARKED = {
    "Next ACK deadline: May 14 09:30:12 2025 CEST": (
        "Next ACK deadline: Feb 28 09:30:12 2025 CET",
        "ack-overdue",
    ),
    "  Export status: NOT RESTRICTED\n  License type: Subscription": (
        "  Export status: NOT RESTRICTED\n  License type: Subscription\n\nhseck9 (Cat9K HSEC):\n  Count: 1\n"
        "  Status: NOT AUTHORIZED",
        "hseck9-not-authorized",
    ),
}


@pytest.mark.parametrize(
    "marked", ["**{}**", "\u2605 {}", "\u2192{}", "--> {}", ">>>{}", "!!! {}", "<b>{}</b>", "{}  ### ?"]
)
@pytest.mark.parametrize("healthy", MARKED)
def test_a_line_that_the_sender_marked_is_read(healthy: str, marked: str, tmp_path: Path) -> None:
    ill, rule = MARKED[healthy]
    *others, line = ill.split("\n")
    text = healthy_but().replace(healthy, "\n".join((*others, marked.format(line))))

    assert rule in findings(device(tmp_path, text))


@pytest.mark.parametrize(
    "line",
    [
        "■ acc-1\n",
        "==> acc-1.txt <==\n",
        "!!!!!\n",
        "*** keep out ***\n",
        "->\n",
        "*    1  C9300-24T  V02  Ready\n",
    ],
)
def test_headings_and_outputs_are_no_marks(line: str) -> None:
    assert text_of(line.encode()) == line


def test_a_log_of_a_terminal_in_json_is_of_its_switch(tmp_path: Path) -> None:
    (name,) = devices(tmp_path, json.dumps({"output": healthy_but()}))

    assert name == "lyn-acc-4"


def test_a_page_keeps_its_line_breaks() -> None:
    assert text_of(FRESH.encode()) == FRESH


def test_the_name_before_each_line_is_the_switch(tmp_path: Path) -> None:
    lines = [f"acc-7: {line}" for line in FRESH.splitlines()]
    lines += [f"acc-8: {line}" for line in FRESH.replace("cslu", "Smart").splitlines()]

    found = devices(tmp_path, "\n".join(lines))

    assert "cslu-address-missing" in findings(found["acc-7"])
    assert "cslu-address-missing" not in findings(found["acc-8"])
    assert "trust-missing" in findings(found["acc-8"])


def test_the_labels_of_a_page_are_no_switches(tmp_path: Path) -> None:
    (name,) = devices(tmp_path, "Type: cslu\nStatus: ENABLED\nTrust Code Installed: <none>\n")

    assert name == "pasted"


@pytest.mark.parametrize(
    ("sentence", "rule"),
    [
        (f'the console repeats "{TO_CSLU}{UNRESOLVED}" all day', "cslu-address-missing"),
        (f"we see {TO_CSSM}HTTP Server Error 504: Gateway Time-out", "server-timeout-504"),
        (
            "it prints Fail to send out Smart Licensing message to: https://tools.cisco.com/its/service/oddce"
            "/services/DDCEService (ERR 207 : Connection time out)",
            "http-timeout",
        ),
    ],
)
def test_a_message_in_a_sentence_needs_no_tag(sentence: str, rule: str, tmp_path: Path) -> None:
    assert rule in findings(device(tmp_path, f"Hello,\n{sentence}\n"))


def test_a_page_without_its_deadline_is_not_enough_to_judge(tmp_path: Path) -> None:
    audited = Audited(tmp_path, healthy_but().replace("  Next ACK deadline", "HERE Next ACK deadline"))

    assert audited.state == "not_enough_to_judge"
