"""Classes 1, 2, 10 and 11: failures in the log, as engineers paste them.

Each case names the class, what is found at warning or above, and what leads.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from click.testing import CliRunner

from slp_ops.cli.main import cli

if TYPE_CHECKING:
    from collections.abc import Iterable

TEXTS: Final = Path(__file__).parent / "texts"
CSLU: Final = (
    "%SMART_LIC-3-COMM_FAILED: Communications failure with the Cisco Smart License Utility (CSLU) : "
)
CSSM: Final = (
    "%SMART_LIC-3-COMM_FAILED: Communications failure with the Cisco Smart Software Manager (CSSM) : "
)
CALL_HOME: Final = (
    "%CALL_HOME-5-SL_MESSAGE_FAILED: Fail to send out Smart Licensing message to: "
    "https://tools.cisco.com/its/service/oddce/services/DDCEService"
)
LOGGED: Final = "%PARSER-5-CFGLOG_LOGGEDCMD: User:netops  logged command:"
UNRESOLVED: Final = "Unable to resolve server hostname/domain name"
TLS: Final = "Cannot establish secure connection because server TLS cert cannot be validated"


def text_of(name: str) -> str:
    """Return a text of the field."""
    return (TEXTS / f"{name}.txt").read_text(encoding="utf-8")


def log(*lines: str, more: str = "") -> str:
    """Return a log of these lines, one an hour, and further outputs."""
    stamped = (f"Jun  4 {hour:02}:11:07.315: {line}" for hour, line in enumerate(lines, 5))
    return "\n".join(("mai-sw2#show logging | include SMART_LIC|CALL_HOME", *stamped, more, "mai-sw2#\n"))


def status(*transport: str, ack: str = "<none>") -> str:
    """Return the licence status with this transport."""
    return "\n".join(
        (
            "mai-sw2#show clock",
            "16:00:00.000 UTC Wed Jun 4 2025",
            "mai-sw2#show license status",
            "Transport:",
            *(f"  {line}" for line in transport),
            "",
            "Usage Reporting:",
            f"  Last ACK received: {ack}",
            "",
        )
    )


class Audited:
    """Findings of an audit of one text, at warning or above, and what was printed."""

    def __init__(self, folder: Path, text: str) -> None:
        path = folder / "pasted.txt"
        path.write_text(text, encoding="utf-8")
        record = json.loads(CliRunner().invoke(cli, ["audit", "--json", str(path)]).stdout)
        self.outcomes: dict[str, dict[str, Any]] = {
            each["rule"]: each for each in record["outcomes"] if each["verdict"] == "fail"
        }
        self.printed = " ".join(CliRunner().invoke(cli, ["audit", "--lang", "en", str(path)]).output.split())

    @property
    def graver(self) -> dict[str, str | None]:
        """Return the findings at warning or above, each with its root."""
        return {rule: each["root"] for rule, each in self.outcomes.items() if each["severity"] != "info"}

    @property
    def roots(self) -> list[str]:
        """Return the findings that no other explains."""
        return [rule for rule, root in self.graver.items() if root is None]

    def evidence(self, rule: str) -> str:
        """Return the quoted lines of a finding."""
        return "\n".join(each["text"] for each in self.outcomes[rule]["evidence"])


def explained(text: str) -> dict[str, Any]:
    """Return the explanation of a text."""
    done = CliRunner().invoke(cli, ["explain", "--json", "--lang", "en", "--", text])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("text", "roots"),
    [
        # Class 1: the server that the message names.
        pytest.param(text_of("01-cslu-unresolved-log-only"), ["cslu-address-missing"], id="01"),
        pytest.param(text_of("03-cssm-unresolved-smart"), ["dns-failure"], id="03"),
        pytest.param(log(CSLU + UNRESOLVED), ["cslu-address-missing"], id="1-cslu-log-alone"),
        pytest.param(log(CSSM + UNRESOLVED), ["dns-failure"], id="1-cssm-log-alone"),
        pytest.param(
            log(CSLU + UNRESOLVED, more=status("Type: cslu", "Cslu address: <empty>")),
            ["cslu-address-missing"],
            id="1-address-empty",
        ),
        pytest.param(
            log(
                CSLU + UNRESOLVED,
                more=status("Type: cslu", "Cslu address: http://cslu.lyn.example:8182/cslu/v1/pi"),
            ),
            ["dns-failure"],
            id="1-address-with-a-name",
        ),
        pytest.param(
            log(
                CSLU + UNRESOLVED,
                more=status("Type: cslu", "Cslu address: https://ssm.lyn.example/cslu/v1/pi/LYN-1"),
            ),
            ["dns-failure"],
            id="1-on-prem-with-a-name",
        ),
        pytest.param(
            log(
                CSLU + UNRESOLVED, more=status("Type: cslu", "Cslu address: http://192.0.2.7:8182/cslu/v1/pi")
            ),
            [],
            id="1-address-without-a-name",
        ),
        # Class 2: current and past.
        pytest.param(text_of("04-207-after-218"), ["http-timeout"], id="04"),
        pytest.param(text_of("05-callhome-lines-before-smart"), [], id="05"),
        pytest.param(text_of("10-one-pair"), [], id="10"),
        pytest.param(
            log(CSSM + UNRESOLVED, CSSM + "HTTP Server Error 502: Bad Gateway"),
            ["comm-failing-now"],
            id="2-502",
        ),
        pytest.param(
            log(CSLU + UNRESOLVED, f"{CALL_HOME} (ERR 207 : Connection time out)"),
            ["http-timeout"],
            id="2-two-servers",
        ),
        pytest.param(
            log(
                f"{CALL_HOME} (ERR 207 : Connection time out)",
                f"{CALL_HOME} (ERR 218 : Host name resolution failed)",
            ),
            ["dns-failure"],
            id="2-218-after-207",
        ),
        pytest.param(
            log(
                CSLU + UNRESOLVED,
                more=status("Type: Smart", "URL: https://smartreceiver.cisco.com/licservice/license"),
            ),
            [],
            id="2-cslu-before-smart",
        ),
        pytest.param(
            log(CSSM + UNRESOLVED, more=status("Type: Transport Off")),
            [],
            id="2-transport-off",
        ),
        pytest.param(
            log(
                CSSM + UNRESOLVED,
                more=status(
                    "Type: Smart",
                    "URL: https://smartreceiver.cisco.com/licservice/license",
                    ack="Jun 06 08:00:00 2025 UTC",
                ),
            ).replace("Jun 4 2025", "Jun 7 2025"),
            [],
            id="2-ack-after-it",
        ),
        pytest.param(
            log(
                f"{CALL_HOME} (ERR 207 : Connection time out)",
                "%SMART_LIC-6-TRUST_CODE_INSTALL_SUCCESS: A new licensing trust code was installed",
            ),
            [],
            id="2-trust-after-it",
        ),
        pytest.param(
            log(CSLU + UNRESOLVED, f"{LOGGED}license smart url cslu http://192.0.2.7:8182/cslu/v1/pi"),
            [],
            id="2-url-logged-after-it",
        ),
        pytest.param(
            log(f"{LOGGED}license smart transport cslu", CSLU + UNRESOLVED),
            ["cslu-address-missing"],
            id="2-transport-logged-before-it",
        ),
        # Class 10: certificates.
        pytest.param(text_of("27-onprem-tls-name"), ["relay-certificate-refused"], id="27"),
        pytest.param(text_of("36-https-by-address"), ["url-host-is-address"], id="36"),
        pytest.param(log(CSLU + TLS), ["relay-certificate-refused"], id="10-log-alone"),
        pytest.param(log(CSSM + TLS), ["http-aborted"], id="10-cssm"),
        pytest.param(
            log(CSSM + "Could not validate Trust Chain"), ["licence-data-rejected"], id="10-trust-chain"
        ),
        pytest.param(
            log(CSLU + "Signing Certificate Verification failed"), ["licence-data-rejected"], id="10-signing"
        ),
        pytest.param(
            log(CSSM + "Node Certificate Verification failed"), ["licence-data-rejected"], id="10-node"
        ),
        # Class 11: error texts.
        pytest.param(text_of("30-audit-403"), ["comm-failing-now"], id="30"),
        pytest.param(log(f"{CALL_HOME} (ERR 403 : Forbidden)"), ["comm-failing-now"], id="11-call-home-403"),
        pytest.param(
            log(f"{CSSM}The action failed because smart license transport is disabled in call-home."),
            ["callhome-profile-inactive"],
            id="11-call-home-without-profile",
        ),
        pytest.param(
            log(
                CSLU.lower().replace("smart_lic-3-comm_failed", "SMART_LIC-3-COMM_FAILED")
                + UNRESOLVED.lower()
            ),
            ["cslu-address-missing"],
            id="1-in-small-letters",
        ),
        pytest.param(
            log(f"{CALL_HOME} (ERR 209 : Connection refused)"), ["comm-failing-now"], id="11-call-home-tcp"
        ),
    ],
)
def test_the_finding_that_leads(tmp_path: Path, text: str, roots: list[str]) -> None:
    audited = Audited(tmp_path, text)
    expected = ["trust-missing", "never-acknowledged"]  # of the status, where it is complete
    assert [rule for rule in audited.roots if rule not in expected] == roots


def test_trust_is_wanted_after_the_url_is_right(tmp_path: Path) -> None:
    url = "https://prem.mai.example/SmartTransport"
    text = f"{status('Type: Smart', f'URL: {url}')}\nTrust Code Installed: <none>\nmai-sw2#\n"
    audited = Audited(tmp_path, text)
    assert audited.roots == ["smart-url-unexpected"]
    assert audited.outcomes["trust-missing"]["root"] == "smart-url-unexpected"


def test_a_text_of_call_home_has_its_meaning(tmp_path: Path) -> None:
    audited = Audited(tmp_path, log(f"{CALL_HOME} (ERR 407 : Proxy Authentication Required)"))
    assert "HTTP 407" in audited.outcomes["comm-failing-now"]["summary"]
    assert "HTTP 407" in explained(f"{CALL_HOME} (ERR 407 : Proxy Authentication Required)")["title"]


def test_a_name_that_cslu_lacks_is_probably_no_address(tmp_path: Path) -> None:
    audited = Audited(tmp_path, text_of("01-cslu-unresolved-log-only"))
    probable = audited.outcomes["cslu-address-missing"]
    assert (probable["severity"], probable["confidence"]) == ("error", "medium")
    assert "Mar  3 08:41:33.407" in audited.evidence("cslu-address-missing")
    assert "Prove it: 'show license status'" in audited.printed
    second = audited.outcomes["dns-failure"]
    assert (second["confidence"], second["root"]) == ("low", "cslu-address-missing")


def test_a_cut_message_beside_that_of_call_home_is_no_other_reason(tmp_path: Path) -> None:
    cut = "%SMART_LIC-3-COMM_FAILED: Communications failure with the"
    found = Audited(tmp_path, log(cut, f"{CALL_HOME} (ERR 207 : Connection time out)")).outcomes
    assert {"http-timeout", "comm-failing-now"} <= set(found)
    assert "older-failures" not in found


def test_cslu_is_not_mentioned_where_cssm_failed(tmp_path: Path) -> None:
    assert "CSLU" not in Audited(tmp_path, log(CSSM + UNRESOLVED)).printed


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (text_of("04-207-after-218"), "a later failure, at Feb 17 08:12:55.844 CET, has another reason"),
        (
            text_of("05-callhome-lines-before-smart").replace("TRUST_CODE_INSTALL_SUCCESS", "AGENT_READY"),
            "they belong to another transport",
        ),
        (
            log(CSLU + UNRESOLVED, f"{LOGGED}license smart transport smart"),
            "older than the transport or URL that was configured at Jun 4 06:11:07.315",
        ),
        (
            log(
                CSLU + UNRESOLVED, more=status("Type: cslu", "Cslu address: http://192.0.2.7:8182/cslu/v1/pi")
            ),
            "older than the URL, which contains the address 192.0.2.7",
        ),
    ],
)
def test_history_is_reported_with_its_reason(tmp_path: Path, text: str, why: str) -> None:
    audited = Audited(tmp_path, text)
    assert audited.outcomes["older-failures"]["severity"] == "info"
    assert why in audited.outcomes["older-failures"]["summary"] + audited.printed


def test_the_name_in_the_url_comes_before_inspection_and_identrust_not_at_all(tmp_path: Path) -> None:
    printed = Audited(tmp_path, text_of("27-onprem-tls-name")).printed
    assert printed.index("Use exactly the URL") < printed.index("TLS inspection")
    assert "IdenTrust" not in printed


@pytest.mark.parametrize(
    ("text", "rules", "words"),
    [
        (text_of("02-explain-cslu-unresolved"), ["cslu-address-missing", "dns-failure"], ["cslu-local"]),
        (CSSM + UNRESOLVED, ["dns-failure"], []),
        (text_of("28-explain-407"), ["comm-failing-now"], ["proxy", "authentication"]),
        (text_of("29-explain-transport-not-configured"), ["comm-failing-now"], ["license smart transport"]),
        (CSLU + TLS, ["relay-certificate-refused"], ["host name in the URL"]),
        (CSSM + TLS, ["http-aborted"], []),
        ("Could not validate Trust Chain", ["licence-data-rejected"], []),
        (f"Failure Reason: {UNRESOLVED}", ["dns-failure", "cslu-address-missing"], []),
        (TLS, ["http-aborted", "relay-certificate-refused"], []),
        ((CSLU + UNRESOLVED).lower(), ["cslu-address-missing", "dns-failure"], []),
        ("407", ["comm-failing-now"], ["proxy"]),
        ("ERR 207 : Connection time out", ["http-timeout"], []),
    ],
)
def test_explain_agrees(text: str, rules: list[str], words: Iterable[str]) -> None:
    found = explained(text)
    assert [rule["id"] for rule in found["rules"]] == rules
    said = json.dumps(found)
    for word in words:
        assert word in said


# The texts of servers, proxies and the TCP stack, and the error names of the agent that have a
# remedy of their own; and of each family of the other names one.
ERROR_TEXTS: Final = {
    "HTTP Server Error 400: Bad Request": "HTTP 400",
    "HTTP Server Error 401: Unauthorized": "HTTP 401",
    "HTTP Server Error 403: Forbidden": "HTTP 403",
    "HTTP Server Error 404: Not Found": "HTTP 404",
    "HTTP Server Error 407: Proxy Authentication Required": "HTTP 407",
    "HTTP Server Error 500: Internal Server Error": "HTTP 500",
    "HTTP Server Error 502: Bad Gateway": "HTTP 502",
    "HTTP Server Error 503: Service Unavailable": "HTTP 503",
    "HTTP/1.1 503 Service Unavailable": "HTTP 503",
    "HTTP Server Error 429: Too Many Requests": "Another HTTP status",
    "Connection refused": "The connection is refused",
    "HTTP 401 Unauthorized": "HTTP 401",
    "Connection reset by peer": "The connection is cut",
    "Connection closed by foreign host": "The connection is cut",
    "No route to host": "There is no route to the server",
    "Network is unreachable": "There is no route to the server",
    "Unable to connect to server": "The server cannot be connected",
    "The transport type needed is not configured": "The transport of this request is not configured",
    "Transport layer not available": "The transport of this request is not configured",
    "Call home service is off": "Call-home is switched off",
    "Product Instance identifier failed to match": "The answer does not belong to this switch",
    "storagefailtoretrieve": "The licence agent failed: its storage",
    "cryptoinitnotcompleted": "The licence agent failed: its cryptography",
    "badapplicationhaattributedataset": "The licence agent failed: its units",
    "reservationinstallparsefail": "The licence agent failed: a reservation",
    "ipctimeout": "The licence agent failed: its messages",
    "conversionnotallowed": "The licence agent failed: a conversion",
    "sysmgrinit": "The licence agent failed: its own state",
}


@pytest.mark.parametrize(("text", "title"), ERROR_TEXTS.items())
def test_an_error_text_has_one_meaning_for_explain_and_audit(tmp_path: Path, text: str, title: str) -> None:
    found = explained(text)
    assert title in found["title"]
    assert found["remedy"]
    assert found == {**explained(CSSM + text), "asked": text}
    audited = Audited(tmp_path, log(CSSM + text))
    assert audited.roots == ["comm-failing-now"]
    assert title in audited.outcomes["comm-failing-now"]["summary"]
    assert text in audited.evidence("comm-failing-now")
    for step in found["remedy"]:
        assert step in audited.printed
