# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Call-home: is it set up for licensing, and is it the way to go?"""

from __future__ import annotations

from slp_ops.facts import CallHomeConfig, CallHomeLicensing, LicenseTransport, TransportKind
from slp_ops.i18n import Text
from slp_ops.model import Evidence, Severity
from slp_ops.rules.checks._links import SMART_TRANSPORT, TASKS
from slp_ops.rules.checks.transport import other_transport
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.values import Failed, Judgement, Passed, Unknown
from slp_ops.rules.views.communication import Communication


@rule(
    "callhome-profile-inactive",
    group=Group.TRANSPORT,
    severity=Severity.ERROR,
    title=Text(
        "Call-home is not set up to carry licence data", "Call-home プロファイルでライセンス送信が無効"
    ),
    cause=Text(
        "The transport is call-home, but no active profile reports licence data by HTTP, so that nothing is "
        "sent.",
        "トランスポートは Call-home ですが、ライセンス情報を HTTP で送信する有効なプロファイルがないため、"
        "何も送信されません。",
    ),
    remedy=(
        Text(
            "Under 'call-home', 'profile \"CiscoTAC-1\"': 'active', 'destination transport-method http' and "
            "'reporting smart-licensing-data'; 'service call-home' globally.",
            "'call-home' の 'profile \"CiscoTAC-1\"' に 'active'、'destination transport-method http'、"
            "'reporting smart-licensing-data' を設定し、グローバルに 'service call-home' を設定します。",
        ),
        Text(
            "Check with 'show call-home smart-licensing': enabled, status ACTIVE, the URL of "
            "tools.cisco.com.",
            "'show call-home smart-licensing' で enabled、status: ACTIVE、"
            "tools.cisco.com の URL を確認します。",
        ),
        Text(
            "Or move to smart transport, the recommended direct way.",
            "または、推奨される Smart トランスポートへ移行します。",
        ),
    ),
    links=(TASKS,),
    playbooks=("transport-callhome", "transport-smart"),
    explains=("comm-failing-now", "comm-flapping", "never-acknowledged"),
)
def callhome_profile_inactive(
    transport: LicenseTransport,
    profile: CallHomeLicensing | None,
    config: CallHomeConfig | None,
    communication: Communication | None,
) -> Judgement:
    """What the switch prints about the profile counts, then its configuration, then the failure's reason."""
    if transport.kind is not TransportKind.CALLHOME:
        return other_transport(transport)
    evidence: list[Evidence] = []
    if profile is not None:
        if (profile.messages or "").lower() == "disabled":
            evidence += profile.cite("messages")
        if (profile.profile_status or "ACTIVE").upper() != "ACTIVE":
            evidence += profile.cite("profile_status")
    if config is not None:
        evidence += _configured_wrong(config)
    if not evidence and communication is not None:
        evidence += communication.reasons.get("callhome-profile-inactive", ())
    if evidence:
        return Failed(
            summary=Text(
                "The transport is call-home, but its profile does not send licence data",
                "トランスポートは Call-home ですが、プロファイルからライセンス情報が送信されません",
            ),
            evidence=tuple(evidence),
        )
    if profile is None and config is None:
        return Unknown(missing=(CallHomeLicensing,))
    return Passed()


def _configured_wrong(config: CallHomeConfig) -> list[Evidence]:
    """The lines by which no profile of the configuration sends licence data."""
    reporting = [profile for profile in config.profiles if profile.reporting_smart_licensing is not False]
    if not config.profiles or any(profile.active for profile in reporting):
        return []
    return [
        evidence
        for profile in config.profiles
        for evidence in profile.cite("active" if not profile.active else "reporting_smart_licensing")
    ]


@rule(
    "callhome-transport",
    group=Group.TRANSPORT,
    severity=Severity.INFO,
    title=Text(
        "Reports go by call-home; smart transport is the recommended way",
        "Call-home を使用中 (Smart トランスポートを推奨)",
    ),
    cause=Text(
        "Call-home works, but smart transport is Cisco's recommendation for a direct connection: fewer "
        "parts, "
        "a server of its own, and no periodic data of Smart Call Home.",
        "Call-home でも動作しますが、CSSM への直接接続には Smart トランスポートが推奨されています。"
        "構成が単純で、"
        "Smart Call Home の定期送信も不要になります。",
    ),
    remedy=(
        Text(
            "When convenient: let TCP 443 to smartreceiver.cisco.com through, then 'license smart transport "
            "smart' and 'license smart url default'.",
            "都合のよい時期に smartreceiver.cisco.com への TCP 443 を許可し、"
            "'license smart transport smart' と "
            "'license smart url default' を設定します。",
        ),
    ),
    links=(SMART_TRANSPORT,),
    playbooks=("transport-smart",),
)
def callhome_transport(transport: LicenseTransport) -> Judgement:
    """Information: there is a better way."""
    if transport.kind is not TransportKind.CALLHOME:
        return Passed()
    return Failed(
        summary=Text("Reports go by call-home", "レポートは Call-home で送信されています"),
        evidence=transport.cite("type"),
    )
