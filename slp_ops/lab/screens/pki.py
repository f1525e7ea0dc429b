"""``show crypto pki trustpool`` and ``show crypto pki trustpoints``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.screens._screen import screen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.lab.hardware import Certificate
    from slp_ops.lab.state import Switch


def _trustpool(switch: Switch, _: tuple[str, ...]) -> str:
    return "\n\n".join("\n".join(_certificate(one)) for one in switch.trustpool)


def _certificate(one: Certificate) -> Iterator[str]:
    name = [f"    cn={one.subject}", f"    o={one.organization}"]
    if one.country:
        name.append(f"    c={one.country}")
    yield "CA Certificate"
    yield "  Status: Available"
    yield f"  Certificate Serial Number (hex): {one.serial}"
    yield "  Certificate Usage: Signature"
    yield "  Issuer: "
    yield from name
    yield "  Subject: "
    yield from name
    yield "  Validity Date: "
    yield f"    start date: {one.start}"
    yield f"    end   date: {one.end}"
    yield "  Associated Trustpoints: Trustpool "
    yield f"  Trustpool: {'Built-In' if one.built_in else 'Downloaded'}"


SCREENS = (screen("show crypto pki trustpool", _trustpool),)
