"""Inputs without which a device is never called clean.

Release, clock, transport, trust, ACK or deadline, licences in use, and the log or the Communication
Statistics. Before Smart Licensing Using Policy, registration and authorization replace trust and ACK. With
the transport off the log does not count. The software of another platform is never clean. Facts beside these
leave single rules unknown, and do not prevent a verdict on the device.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.facts import (
    Authorization,
    Clock,
    CommunicationStatistics,
    Entitlements,
    LicenseConfig,
    LicenseTransport,
    Registration,
    Software,
    SyslogBuffer,
    TransportKind,
    TrustCodes,
    UsageReporting,
)
from slp_ops.i18n import Text
from slp_ops.iosxe.platforms import is_catalyst
from slp_ops.json_documents import json_document
from slp_ops.rules.derived.agent_states import AgentStates
from slp_ops.rules.derived.deadline import COSMETIC, Deadline, DeadlineEffect
from slp_ops.rules.derived.era import LicensingEra
from slp_ops.rules.derived.log import LicenceLog
from slp_ops.rules.derived.now import SwitchTime
from slp_ops.rules.engine import explain_missing, incomplete
from slp_ops.rules.rule import Era
from slp_ops.rules.texts import texts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slp_ops.facts import Fact
    from slp_ops.rules.dependencies import FactContext

TEXTS: Final = texts_of(__name__)


@json_document
class MissingInput:
    """A required input that was not read: its name, and the command that it needs."""

    name: Text
    why: Text


def missing_inputs(known: FactContext) -> tuple[MissingInput, ...]:
    """Return the required inputs that are missing; none means enough to judge the device."""
    deadline = known.get(Deadline)
    is_open = deadline is not None and deadline.effect is DeadlineEffect.UNKNOWN
    return (
        *_of_other_family(known),
        *(
            MissingInput(name=name, why=_why(known, fact, decides_deadline=is_open))
            for name, fact, is_read in _inputs(known)
            if not is_read
        ),
    )


def _of_other_family(known: FactContext) -> Iterator[MissingInput]:
    """Yield the platform where the software is that of a router or wireless controller.

    They have the same licence agent, but releases, entitlements and notices of their own.
    """
    software = known.get(Software)
    family = None if software is None else software.image_family
    if family is not None and not is_catalyst(family):
        yield MissingInput(name=TEXTS["platform"], why=TEXTS["other-family"].format(family=family))


# The values that decide whether an input was read, where it is not the fact itself.
_READ_FROM: Final[Mapping[type[Fact], tuple[type, ...]]] = {
    Clock: (SwitchTime,),
    SyslogBuffer: (LicenceLog, CommunicationStatistics),
}


def _why(known: FactContext, fact: type[Fact], *, decides_deadline: bool) -> Text:
    """Return the command that an input needs, and its part in the effect of the deadline."""
    with known.watch() as cut:
        for kind in _READ_FROM.get(fact, (fact,)):
            known.get(kind)
    if cut:
        return incomplete(cut, known.facts)
    log = known.get(LicenceLog) if fact is SyslogBuffer else None
    if log is not None and log.partial is not None:
        return log.partial
    why = explain_missing((fact,), known.facts)
    if not decides_deadline or fact not in (Entitlements, Software):
        return why
    return TEXTS["decides-deadline"].format(why=why, bug=COSMETIC)


def _inputs(known: FactContext) -> Iterator[tuple[Text, type[Fact], bool]]:
    """Yield each input with the fact to read for it, and the answer to "was it read"."""
    era, registration = known.get(LicensingEra), known.get(Registration)
    software, config = known.get(Software), known.get(LicenseConfig)
    statistics = known.get(CommunicationStatistics)
    log = known.get(LicenceLog)
    communication = (log is not None and log.shows_failures) or (
        statistics is not None and bool(statistics.exchanges)
    )
    yield (
        TEXTS["release"],
        Software,
        software is not None and (software.version or software.release) is not None,
    )
    # A switch with reserved licences exchanges nothing, and has no date to keep.
    states = known.get(AgentStates)
    is_reserved = states is not None and states.is_reserved
    yield TEXTS["clock"], Clock, is_reserved or known.get(SwitchTime) is not None
    yield (
        TEXTS["transport"],
        LicenseTransport,
        known.get(LicenseTransport) is not None or (config is not None and config.transport is not None),
    )
    if era is not None and era.era is Era.SL:
        authorization = known.get(Authorization)
        status = None if registration is None else registration.status
        yield TEXTS["registration"], Registration, status is not None
        authorized = None if authorization is None else authorization.status
        yield TEXTS["authorization"], Authorization, authorized is not None
        last = None if authorization is None else authorization.last_communication
        communication = communication or is_reserved or last is not None
    else:
        # With the transport off a switch exchanges files: nothing can fail in a log.
        transport = known.get(LicenseTransport)
        communication = communication or (transport is not None and transport.kind is TransportKind.OFF)
        yield TEXTS["trust"], TrustCodes, known.get(TrustCodes) is not None
        usage = known.get(UsageReporting)
        yield TEXTS["ack"], UsageReporting, usage is not None and usage.prints_deadline
    yield TEXTS["licences"], Entitlements, known.get(Entitlements) is not None
    yield TEXTS["communication"], SyslogBuffer, communication
