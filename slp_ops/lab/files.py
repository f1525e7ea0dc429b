"""Licence files on flash: usage reports saved for CSSM, and the answers to import."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from slp_ops.lab import agent, reports
from slp_ops.lab.licensing import Class, Policy, RumState

if TYPE_CHECKING:
    from slp_ops.lab.licensing import RumReport
    from slp_ops.lab.state import SwitchState

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - simulated UTC is naive
_IMPORTABLE: Final = re.compile(
    rb"<(RUMACK|policy|trustCode|authorizationCode)><!\[CDATA\[(.*?)\]\]>", re.DOTALL
)
_FLASH: Final = re.compile(r"(?:boot)?flash(?:-\d+(?:-\d+)?)?:/*", re.ASCII)
SUCCESS: Final = "Import Data Successful"


def flash_path(path: str) -> str | None:
    """Return a path on flash without the file system's name; None for other file systems."""
    found = _FLASH.match(path)
    if found:
        return path[found.end() :]
    return None if ":" in path else path.lstrip("/")


def measurements(switch: SwitchState, report: RumReport) -> str:
    """Return one report as the agent signs it: a line of JSON."""
    end = switch.now() if report.end is None else report.end
    began, ended = (int((when - _EPOCH).total_seconds()) for when in (report.start, end))
    sudi = {"udi_pid": switch.active.pid, "udi_serial_number": switch.active.serial}
    count = next((one.count for one in switch.licensing.entitlements if one.metric == report.metric), 1)
    payload = {
        "version": "1.0",
        "asset_identification": {
            "report_id": report.id,
            "asset": {"name": software_id(switch)},
            "instance": {"sudi": sudi},
        },
        "signature": {
            "signing_type": "builtin",
            "key": software_id(switch),
            "value": _signature(f"{report.id}{switch.active.serial}"),
        },
        "meta": {
            "entitlement_tag": report.metric,
            "utility_enabled": False,
            "software_version": f"{switch.release.major}.{switch.release.minor:02d}."
            f"{switch.release.maintenance or 1:02d}{switch.release.rebuild}",
            "ha_udi": [
                {
                    "role": member.role.value,
                    "sudi": {"udi_pid": member.pid, "udi_serial_number": member.serial},
                }
                for member in switch.members
            ],
        },
        "measurements": [
            {
                "log_time": ended,
                "metric_name": "ENTITLEMENT",
                "start_time": began,
                "end_time": ended,
                "sample_interval": max(ended - began, 0),
                "num_samples": (ended - began) // 900 + 1,
                "meta": {"added_sudi_list": [], "removed_sudi_list": []},
                "value": {"type": "COUNT", "value": str(count)},
            }
        ],
    }
    return json.dumps(payload, separators=(",", ":"))


def software_id(switch: SwitchState) -> str:
    """Return the regid of the product."""
    family = switch.active.pid.split("-", maxsplit=1)[0]
    return f"regid.2017-05.com.cisco.{family},v1_5b0c7e21-94d3-4a0f-8c66-1d7f02e9b3a8"


def save_usage(switch: SwitchState, selection: str, argument: str, path: str) -> str:
    """``license smart save usage {all | days N | rum-id ID | unreported} file PATH``."""
    switch.settle()
    target = flash_path(path)
    if target is None or not target:
        return f"%Error opening {path} (No such device)"
    now, licensing = switch.now(), switch.licensing
    for report in licensing.reports:
        if report.state is RumState.OPEN:
            reports.close(report, now)
    chosen = [report for report in licensing.reports if _wanted(report, selection, argument, now)]
    reports.roll(switch, now)
    content = _wrapped(switch, chosen)
    if len(content) > switch.flash_free:
        return f"%Error opening {path} (No space left on device)"
    switch.flash[target] = content
    licensing.last_file_write = now
    return ""


def _wanted(report: RumReport, selection: str, argument: str, now: datetime) -> bool:
    if selection == "all":
        return True
    if selection == "days":
        return now - report.start <= timedelta(days=int(argument))
    if selection == "rum-id":
        return str(report.id) == argument
    return report.state is not RumState.ACK


def _wrapped(switch: SwitchState, chosen: list[RumReport]) -> bytes:
    # One report per line: operators count them with "| count RUMReport".
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<smartLicense>"]
    for report in chosen:
        payload = measurements(switch, report)
        signed = {"payload": payload, "header": {"type": "rum"}, "signature": {"sudi": _signature(payload)}}
        lines.append(f"<RUMReport><![CDATA[{json.dumps(signed, separators=(',', ':'))}]]></RUMReport>")
    return ("\n".join([*lines, "</smartLicense>"]) + "\n").encode()


def _signature(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def save_trust_request(switch: SwitchState, path: str) -> str:
    """``license smart save trust-request PATH``."""
    target = flash_path(path)
    if target is None:
        return f"%Error opening {path} (No such device)"
    request = {
        "trust_request": [{"udi_pid": one.pid, "udi_serial_number": one.serial} for one in switch.members]
    }
    switch.flash[target] = (
        f"<smartLicense><trustRequest><![CDATA[{json.dumps(request)}]]></trustRequest></smartLicense>\n".encode()
    )
    return ""


def import_file(switch: SwitchState, path: str) -> str:
    """``license smart import PATH``: an ACK, a policy, trust codes or an authorization code."""
    switch.settle()
    target = flash_path(path)
    content = None if target is None else switch.flash.get(target)
    if content is None:
        return f"%Error opening {path} (No such file or directory)"
    parts = _IMPORTABLE.findall(content)
    if not parts:
        return "Import Data Failed: Invalid data format"
    for kind, body in parts:
        try:
            data = json.loads(body)
        except ValueError:
            return "Import Data Failed: Signature Verification failed"
        _take(switch, kind.decode(), data)
    return SUCCESS


def _take(switch: SwitchState, kind: str, data: dict[str, object]) -> None:
    now, licensing = switch.now(), switch.licensing
    if kind == "RUMACK":
        numbers = data.get("report_ids")
        acknowledged = frozenset(int(one) for one in numbers) if isinstance(numbers, list) else frozenset()
        agent.acknowledged(switch, now, acknowledged)
        licensing.imports["RUM ACK"] = now
    elif kind == "trustCode":
        for member in switch.members:
            licensing.trust[member.serial] = now
        licensing.imports["TRUST CODE"] = now
    elif kind == "authorizationCode":
        licensing.authorization_code = True
        for entitlement in licensing.entitlements:
            entitlement.authorized = True
        licensing.imports["AUTH"] = now
    else:
        licensing.policy = Policy(
            name=str(data.get("name", "Custom Policy")),
            installed=now,
            perpetual=_class(data.get("perpetual"), licensing.policy.perpetual),
            subscription=_class(data.get("subscription"), licensing.policy.subscription),
        )
        licensing.imports["POLICY"] = now


def _class(values: object, default: Class) -> Class:
    if not isinstance(values, list) or len(values) != 3:
        return default
    first, frequency, change = (int(value) for value in values)
    return Class(first=first, frequency=frequency, change=change, origin="Customer Policy")
