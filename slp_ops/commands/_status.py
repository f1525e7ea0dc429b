"""Builders of the status blocks: accounts, privacy, transport, policy, reporting.

Each takes its labels out of a block; other labels with a value stay in ``other``.

Builders of the blocks that Smart Licensing had before SLP, and of what is left of them.

Registration:
  Status: REGISTERED
  Initial Registration: SUCCEEDED on Mar 13 08:09:24 2021 UTC
License Authorization:
  Status: OUT OF COMPLIANCE on Mar 13 08:09:28 2021 UTC
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands._values import dated, days, device_time, flag, integer, present, time_inside
from slp_ops.facts.licensing import (
    Accounts,
    Authorization,
    Conversion,
    ExportAuthorization,
    LicenseTransport,
    Policy,
    PolicyClass,
    PolicyKind,
    Privacy,
    Proxy,
    PushInterval,
    Registration,
    TransportKind,
    UsageReporting,
)
from slp_ops.facts.values import Source, SourceLine

if TYPE_CHECKING:
    from slp_ops.commands._section_parser import PageSection


_PUSH: Final = re.compile(r"^(\d+)\b")
_STATE: Final = re.compile(r"State\((\d+)\)")
_IN_POLICY: Final = re.compile(r"InPolicy\((\d+)\)")
_TRANSPORTS: Final = {
    "smart": TransportKind.SMART,
    "callhome": TransportKind.CALLHOME,
    "cslu": TransportKind.CSLU,
    "transport off": TransportKind.OFF,
    "off": TransportKind.OFF,
    "automatic": TransportKind.AUTOMATIC,
}


def accounts(block: PageSection) -> Accounts | None:
    """``Smart Account: NAME As of <time>``; before SLP the names are in the Registration block."""
    if not (block.has("smart account") or block.has("virtual account")):
        return None
    smart = block.take("smart", "smart account")
    name, separator, as_of = (smart or "").rpartition(" As of ")
    virtual = block.take("virtual", "virtual account")
    if "smart" in block.lines:
        block.lines["smart_printed"] = block.lines["as_of"] = block.lines["smart"]
    return Accounts(
        smart=(name if separator else smart) or None,
        smart_printed=smart,
        as_of=device_time(as_of) if separator else None,
        virtual=virtual,
        source=block.source(),
    )


def privacy(block: PageSection) -> Privacy:
    """``Data Privacy:``."""
    return Privacy(
        sending_hostname=flag(block.take("sending_hostname", "sending hostname")),
        callhome_hostname_privacy=block.take("callhome_hostname_privacy", "callhome hostname privacy"),
        smart_hostname_privacy=block.take("smart_hostname_privacy", "smart licensing hostname privacy"),
        version_privacy=block.take("version_privacy", "version privacy"),
        other=block.rest(),
        source=block.source(),
    )


def transport(block: PageSection) -> LicenseTransport:
    """``Transport:`` with its proxy and VRF."""
    kind = block.take("type", "type")
    cslu_address = block.take("cslu_address", "cslu address")
    if (line := block.lines.get("type") or block.lines.get("cslu_address")) is not None:
        block.lines["kind"] = line
    block.take("proxy", "proxy")
    address = block.take("proxy.address", "address")
    port = block.take("proxy.port", "port")
    username = block.take("proxy.username", "username")
    password = block.take("proxy.password", "password")
    proxy = None
    if any((address, port, username, password)):
        proxy = Proxy(address=address, port=integer(port), username=username, password=password)
    if address_line := block.lines.get("proxy.address"):
        block.lines["proxy"] = address_line
    return LicenseTransport(
        kind=_kind(kind, has_cslu_address="cslu_address" in block.lines),
        type=kind,
        url=block.take("url", "url"),
        cslu_address=cslu_address,
        proxy=proxy,
        vrf=block.take("vrf", "vrf"),
        server_identity_check=flag(block.take("server_identity_check", "server identity check")),
        ip_mode=block.take("ip_mode", "ip mode"),
        trust_point=block.take("trust_point", "trust point"),
        other=block.rest(),
        source=block.source(),
    )


def _kind(printed: str | None, *, has_cslu_address: bool) -> TransportKind:
    """Return the kind of a transport; CSLU alone has an address, where the line of the kind was cut off."""
    if printed is None and has_cslu_address:
        return TransportKind.CSLU
    return _TRANSPORTS.get((printed or "").lower(), TransportKind.OTHER)


def policy(block: PageSection) -> Policy:
    """``Policy:`` with its four headings; each has the same labels."""
    in_use = block.take("in_use", "policy in use")
    installed = in_use is not None and in_use.lower().startswith("installed on ")
    if "in_use" in block.lines:
        block.lines["installed"] = block.lines["in_use"]
    headings = dict.fromkeys(
        item.heading for item in block.items if item.label in _POLICY_LABELS and item.heading
    )
    return Policy(
        in_use=in_use,
        installed=time_inside(in_use) if installed else None,
        name=block.take("name", "policy name"),
        ack_required=flag(block.take("ack_required", "reporting ack required")),
        classes=tuple(_policy_class(block, heading) for heading in headings),
        other=block.rest(),
        source=block.source(),
    )


_POLICY_LABELS: Final = {
    "first report requirement (days)": "first_report",
    "reporting frequency (days)": "frequency",
    "report on change (days)": "on_change",
}


def _policy_class(block: PageSection, heading: str) -> PolicyClass:
    values: dict[str, str] = {}
    lines: dict[str, SourceLine] = {}
    for item in block.items:
        field = _POLICY_LABELS.get(item.label or "")
        if field and item.heading == heading and not item.used:
            item.used = True
            values[field] = item.value
            lines[field] = item.line
    lowered = heading.lower()
    # "Unenforced/Non-Export Perpetual", and "Enforced (Perpetual/Subscription)": the start decides.
    if lowered.startswith("enforced"):
        kind = PolicyKind.ENFORCED
    elif lowered.startswith("export"):
        kind = PolicyKind.EXPORT
    elif "perpetual" in lowered:
        kind = PolicyKind.PERPETUAL
    elif "subscription" in lowered:
        kind = PolicyKind.SUBSCRIPTION
    else:
        kind = PolicyKind.OTHER
    return PolicyClass(
        kind=kind,
        heading=heading,
        first_report=days(values.get("first_report")),
        frequency=days(values.get("frequency")),
        on_change=days(values.get("on_change")),
        source=Source(block.command, lines),
    )


def usage_reporting(block: PageSection) -> UsageReporting:
    """``Usage Reporting:``."""
    return UsageReporting(
        last_ack=device_time(block.take("last_ack", "last ack received")),
        next_ack_deadline=device_time(block.take("next_ack_deadline", "next ack deadline")),
        push_interval=_push_interval(block.take("push_interval", "reporting push interval")),
        next_ack_check=device_time(block.take("next_ack_check", "next ack push check")),
        next_report_push=device_time(block.take("next_report_push", "next report push")),
        last_report_push=device_time(block.take("last_report_push", "last report push")),
        last_report_file_write=device_time(block.take("last_report_file_write", "last report file write")),
        other=block.rest(),
        source=block.source(),
    )


def _push_interval(text: str | None) -> PushInterval | None:
    if text is None:
        return None
    number, state, in_policy = _PUSH.match(text), _STATE.search(text), _IN_POLICY.search(text)
    return PushInterval(
        text=text,
        days=integer(number[1]) if number else None,
        state=integer(state[1]) if state else None,
        in_policy=integer(in_policy[1]) if in_policy else None,
    )


def registration(block: PageSection) -> Registration:
    """``Registration:``, before SLP."""
    return Registration(
        status=block.take("status", "status"),
        export_controlled=block.take("export_controlled", "export-controlled functionality"),
        initial=dated(block.take("initial", "initial registration")),
        last_renewal=dated(block.take("last_renewal", "last renewal attempt")),
        next_renewal=device_time(block.take("next_renewal", "next renewal attempt")),
        expires=device_time(block.take("expires", "registration expires")),
        failure_reason=block.take("failure_reason", "failure reason"),
        other=block.rest(),
        source=block.source(),
    )


def authorization(block: PageSection) -> Authorization:
    """``License Authorization:``, before SLP."""
    return Authorization(
        status=dated(block.take("status", "status")),
        evaluation_remaining=block.take("evaluation_remaining", "evaluation period remaining"),
        last_communication=dated(block.take("last_communication", "last communication attempt")),
        next_communication=device_time(block.take("next_communication", "next communication attempt")),
        communication_deadline=device_time(block.take("communication_deadline", "communication deadline")),
        failure_reason=block.take("failure_reason", "failure reason"),
        other=block.rest(),
        source=block.source(),
    )


def conversion(block: PageSection) -> Conversion:
    """``License Conversion:``."""
    return Conversion(
        automatic=flag(block.take("automatic", "automatic conversion enabled")),
        status=block.take("status", "status"),
        last_data_push=device_time(block.take("last_data_push", "last data push")),
        last_file_export=device_time(block.take("last_file_export", "last file export")),
        other=block.rest(),
        source=block.source(),
    )


def export_authorization(block: PageSection) -> ExportAuthorization:
    """``Export Authorization Key:``: a feature a line, or ``<none>``."""
    features: list[str] = []
    line = block.line
    for item in block.items:
        item.used = True
        if item.label == "features authorized":
            line = item.line
            text = present(item.value)
        else:
            text = present(item.text)
        if text is not None:
            features.append(text)
    return ExportAuthorization(features=tuple(features), source=Source(block.command, line=line))
