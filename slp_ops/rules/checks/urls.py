# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Checks of the URL of the server, as it is set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.facts import LicenseConfig, LicenseTransport, TransportKind
from slp_ops.iosxe.names import is_address
from slp_ops.iosxe.servers import CSLU_PORT, endpoint, is_cisco, path_of
from slp_ops.model import Confidence, Severity
from slp_ops.rules.checks._links import TASKS
from slp_ops.rules.checks._reasons import STARVED
from slp_ops.rules.derived.communication import Communication
from slp_ops.rules.derived.route import Setting
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = texts_of(__name__)

_URL: Final = re.compile(
    r"https?://[^/\s:]+(?::\d{1,5})?(?:/\S*)?|https?://\[[0-9A-Fa-f:.]+\](?::\d{1,5})?(?:/\S*)?", re.I
)
_NO_SCHEME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?(?:/\S*)?")
_NO_TENANT: Final = re.compile(r"/cslu/v\d+/pi/?", re.IGNORECASE)
_ON_PREM_NAME: Final = re.compile(r"(?:^|[.-])(?:ssm|satellite|on-?prem)", re.IGNORECASE)
_FAILURES: Final = (
    "dns-failure",
    "http-timeout",
    "comm-failing-now",
    "comm-flapping",
    "trust-missing",
    *STARVED,
)


def _addresses(transport: LicenseTransport | None, config: LicenseConfig | None) -> Iterator[Setting]:
    """Return the addresses that are set: printed ones, then configured ones of this transport."""
    kind = transport.kind if transport is not None else None
    for fact, fields in (
        (transport, ("url", "cslu_address")),
        (
            config,
            (
                *(("url", "url_smart") if kind in (None, TransportKind.SMART) else ()),
                *(("url_cslu",) if kind in (None, TransportKind.CSLU) else ()),
            ),
        ),
    ):
        for field in fields:
            value = getattr(fact, field, None)
            if fact is not None and value is not None:
                yield Setting(value=value, by=fact, field=field)


def _of_own_server(transport: LicenseTransport | None, config: LicenseConfig | None) -> Setting | None:
    """Return the address of CSLU or SSM On-Prem, also by smart transport."""
    url = None if transport is None else transport.url
    if transport is not None and transport.kind is TransportKind.SMART and url is not None:
        return None if is_cisco(endpoint(url, None).host) else Setting(value=url, by=transport, field="url")
    return _of_relay(transport, config)


def _of_relay(transport: LicenseTransport | None, config: LicenseConfig | None) -> Setting | None:
    """Return the address of CSLU or SSM On-Prem by transport cslu."""
    if transport is not None:
        if transport.kind is not TransportKind.CSLU or transport.cslu_address is None:
            return None
        return Setting(value=transport.cslu_address, by=transport, field="cslu_address")
    if config is None or config.url_cslu is None or config.transport not in (None, "cslu"):
        return None
    return Setting(value=config.url_cslu, by=config, field="url_cslu")


@rule(
    "url-malformed",
    group=Group.TRANSPORT,
    severity=Severity.ERROR,
    links=(TASKS,),
    explains=_FAILURES,
    era=None,
)
def url_malformed(transport: LicenseTransport | None, config: LicenseConfig | None) -> Judgement:
    """Judge an address that is no URL; one without http:// or https:// is less certain."""
    if transport is None and config is None:
        return Unknown(missing=(LicenseTransport,))
    wrong = next((each for each in _addresses(transport, config) if not _URL.fullmatch(each.value)), None)
    if wrong is None:
        return Passed()
    without_scheme = _NO_SCHEME.fullmatch(wrong.value) is not None and not wrong.value.lower().startswith(
        "http"
    )
    if without_scheme:
        return Failed(
            summary=TEXTS["url-malformed.no-scheme"].format(url=wrong.value),
            evidence=wrong.cite(),
            severity=Severity.WARNING,
            confidence=Confidence.MEDIUM,
        )
    return Failed(summary=TEXTS["url-malformed.summary"].format(url=wrong.value), evidence=wrong.cite())


@rule(
    "url-host-is-address",
    group=Group.TRANSPORT,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    links=(TASKS,),
    explains=("relay-certificate-refused", "http-aborted"),
)
def url_host_is_address(
    transport: LicenseTransport | None, config: LicenseConfig | None, communication: Communication | None
) -> Judgement:
    """Judge https to an address; a refused certificate proves it."""
    if transport is None and config is None:
        return Unknown(missing=(LicenseTransport,))
    address = _of_own_server(transport, config)
    if address is None:
        return NotApplicable(why=TEXTS["no-relay"])
    if not address.value.lower().startswith("https://") or not is_address(endpoint(address.value, None).host):
        return Passed()
    reasons = {} if communication is None else communication.reasons
    refused = (*reasons.get("relay-certificate-refused", ()), *reasons.get("http-aborted", ()))
    return Failed(
        summary=TEXTS["url-host-is-address.summary"].format(host=endpoint(address.value, None).host),
        evidence=(*address.cite(), *refused),
        severity=Severity.ERROR if refused else None,
        confidence=Confidence.HIGH if refused else None,
    )


@rule(
    "on-prem-tenant-missing",
    group=Group.TRANSPORT,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    links=(TASKS,),
    explains=("empty-response", "comm-failing-now", "comm-flapping", "trust-missing", *STARVED),
)
def on_prem_tenant_missing(transport: LicenseTransport | None, config: LicenseConfig | None) -> Judgement:
    """Judge an address of CSLU's form whose host or port are those of SSM On-Prem."""
    if transport is None and config is None:
        return Unknown(missing=(LicenseTransport,))
    address = _of_relay(transport, config)
    if address is None:
        return NotApplicable(why=TEXTS["no-relay"])
    target = endpoint(address.value, CSLU_PORT)
    named = _ON_PREM_NAME.search(target.host) is not None and not is_cisco(target.host)
    other_port = target.port != CSLU_PORT
    if not _NO_TENANT.fullmatch(path_of(address.value)) or not (named or other_port):
        return Passed()
    if named:
        summary = TEXTS["on-prem-tenant-missing.summary"].format(url=address.value)
    else:
        summary = TEXTS["on-prem-tenant-missing.either"].format(url=address.value)
    return Failed(
        summary=summary,
        evidence=address.cite(),
        confidence=None if named and other_port else Confidence.LOW,
    )
