"""Initial licence state of a scenario: reports, trust and acknowledgements."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from slp_ops.lab.agent import RETRY, shows_cosmetic_deadline, usage_messages
from slp_ops.lab.deadlines import ack_deadline
from slp_ops.lab.delivery import EMPTY, TIMEOUT_504
from slp_ops.lab.licensing import (
    Backend,
    Class,
    Entitlement,
    Exchange,
    Licensing,
    LogEvent,
    Message,
    Policy,
    Registration,
    RumReport,
    RumState,
)

if TYPE_CHECKING:
    from slp_ops.lab.scenarios._schema import ExchangeForm, LicensingForm, PolicyClassForm
    from slp_ops.lab.state import SwitchState

_TITLES = {
    "network-advantage": "Network Advantage",
    "network-essentials": "Network Essentials",
    "dna-advantage": "DNA Advantage",
    "dna-essentials": "DNA Essentials",
}
_NAMESPACE = uuid.UUID("6d1f6a0e-2f6b-4a53-9d0c-5a2f9b1c7e10")


def build(form: LicensingForm, switch: SwitchState) -> Licensing:
    """Build the agent's state at the start of the switch."""
    start = switch.clock.start

    def back(span: timedelta | None) -> datetime | None:
        return None if span is None else start - span

    licensing = Licensing(
        entitlements=_entitlements(form, switch),
        policy=_policy(form, start),
        trust=_trust(form, switch),
        first_use=start - form.first_use,
        last_ack=back(form.last_ack),
        changed=back(form.changed),
        last_push=back(form.last_push),
        last_file_write=back(form.file_write),
        purged=form.reports.purged,
        acknowledged=form.reports.purged + form.reports.acknowledged,
        lost=form.reports.lost,
        write_erased=form.write_erased,
        backend=Backend(
            valid_tokens=frozenset(form.backend.valid_tokens)
            if form.backend.valid_tokens is not None
            else Backend().valid_tokens,
            knows_instance=form.backend.knows_instance,
            gateway_timeouts=form.backend.gateway_timeouts,
            poll_id_expired=form.backend.poll_id_expired,
            relays=form.backend.relays,
            gives_trust=form.backend.gives_trust,
        ),
        registration=Registration(
            registered=form.registered,
            renewed=start - form.trusted if form.registered else None,
            evaluation_ends=None if form.evaluation is None else start + form.evaluation,
            out_of_compliance=form.out_of_compliance,
            reservation=form.reservation,
            failed=back(form.renewal_failed),
            failure_reason=form.renewal_reason,
        ),
        authorization_code=form.hseck9 == "authorized",
    )
    if form.account:
        licensing.account, licensing.virtual_account = Backend().account, Backend().virtual_account
        licensing.account_as_of = licensing.last_ack or start - form.trusted
    for name, exchange in form.statistics.items():
        licensing.exchanges[name] = _exchange(exchange, start)
    licensing.reports = _reports(form, licensing, start)
    licensing.events = _events(switch, licensing)
    licensing.messages = _messages(switch, licensing)
    cosmetic = shows_cosmetic_deadline(switch.release)
    licensing.ack_deadline = ack_deadline(licensing, cosmetic=cosmetic)
    _schedule(form, licensing, start)
    return licensing


def _schedule(form: LicensingForm, licensing: Licensing, start: datetime) -> None:
    """Schedule the agent's next action: by its push interval, or by its retries while it fails."""
    if form.next_push is not None:
        licensing.next_push = start - form.next_push
    elif licensing.last_push is not None:
        licensing.next_push = licensing.last_push + timedelta(days=30)
    failing = [one for one in licensing.exchanges.values() if one.ongoing and one.last_failure]
    if failing:
        licensing.next_attempt = max(one.last_failure for one in failing if one.last_failure) + RETRY
        while licensing.next_attempt <= start:
            licensing.next_attempt += RETRY
        # A refusing answer is no communication failure, and no RESTORED follows it.
        lost = [one for one in failing if one.ongoing_communication or one.reason in (EMPTY, TIMEOUT_504)]
        licensing.failing = "failing since before" if lost else ""
    if form.polling is not None:
        licensing.poll_id, licensing.poll_due = form.polling, start + timedelta(minutes=22)


def tag(pid: str) -> str:
    """Return the hardware tag of entitlements: ``C9300-24``, ``C9500``."""
    found = re.fullmatch(r"(C9[23]\d\dL?)-(24|48).*", pid)
    if found:
        return f"{found[1]}-{found[2]}"
    # A chassis uses the name of its family: C9407R counts as C9400.
    return re.sub(r"^(C94)\d\dR$", r"\g<1>00", pid.split("-", maxsplit=1)[0])


def _entitlements(form: LicensingForm, switch: SwitchState) -> list[Entitlement]:
    kinds = Counter(tag(member.pid) for member in switch.members)
    found = []
    for kind, count in kinds.items():
        for feature in form.features:
            words = feature.replace("network", "Network").replace("dna", "DNA").replace("-", " ")
            description = (
                f"{kind} {words.replace('advantage', 'Advantage').replace('essentials', 'Essentials')}"
            )
            found.append(
                Entitlement(
                    feature=feature,
                    description=description,
                    metric=_metric(kind, feature),
                    # A chassis counts its subscription once, independent of its supervisors.
                    count=1 if switch.chassis and feature.startswith("dna") else count,
                    in_use=feature not in form.not_in_use,
                    perpetual=feature.startswith("network"),
                    since=switch.clock.start - form.first_use,
                )
            )
    if form.hseck9:
        found.append(
            Entitlement(
                feature="hseck9",
                description="Cat9K HSEC",
                metric=_metric("Cat9K", "HSEC"),
                count=1,
                export=True,
                authorized=form.hseck9 == "authorized",
                since=switch.clock.start - form.first_use,
            )
        )
    return found


def _metric(kind: str, feature: str) -> str:
    word = f"{kind}_{feature}".replace("-", "_")
    return f"regid.2017-05.com.cisco.{word},1.0_{uuid.uuid5(_NAMESPACE, word)}"


def _policy(form: LicensingForm, start: datetime) -> Policy:
    if form.policy is None:
        return Policy()

    def custom(values: PolicyClassForm) -> Class:
        return Class(
            first=values.first,
            frequency=values.frequency,
            change=values.change,
            origin="Customer Policy",
        )

    return Policy(
        name=form.policy.name,
        installed=start - form.policy.installed,
        perpetual=custom(form.policy.perpetual),
        subscription=custom(form.policy.subscription),
    )


def _trust(form: LicensingForm, switch: SwitchState) -> dict[str, datetime]:
    if form.trust == "none":
        return {}
    when = switch.clock.start - form.trusted
    members = (switch.active,) if form.trust == "active" else switch.members
    return {member.serial: when + timedelta(seconds=number // 2) for number, member in enumerate(members)}


def _exchange(form: ExchangeForm, start: datetime) -> Exchange:
    def back(span: timedelta | None) -> datetime | None:
        return None if span is None else start - span

    return Exchange(
        total=form.total,
        success=form.success,
        fail=form.fail,
        ongoing=form.ongoing,
        ongoing_communication=form.communication,
        response=form.response,
        responded=back(form.responded),
        reason=form.reason,
        last_success=back(form.last_success),
        last_failure=back(form.last_failure),
    )


def _events(switch: SwitchState, licensing: Licensing) -> list[LogEvent]:
    """Return the platform's events: at the boot, and every eight hours of the last three days."""
    start, step = switch.clock.start, timedelta(hours=8)
    moments = [switch.booted + timedelta(seconds=76)]
    moments += [start - step * number for number in range(9, 0, -1) if start - step * number > moments[0]]
    events = []
    for moment in moments:
        features = ",".join(sorted({one.feature for one in licensing.entitlements}))
        reset = (
            'SAEVT_PLATFORM eventSource="INFRA_SL" eventName="INFRA_SL_EVLOG_ERM_RESET" '
            f'MSG="ERM-Reset: Client 0, AP-GROUP group, {len(licensing.entitlements)} features {features}"'
        )
        events.append(LogEvent(when=moment, text=reset))
        for number, one in enumerate(licensing.entitlements, 1):
            text = f'SAEVT_ENDPOINT_USAGE count="{one.count}" entitlementTag="{one.metric}"'
            events.append(LogEvent(when=moment + timedelta(milliseconds=number), text=text))
    return events


def _messages(switch: SwitchState, licensing: Licensing) -> list[Message]:
    """Return the last report and its answer, if any."""
    if licensing.last_push is None:
        return []
    return list(usage_messages(switch, licensing.last_push, len(licensing.entitlements), 1_000_017))


def _reports(form: LicensingForm, licensing: Licensing, start: datetime) -> list[RumReport]:
    """Return the reports, oldest first; one open report for each licence in use comes last."""
    used = [entitlement for entitlement in licensing.entitlements if entitlement.in_use]
    if not used:
        return []
    counts = form.reports
    states = (
        [RumState.ACK] * counts.acknowledged
        + [RumState.UNACK] * counts.unacknowledged
        + [RumState.CLOSED] * counts.closed
        + [RumState.OPEN] * len(used)
    )
    first = int((start - form.first_use - datetime(1970, 1, 1)).total_seconds())  # noqa: DTZ001 - UTC
    rounds = -(-len(states) // len(used))
    span = form.first_use / max(rounds, 1)
    reports = []
    flagged = counts.flagged
    for number, state in enumerate(states):
        entitlement = used[number % len(used)]
        begun = start - form.first_use + span * (number // len(used))
        flag = state is RumState.UNACK and flagged > 0
        flagged -= flag
        reports.append(
            RumReport(
                id=first + number,
                feature=entitlement.feature,
                metric=entitlement.metric,
                state=state,
                flag="E" if flag else "N",
                start=begun,
                end=None if state is RumState.OPEN else begun + span,
                previous=first + number - len(used) if number >= len(used) else 0,
                next=first + number + len(used) if number + len(used) < len(states) else 0,
                reason={RumState.ACK: "ACKED", RumState.OPEN: "None"}.get(state, "REPORTING"),
                transaction_message=counts.message if flag else "<none>",
            )
        )
    return reports
