# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Checks of the licences."""

from __future__ import annotations

from slp_ops.facts import CommunicationStatistics, Entitlement, Entitlements, LicenseAuthorizations
from slp_ops.model import Evidence, Severity
from slp_ops.rules.checks._links import OVERVIEW, TASKS
from slp_ops.rules.message_catalog import Catalogue
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown

TEXTS = texts_of(__name__)

_LEVELS = ("network-", "dna-", "essentials", "advantage")
_HSECK9 = "hseck9"


@rule(
    "not-in-use",
    group=Group.LICENCES,
    severity=Severity.WARNING,
    links=(OVERVIEW,),
)
def not_in_use(entitlements: Entitlements) -> Judgement:
    """Fail on network and DNA levels that no entry shows IN USE; feature licences are ignored.

    A level has one entry per model. The entry of a model that left the stack stays NOT IN USE, while
    the level itself is in use.
    """
    levels = [item for item in entitlements.items if (item.name or "").lower().startswith(_LEVELS)]
    used = {item.name for item in levels if item.in_use}
    idle = [item for item in levels if item.status == "NOT IN USE" and item.name not in used]
    if not levels:
        return Unknown(why=TEXTS["not-in-use.none-listed"])
    if not idle:
        return Passed()
    return Failed(
        summary=TEXTS["not-in-use.summary"].format(
            names=", ".join(dict.fromkeys(item.name or "" for item in idle))
        ),
        evidence=tuple(evidence for item in idle for evidence in item.cite("status")),
    )


@rule(
    "hseck9-not-authorized",
    group=Group.LICENCES,
    severity=Severity.ERROR,
    links=(TASKS,),
)
def hseck9_not_authorized(
    catalogue: Catalogue,
    entitlements: Entitlements | None,
    authorizations: LicenseAuthorizations | None,
    statistics: CommunicationStatistics | None,
) -> Judgement:
    """Judge a licence that is in use or requested, without an authorization code on any unit.

    CSSM refuses the request where the account has no licence left.
    """
    if statistics is not None and (refusal := _refusal(statistics, catalogue)):
        return Failed(summary=TEXTS["hseck9-not-authorized.none-left"], evidence=refusal)
    if entitlements is None:
        return Unknown(missing=(Entitlements,))
    found = [item for item in entitlements.items if (item.name or "").lower() == _HSECK9]
    wanted = [item for item in found if item.status in ("IN USE", "NOT AUTHORIZED")]
    if not wanted:
        return NotApplicable(why=TEXTS["hseck9-not-authorized.not-in-use"])
    refused = [item for item in wanted if item.status == "NOT AUTHORIZED"]
    if refused:
        return _failed(refused, authorizations)
    if authorizations is None or not authorizations.units:
        return Unknown(missing=(LicenseAuthorizations,))
    if all(unit.installed for unit in authorizations.units):
        return Passed()
    return _failed(wanted, authorizations)


def _refusal(statistics: CommunicationStatistics, catalogue: Catalogue) -> tuple[Evidence, ...]:
    """Return the lines of a request for an authorization code that CSSM refuses now."""
    for each in statistics.exchanges:
        reason = catalogue.reason(each.failure_reason, None)
        if each.failing_now and reason is not None and reason.rule == "hseck9-not-authorized":
            return each.cite("attempts", "failure_reason")
    return ()


def _failed(items: list[Entitlement], authorizations: LicenseAuthorizations | None) -> Failed:
    units = () if authorizations is None else authorizations.units
    return Failed(
        summary=TEXTS["hseck9-not-authorized.summary"],
        evidence=(
            *(evidence for item in items for evidence in item.cite("status")),
            *(evidence for unit in units if not unit.installed for evidence in unit.cite("status")),
        ),
    )
