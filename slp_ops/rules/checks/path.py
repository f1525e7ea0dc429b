"""Checks of the path of reports: interface and VRF."""

from __future__ import annotations

from dataclasses import replace

from slp_ops.facts import (
    ConfigInfo,
    HttpConfig,
    InterfaceConfig,
    Interfaces,
    InterfacesConfig,
    InterfaceState,
    LicenseTransport,
    TransportKind,
)
from slp_ops.i18n import Text, verbatim
from slp_ops.model import Confidence, Severity
from slp_ops.rules.checks._links import TASKS
from slp_ops.rules.derived.route import Route, Setting
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown

TEXTS = texts_of(__name__)

_CONSEQUENCES = ("http-timeout", "http-aborted", "dns-failure", "comm-failing-now", "comm-flapping")


def _source(route: Route | None, http: HttpConfig | None) -> Setting | NotApplicable | Unknown:
    """Return the source interface in use; that of the HTTP client where the transport was not read."""
    if route is None:
        if http is None or http.client_source_interface is None:
            return Unknown(missing=(LicenseTransport,))
        return Setting(value=http.client_source_interface, by=http, field="client_source_interface")
    if route.kind is TransportKind.OFF:
        return NotApplicable(why=TEXTS["transport-off"])
    return route.source or NotApplicable(why=TEXTS["no-source"])


def _probable(route: Route | None, judged: Judgement) -> Judgement:
    """Return the verdict; without the transport, which may be off, a probable one."""
    if route is not None:
        return judged
    if isinstance(judged, Failed):
        return replace(judged, confidence=Confidence.MEDIUM)
    return Unknown(missing=(LicenseTransport,))


@rule(
    "http-source-interface-missing",
    group=Group.TRANSPORT,
    severity=Severity.ERROR,
    links=(TASKS,),
    playbooks=("http-source-interface",),
    explains=_CONSEQUENCES,
    era=None,
)
def http_source_interface_missing(
    route: Route | None,
    http: HttpConfig | None,
    states: Interfaces | None,
    config: InterfacesConfig | None,
    info: ConfigInfo | None,
) -> Judgement:
    """Compare with show ip interface brief, or with the configuration."""
    source = _source(route, http)
    if not isinstance(source, Setting):
        return source
    return _probable(route, _missing(source, states, config, info))


def _missing(
    source: Setting, states: Interfaces | None, config: InterfacesConfig | None, info: ConfigInfo | None
) -> Judgement:
    if states is None and config is None:
        return Unknown(missing=(Interfaces,))
    if (states is not None and states.find(source.value)) or (
        config is not None and config.find(source.value)
    ):
        return Passed()
    if states is None and info is not None and not info.shows(f"interface {source.value}"):
        return Unknown(missing=(Interfaces,))
    where = states if states is not None else config
    assert where is not None  # noqa: S101 - one of the two was read, as seen above
    return Failed(
        summary=TEXTS["http-source-interface-missing.summary"].format(name=source.value),
        evidence=(*source.cite(), where.absent(source.value)),
    )


@rule(
    "http-source-interface-down",
    group=Group.TRANSPORT,
    severity=Severity.ERROR,
    links=(TASKS,),
    playbooks=("http-source-interface",),
    explains=_CONSEQUENCES,
    era=None,
)
def http_source_interface_down(
    route: Route | None,
    http: HttpConfig | None,
    states: Interfaces | None,
    config: InterfacesConfig | None,
    info: ConfigInfo | None,
) -> Judgement:
    """Judge whether the interface is up and has an address; the configuration alone shows only a reason."""
    source = _source(route, http)
    if not isinstance(source, Setting):
        return source
    return _probable(route, _down(source, states, config, info))


def _down(
    source: Setting, states: Interfaces | None, config: InterfacesConfig | None, info: ConfigInfo | None
) -> Judgement:
    if states is None:
        return _configured_down(source, None if config is None else config.find(source.value), info)
    state = states.find(source.value)
    if state is None:
        return NotApplicable(why=TEXTS["http-source-interface-down.no-interface"])
    if state.up and state.address is not None:
        return Passed()
    return Failed(
        summary=TEXTS["http-source-interface-down.summary"].format(name=source.value, what=_what(state)),
        evidence=(*source.cite(), *state.cite()),
    )


def _configured_down(
    source: Setting, interface: InterfaceConfig | None, info: ConfigInfo | None
) -> Judgement:
    """Judge an interface that is shut down, or without an address, by its configuration."""
    bare = interface is not None and not interface.addresses
    if bare and info is not None and not info.complete:
        bare = False
    if interface is None or not (interface.shutdown or bare):
        return Unknown(missing=(Interfaces,))
    return Failed(
        summary=TEXTS["http-source-interface-down.summary"].format(
            name=source.value,
            what=verbatim("shutdown")
            if interface.shutdown
            else TEXTS["http-source-interface-down.no-address"],
        ),
        evidence=(*source.cite(), *interface.cite("shutdown" if interface.shutdown else "")),
    )


def _what(state: InterfaceState) -> Text:
    if not state.up:
        printed = state.status if state.status != "up" else f"up/{state.protocol}"
        return verbatim(str(printed))
    return TEXTS["http-source-interface-down.no-address"]


@rule(
    "vrf-mismatch",
    group=Group.TRANSPORT,
    severity=Severity.ERROR,
    links=(TASKS,),
    playbooks=("http-source-interface",),
    explains=_CONSEQUENCES,
    era=None,
)
def vrf_mismatch(route: Route, config: InterfacesConfig, info: ConfigInfo | None) -> Judgement:
    """Judge whether the VRF exists and contains the source interface."""
    if route.kind is TransportKind.OFF:
        return NotApplicable(why=TEXTS["transport-off"])
    vrf = route.vrf
    if vrf is None:
        return NotApplicable(why=TEXTS["vrf-mismatch.no-vrf"])
    if vrf.value not in config.vrfs:
        if info is not None and not info.shows(f"vrf definition {vrf.value}"):
            return Unknown(missing=(InterfacesConfig,))
        return Failed(
            summary=TEXTS["vrf-mismatch.no-such-vrf"].format(vrf=vrf.value),
            evidence=(*vrf.cite(), config.absent(f"vrf definition {vrf.value}")),
        )
    source = None if route.source is None else config.find(route.source.value)
    if route.source is None or source is None or source.vrf == vrf.value:
        return Passed()
    return Failed(
        summary=TEXTS["vrf-mismatch.other-vrf"].format(
            vrf=vrf.value,
            name=source.name,
            other=source.vrf or TEXTS["vrf-mismatch.global-table"],
        ),
        evidence=(*vrf.cite(), *route.source.cite(), *source.cite("vrf")),
    )
