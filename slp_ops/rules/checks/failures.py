# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Checks of the reasons that failures themselves name."""

from __future__ import annotations

from dataclasses import replace

from slp_ops.facts import CommunicationStatistics
from slp_ops.iosxe.names import is_address
from slp_ops.model import Confidence, Severity
from slp_ops.rules.checks._links import MESSAGES, OVERVIEW, SMART_TRANSPORT, TASKS
from slp_ops.rules.checks._reasons import STARVED, by_reason, by_statistics
from slp_ops.rules.derived.communication import Communication
from slp_ops.rules.derived.poll_record import poll_record
from slp_ops.rules.derived.route import Route
from slp_ops.rules.message_catalog import Catalogue
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, Passed

TEXTS = texts_of(__name__)


@rule(
    "http-timeout",
    group=Group.COMMUNICATION,
    severity=Severity.ERROR,
    links=(OVERVIEW, SMART_TRANSPORT),
    playbooks=("http-source-interface",),
    explains=("comm-failing-now", "comm-flapping", *STARVED),
    era=None,
)
def http_timeout(communication: Communication) -> Judgement:
    """Judge a current ERR 207."""
    return by_reason(
        "http-timeout",
        TEXTS["http-timeout.summary"],
        communication,
    )


@rule(
    "http-aborted",
    group=Group.COMMUNICATION,
    severity=Severity.ERROR,
    links=(SMART_TRANSPORT,),
    playbooks=("trustpool-identrust",),
    explains=("comm-failing-now", "comm-flapping", *STARVED),
    era=None,
)
def http_aborted(communication: Communication) -> Judgement:
    """Judge a current ERR 205."""
    return by_reason(
        "http-aborted",
        TEXTS["http-aborted.summary"],
        communication,
    )


@rule(
    "relay-certificate-refused",
    group=Group.COMMUNICATION,
    severity=Severity.ERROR,
    links=(TASKS,),
    explains=("comm-failing-now", "comm-flapping", "trust-missing", *STARVED),
    era=None,
)
def relay_certificate_refused(communication: Communication, route: Route | None) -> Judgement:
    """Judge a current failure to verify the certificate of CSLU or SSM On-Prem."""
    server = None if route is None else route.server
    if server is None:
        summary = TEXTS["relay-certificate-refused.summary"].format(
            host=TEXTS["relay-certificate-refused.server"]
        )
    elif is_address(server.host):
        summary = TEXTS["relay-certificate-refused.address"].format(host=server.host)
    else:
        summary = TEXTS["relay-certificate-refused.summary"].format(host=server.host)
    judged = by_reason("relay-certificate-refused", summary, communication)
    if not isinstance(judged, Failed) or server is None:
        return judged
    return replace(judged, evidence=(*judged.evidence, *server.cite()))


@rule(
    "licence-data-rejected",
    group=Group.COMMUNICATION,
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    links=(MESSAGES,),
    explains=("comm-failing-now", "comm-flapping", *STARVED),
    era=None,
)
def licence_data_rejected(communication: Communication) -> Judgement:
    """Judge a current failure to verify the answer of the server."""
    return by_reason("licence-data-rejected", TEXTS["licence-data-rejected.summary"], communication)


@rule(
    "polling-id-invalid",
    group=Group.COMMUNICATION,
    severity=Severity.ERROR,
    links=("https://bst.cisco.com/bugsearch/bug/CSCwa11048",),
    playbooks=("usage-sync", "factory-reset"),
    explains=("comm-failing-now", "comm-flapping", *STARVED),
)
def polling_id_invalid(
    communication: Communication, statistics: CommunicationStatistics | None, catalogue: Catalogue
) -> Judgement:
    """Judge the reason of a current failure in the statistics, or a record of many failures with it."""
    judged = by_statistics("polling-id-invalid", TEXTS["polling-id-invalid.summary"], communication)
    polls = None if statistics is None else poll_record(statistics, catalogue)
    if not isinstance(judged, Passed) or polls is None or not (polls.many_failed and polls.unknown_id):
        return judged
    return Failed(
        summary=TEXTS["polling-id-invalid.record"].format(
            fail=polls.failed, total=polls.total, share=polls.share
        ),
        evidence=polls.evidence,
        severity=Severity.WARNING,
        confidence=Confidence.MEDIUM,
    )


@rule(
    "server-timeout-504",
    group=Group.COMMUNICATION,
    severity=Severity.WARNING,
    links=(MESSAGES,),
    playbooks=("usage-sync",),
    explains=("comm-failing-now", "comm-flapping", *STARVED),
    era=None,
)
def server_timeout_504(communication: Communication) -> Judgement:
    """Judge a current 504."""
    return by_reason(
        "server-timeout-504",
        TEXTS["server-timeout-504.summary"],
        communication,
    )


@rule(
    "empty-response",
    group=Group.COMMUNICATION,
    severity=Severity.ERROR,
    links=(TASKS,),
    playbooks=("transport-on-prem", "transport-smart"),
    explains=("comm-failing-now", "comm-flapping", *STARVED),
)
def empty_response(communication: Communication) -> Judgement:
    """Judge a current empty answer."""
    return by_reason(
        "empty-response",
        TEXTS["empty-response.summary"],
        communication,
    )
