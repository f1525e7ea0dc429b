"""The check of a bundle: independent of the redactor, and bounded for any archive."""

from __future__ import annotations

import ast
import hashlib
import io
import json
import re
import resource
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile, ZipInfo

import pytest
import yaml
from click.testing import CliRunner

from slp_ops.cli.bundle import command
from slp_ops.commands import registry
from slp_ops.lab import scenarios
from slp_ops.lab.shell.operator import printed
from slp_ops.redact import redact
from slp_ops.report import bundle_check, secret_scan
from slp_ops.report.bundle_check import check
from slp_ops.report.secret_scan import scan
from tests.syntax import parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


CASE: Final = Path(__file__).parents[1] / "compat/data/0.1.0/case.zip"
CAPTURE: Final = "switches/sw1/captures/show-logging.txt"
LEAKS: Final = (
    "username bob privilege 15 password 0 hunter2",
    "enable secret cisco-2024",
    "snmp-server community n3twork RO",
    "tacacs-server key k3y!tacacs",
    "crypto isakmp key pr3shared address 192.0.2.1",
    "   wifi passphrase is: correct4horse",
    "the new vendor-knob auth-key 7 is 094F471A1A0A",
    "copied to ftp://backup:s3cret@192.0.2.9/cfg",
    "x $9$nSDoWjKxC3kWE.$abcdefabcdefabcdefabcdefabcdefabcdefabc",
    "blob Zm9vYmFyQmF6UXV4MTIzNDU2Nzg5MGFiY2RlRg",
    '{"api_token": "a1b2c3d4e5f6g7h8"}',
    "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIBkg4LVWM9nuwNSkzHpLmz\n-----END EC PRIVATE KEY-----",
)
EVIDENCE: Final = (
    "  UDI: PID:C9300-48UXM,SN:FOC2437L0AB",
    "Trust Code Installed: Nov 24 2026 04:11:31 JST",
    "RUM report id 1574560509 state SmartAgentRumStateUnacknowledged",
    "Entitlement tag: regid.2017-03.com.cisco.advantagek9-C9300,1.0_f1ca632a-0f05-4b5f-9d3e-2f7a5f1f9f0b",
    "Fingerprint MD5: 59348561 E03F69D9 B61814E6 ACD487B5",
    "sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "Password recovery mechanism is enabled in 17.9.4a",
    "aaa authentication login default group tacacs+ local",
    "ntp server 192.0.2.1 key 5 prefer",
    " 30820330 30820218 A0030201 02020101",
    "flash:cat9k_iosxe.17.09.04a.SPA.bin",
)


def archive(*files: tuple[str, bytes], packed: int = ZIP_DEFLATED, **manifest: object) -> io.BytesIO:
    """Return a bundle with these files and a manifest that fits."""
    out = io.BytesIO()
    listed = [
        {"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "switch": "sw1"}
        for path, data in files
    ]
    document = {"schema": "slp-ops/bundle/1", "run": "7c45f5", "files": listed, **manifest}
    with ZipFile(out, "w", packed) as made:
        for path, data in files:
            made.writestr(f"slp-ops-7c45f5/{path}", data)
        made.writestr("slp-ops-7c45f5/MANIFEST.json", json.dumps(document))
    return out


def reasons(file: io.BytesIO) -> str:
    return "; ".join(remark.what for remark in check(file).remarks)


def test_the_scanner_shares_nothing_with_the_redactor() -> None:
    tree = parsed(Path(secret_scan.__file__).read_text(encoding="utf-8"))
    imported = {
        name
        for node in ast.walk(tree)
        for name in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not {name for name in imported if name.startswith("slp_ops")}


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize("place", [CAPTURE, "findings.md", "README.txt"])
def test_a_leak_that_the_redactor_misses_is_found(
    monkeypatch: pytest.MonkeyPatch, leak: str, place: str
) -> None:
    class Blind:
        """A redactor that masks nothing."""

        def __init__(self, key: bytes) -> None:
            pass

        def feed(self, text: str) -> str:
            return text

        def finish(self) -> str:
            return ""

    monkeypatch.setattr(bundle_check, "Redactor", Blind)
    text = "\n".join(("show logging", *EVIDENCE, leak, *EVIDENCE, "")).encode()
    found = reasons(archive((place, text)))
    assert "should have been masked" in found
    assert "line 13" in found
    assert leak.split()[-1] not in found


@pytest.mark.parametrize("line", EVIDENCE)
def test_evidence_is_no_secret(line: str) -> None:
    assert not list(scan(line.encode()))
    assert reasons(archive((CAPTURE, f"{line}\n".encode()))) == ""


def _captures(name: str) -> Iterator[tuple[str, bytes]]:
    switch = scenarios.load(name).build(name="sw1")
    for number, each in enumerate(registry()):
        if each.sets & {"baseline", "support"}:
            text = redact(printed(switch, each.command), b"k" * 32)
            yield f"switches/sw1/captures/{number}.txt", text.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize("name", scenarios.names())
def test_the_evidence_of_every_scenario_is_clean(name: str) -> None:
    files = list(_captures(name))
    report = check(archive(*files))
    assert not report.remarks
    assert (report.searched, report.bytes) == (len(files), sum(len(data) for _, data in files))


def _texts(node: object) -> Iterator[str]:
    match node:
        case str():
            yield node
        case dict():
            for each in node.values():
                yield from _texts(each)
        case list():
            for each in node:
                yield from _texts(each)


def test_no_japanese_text_of_a_rule_is_taken_for_a_secret() -> None:
    """JSON escapes what is not ASCII: "Token" before Japanese has no mixed word behind it."""
    folder = Path(secret_scan.__file__).parents[1] / "rules"
    texts = {
        text
        for path in folder.rglob("*.yaml")
        for text in _texts(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader))
        if not text.isascii()
    }
    assert len(texts) > 500
    wrong = [text for text in sorted(texts) if list(scan(json.dumps(text).encode()))]
    assert wrong == []


def test_a_secret_among_escapes_is_found() -> None:
    for text in ("パスワード password Zq4!x9Lmn", "token\u00a0Zq4x9Lmn22", "\u0070assword: Zq4!x9Lmn"):
        line = json.dumps({"text": text}).replace("p", "\\u0070").replace("Zq4", "\\u005aq4")
        assert [each.line for each in scan(f"{{}}\n{line}\n".encode())] == [2], line


def test_the_report_names_what_was_searched() -> None:
    result = CliRunner().invoke(command, ["--check", str(CASE)])
    assert result.exit_code == 0, result.output
    assert re.search(
        r"searched for secrets: \d+ files, [\d,]+ bytes; by the redactor, keywords", result.output
    )


@pytest.mark.parametrize("cut", range(0, 40, 7))
def test_a_leak_is_found_wherever_the_pieces_end(cut: int) -> None:
    text = b"x" * (2**18 - cut) + b"\nusername bob password 0 hunter2\n" + b"y" * 2**19
    assert "should have been masked" in reasons(archive((CAPTURE, text)))


# Edits of a bundle.


def _hidden(change: Callable[[ZipInfo], object]) -> io.BytesIO:
    """Return a bundle with more in the header of a file."""
    out = archive((CAPTURE, b"a\n"))
    with ZipFile(out, "a") as made:
        change(made.infolist()[0])
        made.writestr("slp-ops-7c45f5/more", b"")
    return out


def _removed(whole: io.BytesIO) -> io.BytesIO:
    """Return a bundle of which the directory does not list the second file, whose data is still there."""
    with ZipFile(whole, "a") as made:
        made.filelist.pop(1)
        made.writestr("slp-ops-7c45f5/more", b"")
    return whole


@pytest.mark.parametrize(
    ("edited", "what"),
    [
        (archive((CAPTURE, b"a\n"), files=[]), "is not in the manifest"),
        (archive((CAPTURE, b"a\n"), files=[{"path": CAPTURE, "bytes": 2, "sha256": "0"}]), "was changed"),
        (archive((CAPTURE, b"a\n"), files=[{"path": CAPTURE, "bytes": 9, "sha256": "0"}]), "was changed"),
        (archive(files=[{"path": CAPTURE, "sha256": "0"}]), "is missing"),
        (archive(files="all"), "is no manifest"),
        (archive(schema="slp-ops/bundle/9"), "is no manifest"),
        (archive(files=[{"path": 7}]), "is no manifest"),
        (archive(run=10**40), "is no manifest"),
        (archive(("../../etc/passwd", b"x")), "outside of its folder"),
        (archive((CAPTURE, b"a\n"), packed=ZIP_BZIP2), "packed in a way"),
        (archive((CAPTURE, b"a\n"), packed=ZIP_LZMA), "packed in a way"),
        (io.BytesIO(archive((CAPTURE, b"a\n")).getvalue() + b"more"), "cannot be read as a zip"),
        (io.BytesIO(archive((CAPTURE, b"a\n")).getvalue()[:-30]), "cannot be read as a zip"),
        (io.BytesIO(b""), "cannot be read as a zip"),
        (io.BytesIO(b"enable secret x\n" + archive((CAPTURE, b"a\n")).getvalue()), "belongs to no file"),
        (_hidden(lambda info: setattr(info, "comment", b"enable secret x")), "belongs to no file"),
        (_hidden(lambda info: setattr(info, "extra", b"\x01\x99\x20\x00" + b"x" * 32)), "belongs to no file"),
        (_removed(archive((CAPTURE, b"a\n"), ("notes", b"enable secret x\n"))), "belongs to no file"),
        (archive((CAPTURE, b"a\n"), remark="enable secret 0 hunter2"), "should have been masked"),
    ],
)
def test_an_edited_bundle_is_named(edited: io.BytesIO, what: str) -> None:
    assert what in reasons(edited)


def test_a_file_that_is_in_the_zip_twice_is_named() -> None:
    file = archive((CAPTURE, b"a\n"))
    with ZipFile(file, "a") as more, pytest.warns(UserWarning, match="Duplicate"):
        more.writestr(f"slp-ops-7c45f5/{CAPTURE}", b"a\n")
    assert "is in the zip twice" in reasons(file)


# Archives that would exhaust memory or time.


def _overlapping(count: int, size: int) -> io.BytesIO:
    """Return a zip in which all files share the same packed bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = bytes(size)
    packed = packer.compress(content) + packer.flush()
    checksum = zlib.crc32(content)
    names = [b"slp-ops-7c45f5/%05d" % number for number in range(count)]
    common = struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, 33, checksum, len(packed), size, len(names[0]), 0)
    local = b"PK\x03\x04" + common + names[0] + packed
    directory = b"".join(
        b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHLL", 0, 0, 0, 0, 0) + name
        for name in names
    )
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), len(local), 0)
    return io.BytesIO(local + directory + end)


def _many(count: int) -> io.BytesIO:
    out = io.BytesIO()
    with ZipFile(out, "w") as made:
        for number in range(count):
            made.writestr(f"slp-ops-7c45f5/{number:06}", b"")
    return out


HOSTILE: Final = {
    "zeros": lambda: archive((CAPTURE, bytes(600 * 2**20))),
    "lines": lambda: archive((CAPTURE, b"key password x\n" * 8_000_000)),
    "one line": lambda: archive((CAPTURE, b"key a://" * 8_000_000)),
    "random": lambda: archive(*((f"{CAPTURE}{number}", b"Ab1/Cd2+" * 10**6) for number in range(20))),
    "overlapping": lambda: _overlapping(1000, 50 * 2**20),
    "many files": lambda: _many(60_000),
    "manifest": lambda: archive(files=[{"path": "x" * 1000, "sha256": "0"}] * 40_000),
    "nested": lambda: archive((CAPTURE, archive((CAPTURE, bytes(300 * 2**20))).getvalue())),
}


PEAK: Final = """
import sys
from slp_ops.cli.main import main
sys.argv = ["slp-ops", "bundle", "--check", sys.argv[1]]
try:
    main()
finally:
    size = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print("peak", size.split()[1], file=sys.stderr)
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", HOSTILE)
def test_any_archive_is_checked_in_bounded_time_and_memory(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "case.zip"
    path.write_bytes(HOSTILE[kind]().getvalue())
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", PEAK, str(path)],
        capture_output=True,
        text=True,
        timeout=240,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert ended.returncode in ((0, 3) if kind == "nested" else (3,)), ended
    assert min(cpu, time.monotonic() - began) < 60  # 2 to 5 s: without a bound it would be many minutes
    assert int(ended.stderr.rpartition("peak ")[2]) < 200 * 1024
