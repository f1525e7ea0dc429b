"""Usage files: whole or not, of which switch, from when to when, in every wrapping that is known."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.usage.rumfile import InvalidUsageFile, read_reports
from slp_ops.usage.udi import UnitId

ACTIVE = {"udi_pid": "C9300-24UX", "udi_serial_number": "FOC0000A0AA"}
MEMBER = {"udi_pid": "C9300-48T", "udi_serial_number": "FOC0000A0AB"}


def payload(number: int = 1_700_000_001, **more: Any) -> dict[str, Any]:
    return {
        "asset_identification": {"report_id": number, "instance": {"sudi": ACTIVE}},
        "meta": {"ha_udi": [{"role": "Active", "sudi": ACTIVE}, {"role": "Standby", "sudi": MEMBER}]},
        "measurements": [{"start_time": 1_700_000_000, "end_time": 1_700_086_400}],
        **more,
    }


def wrapped(*bodies: str) -> bytes:
    reports = "\n".join(f"<RUMReport><![CDATA[{body}]]></RUMReport>" for body in bodies)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<smartLicense>\n{reports}\n</smartLicense>\n'.encode()


def signed(said: dict[str, Any], *, as_text: bool = True) -> str:
    inside: Any = json.dumps(said, separators=(",", ":")) if as_text else said
    return json.dumps({"payload": inside, "header": {"type": "rum"}, "signature": {"sudi": "c2lnbmVk"}})


def test_reports_name_their_switch_and_their_time() -> None:
    found = read_reports(wrapped(signed(payload(5)), signed(payload(6))))
    assert [report.id for report in found.reports] == [5, 6]
    assert found.units == (UnitId("C9300-24UX", "FOC0000A0AA"),)
    assert found.all_units[1:] == (UnitId("C9300-48T", "FOC0000A0AB"),)
    assert f"{found.start:%Y-%m-%d}" == "2023-11-14"
    assert f"{found.end:%Y-%m-%d}" == "2023-11-15"


@pytest.mark.parametrize("as_text", [True, False])
def test_the_payload_is_a_text_or_an_object_with_blanks_anywhere(as_text: bool) -> None:
    body = signed(payload(), as_text=as_text)
    loose = wrapped(f"\n{body}\n").replace(b"<RUMReport><![", b"<RUMReport>\n<![").replace(b"\n", b"\r\n")
    assert read_reports(loose).units == (UnitId("C9300-24UX", "FOC0000A0AA"),)


def test_the_number_may_stand_in_the_meta_part() -> None:
    said = payload(meta={"report_id": 77}, asset_identification={"instance": {"sudi": ACTIVE}})
    assert read_reports(wrapped(signed(said))).reports[0].id == 77


def test_access_points_of_a_controller_are_not_units_of_the_switch() -> None:
    point = {"udi_pid": "AIR-AP1", "udi_serial_number": "FOC0000AP01"}
    measured = [{"start_time": 1, "end_time": 2, "meta": {"added_sudi_list": [point]}}]
    found = read_reports(wrapped(signed(payload(measurements=measured))))
    assert "AIR-AP1" not in {unit.pid for unit in found.all_units}
    assert (found.start, found.end) == (None, None)  # 1970 is no time of a measurement


def test_a_file_without_a_report_is_whole() -> None:
    assert read_reports(b"<smartLicense></smartLicense>\n").reports == ()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "contains no <smartLicense>"),
        (b"%Error opening flash:x (No such file)", "contains no <smartLicense>"),
        (wrapped(signed(payload()))[:-5], "cut short"),
        (wrapped(signed(payload())).replace(b"</RUMReport>", b""), "has no end"),
        (wrapped("{broken"), "report 1 of it cannot be read"),
        (wrapped(json.dumps({"payload": "[1]"})), "report 1 of it cannot be read"),
        (wrapped(json.dumps([1])), "report 1 of it cannot be read"),
        (wrapped('{"payload": {"report_id": 99999999999999999999999}}'), "does not fit into 64 bits"),
        (wrapped('{"payload": ' + "[" * 100 + "]" * 100 + "}"), "nested too deeply"),
        (wrapped('{"payload": {"a": [' + "0," * 2_000_000 + "0]}}"), "too many values"),
    ],
    ids=[
        "empty",
        "message",
        "cut",
        "no end",
        "no JSON",
        "other payload",
        "no object",
        "huge number",
        "deep",
        "too many",
    ],
)
def test_what_is_not_whole_says_so(data: bytes, why: str) -> None:
    with pytest.raises(InvalidUsageFile, match=why):
        read_reports(data)


@given(st.binary(max_size=400), st.integers(min_value=0, max_value=600))
def test_no_bytes_make_it_raise_anything_else(noise: bytes, at: int) -> None:
    good = wrapped(signed(payload()))
    for data in (noise, good[:at] + noise + good[at:], wrapped(noise.decode("latin-1"))):
        with suppress(InvalidUsageFile):
            read_reports(data)
