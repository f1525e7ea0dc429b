"""``show platform software sl-infra``: the platform's own view of the licences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.screens._screen import screen

if TYPE_CHECKING:
    from slp_ops.lab.switch import Switch


def _infra(switch: Switch, _: tuple[str, ...]) -> str:
    lines = ["=" * 48, f"Platform information: {switch.active.udi}", "=" * 48]
    for entitlement in switch.licensing.entitlements:
        lines += [
            f"License: {entitlement.feature}",
            f"  Entitlement tag: {entitlement.metric}",
            f"  Count: {entitlement.count}",
            f"  State: {entitlement.status}",
        ]
    return "\n".join(lines)


def _using_policy(switch: Switch) -> bool:
    return switch.traits.slp


SCREENS = tuple(
    screen(f"show platform software sl-infra {which}", _infra, _using_policy)
    for which in ("all", "current", "stored")
)
