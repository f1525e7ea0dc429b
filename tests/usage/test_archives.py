"""Archives from outside: what is in them, and what is refused with one sentence."""

from __future__ import annotations

import gzip
import io
import itertools
import tarfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.usage.archives import ArchiveLimits, InvalidArchive, is_archive, read_archive, write_archive

MADE = datetime(2026, 11, 26, 20, 45, 1, tzinfo=UTC)
SMALL = ArchiveLimits(files=20, bytes=200_000, depth=3)


def tar(*members: tuple[str, bytes] | tarfile.TarInfo, mode: str = "w:gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as made:  # type: ignore[call-overload]  # a mode of the caller
        for each in members:
            if isinstance(each, tarfile.TarInfo):
                made.addfile(each)
                continue
            info = tarfile.TarInfo(each[0])
            info.size = len(each[1])
            made.addfile(info, io.BytesIO(each[1]))
    return out.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def nested(depth: int) -> bytes:
    data = tar(("a.txt", b"x"))
    for _ in range(depth - 1):
        data = tar(("inner.tar.gz", data))
    return data


def sparse_bomb() -> bytes:
    info = tarfile.TarInfo("a.txt")
    info.pax_headers = {"GNU.sparse.size": str(10**15), "GNU.sparse.map": f"{10**15 - 1},1"}
    info.size = 1
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT) as made:
        made.addfile(info, io.BytesIO(b"x"))
    return out.getvalue()


def paths(data: bytes) -> dict[str, bytes]:
    return {each.path: each.data for each in read_archive(data, SMALL)}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (tar(("a.txt", b"1"), ("b.txt", b"2")), {"a.txt": b"1", "b.txt": b"2"}),
        (tar(("a.txt", b"1"), mode="w"), {"a.txt": b"1"}),  # a browser removed the .gz
        (tar(("v.tar.gz", tar(("a.txt", b"1")))), {"v.tar.gz/a.txt": b"1"}),
        (tar(("v.tar", tar(("a.txt", b"1"), mode="w"))), {"v.tar/a.txt": b"1"}),
        (gzip.compress(b"<smartLicense/>"), {"": b"<smartLicense/>"}),
        (gzip.compress(gzip.compress(b"x")), {"": b"x"}),
        (tar(special("folder", tarfile.DIRTYPE), ("folder/a.txt", b"1")), {"folder/a.txt": b"1"}),
        (tar(), {}),
        (tar(("a.txt", b"")), {"a.txt": b""}),
        (tar(("a.txt", b"1"), ("a.txt", b"2")), {"a.txt": b"2"}),
    ],
    ids=[
        "flat",
        "tar",
        "nested",
        "nested tar",
        "gz",
        "gz twice",
        "folder",
        "empty",
        "empty file",
        "same name",
    ],
)
def test_what_an_archive_contains(data: bytes, expected: dict[str, bytes]) -> None:
    assert is_archive(data)
    assert paths(data) == expected


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (tar(("../a.txt", b"1")), "would lie outside"),
        (tar(("a/../../b.txt", b"1")), "would lie outside"),
        (tar(("/etc/passwd", b"1")), "would lie outside"),
        (tar(("..\\\\a.txt", b"1")), "would lie outside"),
        (tar(("C:\\a.txt", b"1")), "would lie outside"),
        (tar(("v.tar.gz", tar(("../a.txt", b"1")))), "would lie outside"),
        (tar(("a\x1b[2J.txt", b"1")), "control character"),
        (tar(special("a.txt", tarfile.SYMTYPE, "/etc/passwd")), "is a link"),
        (tar(("b.txt", b"1"), special("a.txt", tarfile.LNKTYPE, "b.txt")), "is a link"),
        (tar(special("a.txt", tarfile.CHRTYPE)), "is a device"),
        (tar(special("a.txt", tarfile.BLKTYPE)), "is a device"),
        (tar(special("a.txt", tarfile.FIFOTYPE)), "is a named pipe"),
        (sparse_bomb(), "no regular file|damaged"),
        (gzip.compress(bytes(10**7)), "unpacks to more than"),
        (tar(("a.txt", bytes(300_000))), "unpacks to more than"),
        (tar(*((f"{n}.tar.gz", tar(("a.txt", bytes(50_000)))) for n in range(5))), "unpacks to more than"),
        (tar(*((f"{n}.txt", b"1") for n in range(21))), "more than 20 files"),
        (tar(*((f"{n}.tar.gz", nested(1)) for n in range(15))), "more than 20 files"),
        (nested(4), "deeper than 3"),
        (tar(("a.txt", b"1" * 5000))[:-30], "cut short|damaged"),
        (gzip.compress(tar(("a.txt", b"1" * 5000), mode="w")[:1000]), "cut short|damaged"),
        (b"\x1f\x8b" + bytes(50), "damaged"),
        (b"PK\x03\x04" + bytes(50), "zip archive"),
        (tar(("a.zip", b"PK\x03\x04")), "zip archive"),
    ],
    # The bytes of an archive hold the time: as a name of a test they would differ between processes.
    ids=itertools.count(),
)
def test_what_is_refused(data: bytes, why: str) -> None:
    started = time.process_time()
    with pytest.raises(InvalidArchive, match=why) as caught:
        paths(data)
    assert "\n" not in str(caught.value)
    assert str(caught.value).isprintable()
    assert time.process_time() - started < 30  # milliseconds: what is not bounded takes minutes


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,8}\.txt", fullmatch=True), st.binary(max_size=300), max_size=5)
)
def test_what_is_written_is_read_to_the_byte(files: dict[str, bytes]) -> None:
    data = write_archive(files, MADE)
    assert write_archive(files, MADE) == data
    plain = {name: each for name, each in files.items() if not is_archive(each)}
    if plain == files:
        assert {each.path: each.data for each in read_archive(data)} == files


@given(st.binary(max_size=600), st.integers(min_value=0, max_value=400), st.booleans())
def test_no_bytes_raise_anything_else(noise: bytes, at: int, packed: bool) -> None:
    good: Any = tar(("a.txt", b"1" * 600), mode="w")
    data = good[:at] + noise + good[at + len(noise) :]
    with suppress(InvalidArchive):
        read_archive(gzip.compress(data) if packed else data, SMALL)
