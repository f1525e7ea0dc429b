"""The form of a pack: cut anywhere, edited anywhere, hostile."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from isal import isal_zlib

from slp_ops.app import site_worker
from slp_ops.runs import pack
from slp_ops.runs.device_archive import InvalidArchive, archive, extract, read_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

DEVICES = {f"sw{number}": {"show-clock.txt": b"%d:00\n" % number * 9} for number in range(5)}


def write(path: Path, devices: dict[str, dict[str, bytes]] = DEVICES) -> None:
    for device, files in devices.items():
        pack.append(path, device, 0, archive(files))


def read(path: Path) -> dict[str, dict[str, bytes]]:
    """What a pack still has, by device."""
    found = {}
    for device, record in pack.scan(path).records.items():
        try:
            found[device] = extract(pack.read(path, record))
        except pack.DamagedPack:
            continue
    return found


@pytest.fixture(scope="module")
def written() -> Iterator[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "tokyo.pack")
        yield (Path(folder) / "tokyo.pack").read_bytes()


def test_records_come_back_in_their_order_and_the_later_one_of_a_device_counts(tmp_path: Path) -> None:
    path = tmp_path / "tokyo.pack"
    write(path)
    assert read(path) == DEVICES
    assert list(read(path)) == list(DEVICES)

    write(path, {"sw1": {"show-clock.txt": b"later\n"}})
    assert read(path) == DEVICES | {"sw1": {"show-clock.txt": b"later\n"}}
    content = pack.scan(path)
    assert [each.device for each in content.replaced] == ["sw1"]
    assert content.gaps == []
    assert path.stat().st_mode & 0o777 == 0o600


@settings(max_examples=200)
@given(data=st.data())
def test_a_cut_anywhere_loses_only_the_record_that_it_cuts(written: bytes, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tokyo.pack"
        path.write_bytes(written)
        records = list(pack.scan(path).records.values())
        cut = data.draw(st.integers(31, len(written)))
        os.truncate(path, cut)

        whole = {each.device for each in records if each.start + each.size <= cut}
        content = pack.scan(path)
        assert read(path) == {device: DEVICES[device] for device in whole}
        is_between = cut == 31 or cut in {each.start + each.size for each in records}
        assert (content.torn is None) == is_between
        assert all(gap.torn for gap in content.gaps)

        pack.cut_torn(path)
        write(path, {"sw9": DEVICES["sw0"]})
        assert pack.scan(path).gaps == []
        assert set(read(path)) == whole | {"sw9"}


@settings(max_examples=300)
@given(data=st.data())
def test_a_flipped_bit_is_found_and_costs_at_most_one_record(written: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(written) - 1))
    bit = data.draw(st.integers(0, 7))
    edited = bytearray(written)
    edited[place] ^= 1 << bit
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tokyo.pack"
        path.write_bytes(edited)

        found = read(path)
        assert found.items() <= DEVICES.items()
        assert len(found) >= len(DEVICES) - 1
        content = pack.scan(path)
        assert len(found) < len(DEVICES) or content.gaps or content.has_damaged_start


@settings(max_examples=200)
@given(data=st.binary(max_size=300), start=st.sampled_from([b"", b"slp-ops/pack/1\n" + b"m" * 16]))
def test_any_bytes_are_read_within_bounds(data: bytes, start: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tokyo.pack"
        path.write_bytes(start + data)
        try:
            content = pack.scan(path)
        except pack.DamagedPack:
            return
        assert content.records == {}
        assert content.end == len(start + data)


def test_what_is_added_behind_damage_is_found(tmp_path: Path) -> None:
    path = tmp_path / "tokyo.pack"
    write(path)
    path.write_bytes(path.read_bytes()[:-7] + bytes(50))  # a power failure
    write(path, {"sw9": DEVICES["sw0"]})

    assert set(read(path)) == {"sw0", "sw1", "sw2", "sw3", "sw9"}
    assert [gap.torn for gap in pack.scan(path).gaps] == [False]


def head(marker: bytes, device: bytes, size: int, files: bytes) -> bytes:
    """A record with any lengths, whose checksums are right."""
    checked = struct.pack(">16sHII", marker, len(device), 0, size)
    digest = hashlib.sha256(device + b"\n" + files).digest()
    return checked + struct.pack(">I", zlib.crc32(device, zlib.crc32(checked))) + digest + device + files


@pytest.mark.parametrize(
    ("device", "size"),
    [(b"sw1", 2**32 - 1), (b"../evil", 5), (b"a" * 4000, 5), (b"", 5), (b"sw\xff", 5), (b"sw1", 10**6)],
)
def test_a_record_with_an_impossible_head_is_none(tmp_path: Path, device: bytes, size: int) -> None:
    path = tmp_path / "tokyo.pack"
    write(path)
    marker = path.read_bytes()[15:31]
    with path.open("ab") as file:
        file.write(head(marker, device, size, b"files"))
    write(path, {"sw9": DEVICES["sw0"]})

    assert set(read(path)) == {*DEVICES, "sw9"}
    assert len(pack.scan(path).gaps) == 1


def test_a_pack_of_nothing_but_markers_ends_soon(tmp_path: Path) -> None:
    path = tmp_path / "tokyo.pack"
    write(path)
    with path.open("ab") as file:
        file.write(path.read_bytes()[15:31] * 200_000)

    content = pack.scan(path)
    assert content.records.keys() == DEVICES.keys()
    assert len(content.gaps) == 101


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_no_regular_file_is_neither_read_nor_written(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "tokyo.pack"
    write(tmp_path / "other.pack")
    before = (tmp_path / "other.pack").read_bytes()
    if kind == "link":
        path.symlink_to(tmp_path / "other.pack")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()

    with pytest.raises(OSError, match=r"not a regular file|symbolic"):
        pack.scan(path)
    with pytest.raises(OSError, match=r"not a regular file|symbolic"):
        write(path)
    assert (tmp_path / "other.pack").read_bytes() == before


# One device.


def index(*files: dict[str, object], **more: object) -> bytes:
    return json.dumps({"schema": "slp-ops/device-archive/1", "files": files, **more}).encode() + b"\n"


def entry(name: object = "show-clock.txt", size: object = 3, content: bytes = b"abc") -> dict[str, object]:
    return {"name": name, "size": size, "sha256": hashlib.sha256(content).hexdigest()}


def test_an_archive_of_a_worker_is_one_of_zlib() -> None:
    line = b"*Jun 11 03:14:07.123: %DOT1X-5-FAIL: Authentication failed for client (00aa.bbcc.ddee)\n"
    files = {"show-logging.txt": line * 5000, "show-vrf.txt": b"", "show-clock.txt": os.urandom(300_000)}
    compressor = vars(site_worker)["compressobj"]
    assert compressor is isal_zlib.compressobj
    data = archive(files, compressor=compressor)
    assert extract(data) == files
    assert zlib.decompress(data).endswith(files["show-clock.txt"])


def test_an_archive_has_the_files_as_they_were(tmp_path: Path) -> None:
    files = {"manifest.jsonl": b"{}\n", "show-clock.txt": b"\xff\x00\r\n", "show-vrf.txt": b""}
    assert extract(archive(files)) == files
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    assert read_folder(tmp_path) == files

    (tmp_path / ".show-run.txt.part").write_bytes(b"")
    assert read_folder(tmp_path) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no zlib",
        zlib.compress(b""),
        zlib.compress(b"{}\n"),
        zlib.compress(b"[" * 10**6),
        zlib.compress(index(entry()) + b"ab"),
        zlib.compress(index(entry()) + b"abcd"),
        zlib.compress(index(entry()) + b"abc") + b"more",
        zlib.compress(index(entry()) + b"abc")[:-1],
        zlib.compress(index(entry()) + b"abd"),
        zlib.compress(index(entry(), entry()) + b"abcabc"),
        zlib.compress(index(entry("../../show-clock.txt")) + b"abc"),
        zlib.compress(index(entry("show-clock.exe")) + b"abc"),
        zlib.compress(index(entry(7)) + b"abc"),
        zlib.compress(index(entry(size=-3)) + b"abc"),
        zlib.compress(index(entry(size=10**400)) + b"abc"),
        zlib.compress(index(entry(size=3.0)) + b"abc"),
        zlib.compress(index(*(entry(f"a{number}.txt", 0, b"") for number in range(1001)))),
        zlib.compress(index(entry(), schema="slp-ops/device-archive/2") + b"abc"),
    ],
)
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidArchive):
        extract(data)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = zlib.compress(index(entry(size=2**31)) + bytes(2**22), 9)
    with pytest.raises(InvalidArchive, match="larger than 64 MB"):
        extract(bomb)
    with pytest.raises(InvalidArchive, match="more than its index"):
        extract(zlib.compress(index(entry()) + b"abc" + bytes(2**22), 9))
    with pytest.raises(InvalidArchive, match="no index"):
        extract(zlib.compress(bytes(2**22), 9))
