"""``show license all|status|summary|usage|udi|authorization`` under Smart Licensing Using Policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.screens import _licence_blocks as blocks
from slp_ops.lab.screens._reports import enforcement, report_summary, telemetry
from slp_ops.lab.screens._screen import screen

if TYPE_CHECKING:
    from slp_ops.lab.switch import Switch


def using_policy(switch: Switch) -> bool:
    """Return whether this release has Smart Licensing Using Policy (17.3.2 and later)."""
    return switch.traits.slp


def _status(switch: Switch, _: tuple[str, ...]) -> str:
    # A blank line comes first, as on every observed release.
    return "\n" + blocks.joined(
        blocks.utility(switch),
        blocks.using_policy(switch),
        blocks.account(switch),
        blocks.privacy(switch),
        blocks.transport(switch),
        blocks.policy(switch),
        blocks.miscellaneous(switch),
        blocks.usage_reporting(switch),
        blocks.trust(switch),
        telemetry(switch),
    )


def _all(switch: Switch, _: tuple[str, ...]) -> str:
    return "\n" + blocks.joined(
        blocks.title("Smart Licensing Status"),
        blocks.enabled(switch),
        blocks.conversion(switch),
        blocks.export_key(switch),
        blocks.utility(switch),
        blocks.using_policy(switch),
        blocks.account(switch),
        blocks.privacy(switch),
        blocks.transport(switch),
        blocks.miscellaneous(switch),
        blocks.policy(switch),
        blocks.usage_reporting(switch),
        blocks.trust(switch),
        blocks.title("License Usage"),
        blocks.licences(switch),
        blocks.under(blocks.title("Product Information"), blocks.udi(switch)),
        blocks.under(blocks.title("Agent Version"), blocks.agent_version(switch)),
        blocks.under(
            blocks.title("License Authorizations"), _conversion_dates(switch), blocks.authorizations(switch)
        ),
        blocks.purchased(switch),
        enforcement(switch),
        report_summary(switch),
        telemetry(switch),
    )


def _conversion_dates(switch: Switch) -> blocks.Lines:
    if switch.traits.conversion:
        yield "Last Data Push: <none>"
        yield "Last File Export: <none>"
        yield ""


def _summary(switch: Switch, _: tuple[str, ...]) -> str:
    return blocks.joined(blocks.account(switch), summary_rows(switch))


def summary_rows(switch: Switch) -> blocks.Lines:
    """The table of licences in use."""
    yield "License Usage:"
    yield "  License                 Entitlement Tag               Count Status"
    yield "  " + "-" * 77
    for entitlement in switch.licensing.entitlements:
        name = entitlement.description
        # The column is cut so that the closing bracket still fits.
        shown = f"({name if len(name) < 26 else name[:22] + '...'})"
        yield f"  {entitlement.feature:<24}{shown:<30}{entitlement.count:>5} {entitlement.status}"
    if not switch.licensing.entitlements:
        yield "  No licenses in use"


def _usage(switch: Switch, _: tuple[str, ...]) -> str:
    head = iter(("License Authorization:", "  Status: Not Applicable"))
    return "\n" + blocks.joined(head, blocks.licences(switch))


def _udi(switch: Switch, _: tuple[str, ...]) -> str:
    return "\n".join(blocks.udi(switch))


def _authorization(switch: Switch, _: tuple[str, ...]) -> str:
    return blocks.joined(blocks.authorizations(switch), blocks.purchased(switch))


def _reservation(switch: Switch, _: tuple[str, ...]) -> str:
    return "License reservation: DISABLED"


def _conversion(switch: Switch, _: tuple[str, ...]) -> str:
    return blocks.joined(blocks.conversion(switch))


SCREENS = (
    screen("show license all", _all, using_policy),
    screen("show license status", _status, using_policy),
    screen("show license summary", _summary, using_policy),
    screen("show license usage", _usage, using_policy),
    screen("show license udi", _udi),
    screen("show license authorization", _authorization, using_policy),
    screen("show license reservation", _reservation),
    screen("show license data conversion", _conversion, lambda switch: switch.traits.conversion),
)
