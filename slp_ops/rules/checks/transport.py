# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Checks of the transport's configuration."""

from __future__ import annotations

from slp_ops.facts import (
    LicenseConfig,
    LicenseTransport,
    NameConfig,
    TransportKind,
    UsageReporting,
)
from slp_ops.iosxe.servers import CSLU, endpoint, is_smart_receiver
from slp_ops.model import Confidence, Severity
from slp_ops.rules.checks._links import OVERVIEW, SMART_TRANSPORT, TASKS
from slp_ops.rules.derived.communication import Communication
from slp_ops.rules.derived.deadline import Deadline
from slp_ops.rules.derived.failures import FailureLog
from slp_ops.rules.derived.log import latest
from slp_ops.rules.derived.route import Route
from slp_ops.rules.message_catalog import NamedServer
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.settings import Intent
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown

TEXTS = texts_of(__name__)


def other_transport(transport: LicenseTransport) -> NotApplicable:
    """Return why a rule about one transport does not apply to another."""
    return NotApplicable(why=TEXTS["other-transport"].format(type=transport.type or transport.kind))


@rule(
    "cslu-address-missing",
    group=Group.TRANSPORT,
    severity=Severity.ERROR,
    links=(OVERVIEW, TASKS),
    playbooks=(
        "transport-smart",
        "transport-callhome",
        "transport-cslu",
        "transport-on-prem",
        "transport-off",
    ),
    explains=("dns-failure", "comm-failing-now", "comm-flapping", "trust-missing", "never-acknowledged"),
)
def cslu_address_missing(
    transport: LicenseTransport | None,
    intent: Intent,
    communication: Communication | None,
    failures: FailureLog | None,
    usage: UsageReporting | None,
    deadline: Deadline | None,
    names: NameConfig | None,
) -> Judgement:
    """Judge a missing address, unless cslu-local resolves or the server fetches the reports.

    Without the transport the log may show it: CSLU is the default, and its name does not resolve.
    """
    if transport is None:
        said = () if failures is None else failures.unresolved(NamedServer.CSLU)
        if not said or intent.other_side_connects:
            return Unknown(missing=(LicenseTransport,))
        return Failed(
            summary=TEXTS["cslu-address-missing.probable"],
            evidence=latest(said),
            confidence=Confidence.MEDIUM,
            remedy=(TEXTS["cslu-address-missing.prove"], *TEXTS.steps["cslu-address-missing.remedy"]),
        )
    if transport.kind is not TransportKind.CSLU:
        return other_transport(transport)
    if transport.cslu_address is not None:
        return Passed()
    if intent.other_side_connects:
        return NotApplicable(why=TEXTS["fetched"])
    is_failing = communication is not None and communication.failing
    if names is not None and not is_failing and any(_is_discovered(host.name) for host in names.hosts):
        return Passed(why=TEXTS["cslu-address-missing.pinned"])
    works = communication is not None and communication.counted and not is_failing
    if (
        usage is not None
        and usage.last_ack is not None
        and (works or (_is_fetched(deadline) and not is_failing))
    ):
        return Passed(why=TEXTS["cslu-address-missing.acknowledged"])
    return Failed(
        summary=TEXTS["cslu-address-missing.summary"],
        evidence=transport.cite("type", "cslu_address"),
    )


def _is_discovered(host: str) -> bool:
    """Return whether the switch looks this name up when no address of a CSLU is set."""
    return host.lower().partition(".")[0] == CSLU.host


def _is_fetched(deadline: Deadline | None) -> bool:
    """Return whether ACKs come in time although the switch itself never pushed a report."""
    if deadline is None or deadline.left is None or deadline.is_overdue:
        return False
    usage = deadline.usage
    return usage.last_report_push is None and usage.source.line("last_report_push") is not None


@rule(
    "smart-url-unexpected",
    group=Group.TRANSPORT,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    links=(SMART_TRANSPORT,),
    playbooks=("transport-smart", "transport-on-prem", "transport-cslu"),
    explains=("empty-response", "comm-failing-now", "dns-failure", "trust-missing"),
)
def smart_url_unexpected(transport: LicenseTransport, intent: Intent) -> Judgement:
    """Judge any host other than that of CSSM, even a misspelled one, unless the inventory has the URL."""
    if transport.kind is not TransportKind.SMART:
        return other_transport(transport)
    if transport.url is None:
        return Unknown(missing=(LicenseTransport,))
    if intent.url == transport.url:
        return Passed(why=TEXTS["smart-url-unexpected.intended"])
    if is_smart_receiver(endpoint(transport.url, None).host):
        return Passed()
    by_cslu = "/cslu/" in transport.url.lower()
    return Failed(
        summary=TEXTS["smart-url-unexpected.summary"].format(url=transport.url),
        evidence=transport.cite("type", "url"),
        severity=Severity.ERROR if by_cslu else None,
        confidence=Confidence.HIGH if by_cslu else None,
    )


@rule(
    "proxy-incomplete",
    group=Group.TRANSPORT,
    severity=Severity.ERROR,
    links=(TASKS,),
    playbooks=("proxy",),
    explains=("http-timeout", "http-aborted", "dns-failure", "comm-failing-now"),
)
def proxy_incomplete(transport: LicenseTransport, route: Route, config: LicenseConfig | None) -> Judgement:
    """Judge an incomplete proxy, or one that this transport does not use."""
    proxy = transport.proxy
    address = proxy.address if proxy else None
    port = proxy.port if proxy else None
    if config is not None:
        address, port = address or config.proxy_address, port or config.proxy_port
    if transport.kind is TransportKind.CALLHOME:
        if config is None or (config.proxy_address is None and config.proxy_port is None):
            return Passed()
        return Failed(
            summary=TEXTS["proxy-incomplete.callhome"],
            evidence=config.cite("proxy_address"),
            severity=Severity.WARNING,
        )
    if route.proxy is not None:
        port = route.proxy.endpoint.port
    if (address is None) == (port is None):
        return Passed()
    missing = TEXTS["proxy-incomplete.port"] if port is None else TEXTS["proxy-incomplete.address"]
    by_config = config is not None and (config.proxy_address or config.proxy_port) is not None
    evidence = (
        config.cite("proxy_address", "proxy_port")
        if by_config and config is not None
        else transport.cite("proxy")
    )
    return Failed(
        summary=TEXTS["proxy-incomplete.summary"].format(missing=missing),
        evidence=evidence,
    )


@rule(
    "transport-off",
    group=Group.TRANSPORT,
    severity=Severity.INFO,
    links=(OVERVIEW,),
)
def transport_off(transport: LicenseTransport) -> Judgement:
    """Inform that nothing is sent."""
    if transport.kind is not TransportKind.OFF:
        return Passed()
    return Failed(
        summary=TEXTS["transport-off.summary"],
        evidence=transport.cite("type"),
    )


@rule(
    "config-contradicts-status",
    group=Group.TRANSPORT,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    links=(TASKS,),
    era=None,
)
def config_contradicts_status(transport: LicenseTransport, config: LicenseConfig) -> Judgement:
    """Compare what the agent prints with the configured transport, URL and address."""
    if config.transport is not None and config.transport != transport.kind:
        return _contradiction(transport, "type", transport.type, config, "transport", config.transport)
    if transport.kind is TransportKind.SMART:
        field = "url_smart" if config.url_smart is not None else "url"
        configured = config.url_smart or config.url
        if configured is not None and transport.url is not None and transport.url != configured:
            return _contradiction(transport, "url", transport.url, config, field, configured)
    if transport.kind is TransportKind.CSLU and config.url_cslu not in (None, transport.cslu_address):
        shown = transport.cslu_address or "<empty>"
        return _contradiction(transport, "cslu_address", shown, config, "url_cslu", config.url_cslu or "")
    return Passed()


def _contradiction(
    transport: LicenseTransport, shown_by: str, shown: str | None, config: LicenseConfig, by: str, set_to: str
) -> Failed:
    return Failed(
        summary=TEXTS["config-contradicts-status.summary"].format(shown=shown or "?", configured=set_to),
        evidence=(*config.cite(by), *transport.cite(shown_by)),
    )
