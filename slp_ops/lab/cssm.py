"""CSSM's file exchange: accept usage reports and return the acknowledgement."""

from __future__ import annotations

import json
import re

_REPORT = re.compile(rb"<RUMReport><!\[CDATA\[(.*?)\]\]></RUMReport>", re.DOTALL)


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
