"""Smart Agent over simulated time: requests trust, sends reports, polls for the ACK.

``settle`` runs every event that is due, in order, each at its own time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from slp_ops.lab import delivery, reports
from slp_ops.lab.deadlines import ack_deadline
from slp_ops.lab.hardware import IDENTRUST, Load
from slp_ops.lab.licensing import Exchange, Licensing, LogEvent, Message
from slp_ops.lab.transport import Kind, transport_of
from slp_ops.lab.world import Peer
from slp_ops.release import Release

if TYPE_CHECKING:
    from collections.abc import Callable

    from slp_ops.lab.state import SwitchState

RETRY: Final = timedelta(hours=1)
PUSH_INTERVAL: Final = timedelta(days=30)
_TRUST_TAKES: Final = timedelta(seconds=30)
_SYNC_TAKES: Final = timedelta(seconds=5)
_NEVER: Final = datetime.max  # noqa: DTZ901 - simulated UTC is naive
_COSMETIC_FIXED: Final = {(17, 6): Release.parse("17.6.6"), (17, 9): Release.parse("17.9.4")}


def settle(switch: SwitchState) -> None:
    """Run every event of the agent that is due by now."""
    if not switch.traits.slp or switch.is_down:
        return
    now, licensing = switch.now(), switch.licensing
    while True:
        when, act = min(_due(switch, licensing), key=lambda event: event[0])
        if when > now:
            return
        act(switch, when)


def _due(
    switch: SwitchState, licensing: Licensing
) -> list[tuple[datetime, Callable[[SwitchState, datetime], None]]]:
    """Return the next event. Without trust the agent sends nothing to CSSM directly."""
    transport = transport_of(switch)
    able = transport.kind is not Kind.OFF
    allowed = able and (not transport.direct or bool(licensing.trust))
    return [
        (licensing.trust_due or _NEVER, _ask_for_trust),
        (licensing.push_due or _NEVER if allowed else _NEVER, _push),
        (licensing.next_attempt or _NEVER if allowed else _NEVER, _try_again),
        # While an attempt is due, the schedule waits for it.
        (licensing.next_push or _NEVER if allowed and licensing.next_attempt is None else _NEVER, _push),
        (licensing.poll_due or _NEVER if allowed else _NEVER, _poll),
    ]


def _exchange(switch: SwitchState, name: str, now: datetime) -> delivery.Delivery | None:
    """Run one exchange and log its messages; the caller counts the success."""
    licensing = switch.licensing
    exchange = licensing.exchanges[name]
    sent = delivery.deliver(switch, exchange.total)
    if sent is None:
        return None
    transport = transport_of(switch)
    whom = delivery.target(transport)
    if sent.arrived:
        if licensing.failing:
            switch.say_at(now, "SMART_LIC", 5, "COMM_RESTORED", f"Communications with the {whom} restored")
            licensing.events.append(LogEvent(when=now, text=f'SAEVT_COMM_RESTORED msgType="{name}"'))
            licensing.failing = ""
        licensing.next_attempt = None
        return sent
    if sent.error:
        switch.say_at(
            now,
            "CALL_HOME",
            5,
            "SL_MESSAGE_FAILED",
            f"Fail to send out Smart Licensing message to: {transport.url} (ERR {sent.error})",
        )
    if sent.answered:
        exchange.failed(now, "INVALID STATUS CODE", sent.reason)
    else:
        exchange.failed(now, "NO REPLY")
    switch.say_at(
        now, "SMART_LIC", 3, "COMM_FAILED", f"Communications failure with the {whom} : {sent.reason}"
    )
    licensing.events.append(
        LogEvent(when=now, text=f'SAEVT_COMM_FAIL msgType="{name}" error="{sent.reason}"')
    )
    licensing.failing = sent.reason
    licensing.next_attempt = now + RETRY
    return sent


def _try_again(switch: SwitchState, now: datetime) -> None:
    """Retry after a failure: with a report when one may be sent, else with a hello to CSLU."""
    licensing = switch.licensing
    licensing.next_attempt = None
    reports.roll(switch, now)
    if transport_of(switch).kind is Kind.CSLU and licensing.last_push is None:
        hello = licensing.exchanges["Hello Message"]
        sent = _exchange(switch, "Hello Message", now)
        if sent is None or not sent.arrived:
            return
        hello.succeed(now)
    _push(switch, now)


def _push(switch: SwitchState, now: datetime) -> None:
    """Send every pending report."""
    licensing = switch.licensing
    licensing.push_due = None
    reports.roll(switch, now)
    sent = _exchange(switch, "Usage Reporting", now)
    if sent is None or not sent.arrived:
        return
    usage = licensing.exchanges["Usage Reporting"]
    if sent.peer is Peer.ON_PREM_OLD:
        usage.failed(now, "INVALID STATUS CODE", "Reporting is not supported")
        switch.say_at(
            now,
            "SMART_LIC",
            4,
            "REPORTING_NOT_SUPPORTED",
            "The CSSM OnPrem that this product instance is connected to is down rev and does not "
            "support the enhanced policy and usage reporting mode.",
        )
        licensing.next_attempt = now + RETRY
        return
    if sent.peer is Peer.CSSM and not licensing.backend.knows_instance:
        usage.failed(now, "INVALID STATUS CODE", _UNKNOWN_INSTANCE)
        licensing.next_attempt = now + timedelta(days=1)
        return
    count = reports.sent(switch, now)
    usage.succeed(now, "OK_POLL")
    if sent.peer is Peer.CSSM:
        licensing.exchanges["Trust Sync"].succeed(now)
    licensing.messages += usage_messages(switch, now, count, licensing.poll_id or 0)
    del licensing.messages[:-20]
    licensing.last_push = now
    licensing.next_push = now + PUSH_INTERVAL
    licensing.poll_due = now + timedelta(seconds=licensing.backend.ack_delay)


def usage_messages(switch: SwitchState, now: datetime, count: int, poll_id: int) -> tuple[Message, Message]:
    """Return a usage report and its answer in the form of the message history."""
    sudi = f'{{"udi_pid":"{switch.active.pid}","udi_serial_number":"{switch.active.serial}"}}'
    request = (
        f'{{"request_type":"LICENSE_USAGE","hostname":"{switch.hostname}","sudi":{sudi},"reports":{count}}}'
    )
    response = f'{{"status":"OK_POLL","poll_id":{poll_id},"poll_interval":1800}}'
    return (
        Message(exchange="Usage Reporting", direction="REQUEST", when=now, text=request),
        Message(exchange="Usage Reporting", direction="RESPONSE", when=now, text=response),
    )


def _poll(switch: SwitchState, now: datetime) -> None:
    """Ask whether the reports have been processed."""
    licensing = switch.licensing
    licensing.poll_due = None
    sent = _exchange(switch, "Result Polling", now)
    if sent is None:
        return
    polling = licensing.exchanges["Result Polling"]
    if not sent.arrived:
        licensing.poll_due = now + RETRY
        return
    if licensing.backend.poll_id_expired:
        polling.failed(
            now,
            "INVALID STATUS CODE",
            f"Invalid Polling Id {licensing.poll_id} provided in the polling request",
        )
        licensing.poll_due = now + RETRY
        return
    if sent.peer is Peer.CSLU and not licensing.backend.relays:
        polling.succeed(now, "OK_POLL")  # CSLU has no answer yet
        licensing.poll_due = now + timedelta(days=1)
        return
    polling.succeed(now)
    acknowledged(switch, now)
    if sent.peer is not Peer.CSSM and switch.traits.account and licensing.backend.gives_trust:
        for member in switch.members:
            licensing.trust.setdefault(member.serial, now)


def acknowledged(switch: SwitchState, now: datetime, numbers: frozenset[int] | None = None) -> None:
    """Process an ACK: from the server for all pending reports, or from a file for the named ones."""
    licensing = switch.licensing
    reports.acknowledge(licensing, numbers)
    licensing.last_ack, licensing.changed, licensing.poll_id = now, None, None
    licensing.write_erased = False
    licensing.account = licensing.backend.account
    licensing.virtual_account = licensing.backend.virtual_account
    licensing.account_as_of = now
    licensing.ack_deadline = ack_deadline(licensing, cosmetic=shows_cosmetic_deadline(switch.release))


def shows_cosmetic_deadline(release: Release) -> bool:
    """CSCvy20345: fixed in 17.6.6, 17.9.4 and 17.13.1; earlier releases show a meaningless date."""
    fixed = _COSMETIC_FIXED.get(release.train)
    return release.train < (17, 13) if fixed is None else release < fixed


def _ask_for_trust(switch: SwitchState, now: datetime) -> None:
    """Trade the id token for trust codes."""
    licensing = switch.licensing
    token, scope, force = licensing.pending_token
    licensing.trust_due = None
    licensing.pending_token = ("", "", False)
    members = (switch.active,) if scope == "local" else switch.members
    fresh = [member for member in members if force or member.serial not in licensing.trust]
    if not fresh:
        for member in members:
            switch.say_at(
                now,
                "SMART_LIC",
                3,
                "TRUST_CODE_INSTALL_FAILED",
                "The install of a new licensing trust code has failed on "
                f"P:{member.pid},S:{member.serial}: Trust code already installed.",
            )
        return
    trusting: Exchange = licensing.exchanges["Trust Establishment"]
    sent = _exchange(switch, "Trust Establishment", now)
    if sent is None or not sent.arrived:
        return
    if token not in licensing.backend.valid_tokens:
        trusting.failed(now, "INVALID STATUS CODE", f'{{"token":["The token {token} is not valid"]}}')
        return
    trusting.succeed(now)
    licensing.backend.knows_instance = True
    for member in fresh:
        licensing.trust[member.serial] = now
        switch.say_at(
            now,
            "SMART_LIC",
            6,
            "TRUST_CODE_INSTALL_SUCCESS",
            f"A new licensing trust code was successfully installed on P:{member.pid},S:{member.serial}.",
        )
    licensing.imports["TRUST CODE"] = now
    licensing.account = licensing.backend.account
    licensing.virtual_account = licensing.backend.virtual_account
    licensing.account_as_of = now
    licensing.next_push = now + timedelta(minutes=5)


def configured(switch: SwitchState, line: str) -> None:
    """Handle an accepted configuration line: the agent tries a changed route within a minute."""
    if "license smart" in line or "name-server" in line or "profile" in line or "source-interface" in line:
        licensing = switch.licensing
        if licensing.failing or licensing.last_push is None:
            licensing.next_attempt = switch.now() + timedelta(minutes=1)


def booted(switch: SwitchState) -> None:
    """Handle a boot: the agent starts, and a pending factory reset takes effect."""
    now, licensing = switch.booted, switch.licensing
    if licensing.reset_pending:
        _forget(switch, now)
    elif switch.write_erased:
        licensing.last_ack, licensing.write_erased = None, True
        licensing.ack_deadline = ack_deadline(licensing)
    switch.write_erased = False
    for seconds, severity, mnemonic, text in _BOOT:
        switch.say_at(now + timedelta(seconds=seconds), "SMART_LIC", severity, mnemonic, text)
    reports.roll(switch, now)
    licensing.next_attempt = now + timedelta(minutes=5)


def _forget(switch: SwitchState, now: datetime) -> None:
    """Restore the licence state of a new switch. CSSM keeps its stale product instance."""
    old = switch.licensing
    switch.load = Load()  # CPU time used by the agent's processes
    for entitlement in old.entitlements:
        entitlement.since = now
    backend = old.backend
    backend.poll_id_expired = backend.gateway_timeouts = False
    switch.licensing = Licensing(
        entitlements=[one for one in old.entitlements if not one.export or one.authorized],
        first_use=now,
        backend=backend,
        registration=old.registration,
    )
    switch.licensing.ack_deadline = ack_deadline(switch.licensing)


def trust_idtoken(switch: SwitchState, token: str, scope: str, *, force: bool) -> str:
    """Request trust; the answer arrives later."""
    switch.settle()
    switch.licensing.pending_token = (token, scope, force)
    switch.licensing.trust_due = switch.now() + _TRUST_TAKES
    return ""


def sync(switch: SwitchState, scope: str) -> str:
    """Report within seconds, ahead of the schedule."""
    switch.settle()
    switch.licensing.push_due = switch.now() + _SYNC_TAKES
    return ""


def factory_reset(switch: SwitchState) -> str:
    """Forget everything at the next reload."""
    switch.settle()
    switch.licensing.reset_pending = True
    return '%Warning: reload required after "license smart factory reset" command'


def upgraded(switch: SwitchState, release: Release) -> None:
    """Boot another release, as Cisco 216520 describes: a registration becomes trust, call-home stays."""
    registered = switch.licensing.registration.registered
    was_slp = switch.traits.slp
    switch.release = release
    switch.__dict__.pop("traits", None)
    if was_slp or not switch.traits.slp:
        return
    if registered:
        for config in filter(None, (switch.config, switch.startup)):
            config.apply("license smart transport callhome")
        switch.licensing.trust = {member.serial: switch.now() for member in switch.members}
    switch.licensing.first_use = switch.now()
    if IDENTRUST not in switch.trustpool:  # later images have it built in
        switch.trustpool.append(IDENTRUST)


_UNKNOWN_INSTANCE: Final = (
    '{"product_instance_identifier":["The identity for the instance 6f0c1d52-7a0e-4d7e-9b1f-31b0c2a4d9e8 '
    'is not valid.Please re-register the instance."]}'
)
_BOOT: Final = (
    (38.2, 6, "AGENT_ENABLED", "Smart Agent for Licensing is enabled"),
    (39.1, 6, "EXPORT_CONTROLLED", "Usage of export controlled features is not allowed"),
    (75.8, 6, "AGENT_READY", "Smart Agent for Licensing is initialized"),
)
