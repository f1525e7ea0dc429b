"""The licence pages of classic Smart Licensing (16.9 to 17.3.1): registration and authorization."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from slp_ops.lab.screens import _licence_blocks as blocks
from slp_ops.lab.screens._screen import screen
from slp_ops.lab.screens._spans import remaining

if TYPE_CHECKING:
    from slp_ops.lab.licensing import Entitlement
    from slp_ops.lab.switch import Switch

_LEVELS: Final = {"advantage": "A", "essentials": "E"}


def _classic(switch: Switch) -> bool:
    return not switch.traits.slp


def _registration(switch: Switch, *, full: bool = True) -> blocks.Lines:
    held, licensing = switch.licensing.registration, switch.licensing
    yield "Registration:"
    if held.renewed is None:
        yield "  Status: UNREGISTERED"
        yield "  Export-Controlled Functionality: Not Allowed"
        return
    if held.reservation:
        yield f"  Status: REGISTERED - {held.reservation.upper()} LICENSE RESERVATION"
        yield "  Export-Controlled Functionality: ALLOWED"
        if full:
            yield f"  Initial Registration: SUCCEEDED on {switch.stamp(held.renewed)}"
        return
    yield "  Status: REGISTERED"
    yield f"  Smart Account: {licensing.backend.account}"
    yield f"  Virtual Account: {licensing.backend.virtual_account}"
    yield "  Export-Controlled Functionality: ALLOWED"
    if full:
        yield f"  Initial Registration: SUCCEEDED on {switch.stamp(held.renewed)}"
    yield "  Last Renewal Attempt: None"
    yield f"  Next Renewal Attempt: {switch.stamp(held.renewed + timedelta(days=180))}"
    if full:
        yield f"  Registration Expires: {switch.stamp(held.renewed + timedelta(days=365))}"


def _authorization(switch: Switch, *, full: bool = True) -> blocks.Lines:
    held, now = switch.licensing.registration, switch.now()
    # The blank at the end is IOS's own.
    yield "License Authorization: "
    if held.renewed is None:
        left = held.left(now)
        if left is None:
            yield "  Status: EVAL EXPIRED"
        else:
            yield "  Status: EVAL MODE"
            yield f"  Evaluation Period Remaining: {remaining(left)}"
        return
    if held.reservation:
        yield "  Status: AUTHORIZED - RESERVED" + (f" on {switch.stamp(held.renewed)}" if full else "")
        return
    word = "OUT OF COMPLIANCE" if held.out_of_compliance else "AUTHORIZED"
    last = now - (now - held.renewed) % timedelta(days=30)
    on = f" on {switch.stamp(last)}" if full else ""
    yield f"  Status: {word}{on}"
    if held.failed is None:
        yield f"  Last Communication Attempt: SUCCEEDED{on}"
        yield f"  Next Communication Attempt: {switch.stamp(last + timedelta(days=30))}"
    else:
        yield "  Last Communication Attempt: FAILED" + (f" on {switch.stamp(held.failed)}" if full else "")
        if full:
            yield f"    Failure reason: {held.failure_reason}"
        yield f"  Next Communication Attempt: {switch.stamp(held.failed + timedelta(days=1))}"
    if full:
        yield f"  Communication Deadline: {switch.stamp(last + timedelta(days=90))}"


def _status_word(switch: Switch) -> str:
    held = switch.licensing.registration
    if held.registered:
        return "OUT OF COMPLIANCE" if held.out_of_compliance else "AUTHORIZED"
    return "EVAL MODE" if held.left(switch.now()) else "EVAL EXPIRED"


def _tag(entitlement: Entitlement) -> str:
    kind = entitlement.description.split(" ", maxsplit=1)[0]
    family, _, ports = kind.partition("-")
    base, _, level = entitlement.feature.partition("-")
    return "-".join(
        word for word in (family, "NW" if base == "network" else "DNA", _LEVELS[level], ports) if word
    )


def _summary(switch: Switch, _: tuple[str, ...]) -> str:
    return blocks.joined(
        blocks.enabled(switch),
        _registration(switch, full=False),
        _authorization(switch, full=False),
        _rows(switch),
    )


def _rows(switch: Switch) -> blocks.Lines:
    registered = switch.licensing.registration.registered
    yield "License Usage:"
    yield "  License                 Entitlement tag               Count Status"
    yield "  " + "-" * 77
    for entitlement in switch.licensing.entitlements:
        # In evaluation the agent knows the tag only.
        name = entitlement.description if registered else ""
        name = name if len(name) < 24 else name[:20] + "..."
        shown = f"({_tag(entitlement)})"
        yield f"  {name:<24}{shown:<30}{entitlement.count:>5} {_status_word(switch)}"


def _status(switch: Switch, _: tuple[str, ...]) -> str:
    return blocks.joined(
        blocks.enabled(switch),
        blocks.utility(switch),
        blocks.privacy(switch),
        blocks.transport(switch),
        _registration(switch),
        _authorization(switch),
        blocks.export_key(switch),
        blocks.miscellaneous(switch),
    )


def _licences(switch: Switch) -> blocks.Lines:
    for number, entitlement in enumerate(switch.licensing.entitlements):
        if number:
            yield ""
        yield f"{entitlement.description} ({_tag(entitlement)}):"
        yield f"  Description: {entitlement.description}"
        yield f"  Count: {entitlement.count}"
        yield "  Version: 1.0"
        yield f"  Status: {_status_word(switch)}"
        yield "  Export status: NOT RESTRICTED"


def _usage(switch: Switch, _: tuple[str, ...]) -> str:
    return blocks.joined(_authorization(switch), _licences(switch))


def _all(switch: Switch, _: tuple[str, ...]) -> str:
    reserved = "ENABLED" if switch.licensing.registration.reservation else "DISABLED"
    return blocks.joined(
        blocks.title("Smart Licensing Status"),
        blocks.enabled(switch),
        _registration(switch),
        _authorization(switch),
        blocks.export_key(switch),
        blocks.utility(switch),
        blocks.privacy(switch),
        blocks.transport(switch),
        blocks.title("License Usage", 14),
        _licences(switch),
        blocks.under(blocks.title("Product Information"), blocks.udi(switch)),
        blocks.under(blocks.title("Agent Version"), blocks.agent_version(switch)),
        iter(("Reservation Info", "================ ", f"License reservation: {reserved}")),
    )


def _tech_support(switch: Switch, words: tuple[str, ...]) -> str:
    return blocks.joined(iter(("Smart Licensing Tech Support info",)), iter((_all(switch, words),)))


SCREENS = (
    screen("show license all", _all, _classic),
    screen("show license status", _status, _classic),
    screen("show license summary", _summary, _classic),
    screen("show license usage", _usage, _classic),
    screen("show license tech support", _tech_support, _classic),
)
