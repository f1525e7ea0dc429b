"""Conditions, words and proofs that a playbook's file may name: short functions of facts.

    @guard("hseck9-unused")
    def hseck9_unused(licences: Entitlements) -> Text | None: ...

A guard returns why it is not met, None when it is. A word returns the text for ``{name}`` in a command.
A proof tells by what a switch shows that a step was done: what it noted before, and what it sees now.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from slp_ops.facts import (
    Clock,
    ClockTrust,
    CommunicationStatistics,
    ConfigInfo,
    Entitlements,
    LicenseAuthorizations,
    LicenseTransport,
    ProductInstance,
    Software,
    TransportKind,
    TrustCodes,
    Trustpool,
    UsageReporting,
)
from slp_ops.i18n import Text
from slp_ops.json_documents import json_document
from slp_ops.rules.dependencies import Dependency, dependencies_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slp_ops.facts import DeviceTime, TrustCode
    from slp_ops.rules.dependencies import FactContext

IDENTRUST: Final = "IdenTrust Commercial Root CA 1"


@json_document
class ProofNote:
    """State of a switch before a step, as recorded in the journal; see ``Proof``."""

    seen: Any
    refused: tuple[str, ...] | None = None


class _Unreadable:
    """A fact that is needed was not read."""


UNREADABLE: Final = _Unreadable()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A function of facts under the name by which files call it.

    ``of_topology`` marks a guard that is not met where another topology needs no such playbook.
    """

    name: str
    needs: tuple[Dependency, ...]
    function: Callable[..., Any]
    of_topology: bool = False

    def ask(self, known: FactContext) -> Any:
        """Return the function's result; UNREADABLE when a fact is missing."""
        values = known.arguments(self.needs)
        return UNREADABLE if values is None else self.function(*values)

    def missing(self, known: FactContext) -> str:
        """Describe the missing facts."""
        return "; ".join(str(known.facts.missing(kind)) for kind in known.missing(self.needs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Proof of a step. ``reads`` are its show commands, ``words`` is the condition, a message of slp-ops.

    ``seen`` gives what a switch shows, as a JSON value. ``done`` says whether that proves the step, given
    what was seen before it; where ``compares`` is false, the present alone tells. ``refused`` gives the
    far end's last refusal, by which one knows early that the proof will not come; it is read by
    ``refusal_reads``.
    """

    name: str
    words: str
    reads: tuple[str, ...]
    seen: Guard
    done: Callable[[Any, Any], bool]
    compares: bool = True
    refused: Guard | None = None
    refusal_reads: tuple[str, ...] = ()

    def note(self, known: FactContext) -> ProofNote | None:
        """Return the state to record before the step; None when it could not be read."""
        seen = self.seen.ask(known)
        return None if seen is UNREADABLE else ProofNote(seen=seen, refused=self._refusal(known))

    def refusal(self, noted: ProofNote | None, known: FactContext) -> str:
        """Return why the server refused the step; empty without a known refusal."""
        now = self._refusal(known)
        if noted is None or now is None or now == noted.refused:
            return ""
        return now[1]

    def _refusal(self, known: FactContext) -> tuple[str, ...] | None:
        said = None if self.refused is None else self.refused.ask(known)
        return None if said is None or said is UNREADABLE else tuple(said)

    def holds(self, noted: ProofNote | None, known: FactContext) -> bool | None:
        """Return whether the step is done; None when unknown."""
        seen = self.seen.ask(known)
        if seen is UNREADABLE or (self.compares and noted is None):
            return None
        return self.done(None if noted is None else noted.seen, seen)


def _make_guard(name: str, function: Callable[..., Any], *, of_topology: bool = False) -> Guard:
    return Guard(name=name, needs=dependencies_of(function), function=function, of_topology=of_topology)


# -- guards ----------------------------------------------------------------------------------------


def _hseck9_unused(licences: Entitlements, authorizations: LicenseAuthorizations | None) -> Text | None:
    for one in licences.items:
        name = f"{one.name or ''} {one.feature_name or ''} {one.tag or ''}".lower()
        if "hsec" in name and one.in_use:
            return _HSECK9_IN_USE
    if authorizations is not None and any(unit.installed for unit in authorizations.units):
        return _CODE_INSTALLED
    return None


def _trust_installed(trust: TrustCodes) -> Text | None:
    return None if trust.any_installed else _NO_TRUST


def _direct(transport: LicenseTransport) -> Text | None:
    direct = transport.kind in (TransportKind.SMART, TransportKind.CALLHOME)
    return None if direct else _NOT_DIRECT


def _transport_on(transport: LicenseTransport) -> Text | None:
    return _OFF if transport.kind is TransportKind.OFF else None


def _by_cslu(transport: LicenseTransport) -> Text | None:
    relayed = transport.kind is TransportKind.CSLU and transport.cslu_address is not None
    return None if relayed else _NOT_BY_CSLU


def _clock_set(clock: Clock) -> Text | None:
    return _CLOCK if clock.trust is ClockTrust.NOT_AUTHORITATIVE else None


def _config_saved(info: ConfigInfo) -> Text | None:
    changed, saved = info.changed, info.saved
    if changed is None or changed.at is None:
        return None
    return _UNSAVED if saved is None or saved.at is None or saved.at < changed.at else None


_HSECK9_IN_USE: Final = Text(
    "HSECK9 is in use: its authorization would be lost, and the export-controlled feature with it",
    "HSECK9 を使用中です。認可コードが失われ、輸出規制対象の機能が止まります",
)
_CODE_INSTALLED: Final = Text(
    "an authorization code (SLAC) is installed: return it in CSSM first",
    "認可コード (SLAC) が導入されています。先に CSSM へ返却してください",
)
_NO_TRUST: Final = Text(
    "no trust code is installed: use trust-token first",
    "信頼コードがありません。先に trust-token を実行してください",
)
_NOT_DIRECT: Final = Text(
    "the switch does not talk to CSSM directly: trust comes with the ACK from CSLU or SSM On-Prem",
    "CSSM へ直接通信していません。信頼コードは CSLU または SSM オンプレミスからの ACK で届きます",
)
_NOT_BY_CSLU: Final = Text(
    "the switch does not report to CSLU: use transport-cslu first",
    "CSLU 経由で報告する設定になっていません。先に transport-cslu を実行してください",
)
_OFF: Final = Text(
    "the transport is off: reports leave this switch as files, see slp-ops usage save",
    "トランスポートが off です。このスイッチの報告はファイルで行います (slp-ops usage save を参照)",
)
_CLOCK: Final = Text(
    "the clock is not set: certificates cannot be judged by it; configure NTP first",
    "時刻が設定されておらず、証明書を検証できません。先に NTP を設定してください",
)
_UNSAVED: Final = Text(
    "the running configuration is not saved: save or undo the changes first, a reload would ask for it",
    "running-config が保存されていません。reload 時に確認を求められるため、先に保存または取り消してください",
)
GUARDS: Final[Mapping[str, Guard]] = {
    each.name: each
    for each in (
        _make_guard("clock-set", _clock_set),
        _make_guard("config-saved", _config_saved),
        _make_guard("cslu-transport", _by_cslu, of_topology=True),
        _make_guard("direct-transport", _direct, of_topology=True),
        _make_guard("hseck9-unused", _hseck9_unused),
        _make_guard("transport-on", _transport_on, of_topology=True),
        _make_guard("trusted", _trust_installed),
    )
}


# -- words -----------------------------------------------------------------------------------------


def _force(trust: TrustCodes) -> str | None:
    """``force`` where a unit has trust already, and only there."""
    return "force" if trust.any_installed else None


def _hostname(software: Software) -> str | None:
    name = re.sub(r"[^A-Za-z0-9_.-]", "-", software.hostname or "")
    return name.lstrip(".-") or None


def _udis(instance: ProductInstance) -> str | None:
    """Return the UDIs of all units, as CSSM lists product instances."""
    units = dict.fromkeys(unit for unit in (instance.udi, *instance.members) if unit is not None)
    return "; ".join(f"PID:{unit.pid},SN:{unit.sn}" for unit in units) or None


WORDS: Final[Mapping[str, Guard]] = {
    each.name: each
    for each in (
        _make_guard("force", _force),
        _make_guard("hostname", _hostname),
        _make_guard("udis", _udis),
    )
}


# -- proofs ----------------------------------------------------------------------------------------


def _since(code: TrustCode, trust: TrustCodes) -> DeviceTime | None:
    """Return the time of a unit's code; a single switch of a newer agent prints it in the heading."""
    return (code.installed or trust.installed or code.valid) if code.is_installed else None


def _trust(trust: TrustCodes) -> dict[str, str | None]:
    if trust.codes:
        return {
            code.udi or f"unit {code.position}": moment.text if (moment := _since(code, trust)) else None
            for code in trust.codes
        }
    return {"": trust.installed.text if trust.installed else None}


def _trust_renewed(noted: Any, seen: dict[str, str | None]) -> bool:
    """Every unit has trust, and with ``force`` a newer one than before."""
    before = noted if isinstance(noted, dict) else {}
    return all(seen.values()) and (not any(before.values()) or before != seen)


def _refusal_of(name: str) -> Callable[..., Any]:
    """Return a function for time and reason of the server's last refusal of an exchange.

    A missing answer is no refusal.
    """

    def refused(statistics: CommunicationStatistics) -> tuple[str, str] | None:
        exchange = statistics.of(name)
        if exchange is None or exchange.last_failure is None or exchange.last_response is None:
            return None
        if exchange.last_response.word != "INVALID STATUS CODE":
            return None
        return exchange.last_failure.text, exchange.failure_reason or exchange.last_response.word

    refused.__annotations__ = {
        "statistics": CommunicationStatistics,
        "return": "tuple[str, str] | None",
    }
    return refused


def _text_of(name: str) -> Callable[..., Any]:
    def seen(reporting: UsageReporting) -> str | None:
        time = getattr(reporting, name)
        return None if time is None else str(time.text)

    seen.__annotations__ = {"reporting": UsageReporting, "return": "str | None"}
    return seen


def _value_changed(noted: Any, seen: Any) -> bool:
    return seen is not None and seen != noted


def _identrust(trustpool: Trustpool) -> bool:
    return trustpool.find(IDENTRUST) is not None


_UNITS: Final = {"year": 525_600, "week": 10_080, "day": 1440, "hour": 60, "minute": 1}


def _uptime(software: Software) -> int | None:
    """Minutes since the boot."""
    found = re.findall(r"(\d+) (year|week|day|hour|minute)s?", software.uptime or "")
    return sum(int(count) * _UNITS[unit] for count, unit in found) if found else None


def _rebooted(noted: Any, seen: int | None) -> bool:
    return seen is not None and isinstance(noted, int) and seen < noted


def _yes(noted: Any, seen: Any) -> bool:
    return seen is True


PROOFS: Final[Mapping[str, Proof]] = {
    each.name: each
    for each in (
        Proof(
            name="trust-installed",
            words="a new trust code is installed on every unit",
            reads=("show license status",),
            seen=_make_guard("trust", _trust),
            done=_trust_renewed,
            refused=_make_guard("trust refused", _refusal_of("Trust Establishment")),
            refusal_reads=("show license tech support",),
        ),
        Proof(
            name="report-sent",
            words="Last report push changes",
            reads=("show license status",),
            seen=_make_guard("last report push", _text_of("last_report_push")),
            done=_value_changed,
            refused=_make_guard("report refused", _refusal_of("Usage Reporting")),
            refusal_reads=("show license tech support",),
        ),
        Proof(
            name="ack-received",
            words="Last ACK received changes",
            reads=("show license status",),
            seen=_make_guard("last ACK", _text_of("last_ack")),
            done=_value_changed,
            refused=_make_guard("report refused", _refusal_of("Usage Reporting")),
            refusal_reads=("show license tech support",),
        ),
        Proof(
            name="usage-saved",
            words="Last report file write changes",
            reads=("show license status",),
            seen=_make_guard("last report file write", _text_of("last_report_file_write")),
            done=_value_changed,
        ),
        Proof(
            name="identrust-trusted",
            words="the trustpool contains IdenTrust Commercial Root CA 1",
            reads=("show crypto pki trustpool",),
            seen=_make_guard("IdenTrust root", _identrust),
            done=_yes,
            compares=False,
        ),
        Proof(
            name="reloaded",
            words="the switch has reloaded",
            reads=("show version",),
            seen=_make_guard("uptime", _uptime),
            done=_rebooted,
        ),
    )
}
