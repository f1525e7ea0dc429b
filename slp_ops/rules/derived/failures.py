# ruff: noqa: TC001 - the engine reads the types of derive's parameters
"""Failed exchanges in the log: current ones, and those that are history.

A COMM_RESTORED ends every failure before it. Of the others these are history:

- failures of a transport that is not the one in use;
- lookups of a name, where the server is set by its address;
- failures before the last ACK, the trust code, a change by slp-ops or a logged one of the transport, or a
  probe that connected;
- failures with another reason, or with another server, than the newest one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from slp_ops.facts import Probes, ProbeVerdict, TransportKind, TrustCodes, UsageReporting
from slp_ops.iosxe.names import is_address, same_interface
from slp_ops.rules.derived.log import LicenceLog, LoggedMessage
from slp_ops.rules.derived.route import Route
from slp_ops.rules.message_catalog import NamedServer
from slp_ops.rules.texts import texts_of

if TYPE_CHECKING:
    from slp_ops.facts import DeviceTime, ProbeResult
    from slp_ops.i18n import Text

TEXTS = texts_of(__name__)

FAILED: Final = "SMART_LIC-COMM_FAILED"
RESTORED: Final = "SMART_LIC-COMM_RESTORED"
CONFIGURED: Final = "PARSER-CFGLOG_LOGGEDCMD"
CALL_HOME: Final = "CALL_HOME-SL_MESSAGE_FAILED"
# Reasons that only call-home gives; the other direct transport has none of its own.
_OF_CALL_HOME: Final = frozenset(
    {"reason/call-home-http", "reason/call-home-process", "reason/call-home-disabled"}
)
# The log may use another time zone than 'show license status'.
_ZONES: Final = timedelta(days=1)
_LOOKUP: Final = "dns-failure"
_REACHED: Final = frozenset({_LOOKUP, "http-timeout"})  # what a probe that connects refutes


@dataclass(frozen=True, slots=True, kw_only=True)
class PastFailure:
    """A failure that is history, and why. ``superseded``: only since a newer one has another reason."""

    message: LoggedMessage
    why: Text
    superseded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureLog:
    """Unresolved failures of the exchange, oldest first."""

    current: tuple[LoggedMessage, ...] = ()
    past: tuple[PastFailure, ...] = ()

    @classmethod
    def derive(
        cls,
        log: LicenceLog,
        route: Route | None,
        usage: UsageReporting | None,
        trust: TrustCodes | None,
        probes: Probes | None,
    ) -> FailureLog:
        """Separate current failures from history."""
        past: dict[int, PastFailure] = {}
        current: list[LoggedMessage] = []
        configured = [
            number for number, each in enumerate(log.seen) if each.match.entry.message == CONFIGURED
        ]
        # A log has hundreds of failures, and a few kinds of them.
        of_other: dict[tuple[int, NamedServer | None], Text | None] = {}
        for number, each in enumerate(log.seen):
            if not each.is_active or each.match.entry.message not in (FAILED, CALL_HOME):
                continue
            kind = id(each.match), each.server
            if kind not in of_other:
                of_other[kind] = _of_other_transport(each, route)
            why = (
                _before_change(log, each)
                or _before_configuration(log, number, configured)
                or of_other[kind]
                or _by_address(each, route)
                or _before_success(each, usage, trust)
                or _refuted(each, route, probes)
            )
            if why is None:
                current.append(each)
            else:
                past[id(each)] = PastFailure(message=each, why=why)
        for each in _superseded(current):
            why = TEXTS["superseded"].format(when=current[-1].when)
            past[id(each)] = PastFailure(message=each, why=why, superseded=True)
        return cls(
            current=tuple(each for each in current if id(each) not in past),
            past=tuple(past[id(each)] for each in log.seen if id(each) in past),
        )

    def unresolved(self, server: NamedServer) -> tuple[LoggedMessage, ...]:
        """Return the current failures to look up the name of that server."""
        return tuple(each for each in self.current if each.match.rule == _LOOKUP and each.server is server)


def _before_change(log: LicenceLog, each: LoggedMessage) -> Text | None:
    """Return the later change that slp-ops made."""
    if log.change is None or not each.before_change:
        return None
    return TEXTS["before-change"].format(when=log.change.text)


def _before_configuration(log: LicenceLog, number: int, configured: list[int]) -> Text | None:
    """Return the later line of the log that configured the transport or its URL."""
    if not configured or number > configured[-1]:
        return None
    return TEXTS["before-configuration"].format(when=log.seen[configured[-1]].when)


def _of_other_transport(each: LoggedMessage, route: Route | None) -> Text | None:
    """Return why a failure belongs to a transport that is not in use."""
    if route is None or route.kind in (TransportKind.OTHER, TransportKind.AUTOMATIC):
        return None
    of_call_home = each.match.entry.message == CALL_HOME or (
        each.match.reason is not None and each.match.reason.id in _OF_CALL_HOME
    )
    match route.kind:
        case TransportKind.CALLHOME:
            fits = each.server is not NamedServer.CSLU
        case TransportKind.SMART:
            fits = each.server is not NamedServer.CSLU and not of_call_home
        case TransportKind.CSLU:
            fits = each.server is not NamedServer.CSSM and not of_call_home
        case _:
            fits = False
    return None if fits else TEXTS["other-transport"].format(kind=route.transport.type or route.kind)


def _by_address(each: LoggedMessage, route: Route | None) -> Text | None:
    """Return why a failed lookup cannot concern a server that is set by its address."""
    hop = None if route is None else route.first_hop
    if each.match.rule != _LOOKUP or hop is None or not is_address(hop.host):
        return None
    return TEXTS["by-address"].format(host=hop.host)


def _before_success(
    each: LoggedMessage, usage: UsageReporting | None, trust: TrustCodes | None
) -> Text | None:
    """Return the success after a failure: an ACK, or a trust code."""
    ack = None if usage is None else usage.last_ack
    if ack is not None and _is_before(each, ack):
        return TEXTS["before-ack"].format(when=ack.text)
    codes = () if trust is None else (trust.installed, *(code.installed for code in trust.codes))
    installed = next((code for code in codes if code is not None and _is_before(each, code)), None)
    return None if installed is None else TEXTS["before-trust"].format(when=installed.text)


def _is_before(each: LoggedMessage, time: DeviceTime) -> bool:
    if each.at is None or time.at is None or time.is_unset:
        return False
    since = time.at - each.at
    if not timedelta() < since <= _ZONES:  # the zone decides within a day only
        return since > _ZONES
    return time.zone is not None and each.message.time.zone == time.zone


def _refuted(each: LoggedMessage, route: Route | None, probes: Probes | None) -> Text | None:
    """Return the probe of the agent's own path that connected."""
    if route is None or probes is None or each.match.rule not in _REACHED:
        return None
    probe = next((result for result in probes.results if _is_success(result, route)), None)
    return None if probe is None else TEXTS["probe-connected"].format(command=probe.command)


def _is_success(probe: ProbeResult, route: Route) -> bool:
    hops = [hop.host.lower() for hop in route.hops]
    vrf = route.vrf.value if route.vrf is not None else None
    source = route.source.value if route.source is not None else None
    same_source = probe.source_interface == source or (
        source is not None
        and probe.source_interface is not None
        and same_interface(probe.source_interface, source)
    )
    return (
        probe.verdict is ProbeVerdict.OPEN and probe.host.lower() in hops and probe.vrf == vrf and same_source
    )


def _superseded(failures: list[LoggedMessage]) -> tuple[LoggedMessage, ...]:
    """Return the failures up to the last one with another reason than the newest."""
    vague = [
        _is_vague(each, (*failures[max(number - 1, 0) : number], *failures[number + 1 : number + 2]))
        for number, each in enumerate(failures)
    ]
    particular = [each for each, is_vague in zip(failures, vague, strict=True) if not is_vague]
    if not particular:
        return ()
    newest = _reason(particular[-1])
    end = 0
    for number, (each, is_vague) in enumerate(zip(failures, vague, strict=True), 1):
        # The message of call-home is followed by one of the agent without a reason of its own.
        if (not is_vague and _reason(each) != newest) or (is_vague and end == number - 1 and end):
            end = number
    return tuple(failures[:end])


def _is_vague(each: LoggedMessage, beside: tuple[LoggedMessage, ...]) -> bool:
    """Return whether a failure gives no reason; beside a message of call-home the agent's own adds none."""
    reason = each.match.reason
    if reason is None and each.match.entry.message == FAILED:
        return any(other.match.entry.message == CALL_HOME for other in beside)
    return reason is not None and reason.vague


def _reason(each: LoggedMessage) -> tuple[str, NamedServer | None]:
    match = each.match
    if match.reason is None and match.entry.message == FAILED:
        return each.text, each.server
    return (match.entry.id if match.reason is None else match.reason.id), each.server
