"""CSSM's file exchange: accept usage reports and return the acknowledgement.

``acknowledge`` answers the file of one switch, ``acknowledge_bundle`` a bundle as CSLU writes it:

    UD_SA_<stamp>.tar.gz > manifest.mf, UD_VA_<stamp>.tar.gz > dev_<id>_<stamp>.txt

The answer has the same layout, with ACK_ before each name but the manifest's.
"""

from __future__ import annotations

import io
import json
import re
import tarfile

_REPORT = re.compile(rb"<RUMReport><!\[CDATA\[(.*?)\]\]></RUMReport>", re.DOTALL)
_OUTER = re.compile(r"UD_SA_(\d{2}[A-Z][a-z]{2}\d{2}(?:_\d{2}){3}_\d{3})(?:_py)?\.tar\.gz")
_HEADER = re.compile(
    r'Manifest-Version: 1\.0\nCreated-By: "\{[^\n]+\}"\nSmart-Account: ([^\n]+)\nSmart-Account-ID: ?\d*'
)
_SECTION = re.compile(
    r"Name: /(UD_VA_[^\n/]+\.tar\.gz)\nSpecification-VA: ([^\n]+)\nSpecification-VA-ID: ?\d*"
)


def acknowledge(usage: bytes) -> bytes:
    """Return the ACK file for a saved usage file; raises ValueError when it contains no report."""
    numbers = []
    units = []
    for body in _REPORT.findall(usage):
        payload = json.loads(json.loads(body)["payload"])
        numbers.append(payload["asset_identification"]["report_id"])
        if (sudi := payload["asset_identification"]["instance"]["sudi"]) not in units:
            units.append(sudi)
    if not numbers:
        raise ValueError("no usage report in this file")
    ack = {"header": {"type": "rum_ack"}, "sudi": units, "report_ids": numbers}
    return f"<smartLicense><RUMACK><![CDATA[{json.dumps(ack)}]]></RUMACK></smartLicense>\n".encode()


def acknowledge_bundle(name: str, bundle: bytes, account: str = "EXAMPLE-SA") -> tuple[str, bytes]:
    """Return name and content of the answer to a bundle that is uploaded to a Smart Account.

    Raises ValueError for a bundle that is not laid out as CSLU does it, or is of another account.
    """
    if _OUTER.fullmatch(name) is None:
        raise ValueError(f"{name} is no name of a bundle")
    outer = _unpacked(bundle)
    header, *sections = outer.pop("manifest.mf").decode("utf-8").strip().split("\n\n")
    found = _HEADER.fullmatch(header.rstrip())
    if found is None or found[1] != account:
        raise ValueError("the manifest is of another Smart Account")
    named = [_SECTION.fullmatch(section.rstrip()) for section in sections]
    if None in named or [each[1] for each in named if each] != list(outer):
        raise ValueError("the manifest names other files than are in the bundle")
    answers = {}
    for inner, content in outer.items():
        devices = _unpacked(content)
        if not all(re.fullmatch(r"dev_\d+_\w+\.txt", each) for each in devices):
            raise ValueError(f"{inner} has a file of another name")
        answers[f"ACK_{inner}"] = _packed(
            {f"ACK_{one}": acknowledge(usage) for one, usage in devices.items()}
        )
    return f"ACK_{name}", _packed(answers)


def _unpacked(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        members = tar.getmembers()
        if any(not each.isfile() or "/" in each.name for each in members):
            raise ValueError("the archive is not flat")
        return {each.name: tar.extractfile(each).read() for each in members}  # type: ignore[union-attr]  # files


def _packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return out.getvalue()
