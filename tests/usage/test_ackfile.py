"""CSSM's ACK files, which have no published format: accepted and refused forms."""

from __future__ import annotations

import base64
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.usage.ackfile import InvalidAck, documents_in, read_ack
from slp_ops.usage.udi import UnitId

UNIT = UnitId("C9300-24UX", "FOC0000A0AA")
SUDI = {"udi_pid": "C9300-24UX", "udi_serial_number": "FOC0000A0AA"}
SAID = json.dumps({"sudi": SUDI, "report_ids": [5, "6"]})


def answer(inside: str, element: str = "smartLicenseRumAck") -> bytes:
    return f"<smartLicense><{element}>{inside}</{element}></smartLicense>\n".encode()


@pytest.mark.parametrize(
    "data",
    [
        answer(f"<data><![CDATA[{SAID}]]></data><signature>c2ln</signature>"),
        answer(f"<![CDATA[{SAID}]]>", "RUMACK"),
        answer(f"<data>{base64.b64encode(SAID.encode()).decode()}</data>"),
        answer(f"<data><![CDATA[{json.dumps({'payload': SAID})}]]></data>"),
        b'<?xml version="1.0"?>\n' + answer(f"<data><![CDATA[\n{SAID}\n]]></data>"),
        answer(
            "<udi_pid>C9300-24UX</udi_pid><udi_serial_number>FOC0000A0AA</udi_serial_number>"
            "<report_id>5</report_id><x><report_id>6</report_id></x>"
        ),
        answer("<udi>PID:C9300-24UX,SN:foc0000a0aa</udi><report_id>5</report_id><report_id>6</report_id>"),
    ],
    ids=["json", "lab", "base64", "nested", "declaration", "elements", "printed"],
)
def test_the_unit_is_found_in_whatever_form_it_stands(data: bytes) -> None:
    found = read_ack(data)
    assert found.units == (UNIT,)
    assert found.reports == {5, 6}


def test_an_answer_that_names_nothing_is_one_all_the_same() -> None:
    found = read_ack(answer("<data>b3BhcXVlIG9wYXF1ZSBvcGFxdWU=</data>"))
    assert (found.units, found.reports) == ((), frozenset())


def test_a_policy_beside_the_acknowledgement_is_no_trouble() -> None:
    more = b"<smartLicensePolicy>x</smartLicensePolicy></smartLicense>"
    data = answer(f"<data><![CDATA[{SAID}]]></data>").replace(b"</smartLicense>", more)
    assert read_ack(data).units == (UNIT,)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (answer(f"<data><![CDATA[{SAID}]]></data>")[:60], "damaged or cut short"),
        (b"version: 1\nsites: {}\n", "no file of CSSM"),
        (answer(f"<data><![CDATA[{SAID[:-4]}]]></data>"), "is cut off"),
        (b"<html><body>Session expired</body></html>", "it begins with <html>"),
        (b"<smartLicense><RUMReport>x</RUMReport></smartLicense>", "a usage file that a switch saved"),
        (b"<smartLicense><policy>x</policy></smartLicense>", "it contains a policy, no acknowledgement"),
        (b"<smartLicense><trustCode>x</trustCode></smartLicense>", "it contains trust codes"),
        (b"<smartLicense><other>x</other></smartLicense>", "it contains no acknowledgement"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + answer("&a;"), "declares a document type"),
    ],
    ids=[
        "empty",
        "blank",
        "cut",
        "an inventory",
        "json cut",
        "html",
        "usage",
        "policy",
        "trust",
        "other",
        "doctype",
    ],
)
def test_what_is_no_acknowledgement_says_what_it_is(data: bytes, why: str) -> None:
    with pytest.raises(InvalidAck, match=why):
        read_ack(data)


@given(st.binary(max_size=300), st.integers(min_value=0, max_value=200))
def test_no_bytes_make_it_raise_anything_else(noise: bytes, at: int) -> None:
    good = answer(f"<data><![CDATA[{SAID}]]></data>")
    for data in (noise, good[:at] + noise + good[at:], good[:at]):
        with suppress(InvalidAck):
            read_ack(data)


@given(
    st.recursive(
        # Larger numbers are refused in every JSON document.
        st.none() | st.integers(min_value=-(2**63), max_value=2**63 - 1) | st.text(max_size=20),
        st.lists,
        max_leaves=20,
    )
)
def test_any_json_inside_is_read(value: object) -> None:
    read_ack(answer(f"<data><![CDATA[{json.dumps([value, SUDI])}]]></data>"))


@pytest.mark.parametrize("size", [10, 65_500, 65_536, 200_000])
def test_documents_in_one_file_are_told_apart_to_the_byte(size: int) -> None:
    documents = [answer(f"<data>{'x' * size}{number}</data>") for number in range(5)]
    documents[3] = b'<?xml version="1.0"?>\n' + documents[3]

    found = documents_in(b"".join(documents))

    assert b"".join(found) == b"".join(documents)
    assert [each.strip() for each in found] == [each.strip() for each in documents]


def test_a_file_of_too_many_documents_is_refused() -> None:
    with pytest.raises(InvalidAck, match="more than 1000 documents"):
        documents_in(answer("<data>5</data>") * 50_000)
