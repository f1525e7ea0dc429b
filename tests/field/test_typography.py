"""Class 19: characters of word processors, of Japanese input methods, and of OCR."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from slp_ops.cli.main import cli
from slp_ops.iosxe.typography import without_ocr_errors
from tests.field.audited import Audited, healthy_but

if TYPE_CHECKING:
    from pathlib import Path

CSSM = "Communications failure with the Cisco Smart Software Manager (CSSM) : "
UNRESOLVED = f"%SMART_LIC-3-COMM_FAILED: {CSSM}Unable to resolve server hostname/domain name"
FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in b"%-_:()" + bytes(range(0x30, 0x3A))})
MISREAD = {
    UNRESOLVED: [
        UNRESOLVED.replace("LIC-3-COMM", "L1C-3-C0MM"),
        UNRESOLVED.replace("FAILED", "FAlLED"),
        UNRESOLVED.replace("SMART", "5MART").replace("Unable to resolve", "Unab1e to reso1ve"),
        UNRESOLVED.replace("_FAILED", "_FA|LED").replace("domain name", "dornain narne"),
    ]
}


@pytest.mark.parametrize(("printed", "misread"), [(p, m) for p, each in MISREAD.items() for m in each])
def test_a_misread_message_is_repaired(tmp_path: Path, printed: str, misread: str) -> None:
    assert without_ocr_errors(misread) == printed
    audited = Audited(tmp_path, f"Mar  6 09:11:02.212: {misread}\n")
    assert audited.found["dns-failure"]["severity"] == "error"
    assert printed in audited.evidence("dns-failure")


@pytest.mark.parametrize(
    "line",
    [
        UNRESOLVED,
        "%SYS-5-C0NFIG_I: Configured from console by netops1",
        "%PKI-3-CRL_FETCH_FAIL: CRL fetch for trustpoint SLA-TrustPoint failed",
        "  Cslu address: http://rn1l0.example:8182/cslu/v1/pi",
    ],
)
def test_other_lines_stay(line: str) -> None:
    assert without_ocr_errors(line) == line


def test_full_width_signs_are_those_of_the_switch(tmp_path: Path) -> None:
    audited = Audited(tmp_path, f"ログです\n{('Mar  6 09:11:02.212: ' + UNRESOLVED).translate(FULL_WIDTH)}\n")
    assert UNRESOLVED in audited.evidence("dns-failure")


def test_a_misread_recovery_is_one(tmp_path: Path) -> None:
    restored = f"%SMART_L1C-5-C0MM_REST0RED: Comrnunications with the {CSSM[32:67]} restored"
    log = f"Mar  6 07:00:00.001 CET: {UNRESOLVED}\nMar  6 08:00:00.001 CET: {restored}"
    head = "Syslog logging: enabled (0 messages dropped)\n\nLog Buffer (8192 bytes):\n\n"
    audited = Audited(tmp_path, healthy_but(show_logging=head + log))
    assert (audited.state, audited.code) == ("clean", 0)


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("asked", [MISREAD[UNRESOLVED][0], UNRESOLVED.translate(FULL_WIDTH)])
def test_explain_reads_them_too(asked: str, lang: str) -> None:
    done = CliRunner().invoke(cli, ["explain", "--lang", lang, "--json", "--", asked])
    assert '"dns-failure"' in done.output
