"""Blocks of the licence pages; each returns lines, without blank ones.

``status``, ``all`` and ``tech support`` print the same blocks in different orders.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from slp_ops.lab.deadlines import policy_days
from slp_ops.lab.transport import Kind, transport_of

if TYPE_CHECKING:
    from slp_ops.lab.licensing import Class, Entitlement
    from slp_ops.lab.switch import Switch

Lines = Iterator[str]


def joined(*blocks: Lines) -> str:
    """Join blocks with a blank line between them; empty ones are omitted."""
    texts = ("\n".join(block) for block in blocks)
    return "\n\n".join(text for text in texts if text)


def title(text: str, length: int | None = None) -> Lines:
    """Return a heading with its line of equals signs."""
    yield text
    yield "=" * (len(text) if length is None else length)


def enabled(switch: Switch) -> Lines:
    """``Smart Licensing is ENABLED``."""
    yield "Smart Licensing is ENABLED"


def conversion(switch: Switch) -> Lines:
    """License Conversion, from 17.13."""
    if switch.traits.conversion:
        yield "License Conversion:"
        yield "  Automatic Conversion Enabled: False"
        yield "  Last Data Push: <none>"
        yield "  Last File Export: <none>"


def export_key(switch: Switch) -> Lines:
    """Export Authorization Key, which Catalyst 9000 leaves empty."""
    yield "Export Authorization Key:"
    yield "  Features Authorized:"
    yield "    <none>"


def utility(switch: Switch) -> Lines:
    """Utility."""
    yield "Utility:"
    yield "  Status: DISABLED"


def using_policy(switch: Switch) -> Lines:
    """Smart Licensing Using Policy."""
    yield "Smart Licensing Using Policy:"
    yield "  Status: ENABLED"
    if switch.traits.reporting_mode:
        yield "  Reporting Mode: STANDARD"


def account(switch: Switch) -> Lines:
    """Account Information, from 17.7."""
    licensing = switch.licensing
    if switch.traits.account:
        yield "Account Information:"
        if licensing.account:
            yield f"  Smart Account: {licensing.account} As of {switch.stamp(licensing.account_as_of)}"
            yield f"  Virtual Account: {licensing.virtual_account}"
        else:
            yield "  Smart Account: <none>"
            yield "  Virtual Account: <none>"


def privacy(switch: Switch) -> Lines:
    """Data Privacy."""
    config = switch.config
    hidden = {
        kind: config.has("license smart privacy all") or config.has(f"license smart privacy {kind}")
        for kind in ("hostname", "version")
    }
    word = {True: "ENABLED", False: "DISABLED"}
    yield "Data Privacy:"
    yield f"  Sending Hostname: {'no' if hidden['hostname'] else 'yes'}"
    yield "    Callhome hostname privacy: DISABLED"
    yield f"    Smart Licensing hostname privacy: {word[hidden['hostname']]}"
    yield f"  Version privacy: {word[hidden['version']]}"


def transport(switch: Switch, *, full: bool = False) -> Lines:
    """Transport; ``full`` is the form of tech support."""
    traits, used = switch.traits, transport_of(switch)
    yield "Transport:"
    yield f"  Type: {used.kind}"
    if used.kind is Kind.SMART:
        yield f"  URL: {used.url}"
    elif used.kind is Kind.CSLU:
        yield f"  Cslu address: {used.url or '<empty>'}"
    else:
        return
    yield "  Proxy:"
    if full or used.proxy:
        yield f"    Address: {used.proxy or '<empty>'}"
        yield f"    Port: {used.proxy_port or '<empty>'}"
        yield "    Username: <empty>"
        yield "    Password: <empty>"
    else:
        yield "    Not Configured"
    if full:
        yield f"  Server Identity Check: {used.server_identity_check}"
    if traits.vrf_block == "line" or (full and traits.vrf_block):
        yield f"  VRF: {used.vrf or '<empty>'}"
    elif traits.vrf_block:
        yield "  VRF:"
        yield f"    {used.vrf or 'Not Configured'}"
    if full and traits.ip_mode:
        yield "  IP Mode: IPv4 ONLY"
        yield "  Trust Point: SLA-TrustPoint"


def miscellaneous(switch: Switch) -> Lines:
    """Miscellaneous."""
    yield "Miscellaneous:"
    yield f"  Custom Id: {switch.config.find('license smart custom_id') or '<empty>'}"


def policy(switch: Switch) -> Lines:
    """Policy."""
    used = switch.licensing.policy
    yield "Policy:"
    if used.name:
        yield f"  Policy in use: Installed On {switch.stamp(used.installed)}"
        yield f"  Policy name: {used.name}"
        yield "  Reporting ACK required: yes (Customer Policy)"
    else:
        yield "  Policy in use: Merged from multiple sources."
        yield "  Reporting ACK required: yes (CISCO default)"
    yield "  Unenforced/Non-Export Perpetual Attributes:"
    yield from _policy_class(used.perpetual)
    yield "  Unenforced/Non-Export Subscription Attributes:"
    yield from _policy_class(used.subscription)
    yield "  Enforced (Perpetual/Subscription) License Attributes:"
    yield from _policy_class(used.enforced)
    yield "  Export (Perpetual/Subscription) License Attributes:"
    yield from _policy_class(used.export)


def _policy_class(asked: Class) -> Lines:
    yield f"    First report requirement (days): {asked.first} ({asked.origin})"
    yield f"    Reporting frequency (days): {asked.frequency} ({asked.origin})"
    yield f"    Report on change (days): {asked.change} ({asked.origin})"


def usage_reporting(switch: Switch, *, full: bool = False) -> Lines:
    """Usage Reporting; ``full`` is the form of tech support."""
    licensing = switch.licensing
    interval = "0 (no reporting)" if licensing.push_interval is None else f"{licensing.push_interval}  days"
    if full:
        state = 2 if licensing.last_ack is None else 4
        interval += f" State({state}) InPolicy({policy_days(licensing)})"
    yield "Usage Reporting:"
    yield f"  Last ACK received: {switch.stamp(licensing.last_ack)}"
    yield f"  Next ACK deadline: {switch.stamp(licensing.ack_deadline)}"
    yield f"  Reporting push interval: {interval}"
    yield f"  Next ACK push check: {switch.stamp(licensing.poll_due)}"
    # Nothing is pushed while the transport is off.
    pushed = None if transport_of(switch).kind is Kind.OFF else licensing.next_push
    yield f"  Next report push: {switch.stamp(pushed)}"
    yield f"  Last report push: {switch.stamp(licensing.last_push)}"
    yield f"  Last report file write: {switch.stamp(licensing.last_file_write)}"


def trust(switch: Switch) -> Lines:
    """Trust Code Installed, in the three forms that releases have."""
    installed = switch.licensing.trust
    if not any(member.serial in installed for member in switch.members):
        yield "Trust Code Installed: <none>"
        return
    if switch.traits.trust_detail:
        yield "Trust Code Installed:    Trust Code Type: CSSM"
        yield "    Attributes: <none>"
        yield ""
    elif not switch.stacked:
        yield f"Trust Code Installed: {switch.stamp(installed[switch.active.serial])}"
        return
    else:
        yield "Trust Code Installed:"
    for member in switch.members:
        when = installed.get(member.serial)
        yield f"  {member.role}: {member.udi}"
        if when is None:
            yield "    NOT INSTALLED"
        elif switch.traits.trust_detail:
            stamp = switch.stamp(when)
            yield f"    INSTALLED on {stamp}    Valid on {stamp}"
            yield f"    Expired on Jan 01 00:00:00 1970 {switch.zone}"
            yield "    Trust Code Type: CSSM"
            yield "    Attributes: <none>"
        else:
            yield f"    INSTALLED on {switch.stamp(when)}"
        if switch.traits.trust_detail:
            yield ""


def licences(switch: Switch) -> Lines:
    """One paragraph for each licence, as ``usage`` and ``all`` print them."""
    for number, entitlement in enumerate(switch.licensing.entitlements):
        if number:
            yield ""
        enforced, exported = export_words(entitlement)
        yield f"{entitlement.feature} ({entitlement.description}):"
        yield f"  Description: {entitlement.description}"
        yield f"  Count: {entitlement.count if entitlement.in_use else 0}"
        yield "  Version: 1.0"
        yield f"  Status: {entitlement.status}"
        yield f"  Export status: {exported}"
        yield f"  Feature Name: {entitlement.feature}"
        yield f"  Feature Description: {entitlement.description}"
        yield f"  Enforcement type: {enforced}"
        yield f"  License type: {licence_type(entitlement)}"
    if not switch.licensing.entitlements:
        yield "No licenses in use"


def export_words(entitlement: Entitlement) -> tuple[str, str]:
    """The enforcement type and the export status of a licence."""
    if not entitlement.export:
        return "NOT ENFORCED", "NOT RESTRICTED"
    allowed = "ALLOWED" if entitlement.authorized else "NOT ALLOWED"
    return "EXPORT RESTRICTED", f"RESTRICTED - {allowed}"


def licence_type(entitlement: Entitlement) -> str:
    """Perpetual or subscription."""
    return "Perpetual" if entitlement.perpetual or entitlement.export else "Subscription"


def agent_version(switch: Switch) -> Lines:
    """The Smart Agent's version."""
    yield f"Smart Agent for Licensing: {switch.traits.agent}"


def under(*parts: Lines) -> Lines:
    """Join parts that belong together, without a blank line between."""
    for part in parts:
        yield from part


def udi(switch: Switch) -> Lines:
    """The UDI, and the list of all members where there is more than one."""
    yield f"UDI: {switch.active.udi}"
    if switch.stacked:
        yield ""
        yield "HA UDI List:"
        for member in switch.members:
            yield f"    {member.role}:{member.udi}"


def authorizations(switch: Switch) -> Lines:
    """Overall status of authorization codes."""
    indent = "    " if switch.traits.reporting_mode else "      "
    yield "Overall status:"
    for member in switch.members:
        yield f"  {member.role}: {member.udi}"
        if switch.licensing.authorization_code and member is switch.active:
            when = switch.stamp(switch.licensing.first_use)
            yield f"{indent}Status: SMART AUTHORIZATION INSTALLED on {when}"
        else:
            yield f"{indent}Status: NOT INSTALLED"


def purchased(switch: Switch) -> Lines:
    """Purchased Licenses."""
    yield "Purchased Licenses:"
    yield "  No Purchase Information Available"
