"""One reader for every licensing page: status, all, summary, usage, udi, authorization, tech support.

They share their blocks and differ in selection and order, so a block has one meaning
in every page.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from slp_ops.commands import _status as status
from slp_ops.commands import _trust as trust
from slp_ops.commands._agent import internals, jobs, rum_summary, statistics, telemetry
from slp_ops.commands._capture_text import Page, Row, body, parsed
from slp_ops.commands._entitlements import BLOCKS as AUTHORIZATIONS
from slp_ops.commands._entitlements import authorizations, entitlement, is_entitlement, summary_rows
from slp_ops.commands._section_parser import PageSection, outline, under_headings
from slp_ops.commands._topology import topology
from slp_ops.facts.entitlements import Entitlements, TrustCodes
from slp_ops.facts.licensing import (
    Accounts,
    Authorization,
    Conversion,
    ExportAuthorization,
    LicenseTransport,
    Licensing,
    LicensingModel,
    Policy,
    Privacy,
    Registration,
    Topology,
    TransportKind,
    UsageReporting,
)
from slp_ops.facts.rum import TelemetryReports
from slp_ops.facts.values import Fact, Source, SourceLine
from slp_ops.iosxe.filters import filter_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from slp_ops.commands import Parsed
    from slp_ops.iosxe.filters import OutputFilter

STATUS_FACTS: Final[tuple[type[Fact], ...]] = (
    Accounts,
    Authorization,
    Conversion,
    ExportAuthorization,
    LicenseTransport,
    Licensing,
    Policy,
    Privacy,
    Registration,
    TelemetryReports,
    Topology,
    TrustCodes,
    UsageReporting,
)
"""Facts of ``show license status``, whose blocks the longer pages repeat."""

_ENABLED: Final = re.compile(r"^Smart Licensing is (\S+)$")
_TECH_SUPPORT: Final = "Smart Licensing Tech Support info"
# One block gives one fact.
_SINGLE: Final[dict[str, Callable[[PageSection], Fact | None]]] = {
    "data privacy": status.privacy,
    "policy": status.policy,
    "transport": status.transport,
    "trust code installed": trust.trust_codes,
    "registration": status.registration,
    "license conversion": status.conversion,
    "export authorization key": status.export_authorization,
    "usage report summary": rum_summary,
    "telemetry report summary": telemetry,
    "device telemetry report summary": telemetry,
    "product analytics report summary": telemetry,
    "upcoming scheduled jobs": jobs,
}
# Small blocks that together describe the agent as a whole.
_OF_THE_AGENT: Final = (
    "smart licensing using policy",
    "utility",
    "miscellaneous",
    "agent version",
    "smart licensing status",
    "smart licensing tech support info",
)


# Pages whose first labels have no heading.
_WITHOUT_HEADINGS: Final = ("show license reservation",)


def parser(command: str) -> Callable[[str], Parsed]:
    """Return the parser of one of these pages."""
    return partial(_parse, command=command)


def _parse(text: str, *, command: str) -> Parsed:
    page = body(text, command)
    blocks = outline(page)
    passed = filter_of(page.command)
    is_part = passed is not None or (isinstance(text, Page) and text.fragment)
    if is_part or command in _WITHOUT_HEADINGS:
        blocks = under_headings(blocks)
    facts = tuple(_whole(_facts(blocks, headless=is_part), passed))
    unread = (Row(item.number, item.text) for block in blocks for item in block.items if not item.used)
    return parsed(page, facts, unread)


def _whole(facts: Iterable[Fact], passed: OutputFilter | None) -> Iterator[Fact]:
    """Yield the facts that are not cut: CSLU without the line of its address has an unknown address."""
    by_type = {type(fact): fact for fact in facts}
    transport = by_type.get(LicenseTransport)
    if (
        isinstance(transport, LicenseTransport)
        and transport.kind is TransportKind.CSLU
        and transport.source.line("cslu_address") is None
        and not (passed is not None and passed.shows("  Cslu address: <empty>"))
    ):
        del by_type[LicenseTransport], by_type[Topology]
    trust = by_type.get(TrustCodes)
    if isinstance(trust, TrustCodes) and not trust.codes and trust.installed is None:
        heading = trust.source.line("installed")
        if heading is not None and "<none>" not in heading.text:
            del by_type[TrustCodes]
    yield from by_type.values()


def _facts(blocks: list[PageSection], *, headless: bool) -> Iterator[Fact]:
    by_kind: dict[str, list[PageSection]] = {}
    for block in blocks:
        kind = block.kind
        if kind == "usage reporting" and block.has("attempts"):
            kind = "exchange"  # the block of the statistics has the same name as the one of the status
        elif kind == "transport" and not block.items:
            continue
        by_kind.setdefault(kind, []).append(block)
    yield from _licensing(by_kind)
    yield from _accounts(by_kind)
    yield from _entitlements(by_kind, headless=headless)
    found_transport: LicenseTransport | None = None
    for kind, build in _SINGLE.items():
        for block in by_kind.pop(kind, [])[:1]:
            if (fact := build(block)) is not None:
                yield fact
            if isinstance(fact, LicenseTransport):
                found_transport = fact
    for block in by_kind.pop("usage reporting", [])[:1]:
        yield status.usage_reporting(block)
    if fact := trust.product_instance(
        [*by_kind.pop("product information", []), *by_kind.pop("ha udi list", []), *by_kind.get("", [])]
    ):
        yield fact
    statistic_heads = by_kind.pop("communication statistics", [])
    groups = by_kind.pop("exchange", [])
    groups.sort(key=lambda block: block.line.number if block.line else 0)
    if fact := statistics(statistic_heads, groups):
        yield fact
    kinds = [kind for kind in AUTHORIZATIONS if kind in by_kind]
    if fact := authorizations(sorted((b for kind in kinds for b in by_kind.pop(kind)), key=_place)):
        yield fact
    if found_transport is not None:
        yield topology(found_transport)
    info = by_kind.pop("other info", [])
    # By name, not by position: the order of blocks differs between releases.
    if fact := internals(info, (block for kind in sorted(by_kind) for block in by_kind[kind])):
        yield fact


def _place(block: PageSection) -> int:
    return block.line.number if block.line else 0


def _licensing(by_kind: dict[str, list[PageSection]]) -> Iterator[Licensing]:
    """Build the agent's overall state from several small blocks."""
    lines: dict[str, SourceLine] = {}
    values: dict[str, str | None] = {}
    command = by_kind[""][0].command
    for kind, field, label in (
        ("smart licensing using policy", "policy_status", "status"),
        ("smart licensing using policy", "reporting_mode", "reporting mode"),
        ("utility", "utility", "status"),
        ("miscellaneous", "custom_id", "custom id"),
        ("agent version", "agent_version", "smart agent for licensing"),
    ):
        for block in by_kind.get(kind, [])[:1]:
            values[field] = block.take(field, label)
            if field in block.lines:
                lines[field] = block.lines[field]
    for item in by_kind[""][0].bare():
        if found := _ENABLED.match(item.text.strip()):
            item.used = True
            values["smart_licensing"], lines["smart_licensing"] = found[1], item.line
        elif item.text.strip() == _TECH_SUPPORT:
            item.used = True
    model = _model(by_kind, lines)
    if lines:
        yield Licensing(
            model=model,
            smart_licensing=values.get("smart_licensing"),
            policy_status=values.get("policy_status"),
            reporting_mode=values.get("reporting_mode"),
            utility=values.get("utility"),
            custom_id=values.get("custom_id"),
            agent_version=values.get("agent_version"),
            other=tuple(
                pair for kind in _OF_THE_AGENT for block in by_kind.get(kind, []) for pair in block.rest()
            ),
            source=Source(command, lines),
        )


def _model(by_kind: dict[str, list[PageSection]], lines: dict[str, SourceLine]) -> LicensingModel | None:
    """Detect the model: SLP has its own block, earlier releases a registration."""
    for kinds, model in (
        (("smart licensing using policy", "policy", "usage reporting"), LicensingModel.SLP),
        (("registration",), LicensingModel.SL),
    ):
        for kind in kinds:
            for block in by_kind.get(kind, []):
                if block.line is not None:
                    lines["model"] = block.line
                    return model
    return None


def _accounts(by_kind: dict[str, list[PageSection]]) -> Iterator[Accounts]:
    """Read the accounts from their own block, or from the registration before SLP (where indentation may
    break)."""
    for kind in ("account information", "registration"):
        for block in by_kind.get(kind, [])[:1]:
            if fact := status.accounts(block):
                yield fact
                return


def _entitlements(by_kind: dict[str, list[PageSection]], *, headless: bool) -> Iterator[Fact]:
    """Read the licences; ``License Authorization`` belongs to them under SLP, earlier it is a fact of its
    own."""
    blocks = [block for block in by_kind.pop("entitlement", []) if is_entitlement(block)]
    headings = by_kind.pop("license usage", [])
    items = [entitlement(block) for block in blocks]
    for block in (*headings, *(by_kind[""] if headless else ())):
        items.extend(summary_rows(block))
    authorization: str | None = None
    lines: dict[str, SourceLine] = {}
    for block in by_kind.pop("license authorization", [])[:1]:
        if "registration" in by_kind or not _under_slp(block):
            yield status.authorization(block)
            continue
        authorization = block.take("authorization_status", "status")
        lines |= block.lines
    rows = (item.source.first() for item in items) if headless else ()
    first = next((line for line in (*(block.line for block in (*headings, *blocks)), *rows) if line), None)
    if first is None and not lines:
        return
    if first is not None:
        lines["items"] = first
    yield Entitlements(
        items=tuple(items),
        authorization_status=authorization,
        other=tuple(pair for block in headings for pair in block.rest()),
        source=Source(by_kind[""][0].command, lines),
    )


def _under_slp(block: PageSection) -> bool:
    return any(item.label == "status" and item.value == "Not Applicable" for item in block.items)
