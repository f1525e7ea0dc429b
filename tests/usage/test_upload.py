"""Index and instructions beside the files for CSSM, and the conditions to keep a file."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from slp_ops.errors import BadFile, StoreError
from slp_ops.i18n import Lang
from slp_ops.json_documents import encode
from slp_ops.model import Device
from slp_ops.planning.journal_state import StepEvent, StepState
from slp_ops.runs.file_store import FolderFileStore, fit_name
from slp_ops.usage import upload
from slp_ops.usage.udi import UnitId
from slp_ops.usage.usage_files import UsageFile, received, received_in

DEVICE = Device(name="sw1", site="tokyo", host="192.0.2.11")
UNIT = UnitId("C9300-24UX", "FOC0000A0AA")


def usage_file(*serials: str) -> bytes:
    bodies = [
        json.dumps(
            {
                "payload": json.dumps(
                    {
                        "asset_identification": {
                            "report_id": number,
                            "instance": {"sudi": {"udi_pid": "C9300-24UX", "udi_serial_number": serial}},
                        }
                    }
                )
            }
        )
        for number, serial in enumerate(serials)
    ]
    reports = "".join(f"<RUMReport><![CDATA[{body}]]></RUMReport>" for body in bodies)
    return f"<smartLicense>{reports}</smartLicense>\n".encode()


def row(**more: Any) -> UsageFile:
    values: dict[str, Any] = {
        "host": "sw1", "site": "tokyo", "file": "a.txt", "bytes": 10, "sha256": "ab" * 32, "reports": 2,
        "units": (str(UNIT),), "first": "2026-01-01T00:00:00Z", "last": "2026-02-01T00:00:00Z",
    }  # fmt: skip
    return UsageFile(**{**values, **more})


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_index_holds_what_one_looks_for() -> None:
    (line,) = table(upload.index([row()]))
    assert line == {
        "host": "sw1", "site": "tokyo", "udi": "PID:C9300-24UX,SN:FOC0000A0AA", "reports": "2",
        "first": "2026-01-01T00:00:00Z", "last": "2026-02-01T00:00:00Z", "file": "a.txt", "bytes": "10",
        "sha256": "ab" * 32, "note": "",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "|x", "＝1"])
def test_no_cell_is_a_formula(text: str) -> None:
    (line,) = table(upload.index([row(host=text, site=text, units=(text,), strange=(text,))]))
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "|", "＝")) for cell in line.values())


def test_an_earlier_index_is_added_to() -> None:
    first = upload.rows_of(upload.index([row(host="=x")]))
    assert first is not None
    both = table(upload.index([row(host="sw2", file="b.txt")], first))
    assert [line["host"] for line in both] == ["'=x", "sw2"]


@pytest.mark.parametrize("data", [b"", b"host,site\r\n", b"\xff\xfe", b"a,b\r\n1,2\r\n"])
def test_another_table_is_no_index(data: bytes) -> None:
    assert upload.rows_of(data) is None


@pytest.mark.parametrize("lang", list(Lang))
def test_the_text_says_what_to_do_and_what_is_not_known(lang: Lang) -> None:
    text = upload.what_to_do(3, lang).decode()
    for words in ("slp-ops usage import", "Upload Usage Data", "index.csv"):
        assert words in text
    assert ("not verified" if lang is Lang.EN else "未確認") in text


def test_a_file_of_this_switch_is_taken_with_what_it_says() -> None:
    data = usage_file("FOC0000A0AA", "FOC0000A0ZZ")
    found = received(DEVICE, "a.txt", data, (UNIT,))
    assert (found.reports, found.bytes) == (2, len(data))
    # A member that has left the stack may be in older reports.
    assert found.strange == ("PID:C9300-24UX,SN:FOC0000A0ZZ",)
    event = StepEvent(
        device="sw1", step=2, state=StepState.DONE, received=json.loads(json.dumps(encode(found)))
    )
    assert received_in([event]) == (found,)


def test_a_file_of_another_switch_is_refused() -> None:
    with pytest.raises(BadFile, match="FOC0000A0ZZ, and this switch is PID:C9300-24UX,SN:FOC0000A0AA"):
        received(DEVICE, "a.txt", usage_file("FOC0000A0ZZ"), (UNIT,))


def test_what_is_no_usage_file_is_refused() -> None:
    with pytest.raises(BadFile, match="cut short"):
        received(DEVICE, "a.txt", usage_file("FOC0000A0AA")[:-9], (UNIT,))


def test_files_are_kept_byte_by_byte(tmp_path: Any) -> None:
    shelf = FolderFileStore(tmp_path / "upload")
    data = bytes(range(256)) * 3 + b"password 7 0822455D0A16\r\n"
    path = shelf.write("a.txt", data)
    assert path.read_bytes() == data == shelf.load("a.txt")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize("name", ["../a", "a/b", ".a", "", "-rf", "a\n", "a" * 200])
def test_no_name_leads_out_of_the_folder(tmp_path: Any, name: str) -> None:
    with pytest.raises(StoreError):
        FolderFileStore(tmp_path).write(name, b"x")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a b\x1b[2J.txt", "", ".hidden", "ACK 日本.txt"])
def test_any_name_is_made_fit(tmp_path: Any, name: str) -> None:
    FolderFileStore(tmp_path).write(fit_name(name), b"x")
