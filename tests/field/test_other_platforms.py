"""Class 15: notices about Catalyst 9000 do not hold for routers, controllers and industrial switches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.field.audited import Audited

if TYPE_CHECKING:
    from pathlib import Path

ABORTED = (
    "Mar  6 09:41:02.118: %CALL_HOME-5-SL_MESSAGE_FAILED: Fail to send out Smart Licensing message to: "
    "https://tools.cisco.com/its/service/oddce/services/DDCEService (ERR 205 : Request Aborted)"
)


def text(software: str) -> str:
    """Return the outputs of a device with a release of FN72323 and its message."""
    return (
        "ie-1#show version\nCisco IOS XE Software, Version 17.03.03\n"
        f"Cisco IOS Software [Amsterdam], {software}, Version 17.3.3, RELEASE\n"
        f"ie-1#show logging | include LIC\n{ABORTED}\nie-1#\n"
    )


@pytest.mark.parametrize(
    "software",
    [
        "IE3x00 Switch Software (IE3x00-UNIVERSALK9-M)",
        "ISR Software (X86_64_LINUX_IOSD-UNIVERSALK9-M)",
        "C9800 Software (C9800_IOSXE-K9)",
    ],
)
def test_a_notice_is_unknown_on_another_platform(tmp_path: Path, software: str) -> None:
    audited = Audited(tmp_path, text(software))
    assert {audited.verdict(rule) for rule in ("FN72323", "FN72578", "CSCwa11048")} == {"unknown"}
    assert audited.found["http-aborted"]["severity"] == "error"
    assert ABORTED[:60] in audited.evidence("http-aborted")
    assert audited.code == 3


def test_it_holds_for_a_catalyst(tmp_path: Path) -> None:
    audited = Audited(tmp_path, text("Catalyst L3 Switch Software (CAT9K_IOSXE)"))
    assert audited.found["FN72323"]["severity"] == "error"
