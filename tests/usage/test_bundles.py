"""Bundles for CSSM, and its answers in every form: nothing that is signed changes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.app.ack_files import AckFiles
from slp_ops.errors import InputError
from slp_ops.facts import Accounts
from slp_ops.lab import cssm
from slp_ops.parsing import Facts
from slp_ops.rules.dependencies import FactContext
from slp_ops.usage.accounts import Account, account_of
from slp_ops.usage.archives import read_archive, write_archive
from slp_ops.usage.bundles import COLUMNS, BundleLimits, bundle_bytes, bundle_table, plan_bundles
from slp_ops.usage.matching import MatchedFiles, SkipReason, match
from slp_ops.usage.upload import rows_of
from slp_ops.usage.usage_files import UsageFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

MADE = datetime(2026, 11, 26, 20, 45, 1, tzinfo=UTC)


def usage_file(name: str, **more: Any) -> UsageFile:
    values: dict[str, Any] = {
        "host": name,
        "site": "tokyo",
        "file": f"{name}.txt",
        "bytes": 10,
        "sha256": "ab" * 32,
        "reports": 1,
        "units": (),
        "smart_account": "EXAMPLE-SA",
        "virtual_account": "EXAMPLE-VA",
    }
    return UsageFile(**{**values, **more})


def usage_of(serial: str, number: int = 5) -> bytes:
    sudi = {"udi_pid": "C9300-24UX", "udi_serial_number": serial}
    payload = json.dumps({"asset_identification": {"report_id": number, "instance": {"sudi": sudi}}})
    report = json.dumps({"payload": payload})
    return f"<smartLicense><RUMReport><![CDATA[{report}]]></RUMReport></smartLicense>\n".encode()


def ack_element(serial: str, number: int, element: str = "smartLicenseRumAck") -> str:
    sudi = {"udi_pid": "C9300-24UX", "udi_serial_number": serial}
    said = json.dumps({"sudi": sudi, "report_ids": [number]})
    return f"<{element}>\n <data><![CDATA[{said}]]></data><signature a='>'>c2ln</signature></{element}>"


def answer(*elements: str) -> bytes:
    return ('<?xml version="1.0"?>\n<smartLicense>\n' + "\n".join(elements) + "\n</smartLicense>\n").encode()


# -- accounts


@pytest.mark.parametrize(
    ("shown", "intent", "expected"),
    [
        (Accounts(smart="SA", virtual="VA"), {}, ("SA", "VA")),
        (Accounts(smart="SA", virtual="VA"), {"smart_account": "X", "virtual_account": "Y"}, ("SA", "VA")),
        (Accounts(), {"smart_account": "X", "virtual_account": "Y"}, ("X", "Y")),
        (None, {"smart_account": "X", "virtual_account": "Y"}, ("X", "Y")),
        (Accounts(smart="SA"), {"virtual_account": "Y"}, ("SA", "Y")),
        (Accounts(smart="SA"), {"smart_account": "SA", "virtual_account": "Y"}, ("SA", "Y")),
        (Accounts(smart="SA"), {"smart_account": "X", "virtual_account": "Y"}, ("SA", "")),
        (Accounts(virtual="VA"), {}, ("", "")),
        (None, {"virtual_account": "Y"}, ("", "")),
        (Accounts(smart="S\nName: /x", virtual="VA"), {}, ("", "")),
        (None, {}, ("", "")),
    ],
)
def test_the_account_is_the_switch_s_own_or_the_intended_one(
    shown: Accounts | None, intent: Mapping[str, str], expected: tuple[str, str]
) -> None:
    known = FactContext(Facts.of(*([] if shown is None else [shown])))
    found = account_of(known, intent)
    assert (found.smart, found.virtual) == expected
    assert (found.lacking is None) is all(expected)
    assert Account.of(found.params) == found


# -- bundles


def test_a_bundle_is_laid_out_as_cslu_does_it() -> None:
    files = [
        usage_file("sw1"),
        usage_file("sw2", virtual_account="LAB 2"),
        usage_file("sw3", smart_account="Beispiel GmbH & Söhne"),
        usage_file("sw4", smart_account="", virtual_account=""),
        usage_file("sw5", virtual_account=""),
    ]
    content = {f"sw{n}.txt": usage_of(f"FOC0000A0A{n}", n) for n in range(1, 4)}
    bundles, unknown = plan_bundles(files, MADE, BundleLimits())
    assert {each.file.host: "intent" in each.why.en for each in unknown} == {"sw4": True, "sw5": True}
    first, second = sorted(bundles, key=lambda each: each.smart_account, reverse=True)
    assert (first.name, second.name) == (
        "UD_SA_26Nov26_20_45_01_002.tar.gz",
        "UD_SA_26Nov26_20_45_01_001.tar.gz",
    )
    data = bundle_bytes(first, MADE, lambda file: content[file.file])
    assert data == bundle_bytes(first, MADE, lambda file: content[file.file])
    inside = {each.path: each.data for each in read_archive(data)}
    assert inside.pop("manifest.mf").decode().splitlines() == [
        "Manifest-Version: 1.0",
        'Created-By: "{\\"uuid\\": \\"slp-ops\\"}"',
        "Smart-Account: EXAMPLE-SA",
        "Smart-Account-ID: ",
        "",
        "Name: /UD_VA_26Nov26_20_45_01_002_1.tar.gz",
        "Specification-VA: EXAMPLE-VA",
        "Specification-VA-ID: ",
        "",
        "Name: /UD_VA_26Nov26_20_45_01_002_2.tar.gz",
        "Specification-VA: LAB 2",
        "Specification-VA-ID: ",
    ]
    assert inside == {
        "UD_VA_26Nov26_20_45_01_002_1.tar.gz/dev_1_26Nov26_20_45_01_002.txt": content["sw1.txt"],
        "UD_VA_26Nov26_20_45_01_002_2.tar.gz/dev_2_26Nov26_20_45_01_002.txt": content["sw2.txt"],
    }
    # The other side takes them, and refuses one of another account.
    for bundle in bundles:
        data = bundle_bytes(bundle, MADE, lambda file: content[file.file])
        name, _ = cssm.acknowledge_bundle(bundle.name, data, bundle.smart_account)
        assert name == f"ACK_{bundle.name}"
        with pytest.raises(ValueError, match="another Smart Account"):
            cssm.acknowledge_bundle(bundle.name, data, "OTHER")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "B", ""]),
            st.sampled_from(["1", "2", ""]),
            st.binary(max_size=200).map(lambda data: b"<" + data),  # never the beginning of an archive
        ),
        max_size=12,
    ),
    st.integers(min_value=1, max_value=5),
    st.integers(min_value=1, max_value=400),
)
def test_every_usage_file_is_in_one_bundle_to_the_byte(
    drawn: list[tuple[str, str, bytes]], devices: int, size: int
) -> None:
    content = {f"sw{n}": data for n, (_, _, data) in enumerate(drawn)}
    files = [
        usage_file(f"sw{n}", smart_account=smart, virtual_account=virtual, bytes=len(data))
        for n, (smart, virtual, data) in enumerate(drawn)
    ]
    bundles, unknown = plan_bundles(files, MADE, BundleLimits(devices=devices, bytes=size))
    assert len({each.name for each in bundles}) == len(bundles)
    found: dict[str, bytes] = {}
    for bundle in bundles:
        assert len(bundle.files) <= devices
        assert len(bundle.files) == 1 or sum(each.file.bytes for each in bundle.files) <= size
        assert {each.file.smart_account for each in bundle.files} == {bundle.smart_account}
        data = bundle_bytes(bundle, MADE, lambda file: content[file.host])
        by_name = {each.name: each.file.host for each in bundle.files}
        outer = {each.name for each in bundle.files}
        inside = [each for each in read_archive(data) if each.path != "manifest.mf"]
        assert {each.path.rpartition("/")[2] for each in inside} == outer
        found |= {by_name[each.path.rpartition("/")[2]]: each.data for each in inside}
    if found:
        assert {**found, **{each.file.host: content[each.file.host] for each in unknown}} == content


def test_the_table_of_bundles_is_extended() -> None:
    first, _ = plan_bundles([usage_file("sw1")], MADE, BundleLimits())
    second, _ = plan_bundles([usage_file("sw2")], MADE.replace(year=2027), BundleLimits())
    table = bundle_table(second, rows_of(bundle_table(first), COLUMNS) or [])
    rows = rows_of(table, COLUMNS)
    assert rows is not None
    assert [(row[0][:15], row[3]) for row in rows] == [("UD_SA_26Nov26_2", "sw1"), ("UD_SA_27Nov26_2", "sw2")]
    assert rows_of(table) is None


# -- answers


SWITCHES = {"sw1": "FOC0000A0AA", "sw2": "FOC0000A0BB"}
ONE = answer(ack_element("FOC0000A0AA", 5))
TWO = answer(ack_element("FOC0000A0BB", 6))
FOREIGN = answer(ack_element("FOC0000A0ZZ", 7))
BOTH = answer(ack_element("FOC0000A0AA", 5), ack_element("FOC0000A0BB", 6))


def taken(folder: Path, files: Mapping[str, bytes], seen: Callable[..., Any]) -> MatchedFiles:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    switches = [seen(name, serial) for name, serial in SWITCHES.items()]
    return match(AckFiles.read([folder]).files, switches, assigned={}, imported={})


@pytest.mark.parametrize(
    "files",
    [
        {"a.txt": ONE, "b.txt": TWO},
        {"both.txt": BOTH},
        {"one-after-the-other.txt": ONE + TWO},
        {"declared.txt": ONE + b"\n\n" + TWO},
        {"a.txt.gz": write_archive({"a.txt": ONE, "b.txt": TWO}, MADE)},
        {
            "ACK_UD_SA_x.tar.gz": write_archive(
                {
                    "manifest.mf": b"Manifest-Version: 1.0\n",
                    "ACK_UD_VA_1.tar.gz": write_archive({"ACK_dev_1.txt": ONE}, MADE),
                    "ACK_UD_VA_2.tar.gz": write_archive({"ACK_dev_1.txt": TWO, "._x": b"junk"}, MADE),
                },
                MADE,
            )
        },
        {"mixed.tar.gz": write_archive({"v.tar.gz": write_archive({"both.txt": BOTH}, MADE)}, MADE)},
    ],
    ids=["single", "one document", "two documents", "blank lines", "flat archive", "nested", "all in one"],
)
def test_an_answer_is_accepted_in_every_form(
    tmp_path: Path, seen: Callable[..., Any], files: Mapping[str, bytes]
) -> None:
    found = taken(tmp_path, files, seen)
    assert not found.left_out
    assert {
        name: [sorted(each.ack.reports) for each in one if each.ack] for name, one in found.files.items()
    } == {
        "sw1": [[5]],
        "sw2": [[6]],
    }
    for name, serial, number in (("sw1", "FOC0000A0AA", 5), ("sw2", "FOC0000A0BB", 6)):
        (file,) = found.files[name]
        assert ack_element(serial, number).encode() in file.data
        assert len({each.name for one in found.files.values() for each in one}) == 2


def test_what_is_for_all_goes_to_all_and_what_is_for_none_is_listed(
    tmp_path: Path, seen: Callable[..., Any]
) -> None:
    policy = "<smartLicensePolicy><policyCode>x</policyCode></smartLicensePolicy>"
    empty = "<accountInfo name='a>b'/>"
    data = answer(
        policy,
        ack_element("FOC0000A0AA", 5),
        ack_element("FOC0000A0ZZ", 7),
        empty,
        ack_element("FOC0000A0BB", 6),
    )
    found = taken(tmp_path, {"x.txt": data}, seen)
    for name in SWITCHES:
        (file,) = found.files[name]
        assert policy.encode() in file.data
        assert empty.encode() in file.data
    (left,) = found.left_out
    assert (left.out, "FOC0000A0ZZ" in left.why.en) == (SkipReason.NO_SWITCH, True)


def test_a_file_of_one_switch_is_imported_as_it_is(tmp_path: Path, seen: Callable[..., Any]) -> None:
    data = b"\xef\xbb\xbf" + answer("<smartLicensePolicy/>", ack_element("FOC0000A0AA", 5)).replace(
        b"\n", b"\r\n"
    )
    found = taken(tmp_path, {"x.txt": data}, seen)
    assert found.files["sw1"][0].data == data


def test_an_element_that_names_two_switches_is_not_divided(tmp_path: Path, seen: Callable[..., Any]) -> None:
    both = ack_element("FOC0000A0AA", 5).replace("</data>", "</data><x>PID:C9300-24UX,SN:FOC0000A0BB</x>")
    found = taken(tmp_path, {"x.txt": answer(both, ack_element("FOC0000A0BB", 6))}, seen)
    assert [each.out for each in found.left_out] == [SkipReason.SEVERAL]
    assert not found.files


def test_a_refused_archive_is_listed_and_the_others_are_taken(
    tmp_path: Path, seen: Callable[..., Any]
) -> None:
    files = {"bad.tar.gz": write_archive({"../a.txt": ONE}, MADE), "two.txt": TWO, "old.txt": FOREIGN}
    found = taken(tmp_path, {**files, "none.tar.gz": write_archive({}, MADE)}, seen)
    assert list(found.files) == ["sw2"]
    assert {each.path.rpartition("/")[2]: each.out for each in found.left_out} == {
        "bad.tar.gz": SkipReason.DAMAGED,
        "none.tar.gz": SkipReason.DAMAGED,
        "old.txt": SkipReason.NO_SWITCH,
    }
    why = next(each.why for each in found.left_out if each.path.endswith("bad.tar.gz"))
    assert "would lie outside" in why.en
    assert "アーカイブの外" in why.ja


def test_a_file_in_an_archive_may_be_assigned(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    path.write_bytes(write_archive({"ACK.txt": answer("<smartLicenseRumAck>x</smartLicenseRumAck>")}, MADE))
    found = AckFiles.read([path], [f"{path}/ACK.txt"])
    assert [each.path for each in found.files] == [f"{path}/ACK.txt"]
    with pytest.raises(InputError, match="not to be imported"):
        AckFiles.read([path], [f"{path}/OTHER.txt"])


@given(st.lists(st.text(max_size=40), min_size=2, max_size=4), st.booleans())
def test_a_part_has_the_bytes_of_its_element(texts: list[str], pretty: bool) -> None:
    from slp_ops.usage.ackfile import part_of, read_ack

    def element(number: int, text: str) -> str:
        sudi = {"udi_pid": "C9300-24UX", "udi_serial_number": f"FOC0000A0A{number}"}
        said = json.dumps({"sudi": sudi, "said": text, "report_ids": [number]}, indent=2 if pretty else None)
        return f"<RUMACK><![CDATA[{said}]]></RUMACK>"

    elements = [element(number, text) for number, text in enumerate(texts)]
    data = answer(*elements)
    ack = read_ack(data)
    assert len(ack.elements) == len(texts)
    for number, each in enumerate(ack.elements):
        part = part_of(data, [each])
        assert elements[number].encode() in part
        assert read_ack(part).reports == {number}
        assert replace(read_ack(part), elements=()).units == each.units
